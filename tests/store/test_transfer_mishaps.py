"""What can be wrong with a store that is to be moved, or with where it is to go: nothing is lost, and it is told."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, make_url, select

from digest.errors import StaleError, StoreError, UsageError
from digest.store import schema
from digest.store.backup import RESTORED, look_into
from digest.store.checksum import AT_ONCE, at_once
from digest.store.database import get_meta, open_store
from digest.store.transfer import transfer
from digest.store.transferends import end_of, open_source, open_target, what_is_there
from tests.store.test_transfer import FILE, NOON, broken_off, filled, move, nothing, sums
from tests.support.postgres import Cluster


@pytest.fixture
def server(cluster: Cluster) -> Iterator[str]:
    """The address of a database with nothing in it."""
    url = cluster.empty()
    yield url
    cluster.drop(url)


def changed(root: Path, *statements: str) -> None:
    """Do what no digest does."""
    with sqlite3.connect(root / "state" / "digest.db") as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def moved_again(source: str, target: str, root: Path) -> None:
    """Move what was moved before to where it is no more, as the verb does."""
    ends = end_of(source, root, root), end_of(target, root, root)
    one, left = open_source(*ends, root)
    try:
        assert left
        other, _ = open_target(*ends, root, now=NOON, again=what_is_there(*ends, root) == "nothing")
        try:
            transfer(one, other, ends[1].place, advance=nothing)
        finally:
            other.close()
    finally:
        one.close()


def test_a_nul_in_a_key_is_told_before_anything_is_left(server: str, tmp_path: Path) -> None:
    """With another letter in its place the rows would have another order, and no sum would ever agree."""
    filled(FILE, tmp_path, rows=2)
    changed(tmp_path, "UPDATE story SET id = 'a' || char(0) || 'z' WHERE rowid = 1")

    with pytest.raises(StoreError, match=r"the table story, row 'a\\x00z': id has a NUL"):
        move(FILE, server, tmp_path)
    open_store(FILE, tmp_path).close()


def test_bytes_where_a_text_should_be_are_told_by_their_row(server: str, tmp_path: Path) -> None:
    filled(FILE, tmp_path, rows=2)
    changed(tmp_path, "UPDATE entry SET title = x'61ff' WHERE number = 14")

    with pytest.raises(StoreError, match="the table entry, row 14: title holds bytes"):
        move(FILE, server, tmp_path)
    open_store(FILE, tmp_path).close()


def test_a_time_that_another_hand_wrote_with_a_t_is_the_same_time(server: str, tmp_path: Path) -> None:
    filled(FILE, tmp_path, rows=2)
    changed(tmp_path, "UPDATE schedule SET at = '2026-11-20T07:00:00.000123'")

    move(FILE, server, tmp_path)

    store = open_store(server, tmp_path)
    with store.read() as connection:
        found = {moment.isoformat() for moment in connection.execute(select(schema.schedule.c.at)).scalars()}
    store.close()
    assert found == {"2026-11-20T07:00:00.000123+00:00"}


@pytest.mark.parametrize("number", [0, -5])
def test_numbers_begin_with_one_where_all_there_are_is_less(number: int, server: str, tmp_path: Path) -> None:
    filled(FILE, tmp_path, rows=1)
    changed(tmp_path, f"UPDATE subscriber SET id = {number}")

    move(FILE, server, tmp_path)

    store = open_store(server, tmp_path)
    with store.write() as connection:
        assert connection.scalar(select(func.nextval(func.pg_get_serial_sequence("subscriber", "id")))) == 1
        assert connection.scalar(select(schema.subscriber.c.id)) == number
    store.close()


def test_both_ends_may_be_in_one_database_each_in_a_schema(cluster: Cluster, server: str, tmp_path: Path) -> None:
    first, second = (f"{server}&options=-csearch_path%3D{name}" for name in ("north", "south"))
    for name in ("north", "south"):
        cluster.execute(f"CREATE SCHEMA {name}", database=str(make_url(server).database))
    filled(first, tmp_path, rows=3)

    move(first, second, tmp_path)

    assert sums(second, tmp_path) == sums(first, tmp_path)
    with pytest.raises(StaleError, match="was moved to"):
        open_store(first, tmp_path)


def test_a_database_is_not_moved_to_itself_by_another_address(server: str, tmp_path: Path) -> None:
    open_store(server, tmp_path).close()

    with pytest.raises(UsageError, match="both ends"):
        move(server, f"{server}&application_name=another", tmp_path)

    open_store(server, tmp_path).close()


@pytest.mark.parametrize("given", ["postgresql://u:hunter2@h:5x/db", "postgresql://u:hunter2@[::1/db", "://x", ""])
def test_what_is_no_address_is_told_without_what_may_be_a_password(given: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        end_of(given, tmp_path, tmp_path)

    assert "hunter2" not in refused.value.message + (refused.value.hint or "")
    assert "postgresql://user@host/name" in (refused.value.hint or "")


def test_an_address_is_one_whatever_driver_it_names() -> None:
    """The settings take but one, and what was begun with one address goes on with the other."""
    brief = Path("/brief")

    assert end_of("postgresql+psycopg2://u@h/d", brief, brief).url == "postgresql://u@h/d"


@pytest.mark.parametrize("way", ["to a server", "to a file"])
def test_what_was_lost_since_it_was_moved_is_moved_again_as_a_store_that_was_restored(
    way: str, cluster: Cluster, server: str, tmp_path: Path
) -> None:
    """It does not know who was mailed meanwhile: sending asks first."""
    source, target = (FILE, server) if way == "to a server" else (server, FILE)
    first = sums(filled(source, tmp_path, rows=3), tmp_path)
    move(source, target, tmp_path)
    if way == "to a server":
        cluster.clear(server)
    else:
        shutil.rmtree(tmp_path / "state")

    moved_again(source, target, tmp_path)

    store = open_store(target, tmp_path)
    with store.read() as connection:
        assert get_meta(connection, RESTORED) == NOON.isoformat()
    store.close()
    assert {**sums(target, tmp_path), "meta": first["meta"]} == first


def test_of_two_that_say_the_other_is_the_newer_neither_is_overwritten(server: str, tmp_path: Path) -> None:
    """An old copy of the file was brought back, of the time when the server had the store."""
    filled(FILE, tmp_path, rows=2)
    move(FILE, server, tmp_path)
    path, copy = tmp_path / "state" / "digest.db", tmp_path / "copy.db"
    shutil.copy(path, copy)
    move(server, FILE, tmp_path)
    shutil.copy(copy, path)
    before = sums(server, tmp_path)

    for source, target in ((FILE, server), (server, FILE)):
        with pytest.raises(StoreError, match="each says that it was moved to the other"):
            moved_again(source, target, tmp_path)

    assert sums(server, tmp_path) == before


def test_what_went_on_from_there_is_not_replaced_by_what_it_was(server: str, tmp_path: Path) -> None:
    filled(FILE, tmp_path, rows=2)
    move(FILE, "second.db", tmp_path)
    move("second.db", server, tmp_path)

    with pytest.raises(StaleError, match=r"second\.db: was moved to postgresql"):
        moved_again(FILE, "second.db", tmp_path)


def test_half_a_store_is_no_copy_to_bring_back(tmp_path: Path) -> None:
    filled(FILE, tmp_path, rows=2)
    broken_off(FILE, "half.db", tmp_path, after=5)

    with pytest.raises(StoreError, match="is not whole"):
        look_into(tmp_path / "half.db")


def test_of_long_texts_there_are_few_in_memory() -> None:
    long = {table.name for table in schema.metadata.sorted_tables if at_once(table) < AT_ONCE}

    assert long == {"entry", "entry_version", "issue_version", "printed", "frequencies", "generated", "frozen"}


def test_a_database_that_was_left_is_not_emptied_for_a_fresh_store_where_it_was_moved_to(
    server: str, tmp_path: Path
) -> None:
    filled(FILE, tmp_path, rows=2)
    move(FILE, server, tmp_path)
    move(server, FILE, tmp_path)
    (tmp_path / "state/digest.db").unlink()
    open_store(FILE, tmp_path).close()

    with pytest.raises(StoreError, match="which has not all of it: issue "):
        move(FILE, server, tmp_path)
