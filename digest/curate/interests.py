"""What the readers care about, and where an item speaks of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from digest.config.settings import Interests
from digest.text.words import stems

_LOOK_AT = 6000  # characters of a text


def interest_hits(title: str, text: str, interests: Interests, language: str) -> Iterator[tuple[str, bool]]:
    """The names and words of ``[interests]`` that an item holds, in the order of digest.toml; True for a name.

    Names are looked for as they stand, in any case unless all in capitals (WHO is not who); words in any form
    ("price caps" is "price cap").
    """
    whole = f"{title}\n{text[:_LOOK_AT]}"
    for name in interests.names:
        if _name_pattern(name).search(whole):
            yield name, True
    if interests.words:
        found = stems(whole, language)
        for word in interests.words:
            if count_phrase(found, stems(word, language)):
                yield word, False


def count_phrase(found: Sequence[str], phrase: Sequence[str]) -> int:
    """How often a run of stems stands in a text's stems."""
    if not phrase:
        return 0
    if len(phrase) == 1:
        return found.count(phrase[0])
    wanted = tuple(phrase)
    starts = (place for place, stem in enumerate(found) if stem == wanted[0])
    return sum(tuple(found[place : place + len(wanted)]) == wanted for place in starts)


@lru_cache
def _name_pattern(name: str) -> re.Pattern[str]:
    folded = r"\s+".join(re.escape(part) for part in name.split())
    # No boundary beside a script without spaces: there a name stands between other words' characters.
    before = r"(?<!\w)" if name[:1] < "\u2e80" else ""
    after = r"(?!\w)" if name[-1:] < "\u2e80" else ""
    return re.compile(f"{before}{folded or '(?!)'}{after}", 0 if name.isupper() else re.IGNORECASE)
