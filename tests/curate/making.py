"""Entries, sources and settings for the tests of curate, with everything but the telling fields filled in."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from digest.config.settings import Settings
from digest.config.table import table_of
from digest.model import Entry, Period, Source
from digest.text.urls import url_key

END = datetime(2026, 11, 20, 7, tzinfo=UTC)
PERIOD = Period(name="2026-W47", start=END - timedelta(days=7), end=END)
SOURCES = {
    "harbour": Source(id="harbour", kind="feed", location="https://harbour.example/feed.xml", name="Harbour Daily"),
    "courier": Source(id="courier", kind="feed", location="https://courier.example/rss", name="The Courier"),
    "links": Source(id="links", kind="feed", location="https://links.example/feed", name="Link List"),
    "local": Source(id="local", kind="folder", location="feeds", name="Local files"),
}
BODY = (
    "The port authority will raise its fees by four per cent in January. "
    "Shipping lines had asked for a year's delay.\n\n"
    "The authority said that dredging the northern channel has cost more than it planned. "
    "Two smaller harbours have already announced the same step."
)


def entry(title: str = "Port fees rise in January", /, **given: Any) -> Entry:
    """An entry whose id follows from what it says."""
    url = given.get("url")
    given.setdefault("source_id", "harbour")
    given.setdefault("id", sha256(repr((title, sorted(given.items()))).encode()).hexdigest()[:12])
    given.setdefault("url_key", url_key(url) if url else None)
    given.setdefault("first_seen", END)
    return Entry(title=title, **given)


def days_before(days: float) -> datetime:
    """A time so many days before the period's end."""
    return END - timedelta(days=days)


def settings(**given: Any) -> Settings:
    """The settings of a newsletter that says only what the test says."""
    return table_of(Settings, {"newsletter": {"title": "The Quay", "from": "desk@quay.example"}, **given})
