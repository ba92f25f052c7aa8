"""Opens the store, keeps its schema current, and hands out transactions.

SQLite runs in WAL mode so that reading never waits for writing. ``synchronous=FULL`` by default: a committed state
survives a power cut. Whoever marks single recipients may lower it for its own connection (see digest.deliver.ledger).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, create_engine, event, make_url, select, text
from sqlalchemy.exc import DatabaseError, OperationalError

from digest.errors import BusyError, StoreError
from digest.store import schema
from digest.store.searchindex import SEARCH_SQLITE

if TYPE_CHECKING:
    from collections.abc import Iterator

BUSY_TIMEOUT_MS = 10_000


class Store:
    """The project's database. ``read()`` and ``write()`` give a connection inside a transaction."""

    def __init__(self, engine: Engine, path: Path | None) -> None:
        self.engine = engine
        self.path = path  # of the SQLite file; None for a server

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database and changes nothing."""
        with _named_errors(self.path), self.engine.connect() as connection:
            if self.path is not None:
                connection.execute(text("BEGIN"))  # or each question would see a state of its own
            yield connection
            connection.rollback()

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed whole at the end, or not at all."""
        with _named_errors(self.path), self.engine.connect() as connection:
            if self.path is not None:
                # Take the write lock at once: a read that turns into a write may find the state stale and fail.
                connection.execute(text("BEGIN IMMEDIATE"))
            yield connection
            connection.commit()

    @contextlib.contextmanager
    def look(self) -> Iterator[Connection]:
        """A connection without a transaction: every question sees the state of its moment, and holds up nobody."""
        with _named_errors(self.path), self.engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT") if self.path is None else connection

    def scrub(self) -> bool:
        """Write the store anew, so that nothing deleted is left in its files; False: somebody held it open.

        SQLite leaves what it deletes in free pages and in the log until both are used again. A server has its own ways.
        """
        if self.path is None:
            return True
        with _named_errors(self.path), self.engine.connect() as connection:
            connection.exec_driver_sql("VACUUM")
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
            return not busy

    def close(self) -> None:
        self.engine.dispose()


@contextlib.contextmanager
def _named_errors(path: Path | None) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if "locked" in str(error.orig) or "busy" in str(error.orig):
            raise BusyError(
                f"{path}: another digest is writing to the store",
                hint="wait for it to finish and run this again; nothing was changed",
            ) from error
        raise StoreError(f"{path}: {error.orig}", hint="is the disk full, or the folder not writable?") from error
    except DatabaseError as error:
        if isinstance(error.orig, sqlite3.DatabaseError) and not isinstance(error.orig, sqlite3.IntegrityError):
            raise StoreError(
                f"{path}: the store is damaged: {error.orig}",
                hint="bring back the last good copy with `digest restore-backup FILE`",
            ) from error
        raise


def open_store(url: str, root: Path, *, create: bool = True) -> Store:
    """Open the store at ``url``, a path in it being below ``root``, and migrate it if it is older than this digest.

    Raises:
        StoreError: it cannot be opened, is damaged, or was written by a newer digest.
    """
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        raise StoreError(
            f"{url}: only SQLite stores work in this version", hint='write url = "sqlite:///state/digest.db"'
        )
    path = root / (address.database or "state/digest.db")
    if not create and not path.is_file():
        raise StoreError(f"{path}: there is no store yet", hint="run `digest fetch` or `digest build` first")
    fresh = not path.exists()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if fresh:
            _make(path)
        if path.stat().st_size == 0:
            # A new store is never empty, so this one has lost everything: the history, the subscribers, the ledger.
            raise StoreError(f"{path}: the store is damaged: it is empty",
                             hint="bring back the last good copy with `digest restore-backup FILE`")  # fmt: skip
    except OSError as error:
        raise StoreError(f"{path}: cannot be made: {error.strerror}", hint="is the folder writable?") from error
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
    _tune_sqlite(engine)
    store = Store(engine, path)
    try:
        _migrate(store)
    except BaseException:
        engine.dispose()
        raise
    return store


def _make(path: Path) -> None:
    """Make a whole new store beside its place and put it there, unless another digest was quicker."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".new")
    os.close(descriptor)  # mkstemp makes it for its owner only: it will hold subscribers
    part = Path(name)
    engine = create_engine(f"sqlite:///{part}")
    try:
        with engine.begin() as connection:
            _create(connection)
        engine.dispose()
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(part)
    finally:
        part.unlink(missing_ok=True)


def _tune_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()


def _revision(connection: Connection) -> str | None:
    row = connection.execute(
        text("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'")
    ).first()
    if row is None:
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(found) if found is not None else None


def _migrate(store: Store) -> None:
    with store.read() as connection:
        revision = _revision(connection)
    if revision == schema.HEAD:
        return
    if revision is not None and revision > schema.HEAD:
        raise StoreError(
            f"{store.path}: was written by a newer digest (schema {revision}, this one knows {schema.HEAD})",
            hint="install the newer digest again; nothing was changed",
        )
    if revision is None:
        raise StoreError(f"{store.path}: is no store of digest", hint="name another file under [store] in digest.toml")
    from digest.store.migrate import upgrade  # noqa: PLC0415  Alembic takes 200 ms to import and to set up

    if store.path is not None:
        backup_sqlite(store, store.path.with_suffix(f".before-{schema.HEAD}.db"))
    with store.write() as connection:
        if _revision(connection) != schema.HEAD:
            upgrade(connection)


def _create(connection: Connection) -> None:
    """Make a new store as the migrations would leave it; a test holds the two against each other."""
    schema.metadata.create_all(connection)
    if connection.dialect.name == "sqlite":
        for statement in SEARCH_SQLITE:
            connection.exec_driver_sql(statement)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": schema.HEAD})


def backup_sqlite(store: Store, target: Path) -> None:
    """Copy the store, whole and consistent even while it is in use, to a file that must not exist.

    Raises:
        StoreError: the target exists or cannot be written.
    """
    if target.exists():
        raise StoreError(f"{target}: is there already", hint="name another file; a backup is never overwritten")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        target.touch(mode=0o600)  # VACUUM INTO takes an empty file, and nobody else may read what it becomes
    except OSError as error:
        raise StoreError(f"{target}: cannot be written: {error.strerror}", hint="name another file") from error
    try:
        with _named_errors(target), store.engine.connect() as connection:
            connection.exec_driver_sql("VACUUM INTO ?", (str(target),))
    except BaseException:
        target.unlink(missing_ok=True)  # half a copy is none
        raise


def check_sqlite(path: Path) -> None:
    """Say whether the file is a whole store.

    Raises:
        StoreError: it is not.
    """
    if not path.is_file():
        raise StoreError(f"{path}: there is no such file", hint="name a file that `digest backup` wrote")
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            verdict = connection.execute("PRAGMA quick_check").fetchone()[0]
            tables = "SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'"
            known = connection.execute(tables).fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{path}: is no store, or damaged: {error}", hint="name another backup") from error
    if verdict != "ok" or not known:
        why = verdict if verdict != "ok" else "it has no digest tables"
        raise StoreError(f"{path}: is no store, or damaged: {why}", hint="name another backup")


def get_meta(connection: Connection, key: str) -> str | None:
    """A single value kept beside the tables."""
    value = connection.execute(select(schema.meta.c.value).where(schema.meta.c.key == key)).scalar()
    return None if value is None else str(value)


def drop_meta(connection: Connection, key: str) -> None:
    """Keep a value no longer."""
    connection.execute(schema.meta.delete().where(schema.meta.c.key == key))


def put_meta(connection: Connection, key: str, value: str) -> None:
    """Keep a single value beside the tables."""
    connection.execute(schema.meta.delete().where(schema.meta.c.key == key))
    connection.execute(schema.meta.insert().values(key=key, value=value))
