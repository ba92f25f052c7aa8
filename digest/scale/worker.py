"""A process of `digest worker`: takes jobs until it is told to stop, and starts over when the server was gone."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import platform
import signal
import threading
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import psycopg
import psycopg_pool
from croniter import croniter  # type: ignore[import-untyped]
from croniter.croniter import CroniterError  # type: ignore[import-untyped]
from procrastinate.exceptions import ProcrastinateException

from digest import __version__
from digest.config.load import CONFIG_NAME
from digest.errors import ConfigError, DigestError, Problem, StoreError
from digest.scale.queue import CONTROL, FETCH, MAIL, prepare_queue
from digest.scale.tasks import make_app
from digest.scale.timing import Timing
from digest.scale.workplace import Workplace
from digest.store import workers
from digest.store.workers import Worker

if TYPE_CHECKING:
    from collections.abc import Mapping

    import procrastinate.worker
    from procrastinate import App, JobContext

    from digest.deliver.delivery import Clock
    from digest.project import Project

logger = logging.getLogger(__name__)

RETRY_S: Final = (1.0, 2.0, 5.0, 10.0)  # until the server is asked again
CALM_S: Final = 60.0  # a server that was there for so long and is gone is a new trouble
_GONE = (ProcrastinateException, psycopg.Error, psycopg_pool.PoolTimeout, StoreError)


def work(
    project: Project,
    queues: Sequence[str],
    *,
    environ: Mapping[str, str],
    clock: Clock,
    on_ready: Callable[[str], None],
    on_stopping: Callable[[], None] = lambda: None,
) -> None:
    """Take jobs from these queues, and from the planning, until SIGINT or SIGTERM; the second ends at once.

    Args:
        project: the newsletter.
        queues: of digest.scale.queue.QUEUES.
        environ: for the passwords.
        clock: the time.
        on_ready: is told the worker's name when it begins.
        on_stopping: is called when it is told to stop.

    Raises:
        ConfigError: ``[scale] draft`` is no time that ever comes.
        StateError: the store is a file of SQLite.
        StoreError: procrastinate is not installed; or its tables are of a newer one.
        StaleError: a newer digest has migrated the store while this one ran.
    """
    _require_crontab(project.settings.scale.draft)
    prepare_queue(project.store)
    timing = Timing.of(project.settings.scale.takeover_seconds)
    place = Workplace(project, environ=environ, clock=clock, timing=timing)
    with contextlib.closing(place):
        asyncio.run(_Process(place, tuple(queues), on_ready, on_stopping).run())
        if place.failure is not None:
            raise place.failure


def _require_crontab(draft: str) -> None:
    """A time that never comes would end each session as it begins. Only who works has croniter to say so.

    Raises:
        ConfigError: it is such a one.
    """
    try:
        if draft:
            croniter(draft).get_next()
    except CroniterError as error:
        problem = Problem(path=CONFIG_NAME, where="scale.draft", message=str(error),
                          hint='minute, hour, day, month and weekday: "0 5 * * mon-fri" (UTC)')  # fmt: skip
        raise ConfigError([problem]) from error


class _Process:
    """One process: a worker of procrastinate for each queue, so that none waits for another."""

    def __init__(
        self,
        place: Workplace,
        queues: tuple[str, ...],
        on_ready: Callable[[str], None],
        on_stopping: Callable[[], None],
    ) -> None:
        self.place = place
        self.queues = queues
        self.on_ready = on_ready
        self.on_stopping = on_stopping
        self.name = f"{platform.node()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self.ending = asyncio.Event()
        self.numbers: set[int] = set()  # under which procrastinate knows it

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._on_signal, number)
        tries = 0
        while not self.place.stop.is_set():
            began, why = loop.time(), "it broke off; the lines before tell why"
            try:
                await self._session()
            except _GONE as error:
                why = _said(error)
            if self.place.stop.is_set():
                return
            tries = 0 if loop.time() - began > CALM_S else tries
            wait = RETRY_S[min(tries, len(RETRY_S) - 1)]
            tries += 1
            logger.warning("the store's server is out of reach (%s); once more in %.0f s", why, wait)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.ending.wait(), wait)

    def _on_signal(self, number: int) -> None:
        if self.ending.is_set():
            os._exit(128 + number)
        self.ending.set()
        self.on_stopping()
        threading.Thread(target=self.place.halt, name="halt").start()  # whoever sends may hold what it waits for

    async def _session(self) -> None:
        """Work until told to stop, or until the server is gone: then all begins anew, under a new number.

        Raises:
            ProcrastinateException, psycopg.Error, PoolTimeout, StoreError: it is gone.
        """
        self.numbers.clear()
        app = make_app(self.place)
        async with app.open_async():
            await asyncio.to_thread(self._enter)
            hands = [asyncio.create_task(self._hand(app, queue), name=queue) for queue in (CONTROL, *self.queues)]
            others = [asyncio.create_task(self._sign()), asyncio.create_task(self._told_to_stop())]
            self.on_ready(self.name)
            try:
                await asyncio.wait([*hands, *others], return_when=asyncio.FIRST_COMPLETED)
            finally:
                for one in (*hands, *others):
                    one.cancel()  # a hand finishes what it holds
                ended = await asyncio.gather(*hands, *others, return_exceptions=True)
                with contextlib.suppress(StoreError):
                    await asyncio.to_thread(self._leave)
        for error in ended:
            if isinstance(error, Exception):
                raise error

    async def _hand(self, app: App, queue: str) -> None:
        """The jobs of one queue, as they come."""
        timing = self.place.timing
        await app.run_worker_async(
            queues=[queue],
            name=f"{self.name}:{queue}",
            concurrency=2 if queue == FETCH else 1,  # one slow host must not keep a lone worker from all others
            fetch_job_polling_interval=timing.poll_s,
            listen_notify=queue == MAIL,  # a connection each: the others have time
            delete_jobs="successful" if queue == CONTROL else "never",
            install_signal_handlers=False,
            update_heartbeat_interval=timing.heartbeat_s,
            stalled_worker_timeout=timing.stalled_s,
            worker_middleware=[self._note_number],
        )

    async def _note_number(
        self, do: Callable[[], Awaitable[Any]], _context: JobContext, worker: procrastinate.worker.Worker
    ) -> Any:
        if worker.worker_id is not None:
            self.numbers.add(worker.worker_id)
        return await do()

    async def _sign(self) -> None:
        """Say again and again that this process is alive, for those who look."""
        while True:
            await asyncio.sleep(self.place.timing.heartbeat_s)
            with contextlib.suppress(StoreError):
                await asyncio.to_thread(self._seen)

    async def _told_to_stop(self) -> None:
        """Until somebody says so: a signal, or a job that must not be done by this digest."""
        while not self.place.stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.ending.wait(), 0.2)

    def _enter(self) -> None:
        with self.place.project.store.share() as connection:
            workers.enter(
                connection,
                Worker(
                    name=self.name,
                    host=platform.node(),
                    pid=os.getpid(),
                    version=__version__,
                    queues=self.queues,
                    numbers=tuple(sorted(self.numbers)),
                ),
            )

    def _seen(self) -> None:
        with self.place.project.store.share() as connection:
            known = workers.seen(connection, self.name, ending=self.ending.is_set(), numbers=sorted(self.numbers))
        if not known:
            self._enter()  # it was taken for dead

    def _leave(self) -> None:
        with self.place.project.store.share() as connection:
            workers.leave(connection, self.name)


def _said(error: BaseException) -> str:
    if isinstance(error, DigestError):
        return error.message
    return next(iter(str(error.__cause__ or error).strip().splitlines()), type(error).__name__)
