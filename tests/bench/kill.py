"""Kills a sender again and again, and counts who got what: python tests/bench/kill.py [--json].

The sink writes each recipient down before it answers, so its log is the truth. Between the kills another process's
worth of writing goes on in the same store, and now and then two senders are started at once. Prints

    kills          how often a sender was killed: at random, once at each point of a message, and by a full disk
    lost           recipients marked as sent whom the sink does not have, or left out at the end
    doubled        recipients the sink has more than once
    held_per_kill  the most recipients that became uncertain by one kill; 8 connections are open
    torn           times the totals did not add up to the list
    power_*        the same after power cuts: the log of the store is cut where it was last safe on disk
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from digest.deliver.ledger import Ledger
from digest.store.database import Store, open_store, put_meta
from tests.bench.sending.letters import fill, open_mailing, sink
from tests.bench.sending.victim import BUSY, POINTS, STOPPED, STORE

VICTIM = Path(__file__).parent / "sending" / "victim.py"
CONNECTIONS = 8
PATIENCE_S = 120.0


@dataclass(slots=True)
class Count:
    """What has been found so far."""

    kills: int = 0
    held: list[int] = field(default_factory=list)
    torn: int = 0
    busy: int = 0


class Trial:
    """A list, the sink's log of it, and senders that come and go."""

    def __init__(self, root: Path, people: int, port: int, log: Path, kilobytes: int) -> None:
        self.root, self.people, self.port, self.log, self.kilobytes = root, people, port, log, kilobytes
        self.store = open_store(STORE, root)
        fill(self.store, people)
        self.ledger = Ledger(self.store)
        self.mailing = open_mailing(self.ledger)
        self.count = Count()

    def close(self) -> None:
        self.ledger.close()
        self.store.close()

    def start(self, *more: object) -> subprocess.Popen[bytes]:
        size = ["--connections", CONNECTIONS, "--kilobytes", self.kilobytes]
        return subprocess.Popen(
            [sys.executable, str(VICTIM), str(self.root), str(self.port), *map(str, [*size, *more])],
            stderr=subprocess.PIPE,
        )

    def received(self) -> list[str]:
        return self.log.read_text("ascii").splitlines() if self.log.exists() else []

    def wait_for(self, count: int, processes: list[subprocess.Popen[bytes]]) -> None:
        """Until the sink has so many, or every sender has ended."""
        deadline = time.monotonic() + PATIENCE_S
        while any(process.poll() is None for process in processes) and time.monotonic() < deadline:
            with contextlib.suppress(FileNotFoundError):
                if self.log.read_bytes().count(b"\n") >= count:
                    return
            time.sleep(0.003)

    def ended(self, *processes: subprocess.Popen[bytes]) -> None:
        """Wait for senders that ran together, and look at the totals."""
        said = [process.communicate(timeout=PATIENCE_S)[1] for process in processes]
        codes = [process.returncode for process in processes]
        if not set(codes) <= {0, -9, STOPPED, BUSY}:
            raise RuntimeError(b"\n".join(said).decode())
        tally = self.ledger.tally(self.mailing.id)
        self.count.torn += tally.total != self.people
        self.count.busy += BUSY in codes
        if {-9, STOPPED} & set(codes):
            self.count.kills += 1
            self.count.held.append(tally.uncertain - sum(self.count.held))

    def at_random(self, dice: random.Random, step: int) -> None:
        processes = [self.start() for _ in range(2 if dice.random() < 0.2 else 1)]
        self.wait_for(len(self.received()) + dice.randint(1, step), processes)
        time.sleep(dice.random() / 100)
        for process in processes:
            process.kill()
        self.ended(*processes)

    def at_point(self, point: str, countdown: int) -> None:
        self.ended(self.start("--crash", point, "--countdown", countdown))

    def disk_full(self) -> None:
        """No file may grow beyond a little: the store's log soon would, in the midst of the sending."""
        with self.store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self.ended(self.start("--file-limit", 400_000))

    def lost(self) -> int:
        """Marked as sent and not there, or at the end neither sent nor held."""
        received = set(self.received())
        rows = self.ledger.rows(self.mailing.id)
        return sum(
            (row.state == "sent" and row.address not in received) or row.state not in {"sent", "uncertain"}
            for row in rows
        )

    def doubled(self) -> int:
        return sum(count > 1 for count in Counter(self.received()).values())


@contextlib.contextmanager
def other_writer(store: Store) -> Iterator[None]:
    """Somebody else who writes to the store all the time."""
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.wait(0.02):
            number += 1
            with store.write() as connection:
                put_meta(connection, "bench", f"{number} " + "x" * 2000)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def kills(people: int, count: int, kilobytes: int, dice: random.Random) -> dict[str, Any]:
    """Random kills, a crash at each point, a full disk; then to the end."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "sink.log"
        with sink(log=log) as port:
            trial = Trial(Path(folder), people, port, log, kilobytes)
            with other_writer(trial.store):
                for point in POINTS[:-1]:
                    trial.at_point(point, 1 if point.endswith("claim") else dice.randint(1, 40))
            trial.disk_full()
            with other_writer(trial.store):
                for _ in range(count):
                    trial.at_random(dice, max(2, people // (count + 1)))
                trial.at_point(POINTS[-1], 1)  # comes at the end
                while trial.ledger.tally(trial.mailing.id).left:
                    trial.ended(trial.start())
            found = {
                "kills": trial.count.kills,
                "lost": trial.lost(),
                "doubled": trial.doubled(),
                "held_per_kill": max(trial.count.held),
                "held_mean": round(sum(trial.count.held) / max(1, trial.count.kills), 2),
                "busy": trial.count.busy,
                "torn": trial.count.torn,
            }
            trial.close()
    return found


def power_cuts(people: int, count: int, kilobytes: int, dice: random.Random) -> dict[str, Any]:
    """Each time a fresh list: killed, the store's log cut, the machine started again, and on to the end."""
    lost = doubled = 0
    held: list[int] = []
    for number in range(count):
        with tempfile.TemporaryDirectory() as folder:
            log, durable = Path(folder) / "sink.log", Path(folder) / "durable"
            with sink(log=log) as port:
                trial = Trial(Path(folder), people, port, log, kilobytes)
                wal, shared = (Path(f"{trial.store.path}-{end}") for end in ("wal", "shm"))
                trial.close()
                process = trial.start("--boot", "before", "--durable", durable)
                trial.wait_for(dice.randint(1, people * 9 // 10), [process])
                process.kill()
                process.communicate()
                with wal.open("r+b") as file:
                    file.truncate(int(durable.read_text("ascii")))
                shared.unlink()
                trial.store = open_store(STORE, Path(folder))
                trial.ledger = Ledger(trial.store)
                trial.ended(trial.start("--boot", "after"))
                held.append(trial.ledger.tally(trial.mailing.id).uncertain)
                lost += trial.lost()
                doubled += trial.doubled()
                trial.close()
        print(f"power cut {number + 1}: {held[-1]} held", file=sys.stderr)
    return {"power_cuts": count, "power_lost": lost, "power_doubled": doubled, "power_held": max(held, default=0)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=30_000)
    parser.add_argument("--kills", type=int, default=40, help="at random; the others come on top")
    parser.add_argument("--power-cuts", type=int, default=3)
    parser.add_argument("--kilobytes", type=int, default=8, help="of a message")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    dice = random.Random(given.seed)
    told = kills(given.people, given.kills, given.kilobytes, dice)
    told |= power_cuts(max(600, given.people // 20), given.power_cuts, given.kilobytes, dice)
    print(json.dumps(told) if given.json else "\n".join(f"{name:16}{value:>10,}" for name, value in told.items()))
    sys.exit(1 if told["lost"] or told["doubled"] or told["power_lost"] or told["power_doubled"] else 0)


if __name__ == "__main__":
    main()
