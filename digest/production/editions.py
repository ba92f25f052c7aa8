"""The editions of an issue: the whole, and the slices that its subscribers' topics ask for."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from digest.deliver.mailing import topic_sets
from digest.edit.slices import ALL, NOTHING, Slice, Slicer, narrowest, topics_of
from digest.production.frozen import VARIANT, Parts, frozen_issue
from digest.text.topics import find_topic

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from digest.config.settings import Settings
    from digest.model import Issue

SLICES = "slices.json"  # the part that is frozen of them
MOST_SLICES = 200
"""Of an issue, those with the most readers. The others' readers get the narrowest of them that has all they chose: with
many topics nearly everybody chooses differently, and each slice is rendered, checked and kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Editions:
    """What there is to choose, and which slices of an issue are mailed; their rest is Slice's."""

    known: tuple[str, ...] = ()  # the topics; none: nobody can choose
    slices: tuple[Slice, ...] = ()

    def chooser(self, issue: Issue) -> Callable[[Collection[str]], str]:
        """Says the id of what those get who follow some topics; never less than they chose, see narrowest."""
        slicer, made = Slicer(issue, self.known), set(self.slices)

        def choose(topics: Collection[str]) -> str:
            wanted = slicer.slice(topics)
            return wanted.id if wanted.id in {ALL, NOTHING} or wanted in made else narrowest(wanted, self.slices)

        return choose

    def dump(self) -> str:
        cuts = [{**asdict(one), "stories": sorted(one.stories), "texts": sorted(one.texts)} for one in self.slices]
        return json.dumps({"known": self.known, "slices": cuts}, ensure_ascii=False, sort_keys=True)

    @classmethod
    def load(cls, text: str) -> Editions:
        said = json.loads(text)
        cuts = tuple(
            Slice(
                id=one["id"],
                topics=tuple(one["topics"]),
                stories=frozenset(one["stories"]),
                texts=frozenset(one["texts"]),
            )
            for one in said["slices"]
        )
        return cls(known=tuple(said["known"]), slices=cuts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """How many active subscribers get an edition."""

    variant: str  # "nothing": no story is on their topics, so they get no mail
    topics: tuple[str, ...]  # of a slice
    count: int


def wanted_editions(connection: Connection, issue: Issue, settings: Settings) -> Editions:
    """What the active subscribers of this moment ask for."""
    known = topics_of(settings)
    slicer = Slicer(issue, known)
    asked: Counter[Slice] = Counter()
    for topics, count in topic_sets(connection).items() if known else ():
        asked[slicer.slice(topics)] += count
    cuts = sorted((one for one in asked if one.id not in {ALL, NOTHING}), key=lambda one: (-asked[one], one.id))
    return Editions(known=known, slices=tuple(sorted(cuts[:MOST_SLICES], key=lambda one: one.id)))


def lost_topics(connection: Connection, known: Collection[str]) -> dict[str, int]:
    """What active subscribers follow that is no topic (any more), with how many do; the most followed first.

    Only those are counted who follow a topic besides, and so get nothing in its place: the others get everything.
    """
    titles = tuple(known)
    lost: Counter[str] = Counter()
    for topics, count in topic_sets(connection).items():
        gone = {topic for topic in topics if topic.strip() and find_topic(topic, titles) is None}
        if len(gone) < len({topic for topic in topics if topic.strip()}):
            lost.update(dict.fromkeys(gone, count))
    return dict(sorted(lost.items(), key=lambda one: (-one[1], one[0])))


def frozen_editions(parts: Parts) -> Editions:
    """Those that were approved."""
    part = parts.get((VARIANT, SLICES))
    return Editions.load(part.decode("utf-8")) if part else Editions()


def variant_for(parts: Parts, name: str) -> Callable[[Collection[str]], str | None]:
    """Says which of the approved mails of an issue those get who follow some topics; None: none."""
    choose = frozen_editions(parts).chooser(frozen_issue(parts, name))

    def variant(topics: Collection[str]) -> str | None:
        found = choose(topics)
        return None if found == NOTHING else found

    return variant


def readers(connection: Connection, issue: Issue, editions: Editions) -> tuple[Readers, ...]:
    """Who gets what, if it were mailed now: the whole first, then the slices by their readers, then nothing."""
    topics = {one.id: one.topics for one in editions.slices}
    choose = editions.chooser(issue)
    counts: Counter[str] = Counter()
    for chosen, count in topic_sets(connection).items():
        counts[choose(chosen)] += count
    order = sorted(counts, key=lambda one: (one != ALL, one == NOTHING, -counts[one], one))
    return tuple(Readers(variant=one, topics=topics.get(one, ()), count=counts[one]) for one in order)
