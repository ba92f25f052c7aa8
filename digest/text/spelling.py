"""Two spellings of one name: what they have in common."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_SIGNS = str.maketrans("’ʼ‐‑", "''--")
_LETTERS_APART = frozenset({0, 7, 8, 9})  # no mark, a nukta, a mark of voice in kana, a virama


@lru_cache(maxsize=1 << 14)  # an archive asks for each of its names thousands of times
def folded(name: str) -> str:
    """What two spellings of one name have in common: not case, accents, blanks, what has no looks, or how ' and - curl.

    Marks that make another letter stay: か is not が (combining classes 7 to 9: https://www.unicode.org/reports/tr44/).
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    seen = (one for one in plain.translate(_SIGNS) if unicodedata.category(one) != "Cf")
    return " ".join("".join(one for one in seen if unicodedata.combining(one) in _LETTERS_APART).split())


def typed(text: str) -> str:
    """The text with one way of typing an accent (Unicode's NFC), an apostrophe and a hyphen."""
    return unicodedata.normalize("NFC", text).translate(_SIGNS)
