"""Ends a sending when asked to: the first signal lets what is on its way finish, the second ends at once."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
import threading
from typing import TYPE_CHECKING

from digest.cli.session import is_terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # Ctrl-C, a service manager, a terminal that was closed
_SHOW_CURSOR = "\x1b[?25h"  # a progress bar hides it, and a process that ends at once leaves it hidden


class Ending:
    """Which signal came, if one did."""

    def __init__(self) -> None:
        self.signal: int | None = None

    @property
    def by_hand(self) -> bool:
        """Whether a person stopped it, rather than the machine."""
        return self.signal == signal.SIGINT

    @property
    def exit_code(self) -> int:
        """As a shell tells it: 130 for Ctrl-C, 143 for SIGTERM."""
        return 128 + (self.signal or signal.SIGINT)


@contextlib.contextmanager
def gentle_end(on_first: Callable[[Ending], None]) -> Iterator[Ending]:
    """At the first signal call ``on_first``, in a thread of its own; end the process at the second.

    Nothing is raised: an exception at any moment could leave a lock taken, and everybody else waiting for it. What is
    on its way at the second signal stays in the ledger as it was, and the next sending settles it.
    """
    ending = Ending()
    came: queue.SimpleQueue[bool] = queue.SimpleQueue()  # a handler must not wait for anything: its put never does

    def handle(number: int, _frame: FrameType | None) -> None:
        if ending.signal is not None:
            _say("stopped at once; `digest send` settles what was on its way, and goes on")
            os._exit(128 + number)
        ending.signal = number
        _say("stopping: what is on its way is finished; once more stops at once")
        came.put(True)

    def wait() -> None:
        if came.get():
            on_first(ending)

    thread = threading.Thread(target=wait, name="signals", daemon=True)
    thread.start()
    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    previous = {number: signal.signal(number, handle) for number in numbers}
    try:
        yield ending
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        came.put(False)
        thread.join()


def _say(text: str) -> None:
    """Past Python's own buffers: the signal may have come while they were being written."""
    bar = f"\r{_SHOW_CURSOR}" if is_terminal(sys.stderr) else ""
    with contextlib.suppress(OSError):
        os.write(2, f"{bar}{text}\n".encode())
