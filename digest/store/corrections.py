"""What was put right in issues after they were out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from digest.model import Correction
from digest.store.schema import correction as table

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


def add_correction(connection: Connection, issue: str, place: int, *, at: datetime, by: str, note: str) -> Correction:
    """Note a correction of a story."""
    number = (connection.execute(select(func.max(table.c.number))).scalar() or 0) + 1
    made = Correction(number=number, issue=issue, place=place, at=at, by=by, note=note)
    connection.execute(table.insert().values({name: getattr(made, name) for name in Correction.__slots__}))
    return made


def corrections(connection: Connection, *, issue: str | None = None) -> tuple[Correction, ...]:
    """The corrections of an issue, or all, oldest first."""
    query = select(table).order_by(table.c.number)
    if issue is not None:
        query = query.where(table.c.issue == issue)
    return tuple(Correction(**row) for row in connection.execute(query).mappings())
