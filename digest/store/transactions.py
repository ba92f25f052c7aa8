"""What a store is, whatever database holds it: transactions, errors in words, and a schema that is kept current.

Two kinds of database hold the same tables: a file of SQLite (digest.store.sqlite) and a server of PostgreSQL
(digest.store.postgres). What differs between them is there; everybody else asks for ``read()`` or ``write()``.
"""

from __future__ import annotations

import abc
import contextlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from digest.errors import DigestError, StaleError, StoreError
from digest.store import schema
from digest.store.transfermarks import read_mark

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

Purpose = Literal["read", "write", "share"]
Held: TypeAlias = "AbstractContextManager[None]"


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
    def alone(self, name: str, *, wait_s: float, busy: str, hint: str, guard: bool = False) -> Held:
        """Be the only one that does what ``name`` says, on all machines that share the store, which keeps its schema.

        It ends with the process too, and with its connection to the server. In SQLite there is one machine, and nothing
        is done: files are locked there (digest.disk.locked).

        Args:
            name: of the work.
            wait_s: how long to wait for another who does it; 0: not at all.
            busy: what to say if that was not long enough, and what to do then (``hint``).
            guard: of this thread, no ``write()`` begins once it is lost; and before the block begins, the last one of
                whoever lost it has ended. Without, who loses it is not told: for work that is right if two do it.

        Raises:
            BusyError: somebody else does it.
            StaleError: the store was migrated by a newer digest.
            StoreError: the server is out of reach.
        """

    @abc.abstractmethod
    def steady(self) -> Held:
        """See that the store has the schema this digest knows, and on a server keep it from being migrated meanwhile.

        For work of many transactions, and for processes that live on while a newer digest is installed. Should the
        connection break, the schema is kept no longer, and nobody is told.

        Raises:
            StaleError: it was migrated by a newer digest; nothing was changed.
            BusyError: it is being migrated.
        """

    @abc.abstractmethod
    def migrating(self) -> Held:
        """Have nobody rely on the schema.

        Raises:
            BusyError: somebody does, for longer than ten seconds.
        """

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


def migrate(store: Store, *, moving: bool = False) -> None:
    """Bring the store to the newest schema, after keeping a copy of it.

    Args:
        store: it may have any schema.
        moving: leave it as it is, if it is marked as half moved or moved away (digest.store.transfermarks).

    Raises:
        StaleError: it was written by a newer digest.
        StoreError: it is none of digest, or is marked.
        BusyError: others are at work with it.
    """
    with store.read() as connection:
        if not _is_older(store, connection, moving=moving):
            return
    from digest.store.migrate import upgrade  # noqa: PLC0415  Alembic takes 200 ms to import and to set up

    with store.migrating(), store.write() as connection:
        if _is_older(store, connection, moving=moving):  # else another digest was quicker; it may have been a newer one
            with store.saved_before(schema.HEAD):
                upgrade(connection)
                store.finish(connection)


def _is_older(store: Store, connection: Connection, *, moving: bool) -> bool:
    """Whether the store has to be migrated. Raises as ``migrate``."""
    revision = revision_of(connection)
    mark = read_mark(connection, revision)
    if revision == schema.HEAD or (mark and moving):
        return False
    if mark:
        raise mark.refusal(store.name)
    if revision is None or not re.fullmatch(r"\d{4}", revision):
        raise StoreError(f"{store.name}: is no store of digest",
                         hint="name another one under [store] in digest.toml")  # fmt: skip
    if revision > schema.HEAD:
        raise StaleError(
            f"{store.name}: was written by a newer digest (schema {revision}, this one knows {schema.HEAD})",
            hint="install the newer digest again; nothing was changed",
        )
    return True


def require_known(store: Store, connection: Connection) -> None:
    """Refuse to go on with a store that is not as it was opened.

    Raises:
        StaleError: it has another schema.
        StoreError: it was moved away.
    """
    revision = revision_of(connection)
    if revision == schema.HEAD:
        return
    if mark := read_mark(connection, revision):
        raise mark.refusal(store.name)
    if revision is not None and revision > schema.HEAD:
        raise StaleError(
            f"{store.name}: was migrated by a newer digest (schema {revision}, this one knows {schema.HEAD})",
            hint="install the same digest here and start this again; nothing was changed",
        )
    raise StaleError(
        f"{store.name}: is not what was opened (schema {revision or 'none'}, this digest knows {schema.HEAD})",
        hint="was an older store brought back? Start this again: that migrates it; nothing was changed",
    )


def create_schema(connection: Connection) -> None:
    """Make the tables as the migrations would leave them; a test holds the two against each other."""
    schema.metadata.create_all(connection)
    key = "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)"
    connection.execute(text(f"CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, {key})"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": schema.HEAD})
