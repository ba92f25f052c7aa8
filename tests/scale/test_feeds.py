"""Feeds in batches: each is asked by one worker, whatever dies or sleeps, and no host by two at once."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Select, func, select, text, update

from digest import pipeline
from digest.config.settings import GatherSettings
from digest.project import Project, open_project
from digest.scale.feedjobs import Batch, batches, claim_time, fetch_batch, plan_fetch
from digest.scale.queue import prepare_queue
from digest.scale.workplace import Workplace
from digest.store import schema
from digest.store.claims import Due
from digest.store.database import open_store
from digest.store.sources import load_sources
from tests.scale.feedhand import Clock, waiting_jobs, workplace
from tests.support.http import Page, Request, Site, serving
from tests.support.postgres import Cluster
from tests.support.project import item, make_project, rss

HOME = Path(__file__).parents[2]
PATIENCE_S = 60.0
CONFIG = """\
[newsletter]
title = "The Harbour Brief"
from = "The Harbour Brief <brief@harbour.example>"

[gather]
allow_private = true
interval_minutes = 60

[store]
url = "{url}"
"""


# -- cutting

_FEEDS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 12)), unique_by=lambda pair: pair[0], max_size=300)


def due(pairs: list[tuple[int, int]]) -> list[Due]:
    return [Due(id=f"feed-{number}", host=f"h{host}.example:443") for number, host in pairs]


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


# -- a newsletter and its feeds


class Scene:
    """A newsletter on a server, its feeds on hosts of this machine, and a worker's hands."""

    def __init__(self, root: Path, url: str, sites: list[Site]) -> None:
        self.root, self.url, self.sites = root, url, sites
        self.clock = Clock()
        make_project(root, config=CONFIG.format(url=url), feeds="")
        store = open_store(url, root)
        prepare_queue(store)
        store.close()

    def write_feeds(self, count: int, *, delay_s: float = 0.0) -> None:
        """List so many feeds of three items each, in turn at each host."""
        blocks = []
        for number in range(count):
            site = self.sites[number % len(self.sites)]
            items = (item(f"Quay {number} gets crane {n}", f"https://h.example/{number}/{n}") for n in range(3))
            page = Page(rss(*items, title=f"Quay {number}").encode(), delay_s=delay_s, etag=f'"{number}"')
            blocks.append(f'[[feed]]\nurl = "{site.add(f"/{number}", page)}"\nid = "f{number}"\n')
        (self.root / "feeds" / "feeds.toml").write_text("\n".join(blocks), "utf-8")

    @contextmanager
    def at_work(self) -> Iterator[tuple[Project, Workplace]]:
        with open_project(self.root) as project:
            place = workplace(project, self.clock)
            try:
                yield project, place
            finally:
                place.close()

    def begin(self) -> subprocess.Popen[bytes]:
        """Somebody else, who does the batches that wait."""
        with (self.root / "hand.txt").open("wb") as file:
            command = [sys.executable, "-m", "tests.scale.feedhand", str(self.root)]
            return subprocess.Popen(command, cwd=HOME, stdout=file, stderr=file)

    def said(self) -> str:
        file = self.root / "hand.txt"
        return file.read_text("utf-8") if file.exists() else ""

    def requests(self) -> list[Request]:
        return [request for site in self.sites for request in site.requests]

    def asked(self) -> list[str]:
        return sorted(request.path for request in self.requests())


@pytest.fixture
def make_scene(cluster: Cluster, tmp_path: Path) -> Iterator[Callable[..., Scene]]:
    with ExitStack() as stack:

        def make(hosts: int = 3) -> Scene:
            sites = [stack.enter_context(serving(host=f"127.0.0.{number + 2}")) for number in range(hosts)]
            return Scene(tmp_path / "brief", cluster.fresh(), sites)

        yield make


def do_all(project: Project, place: Workplace) -> int:
    jobs = waiting_jobs(project)
    for args in jobs:
        fetch_batch(place, **args)
    return len(jobs)


def entries_of(project: Project) -> dict[str, int]:
    table = schema.entry.c
    query = select(table.source_id, func.count()).group_by(table.source_id)
    with project.store.read() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def claims_of(project: Project) -> dict[str, str | None]:
    with project.store.read() as connection:
        return {row[0]: row[1] for row in connection.execute(select(schema.source.c.id, schema.source.c.claim))}


def count(project: Project, query: Select[int]) -> int:
    with project.store.read() as connection:
        return connection.scalar(query) or 0


def let_claims_run_out(project: Project) -> None:
    with project.store.share() as connection:
        connection.execute(update(schema.source).values(claimed_until=func.now() - timedelta(seconds=1)))


def wait_until(what: Callable[[], object], said: Callable[[], str]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < deadline, said()
        time.sleep(0.02)


def all_of(count: int) -> dict[str, int]:
    return {f"f{number}": 3 for number in range(count)}


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


def test_a_machine_without_feeds_plans_nothing_and_takes_nothing_out(make_scene: Callable[..., Scene]) -> None:
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


# -- whoever dies or sleeps


def test_feeds_of_a_worker_that_was_killed_are_asked_again_and_nothing_is_lost_or_doubled(
    make_scene: Callable[..., Scene],
) -> None:
    scene = make_scene(2)
    scene.write_feeds(24, delay_s=0.15)
    with scene.at_work() as (project, place):
        plan_fetch(place)
        killed = scene.begin()
        wait_until(lambda: entries_of(project), scene.said)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        left = {name for name, claim in claims_of(project).items() if claim}
        assert 0 < len(left) < 24
        assert entries_of(project).keys() == all_of(24).keys() - left

        plan_fetch(place)
        assert waiting_jobs(project) == []  # its claims have not run out
        let_claims_run_out(project)
        plan_fetch(place)
        do_all(project, place)

        assert entries_of(project) == all_of(24)
        assert set(claims_of(project).values()) == {None}


def test_a_batch_whose_worker_was_killed_is_gone_on_with_as_soon_as_its_job_comes_again(
    make_scene: Callable[..., Scene],
) -> None:
    scene = make_scene(1)
    scene.write_feeds(12, delay_s=0.15)
    with scene.at_work() as (project, place):
        plan_fetch(place)
        with project.store.read() as connection:
            jobs = list(connection.scalars(text("SELECT args FROM procrastinate_jobs")))
        killed = scene.begin()
        wait_until(lambda: entries_of(project), scene.said)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert len(entries_of(project)) < 12
        for args in jobs:  # as the reaper hands them on
            fetch_batch(place, **args)

        assert entries_of(project) == all_of(12)
        assert set(claims_of(project).values()) == {None}


def test_a_worker_that_slept_past_its_claim_files_nothing_that_another_has(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(2)
    scene.write_feeds(24, delay_s=0.15)
    with scene.at_work() as (project, place):
        plan_fetch(place)
        frozen = scene.begin()
        wait_until(lambda: entries_of(project), scene.said)
        frozen.send_signal(signal.SIGSTOP)
        try:
            let_claims_run_out(project)
            scene.clock.moment = datetime.now(UTC).replace(microsecond=0)
            before = entries_of(project).keys()
            plan_fetch(place)
            jobs = waiting_jobs(project)
            frozen.send_signal(signal.SIGCONT)  # it has answers, and gets more, of feeds that are another's now
            assert frozen.wait(PATIENCE_S) == 0, scene.said()
            assert entries_of(project).keys() == before
            for args in jobs:
                fetch_batch(place, **args)
        finally:
            frozen.kill()
            frozen.wait()

        assert entries_of(project) == all_of(24)
        with project.store.read() as connection:
            times = {name: row.state.last_fetched for name, row in load_sources(connection).items()}
        assert {name for name, moment in times.items() if moment != scene.clock.moment} == set(before)


# -- workers as they are installed


def test_two_workers_read_all_feeds_and_ask_each_host_one_thing_at_a_time(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(3)
    scene.write_feeds(36, delay_s=0.03)
    words = [sys.executable, "-m", "digest", "-C", str(scene.root), "worker", "--queues", "fetch"]
    with scene.at_work() as (project, place), (scene.root / "hand.txt").open("ab") as file:
        # The feeds of each host come in two rounds, so in batches that wait beside each other.
        plan_fetch(place)
        with project.store.share() as connection:
            connection.execute(text("DELETE FROM procrastinate_jobs"))
            connection.execute(update(schema.source).values(claim=None, claimed_until=None))
            early = schema.source.c.id.in_([f"f{number}" for number in range(18)])
            connection.execute(
                update(schema.source).where(early).values(next_due=datetime.now(UTC) + timedelta(days=1))
            )
        plan_fetch(place)
        with project.store.share() as connection:
            connection.execute(update(schema.source).where(early).values(next_due=None))
        plan_fetch(place)
        workers = [subprocess.Popen(words, cwd=HOME, stdout=file, stderr=file) for _ in range(2)]
        try:
            wait_until(lambda: len(entries_of(project)) == 36, scene.said)
            wait_until(lambda: set(claims_of(project).values()) == {None}, scene.said)
        finally:
            for one in workers:
                one.terminate()
            assert [one.wait(PATIENCE_S) for one in workers] == [0, 0], scene.said()

        assert entries_of(project) == all_of(36)
        for site in scene.sites:
            asked = sorted(site.requests, key=lambda request: request.started)
            assert len(asked) == 12
            assert all(later.started >= earlier.ended - 0.01 for earlier, later in pairwise(asked))
