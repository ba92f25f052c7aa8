"""Runs that are killed: by SIGKILL, in a process of their own, before a change to the disk or at some moment."""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable

CHANGES = frozenset({"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "shutil.rmtree"})
"""Audit events (PEP 578) of what changes the disk, raised before it does; opening to write is one more."""


def killed(act: Callable[[], object], *, before_change: int | None = None, after_s: float | None = None) -> bool:
    """Run it in a process of its own that is killed on the way; False if it came to its end before."""

    def die(count: int) -> None:
        if count == before_change:
            os.kill(os.getpid(), signal.SIGKILL)

    child = _begin(act, die)
    if after_s is not None:
        time.sleep(after_s)
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    assert status in {0, signal.SIGKILL}
    return status != 0


def changes(act: Callable[[], object]) -> int:
    """How many changes to the disk a run makes, in a process of its own."""
    reader, writer = os.pipe()
    child = _begin(act, lambda _: os.write(writer, b"\n"))
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        count = len(pipe.read())
    assert os.waitpid(child, 0)[1] == 0
    return count


def _begin(act: Callable[[], object], told: Callable[[int], object]) -> int:
    child = os.fork()
    if not child:
        try:
            _watch(told)
            act()
            os._exit(0)
        except BaseException:  # noqa: BLE001  it must not come back as a second pytest
            traceback.print_exc()
        finally:
            os._exit(1)
    return child


def _watch(told: Callable[[int], object]) -> None:
    """Tell of each change to the disk from here on, before it is made."""
    count = 0

    def watch(event: str, args: tuple[object, ...]) -> None:
        nonlocal count
        if event in CHANGES or (event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)):
            count += 1
            told(count)

    sys.addaudithook(watch)
