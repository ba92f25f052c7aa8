"""Moves a whole store to another database, and shows that nothing was lost or changed on the way.

The store that is left cannot be written to from the first row that is read until the end, so what is compared is one
state. What is there of an earlier move that was broken off is kept if its sums agree, and copied anew if they do not.
First the old store is marked as moved, then the new one as whole: at no moment can both be opened, and whatever the
moment of a kill, the same command comes to the same end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select, text

from digest.errors import BusyError, StoreError
from digest.store import schema
from digest.store.backup import RESTORED
from digest.store.checksum import CARRIED, TableSum, at_once, count_rows
from digest.store.meta import get_meta, put_meta
from digest.store.transactions import Store, revision_of
from digest.store.transfercopy import clear_table, copy_table, sum_table
from digest.store.transfermarks import AGAIN, mark_moved, read_mark, unmark

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class TableAccount:
    """A table that was moved."""

    sum: TableSum
    copied: bool  # False: it was there already, from a move that was broken off
    repaired: int = 0  # texts that have U+FFFD now where they had a NUL


def count_batches(store: Store) -> int:
    """How often ``transfer`` will tell that it has advanced."""
    with store.read() as connection:
        return 2 * sum(-(-count_rows(connection, table) // at_once(table)) for table in CARRIED)


def transfer(source: Store, target: Store, place: str, *, advance: Callable[[str], None]) -> dict[str, TableAccount]:
    """Bring everything from one store into the other, hold both against each other, and mark which one counts now.

    Args:
        source: of digest.store.transferends.open_source, with its work settled: nobody sends.
        target: of open_target there.
        place: of the target, as the source is to name it from now on.
        advance: is told the name of a table after each batch of its rows, twice.

    Raises:
        BusyError: somebody works with the source, for longer than ten seconds, or sends.
        StoreError: it could not be done; the source is as it was, and the same again goes on.
    """
    # Not write(): its lock is of the whole server's database, which may hold both stores, each in a schema.
    with target.migrating(), source.migrating(), source.share() as reading:
        _hold(source, reading)
        left = read_mark(reading, revision_of(reading)) is not None
        accounts = {table.name: _brought((source, reading), target, table.name, advance=advance) for table in CARRIED}
        with target.write() as connection:
            _wait_for_disk(connection)
            _set_sequences(connection)
        _verify(target, {name: account.sum for name, account in accounts.items()}, advance)
        _settle(target)
        if not left:
            _wait_for_disk(reading)
            mark_moved(reading, place)
        reading.commit()
        with target.write() as connection:
            if since := get_meta(connection, AGAIN):
                put_meta(connection, RESTORED, since)  # it does not know what was sent after it was left
            unmark(connection)
    return accounts


def mailings_in_work(connection: Connection) -> list[str]:
    """The mailings of which a sender, alive or dead, has taken up readers that it has not settled."""
    table = schema.delivery.c
    query = select(table.mailing_id).where(table.state.in_(("claimed", "sending"))).distinct()
    return sorted(connection.execute(query).scalars())


def waiting_jobs(connection: Connection) -> int:
    """How many jobs wait in the queue of this database; they are not carried, and are made anew from the ledger."""
    if connection.dialect.name != "postgresql":
        return 0
    if connection.scalar(text("SELECT to_regclass('procrastinate_jobs')")) is None:
        return 0
    query = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
    return int(connection.scalar(text(query)) or 0)


def _hold(source: Store, connection: Connection) -> None:
    """Let nobody write until the transaction ends; in SQLite its beginning does."""
    if source.path is not None:
        return
    names = ", ".join(f'"{name}"' for name in schema.metadata.tables)
    connection.execute(text(f"LOCK TABLE {names} IN SHARE MODE"))
    # It says nothing while the other end is read, however long that is.
    connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    sends = connection.scalar(select(schema.lease.c.owner).where(schema.lease.c.until > func.now()).limit(1))
    if sends:
        raise BusyError(f"{source.name}: another digest is sending",
                        hint="wait for it to finish; see `digest send --status`")  # fmt: skip


def _brought(
    reading: tuple[Store, Connection], target: Store, name: str, *, advance: Callable[[str], None]
) -> TableAccount:
    """See to it that a table of the target is that of the source."""
    table = schema.metadata.tables[name]
    with target.write() as connection:
        if target.path is None:
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))  # as in _hold
        if count_rows(connection, table):
            there = sum_table(target, connection, table, lambda _name: None)
            here = sum_table(*reading, table, advance)
            if here == there:
                return TableAccount(sum=here, copied=False)
            clear_table(connection, table)
            found = copy_table(reading, (target, connection), table, lambda _name: None)
        else:
            found = copy_table(reading, (target, connection), table, advance)
    return TableAccount(sum=found.total(), copied=True, repaired=found.repaired)


def _verify(target: Store, sums: Mapping[str, TableSum], advance: Callable[[str], None]) -> None:
    """Read everything back."""
    with target.read() as connection:
        for table in CARRIED:
            found = sum_table(target, connection, table, advance)
            if found != sums[table.name]:
                raise StoreError(
                    f"{target.name}: the table {table.name} is not what was copied: {found.rows:,} rows with the sum "
                    f"{found.sha256[:12]}, not {sums[table.name].rows:,} with {sums[table.name].sha256[:12]}",
                    hint="does anything else write there? Run this again: what differs is copied anew",
                )


def _set_sequences(connection: Connection) -> None:
    """Numbers that PostgreSQL gives out go on behind the highest there is, as SQLite's do by themselves."""
    if connection.dialect.name != "postgresql":
        return
    for table in CARRIED:
        column = table.autoincrement_column
        if column is not None:
            highest = max(connection.scalar(select(func.max(column))) or 0, 0)  # less than 1 no sequence can be
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            connection.execute(select(func.setval(sequence, highest or 1, highest > 0)))


def _wait_for_disk(connection: Connection) -> None:
    """What is written up to the end of this transaction survives a crash, even where a server is told not to wait.

    In SQLite it does anyway (digest.store.sqlite).
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL synchronous_commit = on")


def _settle(target: Store) -> None:
    """Leave the new store as one that was in use: its log played in, or the sizes of its tables known."""
    with target.naming_errors(), target.engine.connect() as connection:
        if target.path is not None:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        names = ", ".join(f'"{table.name}"' for table in CARRIED)
        connection.exec_driver_sql(f"ANALYZE {names}")
        connection.commit()
