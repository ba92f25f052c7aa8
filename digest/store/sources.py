"""The sources: what is remembered of each feed between two fetches."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from digest.model import FetchState, Source
from digest.store.schema import source as table

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

_STATE = tuple(field.name for field in fields(FetchState))


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A source as the store knows it, listed in feeds.toml or not."""

    id: str
    kind: str
    location: str
    name: str
    state: FetchState


def load_sources(connection: Connection) -> dict[str, SourceRow]:
    """Every source ever read, by id."""
    rows = connection.execute(select(table).order_by(table.c.id)).mappings()
    return {row["id"]: _source_row(row) for row in rows}


def save_source(connection: Connection, source: Source, state: FetchState) -> None:
    """Remember a source and what its server said, whatever was known of it before."""
    values = {name: getattr(state, name) for name in _STATE}
    connection.execute(table.delete().where(table.c.id == source.id))
    connection.execute(
        table.insert().values(
            id=source.id, kind=source.kind, location=source.location, name=source.name or source.id, **values
        )
    )


def _source_row(row: RowMapping) -> SourceRow:
    state = FetchState(**{name: row[name] for name in _STATE})
    return SourceRow(id=row["id"], kind=row["kind"], location=row["location"], name=row["name"], state=state)
