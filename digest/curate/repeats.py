"""What an earlier issue already had."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from digest.config.settings import Settings
from digest.curate.alike import are_two, same_address, texts_alike, told
from digest.curate.grouping import Group
from digest.curate.headlines import bare_key
from digest.curate.stories import StoryIds, stories, summarised
from digest.model import Entry, Period, Reason, Repeat, Source, Story
from digest.text.titles import title_key

MOST_STORIES = 10
"""Shown to the editor of what ran before: a reminder, not a second draft."""


def split_repeats(entries: Sequence[Entry], earlier: Sequence[Entry]) -> tuple[tuple[Entry, ...], tuple[Repeat, ...]]:
    """The entries that are new, and those that are the same item as one an earlier issue had, each by id.

    The same item: the same id, the same address (and alike in title or text), or the same title over the same text.

    Args:
        entries: the eligible ones.
        earlier: those that earlier issues used, grouped or dropped.
    """
    known = _Known(earlier)
    eligible: list[Entry] = []
    repeats: list[Repeat] = []
    for entry in sorted(entries, key=lambda entry: entry.id):
        if (repeat := known.repeat_of(entry)) is None:
            eligible.append(entry)
        else:
            repeats.append(repeat)
    return tuple(eligible), tuple(repeats)


def ran_stories(
    repeats: Sequence[Repeat],
    *,
    sources: Mapping[str, Source],
    settings: Settings,
    period: Period,
    taken: Collection[str] = (),
) -> tuple[tuple[Story, Repeat], ...]:
    """What readers had before and is told again, as stories with their summaries, best first; at most MOST_STORIES.

    All that repeats one earlier entry is one story. What an editor dropped is in none: it was decided upon.

    Args:
        repeats: of ``split_repeats``.
        sources: by id.
        settings: how a story is ranked and summed up.
        period: of the issue that is drafted.
        taken: ids of stories that exist and that none of these may have.
    """
    by_earlier: dict[str, list[Repeat]] = defaultdict(list)
    for repeat in repeats:
        if repeat.earlier.state != "dropped":
            by_earlier[repeat.earlier.id].append(repeat)
    found = [by_earlier[key] for key in sorted(by_earlier)]
    groups = [
        Group(
            entries=tuple(repeat.entry for repeat in one),
            grounds=tuple(Reason(points=0.0, text=why) for why in dict.fromkeys(repeat.why for repeat in one)),
        )
        for one in found
    ]
    ids = StoryIds(by_entry={}, taken=taken)
    made = stories(groups, sources=sources, settings=settings, period=period, ids=ids)
    best = sorted(zip(made, found, strict=True), key=lambda pair: (-pair[0].score, pair[0].id))
    return tuple((summarised(story, sources=sources, settings=settings), one[0]) for story, one in best[:MOST_STORIES])


def title_keys(entry: Entry) -> tuple[str, ...]:
    """What an entry's title is compared by: as it stands, and without its publisher or the mark of a version."""
    return tuple(dict.fromkeys(key for key in (title_key(entry.title), bare_key(entry.title)) if key))


class _Known:
    """Earlier entries by what they are recognised by: what readers had, the newest first, then what was dropped."""

    def __init__(self, earlier: Iterable[Entry]) -> None:
        self._ids: dict[str, Entry] = {}
        self._addresses: dict[str, list[Entry]] = defaultdict(list)
        self._titles: dict[str, list[Entry]] = defaultdict(list)
        newest_first = sorted(sorted(earlier, key=lambda one: one.id), key=lambda one: one.issue or "", reverse=True)
        for entry in sorted(newest_first, key=lambda entry: entry.state == "dropped"):
            self._ids[entry.id] = entry
            if entry.url_key is not None:
                self._addresses[entry.url_key].append(entry)
            for key in title_keys(entry):
                self._titles[key].append(entry)

    def repeat_of(self, entry: Entry) -> Repeat | None:
        if (before := self._ids.get(entry.id)) is not None:
            return Repeat(entry=entry, earlier=before, why=_why("the same entry as", before))
        for before in self._addresses.get(entry.url_key or "", ()):
            if same_address(told(before), told(entry)):
                return Repeat(entry=entry, earlier=before, why=_why("the same address as", before))
        for before in (before for key in title_keys(entry) for before in self._titles.get(key, ())):
            if texts_alike(told(before), told(entry)) and not are_two(told(before), told(entry)):
                return Repeat(entry=entry, earlier=before, why=_why("the same title and text as", before))
        return None


def _why(what: str, before: Entry) -> str:
    place = f" in {before.issue}" if before.issue else " in an earlier issue"
    dropped = ", which the editor dropped" if before.state == "dropped" else ""
    return f"{what} “{before.title}”{place}{dropped}"
