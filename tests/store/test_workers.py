"""Who works on a store, and who has fallen silent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, update

from digest.store import schema, workers
from digest.store.database import Store, open_store
from digest.store.workers import Worker
from tests.support.postgres import Cluster

ONE = Worker(name="quay:17:aa", host="quay", pid=17, version="1.2.0", queues=("mail", "fetch"))


@pytest.fixture
def store(cluster: Cluster, tmp_path: Path) -> Iterator[Store]:
    store = open_store(cluster.fresh(), tmp_path)
    yield store
    store.close()


def test_a_worker_that_enters_is_known_with_the_servers_time(store: Store) -> None:
    with store.share() as connection:
        now = connection.scalar(func.now())
        workers.enter(connection, ONE)
        (found,) = workers.all_workers(connection)

    assert found == replace(ONE, started=now, seen=now)


def test_a_sign_of_life_moves_its_time_and_says_what_it_became(store: Store) -> None:
    with store.share() as connection:
        workers.enter(connection, ONE)
    with store.share() as connection:
        known = workers.seen(connection, ONE.name, numbers=[4, 5], ending=True)
        (found,) = workers.all_workers(connection)

    assert known
    assert found.started
    assert found.seen
    assert found.started < found.seen
    assert (found.numbers, found.ending, found.queues) == ((4, 5), True, ONE.queues)


def test_one_that_was_taken_for_dead_is_told_so_and_enters_anew(store: Store) -> None:
    with store.share() as connection:
        for name in ("dead", "alive"):
            workers.enter(connection, replace(ONE, name=name))
        silent = func.now() - timedelta(seconds=61)
        connection.execute(update(schema.worker).where(schema.worker.c.name == "dead").values(seen=silent))
        gone = workers.drop_dead(connection, 60.0)
        left = [one.name for one in workers.all_workers(connection)]
        known = workers.seen(connection, "dead", numbers=[])
        workers.enter(connection, replace(ONE, name="dead"))

        assert (gone, left, known) == (1, ["alive"], False)
        assert [one.name for one in workers.all_workers(connection)] == ["alive", "dead"]


def test_entering_twice_is_entering_once_and_leaving_is_for_good(store: Store) -> None:
    with store.share() as connection:
        workers.enter(connection, ONE)
        workers.enter(connection, replace(ONE, version="1.3.0"))
        versions = [one.version for one in workers.all_workers(connection)]
        workers.leave(connection, ONE.name)
        workers.leave(connection, ONE.name)

        assert versions == ["1.3.0"]
        assert workers.all_workers(connection) == ()
