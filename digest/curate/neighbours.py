"""Which entries are worth comparing: those of the last days that share rare terms."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import log, sqrt
from operator import mul

from digest.curate.features import Features
from digest.curate.frequencies import Frequencies
from digest.curate.likeness import length_of
from digest.curate.wording import Wording

CLOSES_AFTER = 7.0
"""Days: what was published longer ago is a story that is closed. At this distance no two entries were ever joined."""

_DAMPED = (0.0, *(1.0 + log(count) for count in range(1, 256)))
_UNSEEN = 20
"""Entries that nobody brought and that hold none of the terms: of three entries two that share a word say no more than
two of twenty. Measured on 223 batches of 2 to 30 entries: recall .90 against .84 with one, precision .99 with both."""
_TERMS = 30  # the best of an entry, and as many names
_RARE = 20  # terms an entry can be found by
_POSTINGS = 100  # entries a term can find: the last ones
_CANDIDATES = 20
_FEWEST_SHARED = 2  # of those terms: one word makes no event (headlines of a week: precision .84 against .57)
_MANY = 15
"""Such terms, of a text: then one more has to be shared. Half as many are compared; mixed weeks gain precision,
.900 to .916, for recall, .938 to .934."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """An entry as it is compared: its terms and names with weights whose squares add up to 1, the heaviest first."""

    id: str
    day: float  # since the epoch; of an undated one, when it was first seen
    dated: bool
    terms: tuple[str, ...]
    term_weights: array[float]
    names: tuple[str, ...]
    name_weights: array[float]
    length: float  # as length_of
    wording: Wording | None  # None: its source is not known


class Rarity:
    """Of each term and name -ln((entries + 20) / entries that hold it), so that the rarest comes first."""

    def __init__(self, frequencies: Frequencies) -> None:
        total = frequencies.entries + _UNSEEN
        self.terms, self.names = (
            {key: -log(total / count) for key, count in table.items()}
            for table in (frequencies.terms, frequencies.names)
        )


def node_of(
    id_: str, day: float, features: Features, rarity: Rarity, *, dated: bool, wording: Wording | None = None
) -> Node:
    """An entry, its features weighed by how rare they are. They are among those that were counted."""
    terms, term_weights = _weighed(features.terms, features.term_counts, rarity.terms)
    names, name_weights = _weighed(features.names, features.name_counts, rarity.names)
    return Node(
        id=id_,
        day=day,
        dated=dated,
        terms=terms,
        term_weights=term_weights,
        names=names,
        name_weights=name_weights,
        length=length_of(len(features.terms)),
        wording=wording,
    )


class Neighbours:
    """The entries of the last days by their rarest terms. They come in the order of their days."""

    def __init__(self, frequencies: Frequencies) -> None:
        self._frequencies = frequencies
        self._postings: dict[str, list[int]] = defaultdict(list)
        self._days: list[float] = []
        self._open = 0  # the first place that is not closed
        self._swept = float("-inf")  # the day before which nothing is left

    def near(self, node: Node) -> list[int]:
        """The places (0 for the first that was added) of the entries worth comparing, the nearest first."""
        return self._near(self._rare(node), node.day)

    def add(self, node: Node) -> list[int]:
        """The same, and let later entries find this one."""
        self._sweep(node.day - CLOSES_AFTER)
        rare = self._rare(node)
        near = self._near(rare, node.day)
        place = len(self._days)
        self._days.append(node.day)
        for term in rare:
            self._postings[term].append(place)
        return near

    def _near(self, terms: Sequence[str], day: float) -> list[int]:
        while self._open < len(self._days) and self._days[self._open] < day - CLOSES_AFTER:
            self._open += 1
        found = (self._postings[term][-_POSTINGS:] for term in terms if term in self._postings)
        shared = Counter(chain.from_iterable(found))
        fewest = _FEWEST_SHARED + (len(terms) >= _MANY)
        near = sorted((-count, -other) for other, count in shared.items() if count >= fewest)
        return [-other for _, other in near if -other >= self._open][:_CANDIDATES]

    def _rare(self, node: Node) -> list[str]:
        counts = self._frequencies.terms
        shared = sorted((counts[term], term) for term in node.terms if counts.get(term, 1) > 1)
        return [term for _, term in shared[:_RARE]]

    def _sweep(self, oldest: float) -> None:
        """Forget what is closed, once a day."""
        if oldest - self._swept < 1.0:
            return
        self._swept = oldest
        kept = ((term, [found for found in postings[-_POSTINGS:] if self._days[found] >= oldest])
                for term, postings in self._postings.items())  # fmt: skip
        self._postings = defaultdict(list, {term: postings for term, postings in kept if postings})


def _weighed(
    keys: Sequence[str], counts: Sequence[int], rarity: Mapping[str, float]
) -> tuple[tuple[str, ...], array[float]]:
    """The best keys by (1 + ln count) times how rare they are."""
    weights = map(mul, map(rarity.__getitem__, keys), map(_DAMPED.__getitem__, counts))
    best = sorted(zip(weights, keys, strict=True))[:_TERMS]
    norm = -sqrt(sum(weight * weight for weight, _ in best)) or 1.0
    return tuple(key for _, key in best), array("d", (weight / norm for weight, _ in best))
