"""Where the workers stand, at one moment: queues, workers, mailings, feeds. It reads, and changes nothing.

Times of workers and jobs are the server's. Counting the rows of a running mailing is what costs: of a million 0.14 s;
those of closed issues, of which everybody is settled, are not looked at.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, case, func, or_, select

from digest import __version__
from digest.errors import StateError
from digest.model import Tally
from digest.production.duefeeds import WEB
from digest.production.schedule import correction_label, stop_of
from digest.scale.backlog import QueueCount, RunningJob, count_queues, has_queue, running_jobs
from digest.scale.queue import CONTROL, QUEUES
from digest.store import schema
from digest.store.claims import is_due
from digest.store.workers import Worker, all_workers

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from digest.production.schedule import Stop
    from digest.project import Project

RATE_S = 60.0  # over how long what is done is counted, or since a mailing was begun


@dataclass(frozen=True, slots=True, kw_only=True)
class MailingCount:
    """How far a mailing is, of an issue that is not closed. ``tally.stopped`` is never set: see ``stop``."""

    id: str
    issue: str
    kind: str
    tally: Tally  # uncertain: those that are held; who is on the way counts as left
    on_the_way: int  # of those left: a message is being handed over, or was when its sender died
    per_s: float  # messages the server took, in the last minute
    stop: Stop | None

    @property
    def is_running(self) -> bool:
        """Whether somebody is still to be mailed, now or later."""
        return bool(self.tally.left or self.tally.deferred)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCount:
    """The feeds of feeds.toml, as the store knows them: each is gone, failing or well."""

    gone: int  # their publisher says so
    failing: int
    well: int
    due: int  # of those on the web
    per_min: int  # asked in the last minute

    @property
    def total(self) -> int:
        return self.gone + self.failing + self.well


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSeen:
    """A worker, and what it does."""

    worker: Worker
    silent_s: float  # since its last sign of life
    jobs: tuple[RunningJob, ...]
    is_silent: bool  # for so long that it is taken for dead

    @property
    def is_other_version(self) -> bool:
        """Whether its digest is not the one that asks."""
        return self.worker.version != __version__

    def serves(self, queue: str) -> bool:
        """Whether it takes new jobs of a queue; at the planning each looks."""
        return not self.is_silent and not self.worker.ending and queue in {CONTROL, *self.worker.queues}


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """Everything that the workers of a newsletter share, at one moment."""

    at: datetime  # by the server's clock
    takeover_s: float  # a worker silent for so long is taken for dead
    has_queue: bool  # False: no worker ever ran
    queues: tuple[QueueCount, ...]
    workers: tuple[WorkerSeen, ...]
    stalled: tuple[RunningJob, ...]  # their worker is silent
    mailings: tuple[MailingCount, ...]
    feeds: FeedCount
    senders: int  # whose lease has not run out

    @property
    def held(self) -> int:
        """Recipients of whom nobody knows whether they have it."""
        return sum(one.tally.uncertain for one in self.mailings)

    @property
    def unserved(self) -> tuple[QueueCount, ...]:
        """Queues with jobs that no worker looks at."""
        waiting = (one for one in self.queues if one.waiting)
        return tuple(one for one in waiting if not any(worker.serves(one.name) for worker in self.workers))


def take_census(project: Project, *, now: datetime) -> Census:
    """Count all of it, in one snapshot.

    Args:
        project: the newsletter.
        now: this machine's time, to which the times of mails and feeds are held.

    Raises:
        StateError: its store is in SQLite, which has no workers.
        StoreError: the store does not answer.
    """
    if project.store.path is not None:
        raise StateError(
            f"{project.store.name}: there are workers only with a store on PostgreSQL",
            hint="`digest status` shows this newsletter; `digest migrate-store` moves its store to a server",
        )
    with project.store.read() as connection:
        return census_of(connection, takeover_s=project.settings.scale.takeover_seconds, now=now)


def census_of(connection: Connection, *, takeover_s: float, now: datetime) -> Census:
    """As ``take_census``, in a transaction at hand, on PostgreSQL."""
    prepared = has_queue(connection)
    jobs = running_jobs(connection) if prepared else ()
    moment, senders = _moment(connection)
    return Census(
        at=moment,
        takeover_s=takeover_s,
        has_queue=prepared,
        queues=count_queues(connection, (*QUEUES, CONTROL)) if prepared else (),
        workers=seen_workers(connection, jobs, moment=moment, takeover_s=takeover_s),
        stalled=tuple(job for job in jobs if job.is_stalled(takeover_s)),
        mailings=count_mailings(connection, now=now),
        feeds=count_feeds(connection, now=now),
        senders=senders,
    )


def seen_workers(
    connection: Connection, jobs: tuple[RunningJob, ...], *, moment: datetime, takeover_s: float
) -> tuple[WorkerSeen, ...]:
    """The workers, and which of the running jobs are theirs; ``moment`` is the server's time."""
    by_number: defaultdict[int | None, list[RunningJob]] = defaultdict(list)
    for job in jobs:
        by_number[job.number].append(job)

    def told(worker: Worker) -> WorkerSeen:
        silent_s = max(0.0, (moment - worker.seen).total_seconds()) if worker.seen else 0.0
        mine = tuple(job for number in worker.numbers for job in by_number[number])
        return WorkerSeen(worker=worker, silent_s=silent_s, jobs=mine, is_silent=silent_s > takeover_s)

    return tuple(map(told, all_workers(connection)))


def count_mailings(connection: Connection, *, now: datetime) -> tuple[MailingCount, ...]:
    """How far the mailings of issues are that are out and not closed, the oldest first; in either kind of database."""
    mailing, issue, row = schema.mailing.c, schema.issue.c, schema.delivery.c
    own = select(mailing.id, mailing.issue, mailing.kind, mailing.frozen).join_from(
        schema.mailing, schema.issue, issue.name == mailing.issue
    )
    found = connection.execute(own.where(issue.state != "closed").order_by(mailing.frozen, mailing.id)).all()
    recent = func.count().filter(row.changed > now - timedelta(seconds=RATE_S))
    counted = select(row.state, func.count(), recent, func.min(row.next_try)).group_by(row.state)
    told = []
    for id_, name, kind, frozen in found:
        over_s = min(RATE_S, max(1.0, (now - frozen).total_seconds()))
        rows = connection.execute(counted.where(row.mailing_id == id_)).all()
        label = name if kind == "issue" else correction_label(name)
        counts = {state: number for state, number, *_ in rows}
        settled = {state: counts.get(state, 0) for state in ("sent", "deferred", "failed", "uncertain", "suppressed")}
        tally = Tally(
            **settled,
            left=sum(counts.get(state, 0) for state in ("queued", "claimed", "sending")),
            next_try=next((first for state, *_, first in rows if state == "deferred"), None),
        )
        told.append(MailingCount(
            id=id_, issue=name, kind=kind, tally=tally, on_the_way=counts.get("sending", 0),
            per_s=next((new for state, _, new, _ in rows if state == "sent"), 0) / over_s,
            stop=stop_of(connection, label),
        ))  # fmt: skip
    return tuple(told)


def count_feeds(connection: Connection, *, now: datetime) -> FeedCount:
    """The feeds that are listed, in either kind of database."""
    row = schema.source.c
    gone, failing = row.gone_since.is_not(None), row.failing_since.is_not(None)
    on_the_web = or_(*(row.location.startswith(scheme) for scheme in WEB))  # a file is read whenever somebody drafts
    due = and_(on_the_web, is_due(now))
    asked = row.last_fetched > now - timedelta(seconds=RATE_S)
    tests = (gone, and_(~gone, failing), and_(~gone, ~failing), due, asked)
    query = select(*(func.coalesce(func.sum(case((one, 1), else_=0)), 0) for one in tests))
    numbers = connection.execute(query.where(row.kind == "feed", row.listed)).one()
    return FeedCount(**dict(zip(FeedCount.__slots__, map(int, numbers), strict=True)))


def _moment(connection: Connection) -> tuple[datetime, int]:
    lease = schema.lease.c
    alive = select(func.count()).where(lease.until > func.now()).scalar_subquery()
    moment, senders = connection.execute(select(func.now(), alive)).one()
    return moment, senders
