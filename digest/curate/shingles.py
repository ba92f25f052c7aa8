"""Which texts may hold one another: few candidates for each, found without comparing all with all."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from zlib import crc32

from digest.text.words import tokens

LOOK_AT = 200
"""Words of a text that are compared; what is copied is copied from the top."""

_SHINGLE = 4  # words
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


def shingles(numbers: Sequence[int]) -> list[int]:
    """The runs of four words as numbers, in their order; of fewer words none.

    Two runs may share a number (1 in 10⁹): that is for finding and weighing, never the only ground for anything.
    """
    return [
        first * 31 + second * 17 + third * 5 + fourth
        for first, second, third, fourth in zip(numbers, numbers[1:], numbers[2:], numbers[3:], strict=False)
    ]


def candidates(texts: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
    """For each text (as ``word_numbers``) the places of earlier ones that share the most with it, the best first.

    A shingle is kept for the first text that has it only, so that a thousand releases of one pattern cost no more than
    a thousand different ones. Linear in the length of all texts.
    """
    owner: dict[int, int] = {}
    found: list[tuple[int, ...]] = []
    for place, numbers in enumerate(texts):
        shared: Counter[int] = Counter()
        sample = _sample(numbers)
        for shingle in sample:
            first = owner.setdefault(shingle, place)
            if first != place:
                shared[first] += 1
        enough = max(_SHARED, _SHARE * len(sample))
        best = sorted((-count, first) for first, count in shared.items() if count >= enough)
        found.append(tuple(first for _, first in best[:_CANDIDATES]))
    return found


def _sample(numbers: Sequence[int]) -> list[int]:
    """The shingles that are indexed: all at the top, one in eight below."""
    last = len(numbers) - _SHINGLE + 1
    places = [*range(min(_DENSE, last)), *(at for at in range(_DENSE, last) if numbers[at] % _SPARSE == 0)]
    return [numbers[at] * 31 + numbers[at + 1] * 17 + numbers[at + 2] * 5 + numbers[at + 3] for at in places]
