"""Is this sentence in those sources? A filter for generated text, and no guarantee: what it passes must be marked.

One sentence of one source has to carry the whole of a generated one. Of 714 sentences that models wrote from news
articles (QAGS, CNN/DM) 74 % were found supported by three readers; of those that pass here 89.5 %, and 68 % pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from digest.text.contradiction import contradictions
from digest.text.facts import missing_names, missing_numbers, missing_quotes
from digest.text.sentences import sentences
from digest.text.words import stems, stop_words, tokens

WORDS = 0.85
"""Of the words, weighed by how rare they are, the source sentence has so many …"""

PAIRS = 0.65
"""… and of the pairs of neighbours so many. On QAGS CNN/DM .75 and .65 would pass 72 %, 88.0 % of them rightly; .85
and .75 would pass 66 %, 90.2 %."""

_FEWEST = 3  # words
_NEAR = 2  # sentences before the source sentence whose names it may mean by "he" or "the firm"
_MOST = 400  # sentences of a source that are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What carries a sentence, or why nothing does."""

    supported: bool
    source: int | None = None  # the place of the source in what was given; None: no sentence has a word of it
    sentence: str = ""  # of that source: the one that carries it, or comes closest
    words: float = 0.0  # 0.0 … 1.0: how much of it that sentence has, by rarity
    pairs: float = 0.0  # 0.0 … 1.0: the same of pairs of neighbours
    faults: tuple[str, ...] = ()  # empty if it is supported


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A sentence of a source, prepared."""

    source: int
    place: int  # among the sentences of its source
    text: str
    stems: tuple[str, ...]
    words: frozenset[str]
    pairs: frozenset[tuple[str, str]]


class Evidence:
    """Sources, prepared for any number of sentences to be held against them."""

    def __init__(self, sources: Sequence[str], *, language: str | None = None) -> None:
        """Take the sources apart.

        Args:
            sources: plain texts, such as an entry's title, summary and text.
            language: a two-letter code, for splitting and stemming; None: by general rules, whole words.
        """
        self._sources = tuple(sources)
        self._language = language
        self._lines = [
            _line(number, place, text, language)
            for number, source in enumerate(sources)
            for place, text in enumerate(sentences(source, language)[:_MOST])
        ]
        self._frequency = Counter(word for line in self._lines for word in line.words)

    def verdict(self, sentence: str) -> Verdict:
        """Whether one sentence of the sources carries all of a sentence."""
        wanted = stems(sentence, self._language)
        if len(wanted) < _FEWEST:
            return Verdict(supported=False, faults=("it says nothing",))
        weights = {word: log(1 + len(self._lines) / (0.5 + self._frequency[word])) for word in wanted}
        best = max(
            ((*_shares(wanted, line, weights), line) for line in self._lines),
            key=lambda found: (found[0] + found[1], -found[2].source, -found[2].place),
            default=None,
        )
        if best is None or best[0] == 0:
            return Verdict(supported=False, faults=("no source has a word of it",))
        words, pairs, line = best
        faults = tuple(self._faults(sentence, words, pairs, line))
        return Verdict(
            supported=not faults, source=line.source, sentence=line.text, words=words, pairs=pairs, faults=faults
        )

    def place(self, sentence: str) -> tuple[int, int] | None:
        """The source and the place in it, counted from 0, where a sentence stands word for word; None: nowhere."""
        return next(((line.source, line.place) for line in self._lines if line.text == sentence), None)

    def _faults(self, sentence: str, words: float, pairs: float, line: _Line) -> Iterator[str]:
        if words < WORDS or pairs < PAIRS:
            yield f"no source sentence says it; the closest has {words:.0%} of its words, {pairs:.0%} of the pairs"
        near = self._near(line)
        if (begins := self._unknown_beginning(sentence, near)) is not None:
            yield f"it begins with “{begins}”, which is not in that sentence, nor near it"
        if strange := missing_numbers(sentence, [line.text]):
            yield f"the number {strange[0]} is not in that sentence"
        if unknown := missing_names(sentence, near):
            yield f"the name {unknown[0]} is not in that sentence, nor near it"
        if missing := missing_quotes(sentence, self._sources):
            yield f"the quotation “{missing[0]}” is not in the sources"
        yield from contradictions(sentence, line.text)

    def _unknown_beginning(self, sentence: str, near: Sequence[str]) -> str | None:
        """The first word, if it may be what the sentence is about and no sentence nearby has it: "Scholes says"."""
        first = next(tokens(sentence))
        if first in stop_words(self._language):
            return None
        stem = next(iter(stems(sentence, self._language)))
        return None if any(stem in stems(text, self._language) for text in near) else first

    def _near(self, line: _Line) -> list[str]:
        """The sentence, the few before it, and the first source, which is the title where there is one."""
        about = [
            other.text
            for other in self._lines
            if other.source == line.source and line.place - _NEAR <= other.place <= line.place
        ]
        return [*about, *(source for source in self._sources if "\n" not in source and len(source) < 200)]


def supported(sentence: str, sources: Sequence[str], *, language: str | None = None) -> Verdict:
    """Whether one sentence of the sources carries all of a generated one.

    That is: .85 of its words weighed by rarity and .65 of its pairs of neighbours; every number in that sentence, every
    name there or just before; quotations word for word; no "not" too many or too few, no word for its opposite, no
    "alleged" or "may" left out, names and numbers in the same order.

    Args:
        sentence: one sentence of plain text.
        sources: plain texts, such as an entry's title, summary and text.
        language: a two-letter code; None: by general rules.
    """
    return Evidence(sources, language=language).verdict(sentence)


def _line(source: int, place: int, text: str, language: str | None) -> _Line:
    found = stems(text, language)
    return _Line(
        source=source, place=place, text=text, stems=found, words=frozenset(found), pairs=frozenset(pairwise(found))
    )


def _shares(wanted: Sequence[str], line: _Line, weights: Mapping[str, float]) -> tuple[float, float]:
    """How much of the words (by weight) and of the pairs a line has."""
    has = sum(weights[word] for word in wanted if word in line.words)
    words = has / sum(weights[word] for word in wanted)
    neighbours = list(pairwise(wanted))
    if not neighbours:
        return words, words
    return words, sum(pair in line.pairs for pair in neighbours) / len(neighbours)
