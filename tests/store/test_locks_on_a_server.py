"""Being alone at something on all machines that share a server, whoever dies and whatever breaks."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from digest.errors import BusyError, StoreError
from digest.store import holds
from digest.store.database import Store, get_meta, open_store, put_meta
from tests.support.postgres import Cluster

HOLDER = """
import sys
from pathlib import Path
from digest.store.database import open_store

with open_store(sys.argv[1], Path(sys.argv[2])).alone("work", wait_s=0, busy="busy", hint=""):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def ours(cluster: Cluster, tmp_path: Path) -> Iterator[Store]:
    store = open_store(cluster.fresh(), tmp_path)
    yield store
    store.close()


@pytest.fixture
def theirs(ours: Store, tmp_path: Path) -> Iterator[Store]:
    """The same store as another digest opens it."""
    store = open_store(ours.name, tmp_path)
    yield store
    store.close()


def is_free(store: Store, name: str = "work") -> bool:
    try:
        with store.alone(name, wait_s=0, busy="busy", hint=""):
            return True
    except BusyError as error:
        assert error.message == "busy"
        return False


def cut_holders(cluster: Cluster, store: Store) -> None:
    """Break the connections that hold something, as a restart of the server or a network does."""
    cluster.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = "
        f"'{store.engine.url.database}'"
    )


def test_one_is_alone_until_its_end_and_the_next_is_told_in_its_own_words(ours: Store, theirs: Store) -> None:
    with ours.alone("work", wait_s=0, busy="b", hint="h"):
        for wait_s in (0, 0.05):
            with (
                pytest.raises(BusyError, match="somebody is") as caught,
                theirs.alone("work", wait_s=wait_s, busy="somebody is", hint="do wait"),
            ):
                pytest.fail("two have it")
            assert caught.value.hint == "do wait"
        assert is_free(theirs, "another work")
    assert is_free(theirs)


def test_who_waits_has_it_when_the_other_ends(ours: Store, theirs: Store) -> None:
    order: list[str] = []

    def wait() -> None:
        with theirs.alone("work", wait_s=30, busy="b", hint="h"):
            order.append("theirs")

    with ours.alone("work", wait_s=0, busy="b", hint="h"):
        thread = threading.Thread(target=wait)
        thread.start()
        while thread.is_alive() and not _waiting(ours):
            pass
        order.append("ours")
    thread.join()
    assert order == ["ours", "theirs"]


def _waiting(store: Store) -> int:
    with store.look() as connection:
        asked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        return int(connection.exec_driver_sql(asked).scalar() or 0)


def test_it_ends_with_its_process(ours: Store, tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, ours.name, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        assert not is_free(ours)
        other.kill()
        other.wait()
        with ours.alone("work", wait_s=30, busy="b", hint="h"):
            pass


def test_stores_in_two_schemas_of_a_database_do_not_know_each_other(ours: Store, cluster: Cluster) -> None:
    cluster.execute("CREATE SCHEMA letters", database=ours.engine.url.database or "")
    beside = open_store(f"{ours.name}&options=-csearch_path%3Dletters", Path())
    with ours.alone("work", wait_s=0, busy="b", hint="h"):
        assert is_free(beside)
    beside.close()


@pytest.mark.parametrize("guard", [True, False])
def test_who_lost_it_writes_no_more_if_its_writes_are_guarded(
    ours: Store, theirs: Store, cluster: Cluster, guard: bool
) -> None:
    with ExitStack() as stack:
        stack.enter_context(ours.alone("work", wait_s=0, busy="b", hint="h", guard=guard))
        with ours.write() as connection:
            put_meta(connection, "before", "kept")
        cut_holders(cluster, ours)
        with theirs.alone("work", wait_s=30, busy="b", hint="h"):
            pass
        if guard:
            for _ in ("once", "and whoever tries it again"):
                with pytest.raises(StoreError, match="kept other digests away broke") as caught, ours.write():
                    pytest.fail("another may be at the same work")
                assert "run this again" in (caught.value.hint or "")
        else:
            with ours.write() as connection:
                put_meta(connection, "after", "kept")
        with ours.read() as connection:  # looking is free
            assert [get_meta(connection, key) for key in ("before", "after")] == ["kept", None if guard else "kept"]
    with ours.write():  # it is over with the block
        pass


def test_the_next_one_sees_the_last_write_of_who_lost_it(ours: Store, theirs: Store, cluster: Cluster) -> None:
    found: list[str | None] = []

    def take_over() -> None:
        with theirs.alone("work", wait_s=30, busy="b", hint="h", guard=True), theirs.read() as connection:
            found.append(get_meta(connection, "last"))

    with ours.alone("work", wait_s=0, busy="b", hint="h", guard=True), ours.write() as connection:
        cluster.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction' AND query = "
            f"'SELECT 1' AND datname = '{ours.engine.url.database}'"
        )
        thread = threading.Thread(target=take_over)
        thread.start()
        while thread.is_alive() and not _waiting(ours):  # for us, to have written
            pass
        put_meta(connection, "last", "words")
    thread.join()
    assert found == ["words"]


def test_writes_of_other_threads_are_not_guarded(ours: Store, cluster: Cluster) -> None:
    done: list[bool] = []

    def write() -> None:
        with ours.write() as connection:
            put_meta(connection, "key", "value")
        done.append(True)

    with ours.alone("work", wait_s=0, busy="b", hint="h", guard=True):
        cut_holders(cluster, ours)
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
    assert done == [True]


def test_a_server_that_ends_idle_transactions_does_not_end_it(ours: Store, theirs: Store, cluster: Cluster) -> None:
    cluster.execute(f"ALTER DATABASE {ours.engine.url.database} SET idle_in_transaction_session_timeout = '30ms'")
    ours.engine.dispose()
    with ours.alone("work", wait_s=0, busy="b", hint="h", guard=True):
        time.sleep(0.3)
        assert not is_free(theirs)
        with ours.write() as connection:
            put_meta(connection, "key", "value")


def test_holding_it_for_hours_keeps_no_deleted_rows_from_being_cleaned_up(ours: Store, cluster: Cluster) -> None:
    with ours.alone("work", wait_s=1, busy="b", hint="h"):
        held = cluster.execute(
            "SELECT backend_xmin, backend_xid FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = "
            f"'{ours.engine.url.database}'"
        )
    assert held == [(None, None)]


def test_connections_that_hold_are_none_of_the_pools(ours: Store) -> None:
    with ExitStack() as stack:
        for number in range(20):  # more than the pool would lend
            stack.enter_context(ours.alone(f"work {number}", wait_s=0, busy="b", hint="h"))
        with ours.write() as connection:
            put_meta(connection, "key", "value")


def test_being_alone_at_two_things_waits_for_no_one_who_waits_to_migrate(
    ours: Store, theirs: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[str] = []

    def migrate() -> None:
        try:
            with theirs.migrating():
                pytest.fail("the schema is relied upon")
        except BusyError as error:
            refused.append(error.message)

    monkeypatch.setattr(holds, "SCHEMA_WAIT_S", 5.0)
    with ours.alone("run", wait_s=0, busy="b", hint="h"):
        thread = threading.Thread(target=migrate)
        thread.start()
        while thread.is_alive() and not _waiting(ours):
            pass
        with ours.alone("work", wait_s=0, busy="b", hint="h", guard=True), ours.steady():
            assert _waiting(ours) == 1  # who migrates waits still
        thread.join()
    assert "is to be migrated or moved, and is in use: 1 at work from the server itself" in refused[0]


@pytest.mark.parametrize("again", ["steady", "alone"])
def test_who_lost_the_schema_keeps_it_again_from_the_next_work_on(
    ours: Store, theirs: Store, cluster: Cluster, monkeypatch: pytest.MonkeyPatch, again: str
) -> None:
    monkeypatch.setattr(holds, "SCHEMA_WAIT_S", 0.05)
    with ours.alone("run", wait_s=0, busy="b", hint="h"):
        cut_holders(cluster, ours)
        next_work = ours.steady() if again == "steady" else ours.alone("work", wait_s=0, busy="b", hint="h")
        with next_work, ours.steady(), pytest.raises(BusyError, match="1 at work"), theirs.migrating():
            pytest.fail("the schema is relied upon")
        with theirs.migrating():
            pass


@pytest.mark.parametrize("statements", [("PREPARE one AS SELECT 1",) * 2, ("EXECUTE one",)])
def test_a_pooler_that_lends_connections_for_a_transaction_is_named(ours: Store, statements: tuple[str, ...]) -> None:
    *before, last = statements
    with ours.read() as connection:
        for statement in before:
            connection.exec_driver_sql(statement)
        with pytest.raises(StoreError, match="prepared statement") as caught, ours.naming_errors():
            connection.exec_driver_sql(last)
    assert "pool_mode = session" in (caught.value.hint or "")


def test_in_sqlite_files_are_locked_and_this_does_nothing(tmp_path: Path) -> None:
    local = open_store("sqlite:///state/digest.db", tmp_path)
    with (
        local.alone("work", wait_s=0, busy="b", hint="h", guard=True),
        local.alone("work", wait_s=0, busy="b", hint="h"),
        local.write(),
    ):
        pass
    local.close()
