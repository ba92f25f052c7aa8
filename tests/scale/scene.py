"""A newsletter on a server whose queue and workers stand as a test wants them: by procrastinate's own functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, text

from digest import __version__ as VERSION  # noqa: N812  as a value of a row
from digest.model import Period
from digest.project import Project, open_project
from digest.scale.queue import Queue, Task, prepare_queue
from digest.store import issues, schema, workers
from digest.store.workers import Worker
from tests.support.postgres import Cluster
from tests.support.project import CONFIG, make_project

NOW = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
TAKEOVER_S = 30
PERIOD = Period(name="2026-W47", start=datetime(2026, 11, 13, 7, tzinfo=UTC), end=datetime(2026, 11, 20, 7, tzinfo=UTC))


@dataclass
class Scene:
    """A newsletter, its queue, and whoever works for it."""

    root: Path
    project: Project

    def do(self, statement: str, **values: Any) -> Any:
        """One statement as it stands; the first value of the first row, if it gives any."""
        with self.project.store.share() as connection:
            done = connection.execute(text(statement), values)
            return done.scalar() if done.returns_rows else None

    def add(self, task: Task, number: int = 1) -> None:
        """Jobs that wait."""
        jobs = [(None, {"number": one}) for one in range(number)]
        with self.project.store.write() as connection:
            Queue(self.project.store).defer_many(task, jobs, connection=connection)

    def number(self) -> int:
        """Of a new worker of procrastinate."""
        return int(self.do("SELECT worker_id FROM procrastinate_register_worker_v1()"))

    def take(self, task: Task, number: int) -> int:
        """Have a worker take a job; its id."""
        taken = "SELECT id FROM procrastinate_fetch_job_v2(ARRAY[:queue]::varchar[], :number)"
        return int(self.do(taken, queue=task.queue, number=number))

    def finish(self, job: int, status: str = "succeeded") -> None:
        self.do(f"SELECT procrastinate_finish_job_v1(:job, '{status}', false)", job=job)

    def age(self, job: int, event: str, seconds: int) -> None:
        """What became of a job was so long ago."""
        self.do("UPDATE procrastinate_events SET at = now() - make_interval(secs => :s) WHERE job_id = :job"
                f" AND type = '{event}'", s=seconds, job=job)  # fmt: skip

    def hush(self, number: int, seconds: int) -> None:
        """A worker of procrastinate gave its last sign so long ago."""
        self.do("UPDATE procrastinate_workers SET last_heartbeat = now() - make_interval(secs => :s) WHERE id = :n",
                s=seconds, n=number)  # fmt: skip

    def enter(self, name: str, queues: tuple[str, ...], *numbers: int, silent_s: int = 0, **more: Any) -> None:
        """A worker of digest."""
        told: dict[str, Any] = {"host": "quay-1", "pid": 4711, "version": VERSION} | more
        with self.project.store.share() as connection:
            workers.enter(connection, Worker(name=name, queues=queues, numbers=numbers, **told))
        self.do("UPDATE worker SET seen = now() - make_interval(secs => :s) WHERE name = :name", s=silent_s, name=name)

    def issue(self, state: str = "out") -> None:
        """An issue that is being mailed."""
        with self.project.store.write() as connection:
            issues.ensure_issue(connection, PERIOD, now=NOW)
            connection.execute(schema.issue.update().values(state=state))

    def mailing(
        self,
        *rows: tuple[str, int],
        id_: str = "aa" * 8,
        changed: datetime = NOW,
        kind: str = "issue",
        frozen: datetime = NOW - timedelta(hours=1),
    ) -> None:
        """A mailing with so many rows in each of these states."""
        states = [state for state, number in rows for _ in range(number)]
        fixed = {"name": "", "variant": "all", "attempts": 0, "detail": "", "changed": changed, "mailing_id": id_}
        told = [{"subscriber_id": one, "address": f"reader.{one}@readers.example", "state": state, **fixed}
                for one, state in enumerate(states, 1)]  # fmt: skip
        with self.project.store.write() as connection:
            connection.execute(
                insert(schema.mailing).values(id=id_, issue=PERIOD.name, kind=kind, content_sha256=id_ * 4,
                                              variants=["all"], frozen=frozen, recipients=len(told))
            )  # fmt: skip
            connection.execute(insert(schema.delivery), told)

    def feed(self, id_: str, **state: Any) -> None:
        told = {"kind": "feed", "location": f"https://{id_}.example/feed", "name": id_, "asks_s": 0, "failures": 0}
        with self.project.store.write() as connection:
            connection.execute(insert(schema.source).values(id=id_, **told | state))

    def lease(self, seconds: int) -> None:
        with self.project.store.share() as connection:
            until = func.now() + func.make_interval(0, 0, 0, 0, 0, 0, seconds)
            connection.execute(insert(schema.lease).values(owner=f"one:{seconds}", until=until))


def set_scene(cluster: Cluster, root: Path, *, queue: bool = True) -> Scene:
    """A newsletter on a new store; close its project at the end."""
    url = cluster.fresh()
    config = f'{CONFIG}\n[store]\nurl = "{url}"\n\n[scale]\ntakeover_seconds = {TAKEOVER_S}\n'
    make_project(root, config=config)
    project = open_project(root)
    if queue:
        prepare_queue(project.store)
    return Scene(root, project)
