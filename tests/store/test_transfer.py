"""A store moves to another database: every value is there, and nobody can mistake one for the other on the way."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, make_url, select, update

from digest.errors import BusyError, StaleError, StoreError, UsageError
from digest.store import schema
from digest.store.checksum import CARRIED, TableSum
from digest.store.database import get_meta, open_store, put_meta
from digest.store.transfer import TableAccount, count_batches, transfer
from digest.store.transfercopy import sum_table
from digest.store.transferends import End, end_of, open_source, open_target, what_is_there
from digest.store.transfermarks import PLACE, bare, mark_moved
from tests.store.filling import fill
from tests.support.postgres import Cluster

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
FILE = "sqlite:///state/digest.db"
Advance = Callable[[str], None]


def nothing(_name: str) -> None:
    """Nobody watches."""


def move(source: str, target: str, root: Path, *, advance: Advance = nothing) -> dict[str, TableAccount]:
    """Move a store as the verb does."""
    ends = end_of(source, root, root), end_of(target, root, root)
    one, _ = open_source(*ends, root)
    try:
        other, _ = open_target(*ends, root, now=NOON)
        try:
            return transfer(one, other, ends[1].place, advance=advance)
        finally:
            other.close()
    finally:
        one.close()


def sums(url: str, root: Path) -> dict[str, TableSum]:
    """What a store holds, moved away or not."""
    store = open_store(url, root, moving=True)
    with store.read() as connection:
        found = {table.name: sum_table(store, connection, table, nothing) for table in CARRIED}
    store.close()
    return found


def contents(url: str, root: Path) -> dict[str, list[Any]]:
    """The same, read as the rest of digest reads it."""
    store = open_store(url, root, moving=True)
    with store.read() as connection:
        found = {one.name: list(connection.execute(select(one).order_by(*one.primary_key)).all()) for one in CARRIED}
    store.close()
    own = {"entries in the search index", "stories in the search index", PLACE}
    return found | {"meta": [row for row in found["meta"] if row.key not in own]}


def filled(url: str, root: Path, **how: int) -> str:
    """A store that holds something in every table."""
    store = open_store(url, root)
    with store.write() as connection:
        fill(connection, **how)
    store.close()
    return url


@pytest.fixture
def server(cluster: Cluster) -> Iterator[str]:
    """The address of a database with nothing in it."""
    url = cluster.empty()
    yield url
    cluster.drop(url)


def broken_off(source: str, target: str, root: Path, *, after: int) -> None:
    """A move that ends after so many batches."""
    seen = 0

    def stop(_name: str) -> None:
        nonlocal seen
        seen += 1
        if seen == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move(source, target, root, advance=stop)


def test_a_store_with_something_in_every_table_goes_to_a_server_and_comes_back(server: str, tmp_path: Path) -> None:
    filled(FILE, tmp_path)
    first, told = sums(FILE, tmp_path), contents(FILE, tmp_path)

    there = move(FILE, server, tmp_path)

    assert all(account.sum.rows for account in there.values())
    assert set(there) == set(schema.metadata.tables) - {"lease", "worker"}
    assert {name: account.sum for name, account in there.items()} == first == sums(server, tmp_path)
    assert contents(server, tmp_path) == told

    back = move(server, "back.db", tmp_path)

    assert {name: account.sum for name, account in back.items()} == first
    assert contents("sqlite:///back.db", tmp_path) == told


def test_a_store_goes_from_file_to_file_and_from_server_to_server(
    server: str, cluster: Cluster, tmp_path: Path
) -> None:
    filled(FILE, tmp_path)
    first, last = sums(FILE, tmp_path), cluster.empty()

    for source, target in ((FILE, "sqlite:///second.db"), ("second.db", server), (server, last)):
        move(source, target, tmp_path)

    assert sums(last, tmp_path) == first
    cluster.drop(last)


@pytest.mark.parametrize("table", [table.name for table in CARRIED])
def test_no_value_can_change_without_changing_the_sum(table: str, tmp_path: Path) -> None:
    filled(FILE, tmp_path, rows=12)
    store, of = open_store(FILE, tmp_path), schema.metadata.tables[table]
    with store.read() as connection:
        before = sum_table(store, connection, of, nothing)
        rows = [dict(row) for row in connection.execute(select(of)).mappings()]
    for column in of.columns:
        other = next(row[column.name] for row in rows[1:] if row[column.name] != rows[0][column.name])
        with store.write() as connection:
            connection.execute(delete(of))
            connection.execute(insert(of), [rows[0] | {column.name: other}])
            one = sum_table(store, connection, of, nothing)
            connection.execute(delete(of))
            connection.execute(insert(of), [rows[0]])
            assert sum_table(store, connection, of, nothing) != one, column.name
            connection.rollback()
    with store.write() as connection:
        connection.execute(delete(of).where(next(iter(of.primary_key)) == rows[2][next(iter(of.primary_key)).name]))
        after = sum_table(store, connection, of, nothing)
    store.close()

    assert (before.rows, after.rows) == (12, 11)
    assert before.sha256 != after.sha256


_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
_ROWS = st.lists(
    st.tuples(_TEXTS, st.floats(allow_nan=False), st.binary(max_size=60), st.datetimes(timezones=st.just(UTC)), _TEXTS),
    max_size=12,
    unique_by=lambda row: row[0],
)


@given(rows=_ROWS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_a_value_is_it_is_the_same_on_the_other_side(rows: list[Any], server: str, tmp_path: Path) -> None:
    for url in (FILE, server):
        store = open_store(url, tmp_path)
        with store.write() as connection:
            for table in (schema.placement, schema.frozen):
                connection.execute(delete(table))
            for text, number, data, moment, other in rows:
                values = {"issue": text, "entry_id": other, "place": other, "score": number, "at": moment}
                connection.execute(
                    insert(schema.placement).values(**values, reasons=[other, number if number == 1 else 0])
                )
                values = {"issue": text, "variant": other, "part": "", "sha256": other, "data": data}
                connection.execute(insert(schema.frozen).values(**values))
        store.close()

    assert sums(FILE, tmp_path) == sums(server, tmp_path)


def test_a_time_that_another_hand_wrote_without_its_fraction_is_the_same_time(server: str, tmp_path: Path) -> None:
    filled(FILE, tmp_path, rows=2)
    with sqlite3.connect(tmp_path / "state" / "digest.db") as connection:
        connection.execute("UPDATE schedule SET at = '2026-11-20 07:00:00', made = '2026-11-20 07:00:00.25'")
    connection.close()

    move(FILE, server, tmp_path)

    assert {(row.at.isoformat(), row.made.isoformat()) for row in contents(server, tmp_path)["schedule"]} == {
        ("2026-11-20T07:00:00+00:00", "2026-11-20T07:00:00.250000+00:00")
    }


def test_numbers_go_on_behind_the_highest(server: str, tmp_path: Path) -> None:
    filled(FILE, tmp_path)
    move(FILE, server, tmp_path)
    numbered = [table for table in CARRIED if table.autoincrement_column is not None]

    store = open_store(server, tmp_path)
    with store.write() as connection:
        for table in numbered:
            column = table.autoincrement_column
            assert column is not None
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            highest = connection.scalar(select(func.max(column)))
            assert highest
            assert connection.scalar(select(func.nextval(sequence))) == highest + 1
    store.close()

    assert len(numbered) >= 7


def test_of_an_empty_store_the_numbers_begin_with_one(server: str, tmp_path: Path) -> None:
    open_store(FILE, tmp_path).close()
    move(FILE, server, tmp_path)

    store = open_store(server, tmp_path)
    with store.write() as connection:
        assert connection.scalar(select(func.nextval(func.pg_get_serial_sequence("subscriber", "id")))) == 1
    store.close()


def test_what_is_of_one_database_only_stays_there(cluster: Cluster, tmp_path: Path) -> None:
    first, second = cluster.fresh(), cluster.fresh()
    for url, value in ((first, "old"), (second, "new")):
        store = open_store(url, tmp_path)
        with store.write() as connection:
            put_meta(connection, "schema of the queue", value)
            put_meta(connection, "a note", "carried") if value == "old" else None
            lease = {"owner": value, "until": NOON}
            connection.execute(insert(schema.lease).values(**lease))
        store.close()

    move(first, second, tmp_path)

    store = open_store(second, tmp_path)
    with store.read() as connection:
        assert get_meta(connection, "schema of the queue") == "new"
        assert get_meta(connection, "a note") == "carried"
        assert get_meta(connection, PLACE) is None
        assert connection.execute(select(schema.lease.c.owner)).scalars().all() == ["new"]
    store.close()


@pytest.mark.parametrize(("after", "there_already"), [(1, 0), (7, 6), (20, 15), (40, len(CARRIED))])
def test_a_move_that_was_broken_off_goes_on(server: str, tmp_path: Path, after: int, there_already: int) -> None:
    filled(FILE, tmp_path)
    first = sums(FILE, tmp_path)
    broken_off(FILE, server, tmp_path, after=after)

    with pytest.raises(StoreError, match="is not whole") as refused:
        open_store(server, tmp_path)
    assert "digest migrate-store" in (refused.value.hint or "")
    open_store(FILE, tmp_path).close()

    there = move(FILE, server, tmp_path)

    assert {name: account.sum for name, account in there.items()} == first == sums(server, tmp_path)
    assert sum(not account.copied for account in there.values()) == there_already


@pytest.mark.parametrize("way", ["to a server", "to a file"])
def test_what_has_changed_since_a_move_was_broken_off_is_copied_anew(way: str, server: str, tmp_path: Path) -> None:
    source, target = (FILE, server) if way == "to a server" else (server, FILE)
    filled(source, tmp_path)
    broken_off(source, target, tmp_path, after=40)
    store = open_store(source, tmp_path)
    with store.write() as connection:
        connection.execute(update(schema.subscriber).where(schema.subscriber.c.id == 7).values(state="unsubscribed"))
        connection.execute(delete(schema.bounce).where(schema.bounce.c.subscriber_id == 7))
        connection.execute(insert(schema.meta).values(key="new", value="x"))
    store.close()
    first = sums(source, tmp_path)

    there = move(source, target, tmp_path)

    assert {name for name, account in there.items() if account.copied} == {"subscriber", "bounce", "meta"}
    assert sums(target, tmp_path) == first


def test_batches_are_told_as_often_as_was_said(server: str, tmp_path: Path) -> None:
    filled(FILE, tmp_path)
    store = open_store(FILE, tmp_path)
    ahead = count_batches(store)
    store.close()
    told: list[str] = []

    broken_off(FILE, server, tmp_path, after=30)
    move(FILE, server, tmp_path, advance=told.append)

    assert len(told) == ahead


@pytest.mark.parametrize("way", ["from a file", "from a server"])
def test_nobody_writes_meanwhile(way: str, server: str, tmp_path: Path) -> None:
    source, target = (FILE, server) if way == "from a file" else (server, FILE)
    filled(source, tmp_path, rows=2)
    refused = []

    def write(_name: str) -> None:
        sql = "DELETE FROM subscriber"
        if source == FILE:
            other = sqlite3.connect(tmp_path / "state" / "digest.db", timeout=0)
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute(sql)
            other.close()
        else:
            with (
                psycopg.connect(server, options="-c lock_timeout=10") as held,
                pytest.raises(psycopg.errors.Error) as no,
            ):
                held.execute(sql)
            assert isinstance(no.value, psycopg.errors.LockNotAvailable)
        refused.append(sql)

    move(source, target, tmp_path, advance=write)

    assert refused


@pytest.mark.parametrize("way", ["from a file", "from a server"])
def test_who_had_the_old_store_open_can_write_to_it_no_more(way: str, server: str, tmp_path: Path) -> None:
    source, target = (FILE, server) if way == "from a file" else (server, FILE)
    filled(source, tmp_path, rows=2)
    before = open_store(source, tmp_path)
    move(source, target, tmp_path)

    place = end_of(target, tmp_path, tmp_path).place
    for change in (
        insert(schema.meta).values(key="late", value="x"),
        update(schema.subscriber).values(state="unsubscribed"),
        delete(schema.delivery),
        insert(schema.lease).values(owner="late", until=NOON),
    ):
        with pytest.raises(StoreError, match="was moved to") as refused, before.share() as connection:
            connection.execute(change)
        assert place in refused.value.message
    with pytest.raises(StaleError, match="was moved to"), before.steady():
        pass
    before.close()
    with pytest.raises(StoreError, match="was moved to") as refused:
        open_store(source, tmp_path)
    assert "under [store] in digest.toml" in (refused.value.hint or "")


@pytest.mark.parametrize("way", ["to a server", "to a file"])
def test_a_kill_between_the_two_marks_leaves_neither_open_and_the_same_again_ends_it(
    way: str, server: str, tmp_path: Path
) -> None:
    source, target = (FILE, server) if way == "to a server" else (server, FILE)
    filled(source, tmp_path, rows=3)
    first = sums(source, tmp_path)
    broken_off(source, target, tmp_path, after=2 * len(CARRIED))  # everything is there and was compared
    store = open_store(source, tmp_path)
    with store.write() as connection:
        mark_moved(connection, end_of(target, tmp_path, tmp_path).place)
    store.close()

    for url in (source, target):
        with pytest.raises(StoreError):
            open_store(url, tmp_path)
    ends = end_of(source, tmp_path, tmp_path), end_of(target, tmp_path, tmp_path)
    assert what_is_there(*ends, tmp_path) == "half"
    move(source, target, tmp_path)

    assert sums(target, tmp_path) == first
    open_store(target, tmp_path).close()
    assert what_is_there(*ends, tmp_path) == "all"


@pytest.mark.parametrize("way", ["a file first", "a server first"])
def test_there_and_back_again(way: str, server: str, tmp_path: Path) -> None:
    """What was moved away is replaced by what became of it elsewhere."""
    here, there = (FILE, server) if way == "a file first" else (server, FILE)
    filled(here, tmp_path, rows=3)
    move(here, there, tmp_path)
    store = open_store(there, tmp_path)
    with store.write() as connection:
        connection.execute(update(schema.subscriber).values(state="unsubscribed"))
    store.close()
    changed = sums(there, tmp_path)

    move(there, here, tmp_path)

    assert sums(here, tmp_path) == changed
    store = open_store(here, tmp_path)
    with store.write() as connection:
        connection.execute(update(schema.subscriber).values(state="active"))
    store.close()
    move(here, there, tmp_path)
    assert contents(there, tmp_path)["subscriber"][0].state == "active"


def test_what_an_old_file_held_is_kept_as_a_store_like_any_other(server: str, tmp_path: Path) -> None:
    filled(FILE, tmp_path, rows=3)
    first = sums(FILE, tmp_path)
    move(FILE, server, tmp_path)
    store = open_store(server, tmp_path)
    with store.write() as connection:
        connection.execute(delete(schema.subscriber))
    store.close()

    move(server, FILE, tmp_path)

    kept = "sqlite:///state/digest.before-move-20261118T120000Z.db"
    assert sums(kept, tmp_path) == first
    store = open_store(kept, tmp_path)
    with store.write() as connection:
        connection.execute(delete(schema.subscriber))
    store.close()
    assert {path.name for path in (tmp_path / "state").iterdir()} <= {
        "digest.db", "digest.db-wal", "digest.db-shm", "digest.before-move-20261118T120000Z.db",
        "digest.before-move-20261118T120000Z.db-wal", "digest.before-move-20261118T120000Z.db-shm",
    }  # fmt: skip
    assert (tmp_path / "state" / "digest.before-move-20261118T120000Z.db").stat().st_mode & 0o077 == 0


def test_an_older_store_is_migrated_first(server: str, tmp_path: Path) -> None:
    filled(FILE, tmp_path, rows=2)
    with sqlite3.connect(tmp_path / "state" / "digest.db") as connection:
        for statement in (
            "UPDATE alembic_version SET version_num = '0009'",
            "DROP TABLE worker",
            "DROP INDEX source_by_due",
            *(f"ALTER TABLE source DROP COLUMN {name}" for name in ("listed", "host", "claim", "claimed_until")),
        ):
            connection.execute(statement)
    connection.close()

    move(FILE, server, tmp_path)

    assert len(contents(server, tmp_path)["source"]) == 2


def test_a_newer_source_is_refused(server: str, tmp_path: Path) -> None:
    filled(FILE, tmp_path, rows=1)
    with sqlite3.connect(tmp_path / "state" / "digest.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    with pytest.raises(StoreError, match="newer digest"):
        move(FILE, server, tmp_path)


def test_what_holds_anything_else_is_refused_and_stays_as_it_is(cluster: Cluster, tmp_path: Path) -> None:
    filled(FILE, tmp_path, rows=2)
    other = filled(cluster.fresh(), tmp_path, rows=1, seed=1)
    before = contents(other, tmp_path)

    with pytest.raises(StoreError, match="holds something: .*subscriber"):
        move(FILE, other, tmp_path)

    assert contents(other, tmp_path) == before
    open_store(other, tmp_path).close()
    open_store(FILE, tmp_path).close()


def test_a_database_of_something_else_is_refused(cluster: Cluster, server: str, tmp_path: Path) -> None:
    filled(FILE, tmp_path, rows=1)
    cluster.execute("CREATE TABLE entry (x integer)", database=str(make_url(server).database))

    with pytest.raises(StoreError, match="tables of something else: entry"):
        move(FILE, server, tmp_path)


def test_half_of_another_store_is_not_gone_on_with(server: str, tmp_path: Path) -> None:
    for name in ("one.db", "two.db"):
        filled(f"sqlite:///{name}", tmp_path, rows=2)
    broken_off("one.db", server, tmp_path, after=5)

    with pytest.raises(StoreError, match=r"half filled from .*one\.db, not from .*two\.db"):
        move("two.db", server, tmp_path)
    with pytest.raises(StoreError, match="is not whole"):
        move(server, "three.db", tmp_path)


def test_what_was_moved_elsewhere_is_no_source_and_on_a_server_no_target(server: str, tmp_path: Path) -> None:
    filled("sqlite:///one.db", tmp_path, rows=2)
    filled("sqlite:///other.db", tmp_path, rows=1)
    move("one.db", server, tmp_path)
    with pytest.raises(StoreError, match="was moved to postgresql"):
        move("one.db", "three.db", tmp_path)
    move(server, "three.db", tmp_path)

    with pytest.raises(StoreError, match=r"was moved to .*three\.db, not to|holds what was moved to .*three\.db"):
        move("other.db", server, tmp_path)


def test_a_store_that_somebody_works_with_is_neither_left_nor_filled(cluster: Cluster, tmp_path: Path) -> None:
    """As it takes ten seconds to be sure of that, both are tried at once."""
    used, other = cluster.fresh(), cluster.empty()
    worker = open_store(used, tmp_path)
    filled("sqlite:///one.db", tmp_path, rows=1)
    told: list[str] = []

    def refuse(source: str, target: str) -> None:
        with pytest.raises(BusyError) as refused:
            move(source, target, tmp_path)
        told.append(refused.value.message)

    with worker.steady():
        tries = [threading.Thread(target=refuse, args=ends) for ends in ((used, other), ("one.db", used))]
        for one in tries:
            one.start()
        for one in tries:
            one.join()
    worker.close()

    assert len(told) == 2
    assert all("in use" in one for one in told)
    open_store(used, tmp_path).close()
    open_store("sqlite:///one.db", tmp_path).close()
    cluster.drop(used)
    cluster.drop(other)


def test_both_ends_must_differ_and_be_stores(tmp_path: Path) -> None:
    filled(FILE, tmp_path, rows=1)

    with pytest.raises(UsageError, match="both ends"):
        move(FILE, "state/digest.db", tmp_path)
    with pytest.raises(UsageError, match="SQLite or PostgreSQL"):
        move(FILE, "mysql://localhost/x", tmp_path)
    with pytest.raises(StoreError, match="no store yet"):
        move("nowhere.db", "there.db", tmp_path)
    assert not (tmp_path / "there.db").exists()


def test_a_nul_which_a_server_cannot_keep_becomes_a_sign_that_it_can(server: str, tmp_path: Path) -> None:
    filled(FILE, tmp_path, rows=2)
    with sqlite3.connect(tmp_path / "state" / "digest.db") as connection:
        connection.execute("UPDATE story SET lead_entry_id = 'a' || char(0) || 'b' WHERE rowid = 1")
    connection.close()

    there = move(FILE, server, tmp_path)

    assert {name: account.repaired for name, account in there.items() if account.repaired} == {"story": 1}
    assert "a\ufffdb" in [row.lead_entry_id for row in contents(server, tmp_path)["story"]]
    assert sums(FILE, tmp_path) == sums(server, tmp_path)


def test_a_number_that_the_server_cannot_keep_is_told_by_its_table(server: str, tmp_path: Path) -> None:
    filled(FILE, tmp_path, rows=2)
    with sqlite3.connect(tmp_path / "state" / "digest.db") as connection:
        connection.execute("UPDATE source SET failures = 99999999999")
    connection.close()

    with pytest.raises(StoreError, match="the table source: .*out of range"):
        move(FILE, server, tmp_path)
    open_store(FILE, tmp_path).close()


@pytest.mark.parametrize(
    ("given", "end"),
    [
        ("postgresql://ada:secret@db.example/brief?sslmode=require&password=also", "postgresql://ada@db.example/brief?sslmode=require"),
        ("sqlite:///state/digest.db", "sqlite:///state/digest.db"),
        ("old.db", "sqlite:////elsewhere/old.db"),
        ("/brief/state/x.db", "sqlite:///state/x.db"),
    ],
)  # fmt: skip
def test_an_end_is_what_store_takes_and_never_has_a_password(given: str, end: str) -> None:
    found = end_of(given, Path("/brief"), Path("/elsewhere"))

    assert found.url == end
    assert "secret" not in found.place + found.url
    assert isinstance(found, End)
    assert bare("postgresql://u:p@h/d") == "postgresql://u@h/d"


def test_a_server_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    filled(FILE, tmp_path, rows=1)

    with pytest.raises(StoreError, match="no connection to the store") as refused:
        move(FILE, f"postgresql://desk:hunter2@/digest?host={tmp_path}", tmp_path)

    assert "hunter2" not in str(refused.value)


def test_a_damaged_source_is_told_and_not_left(server: str, tmp_path: Path) -> None:
    filled(FILE, tmp_path, rows=200)
    path = tmp_path / "state" / "digest.db"
    with sqlite3.connect(path) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'subscriber_event'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)

    with pytest.raises(StoreError, match="damaged"):
        move(FILE, server, tmp_path)
