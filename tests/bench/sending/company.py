"""What else may go on while mail is sent: an hourly fetch that writes to the same store, and a disk that fills up."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.ingesting.bodies import find_bodies, with_new_item
from tests.bench.sending.brief import ROOT
from tests.support.http import Page, Site, serving
from tests.support.project import item, rss

CAPTURED = ("fastfeedparser-bench", "codehollow-feedreader")
"""Folders below ``$DIGEST_CORPORA/feeds`` with what publishers really sent."""


@dataclass(slots=True)
class Fetches:
    """How often the other command ran, and how it ended."""

    codes: list[int] = field(default_factory=list)
    feeds: int = 0
    captured: bool = False


@contextlib.contextmanager
def feed_server(count: int) -> Iterator[tuple[Site, bool]]:
    """A server with so many feeds on this machine, and whether they are captured ones, not made up."""
    folders = [
        Path(os.environ["DIGEST_CORPORA"]) / "feeds" / name for name in CAPTURED if "DIGEST_CORPORA" in os.environ
    ]
    bodies = [path.read_bytes() for path in find_bodies([one for one in folders if one.is_dir()])]
    bodies = [body for body in bodies if with_new_item(body) is not None][:count]
    captured = len(bodies) == count
    if not captured:
        items = [item(f"Ship {number} arrives", f"https://ships.example/{number}") for number in range(40)]
        bodies = [rss(*items, title=f"Ships {number}").encode() for number in range(count)]
    with serving() as site:
        for number, body in enumerate(bodies):
            site.add(f"/{number}.xml", Page(body))
        yield site, captured


def feed_list(site: Site) -> str:
    """These feeds as feeds.toml names them."""
    return "".join(f'[[feed]]\nurl = "{site.url}{path}"\nid = "feed-{path[1:-4]}"\n' for path in site.pages)


@contextlib.contextmanager
def fetching(root: Path, site: Site) -> Iterator[Fetches]:
    """`digest fetch --all` again and again, as a process of its own; each time every feed has one more item."""
    done, stop = Fetches(feeds=len(site.pages)), threading.Event()
    command = [sys.executable, "-m", "digest", "-C", str(root), "-q", "fetch", "--all"]

    def go_on() -> None:
        while not stop.is_set():
            for page in site.pages.values():
                page.body = with_new_item(page.body) or page.body
            ran = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            done.codes.append(ran.returncode)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield done
    finally:
        stop.set()
        thread.join()


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[bool]:
    """A disk of its own at a folder; False: only root on Linux may make one, and the folder is an ordinary one."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


@contextlib.contextmanager
def full(folder: Path, dice: random.Random, *, free_kb: int) -> Iterator[None]:
    """The folder's disk with at most so much room."""
    rest = os.statvfs(folder)
    size = rest.f_bavail * rest.f_frsize - dice.randint(8, free_kb) * 1024
    filler = folder / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, size))
    try:
        yield
    finally:
        filler.unlink()
