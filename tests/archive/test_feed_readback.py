"""Whatever an issue says, feedparser reads back from its feeds what went in; and the feeds stay valid."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import feedparser
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from digest.archive.atomfeed import atom_feed
from digest.archive.feeditems import (
    FeedHead,
    FeedItem,
    FeedSource,
    issue_item,
    issues_head,
    moment,
    section_head,
    story_item,
)
from digest.archive.jsonfeed import json_feed
from digest.model import Html
from digest.text.clean import clean
from digest.text.plain import plain
from tests.archive.feedmaking import FEEDS, issue_items, printed, read, story_items, summary_of
from tests.archive.feedrules import atom_faults
from tests.archive.jsonfeedrules import json_faults
from tests.archive.newsletter import SETTINGS, WEEK_46, WEEK_47

NEWSLETTER = SETTINGS.newsletter
STORY = printed(WEEK_47)[0]
WORLD = section_head(NEWSLETTER, "World", "world")
HEAD = issues_head(NEWSLETTER)

HOSTILE = [
    "<b>Bold</b> & <script>alert(1)</script>",
    "]]> and <![CDATA[ within ]]>",
    "&amp; &lt;b&gt; &#38; &#x26;amp; &nbsp; &bogus;",
    "\u200fשלום\u200e world \u202eevil\u202c \u2066isolate\u2069",
    "👩\u200d🔬 found 🇪🇺 in 𝒯okyo",
    "a\x00b\x07c\x1bd\x7fe\x80f\x85g\x9fh",
    "half \ud83d of \udc69 one, then \ufffe\uffff",
    "x" * 10_000,
    "\r\n  two\r lines \u2028 three \t tabs\u00a0here  ",
    "<?xml version='1.0'?><!-- a comment --><!DOCTYPE html>",
    "@@unsubscribe@@ @@name|friend@@",
    "Ελληνικά, עברית, العربية, 中文, हिन्दी, “quotes” – dashes … ellipsis",
    "\ufeffbyte order mark",
    "C:\\new\\table \\u0041 %41 {{ 7 * 7 }} {% raw %}",
    "",
    "   \x00 ",
]

PIECES = [*HOSTILE[:7], "<", ">", "&", '"', "'", "]]>", "\x00", "\u200f", "\ud83d"]
texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=60),
    st.lists(
        st.sampled_from([*HOSTILE[:7], "<", ">", "&", '"', "'", "]]>", "\x00", "\u200f", "\ud83d"]), max_size=5
    ).map("".join),
    st.text(alphabet="<>&;#x]\"'/ab \u200f\u00e9", max_size=40),
)
sources = st.lists(st.builds(FeedSource, label=texts, url=st.just("https://a.example/?b=1&c=2")), max_size=2)
times = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))


@st.composite
def story_entries(draw: st.DrawFn) -> FeedItem:
    issued = draw(times)
    return story_item(
        NEWSLETTER,
        replace(STORY, title=draw(texts), section=draw(texts), place=draw(st.integers(0, 1200))),
        issued=issued,
        content=Html(clean(draw(texts), base="https://policyweek.example/brief/2026-W47/")),
        summary=draw(texts),
        language=draw(st.sampled_from(["", "en", "ar", "zh-Hans", "de-AT"])),
        sources=draw(sources),
        corrected=draw(st.lists(times, max_size=2)),
    )


@st.composite
def issue_entries(draw: st.DrawFn) -> FeedItem:
    return issue_item(
        NEWSLETTER,
        replace(WEEK_46, subject=draw(texts), title=draw(texts), preheader=draw(texts)),
        name="2026-W46",
        issued=draw(times),
        content=Html(clean(draw(texts), base="https://policyweek.example/brief/2026-W46/")),
        corrected=draw(st.lists(times, max_size=2)),
    )


def is_mistaken(text: str) -> bool:
    """Whether feedparser takes a text for UTF-8 that was read as Latin-1, and repairs it: "Ã©" becomes "é"."""
    try:
        return text.encode("iso-8859-1").decode("utf-8") != text
    except UnicodeError:
        return False


def as_read(entry: Any) -> tuple[Any, ...]:
    return (
        entry.id, entry.link, entry.title, entry.title_detail.language, entry.published, entry.updated,
        entry.content[0].value, entry.content[0].language, summary_of(entry),
        [tag.term for tag in entry.get("tags", ())],
        [(link.href, link.get("title", "")) for link in entry.links if link.rel == "via"],
    )  # fmt: skip


def as_made(item: FeedItem) -> tuple[Any, ...]:
    return (
        item.id, item.url, item.title, item.language, moment(item.published), moment(item.updated), item.content, "en",
        item.summary if item.summary != item.content else "", list(item.tags),
        [(source.url, source.label) for source in item.sources],
    )  # fmt: skip


def assert_read_back(head: FeedHead, item: FeedItem) -> None:
    feed = read(atom_feed(head, [item]))
    (entry,) = feed.entries
    assert as_read(entry) == as_made(item)
    assert (feed.feed.id, feed.feed.title, feed.feed.updated) == (head.id, head.title, moment(item.updated))
    assert entry.updated_parsed[:6] == item.updated.timetuple()[:6]


@pytest.mark.parametrize("path", [path for path in FEEDS if path.endswith(".xml")])
def test_the_feeds_of_the_site_are_read_back_equal(path: str) -> None:
    items = {
        "feed.xml": issue_items(),
        "sections/world/feed.xml": story_items("World"),
        "sections/economy/feed.xml": story_items("Economy"),
        "sections/our-desk/feed.xml": story_items("Our desk"),
    }
    assert [as_read(entry) for entry in read(FEEDS[path]).entries] == [as_made(item) for item in items[path]]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_are_read_back_equal(hostile: str) -> None:
    story = story_item(
        NEWSLETTER,
        replace(STORY, title=hostile, section=hostile),
        issued=datetime(2026, 11, 20, 7, tzinfo=UTC),
        content=clean(hostile) or Html("<p>x</p>"),
        summary=hostile,
        sources=[FeedSource(label=hostile, url="https://a.example/")],
    )
    assert_read_back(WORLD, story)
    issue = issue_item(
        NEWSLETTER,
        replace(WEEK_46, subject=hostile, preheader=hostile),
        name="2026-W46",
        issued=datetime(2026, 11, 20, 7, tzinfo=UTC),
        content=clean(hostile),
    )
    assert_read_back(HEAD, issue)


@pytest.mark.parametrize(
    ("hostile", "title"),
    [
        (HOSTILE[0], HOSTILE[0]),
        (HOSTILE[1], HOSTILE[1]),
        (HOSTILE[2], HOSTILE[2]),
        (HOSTILE[3], "\u200fשלום\u200e world evil isolate"),
        (HOSTILE[4], HOSTILE[4]),
        (HOSTILE[5], "abcdef gh"),
        (HOSTILE[6], "half of one, then"),
        (HOSTILE[7], "x" * 10_000),
        (HOSTILE[8], "two lines three tabs here"),
        (HOSTILE[10], "friend"),
        ("", "…"),
        ("\x00 ", "…"),
    ],
)
def test_a_title_keeps_its_words_and_loses_what_no_feed_can_hold(hostile: str, title: str) -> None:
    story = replace(STORY, title=hostile)
    item = story_item(NEWSLETTER, story, issued=datetime(2026, 11, 20, tzinfo=UTC), content=Html("<p>x</p>"))
    assert read(atom_feed(WORLD, [item])).entries[0].title == title


@given(item=story_entries())
def test_a_story_is_read_back_equal(item: FeedItem) -> None:
    assume(not any(map(is_mistaken, (item.title, item.summary, item.content, *item.tags))))
    assert_read_back(WORLD, item)


@given(item=issue_entries())
def test_an_issue_is_read_back_equal(item: FeedItem) -> None:
    assume(not any(map(is_mistaken, (item.title, item.summary, item.content))))
    assert_read_back(HEAD, item)


# What looks like HTML in plain text is advised against; there it is what somebody wrote.
ADVICE = re.compile(r"(ContainsUndeclaredHTML|ContainsHTML|BadCharacters|html: (item|feed)\.)")


@given(item=st.one_of(story_entries(), issue_entries()))
def test_the_feeds_stay_valid(item: FeedItem) -> None:
    assume(item.content)
    atom, written = atom_feed(WORLD, [item]), json_feed(WORLD, [item])
    assert [fault for fault in (*atom_faults(atom), *json_faults(written)) if not ADVICE.match(fault)] == []


@given(item=story_entries())
def test_json_says_the_same(item: FeedItem) -> None:
    (told,) = json.loads(json_feed(WORLD, [item]))["items"]
    assert (told["id"], told["title"], told["content_html"], told.get("summary", "")) == (
        item.id, item.title, item.content, item.summary,
    )  # fmt: skip
    assert datetime.fromisoformat(told["date_modified"]) >= datetime.fromisoformat(told["date_published"])


@pytest.mark.parametrize("path", [path for path in FEEDS if path.endswith(".xml")])
def test_a_reader_that_cleans_what_it_reads_loses_no_word(path: str) -> None:
    careful, raw = feedparser.parse(FEEDS[path]).entries, read(FEEDS[path]).entries
    for cleaned, entry in zip(careful, raw, strict=True):
        before, after = entry.content[0].value, cleaned.content[0].value
        assert plain(clean(after)) == plain(clean(before))
        for attribute in ("href", "src"):
            found = re.compile(rf'{attribute}="([^"]*)"')
            assert found.findall(after) == found.findall(before)
