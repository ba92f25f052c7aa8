"""Feeds in batches: each is handed out once, and a batch is all that whoever has it asks and files."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from digest import pipeline
from digest.config.settings import GatherSettings
from digest.production.duefeeds import due_feeds
from digest.scale.feedjobs import Batch, batches, claim_time, fetch_batch, plan_fetch
from digest.scale.workplace import Workplace
from digest.store import claims, schema, workers
from digest.store.claims import Due
from digest.store.sources import load_sources
from digest.store.workers import Worker
from tests.scale.feedhand import waiting_jobs
from tests.scale.feedscene import (
    Scene,
    all_of,
    claims_of,
    count,
    do_all,
    entries_of,
    found_scene,  # noqa: F401  a fixture: make_scene
    let_claims_run_out,
    wait_until,
)

# -- cutting

_FEEDS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 12)), unique_by=lambda pair: pair[0], max_size=300)


def due(pairs: list[tuple[int, int]]) -> list[Due]:
    return [Due(id=f"feed-{number}", host=f"h{host}.example") for number, host in pairs]


@given(_FEEDS, st.integers(1, 5), st.integers(1, 40))
def test_every_feed_is_in_one_batch_of_its_hosts_slot_and_a_host_in_as_few_as_it_fits(
    pairs: list[tuple[int, int]], slots: int, size: int
) -> None:
    feeds = due(pairs)
    cut = list(batches(feeds, slots=slots, size=size))

    assert sorted(id_ for batch in cut for id_ in batch.ids) == sorted(one.id for one in feeds)
    assert all(0 < len(batch.ids) <= size and batch.slot in range(slots) for batch in cut)
    for host in {one.host for one in feeds}:
        mine = {one.id for one in feeds if one.host == host}
        holding = [batch for batch in cut if mine & set(batch.ids)]
        assert len({batch.lock for batch in holding}) == 1
        assert len(holding) <= -(-len(mine) // size)


@given(_FEEDS, _FEEDS, st.integers(1, 5))
def test_a_host_has_the_same_slot_whatever_else_is_due(
    pairs: list[tuple[int, int]], others: list[tuple[int, int]], slots: int
) -> None:
    def slots_of(feeds: list[Due]) -> dict[str, int]:
        hosts = {one.id: one.host for one in feeds}
        return {hosts[id_]: batch.slot for batch in batches(feeds, slots=slots) for id_ in batch.ids}

    before, after = slots_of(due(pairs)), slots_of(due(others))
    assert all(before[host] == after[host] for host in before.keys() & after.keys())


def test_many_hosts_are_shared_out_over_all_slots() -> None:
    cut = list(batches(due([(number, number) for number in range(4000)]), slots=4))

    assert {batch.slot for batch in cut} == set(range(4))
    assert len(cut) <= 12
    assert cut[0].lock == f"fetch-{cut[0].slot}"
    assert list(batches([], slots=4)) == []
    assert Batch(slot=3, ids=("a",)).lock == "fetch-3"


def test_a_claim_lasts_longer_than_feeds_may_take_to_answer() -> None:
    assert claim_time(GatherSettings()) == timedelta(minutes=15)
    assert claim_time(GatherSettings(total_timeout_s=300.0)) == timedelta(minutes=50)


# -- the planning


def test_feeds_that_are_due_become_batches_and_every_entry_is_filed_once(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene()
    scene.write_feeds(12)
    with scene.at_work() as (project, place):
        plan_fetch(place)
        plan_fetch(place)  # they are handed out: nothing piles up
        assert 1 <= do_all(project, place) <= 3

        assert entries_of(project) == all_of(12)
        assert set(claims_of(project).values()) == {None}
        assert scene.asked() == sorted(f"/{number}" for number in range(12))
        plan_fetch(place)
        assert waiting_jobs(project) == []  # nothing is due for an hour

        scene.clock.moment = datetime.now(UTC) + timedelta(hours=2)
        plan_fetch(place)
        do_all(project, place)
        assert {request.status for request in scene.requests()[-12:]} <= {200, 304}
        assert sum(request.status == 304 for request in scene.requests()) == 12
        assert entries_of(project) == all_of(12)


def test_two_planners_at_once_hand_out_each_feed_once(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(1)
    scene.write_feeds(60)
    with scene.at_work() as (project, place), scene.at_work() as (_, other):
        together = threading.Barrier(2)

        def plan(one: Workplace) -> None:
            together.wait()
            plan_fetch(one)

        threads = [threading.Thread(target=plan, args=(one,)) for one in (place, other)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

        given_out = [id_ for args in waiting_jobs(project) for id_ in args["ids"]]
        assert sorted(given_out) == sorted(all_of(60))


def test_a_list_that_changes_is_followed(make_scene: Callable[..., Scene], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    scene = make_scene(1)
    scene.write_feeds(3)
    with scene.at_work() as (project, place):
        plan_fetch(place)
        scene.write_feeds(2)
        os.utime(scene.root / "feeds" / "feeds.toml", (1, 1))  # the same size would do
        plan_fetch(place)

        do_all(place.project, place)
        assert entries_of(project) == all_of(2)
        assert claims_of(project).keys() == {"f0", "f1"}
        with project.store.read() as connection:
            assert load_sources(connection).keys() == {"f0", "f1"}
        assert "the list of feeds has changed: 0 new, 1 gone" in caplog.text


def test_a_machine_without_feeds_plans_nothing_and_takes_nothing_out(
    make_scene: Callable[..., Scene], caplog: pytest.LogCaptureFixture
) -> None:
    scene = make_scene(1)
    scene.write_feeds(2)
    with scene.at_work() as (project, place):
        plan_fetch(place)
        waiting_jobs(project)
        let_claims_run_out(project)
        (scene.root / "feeds" / "feeds.toml").unlink()
        plan_fetch(place)

        assert waiting_jobs(project) == []
        assert count(project, select(func.count()).where(schema.source.c.listed)) == 2
        assert "this machine has no feeds" in caplog.text


# -- a batch


def test_a_batch_asks_no_feed_but_its_own_and_reads_no_file(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(2)
    scene.write_feeds(6)
    (scene.root / "feeds" / "note.md").write_text("# A note\n\nOf the harbour, in two sentences. Both are long.\n")
    with scene.at_work() as (project, place):
        plan_fetch(place)
        args, *_ = waiting_jobs(project)
        fetch_batch(place, **(args | {"ids": ["f1", "f3"]}))

        assert entries_of(project) == {"f1": 3, "f3": 3}
        assert scene.asked() == ["/1", "/3"]
        still = {name for name, claim in claims_of(project).items() if claim}
        assert still == {"f0", "f2", "f4", "f5"}


def test_what_a_server_said_to_one_feed_holds_for_the_others_of_its_host(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(1)
    scene.write_feeds(3)
    with scene.at_work() as (project, place):
        plan_fetch(place)
        waiting_jobs(project)
        soon = datetime.now(UTC) + timedelta(hours=1)
        with project.store.share() as connection:
            connection.execute(update(schema.source).values(claim=None, claimed_until=None))
            connection.execute(update(schema.source).where(schema.source.c.id == "f0").values(retry_after=soon))
        plan_fetch(place)
        do_all(project, place)

        assert scene.asked() == []
        with project.store.read() as connection:
            states = {name: row.state for name, row in load_sources(connection).items()}
        assert {name: state.retry_after for name, state in states.items()} == dict.fromkeys(("f0", "f1", "f2"), soon)
        assert set(claims_of(project).values()) == {None}


def test_a_fetch_beside_workers_leaves_their_hosts_to_them(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(2)
    scene.write_feeds(4)  # f0 and f2 on the first host
    with scene.at_work() as (project, place):
        plan_fetch(place)
        waiting_jobs(project)
        with project.store.share() as connection:
            free = schema.source.c.id != "f0"
            connection.execute(update(schema.source).where(free).values(claim=None, claimed_until=None))
        done = list(pipeline.fetch(project, now=scene.clock.now()))

        assert sorted(one.reading.source.id for one in done if one.elsewhere) == ["f0", "f2"]
        assert entries_of(project) == {"f1": 3, "f3": 3}
        assert scene.asked() == ["/1", "/3"]


def test_while_workers_fetch_the_feeds_are_left_to_them(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(1)
    scene.write_feeds(2)
    mail, fetch = (
        Worker(name=name, host="h", pid=1, version="1", queues=(name,)) for name in ("mail", "fetch")
    )  # fmt: skip
    with scene.at_work() as (project, _):
        with project.store.share() as connection:
            workers.enter(connection, mail)
        assert due_feeds(project, now=scene.clock.now()) == ("f0", "f1")
        with project.store.share() as connection:
            workers.enter(connection, fetch)
        assert due_feeds(project, now=scene.clock.now()) == ()
        done = list(pipeline.fetch(project, now=scene.clock.now()))
        assert [one.reading.source.id for one in done if one.elsewhere] == ["f0", "f1"]
        assert scene.asked() == []
        with project.store.share() as connection:
            workers.seen(connection, "fetch", ending=True)
        assert due_feeds(project, now=scene.clock.now()) == ("f0", "f1")
        with project.store.share() as connection:
            long_ago = func.now() - timedelta(minutes=5)
            connection.execute(update(schema.worker).values(seen=long_ago, ending=False))
        assert due_feeds(project, now=scene.clock.now()) == ("f0", "f1")


def test_a_worker_whose_feeds_are_anothers_asks_no_more_of_them(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(1)
    scene.write_feeds(30, delay_s=0.1)
    with scene.at_work() as (project, place):
        plan_fetch(place)
        (args,) = waiting_jobs(project)
        asking = threading.Thread(target=lambda: fetch_batch(place, **args))
        asking.start()
        wait_until(scene.requests, scene.said)
        with project.store.share() as connection:
            claims.take(connection, args["claim"], args["ids"], owner=f"{args['claim']}.other", until=scene.clock.now())
        asking.join()

        assert len(scene.requests()) < 30
        assert entries_of(project).keys() < all_of(30).keys()
        assert {claim for claim in claims_of(project).values() if claim} == {f"{args['claim']}.other"}


def test_a_worker_that_ends_gives_back_what_it_has_not_filed(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(1)
    scene.write_feeds(30, delay_s=0.1)
    with scene.at_work() as (project, place):
        plan_fetch(place)
        place.stop.set()
        do_all(project, place)

        filed = entries_of(project)
        assert 0 < len(filed) < 30
        assert set(claims_of(project).values()) == {None}
        place.stop.clear()
        plan_fetch(place)
        assert {id_ for args in waiting_jobs(project) for id_ in args["ids"]} == all_of(30).keys() - filed.keys()


def test_a_batch_that_takes_long_keeps_its_feeds(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(1)
    scene.write_feeds(12, delay_s=0.25)
    began = scene.clock.moment = datetime.now(UTC)
    length = claim_time(GatherSettings())
    with scene.at_work() as (project, place):
        plan_fetch(place)
        (args,) = waiting_jobs(project)
        asking = threading.Thread(target=lambda: fetch_batch(place, **args))
        asking.start()
        wait_until(lambda: entries_of(project), scene.said)
        scene.clock.moment = began + length * 0.9
        renewed = select(func.count()).where(schema.source.c.claimed_until > began + length)
        wait_until(lambda: count(project, renewed) or len(entries_of(project)) == 12, scene.said)
        left = 12 - len(entries_of(project))
        scene.clock.moment = began + length * 1.5
        plan_fetch(place)
        again = waiting_jobs(project)
        asking.join()

        assert left
        assert again == []
        assert entries_of(project) == all_of(12)


def test_a_feed_that_this_machine_does_not_list_is_given_back(
    make_scene: Callable[..., Scene], caplog: pytest.LogCaptureFixture
) -> None:
    scene = make_scene(1)
    scene.write_feeds(2)
    with scene.at_work() as (project, place):
        plan_fetch(place)
        jobs = waiting_jobs(project)
        scene.write_feeds(1)
        os.utime(scene.root / "feeds" / "feeds.toml", (1, 1))
        for args in jobs:
            fetch_batch(place, **args)

        assert entries_of(project) == all_of(1)
        assert set(claims_of(project).values()) == {None}
        assert "1 feeds are not in the feeds.toml of this machine" in caplog.text
