"""What addresses answered when they were asked, as whoever asked wrote it down, and for how long it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from digest.store.schema import link_answer as table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

_AT_ONCE = 500  # addresses a question: SQLite takes 32,766 in newer builds, 999 in older ones


def load_link_answers(connection: Connection, urls: Iterable[str]) -> dict[str, str]:
    """What is kept of these addresses: address → answer."""
    wanted = sorted(set(urls))
    found: dict[str, str] = {}
    for place in range(0, len(wanted), _AT_ONCE):
        query = select(table.c.url, table.c.answer).where(table.c.url.in_(wanted[place : place + _AT_ONCE]))
        found |= {row.url: row.answer for row in connection.execute(query)}
    return found


def save_link_answers(
    connection: Connection, answers: Mapping[str, str], *, asked: datetime, sweep_before: datetime
) -> None:
    """Keep these answers, in place of what was kept of their addresses.

    Args:
        connection: to the store.
        answers: address → answer.
        asked: when they were given.
        sweep_before: what was asked before this time is forgotten, and so is what was asked after ``asked``.
    """
    connection.execute(table.delete().where((table.c.asked < sweep_before) | (table.c.asked > asked)))
    for url in sorted(answers):
        connection.execute(table.delete().where(table.c.url == url))
    if answers:
        rows = [{"url": url, "asked": asked, "answer": answer} for url, answer in sorted(answers.items())]
        connection.execute(table.insert(), rows)
