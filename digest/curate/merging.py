"""Pairs of entries → stories: the likeliest two become one, again and again, until none are likelier one than two.

Average link on the sums of what stories hold: what two stories share is known from what their parts shared.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import inf

from digest.curate.likeness import Judge, probability
from digest.curate.neighbours import CLOSES_AFTER, Node
from digest.curate.pairs import FLOOR, Pair, cosine

_WEAK = 0.3  # a probability; below it nobody is asked
_TOWARDS_CENTROID = 0.25
"""0.0: two stories are as near as their entries are on average, so that a story of many entries, told in many ways, is
near nothing. 1.0: as near as their centroids, which chains. Measured on headlines of 41 stories of up to 322 entries:
B-cubed F1 .71 at 0.0, .83 at .25, elsewhere the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Two stories that became one, or might: which entry of each is nearest to which, and how sure it was."""

    one: int
    other: int
    probability: float  # that the two stories are one


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What became of the entries, by their places."""

    stories: tuple[tuple[int, ...], ...]  # in the order of their first entries
    links: tuple[Link, ...]  # one fewer in a story than it has entries: they make a tree
    weak: tuple[Link, ...]  # between stories, the likeliest first


def merge(nodes: Sequence[Node], pairs: Iterable[Pair], judge: Judge) -> Merged:
    """The stories that the entries make.

    Args:
        nodes: in the order of their days; the order decides between equals.
        pairs: each once, in the order of the later entry; entries that stand in none stay alone.
        judge: for these entries.
    """
    merging = _Merging(nodes, judge)
    for pair in pairs:
        merging.consider(pair)
    merging.close(before=inf)
    return merging.merged()


class _Sum:
    """The sum of the vectors of some entries."""

    __slots__ = ("count", "keys", "size", "square", "table", "weights")

    def __init__(self, keys: Sequence[str], weights: array[float]) -> None:
        self.keys = keys
        self.weights = weights
        self.table: dict[str, float] | None = None  # of one entry: only when needed
        self.count = self.square = self.size = 1.0 if keys else 0.0  # size: what a product is divided by

    def __len__(self) -> int:
        return len(self.keys if self.table is None else self.table)

    def product(self, other: _Sum) -> float:
        small, large = (self, other) if len(self) <= len(other) else (other, self)
        if small.table is None:
            return cosine(large.opened(), small.keys, small.weights)
        return cosine(large.opened(), tuple(small.table), tuple(small.table.values()))

    def take(self, other: _Sum, product: float) -> None:
        """Add another, whose product with this one is known; the other is used up."""
        self.square += other.square + 2.0 * product
        self.count += other.count
        self.size = self.count ** (1.0 - _TOWARDS_CENTROID) * self.square ** (_TOWARDS_CENTROID / 2.0)
        table, added = self.opened(), other.opened()
        if len(table) < len(added):
            table, added = added, table
        for key, weight in added.items():
            table[key] = table.get(key, 0.0) + weight
        self.table = table

    def opened(self) -> dict[str, float]:
        if self.table is None:
            self.table = dict(zip(self.keys, self.weights, strict=True))
        return self.table


class _Story:
    """Entries that are one, as far as is known yet."""

    __slots__ = ("dated", "day", "days", "length", "lengths", "names", "near", "origins", "places", "words")

    def __init__(self, place: int, node: Node) -> None:
        self.places = [place]
        self.words = _Sum(node.terms, node.term_weights)
        self.names = _Sum(node.names, node.name_weights)
        self.days = node.day if node.dated else 0.0  # the sum
        self.dated = int(node.dated)  # how many
        self.lengths = node.length  # the sum
        self.day = node.day if node.dated else None  # the mean
        self.length = node.length  # the mean
        self.near: dict[int, _Bond] = {}  # by number; worth looking at
        self.origins: dict[str, int] = {node.wording.origin: 1} if node.wording else {}  # how many entries of each

    def take(self, other: _Story, bond: _Bond) -> None:
        self.places += other.places
        self.words.take(other.words, bond.words)
        self.names.take(other.names, bond.names)
        self.days += other.days
        self.dated += other.dated
        self.lengths += other.lengths
        self.day = self.days / self.dated if self.dated else None
        self.length = self.lengths / len(self.places)
        for origin, count in other.origins.items():
            self.origins[origin] = self.origins.get(origin, 0) + count

    def one_source(self, other: _Story) -> float:
        """The share of pairs of an entry here and one there that are of one source."""
        pairs = sum(count * other.origins.get(origin, 0) for origin, count in self.origins.items())
        return pairs / (len(self.places) * len(other.places))


class _Bond:
    """What two stories share: products of sums, and their nearest entries."""

    __slots__ = ("best", "less", "names", "one", "other", "words")

    def __init__(self, words: float, names: float, best: float, one: int, other: int, *, less: bool) -> None:
        self.words = words
        self.names = names
        self.best = best  # the logit of the two entries
        self.one = one
        self.other = other
        self.less = less  # something is taken off, so that it must not be worked out anew


class _Merging:
    """Stories by number: an entry's is its place, that of a new one the next that is free.

    Entries that hang together through pairs are a cluster. It is merged, and forgotten, once it is closed.
    """

    def __init__(self, nodes: Sequence[Node], judge: Judge) -> None:
        self._nodes = nodes
        self._judge = judge
        self._stories: dict[int, _Story] = {}
        self._clusters: dict[int, list[int]] = {}  # by each of its entries
        self._next = len(nodes)
        self._looked = -inf  # the day on which closed clusters were last looked for
        self._heap: list[tuple[float, int, int]] = []
        self._made: list[list[int]] = []
        self._links: list[Link] = []
        self._weak: list[Link] = []

    def consider(self, pair: Pair) -> None:
        day = self._nodes[pair.other].day
        if day - self._looked >= 1.0:
            self._looked = day
            self.close(before=day - CLOSES_AFTER)
        bond = _Bond(pair.words, pair.names, pair.logit, pair.one, pair.other, less=pair.less)
        self._open(pair.one).near[pair.other] = bond
        self._open(pair.other).near[pair.one] = bond
        self._tie(pair.one, pair.other)

    def close(self, *, before: float) -> None:
        """Merge the clusters whose newest entry is older than that."""
        for cluster in list({id(cluster): cluster for cluster in self._clusters.values()}.values()):
            if self._nodes[max(cluster)].day < before:
                self._merge(cluster)
                for place in cluster:
                    del self._clusters[place]

    def merged(self) -> Merged:
        together = {place for places in self._made for place in places}
        alone = ([place] for place in range(len(self._nodes)) if place not in together)
        return Merged(
            stories=tuple(sorted(tuple(sorted(places)) for places in (*self._made, *alone))),
            links=tuple(sorted(self._links, key=lambda link: (link.one, link.other))),
            weak=tuple(sorted(self._weak, key=lambda link: (-link.probability, link.one, link.other))),
        )

    def _open(self, place: int) -> _Story:
        story = self._stories.get(place)
        if story is None:
            story = self._stories[place] = _Story(place, self._nodes[place])
            self._clusters[place] = [place]
        return story

    def _tie(self, one: int, other: int) -> None:
        small, large = sorted((self._clusters[one], self._clusters[other]), key=len)
        if small is not large:
            large += small
            self._clusters.update(dict.fromkeys(small, large))

    def _merge(self, cluster: list[int]) -> None:
        """What becomes of a cluster."""
        self._heap = [
            (-bond.best, place, other)
            for place in cluster
            for other, bond in self._stories[place].near.items()
            if place < other and bond.best >= 0.0
        ]
        heapify(self._heap)
        left = set(cluster)
        while self._heap:
            negative, first, second = heappop(self._heap)
            if first in left and second in left:
                bond = self._stories[first].near[second]
                self._links.append(Link(one=bond.one, other=bond.other, probability=probability(-negative)))
                left -= {first, second}
                left.add(self._join(first, second))
        for number in sorted(left):
            self._weak += self._doubts(number)
        for number in left:
            self._made.append(self._stories.pop(number).places)

    def _doubts(self, number: int) -> Iterator[Link]:
        """The stories that this one stayed apart from though they may be one; each pair once."""
        story = self._stories[number]
        for other, bond in story.near.items():
            if number < other:
                sure = probability(self._logit(story, self._stories[other], bond))
                if sure >= _WEAK:
                    yield Link(one=bond.one, other=bond.other, probability=sure)

    def _join(self, first: int, second: int) -> int:
        """Make two stories one, and give its number."""
        story, taken = self._stories.pop(first), self._stories.pop(second)
        bond = story.near.pop(second)
        del taken.near[first]
        others = sorted(story.near.keys() | taken.near.keys())
        bonds = {number: self._bond(number, story, taken) for number in others}
        story.take(taken, bond)
        story.near = {}
        here = self._next
        self._next += 1
        self._stories[here] = story
        for number, shared in bonds.items():
            other = self._stories[number]
            other.near.pop(first, None)
            other.near.pop(second, None)
            logit = self._logit(story, other, shared)
            if logit > FLOOR or shared.less:
                story.near[number] = other.near[here] = shared
            if logit >= 0.0:
                heappush(self._heap, (-logit, number, here))
        return here

    def _bond(self, number: int, one: _Story, other: _Story) -> _Bond:
        """What a neighbour of either shares with both."""
        neighbour = self._stories[number]
        first, second = one.near.get(number), other.near.get(number)
        if first is None or second is None:
            known, missing = (first, other) if first is not None else (second, one)
            assert known is not None  # noqa: S101  it is a neighbour of one of them
            known.words += missing.words.product(neighbour.words)
            known.names += missing.names.product(neighbour.names)
            return known
        first.words += second.words
        first.names += second.names
        first.less = first.less or second.less
        if second.best > first.best:
            first.best, first.one, first.other = second.best, second.one, second.other
        return first

    def _logit(self, one: _Story, other: _Story, bond: _Bond) -> float:
        named = one.names.size * other.names.size
        worded = one.words.size * other.words.size
        return self._judge.logit(
            bond.words / worded if worded else 0.0,
            bond.names / named if named else None,
            one.day,
            other.day,
            (one.length + other.length) / 2.0,
            one.one_source(other),
            one_pattern=bond.less,
        )
