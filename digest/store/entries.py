"""The entries: filing what was gathered, and finding it again.

Filing consumes nothing. An entry's state is changed in two places only: here when it is first filed (backlog, held),
and in digest.store.issues when an issue goes out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, and_, func, or_, select

from digest.model import Entry, Html, Quote
from digest.store.schema import Utc, entry_version
from digest.store.schema import entry as table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

FUTURE_ALLOWED = timedelta(hours=24)
"""A date may lie this far ahead (zones, clocks that are off) before the entry waits for it."""

CHUNK = 500  # values in one IN (…): SQLite allows 32,766 parameters, older builds 999

_KEPT = frozenset({"state", "issue", "carried", "hold_until", "first_seen"})
_STORED = tuple(field.name for field in fields(Entry))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """How many of a source's entries were new, changed, filed as backlog or held."""

    new: int = 0
    changed: int = 0
    backlog: int = 0
    held: int = 0


def file_entries(
    connection: Connection, entries: Sequence[Entry], *, now: datetime, news_from: datetime | None
) -> Filed:
    """Store what a source told. Known entries keep their state; changed ones keep their old text beside the new.

    Args:
        connection: a writing transaction.
        entries: what the source told, in any order.
        now: the time of the fetch.
        news_from: on the first fetch of a feed, older and undated entries are backlog; None: nothing is.
    """
    known = {entry.id: entry for entry in by_ids(connection, [entry.id for entry in entries])}
    counts = {"new": 0, "changed": 0, "backlog": 0, "held": 0}
    rows: list[dict[str, Any]] = []
    same: list[str] = []
    for entry in {one.id: one for one in reversed(entries)}.values():
        old = known.get(entry.id)
        if old is None:
            filed = _first_state(entry, now=now, news_from=news_from)
            counts[filed.state] += 1
            rows.append(_row(filed) | {"last_seen": now})
        elif old.fingerprint == entry.fingerprint:
            same.append(entry.id)
        else:
            counts["changed"] += 1
            _replace(connection, old, entry, now=now)
    if rows:
        connection.execute(table.insert(), rows)
    for chunk in _chunks(same):
        connection.execute(table.update().where(table.c.id.in_(chunk)).values(last_seen=now))
    return Filed(**counts)


def _first_state(entry: Entry, *, now: datetime, news_from: datetime | None) -> Entry:
    if news_from is not None and (entry.published is None or entry.published < news_from):
        return replace(entry, state="backlog")
    wait = _wait(entry, now)
    return replace(entry, state="held", hold_until=wait) if wait else replace(entry, state="new")


def _wait(entry: Entry, now: datetime) -> datetime | None:
    """Until when an entry is not to be public: its embargo, or its own date if that lies ahead."""
    times = [entry.embargo] if entry.embargo and entry.embargo > now else []
    if entry.published and entry.published > now + FUTURE_ALLOWED:
        times.append(entry.published)
    return max(times, default=None)


def _replace(connection: Connection, old: Entry, new: Entry, *, now: datetime) -> None:
    """Take over the corrected text; what was told before is kept."""
    connection.execute(
        entry_version.insert().values(
            entry_id=old.id, fingerprint=old.fingerprint, replaced=now, title=old.title, summary=old.summary,
            body=old.body,
        )
    )  # fmt: skip
    values = {key: value for key, value in _row(new).items() if key not in _KEPT} | {"last_seen": now}
    wait = _wait(new, now)
    if old.state in {"new", "offered", "held"} and old.issue is None:
        # A corrected embargo moves the entry in or out of waiting; a decision of the editor stays.
        values |= {"state": "held", "hold_until": wait} if wait else {"state": "new", "hold_until": None}
    connection.execute(table.update().where(table.c.id == old.id).values(**values))


def eligible(connection: Connection, *, now: datetime, issue: str) -> tuple[Entry, ...]:
    """Everything that may go into the named issue: by state, never by time."""
    query = select(table).where(
        or_(
            table.c.state.in_(("new", "offered")),
            and_(
                table.c.state == "held",
                or_(
                    table.c.hold_until <= now,
                    and_(table.c.hold_until.is_(None), or_(table.c.issue.is_(None), table.c.issue != issue)),
                ),
            ),
        ),
        or_(table.c.embargo.is_(None), table.c.embargo <= now),
    )
    return _entries(connection.execute(query.order_by(table.c.number)).mappings())


def by_ids(connection: Connection, ids: Collection[str]) -> tuple[Entry, ...]:
    """The entries with these ids; unknown ones are left out."""
    found: list[Entry] = []
    for chunk in _chunks(sorted(set(ids))):
        found += _entries(connection.execute(select(table).where(table.c.id.in_(chunk))).mappings())
    return tuple(found)


def spent_like(connection: Connection, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Entries of past issues that share an address or a title with one of these."""
    keys = sorted({entry.url_key for entry in entries if entry.url_key})
    titles = sorted({entry.title for entry in entries if entry.title})
    found: dict[str, Entry] = {}
    for column, values in ((table.c.url_key, keys), (table.c.title, titles)):
        for chunk in _chunks(values):
            query = select(table).where(column.in_(chunk), table.c.state.in_(("used", "grouped", "dropped")))
            found |= {entry.id: entry for entry in _entries(connection.execute(query).mappings())}
    return tuple(found[key] for key in sorted(found))


def embargoed(connection: Connection, *, now: datetime) -> tuple[Entry, ...]:
    """Entries that are not to be public yet."""
    return _entries(connection.execute(select(table).where(table.c.embargo > now).order_by(table.c.number)).mappings())


def with_url_keys(connection: Connection, keys: Collection[str]) -> tuple[Entry, ...]:
    """Entries with one of these canonical addresses, oldest first."""
    found: list[Entry] = []
    for chunk in _chunks(sorted(keys)):
        query = select(table).where(table.c.url_key.in_(chunk)).order_by(table.c.number)
        found += _entries(connection.execute(query).mappings())
    return tuple(found)


def find(connection: Connection, *, entry_id: str | None = None, url_key: str | None = None) -> tuple[Entry, ...]:
    """Entries by id or canonical address, oldest first."""
    condition = table.c.id == entry_id if entry_id else table.c.url_key == url_key
    return _entries(connection.execute(select(table).where(condition).order_by(table.c.number)).mappings())


def versions(connection: Connection, entry_id: str) -> tuple[tuple[datetime, str], ...]:
    """When an entry was changed by its source, and the title it had before."""
    query = select(entry_version.c.replaced, entry_version.c.title).where(entry_version.c.entry_id == entry_id)
    return tuple((row[0], row[1]) for row in connection.execute(query.order_by(entry_version.c.number)))


def totals(connection: Connection) -> dict[str, int]:
    """Entries by fate. ``seen`` is the sum of the others; ``eligible`` is new and offered."""
    query = select(table.c.state, func.count()).group_by(table.c.state)
    counts: dict[str, int] = {row[0]: row[1] for row in connection.execute(query)}
    result = {state: counts.get(state, 0) for state in ("used", "grouped", "dropped", "held", "backlog", "left")}
    result["eligible"] = counts.get("new", 0) + counts.get("offered", 0)
    seen = connection.execute(select(func.count()).select_from(table)).scalar_one()
    return {"seen": seen, **result}


def counts_by_source(connection: Connection) -> dict[str, int]:
    """How many entries each source has told."""
    query = select(table.c.source_id, func.count()).group_by(table.c.source_id)
    return {row[0]: row[1] for row in connection.execute(query)}


def dump_entries(found: Sequence[Entry]) -> str:
    """Entries as JSON, to be frozen with an approval; in the order of their ids."""
    rows = [_row(entry) for entry in sorted(found, key=lambda entry: entry.id)]
    return json.dumps(rows, ensure_ascii=False, sort_keys=True, default=lambda moment: moment.isoformat())


def load_entries(text: str) -> tuple[Entry, ...]:
    """The entries of ``dump_entries``."""
    moments = {column.name for column in table.columns if isinstance(column.type, Utc)}
    rows = json.loads(text)
    for row in rows:
        for name in moments & row.keys():
            row[name] = datetime.fromisoformat(row[name]) if row[name] else None
    return _entries(rows)


def _row(entry: Entry) -> dict[str, Any]:
    row = {name: getattr(entry, name) for name in _STORED}
    return row | {
        "authors": list(entry.authors),
        "tags": list(entry.tags),
        "notes": list(entry.notes),
        "quotes": [[quote.text, quote.speaker] for quote in entry.quotes],
    }


def _entries(rows: Iterable[Mapping[Any, Any]]) -> tuple[Entry, ...]:
    return tuple(_entry(row) for row in rows)


def _entry(row: Mapping[Any, Any]) -> Entry:
    values: dict[str, Any] = {name: row[name] for name in _STORED}
    values["body"] = Html(row["body"])
    values["quotes"] = tuple(Quote(text=text, speaker=speaker) for text, speaker in row["quotes"])
    for name in ("authors", "tags", "notes"):
        values[name] = tuple(row[name])
    return Entry(**values)


def _chunks(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))
