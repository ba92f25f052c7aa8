"""The sources: what is remembered of each feed between two fetches."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, or_, select

from digest.model import FetchState, Source
from digest.store.schema import source as table

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Executable, RowMapping

_AT_ONCE = 100  # rows; a thousand would be three copies of each in the memory at a time
_STATE = tuple(field.name for field in fields(FetchState))


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A source as the store knows it, listed in feeds.toml or not."""

    id: str
    kind: str
    location: str
    name: str
    state: FetchState


def load_sources(connection: Connection, ids: Collection[str] | None = None) -> dict[str, SourceRow]:
    """Every source ever read, by id; or of these ids those that were. Asked in vain counts as read."""
    query = select(table).where(was_asked()).order_by(table.c.id)
    if ids is not None:
        query = query.where(table.c.id.in_(sorted(ids)))
    return {row["id"]: _source_row(row) for row in connection.execute(query).mappings()}


def paused_sources(connection: Connection, ids: Collection[str], *, now: datetime) -> dict[str, SourceRow]:
    """The feeds on the same hosts as these whose server wants to be left alone, by id."""
    hosts = select(table.c.host).where(table.c.id.in_(sorted(ids)))
    query = select(table).where(table.c.retry_after > now, table.c.host.in_(hosts), table.c.listed)
    return {row["id"]: _source_row(row) for row in connection.execute(query).mappings()}


def was_asked() -> ColumnElement[bool]:
    """Whether anything is remembered of a source; a feed that is only listed has a row as well."""
    told = (table.c[one.name] for one in fields(FetchState))
    return or_(*(column.is_not(None) if column.nullable else column != 0 for column in told))


def save_source(connection: Connection, source: Source, state: FetchState) -> None:
    """Remember a source and what its server said."""
    save_sources(connection, [(source, state)])


def save_sources(connection: Connection, told: Sequence[tuple[Source, FetchState]]) -> None:
    """Remember sources and what their servers said, whatever was known of them before."""
    if not told:
        return
    upsert = _upsert(connection.dialect.name)
    for start in range(0, len(told), _AT_ONCE):
        connection.execute(upsert, [_columns(source, state) for source, state in told[start : start + _AT_ONCE]])


def _columns(source: Source, state: FetchState) -> dict[str, object]:
    told: dict[str, object] = {name: getattr(state, name) for name in _STATE}
    return told | {"id": source.id, "kind": source.kind, "location": source.location, "name": source.name or source.id}


def _upsert(dialect: str) -> Executable:
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415  2 MB that SQLite needs not
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]  # noqa: PLC0415  the same, here
    new = insert(table)
    columns = {name: new.excluded[name] for name in ("kind", "location", "name", *_STATE)}  # no claim of a worker's
    return new.on_conflict_do_update(index_elements=[table.c.id], set_=columns)


def source_name(listed: Source | None, row: SourceRow | None) -> str:
    """What people are told a source is called: as feeds.toml says, else as the feed says, else as it was before.

    Args:
        listed: as feeds.toml has it; None: it has it no more, or never had it, and then its last name is kept.
        row: as the store has it; None: it was never read.
    """
    if listed and listed.name:
        return listed.name
    if row is None:
        return listed.id if listed else ""
    return (row.state.title if listed else None) or row.name or row.id


def _source_row(row: RowMapping) -> SourceRow:
    state = FetchState(**{name: row[name] for name in _STATE})
    return SourceRow(id=row["id"], kind=row["kind"], location=row["location"], name=row["name"], state=state)
