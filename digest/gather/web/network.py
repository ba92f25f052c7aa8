"""Feeds asked in the background: a thread asks, processes read what was never read, and the answers wait in a queue."""

from __future__ import annotations

import asyncio
import os
import queue
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Final, TypeAlias

from digest.model import FetchState, Source

if TYPE_CHECKING:
    from digest.gather.feeds.feed import Feed
    from digest.gather.feeds.workers import Job, Workers
    from digest.gather.web.answers import Answer
    from digest.gather.web.http import Fetcher

_MANY: Final = 40
"""First fetches from which on processes are worth their start (0.4 s each)."""
_MOST_PROCESSES: Final = 8
_MOST_WAITING: Final = 32
"""Bodies that may wait to be read before no more are asked for, so that a quick network does not fill the memory."""
_MOST_HOSTS: Final = 200
"""That are asked or wait at a time: as many as there may be connections. All at once, with what each has to remember,
would fill the memory."""
_TURNS: Final = 2
"""Feeds of one host that are asked or wait at a time. The fetcher lets them take turns; while the next one waits it
keeps the line open."""
_BUNDLE_S: Final = 0.03
"""So long answers are collected before they are handed over: one by one, two threads would take turns for each."""
_NOTHING_NEW_S: Final = 0.25
"""So long those are that have nothing to be read, as most answers of most polls: nobody waits for them."""


_Wanted: TypeAlias = tuple[Source, FetchState]


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
        fetcher: Callable[[asyncio.Event], Fetcher],
        job: Callable[[Source, Answer], Job],
    ) -> None:
        """Begin.

        Args:
            wanted: the feeds, and what is remembered of each.
            fetcher: makes what asks; called in the thread that asks, with the event that says whether there is room.
            job: what is to be read of the first answer of a feed.
        """
        self._wanted = wanted
        self._fetcher = fetcher
        self._job = job
        self._told: queue.SimpleQueue[list[Told] | None] = queue.SimpleQueue()
        self._bundle: list[Told] = []  # the thread's that asks, as is all that follows
        self._waits_s = inf  # how long the bundle still waits at most
        self._room = asyncio.Event()
        self._came = 0  # bodies; the thread's that asks
        self._taken = 0  # of these; the caller's
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: Callable[[], object] | None = None
        self._stopped = False
        self._workers = _workers(sum(1 for _, state in wanted if state.first_fetched is None))
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="digest-ask")
        self._work = self._thread.submit(self._run)
        self._work.add_done_callback(self._ended)

    def answers(self) -> Iterator[Told]:
        """Every answer once, as it comes."""
        left = len(self._wanted)
        while left:
            bundle = self._told.get()
            if bundle is None:
                self._work.result()  # a bug in the thread is a bug here
                return
            for told in bundle:
                left -= 1
                yield told
                if told.answer.body:
                    self._taken += 1
                    if not self._room.is_set():  # only then: a call into the other thread costs both their turn
                        self._call(self._look_for_room)

    def stop(self) -> None:
        """Ask no more, and wait for the thread and the processes."""
        self._stopped = True
        if self._stopping is not None:
            self._call(self._stopping)
        self._thread.shutdown(wait=True)
        if self._workers is not None:
            self._workers.close()

    def _call(self, act: Callable[[], object]) -> None:
        """Let the thread that asks do something, if it still asks."""
        if self._loop is not None:
            with suppress(RuntimeError):  # all have been asked, and the loop has closed
                self._loop.call_soon_threadsafe(act)

    def _run(self) -> None:
        asyncio.run(self._ask_all())

    async def _ask_all(self) -> None:
        work, self._loop = asyncio.current_task(), asyncio.get_running_loop()
        self._stopping = work.cancel if work else None
        if self._stopped:
            return
        self._room.set()
        hosts = iter(_by_host(self._wanted))
        async with self._fetcher(self._room) as fetcher, asyncio.TaskGroup() as group:
            for _ in range(_MOST_HOSTS):
                group.create_task(self._ask_hosts(fetcher, hosts))
        self._hand_over()

    async def _ask_hosts(self, fetcher: Fetcher, hosts: Iterator[Sequence[_Wanted]]) -> None:
        """Ask the feeds of the next host, and so on."""
        for wanted in hosts:
            left = iter(wanted)
            async with asyncio.TaskGroup() as group:
                for _ in wanted[:_TURNS]:
                    group.create_task(self._ask_in_turn(fetcher, left))

    async def _ask_in_turn(self, fetcher: Fetcher, wanted: Iterator[_Wanted]) -> None:
        for source, state in wanted:
            await self._ask(fetcher, source, state)

    async def _ask(self, fetcher: Fetcher, source: Source, state: FetchState) -> None:
        answer = await fetcher.fetch(source, state)
        if answer.body:
            self._came += 1
            self._look_for_room()
        if self._workers is None or answer.kind != "body" or state.first_fetched is not None:
            self._tell(Told(source=source, state=state, answer=answer))
        else:
            reading = self._workers.submit(self._job(source, answer))
            reading.add_done_callback(partial(self._has_read, source, state, answer))

    def _tell(self, told: Told) -> None:
        self._bundle.append(told)
        wait = _BUNDLE_S if told.answer.body else _NOTHING_NEW_S
        if self._loop is not None and wait < self._waits_s:
            self._waits_s = wait
            self._loop.call_later(wait, self._hand_over)

    def _hand_over(self) -> None:
        self._waits_s = inf
        if self._bundle:
            self._told.put(self._bundle)
            self._bundle = []

    def _look_for_room(self) -> None:
        if self._came - self._taken < _MOST_WAITING:
            self._room.set()
        else:
            self._room.clear()

    def _has_read(self, source: Source, state: FetchState, answer: Answer, reading: Future[Feed]) -> None:
        """Called by the thread that waited for the process."""
        if not reading.cancelled():
            feed = None if reading.exception() else reading.result()  # a bug there is one where it is read here as well
            self._told.put([Told(source=source, state=state, answer=answer, feed=feed)])

    def _ended(self, work: Future[None]) -> None:
        if work.cancelled() or work.exception() is not None:
            self._told.put(None)


def _by_host(wanted: Sequence[_Wanted]) -> Collection[Sequence[_Wanted]]:
    """Feeds by the host that they name, in the order given."""
    hosts: dict[str, list[_Wanted]] = {}
    for source, state in wanted:
        hosts.setdefault(source.location.split("/", 3)[2], []).append((source, state))
    return hosts.values()


def _workers(first_fetches: int) -> Workers | None:
    """Processes for so many feeds that were never read; None where they would not pay."""
    cores = os.cpu_count() or 1
    if first_fetches < _MANY or cores < 2:
        return None
    from digest.gather.feeds.workers import Workers  # noqa: PLC0415  feedparser only where there is something to read

    return Workers(min(cores, _MOST_PROCESSES))
