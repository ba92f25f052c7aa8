"""Feeds asked in the background: a thread asks, processes read what was never read, and the answers wait in a queue."""

from __future__ import annotations

import asyncio
import os
import queue
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from digest.model import FetchState, Source

if TYPE_CHECKING:
    from digest.gather.feed import Feed
    from digest.gather.http import Answer, Fetcher
    from digest.gather.workers import Job, Workers

_MANY: Final = 40
"""First fetches from which on processes are worth their start (0.4 s each)."""
_MOST_PROCESSES: Final = 8
_WAITING_BODIES: Final = 64
"""Bodies that may wait to be read, so that a quick network does not fill the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a feed answered, and what that says if it was read already."""

    source: Source
    state: FetchState
    answer: Answer
    feed: Feed | None = None


class Network:
    """Asks feeds until all have answered, or nobody wants to know any more."""

    def __init__(
        self,
        wanted: Sequence[tuple[Source, FetchState]],
        *,
        fetcher: Callable[[], Fetcher],
        job: Callable[[Source, Answer], Job],
    ) -> None:
        """Begin.

        Args:
            wanted: the feeds, and what is remembered of each.
            fetcher: makes what asks; called in the thread that asks.
            job: what is to be read of the first answer of a feed.
        """
        self._wanted = wanted
        self._fetcher = fetcher
        self._job = job
        self._told: queue.SimpleQueue[Told | None] = queue.SimpleQueue()
        self._slots = asyncio.Semaphore(_WAITING_BODIES)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: Callable[[], object] | None = None
        self._stopped = False
        self._workers = _workers(sum(1 for _, state in wanted if state.first_fetched is None))
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="digest-ask")
        self._work = self._thread.submit(self._run)
        self._work.add_done_callback(self._ended)

    def answers(self) -> Iterator[Told]:
        """Every answer once, as it comes."""
        for _ in self._wanted:
            told = self._told.get()
            if told is None:
                self._work.result()  # a bug in the thread is a bug here
                return
            yield told
            if told.answer.body and self._loop is not None:
                with suppress(RuntimeError):  # all have been asked, and the loop has closed
                    self._loop.call_soon_threadsafe(self._slots.release)

    def stop(self) -> None:
        """Ask no more, and wait for the thread and the processes."""
        self._stopped = True
        if self._stopping is not None:
            with suppress(RuntimeError):  # the loop has just closed
                self._stopping()
        self._thread.shutdown(wait=True)
        if self._workers is not None:
            self._workers.close()

    def _run(self) -> None:
        asyncio.run(self._ask_all())

    async def _ask_all(self) -> None:
        work, self._loop = asyncio.current_task(), asyncio.get_running_loop()
        self._stopping = partial(self._loop.call_soon_threadsafe, work.cancel) if work else None
        if self._stopped:
            return
        async with self._fetcher() as fetcher, asyncio.TaskGroup() as group:
            for source, state in self._wanted:
                group.create_task(self._ask(fetcher, source, state))

    async def _ask(self, fetcher: Fetcher, source: Source, state: FetchState) -> None:
        await self._slots.acquire()
        answer = await fetcher.fetch(source, state)
        if not answer.body:
            self._slots.release()
        if self._workers is None or answer.kind != "body" or state.first_fetched is not None:
            self._told.put(Told(source=source, state=state, answer=answer))
        else:
            reading = self._workers.submit(self._job(source, answer))
            reading.add_done_callback(partial(self._has_read, source, state, answer))

    def _has_read(self, source: Source, state: FetchState, answer: Answer, reading: Future[Feed]) -> None:
        if not reading.cancelled():
            error = reading.exception()
            feed = None if error else reading.result()  # a bug there is one here as well, and is told where it is read
            self._told.put(Told(source=source, state=state, answer=answer, feed=feed))

    def _ended(self, work: Future[None]) -> None:
        if work.cancelled() or work.exception() is not None:
            self._told.put(None)


def _workers(first_fetches: int) -> Workers | None:
    """Processes for so many feeds that were never read; None where they would not pay."""
    cores = os.cpu_count() or 1
    if first_fetches < _MANY or cores < 2:
        return None
    from digest.gather.workers import Workers  # noqa: PLC0415  feedparser only where there is something to read

    return Workers(min(cores, _MOST_PROCESSES))
