"""The store on a server of PostgreSQL: for several machines that send, or a database that is there anyway.

It keeps what SQLite gives for nothing: one writer at a time where the code relies on it (an advisory lock), one state
for all questions of a reading (REPEATABLE READ), and text that is sorted by its bytes wherever the server stands.
"""

from __future__ import annotations

import contextlib
import logging
import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError

from digest.errors import BusyError, DigestError, StoreError
from digest.store import schema
from digest.store.holds import Holds
from digest.store.searchindex import SEARCH_POSTGRES
from digest.store.transactions import Held, Purpose, Store, create_schema, migrate, revision_of
from digest.store.transfermarks import moved_away, said_by_guard

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

LOCK_TIMEOUT_MS = 10_000
WRITER = 0x64696765  # the advisory lock of whoever writes: "dige"; locks are of the one database

# A server that is gone without a word is noticed within a minute; Linux alone would wait for two hours, or for a
# quarter of one while a question is on its way.
_WATCHFUL = {
    "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3", "tcp_user_timeout": "60000",
}  # fmt: skip

_SILENT = "set_config('idle_in_transaction_session_timeout', '{}', true)"  # who sleeps in it holds what others wait for
_BEGINNINGS: Mapping[Purpose, str] = {
    "read": "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
    # A draft is rendered, or a list is read, in the middle of one: minutes, on a slow machine.
    "write": f"SELECT {_SILENT.format('10min')}, pg_advisory_xact_lock({WRITER})",
    "share": f"SELECT {_SILENT.format('20s')}",
}
_BUSY = {"55P03", "40P01", "40001"}  # lock_not_available, deadlock_detected, serialization_failure
_GONE = {"25P03", "57P01", "57P02", "57P03", "57P05"}
"""idle_in_transaction_session_timeout, admin_shutdown, crash_shutdown, cannot_connect_now, idle_session_timeout"""
_ANOTHER = "another digest may have changed the store: start this one again"
_POOLED = "a pooler in front must give each connection a server connection of its own (PgBouncer: pool_mode = session)"
_KNOWN = {  # insufficient_privilege, invalid_schema_name, undefined_table, undefined_column, and of prepared statements
    "42501": "the user of the store must own its tables",
    "3F000": "make it with CREATE SCHEMA, or take search_path out of the address",
    "42P01": _ANOTHER,
    "42703": _ANOTHER,
    "42P05": _POOLED,  # duplicate_prepared_statement
    "26000": _POOLED,  # invalid_sql_statement_name
}
_LOCAL_HINT = "is the server running, and does the address under [store] in digest.toml lead to it?"
_HINTS = {  # by what a server that speaks English says; it gives no code before there is a connection
    "password": "PostgreSQL reads the password from ~/.pgpass, or from the environment as PGPASSWORD",
    "database": "make it on the server with `createdb NAME`, or name another one under [store] in digest.toml",
    "role": "make that user on the server with `createuser NAME`, or name another one under [store] in digest.toml",
    "option": "correct what follows the ? of the address under [store] in digest.toml",
}
_REFUSED = re.compile(r"(password) (?:authentication|supplied)|(database|role) .* does not exist|connection (option) ")


class PostgresStore(Store):
    """A store on a server."""

    def __init__(self, engine: Engine, *, name: str) -> None:
        super().__init__(engine, name=name)
        self._holds = Holds(self)

    def alone(self, name: str, *, wait_s: float, busy: str, hint: str, guard: bool = False) -> Held:
        return self._holds.alone(name, wait_s=wait_s, busy=busy, hint=hint, guard=guard)

    def steady(self) -> Held:
        return self._holds.steady()

    def migrating(self) -> Held:
        return self._holds.migrating()

    def begin(self, connection: Connection, purpose: Purpose) -> None:
        connection.exec_driver_sql(_BEGINNINGS[purpose])
        if purpose == "write":
            self._holds.require()  # after the wait for other writers, in which it may have been lost

    def named(self, error: DBAPIError) -> DigestError | None:
        code = sqlstate(error) or ""
        if elsewhere := said_by_guard(str(error.orig)):
            return moved_away(self.name, elsewhere)
        if code in _BUSY:
            return BusyError(
                f"{self.name}: another digest is writing to the store",
                hint="wait for it to finish and run this again; nothing was changed",
            )
        # Without a statement it was the connection that failed: whatever the driver calls that.
        if is_lost(error) or (not code and error.statement is None):
            said = _first_line(error)
            refused = _REFUSED.search(said)
            hint = _HINTS[next(filter(None, refused.groups()))] if refused else _LOCAL_HINT
            return StoreError(f"{self.name}: no connection to the store: {said}", hint=hint)
        if code == "25006":
            return StoreError(f"{self.name}: is a copy that can only be read", hint="name the server it is a copy of")
        if code in _KNOWN or isinstance(error, OperationalError | InternalError):
            hint = _KNOWN.get(code, "the server's log says more")
            return StoreError(f"{self.name}: {_first_line(error)}", hint=hint)
        return None

    def scrub(self) -> bool:
        """Let the server take away what was deleted. Its log, its backups and its copies are its keeper's business."""
        with self.naming_errors(), self.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM")
        return True

    def saved_before(self, revision: str) -> AbstractContextManager[None]:  # noqa: ARG002
        """Nothing: migrating is one transaction, and copies of a server are made by its keeper, with pg_dump."""
        return contextlib.nullcontext()

    def finish(self, connection: Connection) -> None:
        """Sort texts by their bytes, keep the leases where a crash forgets them, and make the search index."""
        rows = connection.execute(text(_TEXTS)).all()
        for table in sorted({row.table_name for row in rows}):
            columns = ", ".join(
                f'ALTER COLUMN "{row.column_name}" TYPE {row.data_type} COLLATE "C"'
                for row in rows
                if row.table_name == table
            )
            connection.exec_driver_sql(f'ALTER TABLE "{table}" {columns}')
        # After a crash, in which marks can be lost, such a table is empty: that is how a sender's rows are known to be
        # in doubt (digest.deliver.leases). https://www.postgresql.org/docs/current/sql-createtable.html, UNLOGGED
        connection.exec_driver_sql("ALTER TABLE lease SET UNLOGGED")
        for statement in SEARCH_POSTGRES:
            connection.exec_driver_sql(statement)


_TEXTS = """
    SELECT table_name, column_name, data_type FROM information_schema.columns
    WHERE table_schema = current_schema() AND data_type IN ('text', 'character varying')
      AND collation_name IS DISTINCT FROM 'C'
      AND table_name IN (SELECT tablename FROM pg_tables WHERE schemaname = current_schema())
    ORDER BY table_name, ordinal_position
"""


def open_postgres(url: str, *, create: bool, moving: bool = False) -> PostgresStore:
    """Open the database that ``url`` names; see digest.store.database.open_store."""
    address = make_url(url)
    name = address.difference_update_query(["password", "sslpassword"]).render_as_string(hide_password=True)
    if address.get_backend_name() != "postgresql":
        raise StoreError(
            f"{name}: digest keeps its store in SQLite or PostgreSQL",
            hint='write url = "sqlite:///state/digest.db" or "postgresql://user@host/database"',
        )
    store = PostgresStore(_engine(address, name), name=name)
    try:
        _make(store, create=create)
        migrate(store, moving=moving)
    except BaseException:
        store.close()
        raise
    return store


def _engine(address: URL, name: str) -> Engine:
    address = address.set(drivername="postgresql+psycopg")
    # The encoding: of a database without one psycopg would give bytes, and what was wrong could not be said.
    arguments: dict[str, Any] = {
        "application_name": "digest",
        "connect_timeout": "10",
        "client_encoding": "utf8",
        **_WATCHFUL,
    }
    # It warns of what follows from an error that digest tells anyway.
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    try:
        # What the address says itself (?sslmode=verify-full) counts more. A connection that died in the pool is seen.
        engine = create_engine(
            address,
            pool_pre_ping=True,
            connect_args={key: value for key, value in arguments.items() if key not in address.query},
        )
    except ModuleNotFoundError as error:
        raise StoreError(
            f"{name}: reaching PostgreSQL needs psycopg, which is not installed",
            hint='pip install "digest-desk[postgres]"',
        ) from error

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        # Not as an option of the connection, which poolers refuse.
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MS}; SET timezone = 'UTC'")
        connection.commit()

    return engine


def _make(store: PostgresStore, *, create: bool) -> None:
    """Make the tables, unless they are there."""
    with store.read() as connection:
        if revision_of(connection) is not None:
            return
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if not create:
        raise StoreError(f"{store.name}: there is no store yet", hint="run `digest fetch` or `digest build` first")
    if encoding != "UTF8":
        raise StoreError(f"{store.name}: the database keeps texts as {encoding}, which not every name fits in",
                         hint="make it with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0")  # fmt: skip
    with store.write() as connection:
        if revision_of(connection) is not None:
            return  # another digest was quicker
        others = set(inspect(connection).get_table_names()) & set(schema.metadata.tables)
        if others:
            raise StoreError(f"{store.name}: has tables of something else: {', '.join(sorted(others))}",
                             hint="give digest a database of its own: createdb digest")  # fmt: skip
        create_schema(connection)
        store.finish(connection)


def sqlstate(error: DBAPIError) -> str | None:
    """The server's code for what went wrong; None: it said nothing."""
    code: str | None = getattr(error.orig, "sqlstate", None)
    return code


def is_lost(error: DBAPIError) -> bool:
    """Whether the connection broke, or could not be made: what was asked may have been done or not."""
    code = sqlstate(error)
    silent = code is None and isinstance(error, OperationalError)
    return error.connection_invalidated or silent or code in _GONE or (code or "").startswith("08")


def _first_line(error: DBAPIError) -> str:
    return next(iter(str(error.orig).strip().splitlines()), type(error.orig).__name__)
