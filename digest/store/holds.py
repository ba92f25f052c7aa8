"""What is held among all machines that share a store on PostgreSQL: to be alone at something, and a schema that stays.

An advisory lock is a number that the server lets one have, or many together. Here it belongs to a transaction that
lasts as long as the lock, on a connection of its own: it ends with the block, the process, the connection or the
server, and nothing is ever left to be cleared away. It does not belong to the session, because a pooler that lends its
connections for a transaction at a time would keep it, with nobody to give it back.
https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, PendingRollbackError, SQLAlchemyError

from digest.errors import BusyError, StoreError
from digest.store.transactions import require_known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from digest.store.transactions import Store

SCHEMA = "schema"  # the lock of whoever relies on the schema (many), or changes it (one)
SCHEMA_WAIT_S = 10.0

# Such a transaction is idle for as long as the work lasts, which is no fault. A machine that is gone without a word is
# noticed within a minute: Linux alone waits for two hours, and all that time nobody else could begin.
_PATIENT = """
    SELECT set_config(name, value, true) FROM pg_settings JOIN (VALUES
        ('idle_in_transaction_session_timeout', '0'), ('transaction_timeout', '0'),
        ('tcp_keepalives_idle', '30'), ('tcp_keepalives_interval', '10'), ('tcp_keepalives_count', '3')
    ) AS wanted (name, value) USING (name)
"""
_HOLDERS = """
    SELECT coalesce(host(client_addr), 'the server itself') AS place, count(*) FROM pg_locks JOIN pg_stat_activity
    USING (pid) WHERE locktype = 'advisory' AND granted AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (classid::bigint << 32) | objid::bigint = {key} GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hold:
    """A transaction that has locks."""

    connection: Connection
    guards: bool  # writes of this thread are refused once it is gone
    keeps_schema: bool


class Holds:
    """Who of this process holds what of a store; each thread for itself."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._local = threading.local()

    @contextlib.contextmanager
    def alone(self, name: str, *, wait_s: float, busy: str, hint: str, guard: bool) -> Iterator[None]:
        """See Store.alone."""
        with self._hold(guards=guard) as connection:
            if not self._lock(connection, name, wait_s=wait_s):
                raise BusyError(busy, hint=hint)
            if guard:
                # Whoever lost this lock was refused, or writes for the last time: what is read from here on has that.
                with self._store.write():
                    pass
            yield

    @contextlib.contextmanager
    def steady(self) -> Iterator[None]:
        """See Store.steady."""
        if self._schema_is_kept():
            yield
            return
        with self._hold(guards=False):
            yield

    @contextlib.contextmanager
    def migrating(self) -> Iterator[None]:
        """See Store.migrating."""
        with self._transaction() as connection:
            if not self._lock(connection, SCHEMA, wait_s=SCHEMA_WAIT_S):
                raise BusyError(
                    f"{self._store.name}: is to be migrated or moved, and is in use: {_told(self._others())}",
                    hint="stop every `digest worker`, `digest run` and `digest send` that shares this store, then run "
                    "this again; nothing was changed",
                )
            yield

    def require(self) -> None:
        """See to it that what guards the writes of this thread is still held.

        Raises:
            StoreError: it is not; another digest may be at the same work.
        """
        for hold in self._mine:
            if hold.guards and (broken := _broken(hold.connection)):
                raise StoreError(
                    f"{self._store.name}: the connection that kept other digests away broke{_said(broken)}",
                    hint="run this again; what was not written yet was not written",
                ) from broken

    def _schema_is_kept(self) -> bool:
        """Whether this thread keeps it: a `digest run` of hours may have lost it to a restart of the server."""
        return any(hold.keeps_schema and not _broken(hold.connection) for hold in self._mine)

    @property
    def _mine(self) -> list[_Hold]:
        found: list[_Hold] = self._local.__dict__.setdefault("holds", [])
        return found

    @contextlib.contextmanager
    def _hold(self, *, guards: bool) -> Iterator[Connection]:
        """A transaction under which the store has the schema that this digest knows, and keeps it."""
        with self._transaction() as connection:
            # Not twice: the second would wait for whoever waits for the first to end, to migrate.
            missing = not self._schema_is_kept()
            if missing:
                if not self._lock(connection, SCHEMA, wait_s=SCHEMA_WAIT_S, shared=True):
                    raise BusyError(f"{self._store.name}: is being migrated",
                                    hint="wait for that to finish and run this again; nothing was changed")  # fmt: skip
                with self._store.naming_errors():
                    require_known(self._store, connection)
            hold = _Hold(connection=connection, guards=guards, keeps_schema=missing)
            self._mine.append(hold)
            try:
                yield connection
            finally:
                self._mine.remove(hold)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._store.naming_errors():
            connection = self._store.engine.connect()
            connection.detach()  # it counts for nothing among those that the pool may lend
        try:
            with self._store.naming_errors():
                connection.exec_driver_sql(_PATIENT).all()
            yield connection
        finally:
            with contextlib.suppress(DBAPIError):  # it broke, so it is over
                connection.rollback()
            connection.close()

    def _lock(self, connection: Connection, name: str, *, wait_s: float, shared: bool = False) -> bool:
        form = "_shared" if shared else ""
        with self._store.naming_errors():
            key = _key(connection, name)
            if wait_s <= 0:
                found = connection.exec_driver_sql(f"SELECT pg_try_advisory_xact_lock{form}({key})")
                return bool(found.scalar())
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {round(wait_s * 1000)}")
            try:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock{form}({key})")
            except DBAPIError as error:
                if isinstance(self._store.named(error), BusyError):
                    return False
                raise
        return True

    def _others(self) -> list[tuple[str, int]]:
        """From where the schema is relied upon, and by how many."""
        with self._store.read() as connection:
            rows = connection.exec_driver_sql(_HOLDERS.format(key=_key(connection, SCHEMA))).all()
        return [(place, count) for place, count in rows]


def _broken(connection: Connection) -> SQLAlchemyError | None:
    """What became of a transaction that was lost; None: it lasts."""
    try:
        connection.exec_driver_sql("SELECT 1")
    except (DBAPIError, PendingRollbackError) as error:  # the latter of one that was found to be lost before
        return error
    return None


def _said(error: SQLAlchemyError) -> str:
    said = str(error.orig).splitlines() if isinstance(error, DBAPIError) else []
    return f": {said[0]}" if said else ""


def _key(connection: Connection, name: str) -> int:
    """The first 64 bits of a SHA-256: of PostgreSQL's schema too, for a database may have a store in each."""
    schema = connection.exec_driver_sql("SELECT current_schema()").scalar()
    return int.from_bytes(hashlib.sha256(f"digest {schema} {name}".encode()).digest()[:8], "big", signed=True)


def _told(others: list[tuple[str, int]]) -> str:
    return ", ".join(f"{count} at work from {place}" for place, count in others) or "another digest was at work"
