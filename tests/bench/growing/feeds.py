"""What a feed costs: a round in which nothing is new, a round in which every feed has news, its row, and picking it."""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from digest.config.load import load_config
from digest.store import schema
from digest.store.claims import claim_due
from digest.store.database import Store, open_store
from tests.bench.growing.forecast import BATCH
from tests.bench.growing.meter import spending, table_bytes
from tests.bench.growing.recipients import SQLITE
from tests.bench.ingesting.bodies import find_bodies, share_out
from tests.bench.ingesting.measure import measure
from tests.bench.ingesting.server import Mode, Plan, Server
from tests.support.postgres import Cluster

ROOT = Path(__file__).resolve().parents[3]
_NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def rounds(folders: Sequence[Path], sizes: tuple[int, int]) -> dict[str, float]:
    """Microseconds of all processes of a fetch for each feed more: the difference of two sizes, so no start is in it.

    The feeds are captured ones. ``feed_us_first`` reads whole documents that were never seen, ``feed_us_news`` the same
    with one item more, ``feed_us_304`` none.
    """
    bodies = find_bodies(folders)
    few, many = (_poll_all(bodies, size) for size in sizes)
    more = sizes[1] - sizes[0]
    told = {f"feed_us_{what}": (many[what] - few[what]) * 1e6 / more for what in ("first", "304", "news")}
    told["feed_entries_first"] = (many["entries"] - few["entries"]) / more
    told["feed_document_bytes"] = sum(path.stat().st_size for path in bodies) / len(bodies)
    return told


def _poll_all(bodies: Sequence[Path], feeds: int) -> dict[str, float]:
    shares = share_out(bodies, feeds)
    used = sorted(set(shares))
    plan = Plan(
        documents=tuple(str(bodies[place].resolve()) for place in used),
        shares=tuple(used.index(share) for share in shares),
    )
    with tempfile.TemporaryDirectory(prefix="digest-bench-") as name:
        folder = Path(name)
        with Server(plan.write(folder / "plan.json"), root=ROOT) as server:
            (folder / "urls.json").write_text(json.dumps(server.feeds), "utf-8")
            _child("prepare", folder)
            first, said = _poll(server, folder, "normal")
            again = min(_poll(server, folder, "normal")[0] for _ in range(3))  # short, so more than once
            news, _ = _poll(server, folder, "new")
    told = {"first": first, "304": again, "news": news, "entries": float(said["new"] + said["backlog"])}
    print(f"{feeds} feeds: {told}", file=sys.stderr, flush=True)
    return told


def _poll(server: Server, folder: Path, mode: Mode) -> tuple[float, dict[str, Any]]:
    server.turn(mode)
    cpu_s, output = _child("poll", folder)
    return cpu_s, json.loads(output)


def _child(what: str, folder: Path) -> tuple[float, str]:
    measured = measure(
        [sys.executable, "-m", "tests.bench.ingesting.sides", "digest", what, str(folder / "digest")], cwd=ROOT
    )
    return measured.cpu_s, measured.output


def rows(server: Cluster | None, feeds: int) -> dict[str, float]:
    """Bytes of a feed's row, and microseconds of handing one out; of SQLite, a ``server`` being none, or PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder:
        url = server.fresh() if server else SQLITE
        with contextlib.closing(open_store(url, Path(folder))) as store:
            with spending(store, server) as filing, store.write() as connection:
                connection.execute(insert(schema.source), [_row(number) for number in range(feeds)])
            size = table_bytes(store, "source")
            due, now = 0, _NOW + timedelta(minutes=6)  # a tenth of them
            with spending(store, server) as claiming:
                while found := _claim(store, f"batch-{due}", now):
                    due += found
    prefix = "feed_pg" if server else "feed"
    return {
        f"{prefix}_bytes": size / feeds,
        f"{prefix}_wal_bytes": filing.wal_bytes / feeds,
        f"{prefix}_us_claim": (claiming.cpu_s + claiming.server_cpu_s) * 1e6 / due,
    }


def _claim(store: Store, token: str, now: datetime) -> int:
    """Hand out one batch of what is due, and say how many feeds it has."""
    with store.share() as connection:
        return len(claim_due(connection, token=token, now=now, until=now + timedelta(minutes=5), most=BATCH))


def listing(feeds: int) -> dict[str, float]:
    """Microseconds of reading feeds.toml for each feed in it: every command does, and every worker at its start."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "feeds").mkdir()
        (folder / "digest.toml").write_text('[newsletter]\ntitle = "The Bench"\nfrom = "desk@bench.example"\n', "utf-8")
        listed = (f'[[feed]]\nurl = "{_row(number)["location"]}"\nid = "feed-{number}"\n' for number in range(feeds))
        (folder / "feeds" / "feeds.toml").write_text("\n".join(listed), "utf-8")
        begin = time.process_time()
        load_config(folder)
        return {"feed_us_list": (time.process_time() - begin) * 1e6 / feeds}


def _row(number: int) -> dict[str, Any]:
    host = f"news{number % 1000}.example"
    return {
        "id": f"feed-{number}", "kind": "feed", "location": f"https://{host}/section/{number}/feed.xml",
        "name": f"Harbour Watch {number}", "etag": f'W/"{number * 7919:032x}"',
        "last_modified": "Tue, 17 Feb 2026 06:00:00 GMT", "body_sha256": f"{number:064x}", "first_fetched": _NOW,
        "last_fetched": _NOW, "next_due": _NOW + timedelta(seconds=number % 3600), "asks_s": 0, "failures": 0,
        "last_new": _NOW, "title": f"Harbour Watch {number}", "listed": True, "host": host,
    }  # fmt: skip
