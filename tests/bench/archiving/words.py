"""Invented language for large archives: words as common and as rare as real ones, and as long."""

from __future__ import annotations

from itertools import accumulate
from random import Random

COMMON = (
    "the", "of", "and", "to", "in", "a", "is", "that", "for", "on", "government", "with", "as", "by", "it", "at",
    "from", "was", "be", "or", "an", "are", "minister", "report", "price", "council", "energy", "which",
    "public", "after",
)  # fmt: skip
"""The commonest, the commonest first. "government" stands in four of five texts."""

_STARTS = (
    "b",
    "br",
    "c",
    "d",
    "dr",
    "f",
    "g",
    "gl",
    "h",
    "k",
    "l",
    "m",
    "n",
    "p",
    "pr",
    "r",
    "s",
    "st",
    "t",
    "tr",
    "v",
)
_VOWELS = ("a", "e", "i", "o", "u", "a", "e", "i", "o", "ou", "é")
_ENDS = ("", "", "", "", "l", "n", "r", "s", "t", "nd")
_LETTERS = "".join(chr(0x4E00 + 37 * number % 4000) for number in range(700))
_OFFSET = 2.7  # of the law of Zipf and Mandelbrot: the first words are less common than by Zipf's alone
_DRAWN = 600_000  # words that texts are drawn from: each of the language's once or more


class Language:
    """Words and texts; the same for the same seed."""

    def __init__(self, *, seed: int, words: int = 40_000) -> None:
        self.random = Random(seed)
        invented: dict[str, None] = {}
        while len(invented) < words - len(COMMON):
            invented[self.word(syllables=2 if len(invented) < words // 8 else 3)] = None
        self.words = (*COMMON, *invented)
        weights = list(accumulate(1 / (rank + _OFFSET) for rank in range(len(self.words))))
        # Drawing from what was drawn by weight is as good, and takes a third of the time.
        self._drawn = self.random.choices(self.words, cum_weights=weights, k=_DRAWN)
        self._letter_weights = list(accumulate(1 / (rank + _OFFSET) for rank in range(len(_LETTERS))))

    def word(self, *, syllables: int = 3) -> str:
        """A word that may be none of the language's; common ones are short."""
        pick = self.random.choice
        return "".join(pick(_STARTS) + pick(_VOWELS) + pick(_ENDS) for _ in range(syllables))

    def name(self) -> str:
        """A name of two words."""
        return f"{self.word().title()} {self.word().title()}"

    def sentences(self, count: int) -> list[str]:
        """Sentences of 8 to 22 words."""
        lengths = self.random.choices(range(8, 23), k=count)
        drawn = self.random.choices(self._drawn, k=sum(lengths))
        told, start = [], 0
        for length in lengths:
            told.append(" ".join(drawn[start : start + length]).capitalize() + ".")
            start += length
        return told

    def headline(self) -> str:
        """A line of 5 to 10 words."""
        many = self.random.randint(5, 10)
        return " ".join(self.random.choices(self._drawn, k=many)).capitalize()

    def letters(self, count: int) -> str:
        """So many letters of a script that is written without blanks, in clauses."""
        drawn = self.random.choices(_LETTERS, cum_weights=self._letter_weights, k=count)
        return "，".join("".join(drawn[start : start + 14]) for start in range(0, count, 14)) + "。"
