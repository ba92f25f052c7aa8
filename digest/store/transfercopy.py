"""Copies the rows of one table from one database to another, all or none of them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, text
from sqlalchemy.exc import DBAPIError

from digest.errors import StoreError
from digest.store import schema
from digest.store.checksum import OWN, Row, Summing, TableSum, batches, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection

    from digest.store.transactions import Store


class _Copier:
    """Writes batches of rows into one table of ``target``, inside the transaction of ``connection``."""

    def __init__(self, target: Store, connection: Connection, table: Table) -> None:
        self._target = target
        self._table = table
        self._driver: Any = connection.connection.driver_connection
        prepared = connection.dialect.identifier_preparer
        self._name = prepared.format_table(table)
        self._columns = ", ".join(map(prepared.format_column, table.columns))

    def insert(self, batch: Sequence[Row]) -> None:
        """Into SQLite."""
        places = ", ".join("?" * len(self._table.columns))
        sql = f"INSERT INTO {self._name} ({self._columns}) VALUES ({places})"  # noqa: S608  names of ours
        with driver_errors(self._target, self._table.name):
            self._driver.executemany(sql, batch)

    @contextlib.contextmanager
    def stream(self) -> Iterator[Callable[[Sequence[Row]], None]]:
        """Into PostgreSQL, with COPY, which takes a fifth of the time of INSERT."""
        sql = f"COPY {self._name} ({self._columns}) FROM STDIN"
        errors = driver_errors(self._target, self._table.name)
        with errors, self._driver.cursor() as cursor, cursor.copy(sql) as copy:

            def write(batch: Sequence[Row]) -> None:
                for row in batch:
                    copy.write_row(row)

            yield write


def copy_table(
    source: tuple[Store, Connection], target: tuple[Store, Connection], table: Table, advance: Callable[[str], None]
) -> Summing:
    """Bring all rows of a table into its empty likeness, and sum them up.

    Args:
        source: a store and a connection to it.
        target: likewise; its connection is in a transaction that writes.
        table: the one.
        advance: is told the table's name after every batch.

    Raises:
        StoreError: a value cannot be kept there, the disk is full, or the server gone.
    """
    summing, copier = Summing(table), _Copier(*target, table)
    into = copier.stream() if target[0].path is None else contextlib.nullcontext(copier.insert)
    with into as write:
        for batch in read_batches(*source, table):
            write(summing.add(batch))
            advance(table.name)
    return summing


def sum_table(store: Store, connection: Connection, table: Table, advance: Callable[[str], None]) -> TableSum:
    """The sum of a table; ``advance`` is told its name after every batch."""
    summing = Summing(table)
    for batch in read_batches(store, connection, table):
        summing.add(batch)
        advance(table.name)
    return summing.total()


def read_batches(store: Store, connection: Connection, table: Table) -> Iterator[list[Row]]:
    """All rows of a table of a store; see digest.store.checksum.batches.

    Raises:
        StoreError: the store is damaged, or the server gone.
    """
    found = batches(connection, table)
    while True:
        with driver_errors(store, table.name):
            batch = next(found, None)
        if batch is None:
            return
        yield batch


def clear_table(connection: Connection, table: Table) -> None:
    """Take out all that would be copied into it."""
    name = connection.dialect.identifier_preparer.format_table(table)
    if table is schema.meta:
        connection.execute(text(f"DELETE FROM {name} WHERE key NOT IN ({quoted(OWN)})"))  # noqa: S608
    elif connection.dialect.name == "postgresql":
        connection.execute(text(f"TRUNCATE {name} CASCADE"))  # what the search index has of it goes too
    else:
        connection.execute(text(f"DELETE FROM {name}"))  # noqa: S608  names of ours


@contextlib.contextmanager
def driver_errors(store: Store, table: str) -> Iterator[None]:
    """Say in words what the driver below SQLAlchemy says.

    Raises:
        StoreError: whatever it is.
    """
    dbapi = store.engine.dialect.loaded_dbapi
    try:
        yield
    except dbapi.Error as error:
        told = DBAPIError.instance(f"the table {table}", None, error, dbapi.Error, dialect=store.engine.dialect)
        named = store.named(told) if isinstance(told, DBAPIError) else None
        if named is None:
            said = next(iter(str(error).strip().splitlines()), type(error).__name__)
            named = StoreError(f"{store.name}: the table {table}: {said}",
                               hint="correct that row, and run this again")  # fmt: skip
        raise named from error
