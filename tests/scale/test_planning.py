"""What workers do by themselves in place of cron: begin what is due, find who was left, close what is at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update

from digest import pipeline
from digest.deliver import subscribers
from digest.errors import ConnectError, StateError
from digest.model import Tally
from digest.production import mailout, schedule
from digest.project import Project, open_project
from digest.scale import deskjobs, mailjobs
from digest.scale.queue import AgainError, prepare_queue
from digest.scale.timing import Timing
from digest.scale.workplace import Workplace
from digest.store import issues, schema
from digest.store.schedule import all_schedules
from tests.support.postgres import Cluster
from tests.support.project import CONFIG, make_project
from tests.support.smtp import SmtpServer, smtp_server

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
READERS = 40
MANY = 1100  # two batches and a bit


class Clock:
    """Says what it is told to."""

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        return self.moment


@dataclass
class Scene:
    """An approved issue, a mail server, and the workplace of a worker."""

    root: Path
    project: Project
    place: Workplace
    server: SmtpServer
    clock: Clock

    def jobs(self, task: str) -> list[dict[str, Any]]:
        query = "SELECT args FROM procrastinate_jobs WHERE task_name = :task AND status = 'todo' ORDER BY id"
        with self.project.store.read() as connection:
            return list(connection.execute(text(query), {"task": task}).scalars())

    def do(self, task: str, work: Callable[..., Any]) -> int:
        """Do the jobs of a kind that wait, as a worker does: they are taken out of the queue first."""
        found = self.jobs(task)
        with self.project.store.write() as connection:
            connection.execute(text("DELETE FROM procrastinate_jobs WHERE task_name = :task"), {"task": task})
        for args in found:
            work(self.place, **args)
        return len(found)

    def deliver(self) -> int:
        return self.do("deliver", lambda place, **args: mailjobs.deliver_batch(place, **args, attempts=0))

    def tally(self) -> Tally:
        ((_, tally),) = mailout.sending_status(self.project, self.record())
        return tally

    def record(self) -> Any:
        with self.project.store.read() as connection:
            return issues.get_issue(connection, "2026-W47")


@pytest.fixture
def scene(cluster: Cluster, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Scene]:
    """With READERS readers, or as many as the fixture's parameter says."""
    with ExitStack() as stack:
        server = stack.enter_context(smtp_server())
        table = (
            f'[store]\nurl = "{cluster.fresh()}"\n[send]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\n'
        )
        project = stack.enter_context(open_project(make_project(tmp_path, config=CONFIG + table)))
        with project.store.write() as connection:
            for number in range(getattr(request, "param", READERS)):
                subscribers.add(connection, f"reader{number}@readers.example", now=NOW)
        list(pipeline.fetch(project, now=NOW))
        pipeline.draft(project, now=NOW)
        pipeline.approve(project, by="editor", now=NOW)
        prepare_queue(project.store)
        clock = Clock()
        place = Workplace(project, environ={}, clock=clock, timing=Timing.of(3.0))
        stack.callback(place.close)
        yield Scene(tmp_path, project, place, server, clock)


def set_time(scene: Scene, at: datetime = NOW) -> None:
    schedule.set_time(scene.project, scene.record(), at=at, by="editor", now=NOW)


@pytest.mark.parametrize("scene", [MANY], indirect=True)
def test_a_scheduled_issue_is_published_and_mailed_in_batches(scene: Scene) -> None:
    set_time(scene, NOW + timedelta(hours=1))
    mailjobs.plan_mail(scene.place)
    assert scene.jobs("begin") == []

    scene.clock.moment = NOW + timedelta(hours=1)
    mailjobs.plan_mail(scene.place)
    mailjobs.plan_mail(scene.place)  # a second look leaves no second job
    assert scene.jobs("begin") == [{"issue": "2026-W47"}]
    scene.do("begin", mailjobs.begin)

    assert (scene.root / "build/site/2026-W47/index.html").exists()
    waiting = scene.jobs("deliver")
    assert [(one["lo"], one["hi"]) for one in waiting] == [(1, 500), (501, 1000), (1001, 1100)]
    mailjobs.plan_mail(scene.place)
    assert len(scene.jobs("deliver")) == 3  # whoever has a job gets no second one
    assert scene.deliver() == 3
    assert scene.tally().sent == MANY == len(scene.server.messages)
    mailjobs.plan_mail(scene.place)
    assert scene.record().state == "closed"
    with scene.project.store.read() as connection:
        assert all_schedules(connection) == ()


@pytest.mark.parametrize("scene", [MANY], indirect=True)
def test_a_lost_job_is_found_by_the_next_planning(scene: Scene) -> None:
    set_time(scene)
    mailjobs.plan_mail(scene.place)
    scene.do("begin", mailjobs.begin)
    with scene.project.store.write() as connection:
        connection.execute(text("DELETE FROM procrastinate_jobs WHERE args->>'lo' = '501'"))

    mailjobs.plan_mail(scene.place)

    assert sorted(one["lo"] for one in scene.jobs("deliver")) == [1, 501, 1001]


@pytest.mark.parametrize("scene", [MANY], indirect=True)
def test_who_was_put_off_comes_again_when_it_is_time_while_others_wait(scene: Scene) -> None:
    set_time(scene)
    mailjobs.plan_mail(scene.place)
    scene.do("begin", mailjobs.begin)
    scene.deliver()
    with scene.project.store.write() as connection:
        row = schema.delivery
        some = row.c.subscriber_id.in_((7, 600, 601))
        again = NOW + timedelta(minutes=30)
        connection.execute(update(row).where(some).values(state="deferred", attempts=1, next_try=again, owner=None))

    mailjobs.plan_mail(scene.place)
    assert scene.jobs("deliver") == []
    scene.clock.moment = NOW + timedelta(minutes=31)
    mailjobs.plan_mail(scene.place)

    assert [(one["lo"], one["hi"]) for one in scene.jobs("deliver")] == [(7, 601)]
    scene.deliver()
    assert scene.tally().sent == MANY
    assert len(scene.server.messages) == MANY + 3


def test_an_issue_that_waited_too_long_is_not_sent_unasked(scene: Scene) -> None:
    set_time(scene)
    scene.clock.moment = NOW + timedelta(hours=7)

    mailjobs.plan_mail(scene.place)

    assert scene.jobs("begin") == []


def test_what_a_person_stopped_stays_stopped(scene: Scene) -> None:
    set_time(scene)
    mailjobs.plan_mail(scene.place)
    scene.do("begin", mailjobs.begin)
    stop = schedule.Stop(at=NOW, reason="stopped by hand", waits=True)
    schedule.note_stop(scene.project, "2026-W47", stop)

    assert scene.deliver() == 1
    mailjobs.plan_mail(scene.place)

    assert scene.server.messages == []
    assert scene.jobs("deliver") == []
    assert scene.tally().left == READERS


def test_a_mail_server_out_of_reach_is_tried_again_and_nobody_is_touched(scene: Scene) -> None:
    set_time(scene)
    mailjobs.plan_mail(scene.place)
    scene.do("begin", mailjobs.begin)
    config = scene.root / "digest.toml"
    config.write_text(config.read_text("utf-8").replace(f"port = {scene.server.port}", "port = 1"), "utf-8")
    first = scene.jobs("deliver")[0]

    with pytest.raises(AgainError) as told:  # digest.toml was read again: that is no server
        mailjobs.deliver_batch(scene.place, **first, attempts=1)

    assert told.value.seconds == 15.0
    assert scene.tally().left == READERS
    with scene.project.store.read() as connection:
        stop = schedule.stop_of(connection, "2026-W47")
    assert stop is not None
    assert not stop.waits
    config.write_text(config.read_text("utf-8").replace("port = 1\n", f"port = {scene.server.port}\n"), "utf-8")
    scene.deliver()
    assert scene.tally().sent == READERS
    with scene.project.store.read() as connection:
        assert schedule.stop_of(connection, "2026-W47") is None  # it is over, so nothing tells of it


def test_a_batch_that_waited_too_long_is_planned_anew_and_a_person_is_asked(scene: Scene) -> None:
    set_time(scene)
    mailjobs.plan_mail(scene.place)
    scene.do("begin", mailjobs.begin)
    first = scene.jobs("deliver")[0]
    scene.clock.moment = NOW + timedelta(hours=7)

    assert scene.deliver() == 1
    mailjobs.plan_mail(scene.place)

    assert scene.jobs("deliver") == []
    assert scene.tally().left == READERS
    queued = mailjobs.queue_batches(
        scene.project, scene.place.queue, scene.place.ledger, first["mailing_id"], now=scene.clock.moment
    )
    assert (queued, scene.deliver()) == (1, 1)  # as a person has it who sends again
    assert scene.tally().sent == READERS


def test_jobs_that_waited_too_long_do_not_keep_a_person_from_sending_again(scene: Scene) -> None:
    set_time(scene)
    mailjobs.plan_mail(scene.place)
    scene.do("begin", mailjobs.begin)
    first = scene.jobs("deliver")[0]

    def queue_again(later: timedelta) -> int:
        place = scene.place
        return mailjobs.queue_batches(scene.project, place.queue, place.ledger, first["mailing_id"], now=NOW + later)

    assert queue_again(timedelta(hours=5)) == 0
    assert queue_again(timedelta(hours=7)) == 1


def test_what_a_person_is_to_decide_another_workers_trouble_does_not_hide(scene: Scene) -> None:
    set_time(scene)
    mailjobs.plan_mail(scene.place)
    scene.do("begin", mailjobs.begin)
    for waits in (True, False):
        mailjobs._note(scene.project, "2026-W47", f"it waits: {waits}", now=NOW, waits=waits)

    with scene.project.store.read() as connection:
        stop = schedule.stop_of(connection, "2026-W47")

    assert stop is not None
    assert (stop.waits, stop.reason) == (True, "it waits: True")


def test_a_fault_of_ours_is_not_led_into_by_every_planning(scene: Scene) -> None:
    set_time(scene)
    mailjobs.plan_mail(scene.place)
    scene.do("begin", mailjobs.begin)
    first = scene.jobs("deliver")[0]

    def broken(_: object) -> bytes:
        raise ZeroDivisionError

    letters = scene.place.letters(first["mailing_id"])
    scene.place._letters[first["mailing_id"]] = replace(letters, write=broken)
    with pytest.raises(ZeroDivisionError):
        scene.deliver()
    mailjobs.plan_mail(scene.place)

    assert scene.jobs("deliver") == []
    assert scene.tally().left == READERS


def test_a_worker_that_ends_gives_its_batch_back(scene: Scene) -> None:
    set_time(scene)
    mailjobs.plan_mail(scene.place)
    scene.do("begin", mailjobs.begin)
    scene.place.halt()

    with pytest.raises(AgainError, match="this worker ends"):
        scene.deliver()

    assert (scene.tally().left, scene.tally().uncertain) == (READERS, 0)


def test_an_issue_changed_after_its_approval_is_refused_and_nothing_is_spent(scene: Scene) -> None:
    set_time(scene)
    file = scene.root / "issues/2026-W47.md"
    file.write_text(file.read_text("utf-8") + "\nOne more word.\n", "utf-8")

    with pytest.raises(StateError):
        mailjobs.begin(scene.place, "2026-W47")

    assert scene.record().state == "approved"
    assert scene.jobs("deliver") == []


def test_no_mail_server_means_nothing_is_published(scene: Scene) -> None:
    set_time(scene)
    config = scene.root / "digest.toml"
    config.write_text(config.read_text("utf-8").replace(f"port = {scene.server.port}", "port = 1"), "utf-8")

    with pytest.raises(ConnectError):
        mailjobs.begin(scene.place, "2026-W47")

    assert scene.record().state == "approved"


def test_a_wrong_configuration_leaves_the_worker_with_the_one_before(scene: Scene) -> None:
    config = scene.root / "digest.toml"
    right = config.read_text("utf-8")
    config.write_text(right + "nonsense = 1\n", "utf-8")

    assert scene.place.project.settings.newsletter.title == "The Trial"
    config.write_text(right.replace('title = "The Trial"', 'title = "The Second Trial"'), "utf-8")
    assert scene.place.project.settings.newsletter.title == "The Second Trial"


def test_drafts_and_pages_are_made_by_jobs_as_by_hand(scene: Scene) -> None:
    deskjobs.publish(scene.place, "2026-W47")
    scene.clock.moment = NOW + timedelta(days=7)
    deskjobs.draft(scene.place, None)

    assert scene.record().state == "out"
    assert (scene.root / "issues/2026-W48.md").exists()


def test_the_rate_of_digest_toml_is_of_all_workers_together(scene: Scene) -> None:
    config = scene.root / "digest.toml"
    config.write_text(config.read_text("utf-8") + "rate_per_second = 20\n[scale]\nmail_at_once = 5\n", "utf-8")

    with scene.place.carrier() as carrier:
        pace: Any = carrier
        assert pace._pace.rate() == 4.0
