"""The two ends of a move: which stores are meant, and may they be left and filled?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, make_url, select
from sqlalchemy.exc import ArgumentError

from digest.errors import StoreError, UsageError
from digest.store import schema
from digest.store.checksum import CARRIED, count_rows
from digest.store.database import Store, open_store
from digest.store.sqlite import backup_sqlite
from digest.store.transactions import migrate, revision_of
from digest.store.transfercopy import clear_table
from digest.store.transfermarks import Mark, bare, command, mark_arriving, read_mark, unmark

_FORMS = 'write "postgresql://user@host/name", "sqlite:///state/digest.db" or a path'


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """A store that is moved from or to."""

    url: str  # as [store] has it, without a password
    place: str  # as `digest migrate-store` takes it and messages give it, from whatever folder
    given: str  # with what is needed to open it


def end_of(given: str, root: Path, folder: Path) -> End:
    """What a person means by a store: an address as under [store], or the path of a file of SQLite.

    Args:
        given: what they wrote.
        root: the project's folder, which paths in addresses start from.
        folder: the folder which paths start from that are none.

    Raises:
        UsageError: it is no address of a store.
    """
    if "://" not in given:
        return _file_end((folder / given).resolve(), root)
    try:
        address = make_url(given)
    except (ArgumentError, ValueError) as error:  # a port that is no number; what was given may hold a password
        raise UsageError("what was given is no address of a store", hint=_FORMS) from error
    kind = address.get_backend_name()
    if kind == "sqlite":
        return _file_end((root / (address.database or "state/digest.db")).resolve(), root)
    if kind != "postgresql":
        raise UsageError(f"{bare(given)}: digest keeps its store in SQLite or PostgreSQL", hint=_FORMS)
    named = bare(given.replace(address.drivername, kind, 1))  # as [store] takes it, whatever driver it names
    return End(url=named, place=named, given=given)


def _file_end(path: Path, root: Path) -> End:
    if path.is_dir():
        raise UsageError(f"{path}: is a folder", hint=_FORMS)
    below = path.relative_to(root) if path.is_relative_to(root) else path
    return End(url=f"sqlite:///{below}", place=str(path), given=f"sqlite:///{path}")


def open_source(source: End, target: End, root: Path) -> tuple[Store, bool]:
    """Open the store that is to be left; True: it was left already, and only the end of that is missing.

    Raises:
        UsageError: both are the same.
        StoreError: it cannot be opened, is only half there itself, or was moved elsewhere.
    """
    if source.place == target.place:
        raise UsageError(f"{source.place}: is both ends of the move", hint="name another store as the second")
    store = open_store(source.given, root, create=False, moving=True)
    mark = _mark_of(store)
    if mark is not None and (mark.way == "arriving" or mark.place != target.place):
        store.close()
        raise mark.refusal(source.place)
    return store, mark is not None


def open_target(
    source: End, target: End, root: Path, *, now: datetime, again: bool = False
) -> tuple[Store, Path | None]:
    """Open the store that is to be filled, marked so that nobody else does; and where its former contents are now.

    Contents are kept of a file of SQLite that was moved away before: whoever moves back may want to see them.

    Args:
        source: the store that is to be left.
        target: this one.
        root: the project's folder.
        now: the time.
        again: the source was left long ago, and what became of it here is lost.

    Raises:
        UsageError: both are the same, by two addresses.
        StoreError: it cannot be opened, or holds anything else; then nothing was changed.
    """
    store = open_store(target.given, root, moving=True)
    kept = None
    try:
        mark = _mark_of(store)
        if mark is not None and (mark.way == "moved" or mark.revision != schema.HEAD):
            _require_ours(mark, source, target, store)
            if store.path is None:  # of a file a copy is kept
                _require_grown(source, target, store, root)
            kept = _keep(store, now) if store.path is not None and mark.way == "moved" else None
            store = _emptied(store, target, root)
        elif mark is not None:
            _require_ours(mark, source, target, store)
        with store.migrating(), store.write() as connection:
            if read_mark(connection, revision_of(connection)) is None:
                _require_empty(connection, target)
                mark_arriving(connection, source.place, again=now if again else None)
        _require_other(source, store, root)
    except BaseException:
        store.close()
        raise
    return store, kept


def what_is_there(source: End, target: End, root: Path) -> Literal["all", "half", "nothing"]:
    """What there is at ``target`` of a store that is marked as moved to it.

    All: it is in use, and nothing is left to do. Half: the move was broken off. Nothing: what was moved there is lost.

    Raises:
        StoreError: that was moved as well.
    """
    store = open_store(target.given, root, moving=True)
    try:
        with store.read() as connection:
            mark = read_mark(connection, revision_of(connection))
            if mark is None:
                return "all" if any(count_rows(connection, table) for table in CARRIED) else "nothing"
    finally:
        store.close()
    if mark.way == "moved":
        if mark.place != source.place:
            raise mark.refusal(target.place)
        raise StoreError(
            f"{source.place} and {target.place}: each says that it was moved to the other, so one is an old copy",
            hint="take the older one out of the way, or bring back a file with `digest restore-backup FILE`",
        )
    return "half"


def _mark_of(store: Store) -> Mark | None:
    with store.read() as connection:
        return read_mark(connection, revision_of(connection))


def _require_other(source: End, store: Store, root: Path) -> None:
    """Refuse to fill what is to be left: by another address it has the mark that was just made."""
    left = open_store(source.given, root, create=False, moving=True)
    try:
        mark = _mark_of(left)
    finally:
        left.close()
    if mark is not None and mark.way == "arriving":
        with store.write() as connection:
            unmark(connection)
        raise UsageError(f"{source.place}: is both ends of the move", hint="name another store as the second")


def _require_grown(source: End, target: End, store: Store, root: Path) -> None:
    """Refuse to empty what was moved to ``source`` once, unless that still is what came of it, and no fresh store."""
    left = open_store(source.given, root, create=False, moving=True)
    try:
        with left.read() as connection:
            grown = _known(connection)
    finally:
        left.close()
    with store.read() as connection:
        lost = _known(connection) - grown
    if lost:
        raise StoreError(
            f"{target.place}: was moved to {source.place}, which has not all of it: {', '.join(sorted(lost)[:3])}",
            hint="name another database; or, if nobody needs this one, make it anew with dropdb and createdb",
        )


def _known(connection: Connection) -> set[str]:
    """By what a store is known, and what no work ever takes away: its issues, and whether anybody ever subscribed."""
    names = connection.execute(select(schema.issue.c.name)).scalars()
    someone = connection.scalar(select(schema.subscriber_event.c.number).limit(1)) is not None
    return {f"issue {name}" for name in names} | ({"subscribers"} if someone else set())


def _require_ours(mark: Mark, source: End, target: End, store: Store) -> None:
    """Refuse what is not of this move, unless a copy of it can be kept."""
    if mark.revision > schema.HEAD:
        raise StoreError(
            f"{target.place}: was written by a newer digest (schema {mark.revision}, this one knows {schema.HEAD})",
            hint="install the newer digest; nothing was changed",
        )
    if mark.place == source.place or (mark.way == "moved" and store.path is not None):
        return
    if mark.way == "moved":
        raise StoreError(
            f"{target.place}: holds what was moved to {mark.place}, not to {source.place}",
            hint="name another database, or delete and make this one anew with dropdb and createdb",
        )
    raise StoreError(
        f"{target.place}: is half filled from {mark.place}, not from {source.place}",
        hint=f"`{command(mark.place, target.place)}` goes on; or name another one, or delete this one",
    )


def _require_empty(connection: Connection, target: End) -> None:
    found = [table.name for table in CARRIED if count_rows(connection, table)]
    if found:
        raise StoreError(
            f"{target.place}: is a store that holds something: {', '.join(found)}",
            hint="name an empty database, or a file that is not there yet; nothing was changed",
        )


def _keep(store: Store, now: datetime) -> Path:
    """Copy a store that was moved away to a file beside it, as a store like any other."""
    path = Path(store.name)
    name = f"{path.stem}.before-move-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"  # see `digest forget`
    part, kept = path.with_name(f"{name}.part"), path.with_name(f"{name}.db")
    if kept.exists():
        raise StoreError(f"{kept}: is there already", hint="wait a second and run this again; nothing was changed")
    part.unlink(missing_ok=True)
    backup_sqlite(store, part)
    unmark_file(part)
    part.rename(kept)
    return kept


def unmark_file(path: Path) -> None:
    """Make a copy of a file of SQLite that was moved away a store like any other; it has no log afterwards."""
    copy = open_store(f"sqlite:///{path}", path.parent, create=False, moving=True)
    try:
        with copy.write() as connection:
            mark = read_mark(connection, revision_of(connection))
            unmark(connection, mark.revision if mark else schema.HEAD)
        _fold(copy)
    finally:
        copy.close()


def _emptied(store: Store, target: End, root: Path) -> Store:
    """The same store without anything in it, and with no mark."""
    if store.path is not None:
        _fold(store)
        store.close()
        store.path.unlink()
        return open_store(target.given, root)
    with store.write() as connection:
        mark = read_mark(connection, revision_of(connection))
        unmark(connection, mark.revision if mark else schema.HEAD)
        there = connection.dialect.get_table_names(connection)
        for table in CARRIED:
            if table.name in there:  # else a later schema has it
                clear_table(connection, table)
    migrate(store)
    return store


def _fold(store: Store) -> None:
    """Play the log into a file of SQLite, and leave it without one; needs it alone."""
    with store.naming_errors(), store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = DELETE")
