from __future__ import annotations

import json
from typing import Any

import pytest

from digest.archive.feeditems import issues_head
from digest.archive.jsonfeed import json_feed
from digest.gather.feeds.jsonfeed import is_json_feed, parse_json_feed
from tests.archive import feedmaking
from tests.archive.feedmaking import FEEDS, feeds, issue_items, read, summary_of
from tests.archive.jsonfeedrules import json_faults
from tests.archive.newsletter import SETTINGS, changed

NEWSLETTER = SETTINGS.newsletter
WITHOUT_URL = changed(url="")
PATHS = [path for path in FEEDS if path.endswith(".json")]


def loaded(path: str = "feed.json") -> Any:
    return json.loads(FEEDS[path])


@pytest.mark.parametrize("path", PATHS)
def test_feeds_are_valid(path: str) -> None:
    assert json_faults(FEEDS[path]) == []


def test_a_feed_without_issues_is_valid() -> None:
    data = json_feed(issues_head(NEWSLETTER), [])
    assert json_faults(data) == []
    assert json.loads(data)["items"] == []


def test_the_feed_says_whose_it_is_and_where() -> None:
    feed = loaded()
    del feed["items"]
    assert feed == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "The Policy Week",
        "home_page_url": "https://policyweek.example/brief/",
        "feed_url": "https://policyweek.example/brief/feed.json",
        "description": NEWSLETTER.description,
        "authors": [{"name": "The Policy Week"}],
        "language": "en",
    }


def test_the_logo_is_told_with_its_address() -> None:
    data = json_feed(issues_head(NEWSLETTER, logo="https://policyweek.example/brief/logo.png"), [])
    assert json.loads(data)["icon"] == "https://policyweek.example/brief/logo.png"
    assert json_faults(data) == []


def test_an_issue_is_told_whole() -> None:
    newest, *_ = loaded()["items"]
    content = newest.pop("content_html")
    assert newest == {
        "id": "https://policyweek.example/brief/2026-W47/",
        "url": "https://policyweek.example/brief/2026-W47/",
        "title": "A grain reserve, a narrow strait, and who pays for the sea cables",
        "summary": feedmaking.ISSUES[0].preheader,
        "date_published": "2026-11-20T07:05:00Z",
        "date_modified": "2026-11-20T07:05:00Z",
        "language": "en",
    }
    assert content == issue_items()[0].content


def test_a_story_leads_to_its_page_and_to_who_told_it() -> None:
    grain, *_ = loaded("sections/world/feed.json")["items"]
    assert grain["url"] == grain["id"] == "https://policyweek.example/brief/2026-W47/story-0/"
    assert grain["external_url"] == "https://wire.example/a00000000001"
    assert grain["tags"] == ["World"]
    assert [item["language"] for item in loaded("sections/world/feed.json")["items"]] == ["en", "en", "ar", "en", "en"]


@pytest.mark.parametrize("path", PATHS)
def test_both_formats_tell_the_same(path: str) -> None:
    atom = read(FEEDS[path.replace(".json", ".xml")])
    feed = loaded(path)
    assert (feed["title"], feed["home_page_url"]) == (atom.feed.title, atom.feed.link)
    assert [
        (item["id"], item["url"], item["title"], item["content_html"], item.get("summary", ""))
        for item in feed["items"]
    ] == [
        (entry.id, entry.link, entry.title, entry.content[0].value, summary_of(entry))
        for entry in atom.entries
    ]  # fmt: skip
    assert [(item["date_published"], item["date_modified"]) for item in feed["items"]] == [
        (entry.published, entry.updated) for entry in atom.entries
    ]


def test_digest_itself_can_read_it() -> None:
    data = FEEDS["feed.json"]
    assert is_json_feed(data)
    parsed = parse_json_feed(data)
    assert parsed["version"] == "json11"
    assert parsed["problems"] == []
    assert [entry["link"] for entry in parsed["entries"]] == [item.url for item in issue_items()]


def test_without_an_address_on_the_web_no_address_is_given() -> None:
    """The format cannot say what a relative address is relative to."""
    for path, data in feeds(WITHOUT_URL).items():
        if path.endswith(".json"):
            feed = json.loads(data)
            assert "home_page_url" not in feed
            assert not [item for item in feed["items"] if "url" in item]
            assert all(item["id"].startswith("urn:uuid:") for item in feed["items"])
            left = {fault for fault in json_faults(data) if not fault.startswith("html: ContainsRelRef")}
            assert left == {"recommended: feed.home_page_url", "recommended: feed.feed_url"}
