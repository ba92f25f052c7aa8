"""The two sides: digest and the PyPI package reader, each with its database in a folder of its own.

``python -m tests.bench.ingesting.sides SIDE WHAT FOLDER [NOW]`` does one thing in a fresh process and prints JSON.
``prepare`` writes the subscriptions, ``poll`` is what is measured, ``count`` says what lies in the database.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

Side = Literal["digest", "reader"]
WORKERS = 10
"""Of reader: the number its documentation and its command line use in examples."""

_SETTINGS = """\
[newsletter]
title = "The Benchmark"
from = "Bench <bench@example.org>"

[gather]
allow_private = true
interval_minutes = 0
connections = 20
read_backlog = {backlog}
"""


def prepare_digest(folder: Path, urls: list[str], *, backlog: bool) -> None:
    """A newsletter with these feeds; ``backlog``: whether a first fetch reads what is too old to be news."""
    (folder / "feeds").mkdir(parents=True)
    (folder / "digest.toml").write_text(_SETTINGS.format(backlog=str(backlog).lower()), "utf-8")
    listed = (f'[[feed]]\nurl = "{url}"\nid = "f{number}"\n' for number, url in enumerate(urls))
    (folder / "feeds" / "feeds.toml").write_text("\n".join(listed), "utf-8")


def poll_digest(folder: Path, now: datetime) -> dict[str, Any]:
    """Ask all feeds, by the public API. ``ask_all``: also those whose publisher names a slower rhythm (``ttl``)."""
    import digest.gather.reading
    import digest.gather.web.http
    import digest.production.intake  # noqa: F401  a poll would import them
    from digest import pipeline
    from digest.project import open_project

    outcomes, new, backlog, troubled = Counter[str](), 0, 0, 0
    started = time.perf_counter()
    with open_project(folder) as project:
        for fetched in pipeline.fetch(project, now=now, ask_all=True):
            outcomes[fetched.reading.outcome] += 1
            new += fetched.filed.new + fetched.filed.held
            backlog += fetched.filed.backlog
            troubled += bool(fetched.reading.problems)
    wall = time.perf_counter() - started
    return {"wall_s": wall, "outcomes": outcomes, "new": new, "backlog": backlog, "troubled": troubled}


def count_digest(folder: Path) -> dict[str, int]:
    """Entries in the store by the number of the feed; -1: digest says that it cannot read it."""
    from digest.project import open_project
    from digest.store import entries, sources

    with open_project(folder) as project, project.store.read() as connection:
        counts = entries.counts_by_source(connection)
        rows = sources.load_sources(connection)
        return {
            name.removeprefix("f"): counts.get(name, -1 if row.state.last_problem else 0) for name, row in rows.items()
        }


def prepare_reader(folder: Path, urls: list[str]) -> None:
    """A database with these feeds."""
    from reader import make_reader

    folder.mkdir(parents=True)
    with make_reader(str(folder / "reader.db")) as reader:
        for url in urls:
            reader.add_feed(url)


def poll_reader(folder: Path) -> dict[str, Any]:
    """Ask all feeds. ``scheduled=False``: also those that were asked less than an hour ago."""
    import reader._parser.feedparser  # a poll would import them
    import reader._parser.http  # noqa: F401
    from reader import make_reader

    started = time.perf_counter()
    with make_reader(str(folder / "reader.db")) as opened:
        opened.update_feeds(workers=WORKERS, scheduled=False)
    return {"wall_s": time.perf_counter() - started}


def count_reader(folder: Path) -> dict[str, int]:
    """Entries in the database by the number of the feed; -1: reader says that it cannot read it."""
    from reader import make_reader

    with make_reader(str(folder / "reader.db")) as reader:
        return {
            feed.url.rpartition("/")[2]: -1
            if feed.last_exception and not reader.get_entry_counts(feed=feed).total
            else reader.get_entry_counts(feed=feed).total or 0
            for feed in reader.get_feeds()
        }


def _main(side: str, what: str, folder: Path, now: str | None) -> Any:
    moment = datetime.fromisoformat(now) if now else datetime.now(UTC)
    if what == "prepare":
        urls = json.loads((folder.parent / "urls.json").read_text("utf-8"))
        if side == "reader":
            return prepare_reader(folder, urls)
        return prepare_digest(folder, urls, backlog=now is None)
    if what == "poll":
        return poll_digest(folder, moment) if side == "digest" else poll_reader(folder)
    return count_digest(folder) if side == "digest" else count_reader(folder)


if __name__ == "__main__":
    print(json.dumps(_main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), next(iter(sys.argv[4:]), None))))
