"""The store opens, migrates, refuses what it must not touch, and is copied whole."""

from __future__ import annotations

import sqlite3
import stat
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, select, text

from digest.errors import BusyError, StoreError
from digest.store import schema
from digest.store.database import Store, backup_sqlite, check_sqlite, get_meta, open_store, put_meta
from digest.store.migrate import alembic_config, upgrade

URL = "sqlite:///state/digest.db"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(URL, tmp_path)


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
    assert [one for one in differences if "entry_search" not in str(one)] == []
    assert set(made) == set(by_migration)
    for name in made:
        if name.startswith("entry_"):  # the search index and its triggers, which Alembic cannot compare
            assert made[name] == by_migration[name]
    migrated.dispose()


def test_an_older_store_is_copied_and_migrated(tmp_path: Path) -> None:
    from digest.store.database import _migrate

    store = open_store(URL, tmp_path)
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    # There is no older schema yet: it is enough that Alembic is asked, after a copy was made.
    with pytest.raises(Exception, match="0000"):
        _migrate(store)
    assert (tmp_path / "state" / f"digest.before-{schema.HEAD}.db").is_file()
    store.close()


def test_opening_again_changes_nothing(store: Store, tmp_path: Path) -> None:
    with store.write() as connection:
        put_meta(connection, "key", "value")

    with open_store(URL, tmp_path).read() as connection:
        assert get_meta(connection, "key") == "value"


def test_a_failed_transaction_leaves_no_trace(store: Store) -> None:
    def fail() -> None:
        with store.write() as connection:
            put_meta(connection, "key", "value")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    with store.read() as connection:
        assert get_meta(connection, "key") is None


def test_reading_does_not_wait_for_a_writer(store: Store) -> None:
    with store.write() as writer:
        put_meta(writer, "key", "value")
        with store.read() as reader:
            assert get_meta(reader, "key") is None


def test_a_second_writer_is_told_that_the_store_is_busy(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("digest.store.database.BUSY_TIMEOUT_MS", 50)
    impatient = open_store(URL, tmp_path)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with store.write():
            held.set()
            done.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    try:
        with pytest.raises(BusyError, match="another digest"), impatient.write():
            pass
    finally:
        done.set()
        thread.join()


def test_a_store_of_a_newer_digest_is_refused_and_left_alone(store: Store, tmp_path: Path) -> None:
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreError, match="newer digest"):
        open_store(URL, tmp_path)


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


def test_other_databases_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="only SQLite"):
        open_store("postgresql://localhost/x", tmp_path)


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


def test_times_come_back_aware_and_naive_ones_are_refused(store: Store) -> None:
    from datetime import UTC, datetime, timedelta, timezone

    moment = datetime(2026, 11, 19, 12, tzinfo=timezone(timedelta(hours=5)))
    with store.write() as connection:
        connection.execute(schema.suppression.insert().values(address_sha256="a", reason="x", at=moment))
    with store.read() as connection:
        assert connection.execute(select(schema.suppression.c.at)).scalar_one() == datetime(2026, 11, 19, 7, tzinfo=UTC)
    with pytest.raises(Exception, match="without a zone"), store.write() as connection:
        connection.execute(
            schema.suppression.insert().values(address_sha256="b", reason="x", at=moment.replace(tzinfo=None))
        )
