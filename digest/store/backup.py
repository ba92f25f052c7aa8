"""Puts a copy of the store in the place of the present one, which is kept beside it.

SQLite's write-ahead log belongs to the one file it was written for: laid beside another it would be played into it. So
the log is folded into the present store, or moved away with it, before the copy takes its place.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from digest.errors import BusyError, StoreError, UsageError
from digest.store import schema
from digest.store.sqlite import check_sqlite

if TYPE_CHECKING:
    from datetime import datetime

WAIT_S = 2.0  # for another digest to let go of the store
LOGS = ("-wal", "-shm")
MOVED = "moved "  # before the revision of a store whose contents are elsewhere: digest.store.transfermarks
ARRIVING = "arriving "  # likewise, of one that is not whole yet
RESTORED = "restored"  # the name under which the store keeps when it was restored


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyAccount:
    """What a copy of the store holds."""

    path: Path
    entries: int
    subscribers: int
    newest_issue: str | None
    newest_state: str | None


def store_path(url: str, root: Path) -> Path:
    """Where the SQLite store of the project in ``root`` is, or would be.

    Raises:
        StoreError: it is not in SQLite.
    """
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        raise StoreError(
            f"{address.render_as_string(hide_password=True)}: is no file that digest can copy",
            hint="a database of PostgreSQL is copied with pg_dump --format=custom --no-unlogged-table-data and brought "
            "back with pg_restore; then digest has to be told of it: see “Backups” in docs/operations.md",
        )
    return root / (address.database or "state/digest.db")


def look_into(copy: Path) -> CopyAccount:
    """Check that a file is a whole store this digest can read, and say what is in it.

    Raises:
        StoreError: it is not, or a newer digest wrote it.
    """
    check_sqlite(copy)
    try:
        with contextlib.closing(sqlite3.connect(f"{copy.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
            if revision.startswith(ARRIVING):
                raise StoreError(f"{copy}: is not whole: it was copied while a store was being moved there",
                                 hint="name another backup")  # fmt: skip
            revision = revision.removeprefix(MOVED)  # all that was moved is still there
            if revision > schema.HEAD:
                raise StoreError(
                    f"{copy}: was written by a newer digest (schema {revision}, this one knows {schema.HEAD})",
                    hint="install the newer digest first; nothing was changed",
                )
            entries, subscribers = (
                connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608  two constants
                for table in ("entry", "subscriber")
            )
            newest = connection.execute('SELECT name, state FROM issue ORDER BY "end" DESC, name DESC').fetchone()
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{copy}: is no store, or damaged: {error}", hint="name another backup") from error
    name, state = newest or (None, None)
    return CopyAccount(path=copy, entries=entries, subscribers=subscribers, newest_issue=name, newest_state=state)


def put_in_place(copy: Path, present: Path, *, now: datetime) -> Path | None:
    """Put the copy in the place of the present store; give back where that is kept now, None if there was none.

    Raises:
        UsageError: the copy is the present store.
        BusyError: another digest has the present store open.
        StoreError: a file cannot be written; the present store is as it was.
    """
    if present.exists() and copy.samefile(present):
        raise UsageError(f"{copy}: is the store itself", hint="name a file that `digest backup` wrote")
    aside = present.with_name(f"{present.stem}.before-restore-{now:%Y%m%dT%H%M%SZ}{present.suffix}")
    try:
        present.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = _copied_beside(copy, present)
        try:
            _unmark(fresh)
            _note_restored(fresh, now)
            kept = _keep(present, aside) if present.exists() else None
            fresh.replace(present)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StoreError(f"{present}: cannot be replaced: {error.strerror}",
                         hint="is the disk full, or the folder not writable?") from error  # fmt: skip
    return kept


def _unmark(fresh: Path) -> None:
    """Make a store again of a copy of one that was moved away: where its contents went, they may be lost."""
    with contextlib.closing(sqlite3.connect(fresh)) as connection:
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
    if revision.startswith(MOVED):
        from digest.store.transferends import unmark_file  # noqa: PLC0415  it opens stores, which few restores need

        unmark_file(fresh)


def _note_restored(fresh: Path, now: datetime) -> None:
    """Write into the copy when it was put in place: what was sent after it was made, its ledger does not know."""
    with contextlib.closing(sqlite3.connect(fresh)) as connection:
        connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (RESTORED, now.isoformat()))
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for log in LOGS:
        fresh.with_name(fresh.name + log).unlink(missing_ok=True)


def _copied_beside(copy: Path, present: Path) -> Path:
    """The copy, whole and on disk, under another name in the store's folder."""
    descriptor, name = tempfile.mkstemp(dir=present.parent, prefix=f".{present.name}.", suffix=".part")
    fresh = Path(name)  # mkstemp makes it for its owner only
    try:
        with os.fdopen(descriptor, "wb") as target, copy.open("rb") as source:
            shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(target.fileno())
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    return fresh


def _keep(present: Path, aside: Path) -> Path:
    """Give the present store a second name, and take its logs away. There is a store at every moment."""
    if aside.exists():
        raise StoreError(f"{aside}: is there already", hint="wait a second and run this again; nothing was changed")
    _fold_logs(present)
    for log in LOGS:  # there are none but of a store too damaged to be opened
        path = present.with_name(present.name + log)
        if path.exists():
            path.replace(aside.with_name(aside.name + log))
    try:
        aside.hardlink_to(present)
    except OSError:  # a file system without hard links
        shutil.copy2(present, aside)
    return aside


def _fold_logs(present: Path) -> None:
    """Play the write-ahead log into the store. That needs it alone: any other connection makes this fail.

    Raises:
        BusyError: another digest has the store open.
    """
    try:
        with contextlib.closing(sqlite3.connect(present, timeout=WAIT_S)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise BusyError(
                f"{present}: another digest is at work on it",
                hint="wait for it to finish and run this again; nothing was changed",
            ) from error
    except sqlite3.DatabaseError:
        return  # damaged: that is why a copy is wanted
