"""Documents nobody here wrote, read by digest and by an untouched feedparser: 5,600 feeds, and a release of a wire.

What differs is counted by repair and folder in ``FOUND``; what the repairs are and why stands in ``agreement.py``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from digest.gather.feeds.feed import Feed, read_feed
from digest.gather.feeds.jsonfeed import is_json_feed
from digest.gather.feeds.parser import parse
from digest.text.urls import url_key
from tests.gather.agreement import REPAIRS, compare, deep, is_caption_apart
from tests.gather.making import NOW, read_all, rss, source
from tests.support.corpus import called, corpora, feeds
from tests.support.feedparser_reference import Reference, bare

pytestmark = pytest.mark.corpora
URL = "https://feeds.example.org/all.xml"

FOUND = {
    "codehollow-feedreader": {
        "documents": 49, "entries": 1135,
        "caption apart": 42, "title: none": 28, "title: mojibake": 76, "link: original": 20, "link: tracking": 48,
    },
    "fastfeedparser-bench": {
        "documents": 83, "entries": 3030,
        "caption apart": 154, "title: none": 4, "link: tracking": 30, "link: own machine": 10, "date: before 1990": 8,
    },
    "feedparser": {
        "documents": 2106, "entries": 1216,
        "caption apart": 1, "title: none": 1000, "title: no words": 19, "title: page": 2, "link: guid": 4,
        "link: not http": 1, "date: created": 5,
    },
    "feedvalidator": {
        "documents": 2213, "entries": 1467,
        "caption apart": 4, "title: none": 281, "title: decoded twice": 3, "link: not http": 123, "link: original": 21,
        "link: guid": 2, "date: far ahead": 3, "date: before 1990": 7, "date: not read": 1,
    },
    "gofeed": {
        "documents": 541, "entries": 264,
        "title: none": 213, "title: decoded twice": 6, "link: not http": 9, "link: white space": 1, "link: guid": 12,
    },
    "miniflux": {"documents": 8, "entries": 256, "title: none": 1, "link: not http": 1},
    "miniflux-enc": {"documents": 11, "entries": 5},
    "rbren-rss-parser": {
        "documents": 31, "entries": 1371,
        "caption apart": 15, "title: none": 2, "link: original": 90, "link: own machine": 1, "link: not http": 1,
    },
    "reader": {"documents": 7, "entries": 14, "title: none": 10, "link: not http": 5},
}  # fmt: skip
"""Folder → how many of its XML documents were compared, and how often entries differ from feedparser's, by repair."""

BROKEN_OFF = {
    "feedparser/illformed/rss_incomplete_cdata.xml",
}
"""Documents that end before their root does: the last item is half an item, which feedparser gives and digest not."""


ENDS_EARLY = {
    "feedparser/entities/hex_entity_x_lowercase.xml",
    "feedparser/entities/hex_entity_x_uppercase.xml",
}
"""Documents that end after their last item: all are read, and it is told."""


@pytest.fixture(scope="module")
def reference() -> Iterator[Reference]:
    with Reference() as process:
        yield process


def read(body: bytes) -> Feed:
    feed = read_feed(body, source=source(URL), url=URL, content_type=None, now=NOW)
    assert len({entry.id for entry in feed.entries}) == len(feed.entries)
    assert all(entry.title for entry in feed.entries)
    return feed


@pytest.mark.parametrize("folder", FOUND)
def test_every_feed_gives_what_feedparser_finds_but_for_the_repairs(folder: str, reference: Reference) -> None:
    """The number of entries and, of each, title, link, id and effective date; before it is an entry, all there is."""
    found: Counter[str] = Counter()
    plain = same = 0
    for path in feeds(folder):
        body = path.read_bytes()
        if is_json_feed(body.lstrip()):
            continue
        name, theirs, feed = called(path), reference.parse(body, url=URL), read(body)
        raw = bare(parse(body.lstrip(), url=URL, content_type=None))
        found += raw_differences(name, theirs, raw)
        items = theirs["entries"][: -1 if name in BROKEN_OFF else None]
        assert len(feed.entries) == len(items), name
        assert not items or feed.problem is None or name in ENDS_EARLY, (name, feed.problem)
        same += sum(four(mine) == four(item) for mine, item in zip(raw["entries"], items, strict=False))
        guids = Counter(str(item.get("id") or "").strip() for item in items)
        for number, (item, entry) in enumerate(zip(items, feed.entries, strict=True)):
            differences = list(compare(item, entry, now=NOW, guids=guids))
            assert all(each.repair in REPAIRS for each in differences), (name, number, differences)
            found.update(str(each.repair) for each in differences)
            plain += not differences
        found.update(documents=1, entries=len(items))
    print(f"{folder}: {found['entries']} entries; as parsed {same} have the title, link, id and date that feedparser "
          f"finds, as entries {plain} have them unrepaired; {dict(found)}")  # fmt: skip
    assert same >= 0.999 * found["entries"]
    assert dict(found) == FOUND[folder]


def four(item: dict[str, Any]) -> list[Any]:
    """Title, link, id and effective date of an item as parsed."""
    return [item.get(key) for key in ("title", "link", "id")] + [
        item.get("published_parsed", item.get("updated_parsed"))
    ]


def raw_differences(name: str, theirs: dict[str, Any], ours: dict[str, Any]) -> Counter[str]:
    """What the quick feedparser finds, deep-equal to what the released one does, captions apart."""
    touched = {path[:2] for path, _, _ in deep(theirs, ours)}
    assert {place[0] for place in touched} <= {"entries"}, (name, touched)
    for _, number in touched:
        pair = theirs["entries"][number], ours["entries"][number]
        assert is_caption_apart(*pair), (name, number, list(deep(*pair)))
    return Counter({"caption apart": len(touched)} if touched else {})


@pytest.mark.parametrize("folder", FOUND)
def test_every_json_feed_gives_as_many_entries_as_it_has_items(folder: str) -> None:
    """feedparser reads none of them; what is JSON but no feed is a problem."""
    for path in feeds(folder):
        body = path.read_bytes()
        if is_json_feed(body.lstrip()):
            feed = read(body)
            assert len(feed.entries) == json_items(body), called(path)


def json_items(body: bytes) -> int:
    try:
        items = json.loads(body).get("items")
    except ValueError:
        return 0
    return sum(isinstance(item, dict) for item in items) if isinstance(items, list) else 0


def test_a_release_saved_from_a_wire_is_an_entry_that_matches_the_same_article_of_a_feed(tmp_path: Path) -> None:
    release = corpora() / "press" / "chatham-house-2025-03-24.txt"
    lines = [line.strip() for line in release.read_text("utf-8").splitlines()]
    link = lines[-1].removeprefix("Original article link: ")
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / release.name).write_bytes(release.read_bytes())
    (tmp_path / "feeds" / "feed.xml").write_bytes(
        rss(f"<title>The same</title><link>{link.replace('https://www.', 'http://')}/?utm_source=rss</link>")
    )
    readings = read_all(tmp_path, now=datetime(2025, 3, 27, tzinfo=UTC))
    assert readings["files"].problems == ()
    (entry,) = readings["files"].entries
    (same,) = readings["file-feed"].entries
    assert (entry.title, entry.organisation, entry.kind) == (lines[2], "Chatham House", "Expert comment")
    assert entry.published == datetime(2025, 3, 24, tzinfo=UTC)
    assert entry.url == link
    assert entry.url_key == same.url_key == url_key(link)
    assert entry.summary == lines[4]
    assert entry.text.split("\n\n") == lines[4:-2]
    assert entry.truncated
    for boilerplate in ("Printable version", "Click here", "Original article link", " date 2025"):
        assert boilerplate not in entry.body + entry.text + entry.summary
    assert entry.path == "feeds/chatham-house-2025-03-24.txt"
    assert entry.embargo is None
