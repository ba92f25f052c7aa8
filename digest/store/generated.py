"""What a model answered, by what it was asked. Nothing here was checked: whoever reads it checks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from digest.store.schema import generated as table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from digest.store.database import Store


class GeneratedAnswers:
    """The answers of all drafts. Each ``update`` is a transaction of its own, on the disk when it returns."""

    def __init__(self, store: Store, *, now: datetime) -> None:
        self._store = store
        self._now = now

    def get(self, key: str, /) -> str | None:
        """The answer to that question; None: it was never asked."""
        with self._store.look() as connection:
            found = connection.execute(select(table.c.answer).where(table.c.key == key)).scalar()
        return None if found is None else str(found)

    def update(self, found: Mapping[str, str], /) -> None:
        """Keep these answers, in place of what was kept under their keys.

        Raises:
            BusyError: another digest is writing to the store.
        """
        if not found:
            return
        with self._store.write() as connection:
            connection.execute(table.delete().where(table.c.key.in_(sorted(found))))
            rows = [{"key": key, "answer": answer, "at": self._now} for key, answer in sorted(found.items())]
            connection.execute(table.insert(), rows)
