"""What lies in the queue, counted: jobs that wait, run, were put off and failed, and how many are done in a minute.

Asked with plain questions to procrastinate's tables, so that who only looks need not have it installed. Its tables:
https://procrastinate.readthedocs.io/en/stable/discussions.html; the indices that these questions use are its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, RowMapping

EVENTS = 50_000  # the last ones: what 5 minutes of 40 jobs a second leave; nothing lists them by their time


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCount:
    """The jobs of one queue. Each job is a batch of readers or feeds, or one of the steps of an issue."""

    name: str
    waiting: int = 0  # their time has come
    delayed: int = 0  # to be done later: a try after a failure, mostly
    running: int = 0
    failed: int = 0  # given up within the last day
    oldest_s: float = 0.0  # for how long the oldest that waits could have been done
    done_1min: int = 0
    done_5min: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningJob:
    """A job that somebody has taken."""

    id: int
    queue: str
    task: str
    attempts: int  # before this one
    number: int | None  # of the worker, as the queue counts them; None: it is dead, and was struck off
    for_s: float
    silent_s: float | None  # since the worker's last sign of life; None: it was struck off

    def is_stalled(self, after_s: float) -> bool:
        """Whether its worker has been silent for longer than this."""
        return self.silent_s is None or self.silent_s > after_s


_OPEN = """
    SELECT open.*, greatest(
        extract(epoch FROM now() - open.due),
        (SELECT extract(epoch FROM now() - min(at)) FROM procrastinate_events
            WHERE job_id = open.first AND type = 'deferred'),
        0)::float AS oldest_s
    FROM (
        SELECT queue_name AS name,
            count(*) FILTER (WHERE status = 'doing') AS running,
            count(*) FILTER (WHERE status = 'todo' AND scheduled_at > now()) AS delayed,
            count(*) FILTER (WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())) AS waiting,
            min(id) FILTER (WHERE status = 'todo' AND scheduled_at IS NULL) AS first,
            min(scheduled_at) FILTER (WHERE status = 'todo' AND scheduled_at <= now()) AS due
        FROM procrastinate_jobs WHERE status IN ('todo', 'doing') GROUP BY queue_name
    ) AS open
"""
_FAILED = """
    SELECT jobs.queue_name AS name, count(DISTINCT jobs.id) AS failed
    FROM procrastinate_jobs AS jobs JOIN procrastinate_events AS events ON events.job_id = jobs.id
    WHERE jobs.status = 'failed' AND events.type = 'failed' AND events.at > now() - interval '1 day'
    GROUP BY jobs.queue_name
"""
_DONE = """
    SELECT jobs.queue_name AS name, count(*) AS done_5min,
        count(*) FILTER (WHERE late.at > now() - interval '1 minute') AS done_1min
    FROM (SELECT job_id, type, at FROM procrastinate_events ORDER BY id DESC LIMIT :events) AS late
    JOIN procrastinate_jobs AS jobs ON jobs.id = late.job_id
    WHERE late.type = 'succeeded' AND late.at > now() - interval '5 minutes'
    GROUP BY jobs.queue_name
"""
_RUNNING = """
    SELECT jobs.id, queue_name AS queue, task_name AS task, attempts, worker_id AS number,
        coalesce((SELECT extract(epoch FROM now() - max(at)) FROM procrastinate_events
            WHERE job_id = jobs.id AND type = 'started'), 0)::float AS for_s,
        extract(epoch FROM now() - last_heartbeat)::float AS silent_s
    FROM procrastinate_jobs AS jobs LEFT JOIN procrastinate_workers AS workers ON workers.id = worker_id
    WHERE status = 'doing' ORDER BY jobs.id
"""


def has_queue(connection: Connection) -> bool:
    """Whether a worker ever ran: the first one makes the queue's tables."""
    if connection.dialect.name != "postgresql":
        return False
    return connection.scalar(text("SELECT to_regclass('procrastinate_jobs')")) is not None


def count_queues(connection: Connection, names: tuple[str, ...]) -> tuple[QueueCount, ...]:
    """The jobs of each queue: first of those that are asked for, even if they are empty, then of others."""
    told: dict[str, dict[str, float]] = {name: {} for name in names}
    for query, arguments in ((_OPEN, {}), (_FAILED, {}), (_DONE, {"events": EVENTS})):
        for row in connection.execute(text(query), arguments).mappings():
            told.setdefault(row["name"], {}).update(_numbers(row))
    return tuple(_queue(name, found) for name, found in told.items())


def running_jobs(connection: Connection) -> tuple[RunningJob, ...]:
    """Every job that somebody has taken, the oldest first."""
    return tuple(RunningJob(**row) for row in connection.execute(text(_RUNNING)).mappings())


def _numbers(row: RowMapping) -> dict[str, float]:
    return {key: row[key] for key in QueueCount.__slots__ if key in row and key != "name"}


def _queue(name: str, found: Mapping[str, float]) -> QueueCount:
    counts = {key: int(number) for key, number in found.items() if key != "oldest_s"}
    waits = counts.get("waiting", 0) > 0
    return QueueCount(name=name, oldest_s=found.get("oldest_s", 0.0) if waits else 0.0, **counts)
