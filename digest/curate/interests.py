"""What the readers care about, and where a story speaks of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal

from digest.config.settings import Interests
from digest.model import Entry
from digest.text.words import stems

_LOOK_AT = 6000  # characters of a text, for names
_STEMMED = 2400  # for words, which cost more: 300 words or so

Hit = Literal["name", "publisher", "word"]


def interest_hits(
    group: Sequence[Entry], interests: Interests, language: str, *, publishers: Sequence[str] = ()
) -> Iterator[tuple[str, Hit]]:
    """The names and words of ``[interests]`` that a story's entries hold, in the order of digest.toml.

    Names are looked for as they stand, in any case unless all in capitals (WHO is not who); words in any form
    ("price caps" is "price cap"). A name that none of the texts holds is found too if it is who published one of them.
    """
    if not interests.names and not interests.words:
        return
    wholes = [f"{entry.title}\n{entry.summary}\n{entry.text}"[:_LOOK_AT] for entry in group]
    folded = [_folded(whole) for whole in wholes] if interests.names else []
    for name in interests.names:
        pattern, parts = _name_pattern(name), _parts(name)
        maybe = (whole for whole, low in zip(wholes, folded, strict=True) if all(part in low for part in parts))
        if any(map(pattern.search, maybe)):
            yield name, "name"
        elif any(pattern.search(publisher) for publisher in publishers):
            yield name, "publisher"
    if interests.words:
        found = [stems(whole[:_STEMMED], language) for whole in wholes]
        for word in interests.words:
            phrase = stems(word, language)
            if any(count_phrase(run, phrase) for run in found):
                yield word, "word"


def count_phrase(found: Sequence[str], phrase: Sequence[str]) -> int:
    """How often a run of stems stands in a text's stems."""
    if not phrase:
        return 0
    if len(phrase) == 1:
        return found.count(phrase[0])
    wanted = tuple(phrase)
    starts = (place for place, stem in enumerate(found) if stem == wanted[0])
    return sum(tuple(found[place : place + len(wanted)]) == wanted for place in starts)


def _folded(text: str) -> str:
    """A text in one case, the same for whatever ``re.IGNORECASE`` takes for the same, i, ı and İ among it.

    To look for a string in it takes a tenth of the time of a pattern.
    """
    return text.lower() if text.isascii() else text.replace("İ", "i").replace("ı", "i").casefold()


@lru_cache
def _parts(name: str) -> tuple[str, ...]:
    return tuple(map(_folded, name.split()))


@lru_cache
def _name_pattern(name: str) -> re.Pattern[str]:
    folded = r"\s+".join(re.escape(part) for part in name.split())
    # No boundary beside a script without spaces: there a name stands between other words' characters.
    before = r"(?<!\w)" if name[:1] < "\u2e80" else ""
    after = r"(?!\w)" if name[-1:] < "\u2e80" else ""
    return re.compile(f"{before}{folded or '(?!)'}{after}", 0 if name.isupper() else re.IGNORECASE)
