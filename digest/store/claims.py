"""Feeds handed out to workers: which are listed, which are due, who asks them, and who still may file what they told.

A feed that is handed out carries a claim: a name that nobody else has. While the claim runs nobody else is given the
feed; once it has run out the feed is anybody's. Whoever files what a feed told must find the feed still under its own
name, in the transaction that files: that is what keeps two workers from filing it twice, not the claim's time.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)

from digest.model import FetchState, Source
from digest.store.meta import get_meta, put_meta
from digest.store.schema import source as table
from digest.store.sources import was_asked

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from sqlalchemy import RowMapping

LONGEST_WAIT: Final = timedelta(hours=24)
GONE_WAIT: Final = timedelta(days=7)
"""How far ahead a time can be that was set by a clock that was right. A test holds both, and what is due, against
digest.gather.web.politeness."""

_LISTED: Final = "feeds as listed"  # in meta: what feeds.toml said when the table was last made to agree with it
_AT_ONCE: Final = 5000  # rows in one statement
_UNREAD: Final[dict[str, Any]] = {one.name: one.default for one in fields(FetchState)}
_ROW = table.c
_WAITS_IF_WELL: Final[dict[str, Any]] = {"next_due": case((_ROW.failures == 0, _ROW.next_due))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A feed that is to be asked, and the host it is asked at, lower case."""

    id: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Feeds that somebody asks, under a name of its own."""

    owner: str
    ids: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """How many feeds came into the list, went out of it, or are asked elsewhere now."""

    new: int = 0
    gone: int = 0
    moved: int = 0


@dataclass(slots=True)
class _Changes:
    """The rows that are to be made or changed."""

    new: list[dict[str, Any]] = field(default_factory=list)
    listed: list[dict[str, Any]] = field(default_factory=list)
    moved: list[dict[str, Any]] = field(default_factory=list)  # to where the feed said
    others: list[dict[str, Any]] = field(default_factory=list)  # another address: another feed


# -- the list


def fingerprint(sources: Iterable[Source]) -> str:
    """By what it is seen that the list was changed, as far as the table cares."""
    told = sha256()
    for source in sources:
        told.update(f"{source.id}\0{source.location}\n".encode())
    return told.hexdigest()


def is_listed(connection: Connection, mark: str) -> bool:
    """Whether the table agrees with the list of this fingerprint."""
    return get_meta(connection, _LISTED) == mark


def is_any_listed(connection: Connection) -> bool:
    """Whether there is a feed of the web that workers are to ask."""
    return connection.scalar(select(_ROW.id).where(_ROW.listed, _ROW.host.is_not(None)).limit(1)) is not None


def list_sources(connection: Connection, sources: Sequence[Source], host_of: Callable[[Source], str | None]) -> Listing:
    """Make the table know the feeds of feeds.toml, also those that were never read.

    A feed whose address was changed is another feed: nothing is remembered of it, and whoever asks at the old address
    files nothing any more. Unless it was changed to where the feed itself has said that it moved. If it was well, it is
    asked when it would have been: machines that disagree on an address, each listing its own, must not have it asked
    each minute.

    Args:
        connection: of ``Store.write()``.
        sources: those of feeds.toml.
        host_of: gives the host that a feed is asked at; None: it is a file here.
    """
    mark = fingerprint(sources)
    if is_listed(connection, mark):
        return Listing()
    query = select(_ROW.id, _ROW.location, _ROW.moved_to, _ROW.host, _ROW.listed)
    rows = {row["id"]: row for row in connection.execute(query).mappings()}
    changes = _Changes()
    for source in sources:
        _note(changes, source, host_of(source), rows.get(source.id))
    _apply(connection, changes)
    gone = _unlist(connection, rows.keys() - {source.id for source in sources}, rows)
    put_meta(connection, _LISTED, mark)
    return Listing(new=len(changes.new), gone=gone, moved=len(changes.moved) + len(changes.others))


def _note(changes: _Changes, source: Source, host: str | None, row: RowMapping | None) -> None:
    told = {"key": source.id, "host": host}
    if row is None:
        if host is not None:  # what lies on this disk is read by whoever drafts
            name, location = source.name or source.id, source.location
            changes.new.append({"id": source.id, "kind": source.kind, "name": name, "location": location, "host": host})
    elif host is None or row["location"] == source.location:
        if (row["host"], row["listed"]) != (host, True):
            changes.listed.append(told)
    elif row["moved_to"] == source.location:
        changes.moved.append({**told, "location": source.location})
    else:
        changes.others.append({**told, "location": source.location})


def _apply(connection: Connection, changes: _Changes) -> None:
    listed = update(table).where(_ROW.id == bindparam("key")).values(listed=True, host=_given("host"))
    moved = listed.values(location=_given("location"), moved_to=None, moved_since=None)
    another = listed.values(location=_given("location"), claim=None, claimed_until=None, **_UNREAD | _WAITS_IF_WELL)
    for statement, rows in (
        (insert(table), changes.new),
        (listed, changes.listed),
        (moved, changes.moved),
        (another, changes.others),
    ):
        for start in range(0, len(rows), _AT_ONCE):
            connection.execute(statement, rows[start : start + _AT_ONCE])


def _given(name: str) -> BindParameter[str | None]:
    return bindparam(name)


def _unlist(connection: Connection, ids: Collection[str], rows: dict[str, RowMapping]) -> int:
    """Nothing is left of a feed that was never asked; of others there may be entries."""
    known = sorted(id_ for id_ in ids if rows[id_]["listed"])
    for start in range(0, len(known), _AT_ONCE):
        mine = _ROW.id.in_(known[start : start + _AT_ONCE])
        connection.execute(delete(table).where(mine, not_(was_asked())))
        connection.execute(update(table).where(mine).values(listed=False))
    return len(known)


# -- handing out


def is_due(now: datetime) -> ColumnElement[bool]:
    """What digest.gather.web.politeness.is_due says of a feed's state, where not all are asked; in SQL."""
    paused, waits = _ROW.retry_after, _ROW.next_due
    return and_(
        _ROW.gone_since.is_(None),
        or_(paused.is_(None), paused <= now, paused > now + LONGEST_WAIT),
        or_(waits.is_(None), waits <= now, waits > now + GONE_WAIT),
    )


def claim_due(connection: Connection, *, token: str, now: datetime, until: datetime, most: int) -> tuple[Due, ...]:
    """Hand out feeds of the web that are listed and due, those first that have waited longest.

    What another planner is handing out at this moment is passed over, so two never hand out the same.

    Args:
        connection: of ``Store.share()`` or ``write()``.
        token: the name of the claim.
        now: the time.
        until: when the claim runs out.
        most: how many at most.
    """
    found = (
        select(_ROW.id)
        .where(_ROW.listed, _ROW.host.is_not(None), is_due(now), _is_free(now))
        .order_by(_ROW.next_due.asc().nulls_first(), _ROW.id)
        .limit(most)
        .with_for_update(skip_locked=True)
        .cte("due")  # never a subquery: PostgreSQL may do that twice, and hand out more than it was asked for
    )
    query = (
        update(table)
        .where(_ROW.id == found.c.id)
        .values(claim=token, claimed_until=until)
        .returning(_ROW.id, _ROW.host)
    )
    return tuple(Due(id=id_, host=host) for id_, host in connection.execute(query))


def count_out(connection: Connection, *, now: datetime) -> int:
    """How many feeds are handed out and not done."""
    return connection.scalar(select(func.count()).select_from(table).where(_ROW.claimed_until > now)) or 0


def hosts_out(connection: Connection, *, now: datetime) -> frozenset[str]:
    """The hosts whose feeds are handed out: workers ask them now, or soon."""
    return frozenset(connection.scalars(select(_ROW.host).where(_ROW.claimed_until > now).distinct())) - {None}


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(_ROW.claimed_until.is_(None), _ROW.claimed_until <= now)


# -- asking


def locations(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """Where each of these feeds is listed, or was last asked by whoever has another list; by id."""
    query = select(_ROW.id, _ROW.location).where(_ROW.id.in_(sorted(ids)))
    return {row.id: row.location for row in connection.execute(query)}


def take(connection: Connection, token: str, ids: Collection[str], *, owner: str, until: datetime) -> Claim:
    """Begin a batch: those of its feeds that are still under the claim they were handed out by get a name of their own.

    A batch may be begun a second time, when its worker is taken for dead. Then the second has the feeds, and the first
    files nothing more if it was only slow.

    Args:
        connection: of ``Store.share()`` or ``write()``.
        token: the name of the claim; an owner's begins with it, a dot follows.
        ids: the feeds of the batch.
        owner: the name of who begins.
        until: when the claim runs out.
    """
    mine = or_(_ROW.claim == token, _ROW.claim.startswith(f"{token}.", autoescape=True))
    query = update(table).where(_ROW.id.in_(sorted(ids)), mine).values(claim=owner, claimed_until=until)
    return Claim(owner=owner, ids=frozenset(connection.scalars(query.returning(_ROW.id))))


def renew(connection: Connection, claim: Claim, *, until: datetime) -> int:
    """Let a claim run on; says how many of its feeds are still its own."""
    return connection.execute(update(table).where(_of(claim, claim.ids)).values(claimed_until=until)).rowcount


def held(connection: Connection, claim: Claim, ids: Collection[str]) -> frozenset[str]:
    """Which of these feeds are still the claim's own; they stay so until the transaction ends."""
    query = select(_ROW.id).where(_of(claim, ids)).with_for_update()
    return frozenset(connection.scalars(query))


def release(connection: Connection, claim: Claim, ids: Collection[str] | None = None) -> int:
    """Give feeds back, all or these; says how many. What has become somebody else's stays with them."""
    query = update(table).where(_of(claim, claim.ids if ids is None else ids)).values(claim=None, claimed_until=None)
    return connection.execute(query).rowcount


def _of(claim: Claim, ids: Collection[str]) -> ColumnElement[bool]:
    return and_(_ROW.id.in_(sorted(ids)), _ROW.claim == claim.owner)
