"""A command run in a process of its own: its wall time, its processor time and the memory it had at most."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SAMPLE_S = 0.05
_MB = 1_000_000


class ChildError(Exception):
    """A measured command failed; the message is what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one run cost."""

    wall_s: float  # from its start to its end, the interpreter's own start included
    cpu_s: float  # of it and the processes it waited for
    peak_mb: float  # resident, of it and its helpers together, 10^6 bytes
    largest_mb: float  # of the largest of these processes
    helpers: int  # most processes it had beside itself at one time
    output: str


def measure(command: Sequence[str], *, cwd: Path) -> Measured:
    """Run a command to its end.

    The memory is the larger of what the kernel noted (``ru_maxrss``, of one process) and, on Linux, the sum over the
    process and its helpers as seen every 50 ms. Pages that they share count for each of them.

    Raises:
        ChildError: it ended with another code than 0.
    """
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=said, stderr=complained)
        watch = _Watch(process.pid)
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        watch.end()
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        complained.seek(0)
        if process.returncode:
            raise ChildError(f"{' '.join(command)}\n{complained.read().decode('utf-8', 'replace')}")
        return Measured(
            wall_s=wall,
            cpu_s=usage.ru_utime + usage.ru_stime,
            peak_mb=max(_rss_mb(usage), watch.peak_mb),
            largest_mb=_rss_mb(usage),
            helpers=watch.helpers,
            output=said.read().decode("utf-8", "replace"),
        )


def _rss_mb(usage: resource.struct_rusage) -> float:
    """Linux counts in KiB, macOS in bytes."""
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / _MB


class _Watch(threading.Thread):
    """Looks at a process and its helpers while they run; sees nothing where there is no /proc."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._ended = threading.Event()
        self.peak_mb = 0.0
        self.helpers = 0

    def run(self) -> None:
        while not self._ended.wait(SAMPLE_S):
            pids = _family(self._pid)
            self.helpers = max(self.helpers, len(pids) - 1)
            self.peak_mb = max(self.peak_mb, sum(map(_resident_mb, pids)))

    def end(self) -> None:
        self._ended.set()
        self.join()


def _family(pid: int) -> list[int]:
    """A process and all that descend from it, but not the one that only tidies up after multiprocessing."""
    found = [pid]
    for one in found:
        for listed in Path(f"/proc/{one}/task").glob("*/children"):
            with suppress(OSError):  # it has just ended
                found += [int(child) for child in listed.read_text("ascii").split() if not _is_tidier(child)]
    return found


def _is_tidier(pid: str) -> bool:
    with suppress(OSError):
        return b"resource_tracker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return True


def _resident_mb(pid: int) -> float:
    with suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * resource.getpagesize() / _MB
    return 0.0
