"""When issues are to be sent: at most one time for each issue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from digest.store.schema import schedule as table

if TYPE_CHECKING:
    from sqlalchemy import RowMapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """A time at which an approved issue is to be published and mailed."""

    issue: str
    at: datetime
    by: str  # who said so
    made: datetime


def save_schedule(connection: Connection, scheduled: Scheduled) -> None:
    """Keep the time; another one for that issue is replaced."""
    drop_schedule(connection, scheduled.issue)
    connection.execute(table.insert().values({name: getattr(scheduled, name) for name in Scheduled.__slots__}))


def drop_schedule(connection: Connection, issue: str) -> bool:
    """Forget the time of an issue; say whether it had one."""
    return connection.execute(table.delete().where(table.c.issue == issue)).rowcount > 0


def get_schedule(connection: Connection, issue: str) -> Scheduled | None:
    """The time of an issue; None if it has none."""
    row = connection.execute(select(table).where(table.c.issue == issue)).mappings().first()
    return _scheduled(row) if row else None


def all_schedules(connection: Connection) -> tuple[Scheduled, ...]:
    """Every time that is kept, the earliest first."""
    return tuple(map(_scheduled, connection.execute(select(table).order_by(table.c.at, table.c.issue)).mappings()))


def _scheduled(row: RowMapping) -> Scheduled:
    return Scheduled(**dict(row))
