from __future__ import annotations

import json
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from digest.archive.atomfeed import atom_feed
from digest.archive.feeditems import FeedSource, issues_head, section_head, story_item
from digest.archive.jsonfeed import json_feed
from digest.model import Html
from digest.text.plain import plain
from tests.archive import feedmaking
from tests.archive.feedmaking import FEEDS, feeds, issue_items, printed, read, story_items
from tests.archive.feedrules import atom_faults
from tests.archive.newsletter import SETTINGS, WEEK_47, changed

NEWSLETTER = SETTINGS.newsletter
WITHOUT_URL = changed(url="")
BASE = "{http://www.w3.org/XML/1998/namespace}base"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.parametrize("path", [path for path in FEEDS if path.endswith(".xml")])
def test_feeds_are_valid(path: str) -> None:
    assert atom_faults(FEEDS[path]) == []


def test_a_feed_without_issues_is_valid_and_says_of_when_it_is() -> None:
    data = atom_feed(issues_head(NEWSLETTER), [])
    assert atom_faults(data) == []
    assert read(data).entries == []
    assert read(data).feed.updated == "1990-01-01T00:00:00Z"


def test_without_an_address_on_the_web_nothing_is_amiss_but_that_links_are_relative() -> None:
    """Of a relative link to itself the W3C's validator says "RelativeSelf", an advice; the feed is valid."""
    for path, data in feeds(WITHOUT_URL).items():
        if path.endswith(".xml"):
            kinds = {fault.partition(":")[0] for fault in atom_faults(data)}
            assert kinds == {"RelativeSelf", "ContainsRelRef"}, path


def test_a_reader_of_feeds_gets_every_issue_whole_and_newest_first() -> None:
    entries = read(FEEDS["feed.xml"]).entries
    assert [entry.title for entry in entries] == [one.subject for one in feedmaking.ISSUES]
    assert [entry.link for entry in entries] == [
        f"https://policyweek.example/brief/{one.name}/" for one in feedmaking.ISSUES
    ]
    assert [entry.id for entry in entries] == [entry.link for entry in entries]
    assert [entry.updated for entry in entries] == [
        "2026-11-20T07:05:00Z", "2026-11-13T07:05:00Z", "2026-11-06T23:30:00Z",
    ]  # fmt: skip
    assert [entry.published for entry in entries] == [entry.updated for entry in entries]
    assert [entry.content[0].value for entry in entries] == [item.content for item in issue_items()]
    for issue, entry in zip(feedmaking.ISSUES, entries, strict=True):
        for story in issue.stories:
            assert plain(story.title.replace("*", "")) in plain(entry.content[0].value)


def test_the_feed_says_whose_it_is_and_where() -> None:
    feed = read(FEEDS["feed.xml"]).feed
    assert (feed.title, feed.author, feed.language) == ("The Policy Week", "The Policy Week", "en")
    assert feed.id == "https://policyweek.example/brief/"
    assert feed.subtitle == NEWSLETTER.description
    assert feed.updated == "2026-11-20T07:05:00Z"
    assert {link.rel: link.href for link in feed.links} == {
        "self": "https://policyweek.example/brief/feed.xml",
        "alternate": "https://policyweek.example/brief/",
    }
    assert "logo" not in feed


def test_the_logo_is_told_with_its_address() -> None:
    data = atom_feed(issues_head(NEWSLETTER, logo="https://policyweek.example/brief/logo.png"), [])
    assert read(data).feed.logo == "https://policyweek.example/brief/logo.png"
    assert atom_faults(data) == []


def test_the_feed_of_a_section_is_about_its_page() -> None:
    feed = read(FEEDS["sections/world/feed.xml"]).feed
    assert feed.title == "The Policy Week · World"
    assert feed.id == "https://policyweek.example/brief/sections/world/"
    assert {link.rel: link.href for link in feed.links} == {
        "self": "https://policyweek.example/brief/sections/world/feed.xml",
        "alternate": "https://policyweek.example/brief/sections/world/",
    }


def test_an_entry_of_a_section_leads_to_the_storys_page_and_names_who_told_it() -> None:
    grain, *_ = read(FEEDS["sections/world/feed.xml"]).entries
    assert grain.title == "Ministers agree a common reserve for grain"
    assert grain.link == grain.id == "https://policyweek.example/brief/2026-W47/story-0/"
    assert [tag.term for tag in grain.tags] == ["World"]
    assert grain.summary.startswith("Agriculture ministers of the eleven states")
    told = [(link.title, link.href) for link in grain.links if link.rel == "via"]
    assert told == [
        ("Northern Compact", "https://wire.example/a00000000001"),
        ("Harbour Gazette", "https://gazette.example/grain"),
        ("Institute for Trade and Food", "https://itf.example/notes/88"),
    ]
    for label, address in told:
        assert f'<a href="{address}"><bdi>{label}</bdi></a>' in grain.content[0].value


def test_stories_of_one_issue_are_sorted_by_time_as_they_stand_in_it() -> None:
    entries = read(FEEDS["sections/world/feed.xml"]).entries
    assert [entry.title for entry in entries][:2] == [story.title for story in WEEK_47.stories[:2]]
    assert [entry.published for entry in entries] == sorted((entry.published for entry in entries), reverse=True)
    assert len({entry.published for entry in entries}) == len(entries)
    assert {entry.published[:19] for entry in entries} == {"2026-11-20T07:05:00", "2026-11-13T07:05:00"}


def test_a_foreign_story_says_its_language_and_its_furniture_keeps_the_newsletters() -> None:
    arabic = read(FEEDS["sections/world/feed.xml"]).entries[2]
    assert (arabic.title_detail.language, arabic.summary_detail.language) == ("ar", "ar")
    assert arabic.content[0].language == "en"
    assert '<div dir="auto" lang="ar">' in arabic.content[0].value


def test_without_an_address_on_the_web_ids_are_stable_and_links_lead_from_the_feed() -> None:
    made = feeds(WITHOUT_URL)
    issues, world = read(made["feed.xml"]), read(made["sections/world/feed.xml"])
    ids = [issues.feed.id, world.feed.id, *(entry.id for entry in (*issues.entries, *world.entries))]
    assert all(one.startswith("urn:uuid:") for one in ids)
    assert len(set(ids)) == len(ids)
    assert issues.feed.id == "urn:uuid:55fd7a95-118b-5983-9a52-40dab7f2c828"  # as subscribers have had it for ever
    assert issues.entries[0].id == "urn:uuid:711d78a1-efde-515f-97cf-da5c406a395f"
    assert issues.entries[0].link == "2026-W47/index.html"
    assert world.entries[0].link == "../../2026-W47/story-0/index.html"
    root = ET.fromstring(made["feed.xml"])
    assert [one.attrib[BASE] for one in root.iter(f"{ATOM}content")] == ["2026-W47/", "2026-W46/", "2026-W45/"]


def test_addresses_in_an_entry_are_absolute() -> None:
    (reading_group, *_) = [
        entry for entry in read(FEEDS["sections/our-desk/feed.xml"]).entries if "Borrowed" in entry.title
    ]
    assert 'src="https://policyweek.example/brief/2026-W47/images/delta.png"' in reading_group.content[0].value


def test_a_story_without_a_word_but_its_headline_still_has_content() -> None:
    blank = next(item for item in story_items("Our desk") if item.title == "Correction to last week’s figures")
    assert blank.content == "<p>Correction to last week’s figures</p>"


def test_sources_are_named_once_and_by_addresses_that_a_link_can_hold() -> None:
    told = [
        FeedSource(label="Port <Office>", url="https://port.example/the rents?a=1&b={x}"),
        FeedSource(label="Again", url=" https://port.example/the rents?a=1&b={x}\n"),
        FeedSource(label="\ud83d\x00", url="https://port.example/köln#ä"),
        FeedSource(label="Nowhere", url=" "),
    ]
    story = printed(WEEK_47)[0]
    item = story_item(
        NEWSLETTER, story, issued=datetime(2026, 11, 20, tzinfo=UTC), content=Html("<p>x</p>"), sources=told
    )
    data = atom_feed(section_head(NEWSLETTER, "World", "world"), [item])
    assert atom_faults(data) == []
    links = [link for link in read(data).entries[0].links if link.rel == "via"]
    assert [link.href for link in links] == [
        "https://port.example/the%20rents?a=1&b=%7Bx%7D", "https://port.example/köln#ä",
    ]  # fmt: skip
    assert [link.get("title") for link in links] == ["Port <Office>", None]


def test_what_xml_cannot_hold_is_taken_out_of_the_content_of_a_template_too() -> None:
    content = Html("\n<p>half\x0c \ud83d of\u2028one\ufffe</p>\r\n")
    item = story_item(NEWSLETTER, printed(WEEK_47)[0], issued=datetime(2026, 11, 20, tzinfo=UTC), content=content)
    head = section_head(NEWSLETTER, "World", "world")
    assert read(atom_feed(head, [item])).entries[0].content[0].value == "<p>half  of\none</p>"
    assert json.loads(json_feed(head, [item]))["items"][0]["content_html"] == "<p>half  of\none</p>"


def test_the_same_issues_make_the_same_bytes() -> None:
    assert feeds() == FEEDS
    assert feeds(WITHOUT_URL) == feeds(WITHOUT_URL)
