"""What an entry costs: to file, to index for search, to keep; and what a draft of many costs, which grows faster."""

from __future__ import annotations

import contextlib
import gc
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from math import log
from pathlib import Path

from digest.curate.briefing import brief
from digest.model import Entry, Html, Period, Source
from digest.store.database import Store, open_store
from digest.store.entries import file_entries
from digest.store.search import index_new
from tests.bench.archiving.words import Language
from tests.bench.curate import A_WEEK, FEEDS, SETTINGS, texts
from tests.bench.curate import entries as weeks_of
from tests.bench.growing.meter import Spent, spending
from tests.bench.growing.recipients import SQLITE
from tests.support.postgres import Cluster

ROOT = Path(__file__).resolve().parents[3]
SENTENCES = 13  # of 15 words: about as long as a release
_AT_ONCE = 1000
_NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
_WEEK = timedelta(days=7)
END = datetime(2026, 11, 20, 7, tzinfo=UTC)


def entries(server: Cluster | None, count: int) -> dict[str, float]:
    """The figures of one kind of store, SQLite without a ``server``: microseconds and bytes for each entry."""
    made = list(make(count))
    with tempfile.TemporaryDirectory() as folder:
        url = server.fresh() if server else SQLITE
        with contextlib.closing(open_store(url, Path(folder))) as store:
            empty = _size(store)
            with spending(store, server) as filing:
                for start in range(0, count, _AT_ONCE):
                    with store.write() as connection:
                        file_entries(connection, made[start : start + _AT_ONCE], now=_NOW, news_from=None)
            filed = _size(store)
            with spending(store, server) as indexing, store.write() as connection:
                index_new(connection)
            indexed = _size(store)
    prefix = "entry_pg" if server else "entry"
    each = {"us_file": _us(filing), "wal_bytes": filing.wal_bytes, "bytes": float(filed - empty),
            "us_index": _us(indexing), "index_bytes": float(indexed - filed)}  # fmt: skip
    told = {f"{prefix}_{name}": value / count for name, value in each.items()}
    if not server:
        told["entry_text_bytes"] = sum(len(one.text.encode()) + len(one.body.encode()) for one in made) / count
    return told


def _us(spent: Spent) -> float:
    return (spent.cpu_s + spent.server_cpu_s) * 1e6


def _size(store: Store) -> int:
    with store.read() as connection:
        if store.path is None:
            return connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar() or 0
        return connection.exec_driver_sql("SELECT sum(pgsize) FROM dbstat").scalar() or 0


def make(count: int) -> Iterator[Entry]:
    """So many entries of invented words, with bodies; the same ones each time."""
    language = Language(seed=9)
    for number in range(count):
        told = language.sentences(SENTENCES)
        text = "\n\n".join(" ".join(told[at : at + 4]) for at in range(0, len(told), 4))
        key = sha256(f"growth {number}".encode()).hexdigest()[:12]
        yield Entry(
            id=key, source_id=f"feed-{number % FEEDS}", title=language.headline(), url=f"https://feed.example/{key}",
            url_key=f"feed.example/{key}", body=Html("".join(f"<p>{one}</p>" for one in text.split("\n\n"))),
            text=text, summary=text[:160], language="en", published=_NOW - timedelta(minutes=number % 10_000),
            first_seen=_NOW, fingerprint=key,
        )  # fmt: skip


# --- drafting ---------------------------------------------------------------------------------------------------


def drafts(corpora: Path, sizes: Sequence[int], beyond: int | None) -> dict[str, float]:
    """CPU seconds and memory of a draft of so many entries of one week, each in a process of its own.

    What they say of a draft of ``beyond`` entries is held against one; None: it is not.
    """
    told: dict[str, float] = {}
    points: list[tuple[float, float]] = []
    for size in sizes:
        found = _draft_alone(corpora, size)
        points.append((size, found["cpu_s"]))
        told |= {f"draft_{size}_s": found["cpu_s"], f"draft_{size}_mb": found["rss_mb"]}
    each_s, more_s = parabola(points)
    told |= {
        "draft_exponent": slope(points),
        "draft_exponent_last": slope(points[-2:]),
        "entry_us_draft": each_s * 1e6,
        "entry_us_draft_million": more_s * 1e12,
    }
    if 10_000 in sizes:
        told["entry_us_draft_10k"] = told["draft_10000_s"] * 100
    if beyond:
        last, again = sizes[-1], _draft_alone(corpora, sizes[-1])  # once more: another hour, another speed
        told["draft_beyond_times"] = _draft_alone(corpora, beyond)["cpu_s"] / again["cpu_s"]
        told["draft_beyond_times_forecast"] = (each_s + more_s * beyond) * beyond / ((each_s + more_s * last) * last)
    return told


def _draft_alone(corpora: Path, size: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.growing.entries", str(corpora), str(size)]
    ran = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(ran.stdout)
    print(f"draft of {size:,} entries: {found}", file=sys.stderr, flush=True)
    return found


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The exponent b of y = a·xᵇ that fits best: least squares of the logarithms."""
    logs = [(log(x), log(y)) for x, y in points]
    middle_x, middle_y = (sum(column) / len(logs) for column in zip(*logs, strict=True))
    over: float = sum((x - middle_x) * (y - middle_y) for x, y in logs)
    under: float = sum((x - middle_x) * (x - middle_x) for x, _ in logs)
    return over / under


def parabola(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The a and b of y = a·x + b·x² that fit best: least squares of the errors, each in parts of what was measured."""
    rows = [(x / y, x * x / y) for x, y in points]
    aa, ab, bb = (sum(one[i] * one[j] for one in rows) for i, j in ((0, 0), (0, 1), (1, 1)))
    a, b = (sum(one[i] for one in rows) for i in (0, 1))
    under = aa * bb - ab * ab
    return (a * bb - b * ab) / under, (b * aa - a * ab) / under


def crowded(corpora: Path, size: int) -> list[Entry]:
    """So many entries of one week.

    tests/bench/curate.py makes ten weeks of 10,000, each with names of its own. Here those weeks happen at once, as
    they would to a newsletter of many countries: what is near in time is no longer few.
    """
    weeks = max(1, -(-size // A_WEEK))
    found = []
    for number, one in enumerate(weeks_of(texts(corpora), weeks)):
        if number >= size:
            break
        late = (END - (one.published or END)) % _WEEK
        found.append(replace(one, published=END - late, first_seen=END - late))
    return found


def draft(corpora: Path, size: int) -> dict[str, float]:
    """Draft once, in this process, with the garbage collected as rarely as the command does."""
    sources = {
        f"feed-{n}": Source(id=f"feed-{n}", kind="feed", location=f"https://{n}.example/feed", name=f"Feed {n}")
        for n in range(FEEDS)
    }
    gc.set_threshold(50_000, 10, 10)
    batch = crowded(corpora, size)
    began = time.process_time()
    made = brief(batch, sources=sources, settings=SETTINGS,
                 period=Period(name="2026-W47", start=END - _WEEK, end=END))  # fmt: skip
    seconds = time.process_time() - began
    peak = re.search(r"^VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("utf-8"), re.MULTILINE)
    stories = len(made.stories) + len(made.candidates)
    return {"cpu_s": seconds, "rss_mb": int(peak[1]) / 1024 if peak else 0.0, "stories": float(stories)}


if __name__ == "__main__":
    print(json.dumps(draft(Path(sys.argv[1]), int(sys.argv[2]))))
