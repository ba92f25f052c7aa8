"""Jobs in the store: made in the transaction at hand, in tables that are made once and kept as procrastinate wants."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from digest.errors import StateError, StoreError
from digest.scale.mailjobs import gaps
from digest.scale.queue import BEGIN, DELIVER, Queue, is_prepared, live_ranges, prepare_queue
from digest.scale.timing import Timing, every
from digest.store.database import Store, get_meta, open_store, put_meta
from tests.support.postgres import Cluster

REVISION = "schema of the queue"
NOW = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)


@pytest.fixture
def store(cluster: Cluster, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(cluster.fresh(), tmp_path)
    yield opened
    opened.close()


def jobs(store: Store) -> list[tuple[str, str, str | None, int]]:
    query = "SELECT queue_name, task_name, lock, priority FROM procrastinate_jobs ORDER BY id"
    with store.read() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_the_tables_are_made_once(store: Store) -> None:
    with store.read() as connection:
        assert not is_prepared(connection)
    prepare_queue(store)
    Queue(store).defer(BEGIN, issue="2026-W47")

    prepare_queue(store)

    assert jobs(store) == [("desk", "begin", None, 25)]
    with store.read() as connection:
        assert is_prepared(connection)


def test_an_older_queue_is_brought_to_what_procrastinate_wants(cluster: Cluster, store: Store) -> None:
    """It is made as procrastinate 3.2 left it, with a job in it."""
    from procrastinate.schema import SchemaManager

    older = "03.02.00_50_post_batch_defer_jobs.sql"
    database = str(store.engine.url.database)
    for one in sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql")):
        if one.name <= older:
            cluster.execute(one.read_text("utf-8"), database=database)
    with store.write() as connection:
        put_meta(connection, REVISION, older)
    Queue(store).defer(BEGIN, issue="2026-W47")

    prepare_queue(store)

    assert jobs(store) == [("desk", "begin", None, 25)]
    made = "SELECT count(*) FROM pg_proc WHERE proname = 'procrastinate_fetch_job_v2'"
    assert cluster.execute(made, database=database) == [(1,)]
    columns = "SELECT table_name, column_name FROM information_schema.columns WHERE table_name LIKE 'procrastinate%'"
    fresh = open_store(cluster.fresh(), Path())
    prepare_queue(fresh)
    wanted = cluster.execute(columns, database=str(fresh.engine.url.database))
    fresh.close()
    assert set(cluster.execute(columns, database=database)) == set(wanted)


def test_a_queue_of_a_newer_procrastinate_is_refused(store: Store) -> None:
    prepare_queue(store)
    with store.write() as connection:
        put_meta(connection, REVISION, "99.00.00_01_what_comes.sql")

    with pytest.raises(StoreError, match="made by a newer procrastinate"):
        prepare_queue(store)


def test_a_queue_of_something_else_is_left_alone(store: Store) -> None:
    with store.write() as connection:
        connection.execute(text("CREATE TABLE procrastinate_jobs (id int)"))

    with pytest.raises(StoreError, match="a queue of something else"):
        prepare_queue(store)


def test_a_store_of_sqlite_has_no_queue(tmp_path: Path) -> None:
    opened = open_store("sqlite:///state/digest.db", tmp_path)

    with pytest.raises(StateError, match="need a store on PostgreSQL") as told:
        prepare_queue(opened)

    assert "migrate-store" in str(told.value.hint)
    opened.close()


def test_of_one_queueing_lock_one_job_waits(store: Store) -> None:
    prepare_queue(store)
    queue = Queue(store)

    assert queue.defer(BEGIN, queueing_lock="begin 2026-W47", issue="2026-W47")
    assert not queue.defer(BEGIN, queueing_lock="begin 2026-W47", issue="2026-W47")
    assert queue.defer(BEGIN, queueing_lock="begin 2026-W48", issue="2026-W48")
    assert len(jobs(store)) == 2


def test_jobs_come_into_being_with_their_transaction_or_not_at_all(store: Store) -> None:
    prepare_queue(store)
    queue = Queue(store)
    batch = [("mail-0", {"mailing_id": "m", "lo": 1, "hi": 500}), ("mail-1", {"mailing_id": "m", "lo": 501, "hi": 900})]

    with store.write() as connection:
        queue.defer_many(DELIVER, batch, connection=connection)
        connection.rollback()
    assert jobs(store) == []

    with store.write() as connection:
        queue.defer_many(DELIVER, batch, connection=connection)
        put_meta(connection, "beside", "it")
    assert jobs(store) == [("mail", "deliver", "mail-0", 50), ("mail", "deliver", "mail-1", 50)]
    with store.read() as connection:
        assert get_meta(connection, "beside") == "it"
        assert live_ranges(connection, "m", now=NOW) == [(1, 500), (501, 900)]
        assert live_ranges(connection, "another", now=NOW) == []


ranges = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted).map(tuple), max_size=8).map(sorted)


@given(ranges)
def test_gaps_are_what_lies_in_no_range(taken: list[tuple[int, int]]) -> None:
    found = list(gaps(taken, 5, 50))

    covered = {number for lo, hi in taken for number in range(lo, hi + 1)}
    assert [number for lo, hi in found for number in range(lo, hi + 1)] == [
        number for number in range(5, 51) if number not in covered
    ]


@given(st.floats(2.0, 3600.0))
def test_a_worker_gives_several_signs_before_it_is_taken_for_dead(takeover_s: float) -> None:
    timing = Timing.of(takeover_s)

    assert 4 * timing.heartbeat_s < timing.stalled_s
    assert timing.lease_s <= timing.stalled_s
    assert 60 % timing.reap_s == 60 % timing.plan_s == 0
    assert timing.reap_s <= max(1, takeover_s / 4)


def test_seconds_are_said_as_crontabs_say_them() -> None:
    from croniter import croniter  # type: ignore[import-untyped]

    begin = 1_795_417_200.0
    for seconds in (1, 2, 15, 30):
        ticks = croniter(every(seconds), begin)
        assert [ticks.get_next(float) - begin for _ in range(3)] == [seconds, 2 * seconds, 3 * seconds]


def test_the_verb_names_the_queues_there_are() -> None:
    """It has their names written out, so that its help need not load what a store wants."""
    from digest.cli import worker
    from digest.scale.queue import QUEUES

    assert worker.QUEUES == QUEUES
