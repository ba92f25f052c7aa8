"""What the accounts ask the store and nobody else does. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select

from digest.store.schema import entry, placement

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """A source that has told of pages of a host."""

    source_id: str
    entries: int  # of that host
    oldest: datetime | None  # of its entries, by their own dates


def placed_at(connection: Connection, entry_id: str) -> dict[str, datetime]:
    """When each issue's last draft placed an entry, by the issue's name."""
    query = select(placement.c.issue, placement.c.at).where(placement.c.entry_id == entry_id)
    return {row[0]: row[1] for row in connection.execute(query)}


def better_placed(connection: Connection, issue: str, score: float) -> int:
    """How many stories that are no more than candidates of an issue's draft have a higher score."""
    waits = and_(placement.c.issue == issue, placement.c.place.in_(("candidate", "bench")), placement.c.score > score)
    return connection.execute(select(func.count(placement.c.story_id.distinct())).where(waits)).scalar_one()


def with_title(connection: Connection, key: str) -> tuple[str, ...]:
    """The ids of the entries of this title (as ``digest.text.titles.title_key`` compares it), oldest first."""
    query = select(entry.c.id).where(entry.c.title_key == key).order_by(entry.c.number)
    return tuple(connection.execute(query).scalars()) if key else ()


def beginning_with(connection: Connection, keys: Collection[str], *, limit: int) -> tuple[str, ...]:
    """The ids of entries whose canonical address goes on after one of these with a query or a fragment."""
    found = or_(*(_begins(f"{key}{mark}") for key in sorted(keys) for mark in "?#"))
    return tuple(connection.execute(select(entry.c.id).where(found).order_by(entry.c.number).limit(limit)).scalars())


def tellers(connection: Connection, host: str) -> tuple[Teller, ...]:
    """The sources that told of pages of a host (without ``www.``), the one that told most first."""
    told = func.count().label("told")
    query = select(entry.c.source_id, told, func.min(entry.c.published)).where(_begins(f"{host}/"))
    rows = connection.execute(query.group_by(entry.c.source_id).order_by(told.desc(), entry.c.source_id))
    return tuple(Teller(source_id=row[0], entries=row[1], oldest=row[2]) for row in rows)


def news_days(connection: Connection, source_id: str, *, last: int) -> tuple[datetime, ...]:
    """The same as ``digest.store.rhythm.days_with_news`` tells of every source, for one of them."""
    query = select(entry.c.published, entry.c.first_seen).where(entry.c.source_id == source_id)
    newest: dict[object, datetime] = {}
    for published, seen in connection.execute(query):
        moment = published if published is not None and published <= seen else seen
        day = moment.astimezone(UTC).date()
        newest[day] = max(newest.get(day, moment), moment)
    return tuple(islice(sorted(newest.values(), reverse=True), last))


def told_by_source(connection: Connection, source_id: str) -> int:
    """How many entries a source has told."""
    query = select(func.count()).select_from(entry).where(entry.c.source_id == source_id)
    return connection.execute(query).scalar_one()


def _begins(start: str) -> ColumnElement[bool]:
    """An index serves a range, and not always LIKE."""
    return and_(entry.c.url_key >= start, entry.c.url_key < start[:-1] + chr(ord(start[-1]) + 1))
