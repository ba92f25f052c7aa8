"""Passages → the few that together say best what a story says.

Of all sets that fit, the best one is found, not the best sentence again and again. A set is worth

    cos(set, centroid) + .5 · like each telling + .2 · cos(set, titles) + .1 · early + .05 · full - .3 · personal

where the centroid holds the words of all tellings, those of titles twice, weighed by how rare they are and by the root
of how many tellings have them; *like each telling* is the mean Dice coefficient of the set's words and those of a
telling's title and first 60 words; *early* is 1/(1+n) of the n-th sentence, *full* the part of the limit that is used,
and *personal* the part in which the writer says "I" or "you". The weights were chosen on 757 human summaries: 288 and
261 round-ups of three reports each, 208 abstracts of single documents. Against the greedy choice by centroid, title,
position and redundancy they gain .016 (ROUGE-1) and .017 (ROUGE-2) on the first, .006 and .005 on the second, and
nothing on the third.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from digest.curate.passages import Passage, is_quotable
from digest.model import Entry
from digest.text.words import words

Weight = Callable[[str], float]
"""How much a stemmed word tells: the rarer, the more."""

TITLE_TIMES = 2
LIKE_EACH, LIKE_TITLES, EARLY, FULL, PERSONAL = 0.5, 0.2, 0.1, 0.05, 0.3
OVERLAP = 0.5  # of the words of two sentences, measured by the shorter; more is the same thing twice
_OPENERS = 3  # sentences of a telling, of which a summary has one at least: it costs nothing and reads better
_LOOKED_AT = 60  # words of a telling that a summary should be like
_FINALISTS = 12  # passages, of which every set is tried
_ENTRIES_COUNTED = 1_000  # 180 give half the gain over none that 860 do
_COUNTED = 800  # characters of a text
_LONE_WORDS = 30  # a limit below lets a passage that stands alone run half over


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What one entry says."""

    title: str
    passages: tuple[Passage, ...]
    language: str  # a two-letter code
    opening: tuple[Passage, ...] = ()  # those that have to be in
    quotes: tuple[Passage, ...] = ()  # those of which one has to be in, if one fits


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """A passage of one of the tellings."""

    telling: int  # its index
    passage: Passage


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)  # compared by identity: each stands once
class _Candidate:
    picked: Picked
    vector: dict[str, float]
    length: float
    mask: int  # the words, a bit each
    to_centroid: float  # scalar products
    to_titles: float
    early: float
    opens: bool  # stands among the first of its telling

    @property
    def place(self) -> tuple[int, str, int]:
        return self.picked.telling, self.picked.passage.field, self.picked.passage.number

    @property
    def place_before(self) -> tuple[int, str, int]:
        return self.picked.telling, self.picked.passage.field, self.picked.passage.number - 1


class Story:
    """The words of all tellings, weighed, against which a set of passages is measured."""

    def __init__(self, tellings: Sequence[Telling], weight: Weight | None) -> None:
        self._titles = [words(telling.title, telling.language) for telling in tellings]
        self._said = [[words(one.text, telling.language) for one in telling.passages] for telling in tellings]
        self._weight = weight or _rarity(self._titles, self._said)
        self._weights: dict[str, float] = {}
        self._bits: dict[str, int] = {}
        self.masks = [
            self._mask([*title, *_first(said, telling.passages)])
            for title, said, telling in zip(self._titles, self._said, tellings, strict=True)
        ]
        self._centroid = _unit(self._all_words())
        title_words = Counter(word for title in self._titles for word in dict.fromkeys(title))
        self._title = _unit({word: count * self.weight(word) for word, count in title_words.items()})
        self.candidates = [one for index, telling in enumerate(tellings) for one in self._of(index, telling)]

    def weight(self, word: str) -> float:
        found = self._weights.get(word)
        if found is None:
            found = self._weights[word] = max(self._weight(word), 0.0)
        return found

    def _all_words(self) -> dict[str, float]:
        counts: Counter[str] = Counter()
        tellings: Counter[str] = Counter()
        for title, said in zip(self._titles, self._said, strict=True):
            own = Counter({word: TITLE_TIMES * count for word, count in Counter(title).items()})
            for sentence in said:
                own.update(sentence)
            counts.update(own)
            tellings.update(own.keys())
        return {word: count * math.sqrt(tellings[word]) * self.weight(word) for word, count in counts.items()}

    def _of(self, index: int, telling: Telling) -> Iterator[_Candidate]:
        rank = 0
        for passage, said in zip(telling.passages, self._said[index], strict=True):
            if is_quotable(passage) or passage in telling.opening:
                yield self._candidate(Picked(telling=index, passage=passage), said, opens=rank < _OPENERS)
                rank += 1

    def _candidate(self, picked: Picked, said: Sequence[str], *, opens: bool) -> _Candidate:
        vector = {word: count * self.weight(word) for word, count in Counter(said).items()}
        return _Candidate(
            picked=picked,
            vector=vector,
            length=math.sqrt(_product(vector, vector)),
            mask=self._mask(said),
            to_centroid=_product(vector, self._centroid),
            to_titles=_product(vector, self._title),
            early=1 / (1 + picked.passage.number),
            opens=opens,
        )

    def _mask(self, said: Sequence[str]) -> int:
        mask = 0
        for word in said:
            mask |= 1 << self._bits.setdefault(word, len(self._bits))
        return mask


def pick(tellings: Sequence[Telling], *, limit: int, most: int, weight: Weight | None = None) -> tuple[Picked, ...]:
    """The set of passages that says most of the story, telling by telling and in the order of each.

    Empty if no passage fits. No two of them say the same, and none leans on a passage that is not there.

    Args:
        tellings: of one story and one language, the most important first.
        limit: words; a passage that stands alone may have half as many more, up to 30.
        most: sentences.
        weight: how much a word tells; None: as rare as it is in these tellings.
    """
    story = Story(tellings, weight)
    finalists, fixed, asked = _finalists(story.candidates, tellings)
    opens = frozenset(index for index, one in enumerate(finalists) if one.opens)
    search = _Search(story.masks, finalists, limit=limit, most=most)
    for must, one_of in ((fixed, (asked, opens)), (fixed, (opens,)), ((), (opens,)), ((), ())):
        if all(one_of) and (best := search.best(must, one_of)):
            return tuple(one.picked for one in sorted((finalists[index] for index in best), key=_reading_order))
    return ()


def _finalists(
    candidates: Sequence[_Candidate], tellings: Sequence[Telling]
) -> tuple[list[_Candidate], frozenset[int], frozenset[int]]:
    """The candidates among which the set is sought; which of them have to be in it, and of which one has to."""
    opening = [one for one in candidates if one.picked.passage in tellings[one.picked.telling].opening]
    quoted = [one for one in candidates if one.picked.passage in tellings[one.picked.telling].quotes]
    quotes = [one for one in sorted(quoted, key=_worth) if one not in opening][: _FINALISTS // 3]
    first = [one for one in candidates if one.opens and one.picked.telling == 0 and one not in (*opening, *quotes)]
    others = [one for one in sorted(candidates, key=_worth) if one not in (*opening, *quotes, *first)]
    finalists = [*opening, *quotes, *first, *others][: max(_FINALISTS, len(opening))]
    known = len(opening)
    asked = frozenset() if any(one in opening for one in quoted) else frozenset(range(known, known + len(quotes)))
    return finalists, frozenset(range(known)), asked


def _worth(candidate: _Candidate) -> tuple[float, tuple[int, str, int]]:
    """Best first: what a passage alone is worth, by its length, since the best set is nearly full."""
    likeness = candidate.to_centroid / (candidate.length or 1.0)
    return -(likeness + 0.3 * candidate.early) * candidate.picked.passage.words**0.7, candidate.place


def _reading_order(candidate: _Candidate) -> tuple[int, bool, int]:
    """By telling; the source's own summary before its text."""
    passage = candidate.picked.passage
    return candidate.picked.telling, passage.field == "text", passage.number


class _Search:
    """The best set among some candidates."""

    def __init__(self, masks: Sequence[int], candidates: Sequence[_Candidate], *, limit: int, most: int) -> None:
        self._masks = [(mask, mask.bit_count()) for mask in masks]
        self._candidates = candidates
        self._limit, self._most = limit, most
        self._words = [one.picked.passage.words for one in candidates]
        self._sentences = [one.picked.passage.sentences for one in candidates]
        places = {one.place: index for index, one in enumerate(candidates)}
        # What each leans on: its index, or -1 if that is no candidate; None: on nothing.
        self._before = [places.get(one.place_before, -1) if one.picked.passage.leans else None for one in candidates]
        self._near: dict[tuple[int, int], float] = {}
        self._same: set[tuple[int, int]] = set()
        for one, other in combinations(range(len(candidates)), 2):
            self._compare(one, other)

    def _compare(self, one: int, other: int) -> None:
        first, second = self._candidates[one], self._candidates[other]
        self._near[one, other] = _product(first.vector, second.vector)
        smaller = min(first.mask.bit_count(), second.mask.bit_count())
        if (first.mask & second.mask).bit_count() > OVERLAP * smaller:
            self._same.add((one, other))

    def best(self, fixed: Collection[int], one_of: Sequence[frozenset[int]]) -> tuple[int, ...]:
        """The best set that holds all of the first and one of each of the others; () if none fits."""
        rest = [index for index in range(len(self._candidates)) if index not in fixed]
        best: tuple[int, ...] = ()
        most = -math.inf
        for size in range(max(0, self._most - len(fixed)) + 1):
            for more in combinations(rest, size):
                chosen = (*fixed, *more)
                if not chosen or not self._fits(chosen, one_of):
                    continue
                worth = self._worth(chosen)
                if worth > most + 1e-9:
                    best, most = chosen, worth
        return best

    def _fits(self, chosen: tuple[int, ...], one_of: Sequence[frozenset[int]]) -> bool:
        length = sum([self._words[index] for index in chosen])
        limit = self._limit if len(chosen) > 1 else max(self._limit, min(_LONE_WORDS, self._limit * 3 // 2))
        if length > limit or sum([self._sentences[index] for index in chosen]) > self._most:
            return False
        if any(self._before[index] is not None and self._before[index] not in chosen for index in chosen):
            return False
        if any(some.isdisjoint(chosen) for some in one_of):
            return False
        return not self._same or self._same.isdisjoint(combinations(chosen, 2))

    def _worth(self, chosen: tuple[int, ...]) -> float:
        some = [self._candidates[index] for index in chosen]
        square = sum([one.length * one.length for one in some])
        square += 2 * sum([self._near[pair] for pair in combinations(chosen, 2)])
        length = math.sqrt(square) or 1.0
        mask = 0
        for one in some:
            mask |= one.mask
        size = mask.bit_count()
        like = sum([2 * (mask & other).bit_count() / (size + count or 1) for other, count in self._masks])
        total = sum([self._words[index] for index in chosen]) or 1
        early = sum([self._words[index] * one.early for index, one in zip(chosen, some, strict=True)]) / total
        personal = sum([one.picked.passage.words for one in some if one.picked.passage.personal]) / total
        return (
            sum([one.to_centroid for one in some]) / length
            + LIKE_EACH * like / len(self._masks)
            + LIKE_TITLES * sum([one.to_titles for one in some]) / length
            + EARLY * early
            + FULL * total / self._limit
            - PERSONAL * personal
        )


def rarity(entries: Sequence[Entry], language_of: Callable[[Entry], str]) -> Weight:
    """How rare a word is among entries: ln((n + 1) / (entries that hold it + 1/2)), of their titles and beginnings.

    Of more than a thousand entries every so manyth is read, in the order of their ids.

    Args:
        entries: of the whole batch; the more, the better. The order does not matter.
        language_of: an entry's two-letter code.
    """
    in_order = sorted(entries, key=lambda entry: entry.id)
    step = -(-len(in_order) // _ENTRIES_COUNTED) or 1
    some = in_order[::step]
    counts: Counter[str] = Counter()
    for entry in some:
        text = f"{entry.title}\n{(entry.text or entry.summary)[:_COUNTED]}"
        counts.update(list(dict.fromkeys(words(text, language_of(entry)))))
    return lambda word: math.log((len(some) + 1) / (counts[word] + 0.5))


def _first(said: Sequence[Sequence[str]], of: Sequence[Passage]) -> list[str]:
    """The words of the passages that begin a text."""
    found: list[str] = []
    length = 0
    for sentence, passage in zip(said, of, strict=True):
        if length >= _LOOKED_AT:
            break
        found += sentence
        length += passage.words
    return found


def _rarity(titles: Sequence[Sequence[str]], said: Sequence[Sequence[Sequence[str]]]) -> Weight:
    """How rare a word is among these sentences."""
    counts: Counter[str] = Counter()
    total = 0
    for title, sentences in zip(titles, said, strict=True):
        for sentence in (title, *sentences):
            counts.update(list(dict.fromkeys(sentence)))
            total += 1
    return lambda word: math.log((total + 1) / (counts[word] + 0.5))


def _product(one: dict[str, float], other: dict[str, float]) -> float:
    """The scalar product."""
    return sum([value * other[word] for word, value in one.items() if word in other])


def _unit(vector: dict[str, float]) -> dict[str, float]:
    length = math.sqrt(_product(vector, vector)) or 1.0
    return {word: value / length for word, value in vector.items()}
