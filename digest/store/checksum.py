"""The rows of a table as they are whatever database holds them, and a checksum over them.

Each value has one form: a time is text in UTC with six digits of a second, as SQLite keeps it; a truth is 0 or 1; JSON
is its text, letter by letter; zero has no sign, as SQLite keeps none; in a text U+FFFD stands for a NUL, which
PostgreSQL cannot keep; other numbers and texts, and bytes, are themselves. The rows come in the order of their primary
key, texts by their bytes. The checksum is the SHA-256 of the columns' names and then of each row, as MessagePack writes
them (https://github.com/msgpack/msgpack/blob/master/spec.md), in which no two rows look alike.
"""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from msgspec import msgpack
from sqlalchemy import JSON, Boolean, Column, Float, LargeBinary, String, Table

from digest.errors import StoreError
from digest.store import schema
from digest.store.searchindex import ENTRIES, PRINTED
from digest.store.transfermarks import AGAIN, PLACE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

Row = tuple[Any, ...]

AT_ONCE = 1000  # rows in memory
LONG_AT_ONCE = 100  # rows that hold texts as long as whoever wrote them liked
BYTES_AT_ONCE = 8  # rows that hold the bytes of whole issues

_LONG = frozenset(
    {schema.entry, schema.entry_version, schema.issue_version, schema.printed, schema.frequencies, schema.generated}
)

CARRIED: tuple[Table, ...] = tuple(
    table for table in schema.metadata.sorted_tables if table not in {schema.lease, schema.worker}
)
"""The tables whose contents a store is. Leases and workers say who is alive at one server, which means nothing at
another."""

OWN = (PLACE, AGAIN, ENTRIES.noted, PRINTED.noted, "schema of the queue")
"""Keys of ``meta`` that say something of this one database: a mark, how far its search index is, and which tables its
queue has (digest.scale.queue)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSum:
    """What a table holds, in two numbers."""

    rows: int
    sha256: str


class Summing:
    """Adds up rows that come in batches."""

    def __init__(self, table: Table) -> None:
        self.rows = 0
        self.repaired = 0  # that had a NUL in a text
        self._table = table
        self._texts = [at for at, one in enumerate(table.columns) if isinstance(one.type, String)]
        self._encode = msgpack.Encoder().encode
        self._hash = hashlib.sha256(self._encode([str(column.name) for column in table.columns]))

    def add(self, batch: list[Row]) -> list[Row]:
        """Add rows; give them back in the form in which they were added.

        Raises:
            StoreError: a text is none, or a key has a NUL.
        """
        for at in self._texts:
            for number, row in enumerate(batch):
                try:
                    broken = row[at] and "\0" in row[at]
                except TypeError:
                    raise self._wrong(at, row, "holds bytes, where a text should be") from None
                if broken:
                    batch[number] = self._repaired(at, row)
                    self.repaired += 1
        encode, update = self._encode, self._hash.update
        for row in batch:
            update(encode(row))
        self.rows += len(batch)
        return batch

    def _repaired(self, at: int, row: Row) -> Row:
        # With another letter a key comes at another place among the others, and may be one that is there.
        if self._table.columns[at].primary_key:
            raise self._wrong(at, row, "has a NUL, which PostgreSQL cannot keep")
        return (*row[:at], row[at].replace("\0", "\ufffd"), *row[at + 1 :])

    def _wrong(self, at: int, row: Row, why: str) -> StoreError:
        table = self._table
        key = ", ".join(repr(row[number]) for number, one in enumerate(table.columns) if one.primary_key)
        return StoreError(f"the table {table.name}, row {key}: {table.columns[at].name} {why}",
                          hint="correct that row, and run this again")  # fmt: skip

    def total(self) -> TableSum:
        return TableSum(rows=self.rows, sha256=self._hash.hexdigest())


def at_once(table: Table) -> int:
    """How many rows of a table are in memory at a time."""
    if any(isinstance(one.type, LargeBinary) for one in table.columns):
        return BYTES_AT_ONCE
    return LONG_AT_ONCE if table in _LONG else AT_ONCE


def batches(connection: Connection, table: Table) -> Iterator[list[Row]]:
    """All rows of a table, in the order of its key, some at a time; past SQLAlchemy, for a third of the time."""
    sql = _select(connection, table)
    driver: Any = connection.connection.driver_connection
    # A cursor with a name stays on the server, and so do the rows that were not asked for yet.
    named = {"name": "digest_transfer"} if connection.dialect.name == "postgresql" else {}
    with closing(driver.cursor(**named)) as cursor:
        cursor.execute(sql)
        while batch := cursor.fetchmany(at_once(table)):
            yield batch


def count_rows(connection: Connection, table: Table) -> int:
    """How many rows of a table there are to carry."""
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM {_from(connection, table)}").scalar_one())  # noqa: S608


def _select(connection: Connection, table: Table) -> str:
    columns = ", ".join(_value(connection, column) for column in table.columns)
    key = ", ".join(_name(connection, column) for column in table.primary_key)
    return f"SELECT {columns} FROM {_from(connection, table)} ORDER BY {key}"  # noqa: S608  names of ours


def _from(connection: Connection, table: Table) -> str:
    name = connection.dialect.identifier_preparer.format_table(table)
    return f"{name} WHERE key NOT IN ({quoted(OWN)})" if table is schema.meta else name


def quoted(words: Sequence[str]) -> str:
    """Words of ours as a list in SQL."""
    return ", ".join("'" + word.replace("'", "''") + "'" for word in words)


def _name(connection: Connection, column: Column[Any]) -> str:
    return connection.dialect.identifier_preparer.format_column(column)


def _value(connection: Connection, column: Column[Any]) -> str:
    """The value of a column, in SQL, in its one form."""
    name, server = _name(connection, column), connection.dialect.name == "postgresql"
    if isinstance(column.type, schema.Utc):
        if server:
            return f"to_char({name}, 'YYYY-MM-DD HH24:MI:SS.US')"  # the connection's time zone is UTC
        short = f"strftime('%Y-%m-%d %H:%M:%f', {name}) || '000'"
        return f"CASE length({name}) WHEN 26 THEN replace({name}, 'T', ' ') ELSE {short} END"
    if isinstance(column.type, JSON):
        return f"CAST({name} AS TEXT)"
    if isinstance(column.type, Boolean):
        return f"CAST({name} AS INTEGER)"
    if isinstance(column.type, Float):
        return f"{name} + 0.0"
    return name
