"""The people a newsletter is mailed to: who they are, what became of them, and who must never be mailed again."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any, Literal, get_args

from sqlalchemy import Connection, RowMapping, bindparam, delete, exists, func, insert, literal, select, update

from digest.deliver.headers import one_line
from digest.errors import StateError, UsageError
from digest.model import Subscriber, SubscriberState
from digest.store import schema
from digest.text.address import address_key, address_problem, tidy

_table = schema.subscriber
_row = schema.subscriber.c
_COLUMNS = tuple(_row[name] for name in Subscriber.__slots__)

MAILABLE = ("active", "pending")
ASKED = 500  # keys in one question: SQLite's older builds take 999 parameters
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # BCP 47, as far as its shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What adding somebody came to."""

    subscriber: Subscriber
    outcome: Literal["added", "updated", "already", "returned"]  # returned: had left, and was added by force


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberEvent:
    """Something that happened to a subscriber."""

    at: datetime
    event: str
    detail: str


def add(
    connection: Connection,
    address: str,
    *,
    name: str = "",
    language: str | None = None,
    topics: Sequence[str] = (),
    now: datetime,
    force: bool = False,
) -> Enrolment:
    """Add an address, or change what is known of it; empty values change nothing.

    Args:
        force: take back somebody who had left, because they asked for it.

    Raises:
        UsageError: the address cannot be mailed, or the language is no tag.
        StateError: the address has left, bounced or complained, and ``force`` is not given.
    """
    kept = tidy(address)
    problem = address_problem(kept)
    if problem is not None:
        raise UsageError(f"{one_line(address)}: the address {problem}", hint="write it as name@example.org")
    if language is not None and not LANGUAGE.fullmatch(language):
        raise UsageError(f"{one_line(language)}: is no language tag", hint='write one such as "en" or "pt-BR"')
    known = find(connection, kept)
    reason = left_because(connection, kept) or (known.state if known and known.state not in MAILABLE else None)
    if reason is not None and not force:
        raise StateError(
            f"{kept}: is not added, because it is on the suppression list: {reason}",
            hint="if this person has asked to come back, add it again with --force",
        )
    values = {"name": one_line(name), "language": language, "topics": list(topics)}
    if known is None:
        subscriber = Subscriber(
            id=next_id(connection), address=kept, name=one_line(name), language=language, topics=tuple(topics),
            added=now, changed=now,
        )  # fmt: skip
        insert_new(connection, {address_key(kept): subscriber})
        lift(connection, kept)
        return Enrolment(subscriber=subscriber, outcome="added")
    new = {key: value for key, value in values.items() if value and value != _stored(known)[key]}
    back = known.state != "active"
    if not new and not back:
        return Enrolment(subscriber=known, outcome="already")
    change(connection, known.id, {**new, "state": "active"}, now=now)
    note(connection, known.id, "returned" if back else "updated", now=now, detail=", ".join(sorted(new)))
    lift(connection, kept)
    found = find(connection, kept)
    return Enrolment(subscriber=found or known, outcome="returned" if back else "updated")


def remove(
    connection: Connection,
    address: str,
    *,
    now: datetime,
    state: Literal["unsubscribed", "bounced", "complained"] = "unsubscribed",
) -> Subscriber | None:
    """Mail this address no more, whatever is imported later. None: it was not a subscriber, and is suppressed too."""
    kept = tidy(address)
    if left_because(connection, kept) is None:
        suppress(connection, [(kept, state)], now=now)
    known = find(connection, kept)
    if known is None or known.state == state:
        return known
    change(connection, known.id, {"state": state}, now=now)
    note(connection, known.id, state, now=now)
    return find(connection, kept)


# --- looking ---------------------------------------------------------------------------------------------------


def find(connection: Connection, address: str) -> Subscriber | None:
    """The subscriber with this address, however it is spelt."""
    query = select(*_COLUMNS).where(_row.address_key == address_key(address))
    row = connection.execute(query).mappings().first()
    return None if row is None else _to_subscriber(row)


def of_id(connection: Connection, subscriber_id: int) -> Subscriber | None:
    """The subscriber with this id."""
    row = connection.execute(select(*_COLUMNS).where(_row.id == subscriber_id)).mappings().first()
    return None if row is None else _to_subscriber(row)


def listing(
    connection: Connection, states: Collection[SubscriberState] = get_args(SubscriberState)
) -> Iterator[Subscriber]:
    """The subscribers in one of these states, in the order they came."""
    query = select(*_COLUMNS).where(_row.state.in_(states)).order_by(_row.id)
    for row in connection.execute(query.execution_options(yield_per=1000)).mappings():
        yield _to_subscriber(row)


def count(connection: Connection) -> dict[SubscriberState, int]:
    """How many subscribers there are in each state."""
    found: Counter[str] = Counter(
        {row[0]: row[1] for row in connection.execute(select(_row.state, func.count()).group_by(_row.state))}
    )
    return {state: found[state] for state in get_args(SubscriberState)}


def history(connection: Connection, subscriber_id: int) -> tuple[SubscriberEvent, ...]:
    """What happened to a subscriber, oldest first."""
    event = schema.subscriber_event.c
    query = select(event.at, event.event, event.detail).where(event.subscriber_id == subscriber_id)
    rows = connection.execute(query.order_by(event.number)).mappings()
    return tuple(SubscriberEvent(**row) for row in rows)


# --- many at once ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is to be written of many subscribers."""

    new: dict[str, Subscriber] = field(default_factory=dict)  # by address key, their ids ascending
    changed: list[tuple[Subscriber, str, str]] = field(default_factory=list)  # as they are now; the event, its detail
    suppressed: list[tuple[str, str]] = field(default_factory=list)  # address keys that are not yet, and why
    origin: str = ""  # where the new ones are from


def among(connection: Connection, keys: Collection[str]) -> dict[str, Subscriber]:
    """Those whose addresses have one of these keys, by key."""
    found: dict[str, Subscriber] = {}
    for some in _some(keys):
        query = select(_row.address_key, *_COLUMNS).where(_row.address_key.in_(some))
        found |= {row["address_key"]: _to_subscriber(row) for row in connection.execute(query).mappings()}
    return found


def left_among(connection: Connection, keys: Collection[str]) -> set[str]:
    """Which of these address keys are suppressed."""
    table = schema.suppression.c
    if not connection.scalar(select(exists().select_from(schema.suppression))):
        return set()  # a new list: no need for a hash of everybody
    hashes = {_sha256(key): key for key in keys}
    found: set[str] = set()
    for some in _some(hashes):
        query = select(table.address_sha256).where(table.address_sha256.in_(some))
        found |= {hashes[one] for one in connection.execute(query).scalars()}
    return found


def _some(keys: Iterable[str]) -> Iterator[list[str]]:
    """So many at a time as can stand in one question."""
    rest = iter(keys)
    while some := list(islice(rest, ASKED)):
        yield some


def save(connection: Connection, changes: Changes, *, now: datetime) -> None:
    """Write it all, and the history of it."""
    insert_new(connection, changes.new, detail=changes.origin)
    suppress(connection, changes.suppressed, now=now)
    if not changes.changed:
        return
    columns = ("name", "language", "topics", "state")
    rows = [
        {f"new_{name}": getattr(person, name) for name in columns} | {"of": person.id}
        for person, _, _ in changes.changed
    ]
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
    connection.execute(update(_table).where(_row.id == bindparam("of")).values(**values, changed=now), rows)
    events = [
        {"subscriber_id": person.id, "at": now, "event": event, "detail": detail}
        for person, event, detail in changes.changed
    ]
    connection.execute(insert(schema.subscriber_event), events)


# --- the tables ------------------------------------------------------------------------------------------------


def _to_subscriber(row: RowMapping) -> Subscriber:
    return Subscriber(**{name: row[name] for name in Subscriber.__slots__} | {"topics": tuple(row["topics"])})


def _stored(subscriber: Subscriber) -> dict[str, object]:
    return {"name": subscriber.name, "language": subscriber.language, "topics": list(subscriber.topics)}


def address_sha256(address: str) -> str:
    """What the suppression list keeps instead of the address."""
    return _sha256(address_key(address))


def _sha256(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8")).hexdigest()


def left_because(connection: Connection, address: str) -> str | None:
    """Why the address is suppressed: "unsubscribed", "bounced", "complained"; None: it is not."""
    table = schema.suppression.c
    return connection.scalar(select(table.reason).where(table.address_sha256 == address_sha256(address)))


def suppress(connection: Connection, whom: Sequence[tuple[str, str]], *, now: datetime) -> None:
    """Put addresses, or their keys, each with its reason, on the suppression list; they must not be there yet."""
    rows = [{"address_sha256": address_sha256(address), "reason": reason, "at": now} for address, reason in whom]
    if rows:
        connection.execute(insert(schema.suppression), rows)


def lift(connection: Connection, address: str) -> None:
    """Take an address off the suppression list."""
    table = schema.suppression
    connection.execute(delete(table).where(table.c.address_sha256 == address_sha256(address)))


def next_id(connection: Connection) -> int:
    """An id nobody ever had: the ledger and the history go on speaking of the old ones."""
    event = schema.subscriber_event.c.subscriber_id
    ids = (connection.scalar(select(func.max(column))) or 0 for column in (_row.id, event))
    return max(ids) + 1


def insert_new(connection: Connection, new: Mapping[str, Subscriber], *, detail: str = "") -> None:
    """Insert subscribers by their address keys, which are not there yet; nobody else's id is between theirs."""
    if not new:
        return
    dialect = connection.dialect
    # Straight to the driver: SQLAlchemy looks at every value of every row, which took longer than writing them.
    forms = {column.name: column.type.dialect_impl(dialect).bind_processor(dialect) for column in _row}
    moment, words = cache(forms["added"] or _same), cache(lambda topics: (forms["topics"] or _same)(list(topics)))
    rows = [
        (one.id, one.address, key, one.name, one.language, words(one.topics), one.state, moment(one.added),
         moment(one.changed))
        for key, one in new.items()
    ]  # fmt: skip
    names = [column.name for column in _row]
    statement = insert(_table).compile(dialect=dialect, column_keys=names)
    given = rows if statement.positional else [dict(zip(names, row, strict=True)) for row in rows]
    connection.exec_driver_sql(statement.string, given)
    first, last = rows[0][0], rows[-1][0]
    events = select(_row.id, _row.added, literal("added"), literal(detail)).where(_row.id.between(first, last))
    columns = ("subscriber_id", "at", "event", "detail")
    connection.execute(insert(schema.subscriber_event).from_select(columns, events.order_by(_row.id)))


def _same(value: Any) -> Any:
    return value


def change(connection: Connection, subscriber_id: int, values: dict[str, object], *, now: datetime) -> None:
    """Set columns of one subscriber."""
    connection.execute(update(_table).where(_row.id == subscriber_id).values({**values, "changed": now}))


def note(connection: Connection, subscriber_id: int, event: str, *, now: datetime, detail: str = "") -> None:
    """Add to a subscriber's history."""
    values = {"subscriber_id": subscriber_id, "at": now, "event": event, "detail": detail}
    connection.execute(insert(schema.subscriber_event).values(values))
