"""A newsletter on a server, its feeds on hosts of this machine, and a worker's hands."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Select, func, select, update

from digest.project import Project, open_project
from digest.scale.feedjobs import fetch_batch
from digest.scale.queue import prepare_queue
from digest.scale.workplace import Workplace
from digest.store import schema
from digest.store.database import open_store
from tests.scale.feedhand import Clock, waiting_jobs, workplace
from tests.support.http import Page, Request, Site, serving
from tests.support.postgres import Cluster
from tests.support.project import item, make_project, rss

HOME = Path(__file__).parents[2]
PATIENCE_S = 60.0
CONFIG = """\
[newsletter]
title = "The Harbour Brief"
from = "The Harbour Brief <brief@harbour.example>"

[gather]
allow_private = true
interval_minutes = 60

[store]
url = "{url}"
"""


class Scene:
    """A newsletter on a server, its feeds on hosts of this machine, and a worker's hands."""

    def __init__(self, root: Path, url: str, sites: list[Site]) -> None:
        self.root, self.url, self.sites = root, url, sites
        self.clock = Clock()
        make_project(root, config=CONFIG.format(url=url), feeds="")
        store = open_store(url, root)
        prepare_queue(store)
        store.close()

    def write_feeds(self, count: int, *, delay_s: float = 0.0) -> None:
        """List so many feeds of three items each, in turn at each host."""
        blocks = []
        for number in range(count):
            site = self.sites[number % len(self.sites)]
            items = (item(f"Quay {number} gets crane {n}", f"https://h.example/{number}/{n}") for n in range(3))
            page = Page(rss(*items, title=f"Quay {number}").encode(), delay_s=delay_s, etag=f'"{number}"')
            blocks.append(f'[[feed]]\nurl = "{site.add(f"/{number}", page)}"\nid = "f{number}"\n')
        (self.root / "feeds" / "feeds.toml").write_text("\n".join(blocks), "utf-8")

    @contextmanager
    def at_work(self) -> Iterator[tuple[Project, Workplace]]:
        with open_project(self.root) as project:
            place = workplace(project, self.clock)
            try:
                yield project, place
            finally:
                place.close()

    def begin(self) -> subprocess.Popen[bytes]:
        """Somebody else, who does the batches that wait."""
        with (self.root / "hand.txt").open("wb") as file:
            command = [sys.executable, "-m", "tests.scale.feedhand", str(self.root)]
            return subprocess.Popen(command, cwd=HOME, stdout=file, stderr=file)

    def said(self) -> str:
        file = self.root / "hand.txt"
        return file.read_text("utf-8") if file.exists() else ""

    def requests(self) -> list[Request]:
        return [request for site in self.sites for request in site.requests]

    def asked(self) -> list[str]:
        return sorted(request.path for request in self.requests())


def do_all(project: Project, place: Workplace) -> int:
    jobs = waiting_jobs(project)
    for args in jobs:
        fetch_batch(place, **args)
    return len(jobs)


def entries_of(project: Project) -> dict[str, int]:
    table = schema.entry.c
    query = select(table.source_id, func.count()).group_by(table.source_id)
    with project.store.read() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def claims_of(project: Project) -> dict[str, str | None]:
    with project.store.read() as connection:
        return {row[0]: row[1] for row in connection.execute(select(schema.source.c.id, schema.source.c.claim))}


def count(project: Project, query: Select[int]) -> int:
    with project.store.read() as connection:
        return connection.scalar(query) or 0


def make_due(project: Project, moment: datetime, *ids: list[str]) -> None:
    some = schema.source.c.id.in_([id_ for names in ids for id_ in names])
    with project.store.share() as connection:
        connection.execute(update(schema.source).where(some).values(next_due=moment))


def let_claims_run_out(project: Project) -> None:
    with project.store.share() as connection:
        connection.execute(update(schema.source).values(claimed_until=func.now() - timedelta(seconds=1)))


def wait_until(what: Callable[[], object], said: Callable[[], str]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < deadline, said()
        time.sleep(0.02)


def all_of(count: int) -> dict[str, int]:
    return {f"f{number}": 3 for number in range(count)}


@pytest.fixture(name="make_scene")
def found_scene(cluster: Cluster, tmp_path: Path) -> Iterator[Callable[..., Scene]]:
    with ExitStack() as stack:

        def make(hosts: int = 3) -> Scene:
            sites = [stack.enter_context(serving(host=f"127.0.0.{number + 2}")) for number in range(hosts)]
            return Scene(tmp_path / "brief", cluster.fresh(), sites)

        yield make
