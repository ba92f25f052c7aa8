"""Entries → items: what several sources brought of one thing published once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from digest.curate.alike import same_address, telling_title, texts_alike
from digest.curate.origin import is_local, origin_of, primary_host
from digest.model import Entry, Source
from digest.text.titles import title_key

_APART = timedelta(days=3)
_NEVER = datetime.max.replace(tzinfo=UTC)


def same_items(entries: Sequence[Entry], *, sources: Mapping[str, Source]) -> tuple[tuple[Entry, ...], ...]:
    """The entries in groups, each of one item, the lead first; which entry came first does not matter.

    Two entries are one item if they have the same address (and are alike in title or text), or the same telling title
    within three days. A title that one source uses again and again ("Market report") joins nothing.

    Args:
        entries: of different ids.
        sources: by id.
    """
    ordered = sorted(entries, key=lambda entry: _lead_key(entry, sources))
    groups = _Groups(ordered)
    for run in _by_address(ordered):
        groups.join(run)
    for run in _by_title(ordered, sources):
        groups.join(run)
    return groups.all()


def why_same(lead: Entry, other: Entry) -> str:
    """What made two entries one item, for the editor."""
    if same_address(lead, other):
        return "same address"
    return "same title" if title_key(lead.title) == title_key(other.title) else "same as another of its sources"


def _lead_key(entry: Entry, sources: Mapping[str, Source]) -> tuple[bool, bool, int, datetime, str]:
    """The release itself, then the primary source, then the fuller text, then the earlier, then the id."""
    return (
        not (entry.organisation and is_local(entry, sources)),
        primary_host(entry, sources) is None,
        -len(entry.text or entry.summary),
        entry.published or _NEVER,
        entry.id,
    )


def _by_address(entries: Sequence[Entry]) -> Iterable[list[Entry]]:
    """Runs of entries that link to one page and are alike; each is held against the lead of a run."""
    pages: dict[str, list[list[Entry]]] = defaultdict(list)
    for entry in entries:
        if entry.url_key is None:
            continue
        runs = pages[entry.url_key]
        run = next((run for run in runs if same_address(run[0], entry)), None)
        if run is None:
            runs.append([entry])
        else:
            run.append(entry)
    return (run for runs in pages.values() for run in runs)


def _by_title(entries: Sequence[Entry], sources: Mapping[str, Source]) -> Iterable[list[Entry]]:
    """Runs of entries with one telling title, three days long at most; undated ones go with the newest."""
    titles: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        key = title_key(entry.title)
        if telling_title(key):
            titles[key].append(entry)
    for same in titles.values():
        if len(same) < 2 or _recurs(same, sources):
            continue
        dated = sorted((e for e in same if e.published), key=lambda e: (e.published or _NEVER, e.id))
        runs: list[list[Entry]] = []
        for entry in dated:
            if runs and (entry.published or _NEVER) - (runs[-1][0].published or _NEVER) <= _APART:
                runs[-1].append(entry)
            else:
                runs.append([entry])
        undated = [entry for entry in same if not entry.published]
        if runs:
            runs[-1] += undated
        else:
            runs.append(undated)
        yield from runs


def _recurs(same: Sequence[Entry], sources: Mapping[str, Source]) -> bool:
    """Whether one source gives this title to different things."""
    by_source: dict[str, Entry] = {}
    for entry in same:
        first = by_source.setdefault(origin_of(entry, sources), entry)
        if first is not entry and not same_address(first, entry) and not texts_alike(first, entry):
            return True
    return False


class _Groups:
    """Disjoint sets of entries. ``entries`` come best lead first, and so do the members of a group."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._place = {entry.id: place for place, entry in enumerate(entries)}
        self._parent = list(range(len(entries)))

    def join(self, run: Sequence[Entry]) -> None:
        for entry in run[1:]:
            first, second = self._root(self._place[run[0].id]), self._root(self._place[entry.id])
            self._parent[max(first, second)] = min(first, second)

    def all(self) -> tuple[tuple[Entry, ...], ...]:
        members: dict[int, list[Entry]] = defaultdict(list)
        for place, entry in enumerate(self._entries):
            members[self._root(place)].append(entry)
        return tuple(tuple(group) for group in members.values())

    def _root(self, place: int) -> int:
        while self._parent[place] != place:
            self._parent[place] = self._parent[self._parent[place]]
            place = self._parent[place]
        return place
