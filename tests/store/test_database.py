"""The store hands out transactions and refuses what it must not touch, in each kind of database the same."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import select, text

from digest.errors import BusyError, StoreError
from digest.store import schema
from digest.store.database import Store, get_meta, open_store, put_meta


def again(store: Store, root: Path) -> Store:
    """The same store, opened by another digest."""
    return open_store(store.name if store.path is None else "sqlite:///state/digest.db", root)


def test_opening_again_changes_nothing(store: Store, tmp_path: Path) -> None:
    with store.write() as connection:
        put_meta(connection, "key", "value")

    second = again(store, tmp_path)
    with second.read() as connection:
        assert get_meta(connection, "key") == "value"
    second.close()


def test_a_failed_transaction_leaves_no_trace(store: Store) -> None:
    def fail() -> None:
        with store.write() as connection:
            put_meta(connection, "key", "value")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    with store.read() as connection:
        assert get_meta(connection, "key") is None


def test_a_reading_sees_one_state_of_the_store_and_cannot_change_it(store: Store) -> None:
    with store.read() as reader:
        assert get_meta(reader, "key") is None
        with store.write() as writer:
            put_meta(writer, "key", "value")
        assert get_meta(reader, "key") is None
    with store.look() as looker:
        assert get_meta(looker, "key") == "value"


def test_of_two_who_make_what_is_missing_one_finds_it_made(store: Store) -> None:
    made = []

    def make_once(number: int) -> None:
        with store.write() as connection:
            if get_meta(connection, "key") is None:
                time.sleep(0.02)  # the other one asks now, unless it has to wait
                put_meta(connection, "key", str(number))
                made.append(number)

    threads = [threading.Thread(target=make_once, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_texts_are_sorted_by_their_bytes(store: Store) -> None:
    keys = ["a", "B", "z", "Å", "e-1", "e1", "E"]
    with store.write() as connection:
        for key in keys:
            put_meta(connection, key, "")
        assert list(connection.execute(select(schema.meta.c.key).order_by(schema.meta.c.key)).scalars()) == sorted(keys)


def test_reading_does_not_wait_for_a_writer(store: Store) -> None:
    with store.write() as writer:
        put_meta(writer, "key", "value")
        with store.read() as reader:
            assert get_meta(reader, "key") is None


def test_a_second_writer_is_told_that_the_store_is_busy(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("digest.store.sqlite.BUSY_TIMEOUT_MS", 50)
    monkeypatch.setattr("digest.store.postgres.LOCK_TIMEOUT_MS", 50)
    impatient = again(store, tmp_path)
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
        impatient.close()


def test_a_store_of_a_newer_digest_is_refused_and_left_alone(store: Store, tmp_path: Path) -> None:
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreError, match="newer digest"):
        again(store, tmp_path)


def test_other_databases_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="SQLite or PostgreSQL"):
        open_store("mysql://localhost/x", tmp_path)


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
