"""Marks on single rows of the ledger: written by any thread, at once, without waiting for the disk.

A mark survives the death of the process. What the death of the machine may take is known by the durable claim before.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError

from digest.errors import StoreError
from digest.store.postgres import is_lost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, Dialect, Update

    from digest.store.database import Store

TIMEOUT_MS = 60_000  # a "sent" that cannot be written becomes "uncertain", so wait long for other writers
RECONNECT_S = (0.5, 2.0, 5.0, 10.0)  # waits before an outcome is told once more to a server that was gone


class Marks:
    """Connections of their own, taken out of the pool, because their settings must not come back to anybody else.

    One for all threads in SQLite, which has one writer anyway; on a server one for each that marks at the same time.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._guard = threading.Lock()
        self._free = [_open(store)]
        self._statements: dict[Update, _Statement] = {}

    def close(self) -> None:
        while self._free:
            self._free.pop().close()

    def write(self, marking: Update, values: dict[str, Any], *, again: Update | None = None) -> int:
        """Update one row; give the number of rows that were there to be updated.

        Args:
            marking: the update.
            values: for it.
            again: the same for a row that may be marked so already. If a server is lost meanwhile, nobody knows whether
                it did as it was told: it is told this, for up to 18 seconds; None: then there is an error.

        Raises:
            StoreError: the disk is full, the store damaged, or the server gone.
        """
        with _named_errors(self._store):
            if self._store.path is None:
                return self._tell(marking, values, again)
            with self._guard:
                return self._mark(marking, values)

    def _mark(self, marking: Update, values: dict[str, Any]) -> int:
        """In SQLite, past SQLAlchemy, which takes three times as long for each row as SQLite itself."""
        connection = self._free[0]
        statement = self._statements.get(marking)
        if statement is None:
            statement = self._statements[marking] = _Statement.of(marking, self._store.engine.dialect)
        raw: Any = connection.connection.dbapi_connection  # each statement is a transaction: see digest.store.sqlite
        try:
            changed: int = raw.execute(statement.sql, statement.parameters(values)).rowcount
        except sqlite3.Error:  # nothing was written; told once more the long way, it succeeds, or has its name
            changed = connection.execute(marking, values).rowcount
            connection.commit()
        return changed

    def _tell(self, marking: Update, values: dict[str, Any], again: Update | None) -> int:
        for wait_s in RECONNECT_S if again is not None else ():
            try:
                return self._tell_once(marking, values)
            except DBAPIError as error:
                if not is_lost(error):
                    raise
            marking = again if again is not None else marking
            time.sleep(wait_s)
        return self._tell_once(marking, values)

    def _tell_once(self, marking: Update, values: dict[str, Any]) -> int:
        with self._guard:
            connection = self._free.pop() if self._free else None
        connection = connection or _open(self._store)
        try:
            changed = connection.execute(marking, values).rowcount
            connection.commit()
        except BaseException:
            connection.close()
            raise
        with self._guard:
            self._free.append(connection)
        return changed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statement:
    """A statement as SQLite reads it."""

    sql: str
    places: tuple[tuple[str, Any, Callable[[Any], Any] | None], ...]  # name, value if none is given, what converts it

    @classmethod
    def of(cls, marking: Update, dialect: Dialect) -> _Statement:
        compiled = marking.compile(dialect=dialect)
        places = tuple(
            (name, compiled.params[name], compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup or ()
        )
        return cls(sql=compiled.string, places=places)

    def parameters(self, values: dict[str, Any]) -> list[Any]:
        found = ((values.get(name, usual), convert) for name, usual, convert in self.places)
        return [convert(value) if convert else value for value, convert in found]


def _open(store: Store) -> Connection:
    connection = store.engine.connect()
    try:
        if store.path is None:
            # A transaction a statement: that is one journey to the server instead of three.
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()
        if store.path is None:
            connection.exec_driver_sql("SET synchronous_commit = off")
            connection.exec_driver_sql(f"SET lock_timeout = {TIMEOUT_MS}")
        else:
            connection.exec_driver_sql("PRAGMA synchronous = NORMAL")
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {TIMEOUT_MS}")
        connection.commit()
    except BaseException:
        connection.close()
        raise
    return connection


@contextlib.contextmanager
def _named_errors(store: Store) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        named = store.named(error)
        if named is None:
            raise
        raise StoreError(
            f"{store.name}: the outcome of a message cannot be written: {error.orig}",
            hint="is the disk full, or the server gone? Nothing more is sent; repair it and run `digest send` again",
        ) from error
