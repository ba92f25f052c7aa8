"""Documents nobody here wrote: 83 captured feeds, and a press release of a wire."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest

from digest.gather.feed import read_feed
from digest.text.urls import url_key
from tests.gather.making import NOW, read_all, rss, source

pytestmark = pytest.mark.corpora
URL = "https://example.org/feed"


@pytest.fixture(scope="module")
def corpora() -> Path:
    folder = os.environ.get("DIGEST_CORPORA")
    if not folder:
        pytest.skip("DIGEST_CORPORA names no folder of captured documents")
    return Path(folder)


def test_every_captured_feed_gives_as_many_entries_as_feedparser_finds(corpora: Path) -> None:
    paths = sorted((corpora / "feeds" / "fastfeedparser-bench").iterdir())
    assert len(paths) > 50
    for path in paths:
        body = path.read_bytes()
        feed = read_feed(body, source=source(URL), url=URL, content_type=None, now=datetime(2026, 3, 1, tzinfo=UTC))
        reference = feedparser.parse(io.BytesIO(body.lstrip()), sanitize_html=False, resolve_relative_uris=False,
                                     response_headers={"content-location": URL})  # fmt: skip
        assert feed.problem is None, path.name
        assert len(feed.entries) == len(reference.entries), path.name
        assert len({entry.id for entry in feed.entries}) == len(feed.entries), path.name
        assert all(entry.title for entry in feed.entries), path.name


@pytest.mark.parametrize("folder", ["feedparser", "feedvalidator", "miniflux", "miniflux-enc", "rbren-rss-parser"])
def test_no_conformance_case_makes_reading_fail(corpora: Path, folder: str) -> None:
    paths = sorted(path for path in (corpora / "feeds" / folder).rglob("*") if path.is_file())[::7]
    assert paths
    for path in paths:
        feed = read_feed(path.read_bytes(), source=source(URL), url=URL, content_type=None, now=NOW)
        assert len({entry.id for entry in feed.entries}) == len(feed.entries), path.name


def test_a_release_saved_from_a_wire_is_an_entry_that_matches_the_same_article_of_a_feed(
    corpora: Path, tmp_path: Path
) -> None:
    release = corpora / "press" / "chatham-house-2025-03-24.txt"
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
