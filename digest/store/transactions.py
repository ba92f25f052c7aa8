"""What a store is, whatever database holds it: transactions, errors in words, and a schema that is kept current.

Two kinds of database hold the same tables: a file of SQLite (digest.store.sqlite) and a server of PostgreSQL
(digest.store.postgres). What differs between them is there; everybody else asks for ``read()`` or ``write()``.
"""

from __future__ import annotations

import abc
import contextlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from digest.errors import DigestError, StoreError
from digest.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

Purpose = Literal["read", "write", "share"]


class Store(abc.ABC):
    """The project's database. ``read()`` and ``write()`` give a connection inside a transaction."""

    def __init__(self, engine: Engine, *, name: str, path: Path | None = None) -> None:
        self.engine = engine
        self.name = name  # as messages give it; never with a password
        self.path = path  # of the SQLite file; None for a server

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database and changes nothing."""
        with self._transaction("read") as connection:
            yield connection
            connection.rollback()

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed whole at the end, or not at all. While it lasts nobody else has one.

        So what was read in it still holds when it writes: "is it there? then insert it" is safe.

        Raises:
            BusyError: another digest writes, for longer than ten seconds.
        """
        with self._transaction("write") as connection:
            yield connection
            connection.commit()

    @contextlib.contextmanager
    def share(self) -> Iterator[Connection]:
        """A transaction that writes beside others, where the database can; each statement must be right by itself.

        For senders, who are many on a server and must not wait for a fetch. In SQLite it is a ``write()``.
        """
        with self._transaction("share") as connection:
            yield connection
            connection.commit()

    @contextlib.contextmanager
    def look(self) -> Iterator[Connection]:
        """A connection without a transaction: every question sees the state of its moment, and holds up nobody."""
        with self.naming_errors(), self.engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT") if self.path is None else connection

    @contextlib.contextmanager
    def naming_errors(self) -> Iterator[None]:
        """Say in words what the database says in codes.

        Raises:
            BusyError: another digest is at it.
            StoreError: it cannot be reached or written, or is damaged.
        """
        try:
            yield
        except DBAPIError as error:
            named = self.named(error)
            if named is None:
                raise
            raise named from error

    @contextlib.contextmanager
    def _transaction(self, purpose: Purpose) -> Iterator[Connection]:
        with self.naming_errors(), self.engine.connect() as connection:
            self.begin(connection, purpose)
            yield connection

    @abc.abstractmethod
    def begin(self, connection: Connection, purpose: Purpose) -> None:
        """Begin a transaction as ``read``, ``write`` and ``share`` promise it."""

    @abc.abstractmethod
    def named(self, error: DBAPIError) -> DigestError | None:
        """The trouble in words, if it is any that is to be expected."""

    @abc.abstractmethod
    def scrub(self) -> bool:
        """See to it that what was deleted is gone; False: somebody held the store open."""

    @abc.abstractmethod
    def saved_before(self, revision: str) -> AbstractContextManager[None]:
        """Keep a copy of the store as it was before the block migrates it, if that is this digest's business."""

    def finish(self, connection: Connection) -> None:  # noqa: B027  there is nothing to add in SQLite
        """Add to the tables what only this kind of database has; done twice it changes nothing."""

    def close(self) -> None:
        self.engine.dispose()


def revision_of(connection: Connection) -> str | None:
    """The schema of the store; None: it is none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(found) if found is not None else None


def migrate(store: Store) -> None:
    """Bring the store to the newest schema, after keeping a copy of it.

    Raises:
        StoreError: it was written by a newer digest, or is none of digest.
    """
    with store.read() as connection:
        revision = revision_of(connection)
    if revision == schema.HEAD:
        return
    if revision is None or not re.fullmatch(r"\d{4}", revision):
        raise StoreError(f"{store.name}: is no store of digest",
                         hint="name another one under [store] in digest.toml")  # fmt: skip
    if revision > schema.HEAD:
        raise StoreError(
            f"{store.name}: was written by a newer digest (schema {revision}, this one knows {schema.HEAD})",
            hint="install the newer digest again; nothing was changed",
        )
    from digest.store.migrate import upgrade  # noqa: PLC0415  Alembic takes 200 ms to import and to set up

    with store.write() as connection:
        if revision_of(connection) != schema.HEAD:  # else another digest was quicker
            with store.saved_before(schema.HEAD):
                upgrade(connection)
                store.finish(connection)


def create_schema(connection: Connection) -> None:
    """Make the tables as the migrations would leave them; a test holds the two against each other."""
    schema.metadata.create_all(connection)
    key = "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)"
    connection.execute(text(f"CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, {key})"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": schema.HEAD})
