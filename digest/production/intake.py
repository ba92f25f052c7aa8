"""What was gathered, filed: many readings in one transaction, so that a thousand feeds cost the disk a few writes."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from digest.gather.identity import Earlier
from digest.gather.sources import named
from digest.model import FetchState, Reading, Source
from digest.store import claims, entries, sources
from digest.store.entries import Filed

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from digest.gather.memory import There
    from digest.production.duefeeds import Wanted
    from digest.store.claims import Claim
    from digest.store.database import Store

_MOST_READINGS: Final = 1000
_MOST_ENTRIES: Final = 1000
_LONGEST_S: Final = 0.5
"""What a crash may cost is asked for again: at most so much."""
_NEVER: Final = FetchState()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What one source gave, and how much of it was new."""

    reading: Reading
    filed: Filed
    told: int = 0  # new and changed entries that the reading has, or had
    elsewhere: bool = False  # a worker has this feed: nothing was filed here

    def without_entries(self) -> Fetched:
        """The same for somebody who wants to keep a thousand of them."""
        return replace(self, reading=replace(self.reading, entries=()))


class StoreMemory:
    """What the store knows of the items of a feed (``digest.gather.memory.Memory``)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def unchanged(self, source_id: str, fingerprints: Collection[str]) -> Mapping[str, tuple[There, ...]]:
        found: defaultdict[str, tuple[There, ...]] = defaultdict(tuple)
        for fingerprint, entry_id, published in entries.with_fingerprints(self._connection, source_id, fingerprints):
            found[fingerprint] += ((entry_id, published),)
        return found

    def known(self, ids: Collection[str]) -> Mapping[str, Earlier]:
        rows = entries.marks_of(self._connection, ids)
        return {row[0]: Earlier(url_key=row[1], title=row[2], published=row[3]) for row in rows}


def left_to_workers(wanted: Wanted) -> Iterator[Fetched]:
    """The feeds that were not asked because workers are at their hosts."""
    for source in wanted.elsewhere:
        state = wanted.states.get(source.id, _NEVER)
        reading = Reading(source=named(source, state.title), outcome="not due", fetched=state)
        yield Fetched(reading=reading, filed=Filed(), elsewhere=True)


def file_readings(
    store: Store,
    readings: Iterable[Reading],
    states: Mapping[str, FetchState],
    *,
    now: datetime,
    news_from: datetime,
    claim: Claim | None = None,
) -> Iterator[Fetched]:
    """Store what sources told, and give each with what was new of it, once it is on the disk.

    Args:
        store: the project's.
        readings: as they arrive.
        states: what was remembered of each source before, by id.
        now: the time of the fetch.
        news_from: what a feed's first fetch gives is news from then on; what is older is backlog.
        claim: under which the feeds are asked: what is its own no longer is not filed, and what is filed is given back
            with it. None: whoever fetches here has them.
    """
    if claim is not None:
        readings = (reading for reading in readings if reading.source.id in claim.ids)
    for batch in _batches(readings):
        ids = {reading.source.id for reading in batch}
        with store.write() as connection:
            mine = ids if claim is None else claims.held(connection, claim, ids)
            filed = _file(
                connection, [one for one in batch if one.source.id in mine], states, now=now, news_from=news_from
            )
            if claim is not None:
                claims.release(connection, claim, mine)
        for reading in batch:
            if reading.source.id in mine:
                yield Fetched(reading=reading, filed=next(filed), told=len(reading.entries))
            else:
                yield Fetched(reading=reading, filed=Filed(), elsewhere=True)


def _file(
    connection: Connection,
    readings: Sequence[Reading],
    states: Mapping[str, FetchState],
    *,
    now: datetime,
    news_from: datetime,
) -> Iterator[Filed]:
    """What was new of each, filed before the first is given."""
    filed, told = [], []
    for reading in readings:
        before = states.get(reading.source.id, _NEVER)
        state = reading.fetched or _read_from_disk(reading, before, now=now)
        if reading.outcome == "not due" and state == before:
            filed.append(Filed())
            continue  # another fetch may have learnt more since
        first = reading.source.backlog and before.first_fetched is None
        new = entries.file_entries(connection, reading.entries, now=now, news_from=news_from if first else None)
        told.append((reading.source, replace(state, last_new=now) if new.new else state))
        filed.append(new)
    sources.save_sources(connection, _last_of_each(told))
    return iter(filed)


def _batches(readings: Iterable[Reading]) -> Iterator[list[Reading]]:
    """Readings in runs that are worth a transaction, none of which waits long for the next."""
    batch: list[Reading] = []
    size, began = 0, time.monotonic()
    for reading in readings:
        batch.append(reading)
        size += len(reading.entries)
        if len(batch) >= _MOST_READINGS or size >= _MOST_ENTRIES or time.monotonic() - began >= _LONGEST_S:
            yield batch
            batch, size, began = [], 0, time.monotonic()
    if batch:
        yield batch


def _last_of_each(told: Sequence[tuple[Source, FetchState]]) -> list[tuple[Source, FetchState]]:
    return list({source.id: (source, state) for source, state in told}.values())


def _read_from_disk(reading: Reading, before: FetchState, *, now: datetime) -> FetchState:
    """What to remember of files: there is no server to be polite to, but trouble is shown like any other."""
    failed = reading.outcome == "failed"
    return replace(
        before,
        first_fetched=before.first_fetched or now,
        last_fetched=now,
        last_problem=reading.problems[0].message if reading.problems else None,
        failing_since=(before.failing_since or now) if failed else None,
        failures=before.failures + 1 if failed else 0,
    )
