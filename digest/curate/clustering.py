"""Features of items → which of them tell of one event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from digest.curate.features import Features
from digest.curate.frequencies import Frequencies, count_frequencies
from digest.curate.likeness import Judge, Strictness
from digest.curate.merging import Merged, merge
from digest.curate.neighbours import Rarity, node_of
from digest.curate.pairs import pairs_of
from digest.curate.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item, as far as clustering looks at it."""

    id: str
    day: float  # since any day, with its fraction; of an undated one, when it was first seen
    dated: bool
    features: Features
    wording: Wording | None = None  # None: its source is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """What was found of the items, which ``merged`` calls by their places in ``ids``."""

    ids: tuple[str, ...]
    merged: Merged
    frequencies: Frequencies  # those that the items were weighed by


def cluster(items: Sequence[Item], *, carried: Frequencies, strictness: Strictness) -> Clusters:
    """The stories that items make; which came first does not matter.

    They are taken in the order of their days and ids, and each is compared with those of the last seven days that
    share its rarest terms: a story that heard nothing new for so long is closed.

    Args:
        items: of different ids.
        carried: the frequencies of earlier weeks, in which these items are not counted yet.
        strictness: "lenient" joins more, also of what does not belong together.
    """
    ordered = sorted(items, key=lambda item: (item.day, item.id))
    frequencies = carried.plus(count_frequencies(item.features for item in ordered))
    rarity = Rarity(frequencies)
    nodes = [
        node_of(item.id, item.day, item.features, rarity, dated=item.dated, wording=item.wording) for item in ordered
    ]
    judge = Judge((node.day for node in nodes if node.dated), entries=len(nodes), strictness=strictness)
    merged = merge(nodes, pairs_of(nodes, frequencies, judge), judge)
    return Clusters(ids=tuple(node.id for node in nodes), merged=merged, frequencies=frequencies)
