"""What is told of queues, workers, mailings and feeds is what there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from digest.errors import StateError
from digest.production.schedule import Stop, note_stop
from digest.scale.backlog import QueueCount
from digest.scale.census import Census, FeedCount, take_census
from digest.scale.queue import BEGIN, DELIVER, FETCH_BATCH
from tests.scale.scene import NOW, TAKEOVER_S, Scene, set_scene
from tests.support.postgres import Cluster
from tests.support.project import make_project, opened


@pytest.fixture
def scene(cluster: Cluster, tmp_path: Path) -> Iterator[Scene]:
    scene = set_scene(cluster, tmp_path / "n")
    with scene.project:
        yield scene


def look(scene: Scene) -> Census:
    return take_census(scene.project, now=NOW)


def queue(census: Census, name: str) -> QueueCount:
    return next(one for one in census.queues if one.name == name)


def test_before_the_first_worker_there_is_no_queue_and_all_the_rest_is_told(cluster: Cluster, tmp_path: Path) -> None:
    scene = set_scene(cluster, tmp_path / "n", queue=False)
    with scene.project:
        census = look(scene)

    assert (census.has_queue, census.queues, census.workers, census.stalled) == (False, (), (), ())
    assert census.feeds == FeedCount(gone=0, failing=0, well=0, due=0, per_min=0)


def test_a_store_in_sqlite_has_no_workers(tmp_path: Path) -> None:
    with opened(make_project(tmp_path)) as project, pytest.raises(StateError, match="only with a store on PostgreSQL"):
        take_census(project, now=NOW)


def test_jobs_are_counted_by_what_they_wait_for(scene: Scene) -> None:
    scene.add(DELIVER, 5)
    number = scene.number()
    running, failed, done, old = (scene.take(DELIVER, number) for _ in range(4))
    scene.finish(failed, "failed")
    scene.finish(done)
    scene.finish(old)
    scene.age(old, "succeeded", 200)
    scene.add(FETCH_BATCH, 2)
    scene.do("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 hour' WHERE queue_name = 'fetch'"
             " AND args->>'number' = '0'")  # fmt: skip

    census = look(scene)

    mail = queue(census, "mail")
    assert running
    assert replace(mail, oldest_s=0.0) == QueueCount(name="mail", waiting=1, running=1, failed=1, done_1min=1,
                                                     done_5min=2)  # fmt: skip
    fetch = queue(census, "fetch")
    assert (fetch.waiting, fetch.delayed) == (1, 1)
    assert queue(census, "desk") == QueueCount(name="desk")
    assert [one.name for one in census.queues] == ["mail", "desk", "fetch", "control"]


def test_a_failure_of_yesterday_is_history(scene: Scene) -> None:
    scene.add(DELIVER)
    job = scene.take(DELIVER, scene.number())
    scene.finish(job, "failed")
    scene.age(job, "failed", 25 * 3600)

    assert queue(look(scene), "mail").failed == 0


@pytest.mark.parametrize("why", ["never tried", "tried once and its time has come"])
def test_the_oldest_job_that_waits_says_for_how_long(scene: Scene, why: str) -> None:
    scene.add(DELIVER, 3)
    first = scene.do("SELECT min(id) FROM procrastinate_jobs")
    scene.age(first, "deferred", 90)
    if why != "never tried":
        scene.do("UPDATE procrastinate_jobs SET scheduled_at = now() - interval '90 seconds' WHERE id = :id", id=first)

    assert 90 <= queue(look(scene), "mail").oldest_s < 120


def test_a_running_job_is_its_workers_and_stalled_once_that_is_silent(scene: Scene) -> None:
    scene.add(DELIVER, 3)
    scene.add(BEGIN)
    alive, dead, struck_off = (scene.number() for _ in range(3))
    scene.enter("a", ("mail", "desk"), alive, scene.number())
    scene.enter("b", ("mail",), dead, silent_s=TAKEOVER_S + 5, pid=4712)
    mine, late, orphan = scene.take(DELIVER, alive), scene.take(DELIVER, dead), scene.take(DELIVER, struck_off)
    begun = scene.take(BEGIN, alive)
    scene.hush(dead, TAKEOVER_S + 5)
    scene.do("SELECT procrastinate_unregister_worker_v1(:n)", n=struck_off)
    scene.age(mine, "started", 40)

    census = look(scene)

    first, second = census.workers
    assert [job.id for job in first.jobs] == [mine, begun]
    assert 40 <= first.jobs[0].for_s < 60
    assert (first.is_silent, second.is_silent) == (False, True)
    assert [(job.id, job.number) for job in census.stalled] == [(late, dead), (orphan, None)]


def test_a_queue_without_a_worker_that_takes_new_jobs_is_unserved(scene: Scene) -> None:
    scene.add(DELIVER, 2)
    scene.add(FETCH_BATCH)
    scene.add(BEGIN)
    scene.enter("a", ("mail",))
    scene.enter("b", ("fetch",), silent_s=TAKEOVER_S + 1)
    scene.enter("c", ("desk",))
    scene.do("UPDATE worker SET ending = true WHERE name = 'c'")

    assert {one.name for one in look(scene).unserved} == {"fetch", "desk"}


def test_another_version_is_told_apart(scene: Scene) -> None:
    scene.enter("a", ("mail",))
    scene.enter("b", ("mail",), version="0.0.9")

    assert [one.is_other_version for one in look(scene).workers] == [False, True]


def test_a_mailing_under_way_is_counted_with_its_rate_and_its_stop(scene: Scene) -> None:
    scene.issue()
    scene.mailing(("sent", 6), ("uncertain", 2), ("sending", 1), ("claimed", 2), ("queued", 4), ("failed", 1))
    stop = Stop(at=NOW, reason="the server took none of the last 20 messages", waits=True)
    note_stop(scene.project, "2026-W47", stop)
    scene.lease(60)
    scene.lease(-60)

    census = look(scene)

    (one,) = census.mailings
    tally = one.tally
    assert (tally.sent, tally.uncertain, tally.left, tally.failed, tally.total) == (6, 2, 7, 1, 16)
    assert (one.on_the_way, one.per_s, one.stop, one.is_running) == (1, 0.1, stop, True)
    assert (census.held, census.senders) == (2, 1)


def test_what_was_sent_long_ago_is_no_rate_and_a_closed_issue_is_not_counted(scene: Scene) -> None:
    scene.issue()
    scene.mailing(("sent", 6), changed=NOW - timedelta(minutes=2))
    before = look(scene).mailings
    scene.issue("closed")

    assert [one.per_s for one in before] == [0.0]
    assert look(scene).mailings == ()


def test_the_rate_of_a_mailing_that_has_just_begun_is_of_the_time_it_has_had(scene: Scene) -> None:
    scene.issue()
    scene.mailing(("sent", 60), ("queued", 60), frozen=NOW - timedelta(seconds=12))

    assert [one.per_s for one in look(scene).mailings] == [5.0]


def test_feeds_are_gone_failing_or_well_and_only_listed_ones_count(scene: Scene) -> None:
    hour = timedelta(hours=1)
    scene.feed("well", last_fetched=NOW - timedelta(seconds=5), next_due=NOW + hour)
    scene.feed("due", last_fetched=NOW - hour, next_due=NOW - hour)
    scene.feed("new")
    scene.feed("told to wait", next_due=NOW - hour, retry_after=NOW + hour)
    scene.feed("on this disk", location="harbour.xml")  # read whenever somebody drafts
    scene.feed("ill", failing_since=NOW - hour, next_due=NOW + hour)
    scene.feed("gone", gone_since=NOW - hour, failing_since=NOW - hour)
    scene.feed("dropped", listed=False)
    scene.feed("folder", kind="folder")

    assert look(scene).feeds == FeedCount(gone=1, failing=1, well=5, due=2, per_min=1)


def test_it_is_one_snapshot_and_changes_nothing(scene: Scene) -> None:
    scene.add(DELIVER)
    scene.issue()
    scene.mailing(("queued", 3))
    said: list[str] = []
    event.listen(scene.project.store.engine, "before_cursor_execute", lambda *told: said.append(told[2]))

    look(scene)

    assert said[0].startswith("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    assert sum(one.startswith("SET TRANSACTION") for one in said) == 1
    assert all(one.lstrip().startswith("SELECT") for one in said[1:])
