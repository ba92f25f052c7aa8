"""However many jobs wait in other queues: taking a batch of readers looks at a few rows, and mailing goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from digest.scale.queue import prepare_queue
from digest.store.database import open_store
from tests.bench.scaling.trials import fill_queue
from tests.scale.cluster import Company
from tests.support.postgres import Cluster

WAITING = 20_000
BATCHES = 40  # of a mailing to 20,000
FEW = WAITING // 10
_LOOKED_AT = """
    SELECT pg_stat_get_xact_tuples_returned(oid) + pg_stat_get_xact_tuples_fetched(oid) FROM pg_class
    WHERE relname IN ('procrastinate_jobs') OR oid IN
        (SELECT indexrelid FROM pg_index WHERE indrelid = 'procrastinate_jobs'::regclass)
"""


@pytest.fixture
def connection(cluster: Cluster, tmp_path: Path) -> Iterator[psycopg.Connection]:
    """To a store with 20,000 batches of feeds that wait, as the statistics know, and a mailing that they do not."""
    url = cluster.fresh()
    store = open_store(url, tmp_path)
    prepare_queue(store)
    store.close()
    with psycopg.connect(url.replace("postgresql://digest@/", "postgresql:///") + "&user=digest") as one:
        fill_queue(one, WAITING)
        one.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
        one.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, args)"
            " SELECT 'mail', 'deliver', 50, 'mail-' || i % 4, '{}' FROM generate_series(1, %s) AS i".replace(
                "% ", "%% "
            ),
            [BATCHES],
        )
        one.commit()
        yield one
    cluster.drop(url)


def looked_at(connection: psycopg.Connection) -> int:
    """Rows and entries of indices that this session has looked at in the queue."""
    return sum(count for (count,) in connection.execute(_LOOKED_AT.encode()).fetchall())


def take(connection: psycopg.Connection, queue: str) -> tuple[int | None, int]:
    """Take a job as a worker does: its id, and how much was looked at for it."""
    with connection.transaction():
        before = looked_at(connection)
        taken = connection.execute("SELECT id FROM procrastinate_fetch_job_v2(%s, 1)", [[queue]]).fetchone()
        assert taken is not None
        return taken[0], looked_at(connection) - before


def test_taking_a_batch_of_readers_does_not_look_at_what_else_waits(connection: psycopg.Connection) -> None:
    taken = [take(connection, "mail") for _ in range(4)]

    assert [number for number, _ in taken] == [WAITING + number for number in range(1, 5)]
    assert max(count for _, count in taken) < FEW, taken


def test_nor_does_finding_that_no_batch_is_free_however_often_one_asks(connection: psycopg.Connection) -> None:
    for _ in range(4):  # as many as may be mailed at once
        take(connection, "mail")
    none = [take(connection, "mail") for _ in range(8)]  # after a few the server could plan once for all queues

    assert {number for number, _ in none} == {None}
    assert max(count for _, count in none) < FEW, none
    assert max(take(connection, "control")[1] for _ in range(8)) < FEW


def test_a_mailing_beside_a_long_queue_comes_to_its_end(found_company: Callable[..., Company]) -> None:
    one = found_company(1000, delay_ms=1)
    one.hire("--queues", "mail")
    one.wait_until(lambda: one.has_begun(one.workers[0]), why="it has begun")
    with psycopg.connect(one.dsn) as connection:
        fill_queue(connection, WAITING)
        connection.commit()
    one.hand_over()
    found = one.wait_for_the_end()

    assert (found.is_whole, found.arrived) == (True, 1000), one.told()
    assert one.jobs("fetch").keys() == {"todo"}  # nobody looks after that queue
