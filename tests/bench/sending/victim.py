"""A sender to be killed: python tests/bench/sending/victim.py ROOT PORT [...]. See tests/bench/kill.py."""

from __future__ import annotations

import argparse
import os
import resource
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3]))

from sqlalchemy import event

from digest.deliver.delivery import deliver
from digest.deliver.ledger import Ledger
from digest.deliver.line import Line
from digest.deliver.lock import boot_id, owner, send_lock
from digest.deliver.message import Recipient
from digest.deliver.smtp import Transport
from digest.deliver.splice import Splice
from digest.errors import BusyError, StoreError
from digest.model import Delivery
from digest.store.database import Store, open_store
from tests.bench.sending.letters import NOON, SECRET, letter, settings

STORE = "sqlite:///state/digest.db"
BUSY, STOPPED = 75, 3

POINTS = (
    "before claim", "after claim", "before sending", "after sending", "in body", "before dot", "after dot",
    "after reply", "before sent", "after sent", "before release",
)  # fmt: skip
"""Where a crash can be asked for: each step of a message, in its order."""


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


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
        if self.point == "in body" and len(data) > 1000:
            line.sock.sendall(data[: len(data) // 2])
            self.die()
            data = data[len(data) // 2 :]
        line.sock.sendall(data)
        if self.point == "after dot" and data.startswith(b".\r\n"):
            self.die()


def note_durable(store: Store, file: Path) -> None:
    """Write down how much of the log was safe on disk after each durable commit: all that a power cut would leave.

    Nothing moves from the log into the database meanwhile, so the length of the file tells it.
    """
    event.listen(store.engine, "connect", lambda raw, _: raw.execute("PRAGMA wal_autocheckpoint = 0"))
    store.engine.dispose()
    real = Ledger.claim

    def claim(*given: Any, **more: Any) -> Any:
        rows = real(*given, **more)
        file.write_text(str(Path(f"{store.path}-wal").stat().st_size), "ascii")
        return rows

    Ledger.claim = claim  # type: ignore[method-assign]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("port", type=int)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--kilobytes", type=int, default=8)
    parser.add_argument("--boot", default=boot_id())
    parser.add_argument("--crash", choices=POINTS)
    parser.add_argument("--countdown", type=int, default=1)
    parser.add_argument("--durable", type=Path, help="note the safe length of the log here")
    parser.add_argument("--file-limit", type=int, help="no file may become longer: as if the disk were full")
    given = parser.parse_args()
    if given.crash:
        Crash(given.crash, given.countdown)
    try:
        with send_lock(given.root):
            return send(given)
    except BusyError as error:
        print(error.message, file=sys.stderr)
        return BUSY
    except StoreError as error:
        print(error.message, file=sys.stderr)
        return STOPPED


def send(given: argparse.Namespace) -> int:
    store = open_store(STORE, given.root)
    if given.durable:
        note_durable(store, given.durable)
    chosen = settings(given.port, given.connections)
    with Ledger(store) as ledger, Transport(chosen, root=given.root) as transport:
        if given.durable:
            ledger._marks.exec_driver_sql("PRAGMA wal_autocheckpoint = 0")
        if given.file_limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (given.file_limit, given.file_limit))
        (mailing,) = ledger.mailings()
        splice = Splice(letter(given.kilobytes), settings=chosen, mailing_id=mailing.id, secret=SECRET, date=NOON)

        def render(row: Delivery) -> bytes:
            return splice.message(Recipient(subscriber_id=row.subscriber_id, address=row.address, name=row.name))

        deliver(
            ledger, transport, render, mailing, owner=owner(given.boot, os.getpid()), clock=Clock(),
        )  # fmt: skip
    store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
