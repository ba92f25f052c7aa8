"""The tasks of procrastinate: each calls what one machine calls by itself, and says when it is to be done again."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.utils import utcnow
from psycopg.conninfo import make_conninfo
from psycopg.errors import RaiseException

from digest.errors import BusyError, ConnectError, DigestError, LoginError, StaleError, StoreError
from digest.scale import deskjobs, feedjobs, mailjobs, reaper
from digest.scale.queue import (
    BEGIN,
    CORRECT,
    DELIVER,
    DRAFT,
    FETCH_BATCH,
    INBOX,
    PLAN_FETCH,
    PLAN_MAIL,
    PUBLISH,
    REAP,
    TIDY,
    AgainError,
    Task,
    seconds_until,
)
from digest.scale.timing import every

if TYPE_CHECKING:
    import threading
    from datetime import datetime

    from procrastinate.connector import BaseConnector

    from digest.scale.workplace import Workplace
    from digest.store.database import Store

logger = logging.getLogger(__name__)

CONNECTIONS: Final = 4  # of one worker to its queue, besides those of the store
DEAD_S: Final = 3600.0  # so long a worker that died is shown, for somebody to see it
PATIENCE_S: Final = 60.0  # while the outcome of a job is told to a server that does not answer
ENDING_S: Final = 5.0  # the same of a worker that was told to stop: whoever finds its jobs hands them on
LEND_S: Final = 10.0  # until a connection to the queue is there; 30 s, as the pool has it, a stop would take many times
_INBOX, _MINUTELY, _HOURLY = "*/5 * * * *", "* * * * *", "17 * * * *"


class Again(BaseRetryStrategy):
    """A job is done again if it says so, or if what it needs was not there; a bug is not tried twice."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to do it again; None: never."""
        later = seconds_until(job.attempts)
        if isinstance(exception, AgainError):
            later = exception.seconds
        elif isinstance(exception, StaleError):
            later = 0.0  # by a worker that knows the store
        elif not isinstance(exception, BusyError | ConnectError | LoginError | StoreError | OSError):
            return None
        return RetryDecision(retry_at=utcnow() + timedelta(seconds=later))


class PatientManager(JobManager):
    """Tells the outcome of a job even if the server is just starting again: else it would be "doing" for ever."""

    def __init__(self, connector: BaseConnector, stop: threading.Event) -> None:
        super().__init__(connector)
        self._stop = stop  # set once the worker is to end

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """See the parent."""
        await self._patiently(lambda: super(PatientManager, self).finish_job(job, status, delete_job))

    async def retry_job(
        self,
        job: Job,
        retry_at: datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """See the parent; but if one of its queueing lock waits already, this one is taken away."""
        try:
            await self._patiently(lambda: super(PatientManager, self).retry_job(job, retry_at, priority, queue, lock))
        except UniqueViolation:
            await self.finish_job(job, Status.FAILED, delete_job=True)

    async def _patiently(self, attempt: Callable[[], Any]) -> None:
        began = time.monotonic()
        while True:
            try:
                await attempt()
            except UniqueViolation:
                raise  # no time changes that
            except ConnectorException as error:
                if isinstance(error.__cause__, RaiseException):  # this one slept; another has done its job meanwhile
                    return
                if time.monotonic() - began > (ENDING_S if self._stop.is_set() else PATIENCE_S):
                    raise
                await asyncio.sleep(1.0)
            else:
                return


def make_app(place: Workplace) -> App:
    """The tasks, and when those come that come by themselves."""
    connector = PsycopgConnector(
        conninfo=_conninfo(place.project.store), min_size=1, max_size=CONNECTIONS, timeout=LEND_S
    )
    app = App(connector=connector, periodic_defaults={"max_delay": 600.0})
    app.job_manager = PatientManager(connector, place.stop)
    _add_work(app, place)
    _add_planning(app, place)
    return app


def _add_work(app: App, place: Workplace) -> None:
    def deliver(context: JobContext, mailing_id: str, lo: int, hi: int, until: str | None = None) -> None:
        with _at_work(place):
            mailjobs.deliver_batch(place, mailing_id, lo, hi, attempts=context.job.attempts, until=until)

    def fetch_batch(ids: list[str], claim: str) -> None:
        with _at_work(place):
            feedjobs.fetch_batch(place, ids, claim)

    def begin(issue: str) -> None:
        with _at_work(place):
            _or_later(lambda: mailjobs.begin(place, issue), issue)

    def correct(issue: str) -> None:
        with _at_work(place):
            _or_later(lambda: deskjobs.correct(place, issue), issue)

    def publish(issue: str) -> None:
        with _at_work(place):
            deskjobs.publish(place, issue)

    def draft(issue: str | None = None, timestamp: int = 0) -> None:  # noqa: ARG001  procrastinate gives the second
        with _at_work(place):
            deskjobs.draft(place, issue)

    def inbox(timestamp: int = 0) -> None:  # noqa: ARG001  likewise
        with _at_work(place):
            deskjobs.read_inbox(place)

    _register(app, DELIVER, deliver, pass_context=True)
    for task, work in ((FETCH_BATCH, fetch_batch), (BEGIN, begin), (CORRECT, correct), (PUBLISH, publish)):
        _register(app, task, work)
    _register(app, INBOX, inbox, cron=_INBOX if place.project.settings.inbox else None)
    _register(app, DRAFT, draft, cron=place.project.settings.scale.draft or None)


def _add_planning(app: App, place: Workplace) -> None:
    def plan_mail(timestamp: int) -> None:  # noqa: ARG001  as above
        with _at_work(place):
            mailjobs.plan_mail(place)

    def plan_fetch(timestamp: int) -> None:  # noqa: ARG001  as above
        with _at_work(place):
            feedjobs.plan_fetch(place)

    async def reap(timestamp: int) -> None:  # noqa: ARG001  as above
        await reaper.reap(app, stalled_s=place.timing.stalled_s)

    async def tidy(timestamp: int) -> None:  # noqa: ARG001  as above
        await reaper.tidy(app)
        await asyncio.to_thread(
            reaper.forget_dead, place.project.store, silent_s=max(DEAD_S, 10 * place.timing.stalled_s)
        )

    _register(app, PLAN_MAIL, plan_mail, cron=every(place.timing.plan_s))
    _register(app, PLAN_FETCH, plan_fetch, cron=_MINUTELY)
    _register(app, REAP, reap, cron=every(place.timing.reap_s))
    _register(app, TIDY, tidy, cron=_HOURLY)


def _register(
    app: App, task: Task, work: Callable[..., Any], *, cron: str | None = None, pass_context: bool = False
) -> None:
    """Of what comes by itself one waits at a time, so that who was away for an hour does it once, and one is done.

    But who finds the dead is not held up by one who died finding them: a lock is kept until then.
    """
    register: Any = app.task  # its types tell of a context or of none, not of either
    made = register(name=task.name, queue=task.queue, priority=task.priority, pass_context=pass_context, retry=Again())(
        work
    )
    if cron is not None:
        lock = None if task is REAP else task.name
        app.periodic(cron=cron, queue=task.queue, priority=task.priority, queueing_lock=task.name, lock=lock)(made)


@contextlib.contextmanager
def _at_work(place: Workplace) -> Iterator[None]:
    """Do a job on a store that this digest knows, and that stays as it is meanwhile; else the worker ends.

    Raises:
        StaleError: a newer digest has migrated the store.
    """
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(place.project.store.steady())
        except StaleError as error:
            place.halt(error)
            raise
        yield


def _or_later(work: Callable[[], None], issue: str) -> None:
    """Why an issue cannot go out a person has to mend; it is tried again in a while, and the log says why each time."""
    try:
        work()
    except (BusyError, ConnectError, LoginError, StoreError):
        raise
    except DigestError as error:
        logger.error("%s: %s", issue, error.message, extra={"issue": issue})  # noqa: TRY400  not a bug
        raise AgainError(error.message, seconds=mailjobs.REFUSED_S) from error


def _conninfo(store: Store) -> str:
    """The store's address as libpq reads it."""
    url = store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return make_conninfo(url, application_name="digest worker", keepalives_idle=30, keepalives_interval=10,
                         keepalives_count=3, tcp_user_timeout=60_000)  # fmt: skip
