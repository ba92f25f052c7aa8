"""The command `digest`, to be killed: python tests/bench/sending/victim.py [OPTIONS] -- ARGUMENTS OF digest.

It is the command as it is installed, with a trap set in it: it kills itself at a point of a message, may write no
file beyond a size, or says how much of its log is safe on disk. See tests/bench/kill.py.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3]))

from sqlalchemy import Connection, Engine, event

import digest.cli.main
from digest.deliver import leases
from digest.deliver.ledger import Ledger
from digest.deliver.line import Line
from digest.store.database import Store

POINTS = (
    "before claim", "after claim", "before sending", "after sending", "in body", "before dot", "after dot",
    "after reply", "before sent", "after sent", "before release",
)  # fmt: skip
"""Where a crash can be asked for: each step of a message, in its order."""

BODY = 1000  # bytes; what is longer is no command


class Crash:
    """Kills this process when it comes to a point for the n-th time."""

    def __init__(self, point: str, countdown: int) -> None:
        self.point, self.left = point, countdown
        when, _, step = point.partition(" ")
        if point in {"in body", "after dot"}:
            setattr(Line, "write", lambda line, data: self.write(line, data))  # noqa: B010, PLW0108  it binds the line
        elif step in {"dot", "reply"}:
            self.around(Line, "write_dot", before=step == "dot")
        else:
            self.around(Ledger, step, before=when == "before")

    def die(self) -> None:
        self.left -= 1
        if self.left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, kind: type, name: str, *, before: bool) -> None:
        real: Callable[..., Any] = getattr(kind, name)

        def wrapped(*given: Any, **more: Any) -> Any:
            if before:
                self.die()
            found = real(*given, **more)
            if not before:
                self.die()
            return found

        setattr(kind, name, wrapped)

    def write(self, line: Line, data: bytes) -> None:
        assert line.sock is not None
        if self.point == "in body" and len(data) > BODY:
            line.sock.sendall(data[: len(data) // 2])
            self.die()
            data = data[len(data) // 2 :]
        line.sock.sendall(data)
        if self.point == "after dot" and data.startswith(b".\r\n"):
            self.die()


def note_durable(file: Path) -> None:
    """Write down how much of the store's log was safe on disk after each durable commit: all a power cut would leave.

    Nothing moves from the log into the database meanwhile. The marks of single messages wait for no disk, so what is
    safe ends with the commit of the last ``Store.write`` or ``share``, however many marks stand behind it.
    """
    event.listen(Engine, "connect", lambda raw, _: raw.execute("PRAGMA wal_autocheckpoint = 0"))
    for name in ("write", "share"):
        setattr(Store, name, _noting(getattr(Store, name), file))


def _noting(real: Callable[[Store], AbstractContextManager[Connection]], file: Path) -> Callable[[Store], object]:
    @contextlib.contextmanager
    def transaction(self: Store) -> Iterator[Connection]:
        log = Path(f"{self.path}-wal")
        with real(self) as connection:
            raw: Any = connection.connection.dbapi_connection
            before = raw.total_changes
            yield connection
            length, wrote = log.stat().st_size, raw.total_changes > before
        if wrote:
            file.write_text(str(end_of_commit(log.read_bytes(), length)), "ascii")

    return transaction


def end_of_commit(log: bytes, start: int) -> int:
    """Where the first commit from ``start`` on ends in a write-ahead log (sqlite.org/fileformat2.html §4).

    A header of 32 bytes names the page size; before each page stand 24 bytes, the second four of which are not zero
    in the last page of a commit.
    """
    size = int.from_bytes(log[8:12], "big")
    place = max(start, 32)
    while place + 24 + size <= len(log):
        is_last = any(log[place + 4 : place + 8])
        place += 24 + size
        if is_last:
            return place
    return len(log)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crash", choices=POINTS)
    parser.add_argument("--countdown", type=int, default=1)
    parser.add_argument("--boot", help="the machine's boot id, if not the true one")
    parser.add_argument("--durable", type=Path, help="note the safe length of the log here")
    parser.add_argument("--file-limit", type=int, help="no file may become longer: as if the disk were full")
    parser.add_argument("command", nargs="+")
    given = parser.parse_args()
    if given.crash:
        Crash(given.crash, given.countdown)
    if given.boot:
        setattr(leases, "boot_id", lambda: given.boot)  # noqa: B010  it is imported there
    if given.durable:
        note_durable(given.durable)
    if given.file_limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (given.file_limit, given.file_limit))
    sys.argv = ["digest", *given.command]
    digest.cli.main.main()


if __name__ == "__main__":
    main()
