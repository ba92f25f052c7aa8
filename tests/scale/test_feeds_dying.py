"""Workers that die or sleep while they ask feeds lose nothing and double nothing; several never ask a host at once."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from sqlalchemy import func, select, text

from digest.production.duefeeds import list_feeds
from digest.scale.feedjobs import fetch_batch, plan_fetch
from digest.store import schema
from digest.store.sources import load_sources
from tests.scale.feedhand import waiting_jobs
from tests.scale.feedscene import (
    HOME,
    PATIENCE_S,
    Scene,
    all_of,
    claims_of,
    count,
    do_all,
    entries_of,
    found_scene,  # noqa: F401  a fixture: make_scene
    let_claims_run_out,
    make_due,
    wait_until,
)


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


def test_two_workers_read_all_feeds_and_ask_each_host_one_thing_at_a_time(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(3)
    scene.write_feeds(36, delay_s=0.3)
    config = scene.root / "digest.toml"
    config.write_text(f"{config.read_text()}\n[scale]\ntakeover_seconds = 12\n")  # so that they look every two seconds
    words = [sys.executable, "-m", "digest", "-C", str(scene.root), "worker", "--queues", "fetch"]
    rounds = [[f"f{number}" for number in range(begin, begin + 18)] for begin in (0, 18)]
    with scene.at_work() as (project, place), (scene.root / "hand.txt").open("ab") as file:
        list_feeds(project)
        make_due(project, datetime.now(UTC) + timedelta(days=1), *rounds)  # workers plan when they begin
        workers = [subprocess.Popen(words, cwd=HOME, stdout=file, stderr=file) for _ in range(2)]
        try:
            wait_until(lambda: count(project, select(func.count()).select_from(schema.worker)) == 2, scene.said)
            for ids in rounds:  # so the feeds of each host come in batches that wait beside each other
                make_due(project, datetime.now(UTC), ids)
                plan_fetch(place)
            wait_until(lambda: len(entries_of(project)) == 36, scene.said)
            wait_until(lambda: set(claims_of(project).values()) == {None}, scene.said)
        finally:
            for one in workers:
                one.terminate()
            ended = [one.wait(PATIENCE_S) for one in workers]

        assert ended == [0, 0], scene.said()
        assert entries_of(project) == all_of(36)
        for site in scene.sites:
            asked = sorted(site.requests, key=lambda request: request.started)
            assert len(asked) == 12
            assert all(later.started >= earlier.started + 0.3 for earlier, later in pairwise(asked))
