"""Letters that were UTF-8 and were read as something else: “Ã©” for “é”."""

from __future__ import annotations

import re

_LATIN_1 = "\u0080-\u00bf"
_WINDOWS = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"  # what Windows-1252 has at 0x80 to 0x9F
_MISREAD = re.compile(
    rf"â€[{_LATIN_1}{_WINDOWS}]|(?<=\w)Ã[{_LATIN_1}{_WINDOWS}]|Ã[\u00a1-\u00bf](?=[a-z])|Â[\u00a0-\u00ba\u00bc-\u00bf](?!\w)"
    r"|ï»¿|â‚¬|ðŸ[\u0080-\u00bf–—˜‘’“”•™]"
)


def misread(text: str) -> str:
    """The first such letters; empty if there are none.

    Source: Windows-1252 and ISO 8859-1 as the bytes of UTF-8 look in them. A capital Ã or Â before a letter is
    Portuguese or French, and counts only within a word and before a sign.
    """
    found = _MISREAD.search(text)
    return found.group() if found else ""
