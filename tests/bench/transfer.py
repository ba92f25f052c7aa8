"""How long a whole newsletter takes to another database and back: python tests/bench/transfer.py [--json].

A newsletter with 50,000 entries, 200 issues with what was frozen of each, and 100,000 subscribers with their history
and the ledger of a few mailings is moved by `digest migrate-store`, each time by a process of its own. The server is
one of the bench's own, with fsync. Prints

    rows             carried, of all tables
    mb               the file of SQLite before
    to_postgres_s    from the file to the server, from start to end of the command
    to_sqlite_s      from the server into a new file
    peak_mb          the most memory either had
    equal            1 if every table has the same count and checksum in all three
    kills            how often the same way was begun and ended by SIGKILL, at random moments, before it was let go on
    equal_after_kill 1 if it then ended with the same counts and checksums
    after_kill_s     how long that last one took
    load             the machine's load average before it began
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from sqlalchemy import Table, insert

from digest.project import open_project
from digest.store import schema
from tests.bench.archiving.history import FIRST, Size, make_history
from tests.support.postgres import running

ROOT = Path(__file__).parents[2]
FILE = "sqlite:///state/digest.db"
KILOBYTE = 1024 if sys.platform == "darwin" else 1  # of ru_maxrss
AT_ONCE = 10_000
OUTCOMES = ("sent",) * 95 + ("failed", "deferred", "uncertain", "suppressed", "sent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What one move came to."""

    seconds: float
    megabytes: float
    tables: dict[str, tuple[int, str]]


def add_people(root: Path, people: int, mailings: int) -> None:
    """Subscribers with a history, and what became of their copies of the last issues."""
    with open_project(root) as project, project.store.write() as connection:
        for table, rows in _people(people, mailings):
            connection.execute(insert(table), rows)


def _people(people: int, mailings: int) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    chance = random.Random(9)
    for start in range(1, people + 1, AT_ONCE):
        ids = range(start, min(start + AT_ONCE, people + 1))
        added = {number: FIRST + timedelta(seconds=number) for number in ids}
        yield schema.subscriber, [
            {"id": number, "address": f"Reader.{number}@mail{number % 977}.example",
             "address_key": f"reader.{number}@mail{number % 977}.example", "name": f"Reader Nº {number}",
             "language": ("en", "de", None)[number % 3], "topics": ["ports", "heat"] if number % 5 == 0 else [],
             "state": "active", "added": at, "changed": at}
            for number, at in added.items()
        ]  # fmt: skip
        yield (
            schema.subscriber_event,
            [
                {"subscriber_id": number, "at": at, "event": "imported", "detail": "list.csv"}
                for number, at in added.items()
            ],
        )
        for mailing in range(mailings):
            yield schema.delivery, [
                {"mailing_id": f"m-{mailing}", "subscriber_id": number, "variant": "all", "attempts": 1,
                 "address": f"Reader.{number}@mail{number % 977}.example", "name": f"Reader Nº {number}",
                 "state": chance.choice(OUTCOMES), "next_try": None, "owner": f"boot:{mailing}", "code": 250,
                 "detail": f"2.0.0 Ok: queued as {number * 7919:X}", "changed": at + timedelta(days=mailing)}
                for number, at in added.items()
            ]  # fmt: skip
    yield schema.mailing, [
        {"id": f"m-{number}", "issue": f"issue {number}", "kind": "issue", "content_sha256": f"{number:064x}",
         "variants": ["all"], "frozen": FIRST, "recipients": people}
        for number in range(mailings)
    ]  # fmt: skip


def _begin(root: Path, source: str, target: str, out: Path) -> subprocess.Popen[bytes]:
    verb = (sys.executable, "-m", "digest", "-q", "-C", root, "migrate-store", source, target, "--json")
    with out.open("wb") as file:
        return subprocess.Popen(list(map(str, verb)), stdout=file, cwd=ROOT)


def move(root: Path, source: str, target: str) -> Moved:
    """One move, whole.

    Raises:
        RuntimeError: it failed.
    """
    out, begin = root / "moved.json", time.perf_counter()
    process = _begin(root, source, target, out)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - begin
    if process.returncode:
        raise RuntimeError(f"{source} to {target}: exit code {process.returncode}")
    tables = json.loads(out.read_text("utf-8"))["tables"]
    return Moved(
        seconds=seconds,
        megabytes=used.ru_maxrss / 1024 / KILOBYTE,
        tables={name: (told["rows"], told["sha256"]) for name, told in tables.items()},
    )


def kill(root: Path, source: str, target: str, after_s: float) -> bool:
    """Begin a move and end it after so long; False: it was quicker."""
    process = _begin(root, source, target, root / "killed.json")
    try:
        process.wait(after_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    return False


def measure(root: Path, size: Size, *, people: int, mailings: int, kills: int, seed: int) -> dict[str, float]:
    """All figures."""
    load, chance = os.getloadavg()[0], random.Random(seed)
    make_history(root, size)
    add_people(root, people, mailings)
    megabytes = (root / "state" / "digest.db").stat().st_size / 1e6
    with ExitStack() as stack:
        server = stack.enter_context(running(options=()))
        first, second = server.empty(), server.empty()
        there = move(root, FILE, first)
        back = move(root, first, "sqlite:///state/back.db")
        share = sorted(chance.uniform(0.05, 0.9) for _ in range(kills))
        killed = sum(kill(root, "sqlite:///state/back.db", second, one * there.seconds) for one in share)
        last = move(root, "sqlite:///state/back.db", second)
    return {
        "rows": sum(rows for rows, _ in there.tables.values()),
        "mb": round(megabytes, 1),
        "to_postgres_s": round(there.seconds, 1),
        "to_sqlite_s": round(back.seconds, 1),
        "peak_mb": round(max(there.megabytes, back.megabytes), 1),
        "equal": int(there.tables == back.tables),
        "kills": killed,
        "equal_after_kill": int(last.tables == there.tables),
        "after_kill_s": round(last.seconds, 1),
        "load": round(load, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=50_000)
    parser.add_argument("--issues", type=int, default=200)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--mailings", type=int, default=3)
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--seed", type=int, default=9)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    size = Size(issues=given.issues, entries=given.entries)
    with tempfile.TemporaryDirectory() as folder:
        told = measure(Path(folder) / "brief", size, people=given.people, mailings=given.mailings, kills=given.kills,
                       seed=given.seed)  # fmt: skip
    print(json.dumps(told) if given.json else "\n".join(f"{name:18}{value:>12,}" for name, value in told.items()))


if __name__ == "__main__":
    main()
