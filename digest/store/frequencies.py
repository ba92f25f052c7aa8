"""How common words were up to the last issue that left; digest.curate.frequencies says what the text holds."""

from __future__ import annotations

from sqlalchemy import Connection, select

from digest.store.schema import frequencies as table


def save_frequencies(connection: Connection, issue: str, dumped: str) -> None:
    """Keep the frequencies up to an issue that leaves, instead of those of the issues before it."""
    connection.execute(table.delete())
    connection.execute(table.insert().values(issue=issue, data=dumped))


def frequencies_before(connection: Connection, issue: str) -> str | None:
    """What is kept of the last issue that left; None if none has, or if it is this one."""
    return connection.execute(select(table.c.data).where(table.c.issue != issue)).scalar()
