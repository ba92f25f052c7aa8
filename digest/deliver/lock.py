"""One sender per project at a time, and who it is."""

from __future__ import annotations

import contextlib
import subprocess
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from digest.disk import locked

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCK = "state/send.lock"  # below the project folder

_LINUX_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_SYSCTL = Path("/usr/sbin/sysctl")  # macOS


@contextlib.contextmanager
def send_lock(root: Path) -> Iterator[None]:
    """Be the only sender of the project in ``root``. The kernel gives the lock back however the process ends.

    Raises:
        BusyError: there is another sender.
        StoreError: the lock file cannot be made.
    """
    path = root / LOCK
    with locked(
        path,
        wait_s=0,
        busy=f"{path}: another digest is sending from this project",
        hint="wait for it to finish; `digest send --status` shows how far it is",
    ):
        yield


def owner(boot: str, pid: int) -> str:
    """How a sender signs the rows it claims. It never has a colon in its boot id."""
    return f"{boot.replace(':', '-')}:{pid}"


def boot_id() -> str:
    """What is the same until this machine starts again.

    Where it cannot be learnt it is new each time, as if the machine had started again: more is held than need be,
    nothing is doubled.
    """
    if _LINUX_BOOT_ID.is_file():
        return _LINUX_BOOT_ID.read_text("ascii").strip()
    if _SYSCTL.is_file():
        command = [str(_SYSCTL), "-n", "kern.bootsessionuuid"]
        found = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603
        if found:
            return found
    return str(uuid.uuid4())
