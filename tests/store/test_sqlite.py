"""A store in a file of SQLite: whose it is, how it is migrated, when it is damaged, how it is copied."""

from __future__ import annotations

import contextlib
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from digest.errors import StoreError
from digest.store import schema
from digest.store.database import Store, get_meta, open_store, put_meta
from digest.store.migrate import alembic_config, upgrade
from digest.store.sqlite import backup_sqlite, check_sqlite
from digest.store.transactions import revision_of

URL = "sqlite:///state/digest.db"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(URL, tmp_path)
    yield opened
    opened.close()


def test_a_new_store_is_for_its_owner_only(store: Store) -> None:
    assert store.path is not None
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700


def shape(connection: Connection) -> dict[str, str]:
    """What each table, index and trigger is, however its definition is laid out."""
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    return {name: " ".join(sql.replace(", ", ",").replace("( ", "(").replace(" )", ")").split()) for name, sql in rows}


def test_a_new_store_is_what_the_migrations_lead_to(store: Store, tmp_path: Path) -> None:
    migrated = create_engine(f"sqlite:///{tmp_path / 'migrated.db'}")
    with migrated.begin() as connection:
        upgrade(connection)
        by_migration = shape(connection)
        head = ScriptDirectory.from_config(alembic_config(connection)).get_current_head()
        differences = compare_metadata(MigrationContext.configure(connection), schema.metadata)
    with store.read() as connection:
        made = shape(connection)

    assert head == schema.HEAD
    assert [one for one in differences if "_search" not in str(one)] == []
    assert set(made) == set(by_migration)
    for name in made:
        if name.startswith(("entry_", "printed_")):  # the search index and its triggers, which Alembic cannot compare
            assert made[name] == by_migration[name]
    migrated.dispose()


def older(root: Path) -> Path:
    """A store as schema 0007 left it; gives back its file."""
    path = root / "state" / "digest.db"
    path.parent.mkdir(mode=0o700)
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0007")
        put_meta(connection, "key", "value")
    engine.dispose()
    return path


def copies(path: Path) -> list[str]:
    return sorted(copy.name for copy in path.parent.glob("*.before-*"))


def test_an_older_store_is_copied_and_migrated(tmp_path: Path) -> None:
    path = older(tmp_path)
    store = open_store(URL, tmp_path)
    with store.read() as connection:
        assert (revision_of(connection), get_meta(connection, "key")) == (schema.HEAD, "value")
    store.close()

    (copy,) = copies(path)
    check_sqlite(path.with_name(copy))
    assert stat.S_IMODE(path.with_name(copy).stat().st_mode) == 0o600
    with contextlib.closing(sqlite3.connect(path.with_name(copy))) as found:
        assert found.execute("SELECT version_num FROM alembic_version").fetchone() == ("0007",)


def test_a_migration_that_fails_leaves_the_store_and_no_copy(tmp_path: Path) -> None:
    path = older(tmp_path)
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE lease (x)")
    with pytest.raises(StoreError, match="already exists"):
        open_store(URL, tmp_path)

    assert copies(path) == []
    with contextlib.closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT version_num FROM alembic_version").fetchone() == ("0007",)
        assert other.execute("SELECT name FROM sqlite_master WHERE name = 'schedule'").fetchone() is None
        other.execute("DROP TABLE lease")
    open_store(URL, tmp_path).close()


KILLED_AS_IT_MIGRATES = """
import os, sys
from pathlib import Path
from sqlalchemy import Engine, event
from digest.store.database import open_store

@event.listens_for(Engine, "before_cursor_execute")
def die(connection, cursor, statement, *rest):
    if "CREATE TABLE lease" in statement:
        os.kill(os.getpid(), 9)

open_store(sys.argv[1], Path(sys.argv[2]))
"""


def test_a_migration_that_was_killed_is_done_again(tmp_path: Path) -> None:
    path = older(tmp_path)
    for _ in range(2):
        killed = subprocess.run([sys.executable, "-c", KILLED_AS_IT_MIGRATES, URL, str(tmp_path)], check=False)
        assert killed.returncode == -9
    store = open_store(URL, tmp_path)
    with store.read() as connection:
        assert (revision_of(connection), get_meta(connection, "key")) == (schema.HEAD, "value")
    store.close()

    assert copies(path) == [f"digest.before-{schema.HEAD}.db"]


def test_several_that_open_an_older_store_at_once_migrate_it_once(tmp_path: Path) -> None:
    path = older(tmp_path)
    code = "import sys; from pathlib import Path; from digest.store.database import open_store\n"
    code += "open_store(sys.argv[1], Path(sys.argv[2])).close()"
    opening = [subprocess.Popen([sys.executable, "-c", code, URL, str(tmp_path)]) for _ in range(3)]

    assert [one.wait() for one in opening] == [0, 0, 0]
    assert copies(path) == [f"digest.before-{schema.HEAD}.db"]


def test_an_older_store_that_was_brought_back_is_migrated_too(tmp_path: Path) -> None:
    path = older(tmp_path)
    kept = path.read_bytes()
    for _ in range(2):
        open_store(URL, tmp_path).close()
        path.write_bytes(kept)
    open_store(URL, tmp_path).close()

    assert copies(path) == [f"digest.before-{schema.HEAD}{number}.db" for number in ("-2", "-3", "")]


def test_a_damaged_store_is_named(tmp_path: Path) -> None:
    path = tmp_path / "state" / "digest.db"
    path.parent.mkdir()
    path.write_bytes(b"this is not a database" * 100)

    with pytest.raises(StoreError, match="damaged") as caught:
        open_store(URL, tmp_path)

    assert "restore-backup" in (caught.value.hint or "")


def test_a_store_that_is_not_there_can_be_asked_for_without_making_it(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store yet"):
        open_store(URL, tmp_path, create=False)

    assert not (tmp_path / "state").exists()


def test_a_backup_taken_while_writing_is_whole(store: Store, tmp_path: Path) -> None:
    with store.write() as connection:
        put_meta(connection, "key", "value")
    copy = tmp_path / "copy.db"
    with store.write() as connection:
        put_meta(connection, "other", "uncommitted")
        backup_sqlite(store, copy)

    check_sqlite(copy)
    with sqlite3.connect(copy) as found:
        assert found.execute("SELECT key FROM meta").fetchall() == [("key",)]
    with pytest.raises(StoreError, match="there already"):
        backup_sqlite(store, copy)


@pytest.mark.parametrize("kind", ["missing", "text", "other database", "torn"])
def test_what_is_no_backup_is_refused(store: Store, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "copy.db"
    if kind == "text":
        path.write_text("hello")
    elif kind == "other database":
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE x (y)")
    elif kind == "torn":
        backup_sqlite(store, path)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    with pytest.raises(StoreError):
        check_sqlite(path)
