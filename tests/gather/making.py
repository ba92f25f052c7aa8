"""Feeds, sources and documents as the tests of this stage need them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from digest.config.settings import GatherSettings
from digest.gather.files.document import Document
from digest.gather.known import NOTHING, Known
from digest.gather.reading import gather
from digest.model import FetchState, Reading, Source

NOW = datetime(2026, 11, 20, 7, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


def source(location: str = "https://example.org/feed", **rest: Any) -> Source:
    return Source(**{"id": "example", "kind": "feed", "location": location, "name": "", **rest})


def rss(*items: str, title: str = "The Example", head: str = "") -> bytes:
    """An RSS document; an item without a tag is a title."""
    whole = "".join(f"<item>{item if item.startswith('<') else f'<title>{item}</title>'}</item>" for item in items)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"><channel>'
        f"<title>{title}</title><link>https://example.org/</link>{head}{whole}</channel></rss>"
    ).encode()


def document(data: bytes | str, path: str = "feeds/file.txt", *, now: datetime = NOW) -> Document:
    raw = data.encode() if isinstance(data, str) else data
    return Document(path=path, data=raw, modified=datetime(2026, 11, 18, 9, tzinfo=UTC), zone=LONDON, now=now)


def read_all(
    root: Path,
    *sources: Source,
    states: dict[str, FetchState] | None = None,
    now: datetime = NOW,
    ask_all: bool = False,
    newsletter_url: str = "https://brief.example.org/",
    known: Known = NOTHING,
    **settings: Any,
) -> dict[str, Reading]:
    """What gathering gives, by source; what is to be remembered goes into ``states``."""
    memory = {} if states is None else states
    readings: dict[str, Reading] = {}
    for reading in gather(
        sources,
        dict(memory),
        root=root,
        settings=GatherSettings(**{"allow_private": True, **settings}),
        newsletter_url=newsletter_url,
        zone=LONDON,
        now=now,
        ask_all=ask_all,
        known=known,
    ):
        assert reading.source.id not in readings
        readings[reading.source.id] = reading
        if reading.fetched is not None:
            memory[reading.source.id] = reading.fetched
    return readings
