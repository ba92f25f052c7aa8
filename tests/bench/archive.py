"""What ten years of a weekly newsletter cost to publish and to search: python tests/bench/archive.py [--json].

A newsletter is made with --issues issues of --stories stories behind it and --entries entries in all, and then
published and searched, each through the functions that the verbs call. Prints

    publish_all_s     seconds of publishing the whole site into an empty folder, the browser's search index apart
    publish_one_s     seconds of publishing one more issue
    publish_again_s   seconds of publishing when nothing has changed
    publish_all_cpu_s, publish_one_cpu_s  seconds of one processor in them, for machines that are busy
    home_kb           kilobytes of the home page
    site_mb, pages    megabytes of the whole site, and how many pages it has
    index_s           seconds of indexing everything for `digest search`
    index_ratio       bytes of the full-text indexes in the store, for each byte of the texts they are of
    search_p50_ms     milliseconds that half of the searches stay under
    search_p99_ms     milliseconds that 99 in 100 of them stay under, stop words and short beginnings among them
    searches          how many there were; each kind's worst is told on standard error
    browser_index_s   seconds of making the browser's search index of the whole site; only with --browser
    load              the machine's load average before it began
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # this file is run as a script

from sqlalchemy import text  # noqa: E402  the path comes first

from digest import pipeline  # noqa: E402
from digest.project import Project, open_project  # noqa: E402
from digest.store.database import Store  # noqa: E402
from digest.store.search import index_new  # noqa: E402
from digest.store.searchindex import ENTRIES, PRINTED  # noqa: E402
from tests.bench.archiving.history import History, Size, make_history  # noqa: E402
from tests.bench.archiving.queries import make_queries, percentile, took_ms  # noqa: E402

ROUNDS = 3
"""How often everything is searched; the first round is of a store that was just opened."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Make it, measure, print."""
    wanted = _arguments(arguments)
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="digest-bench-") as folder:
        size = Size(issues=wanted.issues, stories=wanted.stories, entries=wanted.entries)
        begin = time.perf_counter()
        history = make_history(Path(folder) / "brief", size)
        print(f"made {size.issues:,} issues, {size.entries:,} entries in {_since(begin)} s", file=sys.stderr)
        told = published(history, browser=wanted.browser) | searched(history, each=wanted.queries)
    told["load"] = round(load, 2)
    if not wanted.json:
        for name, value in told.items():
            print(f"{name:18}{value:>12,}")
    print(json.dumps(told)) if wanted.json else None
    return 0


def published(history: History, *, browser: bool) -> dict[str, float]:
    """The figures of publishing."""
    *_, newest = history.names
    all_s, all_cpu_s = _publish(history, newest)
    with open_project(history.root) as project:
        pipeline.approve(project, by="The bench", now=history.now, name=history.next_name)
    one_s, one_cpu_s = _publish(history, history.next_name)
    again_s, _ = _publish(history, history.next_name)
    with open_project(history.root) as project:
        told = {"publish_all_s": all_s, "publish_one_s": one_s, "publish_again_s": again_s} | _site(project)
    told |= {"publish_all_cpu_s": all_cpu_s, "publish_one_cpu_s": one_cpu_s}
    return told | ({"browser_index_s": _browser(history)} if browser else {})


def _publish(history: History, name: str) -> tuple[float, float]:
    """The seconds it took, of the clock and of the processor."""
    with open_project(history.root) as project:
        begin, cpu = time.perf_counter(), time.process_time()
        pipeline.publish(project, now=history.now, name=name)
        return _since(begin), round(time.process_time() - cpu, 2)


def _site(project: Project) -> dict[str, float]:
    files = [path for path in project.site_dir.rglob("*") if path.is_file()]
    return {
        "home_kb": round((project.site_dir / "index.html").stat().st_size / 1000, 1),
        "site_mb": round(sum(path.stat().st_size for path in files) / 1e6, 1),
        "pages": sum(path.suffix == ".html" for path in files),
    }


def _browser(history: History) -> float:
    settings = history.root / "digest.toml"
    settings.write_text(settings.read_text("utf-8").replace("search = false", "search = true"), "utf-8")
    seconds, _ = _publish(history, history.next_name)
    return seconds


def searched(history: History, *, each: int) -> dict[str, float]:
    """The figures of searching."""
    with open_project(history.root) as project:
        begin = time.perf_counter()
        with project.store.write() as connection:
            index_new(connection)
        index_s = _since(begin)
        ratio = index_ratio(project.store)
    queries = make_queries(history, each=each)
    took: list[float] = []
    worst: dict[str, tuple[float, str]] = {}
    for _ in range(ROUNDS):
        with open_project(history.root) as project:  # a new connection: nothing is in its cache
            once = took_ms(project.store, queries)
        took += once
        for query, milliseconds in zip(queries, once, strict=True):
            worst[query.kind] = max(worst.get(query.kind, (0.0, "")), (milliseconds, query.words))
    for kind, (milliseconds, words) in sorted(worst.items(), key=lambda one: -one[1][0]):
        print(f"{kind:22}{milliseconds:8.1f} ms  {words}", file=sys.stderr)
    return {
        "index_s": index_s,
        "index_ratio": ratio,
        "search_p50_ms": round(percentile(took, 0.5), 2),
        "search_p99_ms": round(percentile(took, 0.99), 2),
        "searches": len(took),
    }


def index_ratio(store: Store) -> float:
    """Bytes of the full-text indexes in the store's file, for each byte (UTF-8) of the texts they are of."""
    texts, pages = 0, 0
    with store.read() as connection:
        for index in (ENTRIES, PRINTED):
            sizes = " + ".join(f"sum(length(CAST({name} AS BLOB)))" for name in index.texts)
            texts += connection.execute(text(f"SELECT {sizes} FROM {index.of.name}")).scalar() or 0
            parts = [f"{index.name}_{part}" for part in ("data", "idx", "docsize", "config", "letters", "stale")]
            names = ", ".join(f"'{part}'" for part in parts)
            # What every page has in it, whole: also what is free in it.
            used = connection.execute(text(f"SELECT sum(pgsize) FROM dbstat WHERE name IN ({names})")).scalar()
            pages += used or 0
    return round(pages / texts, 3)


def _since(begin: float) -> float:
    return round(time.perf_counter() - begin, 2)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--issues", type=int, default=520)
    parser.add_argument("--stories", type=int, default=20, help="of an issue (20)")
    parser.add_argument("--entries", type=int, default=100_000, help="in all, used or not (100,000)")
    parser.add_argument("--queries", type=int, default=20, help="of each kind (20)")
    parser.add_argument("--browser", action="store_true", help="make the browser's search index, too")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object in the last line")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
