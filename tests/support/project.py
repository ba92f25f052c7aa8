"""Newsletters to try things on: folders with a digest.toml, feed files and notes, all of it made up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path

from digest.project import Project, open_project
from tests.support.stores import with_store

NOW = "2026-11-18T12:00Z"
"""A Wednesday in the period 2026-W47, which closes on Friday 20 November 2026, 07:00 UTC."""

NEXT_WEEK = "2026-11-25T12:00Z"

CONFIG = """\
[newsletter]
title = "The Trial"
from = "The Trial <trial@example.org>"

[[section]]
title = "World"

[[section]]
title = "Energy"
about = "grid, heat, power, wind, network charges"

[check]
block = ["embargo"]

[publish]
search = false  # an index for browsers is a second of work, and tested where it is about it
"""


def at(day: int, hour: int = 9) -> datetime:
    """A moment in November 2026."""
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def item(title: str, link: str, *, day: int = 17, text: str = "") -> str:
    """An item of an RSS feed."""
    body = text or f"{title}. That is what the report says on its first page. It goes on for forty more."
    return (
        f"<item><title>{escape(title)}</title><link>{escape(link)}</link><guid>{escape(link)}</guid>"
        f"<pubDate>{format_datetime(at(day))}</pubDate><description>{escape(body)}</description></item>"
    )


def rss(*items: str, title: str = "Grid Watch") -> str:
    """An RSS feed."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>{escape(title)}</title>'
        f"<link>https://gridwatch.example/</link><description>Made up.</description>{''.join(items)}</channel></rss>\n"
    )


ITEMS = (
    item("Wind farms wait nine years for a cable", "https://gridwatch.example/wind", day=17),
    item("A harbour town heats itself with sea water", "https://gridwatch.example/heat", day=16),
    item("Regulator publishes new network charges", "https://gridwatch.example/charges", day=15),
)
FEEDS = '[[feed]]\npath = "grid.xml"\nid = "grid"\nname = "Grid Watch"\n'


def make_project(
    root: Path, *, config: str = CONFIG, feeds: str | None = FEEDS, files: Mapping[str, str] | None = None
) -> Path:
    """Make a newsletter: by default with one feed file of three items. ``files`` are paths below its folder.

    Its store is where ``tests.support.stores`` says.
    """
    config = with_store(root, config)
    texts = {"digest.toml": config, "feeds/grid.xml": rss(*ITEMS)} if feeds == FEEDS else {"digest.toml": config}
    texts |= {"feeds/feeds.toml": feeds} if feeds is not None else {}
    for name, text in (texts | dict(files or {})).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


@contextmanager
def opened(root: Path) -> Iterator[Project]:
    """The newsletter, opened as the verbs open it."""
    with open_project(root) as project:
        yield project


def snapshot(root: Path) -> dict[str, bytes]:
    """Every file below a folder and its bytes, but not the logs SQLite keeps beside an open store."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm", ".lock"))
    }
