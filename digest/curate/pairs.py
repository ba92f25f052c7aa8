"""Pairs of entries that may be of one story, what the two share, and how likely it makes them one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat
from operator import mul
from typing import NamedTuple

from digest.curate.frequencies import Frequencies
from digest.curate.likeness import MOST_BY_NAMES, Judge
from digest.curate.neighbours import Neighbours, Node
from digest.curate.wording import own_words

FLOOR = -1.0
"""A logit: two entries below it (p .27) do not make their stories neighbours."""


class Pair(NamedTuple):  # cheaper than a dataclass: there are many
    """Two entries, by their places, and what they share."""

    one: int
    other: int
    words: float  # cosine of their terms
    names: float  # of their names; 0.0 if either has none
    logit: float  # of the probability that they are of one story
    less: bool  # whether something is taken off that they, of one source, share word for word


def pairs_of(nodes: Sequence[Node], frequencies: Frequencies, judge: Judge) -> Iterator[Pair]:
    """Each pair above the floor once, in the order of the later entry.

    Args:
        nodes: in the order of their days.
        frequencies: those that they were weighed by.
        judge: for these entries.
    """
    neighbours = Neighbours(frequencies)
    for place, node in enumerate(nodes):
        yield from near_pairs(nodes, neighbours.add(node), place, judge)


def near_pairs(nodes: Sequence[Node], near: Sequence[int], place: int, judge: Judge) -> Iterator[Pair]:
    """Of an entry and those near it the pairs above the floor."""
    if not near:
        return
    node = nodes[place]
    terms = dict(zip(node.terms, node.term_weights, strict=True))
    names = dict(zip(node.names, node.name_weights, strict=True))
    for earlier in near:
        other = nodes[earlier]
        words = cosine(terms, other.terms, other.term_weights)
        most = _logit(judge, node, other, words, 0.0) + MOST_BY_NAMES
        if most > FLOOR:
            shared = cosine(names, other.names, other.name_weights)
            logit = _logit(judge, node, other, words, shared)
            if logit > FLOOR:
                pair = Pair(earlier, place, words, shared, logit, less=False)
                yield _less_wording(pair, other, node, judge) if of_one_source(node, other) else pair


def of_one_source(one: Node, other: Node) -> bool:
    """Whether it is known that one source brought both."""
    return one.wording is not None and other.wording is not None and one.wording.origin == other.wording.origin


def cosine(one: Mapping[str, float], keys: Sequence[str], weights: Sequence[float]) -> float:
    """The sum of the products of what both hold, in the order of ``keys``."""
    return float(sum(map(mul, map(one.get, keys, repeat(0.0)), weights)))


def _logit(judge: Judge, one: Node, other: Node, words: float, names: float, *, less: bool = False) -> float:
    return judge.logit(
        words,
        names if one.names and other.names else None,
        one.day if one.dated else None,
        other.day if other.dated else None,
        (one.length + other.length) / 2.0,
        float(of_one_source(one, other)),
        one_pattern=less,
    )


def _less_wording(pair: Pair, one: Node, other: Node, judge: Judge) -> Pair:
    """What two entries of one source share beside its manner."""
    assert one.wording is not None  # noqa: S101  they are known to be of one source
    assert other.wording is not None  # noqa: S101
    own = own_words(one.wording, other.wording)
    if own is None:
        return pair
    terms = {key: weight for key, weight in zip(one.terms, one.term_weights, strict=True) if key in own.terms}
    names = {key: weight for key, weight in zip(one.names, one.name_weights, strict=True) if key in own.names}
    words = cosine(terms, other.terms, other.term_weights)
    shared = cosine(names, other.names, other.name_weights)
    return Pair(pair.one, pair.other, words, shared, _logit(judge, one, other, words, shared, less=True), less=True)
