"""Which of a few topics each text of a batch is about, learnt from seed words, from known texts and from the batch.

Naive Bayes with expectation maximisation (McCallum and Nigam 1999, "Text classification by bootstrapping with
keywords, EM and shrinkage"), to which one class is added: that of the texts that no topic has claimed. It begins with
those that hold no seed; words they share with a topic's texts win them over, words they share among themselves keep
them, so what is foreign to every topic stays outside.

Every number was chosen on four sets at once (bbc, agnews, masakhanews eng and fra), whole and in batches
of 100, as they are and with each of their sections left out in turn. Centroids are 1 to 3 points worse.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import exp, log, sqrt
from operator import itemgetter, mul

ROUNDS = 6
MOST_TERMS = 80
"""Of a text: those that tell it best from the others. With 40, two points fewer."""
MOST_TO_LEARN_FROM = 3000
"""Texts of unknown topic that are learnt from; the others are only judged. Keeps ten thousand within two seconds."""
MOST_LEARNT = 8
"""Terms that a verdict names besides the seeds."""
_SEED = 1.0  # times a seed counts as if a text of its topic had held it
_SMOOTHING = 0.5  # of all words, spread over the topics as the whole batch uses them
_OUTSIDE = -1.5  # to stay outside must be 4.5 times likelier than any topic
_MARGIN = 0.5  # a text without any seed: its topic must be 1.6 times likelier than the next
_NEXT = 0.2  # a topic with that much of the probability is worth naming

_COMMON = 0.5  # of the texts: what stands in more tells nothing
_TINY_SHARE = 0.02  # of a text: not worth adding up


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A text whose topic is known."""

    terms: Mapping[str, int]
    topic: int | None  # None: outside them all
    weight: float = 1.0  # in texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a text is about, and by which of its terms."""

    topic: int | None  # None: outside them all
    seeds: tuple[str, ...] = ()  # of the topic, the most telling first
    learnt: tuple[str, ...] = ()  # other terms that speak for the topic, the most telling first
    next: int | None = None  # the topic that is nearly as likely


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    terms: tuple[int, ...]  # places in the batch's list of terms
    counts: tuple[float, ...]  # damped, of the length that the text counts for
    pick: Callable[[Sequence[float]], Sequence[float]]  # what stands at those places


Shares = list[float]
"""How much of a text is of each topic, the last outside them all; they add up to its weight."""


def judge(
    texts: Sequence[Mapping[str, int]], seeds: Sequence[Collection[str]], known: Sequence[Known] = ()
) -> list[Verdict]:
    """The topic of each text.

    Args:
        texts: how often each term stands in a text. Their order matters in the last digits of sums, and decides which
            ones are learnt from if they are many: give them in a fixed one.
        seeds: the terms that name each topic; a topic without any is found by known texts alone.
        known: texts to learn from besides.
    """
    if not seeds or not texts:
        return [Verdict(topic=None)] * len(texts)
    batch = _Batch([*texts, *(one.terms for one in known)], seeds)
    read, taught = batch.texts[: len(texts)], batch.texts[len(texts) :]
    pupils = [read[place] for place in _spread(len(read))]
    school = [*pupils, *taught]
    fixed = [_known_shares(one, len(seeds)) for one in known]
    use = _Use(school, batch.seeds, len(batch.terms))
    shares = [batch.first_shares(text) for text in pupils]
    scores = _Scores(school, [*shares, *fixed], batch.seeds, use)
    for _ in range(ROUNDS - 1):
        shares = [_shares(scores.of(text)) for text in pupils]
        scores = _Scores(school, [*shares, *fixed], batch.seeds, use)
    return [batch.verdict(text, scores) for text in read]


def _spread(number: int) -> list[int]:
    """The places of the texts to learn from: all of few, else evenly spread."""
    most = min(number, MOST_TO_LEARN_FROM)
    return [place * number // most for place in range(most)]


class _Batch:
    """The texts in the terms that can tell something: those in two texts and not in most, and the seeds."""

    def __init__(self, texts: Sequence[Mapping[str, int]], seeds: Sequence[Collection[str]]) -> None:
        found = Counter(term for text in texts for term in text)
        most = _COMMON * len(texts) + 5
        named = frozenset().union(*seeds)
        self.terms = [term for term, number in found.items() if 2 <= number <= most and term not in named]
        self.terms += sorted(named)
        self.rarity = [max(log((len(texts) + 1) / (found[term] + 0.5)), 0.0) for term in self.terms]
        places = {term: place for place, term in enumerate(self.terms)}
        self.seeds = [sorted(places[term] for term in own) for own in seeds]
        self.named: dict[int, list[int]] = {}
        for topic, own in enumerate(self.seeds):
            for place in own:
                self.named.setdefault(place, []).append(topic)
        self.texts = [self._weighed(text, places) for text in texts]

    def _weighed(self, text: Mapping[str, int], places: Mapping[str, int]) -> _Text:
        """A text in the terms that tell it best.

        A count is damped, 1 + ln; a text counts as long as the root of its number of terms, or the words of a long
        one, which are not said independently of each other, would make it sure of anything.
        """
        row = [(places[term], 1 + log(count)) for term, count in text.items() if term in places]
        if len(row) > MOST_TERMS:
            row.sort(key=lambda one: (-one[1] * self.rarity[one[0]], self.terms[one[0]]))
            del row[MOST_TERMS:]
        scale = sqrt(len(row)) / sum(count for _, count in row) if row else 0.0
        terms = tuple(place for place, _ in row)
        return _Text(terms=terms, counts=tuple(count * scale for _, count in row), pick=_pick(terms))

    def first_shares(self, text: _Text) -> Shares:
        """By the seeds alone, the rarer the more; all outside if there are none."""
        points = [0.0] * len(self.seeds)
        for place, count in zip(text.terms, text.counts, strict=True):
            for topic in self.named.get(place, ()):
                points[topic] += count * self.rarity[place]
        whole = sum(points)
        return [*(point / whole for point in points), 0.0] if whole else [*points, 1.0]

    def verdict(self, text: _Text, scores: _Scores) -> Verdict:
        """The likeliest topic, if it is likely enough, and what speaks for it."""
        found = scores.of(text)
        topic, *others = sorted(range(len(self.seeds)), key=lambda one: (-found[one], one))
        has_seed = any(place in self.named for place in text.terms)
        doubtful = bool(others) and not has_seed and found[topic] - found[others[0]] < _MARGIN
        if found[-1] > found[topic] or doubtful or not text.terms:
            return Verdict(topic=None)
        table = scores.tables[topic]
        named = frozenset(self.seeds[topic])
        weighed = zip(text.terms, text.counts, text.pick(table), strict=True)
        told = sorted((-count * sure, self.terms[place], place) for place, count, sure in weighed
                      if sure > 0 or place in named)  # fmt: skip
        learnt = (term for _, term, place in told if place not in named and scores.speaks_for(place, topic))
        return Verdict(
            topic=topic,
            seeds=tuple(term for _, term, place in told if place in named),
            learnt=tuple(islice(learnt, MOST_LEARNT)),
            next=others[0] if others and _shares(found)[others[0]] >= _NEXT else None,
        )


def _pick(places: Sequence[int]) -> Callable[[Sequence[float]], Sequence[float]]:
    """A function that gives what stands at some places of a table; half of the time goes into that."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda table: [table[place] for place in places]


def _known_shares(known: Known, topics: int) -> Shares:
    place = topics if known.topic is None else known.topic
    return [known.weight if topic == place else 0.0 for topic in range(topics + 1)]


class _Use:
    """How the texts that are learnt from use each term, whatever their topics are."""

    def __init__(self, texts: Sequence[_Text], seeds: Sequence[Sequence[int]], terms: int) -> None:
        overall = [0.0] * terms
        for text in texts:
            for place, count in zip(text.terms, text.counts, strict=True):
                overall[place] += count
        for named in seeds:
            for place in named:
                overall[place] += _SEED
        whole = sum(overall)
        self.spread = _SMOOTHING * whole / len(seeds)
        self.ratios = [whole / number if number else 0.0 for number in overall]


class _Scores:
    """How much likelier each term is in each topic than in the batch, in natural logarithms."""

    def __init__(
        self, texts: Sequence[_Text], shares: Sequence[Shares], seeds: Sequence[Sequence[int]], use: _Use
    ) -> None:
        topics = len(seeds) + 1
        counted = [[0.0] * len(use.ratios) for _ in range(topics)]
        for text, share in zip(texts, shares, strict=True):
            for own, part in zip(counted, share, strict=True):
                if part > _TINY_SHARE:
                    for place, count in zip(text.terms, text.counts, strict=True):
                        own[place] += count * part
        for own, named in zip(counted, seeds, strict=False):
            for place in named:
                own[place] += _SEED
        self.tables = [_logarithms(own, use.ratios, use.spread) for own in counted]
        masses = [sum(share[topic] for share in shares) + 1 for topic in range(topics)]
        self.first = [log(mass / sum(masses)) for mass in masses]
        self.first[-1] += _OUTSIDE

    def of(self, text: _Text) -> list[float]:
        """The logarithm of how likely each topic is, but for a summand that is the same for all."""
        return [
            first + sum(map(mul, text.counts, text.pick(table)))
            for first, table in zip(self.first, self.tables, strict=True)
        ]

    def speaks_for(self, place: int, topic: int) -> bool:
        """Whether a term is likelier in a topic than in the batch and in every other topic."""
        own = self.tables[topic][place]
        return own > 0 and all(table[place] < own for table in self.tables if table is not self.tables[topic])


def _logarithms(own: Sequence[float], ratios: Sequence[float], spread: float) -> list[float]:
    """Of each term's share of a topic over its share of all; 0 for one that no text that was learnt from holds."""
    length = sum(own) + spread
    unheard = log(spread / length)
    return [
        log((count * ratio + spread) / length) if count else unheard if ratio else 0.0
        for count, ratio in zip(own, ratios, strict=True)
    ]


def _shares(scores: Sequence[float]) -> Shares:
    best = max(scores)
    likely = [exp(score - best) for score in scores]
    whole = sum(likely)
    return [one / whole for one in likely]
