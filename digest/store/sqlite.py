"""The store in a file of SQLite.

SQLite runs in WAL mode so that reading never waits for writing. ``synchronous=FULL`` by default: a committed state
survives a power cut. Whoever marks single recipients may lower it for its own connection (see digest.deliver.marks).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError

from digest.errors import BusyError, DigestError, StoreError
from digest.store.searchindex import SEARCH_SQLITE
from digest.store.transactions import Held, Purpose, Store, create_schema, migrate, require_known
from digest.store.transfermarks import moved_away, said_by_guard

BUSY_TIMEOUT_MS = 10_000


class SqliteStore(Store):
    """A store in one file, with one writer at a time."""

    def __init__(self, engine: Engine, path: Path) -> None:
        super().__init__(engine, name=str(path), path=path)
        self.file = path

    def alone(self, name: str, *, wait_s: float, busy: str, hint: str, guard: bool = False) -> Held:  # noqa: ARG002
        return contextlib.nullcontext()

    @contextlib.contextmanager
    def steady(self) -> Iterator[None]:
        with self.read() as connection:
            require_known(self, connection)
        yield

    def migrating(self) -> Held:
        return contextlib.nullcontext()  # one transaction; whoever writes waits for it

    def begin(self, connection: Connection, purpose: Purpose) -> None:
        # Reading begins too, or each question would see a state of its own. Writing takes the lock at once: a read that
        # turns into a write may find the state stale and fail.
        connection.execute(text("BEGIN" if purpose == "read" else "BEGIN IMMEDIATE"))

    def named(self, error: DBAPIError) -> DigestError | None:
        if elsewhere := said_by_guard(str(error.orig)):
            return moved_away(self.name, elsewhere)
        if isinstance(error, OperationalError):
            if "locked" in str(error.orig) or "busy" in str(error.orig):
                return BusyError(
                    f"{self.name}: another digest is writing to the store",
                    hint="wait for it to finish and run this again; nothing was changed",
                )
            return StoreError(f"{self.name}: {error.orig}", hint="is the disk full, or the folder not writable?")
        if isinstance(error.orig, sqlite3.DatabaseError) and not isinstance(error.orig, sqlite3.IntegrityError):
            return StoreError(
                f"{self.name}: the store is damaged: {error.orig}",
                hint="bring back the last good copy with `digest restore-backup FILE`",
            )
        return None

    def scrub(self) -> bool:
        """Write the store anew, so that nothing deleted is left in its files; False: somebody held it open.

        SQLite leaves what it deletes in free pages and in the log until both are used again.
        """
        with self.naming_errors(), self.engine.connect() as connection:
            connection.exec_driver_sql("VACUUM")
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
            return not busy

    @contextlib.contextmanager
    def saved_before(self, revision: str) -> Iterator[None]:
        """Copy the store to a file beside it. Only a migration that comes to its end leaves one, whenever it is killed.

        An older store that was brought back is migrated again: then the copy of the last time stays as well.
        """
        name = f"{self.file.stem}.before-{revision}"  # `digest forget` tells of every file that is called so
        part = self.file.with_name(f"{name}.part")
        part.unlink(missing_ok=True)  # of a digest that was killed; who migrates now is alone, by the write lock
        backup_sqlite(self, part)
        try:
            yield
            copy, number = self.file.with_name(f"{name}.db"), 1
            while copy.exists():
                number += 1
                copy = self.file.with_name(f"{name}-{number}.db")
            part.rename(copy)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def open_sqlite(url: str, root: Path, *, create: bool, moving: bool = False) -> SqliteStore:
    """Open the file that ``url`` names, below ``root``; see digest.store.database.open_store."""
    path = root / (make_url(url).database or "state/digest.db")
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
    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
    _tune(engine)
    store = SqliteStore(engine, path)
    try:
        migrate(store, moving=moving)
    except BaseException:
        engine.dispose()
        raise
    return store


def _make(path: Path) -> None:
    """Make a whole new store beside its place and put it there, unless another digest was quicker."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".new")
    os.close(descriptor)  # mkstemp makes it for its owner only: it will hold subscribers
    part = Path(name)
    engine = create_engine(URL.create("sqlite", database=str(part)))
    try:
        with engine.begin() as connection:
            create_schema(connection)
            for statement in SEARCH_SQLITE:
                connection.exec_driver_sql(statement)
        engine.dispose()
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(part)
    finally:
        part.unlink(missing_ok=True)


def _tune(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()


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
        with SqliteStore(store.engine, target).naming_errors(), store.engine.connect() as connection:
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
