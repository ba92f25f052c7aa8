"""Which texts may hold one another: few candidates for each, found without comparing all with all."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, repeat
from zlib import crc32

from digest.text.words import tokens

Shingle = tuple[int, int, int, int]

LOOK_AT = 200
"""Words of a text that are compared; what is copied is copied from the top."""

_BYTES = 1500  # characters of a text in which its first 200 words stand, nearly always
_DENSE = 30  # words at the top of which every shingle is indexed
_SPARSE = 8  # further down one in so many, chosen by its first word so that all texts choose the same
_SHARED = 2  # shingles of the sample that a candidate shares, at least …
_SHARE = 1 / 25  # … and of the sample so many: of a copy of one of many like releases hardly more are its own
_CANDIDATES = 6  # for a text; the best ones come first


class Hashes(dict[str, int]):
    """Words as numbers that are the same in every run (CRC-32), each worked out once."""

    def __missing__(self, word: str) -> int:
        self[word] = number = crc32(word.encode("utf-8", "surrogatepass"))
        return number


def text_words(text: str) -> Iterator[str]:
    """The words of a text that are compared."""
    return islice(tokens(text[:_BYTES]), LOOK_AT)


def word_numbers(text: str, hashes: Hashes) -> array[int]:
    """The same as numbers, which take a tenth of the memory."""
    return array("L", map(hashes.__getitem__, text_words(text)))


def shingles(numbers: Sequence[int]) -> list[Shingle]:
    """The runs of four words, in their order; of fewer words none."""
    words = list(numbers)
    return list(zip(words, words[1:], words[2:], words[3:], strict=False))


def candidates(texts: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
    """For each text (as ``word_numbers``) the places of earlier ones that share the most with it, the best first.

    A shingle is kept for the first text that has it only, so that a thousand releases of one pattern cost no more than
    a thousand different ones. Linear in the length of all texts.
    """
    owner: dict[int, int] = {}
    found: list[tuple[int, ...]] = []
    for place, numbers in enumerate(texts):
        sample = _sample(numbers)
        owners = map(owner.setdefault, sample, repeat(place))
        shared = Counter([first for first in owners if first != place])
        enough = max(_SHARED, _SHARE * len(sample))
        best = sorted((-count, first) for first, count in shared.items() if count >= enough)
        found.append(tuple(first for _, first in best[:_CANDIDATES]))
    return found


def _sample(numbers: Sequence[int]) -> list[int]:
    """The shingles that are indexed: all at the top, one in eight below; each as one number, to save memory.

    Two may share a number (1 in 10⁹): that is for finding, never the ground for anything.
    """
    runs = shingles(numbers)
    return [*map(hash, runs[:_DENSE]), *(hash(run) for run in runs[_DENSE:] if run[0] % _SPARSE == 0)]
