"""What becomes of a job that is not done: it is done again, or one that waits does it; it never stays "doing"."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from procrastinate import App
from procrastinate.jobs import Job
from sqlalchemy import text

from digest.errors import ConfigError, StoreError
from digest.project import Project
from digest.scale import reaper
from digest.scale.queue import BEGIN, PLAN_MAIL, Queue, Task, prepare_queue
from digest.scale.tasks import make_app
from digest.scale.timing import Timing
from digest.scale.worker import work
from digest.scale.workplace import Workplace
from digest.store.database import open_store
from tests.scale.scene import set_scene
from tests.support.postgres import Cluster

NOW = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)


class Clock:
    def now(self) -> datetime:
        return NOW


@pytest.fixture
def project(cluster: Cluster, tmp_path: Path) -> Iterator[Project]:
    made = set_scene(cluster, tmp_path).project
    yield made
    made.store.close()


def with_app(project: Project, do: Callable[[App], Awaitable[Any]]) -> None:
    """Do something with the tasks of a worker."""

    async def run() -> None:
        place = Workplace(project, environ={}, clock=Clock(), timing=Timing.of(3.0))
        app = make_app(place)
        async with app.open_async():
            await do(app)
        place.close()

    asyncio.run(run())


def statuses(project: Project) -> list[tuple[str, str]]:
    with project.store.read() as connection:
        rows = connection.execute(text("SELECT task_name, status::text FROM procrastinate_jobs ORDER BY id"))
        return [(name, status) for name, status in rows]


async def take_with_another_behind(app: App, project: Project, task: Task) -> Job:
    """A job that is being done, while one like it has come to wait."""
    queue, number = Queue(project.store), await app.job_manager.register_worker()
    assert queue.defer(task, queueing_lock=task.name, lock=task.name)
    job = await app.job_manager.fetch_job(queues=[task.queue], worker_id=number)
    assert job is not None
    assert queue.defer(task, queueing_lock=task.name, lock=task.name)
    return job


@pytest.mark.parametrize("task", [PLAN_MAIL, BEGIN], ids=lambda task: task.name)
def test_a_job_is_not_held_for_ever_because_one_like_it_waits(project: Project, task: Task) -> None:
    async def fail(app: App) -> None:
        job = await take_with_another_behind(app, project, task)
        await app.job_manager.retry_job(job, retry_at=NOW)

    with_app(project, fail)

    assert statuses(project) == [(task.name, "todo")]


def test_a_dead_workers_job_is_not_handed_on_if_one_like_it_waits(project: Project) -> None:
    async def die(app: App) -> None:
        await take_with_another_behind(app, project, BEGIN)
        with project.store.write() as connection:
            connection.execute(text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'"))
        await reaper.reap(app, stalled_s=60.0)

    with_app(project, die)

    assert statuses(project) == [(BEGIN.name, "todo")]


@pytest.mark.parametrize("draft", ["99 99 * * *", "0 5 31 2 *"])
def test_a_draft_at_a_time_that_never_comes_is_refused_at_once(project: Project, draft: str) -> None:
    settings = structs.replace(project.settings, scale=structs.replace(project.settings.scale, draft=draft))
    wrong = replace(project, config=replace(project.config, settings=settings))

    with pytest.raises(ConfigError, match=r"scale\.draft"):
        work(wrong, ("mail",), environ={}, clock=Clock(), on_ready=lambda _: None)


def test_a_user_who_may_make_no_tables_is_told_who_may(cluster: Cluster, tmp_path: Path) -> None:
    url = cluster.fresh()
    database = url.partition("@/")[2].partition("?")[0]
    cluster.execute("DO $$ BEGIN CREATE ROLE deckhand LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    cluster.execute(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO deckhand", database=database
    )
    store = open_store(url.replace("//digest@", "//deckhand@"), tmp_path)

    with pytest.raises(StoreError, match="permission denied") as told:
        prepare_queue(store)

    assert "owns" in str(told.value.hint)
    store.close()
