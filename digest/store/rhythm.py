"""When each source had news: one question for all of them."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import case, func, select

from digest.store.schema import entry as table

if TYPE_CHECKING:
    from sqlalchemy import Connection


def days_with_news(connection: Connection, *, last: int) -> dict[str, tuple[datetime, ...]]:
    """By source: the newest item of each of its last days (UTC) that had one, newest first.

    An item's time is its own date; if it has none, or one that lies ahead, when it was first seen.

    Args:
        connection: to the store.
        last: how many days of a source.
    """
    dated = (table.c.published.is_not(None)) & (table.c.published <= table.c.first_seen)
    moment = case((dated, table.c.published), else_=table.c.first_seen)
    day = func.date(moment)
    newest = func.max(moment, type_=table.c.first_seen.type)
    place = func.row_number().over(partition_by=table.c.source_id, order_by=day.desc()).label("place")
    days = select(table.c.source_id, newest.label("newest"), place).group_by(table.c.source_id, day).subquery()
    query = select(days.c.source_id, days.c.newest).where(days.c.place <= last).order_by(days.c.source_id, days.c.place)
    found: defaultdict[str, list[datetime]] = defaultdict(list)
    for row in connection.execute(query):
        found[row[0]].append(row[1])
    return {source_id: tuple(moments) for source_id, moments in found.items()}
