"""The entries: filing what was gathered, and finding it again.

Filing consumes nothing. An entry's state is changed in two places only: here when it is first filed (backlog, held),
and in digest.store.issues when an issue goes out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, and_, false, func, not_, or_, select

from digest.model import Entry, EntryState, Html, Quote
from digest.store.schema import Utc, entry_version
from digest.store.schema import entry as table
from digest.store.schema import issue as issue_table
from digest.text.dates import LEAD
from digest.text.titles import title_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

FUTURE_ALLOWED = LEAD  # zones and clocks that are off; what is dated farther ahead waits for its date

LOCAL_FILES = "files"
"""The source of everything that lies in the folder of local files."""

CHUNK = 500  # values in one IN (…): SQLite allows 32,766 parameters, older builds 999

_KEPT = frozenset({"state", "issue", "carried", "hold_until", "first_seen"})
_SPENT = ("used", "grouped", "dropped")
_STORED = tuple(field.name for field in fields(Entry))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """How many of a source's entries were new, changed, filed as backlog or held."""

    new: int = 0
    changed: int = 0
    backlog: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An entry that is held; its fields are the entry's."""

    id: str
    title: str
    hold_until: datetime | None
    embargo: datetime | None


def file_entries(
    connection: Connection, entries: Sequence[Entry], *, now: datetime, news_from: datetime | None
) -> Filed:
    """Store what a source told. Known entries keep their state; changed ones keep their old text beside the new.

    An entry has changed if its title, summary or text has: feeds that give a link a new parameter at every fetch, or
    count comments, change nothing that is worth telling. The row follows its source all the same.

    Args:
        connection: a writing transaction.
        entries: what the source told, in any order.
        now: the time of the fetch.
        news_from: on the first fetch of a feed, older and undated entries are backlog; None: nothing is.
    """
    if not entries:
        return Filed()
    told = {entry.id: entry for entry in reversed(entries)}
    known = _marks(connection, told)
    differing = [key for key, (fingerprint, _) in known.items() if fingerprint != told[key].fingerprint]
    _follow(connection, {key: told[key].path for key, (_, path) in known.items() if path != told[key].path})
    counts = {"new": 0, "changed": 0, "backlog": 0, "held": 0}
    new = []
    for entry in told.values():
        if entry.id not in known:
            state, until = _first_state(entry, now=now, news_from=news_from)
            counts[state] += 1
            new.append(_columns(entry, now) | {"state": state, "hold_until": until})
    for old in by_ids(connection, differing):
        counts["changed"] += _replace(connection, old, told[old.id], now=now)
    if new:
        connection.execute(table.insert(), new)
    return Filed(**counts)


def _marks(connection: Connection, ids: Collection[str]) -> dict[str, tuple[str, str | None]]:
    """The fingerprint and the file of those entries that are known."""
    found: dict[str, tuple[str, str | None]] = {}
    for chunk in _chunks(sorted(ids)):
        query = select(table.c.id, table.c.fingerprint, table.c.path).where(table.c.id.in_(chunk))
        found |= {row[0]: (row[1], row[2]) for row in connection.execute(query)}
    return found


def _follow(connection: Connection, moved: Mapping[str, str | None]) -> None:
    """Note where the files of entries lie now; that changes nothing of what they say."""
    for key, path in sorted(moved.items()):
        connection.execute(table.update().where(table.c.id == key).values(path=path))


def _first_state(entry: Entry, *, now: datetime, news_from: datetime | None) -> tuple[EntryState, datetime | None]:
    """The state of a new entry, and until when it is held."""
    if news_from is not None and (entry.published is None or entry.published < news_from):
        return "backlog", entry.hold_until
    wait = _wait(entry, now)
    return ("held", wait) if wait else ("new", entry.hold_until)


def _wait(entry: Entry, now: datetime) -> datetime | None:
    """Until when an entry is not to be public: its embargo, or its own date if that lies ahead."""
    times = [entry.embargo] if entry.embargo and entry.embargo > now else []
    if entry.published and entry.published > now + FUTURE_ALLOWED:
        times.append(entry.published)
    return max(times, default=None)


def _replace(connection: Connection, old: Entry, new: Entry, *, now: datetime) -> bool:
    """Take over what the source tells now, and say whether its words changed; then those it had before are kept."""
    reworded = (old.title, old.summary, old.text) != (new.title, new.summary, new.text)
    if reworded:
        connection.execute(
            entry_version.insert().values(
                entry_id=old.id, fingerprint=old.fingerprint, replaced=now, title=old.title, summary=old.summary,
                body=old.body,
            )
        )  # fmt: skip
    values = {key: value for key, value in _columns(new, now).items() if key not in _KEPT}
    wait = _wait(new, now)
    if old.state in {"new", "offered", "held"} and old.issue is None:
        # A corrected embargo moves the entry in or out of waiting; a decision of the editor stays.
        values |= {"state": "held", "hold_until": wait} if wait else {"state": "new", "hold_until": None}
    connection.execute(table.update().where(table.c.id == old.id).values(**values))
    return reworded


def eligible(connection: Connection, *, now: datetime, issue: str) -> tuple[Entry, ...]:
    """Everything that may go into the named issue: by state, never by time.

    What another issue offers that is approved and not out yet waits for it: else both could print it.
    """
    query = select(table).where(_may_go(now, issue)).order_by(table.c.number)
    return _entries(connection.execute(query).mappings())


def count_eligible(connection: Connection, *, now: datetime, issue: str) -> int:
    """How many entries may go into the named issue."""
    return connection.execute(select(func.count()).select_from(table).where(_may_go(now, issue))).scalar_one()


def _may_go(now: datetime, issue: str) -> ColumnElement[bool]:
    other = or_(table.c.issue.is_(None), table.c.issue != issue)
    approved = select(issue_table.c.name).where(issue_table.c.state == "approved")
    promised = and_(table.c.issue.is_not(None), table.c.issue != issue, table.c.issue.in_(approved))
    return and_(
        or_(
            table.c.state == "new",
            and_(table.c.state == "offered", not_(promised)),
            and_(table.c.state == "held", or_(table.c.hold_until <= now, and_(table.c.hold_until.is_(None), other))),
        ),
        or_(table.c.embargo.is_(None), table.c.embargo <= now),
    )


def by_ids(connection: Connection, ids: Collection[str]) -> tuple[Entry, ...]:
    """The entries with these ids; unknown ones are left out."""
    found: list[Entry] = []
    for chunk in _chunks(sorted(set(ids))):
        found += _entries(connection.execute(select(table).where(table.c.id.in_(chunk))).mappings())
    return tuple(found)


def spent_like(connection: Connection, entries: Sequence[Entry], *, titles: Iterable[str] = ()) -> tuple[Entry, ...]:
    """Entries of past issues that share an address or a title (as ``title_key`` compares them) with one of these.

    ``titles`` are the keys of others that will do as well.
    """
    addresses = sorted({entry.url_key for entry in entries if entry.url_key})
    titles = sorted({*titles, *(title_key(entry.title) for entry in entries)} - {""})
    ids: set[str] = set()
    for column, values in ((table.c.url_key, addresses), (table.c.title_key, titles)):
        for chunk in _chunks(values):
            # The state is looked at here: asked for it as well, SQLite reads all that was ever spent, chunk by chunk.
            query = select(table.c.id, table.c.state).where(column.in_(chunk))
            ids |= {row[0] for row in connection.execute(query) if row[1] in _SPENT}
    return tuple(sorted(by_ids(connection, ids), key=lambda entry: entry.id))


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


def find_ids(
    connection: Connection, *, entry_id: str | None = None, url_key: str | None = None, path: str | None = None
) -> tuple[str, ...]:
    """The ids of the entries with this id, this canonical address or this file, oldest first."""
    asked = ((table.c.id, entry_id), (table.c.url_key, url_key), (table.c.path, path))
    condition = or_(false(), *(column == value for column, value in asked if value))
    return tuple(connection.execute(select(table.c.id).where(condition).order_by(table.c.number)).scalars())


def waiting(connection: Connection) -> tuple[Waiting, ...]:
    """The entries that are held, the first to be free first."""
    columns = (table.c[name] for name in Waiting.__slots__)
    query = select(*columns).where(table.c.state == "held")
    order = (table.c.hold_until.is_not(None), func.coalesce(table.c.hold_until, table.c.first_seen), table.c.id)
    return tuple(Waiting(**row) for row in connection.execute(query.order_by(*order)).mappings())


def local_files(connection: Connection) -> tuple[tuple[str, str, str, str, str, str | None], ...]:
    """Path, id, fingerprint, title, state and issue of every entry of a local document, the oldest first."""
    columns = (table.c.path, table.c.id, table.c.fingerprint, table.c.title, table.c.state, table.c.issue)
    query = select(*columns).where(table.c.source_id == LOCAL_FILES, table.c.path.is_not(None))
    return tuple(tuple(row) for row in connection.execute(query.order_by(table.c.last_seen, table.c.number)))


def with_fingerprints(
    connection: Connection, source_id: str, fingerprints: Collection[str]
) -> tuple[tuple[str, str, datetime | None], ...]:
    """Fingerprint, id and date of those entries of a source that are known as they stand."""
    found: list[tuple[str, str, datetime | None]] = []
    for chunk in _chunks(sorted(fingerprints)):
        query = select(table.c.fingerprint, table.c.id, table.c.published)
        rows = connection.execute(query.where(table.c.source_id == source_id, table.c.fingerprint.in_(chunk)))
        found += [(row[0], row[1], row[2]) for row in rows]
    return tuple(found)


def marks_of(connection: Connection, ids: Collection[str]) -> tuple[tuple[str, str | None, str, datetime | None], ...]:
    """Id, canonical address, title and date of those entries that are known."""
    found: list[tuple[str, str | None, str, datetime | None]] = []
    for chunk in _chunks(sorted(ids)):
        query = select(table.c.id, table.c.url_key, table.c.title, table.c.published).where(table.c.id.in_(chunk))
        found += [(row[0], row[1], row[2], row[3]) for row in connection.execute(query)]
    return tuple(found)


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
        "marks": list(entry.marks),
        "quotes": [[quote.text, quote.speaker] for quote in entry.quotes],
    }


def _columns(entry: Entry, now: datetime) -> dict[str, Any]:
    """A row of the table: the entry, and what the store alone needs of it."""
    return _row(entry) | {"title_key": title_key(entry.title), "last_seen": now}


def _entries(rows: Iterable[Mapping[Any, Any]]) -> tuple[Entry, ...]:
    return tuple(_entry(row) for row in rows)


def _entry(row: Mapping[Any, Any]) -> Entry:
    values: dict[str, Any] = {name: row[name] for name in _STORED if name in row}  # an older approval knows fewer
    values["body"] = Html(row["body"])
    values["quotes"] = tuple(Quote(text=text, speaker=speaker) for text, speaker in row["quotes"])
    for name in ("authors", "tags", "notes", "marks"):
        values[name] = tuple(row.get(name, ()))
    return Entry(**values)


def _chunks(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))
