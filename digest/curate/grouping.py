"""Items → groups: the items that tell of one event, the best lead first, and what shows that they do."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import log, sqrt

from digest.curate.clustering import Clusters, Item, cluster
from digest.curate.features import features_of
from digest.curate.frequencies import Frequencies, count_frequencies
from digest.curate.grounds import Side, ground, told_probability
from digest.curate.likeness import Strictness
from digest.curate.merging import Link
from digest.curate.origin import is_local, language_of, origin_name, origin_of, primary_host
from digest.curate.same import why_same
from digest.curate.wording import Wording
from digest.model import Entry, Reason, Source
from digest.text.language import base_language

_EPOCH = datetime.fromtimestamp(0, UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)
_DAY_S = 86_400.0
_MOST_DOUBTS = 100
_FULL = 0.5  # of the longest text of a story: as full may lead it


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What will be a story."""

    entries: tuple[Entry, ...]  # item by item, the one that leads first
    grounds: tuple[Reason, ...] = ()  # for each entry but the lead: why it is here

    @property
    def lead(self) -> Entry:
        return self.entries[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Two groups that may be one story."""

    one: Group
    other: Group
    probability: float
    ground: str  # "shares Ofgem, £1,720, price; 1 day apart"


def group_items(
    items: Sequence[Sequence[Entry]],
    *,
    sources: Mapping[str, Source],
    language: str,
    strictness: Strictness,
    carried: Frequencies | None = None,
) -> tuple[tuple[Group, ...], tuple[Doubt, ...]]:
    """The groups, by the ids of their leads, and the pairs of groups that may be one, the likeliest first.

    Args:
        items: disjoint; of each the entries that bring it, the lead first.
        sources: by id.
        language: the newsletter's, of entries that show none of their own.
        strictness: "lenient" joins more, also of what does not belong together.
        carried: the frequencies of earlier weeks' entries.
    """
    told = {item[0].id: _tell(item, sources, language) for item in items}
    found = cluster([one.item for one in told.values()], carried=carried or Frequencies(), strictness=strictness)
    grouping = _Grouping(found, [told[lead] for lead in found.ids], sources, base_language(language, ""))
    groups = [grouping.group(places) for places in found.merged.stories]
    group_of = {place: group for group, places in zip(groups, found.merged.stories, strict=True) for place in places}
    doubts = tuple(
        Doubt(
            one=group_of[link.one],
            other=group_of[link.other],
            probability=link.probability,
            ground=grouping.ground(link.one, link.other),
        )
        for link in found.merged.weak[:_MOST_DOUBTS]
    )
    return tuple(sorted(groups, key=lambda group: group.lead.id)), doubts


def count_entries(entries: Sequence[Entry], *, sources: Mapping[str, Source], language: str) -> Frequencies:
    """The frequencies of entries, to be carried into the weeks after them."""
    return count_frequencies(features_of(entry, language_of(entry, sources, language)) for entry in entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """An item and what is looked at of it."""

    entries: tuple[Entry, ...]
    language: str
    item: Item

    @property
    def lead(self) -> Entry:
        return self.entries[0]

    @property
    def length(self) -> int:
        return len(self.lead.text or self.lead.summary)


def _tell(entries: Sequence[Entry], sources: Mapping[str, Source], default: str) -> _Told:
    lead = entries[0]
    language = language_of(lead, sources, default)
    published = lead.published or min((entry.published for entry in entries if entry.published), default=None)
    day = ((published or lead.first_seen) - _EPOCH).total_seconds() / _DAY_S
    features = features_of(lead, language)
    item = Item(
        id=lead.id,
        day=day,
        dated=published is not None,
        features=features,
        wording=Wording(lead, features, origin=origin_of(lead, sources)),
    )
    return _Told(entries=tuple(entries), language=language, item=item)


class _Grouping:
    """What was found, told of entries."""

    def __init__(self, found: Clusters, items: Sequence[_Told], sources: Mapping[str, Source], language: str) -> None:
        self._frequencies = found.frequencies
        self._items = items  # by their places
        self._sources = sources
        self._language = language
        self._links: dict[int, list[Link]] = defaultdict(list)
        for link in found.merged.links:
            self._links[link.one].append(link)
            self._links[link.other].append(link)

    def group(self, places: Sequence[int]) -> Group:
        """The items of a story: the one that leads, then as they are linked to it."""
        first = self._first(places) if len(places) > 1 else places[0]
        entries, grounds = list(self._items[first].entries), list(self._copies(first))
        for link, here in self._outwards(first):
            there = link.one + link.other - here
            entries += self._items[here].entries
            name = origin_name(self._items[here].lead, self._sources)
            text = f"with {name}: {self.ground(here, there)} ({told_probability(link.probability)})"
            grounds += [Reason(points=0.0, text=text), *self._copies(here)]
        return Group(entries=tuple(entries), grounds=tuple(grounds))

    def _first(self, places: Sequence[int]) -> int:
        longest = max(self._items[place].length for place in places)
        central = self._central(places) if len(places) > 2 else {}  # of two, each shares as much as the other
        return min(places, key=lambda place: self._lead_key(self._items[place], longest, central.get(place, 0.0)))

    def _central(self, places: Sequence[int]) -> dict[int, float]:
        """How much each item shares with the others of its story, of terms as rare as they are, for its own length.

        The headline of the one that shares most stands for them all: a story led by a side issue, told of the main one
        below it, reads as a mistake.
        """
        df, total = self._frequencies.terms, self._frequencies.entries + 1
        held = Counter(term for place in places for term in self._items[place].item.features.terms)
        found = {}
        for place in places:
            terms = self._items[place].item.features.terms
            shared = sum((held[term] - 1) * log(total / df.get(term, 1)) for term in terms)
            found[place] = round(shared / sqrt(len(terms) or 1), 6)
        return found

    def ground(self, one: int, other: int) -> str:
        first, second = (
            Side(entry=told.lead, features=told.item.features) for told in (self._items[one], self._items[other])
        )
        return ground(first, second, self._frequencies)

    def _lead_key(
        self, told: _Told, longest: int, central: float
    ) -> tuple[bool, bool, bool, float, bool, float, datetime, str]:
        """What leads is the least by this.

        In the reader's language, the release itself, the primary source, a heavy feed, a full text, what shares most
        with the others, the earliest.
        """
        lead = told.lead
        source = self._sources.get(lead.source_id)
        return (
            told.language != self._language,
            not (lead.organisation and is_local(lead, self._sources)),
            primary_host(lead, self._sources) is None,
            -(source.weight if source else 1.0),
            told.length < _FULL * longest,
            -central,
            lead.published or _NEVER,
            lead.id,
        )

    def _outwards(self, first: int) -> Iterator[tuple[Link, int]]:
        """The links of a story from its lead on, and the place that each leads to."""
        seen = {first}
        waiting = deque([first])
        while waiting:
            here = waiting.popleft()
            for link in self._links[here]:
                there = link.one + link.other - here
                if there not in seen:
                    seen.add(there)
                    waiting.append(there)
                    yield link, there

    def _copies(self, place: int) -> Iterator[Reason]:
        lead, *others = self._items[place].entries
        for entry in others:
            name = origin_name(entry, self._sources)
            yield Reason(points=0.0, text=f"the same item from {name}: {why_same(lead, entry)}")
