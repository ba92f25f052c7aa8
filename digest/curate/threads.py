"""The stories that run over weeks: which story of an earlier issue each of this week's goes on with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from digest.curate.features import Features, features_of
from digest.curate.frequencies import Frequencies, count_frequencies
from digest.curate.grounds import Side, ground, told_probability
from digest.curate.grouping import Group
from digest.curate.likeness import Judge, probability
from digest.curate.neighbours import Neighbours, Node, Rarity, node_of
from digest.curate.origin import language_of, origin_of
from digest.curate.pairs import Pair, near_pairs
from digest.curate.wording import Wording
from digest.model import Entry, Source

_SURE = 0.8
"""A probability. A wrong thread sends readers to another matter, a missing one costs them nothing. Of stories of six
news sets parted into two issues two thirds are found; of 167 found 4 were of another matter, as one reads."""
_MOST_ENTRIES = 5  # of a story: those that lead it
_MOST = 255  # a count is a byte


@dataclass(frozen=True, slots=True, kw_only=True)
class PastStory:
    """A story as an earlier issue had it."""

    id: str
    issue: str  # "2026-W46"
    title: str
    entries: tuple[Entry, ...]  # the lead first; at least one


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """The earlier story that one of this week's goes on with."""

    story_id: str
    issue: str
    title: str
    probability: float
    shared: str  # "shares Ofgate, Marlow; 6 days apart (0.93)"

    @property
    def ground(self) -> str:
        """For an editor who asks why: ``continues “Strike shuts the harbour” of 2026-W46: shares Ofgate …``."""
        return f"continues “{self.title}” of {self.issue}: {self.shared}"


def earlier_stories(
    groups: Sequence[Group],
    past: Sequence[PastStory],
    *,
    sources: Mapping[str, Source],
    language: str,
    carried: Frequencies | None = None,
    of: int = 0,
) -> Mapping[str, Thread]:
    """By the id of a group's lead, the earlier story that it goes on with: the likeliest, if it is likely enough.

    Judged as undated entries are, by the words and names of each story as one text: a thread may rest for weeks. Of
    equally likely ones that of the newest issue is taken. Which group or story came first does not matter.

    Args:
        groups: this week's.
        past: of the issues to look back to, eight weeks or so; an issue's name sorts after those before it.
        sources: by id.
        language: the newsletter's, of entries that show none of their own.
        carried: the frequencies of earlier weeks' entries.
        of: how many entries this week had, if the groups are some of them only: of more, more are alike by chance.
    """
    if not past:
        return {}
    before = sorted(past, key=lambda story: (story.issue, story.id))
    now = sorted(groups, key=lambda group: group.lead.id)
    told = [
        _told(entries, sources, language) for entries in (*(one.entries for one in before), *(g.entries for g in now))
    ]
    frequencies = (carried or Frequencies()).plus(count_frequencies(one.features for one in told))
    rarity = Rarity(frequencies)
    nodes = [one.node(str(place), rarity) for place, one in enumerate(told)]
    judge = Judge((), entries=max(len(nodes), of), strictness="strict")
    neighbours = Neighbours(frequencies)
    for node in nodes[: len(before)]:
        neighbours.add(node)
    found: dict[str, Thread] = {}
    for place, group in enumerate(now, start=len(before)):
        pairs = near_pairs(nodes, neighbours.near(nodes[place]), place, judge)
        best = max(pairs, key=lambda pair: (pair.logit, pair.one), default=None)
        if best is not None and probability(best.logit) >= _SURE:
            found[group.lead.id] = _thread(before[best.one], best, told, frequencies)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A story as one text."""

    lead: Entry
    features: Features
    origin: str  # "" if its entries are of several

    def node(self, id_: str, rarity: Rarity) -> Node:
        wording = Wording(self.lead, self.features, origin=self.origin) if self.origin else None
        return node_of(id_, 0.0, self.features, rarity, dated=False, wording=wording)


def _told(entries: Sequence[Entry], sources: Mapping[str, Source], language: str) -> _Told:
    leading = entries[:_MOST_ENTRIES]
    origins = {origin_of(entry, sources) for entry in leading}
    return _Told(
        lead=leading[0],
        features=_together([features_of(entry, language_of(entry, sources, language)) for entry in leading]),
        origin=origins.pop() if len(origins) == 1 else "",
    )


def _together(told: Sequence[Features]) -> Features:
    """What several entries speak of, counted as in one."""
    if len(told) == 1:
        return told[0]
    terms: dict[str, int] = {}
    names: dict[str, int] = {}
    for one in told:
        for table, keys, counts in ((terms, one.terms, one.term_counts), (names, one.names, one.name_counts)):
            for key, count in zip(keys, counts, strict=True):
                table[key] = min(table.get(key, 0) + count, _MOST)
    return replace(
        told[0],
        terms=tuple(terms),
        term_counts=bytes(terms.values()),
        names=tuple(names),
        name_counts=bytes(names.values()),
    )


def _thread(story: PastStory, pair: Pair, told: Sequence[_Told], frequencies: Frequencies) -> Thread:
    now, then = (Side(entry=told[place].lead, features=told[place].features) for place in (pair.other, pair.one))
    sure = probability(pair.logit)
    return Thread(
        story_id=story.id,
        issue=story.issue,
        title=story.title,
        probability=round(sure, 2),
        shared=f"{ground(now, then, frequencies)} ({told_probability(sure)})",
    )
