"""Processes of their own that read feeds: the first fetch of many is work for every core.

Threads gain nothing here, processes 1.9 times on two cores (measured on 200 documents). They are started by hand, not
by ``multiprocessing``: a fork would copy the threads that ask the network and draw the progress bar, and a spawn would
run the caller's main module again.
"""

from __future__ import annotations

import gc
import os
import pickle
import queue
import signal
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Final
from zoneinfo import ZoneInfo

from digest.gather.feeds.feed import Feed, read_feed
from digest.model import Source

_PROGRAM: Final = "from digest.gather.feeds.workers import serve; serve()"
_LOST: Final = (OSError, EOFError, pickle.UnpicklingError)
"""What a process that died leaves behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A feed that was never read, to be read whole or from a day on; the arguments of ``read_feed``."""

    body: bytes
    source: Source
    url: str
    content_type: str | None
    now: datetime
    zone: ZoneInfo
    news_from: datetime | None

    def do(self) -> Feed:
        return read_feed(self.body, source=self.source, url=self.url, content_type=self.content_type, now=self.now,
                         zone=self.zone, news_from=self.news_from)  # fmt: skip


class Workers:
    """Some processes that take jobs; one that dies costs nothing but its speed."""

    def __init__(self, count: int) -> None:
        self._idle: queue.SimpleQueue[subprocess.Popen[bytes]] = queue.SimpleQueue()
        self.processes = [_start() for _ in range(count)]
        for process in self.processes:
            self._idle.put(process)
        self._threads = ThreadPoolExecutor(max_workers=count, thread_name_prefix="digest-read")

    def submit(self, job: Job) -> Future[Feed]:
        """What the job gives, as soon as a process had time for it."""
        return self._threads.submit(self._run, job)

    def close(self) -> None:
        """Forget the jobs that nobody began, and let the processes end."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        for process in self.processes:
            for end in (process.stdin, process.stdout):
                if end is not None:
                    with suppress(OSError):  # what was left to say to a process that is gone
                        end.close()
            process.wait()

    def _run(self, job: Job) -> Feed:
        process = self._idle.get()
        try:
            return _ask(process, job)
        except _LOST:
            return job.do()
        finally:
            self._idle.put(process)


def serve() -> None:
    """What a worker process does: read a job, do it, say what it gave, until there are no more."""
    gc.freeze()  # what was imported is never garbage
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the one who gave the jobs
    jobs, results = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that a library prints may get among the results
    with suppress(EOFError, BrokenPipeError):
        while True:
            _write(results, pickle.load(jobs).do())  # noqa: S301  both ends are this program


def _start() -> subprocess.Popen[bytes]:
    path = os.pathsep.join(one for one in sys.path if one)
    return subprocess.Popen([sys.executable, "-c", _PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE,  # noqa: S603
                            env={**os.environ, "PYTHONPATH": path})  # fmt: skip


def _ask(process: subprocess.Popen[bytes], job: Job) -> Feed:
    if process.stdin is None or process.stdout is None:
        raise AssertionError("a worker is started with pipes")
    _write(process.stdin, job)
    feed: Feed = pickle.load(process.stdout)  # noqa: S301  both ends are this program
    return feed


def _write(place: IO[bytes], value: Job | Feed) -> None:
    pickle.dump(value, place, protocol=pickle.HIGHEST_PROTOCOL)
    place.flush()
