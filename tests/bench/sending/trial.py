"""A sending that is cut short again and again, and what came of it by the sink's own log."""

from __future__ import annotations

import contextlib
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from digest.deliver.ledger import Ledger
from digest.model import Mailing
from digest.store.database import open_store
from tests.bench.sending.brief import ROOT, STORE, make_brief

VICTIM = Path(__file__).parent / "victim.py"
CONNECTIONS = 8
PATIENCE_S = 300.0
KILLED = -signal.SIGKILL

Process = subprocess.Popen[bytes]


@dataclass(slots=True)
class Count:
    """What has been found so far."""

    kills: int = 0  # senders that ended so
    stops: int = 0  # that ended by themselves, because the store could not be written
    busy: int = 0  # that were told that another one is sending
    held: list[int] = field(default_factory=list)  # recipients that became uncertain by each end
    torn: int = 0  # times the totals did not add up to the list


class Trial:
    """A newsletter, the sink's log of it, and senders that come and go."""

    def __init__(self, root: Path, people: int, port: int, log: Path, *, feeds: str = "") -> None:
        self.root, self.people, self.log = root, people, log
        self.issue = make_brief(root, port=port, connections=CONNECTIONS, people=people, feeds=feeds)
        self.count = Count()
        self.open()

    def open(self) -> None:
        self.store = open_store(STORE, self.root)
        self.ledger = Ledger(self.store)

    def close(self) -> None:
        self.ledger.close()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, *options: object) -> Process:
        command = ["-C", self.root, "-q", "send", self.issue, "--yes"]
        return subprocess.Popen(
            [sys.executable, str(VICTIM), *map(str, [*options, "--", *command])], cwd=ROOT,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip

    def received(self) -> list[str]:
        return self.log.read_text("ascii").splitlines() if self.log.exists() else []

    def wait_for(self, count: int, processes: list[Process]) -> None:
        """Until the sink has so many, or every sender has ended."""
        deadline = time.monotonic() + PATIENCE_S
        while any(process.poll() is None for process in processes) and time.monotonic() < deadline:
            with contextlib.suppress(FileNotFoundError):
                if self.log.read_bytes().count(b"\n") >= count:
                    return
            time.sleep(0.003)

    def mailing(self) -> Mailing | None:
        return next(iter(self.ledger.mailings()), None)

    def ended(self, *processes: Process) -> None:
        """Wait for senders that ran together, and look at the totals.

        Raises:
            RuntimeError: one ended in another way than it may.
        """
        cut_short = False
        for process in processes:
            said = process.communicate(timeout=PATIENCE_S)[1].decode("utf-8", "replace")
            code = process.returncode
            if code == KILLED:
                self.count.kills += 1
            elif code == 1 and "another digest is sending" in said:
                self.count.busy += 1
                continue
            elif code == 1 and ("cannot be written" in said or "is the disk full" in said):
                self.count.stops += 1
            elif code not in {0, 3}:
                raise RuntimeError(f"exit code {code}: {said}")
            cut_short |= code not in {0, 3}
        self._look(cut_short=cut_short)

    def _look(self, *, cut_short: bool) -> None:
        mailing = self.mailing()
        if mailing is None:  # nobody came as far as the list
            return
        tally = self.ledger.tally(mailing.id)
        parts = tally.sent + tally.deferred + tally.failed + tally.uncertain + tally.suppressed + tally.left
        self.count.torn += parts != self.people
        held = tally.uncertain - sum(self.count.held)
        if cut_short or held:
            self.count.held.append(held)

    def at_point(self, point: str, countdown: int) -> None:
        self.ended(self.start("--crash", point, "--countdown", countdown))

    def at_random(self, dice: random.Random, step: int, *, senders: int = 1) -> None:
        """Kill every sender at a moment nobody chose; of two, the second may be taking over, or have ended."""
        target = len(self.received()) + dice.randint(1, step)
        processes = [self.start() for _ in range(senders)]
        if senders > 1 and dice.random() < 0.5:
            while all(process.poll() is None for process in processes):
                time.sleep(0.003)
        self.wait_for(target, processes)
        dice.shuffle(processes)
        for process in processes:
            time.sleep(dice.random() / 100)
            process.kill()
        self.ended(*processes)

    def to_the_end(self) -> None:
        """Send until nobody is left, undisturbed."""
        while True:
            self.ended(self.start())
            mailing = self.mailing()
            if mailing and not self.ledger.tally(mailing.id).left:
                return

    def found(self) -> dict[str, Any]:
        """What it came to.

        lost: marked as sent and not in the sink's log, or at the end neither sent nor held.
        """
        mailing = self.mailing()
        assert mailing is not None
        received, rows = Counter(self.received()), self.ledger.rows(mailing.id)
        lost = sum((row.state == "sent" and row.address not in received) or row.state not in {"sent", "uncertain"}
                   for row in rows)  # fmt: skip
        count = self.count
        return {
            "kills": count.kills,
            "lost": lost + abs(self.people - len(rows)),
            "doubled": sum(times > 1 for times in received.values()),
            "held_per_kill": max(count.held, default=0),
            "held_mean": round(sum(count.held) / max(1, len(count.held)), 2),
            "held_arrived": sum(row.state == "uncertain" and row.address in received for row in rows),
            "stops": count.stops,
            "busy": count.busy,
            "torn": count.torn,
        }
