"""How soon due feeds are workers' work, and how fast one worker reads them: python tests/bench/duefeeds.py [--json].

Needs PostgreSQL's programs (Debian: postgresql); a server of its own is started and removed. Prints

    rows, due      feeds that are listed, and those of them that are due
    list_s         seconds to make the store know them, when feeds.toml is new to it
    claim_s        seconds to claim the due ones
    handed_s       seconds of the whole planning: look whether feeds.toml has changed, claim, cut, leave the jobs
    jobs           what became of them
    feeds          small feeds, on 50 hosts of this machine, that one `digest worker` was given
    feeds_per_s    how many it read a second for the first time, from the start of the first job to the end of all
    again_per_s    the same when they are due again, and every server answers that nothing has changed
    load           the machine's load average before it began

claim_s and handed_s are medians of --rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import psycopg
from sqlalchemy import func, select, text, update

from digest.model import Source
from digest.production.duefeeds import list_feeds
from digest.project import Project, open_project
from digest.scale.feedjobs import MOST_OUT, plan_fetch
from digest.scale.queue import prepare_queue
from digest.scale.timing import Timing
from digest.scale.workplace import Workplace
from digest.store import claims
from digest.store.schema import source as table
from tests.bench.ingesting.server import Plan, Server
from tests.support.postgres import running
from tests.support.project import item, make_project, rss

ROOT = Path(__file__).parents[2]
ROWS, DUE, HOSTS = 100_000, 10_000, 20_000
FEEDS = 2_000
PATIENCE_S = 600.0
_CONFIG = """\
[newsletter]
title = "The Harbour Brief"
from = "The Harbour Brief <brief@harbour.example>"

[gather]
allow_private = true

[store]
url = "{url}"
"""
_JOBS = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'fetch_batch'"
_TIMES = (
    "SELECT extract(epoch FROM max(at) FILTER (WHERE type <> 'started') - min(at) FILTER (WHERE type = 'started'))"
    " FROM procrastinate_events JOIN procrastinate_jobs ON job_id = procrastinate_jobs.id"
    " WHERE task_name = 'fetch_batch' AND type IN ('started', 'succeeded', 'failed')"
)


class Clock:
    """The machine's."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def claim_trial(url: str, *, rows: int = ROWS, due: int = DUE, rounds: int = 3) -> dict[str, Any]:
    """Hand out the due ones of many feeds, in an empty store at this address."""
    with tempfile.TemporaryDirectory(prefix="digest-bench-") as folder:
        make_project(Path(folder), config=_CONFIG.format(url=url), feeds=None)
        with open_project(Path(folder)) as opened:
            sources = tuple(
                Source(id=f"feed-{n}", kind="feed", location=f"https://h{n % HOSTS}.example/{n}.xml", name="")
                for n in range(rows)
            )
            project = replace(opened, config=replace(opened.config, sources=sources))
            prepare_queue(project.store)
            began = time.perf_counter()
            list_feeds(project)
            told: dict[str, Any] = {"rows": rows, "due": due, "list_s": round(time.perf_counter() - began, 3)}
            place = Workplace(project, environ={}, clock=Clock(), timing=Timing.of(60))
            claimed, handed = [], []
            for _ in range(rounds):
                claimed.append(_claimed(project, due))
                told["jobs"], seconds = _handed(project, place, due)
                handed.append(seconds)
            place.close()
    return told | {"claim_s": round(median(claimed), 3), "handed_s": round(median(handed), 3)}


def _claimed(project: Project, due: int) -> float:
    """Claim what is due, and no more."""
    _make_due(project, due)
    now, began = datetime.now(UTC), time.perf_counter()
    with project.store.share() as connection:
        until = now + timedelta(minutes=15)
        found = claims.claim_due(connection, token="bench", now=now, until=until, most=MOST_OUT)
    seconds = time.perf_counter() - began
    assert len(found) == due
    return seconds


def _handed(project: Project, place: Workplace, due: int) -> tuple[int, float]:
    """Plan, as workers do each minute; how many jobs that made, and the seconds."""
    _make_due(project, due)
    began = time.perf_counter()
    plan_fetch(place)
    seconds = time.perf_counter() - began
    with project.store.read() as connection:
        assert claims.count_out(connection, now=datetime.now(UTC)) == due
        query = _JOBS + " AND (args->>'claim') = (SELECT max(claim) FROM source)"
        return connection.execute(text(query)).scalar_one(), seconds


def _make_due(project: Project, due: int) -> None:
    """So many, spread over all hosts; the others within the hour, as after a day of work."""
    now = datetime.now(UTC)
    later = {"next_due": now + timedelta(minutes=40), "first_fetched": now, "last_fetched": now, "etag": '"of-before"'}
    with project.store.write() as connection:
        connection.execute(update(table).values(claim=None, claimed_until=None, **later))
        some = select(table.c.id).order_by(func.md5(table.c.id)).limit(due)
        connection.execute(update(table).where(table.c.id.in_(some)).values(next_due=now - timedelta(minutes=1)))
    with project.store.look() as connection:  # as autovacuum would
        connection.exec_driver_sql("VACUUM ANALYZE source")


def fetch_trial(*, feeds: int = FEEDS) -> dict[str, Any]:
    """Have one worker read feeds from a loopback server, on a server of PostgreSQL of its own: twice."""
    with running() as server, tempfile.TemporaryDirectory(prefix="digest-bench-") as folder:
        root, url = Path(folder), server.fresh()
        with Server(_pages(root / "pages", feeds), root=ROOT) as site:
            listed = "\n".join(f'[[feed]]\nurl = "{address}"\nid = "f{n}"\n' for n, address in enumerate(site.feeds))
            make_project(root / "brief", config=_CONFIG.format(url=url), feeds=listed)
            with open_project(root / "brief") as project:
                prepare_queue(project.store)
                first = _read_all(project, feeds)
                assert _count(project, "SELECT count(*) FROM source WHERE body_sha256 IS NOT NULL") == feeds
                with project.store.write() as connection:
                    connection.execute(update(table).values(next_due=None))
                    connection.execute(text("DELETE FROM procrastinate_jobs"))
                again = _read_all(project, feeds)
    return {"feeds": feeds, "feeds_per_s": round(feeds / first, 1), "again_per_s": round(feeds / again, 1)}


def _pages(folder: Path, feeds: int) -> Path:
    """A small feed for each address, all different."""
    folder.mkdir()
    names = []
    for number in range(feeds):
        items = (
            item(f"The quay gets crane {n}", f"https://harbour.example/{number}/{n}", day=10 + n) for n in range(5)
        )
        path = folder / f"{number}.xml"
        path.write_text(rss(*items, title=f"Harbour {number}"), "utf-8")
        names.append(str(path))
    return Plan(documents=tuple(names), shares=tuple(range(feeds))).write(folder / "plan.json")


def _read_all(project: Project, feeds: int) -> float:
    """Hand out, and let a worker read; the seconds from the first job's begin to the last one's end."""
    place = Workplace(project, environ={}, clock=Clock(), timing=Timing.of(60))
    plan_fetch(place)
    place.close()
    command = [sys.executable, "-m", "digest", "-C", str(project.root), "worker", "--queues", "fetch"]
    log = project.root / "worker.txt"
    with log.open("wb") as file:
        worker = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=file)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while _count(project, f"{_JOBS} AND status NOT IN ('succeeded', 'failed')"):
            assert worker.poll() is None and time.monotonic() < deadline, log.read_text("utf-8")  # noqa: PT018
            time.sleep(0.1)
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(60)
    assert _count(project, f"{_JOBS} AND status = 'succeeded'"), log.read_text("utf-8")
    assert _count(project, "SELECT count(*) FROM source WHERE last_fetched IS NOT NULL AND claim IS NULL") == feeds
    return float(_ask(project, _TIMES))


def _count(project: Project, query: str) -> int:
    return int(_ask(project, query))


def _ask(project: Project, query: str) -> Any:
    with psycopg.connect(project.settings.store.url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--due", type=int, default=DUE)
    parser.add_argument("--feeds", type=int, default=FEEDS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    told: dict[str, Any] = {"load": round(os.getloadavg()[0], 2)}
    with running() as server:
        told = claim_trial(server.fresh(), rows=given.rows, due=given.due, rounds=given.rounds) | told
    told |= fetch_trial(feeds=given.feeds)
    print(json.dumps(told) if given.json else "\n".join(f"{name:14}{value:>12,}" for name, value in told.items()))


if __name__ == "__main__":
    main()
