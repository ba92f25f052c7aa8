from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.gather.feeds.feed import Feed, read_feed
from digest.gather.sources import named
from digest.model import Entry
from tests.gather.making import NOW, rss, source

URL = "https://example.org/feeds/all.xml"
CAPTION = "<media:description>Workers at a harbour.</media:description>"


def read(body: bytes, *, url: str | None = URL, content_type: str | None = "application/rss+xml", **rest: Any) -> Feed:
    return read_feed(body, source=source(**rest), url=url, content_type=content_type, now=NOW)


def only(item: str, **rest: Any) -> Entry:
    feed = read(rss(item), **rest)
    assert feed.problem is None
    assert len(feed.entries) == 1
    return feed.entries[0]


def test_an_item_becomes_an_entry() -> None:
    entry = only(
        "<title>Prices &amp;amp; caps</title><link>/a?utm_source=rss&amp;id=1</link><guid>tag:1</guid>"
        "<description>The short text.</description><author>jane@example.org (Jane Roe)</author>"
        "<content:encoded><![CDATA[<p onclick='x'>The long text, in full.</p><p>And <a href='b'>more</a>.</p>]]>"
        "</content:encoded><category>Energy</category><pubDate>Wed, 18 Nov 2026 09:30:00 +0100</pubDate>"
    )
    assert entry.title == "Prices & caps"
    assert (entry.url, entry.url_key) == ("https://example.org/a?id=1", "example.org/a?id=1")
    assert entry.body == ('<p>The long text, in full.</p><p>And <a href="https://example.org/feeds/b">more</a>.</p>')
    assert entry.text == "The long text, in full.\n\nAnd more."
    assert entry.summary == "The short text."
    assert (entry.authors, entry.tags) == (("Jane Roe",), ("Energy",))
    assert entry.published == datetime(2026, 11, 18, 8, 30, tzinfo=UTC)
    assert entry.updated is None
    assert (entry.source_id, entry.first_seen, entry.notes, entry.truncated) == ("example", NOW, (), False)


def test_a_summary_that_is_the_whole_text_is_not_told_twice() -> None:
    entry = only("<title>a</title><description>The only text.</description>")
    assert (entry.text, entry.summary) == ("The only text.", "")


def test_a_caption_does_not_take_the_summarys_place() -> None:
    item = f"<title>a</title><media:content url='https://e.org/p.jpg'>{CAPTION}</media:content>"
    for first in (item + "<description>The summary.</description>", "<description>The summary.</description>" + item):
        entry = only(first)
        assert entry.text == "The summary."
        assert (entry.image_url, entry.image_alt) == ("https://e.org/p.jpg", "Workers at a harbour.")


def test_a_caption_is_better_than_nothing() -> None:
    assert only(f"<title>a</title><media:group>{CAPTION}</media:group>").text == "Workers at a harbour."


def test_feedburners_original_address_is_preferred() -> None:
    entry = only("<title>a</title><link>https://feeds.example/~r/1</link>"
                 "<feedburner:origLink>https://example.org/a</feedburner:origLink>")  # fmt: skip
    assert entry.url == "https://example.org/a"


def test_an_update_is_not_a_publication_date_of_its_own() -> None:
    atom = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>T</title><id>f</id>
        <entry><id>1</id><title>a</title><updated>2026-11-19T10:00:00Z</updated></entry>
        <entry><id>2</id><title>b</title><published>2026-11-18T10:00:00Z</published></entry></feed>"""
    first, second = read(atom).entries
    assert first.published == first.updated == datetime(2026, 11, 19, 10, tzinfo=UTC)
    assert (second.published, second.updated) == (datetime(2026, 11, 18, 10, tzinfo=UTC), None)
    assert first.language == "de"


@pytest.mark.parametrize(
    ("date", "note"),
    [
        ("", "no date"),
        ("<pubDate>Mon, 01 Jan 0001 00:00:00 +0000</pubDate>", "its date cannot be meant: 0001-01-01"),
        ("<pubDate>Tue, 23 Nov 2027 00:00:00 +0000</pubDate>", "its date cannot be meant: 2027-11-23"),
        ("<pubDate>yesterday</pubDate>", "no date"),
    ],
)
def test_a_date_that_cannot_be_meant_is_none_and_noted(date: str, note: str) -> None:
    entry = only(f"<title>a</title>{date}")
    assert (entry.published, entry.notes) == (None, (note,))


def test_a_truncated_text_is_told_and_its_marker_cut() -> None:
    entry = only("<title>a</title><description>&lt;p&gt;It begins here […] "
                 "&lt;a href='https://e.org/1'&gt;Read more&lt;/a&gt;&lt;/p&gt;</description>")  # fmt: skip
    assert (entry.text, entry.truncated) == ("It begins here…", True)


def test_an_item_without_a_title_is_called_by_its_first_words() -> None:
    assert only("<description>Short.</description>").title == "Short."
    long = only(f"<description>{'word ' * 50}</description>").title
    assert len(long) <= 101
    assert long.endswith("word…")
    assert only("<link>https://example.org/2026/the-cap</link>").title == "the-cap"
    assert only("<pubDate>x</pubDate>").title == "—"


def test_xml_base_of_one_entry_does_not_leak_into_the_next_even_in_a_file() -> None:
    atom = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><id>f</id><link href="https://site.example/"/>
        <entry xml:base="https://other.example/"><id>1</id><title>a</title><link href="a"/>
          <content type="html">&lt;a href="x"&gt;x&lt;/a&gt;</content></entry>
        <entry><id>2</id><title>b</title><link href="b"/><content type="html">&lt;a href="y"&gt;y&lt;/a&gt;</content>
        </entry>
        </feed>"""
    first, second = read(atom, url=None).entries
    assert (first.url, first.body) == ("https://other.example/a", '<a href="https://other.example/x">x</a>')
    assert (second.url, second.body) == ("https://site.example/b", '<a href="https://site.example/y">y</a>')


def test_plain_text_is_not_taken_for_markup() -> None:
    atom = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><id>f</id><entry><id>1</id><title>a</title>
        <summary>if a &lt; b and\n\nb &gt; c</summary></entry></feed>"""
    assert read(atom).entries[0].text == "if a < b and\n\nb > c"


def test_words_and_limits_choose_among_the_entries() -> None:
    body = rss(
        "<title>The price cap</title><pubDate>Mon, 16 Nov 2026 08:00:00 GMT</pubDate>",
        "<title>Escape from it all</title><description>No cap here. Sponsored.</description>",
        "<title>A newer cap</title><pubDate>Thu, 19 Nov 2026 08:00:00 GMT</pubDate>",
        "<title>Captain’s log</title>",
    )
    assert [entry.title for entry in read(body, include=("CAP",)).entries] == [
        "The price cap", "Escape from it all", "A newer cap",
    ]  # fmt: skip
    assert [entry.title for entry in read(body, include=("cap",), exclude=("sponsored",)).entries] == [
        "The price cap", "A newer cap",
    ]  # fmt: skip
    assert [entry.title for entry in read(body, include=("price  cap",)).entries] == ["The price cap"]
    assert [entry.title for entry in read(body, max_entries=1).entries] == ["A newer cap"]


def test_the_fingerprint_changes_with_the_item_and_only_then() -> None:
    one = only("<title>a</title><guid>1</guid><description>x</description>")
    assert only("<title>a</title><guid>1</guid><description>x</description>").fingerprint == one.fingerprint
    changed = only("<title>a</title><guid>1</guid><description>y</description>")
    assert (changed.id, changed.fingerprint == one.fingerprint) == (one.id, False)


def test_a_json_feed_is_a_feed() -> None:
    feed = read(
        b'{"version": "https://jsonfeed.org/version/1.1", "title": "J", "language": "fr", "items": ['
        b'{"id": 7, "url": "/a", "title": "One", "content_html": "<p>The body</p>", "summary": "Short",'
        b' "date_published": "2026-11-18T10:00:00+01:00", "authors": [{"name": "Jane"}], "tags": ["x", 3]},'
        b' {"id": "8", "content_text": "a < b", "date_published": "0001-01-01T00:00:00+23:00"}, "junk"]}',
        content_type="application/feed+json",
    )
    one, two = feed.entries
    assert (feed.title, one.title, one.url, one.language) == ("J", "One", "https://example.org/a", "fr")
    assert (one.summary, one.text, one.authors, one.tags) == ("Short", "The body", ("Jane",), ("x",))
    assert one.published == datetime(2026, 11, 18, 9, tzinfo=UTC)
    assert (two.title, two.text, two.published) == ("a < b", "a < b", None)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "is empty"),
        (b"  \n ", "is empty"),
        (b"hello", "is no feed"),
        (b"{}", "no list of items"),
        (b'{"a": [', "cannot be read as a feed"),
        (b"[" * 100_000, "is no feed"),
        (b'{"items":' + b"[" * 100_000, "cannot be read as a feed"),
        (b"<!DOCTYPE html><html><head><title>Sign &amp; in</title></head></html>",
         "answered with a web page, not a feed: Sign & in"),
        (b"<rss version='2.0'><channel><title>broken", "is a feed that cannot be read: "),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "is no feed"),
    ],
)  # fmt: skip
def test_a_document_without_meaning_is_a_problem_that_says_why(body: bytes, message: str) -> None:
    feed = read(body, content_type=None)
    assert feed.entries == ()
    assert feed.problem is not None
    assert message in feed.problem.message
    assert feed.problem.source_id == "example"


def test_a_web_page_that_names_its_feed_is_a_hint() -> None:
    page = b"<html><head><link rel=alternate type='application/rss+xml' href='/rss.xml'></head></html>"
    problem = read(page, content_type="text/html").problem
    assert problem is not None
    assert problem.hint == "its feed may be https://example.org/rss.xml"


def test_a_feed_without_entries_is_no_problem() -> None:
    feed = read(rss(), content_type="application/octet-stream")
    assert (feed.problem, feed.entries, feed.title) == (None, (), "The Example")


def test_a_document_that_breaks_off_gives_its_entries_and_says_so() -> None:
    whole = rss("One", "Two", "Three")
    for cut in (b"ree</title>", b"Three", b"<item><title>Three"):
        feed = read(whole[: whole.index(cut)])
        assert [entry.title for entry in feed.entries] == ["One", "Two"]
        assert feed.problem is not None
        assert "breaks off" in feed.problem.message


def test_a_damaged_feed_gives_the_entries_that_can_be_read() -> None:
    feed = read(rss("<title>One</title>", "<title>Two & three</title>"))
    assert [entry.title for entry in feed.entries] == ["One", "Two & three"]


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "utf-16"])
def test_the_encoding_a_document_declares_is_believed(encoding: str) -> None:
    body = rss("Überprüfung").decode().replace("UTF-8", encoding).encode(encoding)
    assert read(body, content_type=None).entries[0].title == "Überprüfung"


def test_entities_neither_grow_nor_read_files() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(9))
    for declared, item in ((laughs, "&l8;"), ('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;")):
        feed = read(
            f"<!DOCTYPE r [{declared}]><rss><channel><item><title>{item}</title></item></channel></rss>".encode()
        )
        assert all(len(entry.title) < 1000 and "root:" not in entry.title for entry in feed.entries)


def test_a_source_without_a_name_has_the_feeds_title_and_without_that_its_host() -> None:
    assert named(source(), "The Example").name == "The Example"
    assert named(source(name="Mine"), "The Example").name == "Mine"
    assert named(source("https://www.example.org/feed"), None).name == "example.org"


PIECES = st.sampled_from(
    [b"<rss>", b"<channel>", b"<item>", b"</item>", b"<title>", b"</title>", b"<entry>",
     b"<feed xmlns='http://www.w3.org/2005/Atom'>", b"<content type='xhtml'><div>", b"<link href='", b"'/>", b"&#0;",
     b"&#xfffff;", b"&nbsp;", b"<![CDATA[", b"]]>", b"\xff\xfe", b"<?xml version='1.0' encoding='", b"utf-16",
     b"'?>", b"<pubDate>Mon, 32 Foo 99999", b"{", b'"items":[{"id":', b"}]}", b"<media:content url='x'>", b"<guid>",
     b"<content mode='base64'>", b"text", b"\0", b"<enclosure url='http://[x'/>", b"<link>http://[bad</link>",
     b"<!ENTITY a '&a;'>", b"<source url='x'>"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.lists(PIECES, max_size=25).map(b"".join))
@example(b"<feed><entry><content type='application/octet-stream' mode='base64'>!!!</content></entry></feed>")
def test_no_bytes_make_it_fail(body: bytes) -> None:
    feed = read(body, content_type=None)
    assert feed.problem is None or not feed.entries or "breaks off" in feed.problem.message
    assert all(entry.title and len(entry.id) == 12 for entry in feed.entries)


def test_an_item_under_embargo_is_held_and_one_that_does_not_say_until_when_is_left_out() -> None:
    feed = read(rss(
        "<title>EMBARGOED until 10:00 25 November 2026: One</title><description>Text.</description>",
        "<title>Two</title><description>Embargo: 25 November 2026, 10:00&lt;br&gt;Text.</description>",
        "<title>EMBARGOED until Tuesday: Three</title><description>Text.</description>",
        "<title>Four</title><description>The arms embargo until 2027.</description>",
    ))  # fmt: skip
    ten = datetime(2026, 11, 25, 10, tzinfo=UTC)
    assert [(entry.title, entry.text.strip(), entry.embargo) for entry in feed.entries] == [
        ("One", "Text.", ten), ("Two", "Text.", ten), ("Four", "The arms embargo until 2027.", None),
    ]  # fmt: skip
    assert feed.problem is None
    (problem,) = feed.left_out
    assert problem.message.startswith("“EMBARGOED until Tuesday: Three” has an embargo whose time cannot be read")


def test_a_picture_without_words_is_described_as_in_the_text() -> None:
    feed = read(rss(
        "<title>One</title><media:content url='https://example.org/a.jpg?w=9' medium='image'/><content:encoded>"
        "&lt;p&gt;Text.&lt;/p&gt;&lt;img src='https://example.org/b.jpg' alt='B'&gt;"
        "&lt;img src='https://example.org/a.jpg' alt='A kettle'&gt;</content:encoded>",
        "<title>Two</title><enclosure url='https://example.org/c.png' type='image/png' length='9'/><description>"
        "&lt;img src='https://example.org/b.jpg' alt='B'&gt;</description>",
    ))  # fmt: skip
    assert [entry.image_alt for entry in feed.entries] == ["A kettle", ""]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("&lt;p&gt;One&amp;amp;nbsp;two &amp;amp;amp; three&lt;/p&gt;", "One two & three"),
        ("One&amp;nbsp;two", "One two"),
        ("&amp;lt;p&amp;gt;One&amp;lt;/p&amp;gt;&amp;lt;p&amp;gt;Two&amp;lt;/p&amp;gt;", "One\n\nTwo"),
        ("&lt;p&gt;Use &lt;code&gt;&amp;amp;nbsp;&lt;/code&gt;&lt;/p&gt;", "Use &nbsp;"),
        ("&lt;p&gt;Use &amp;lt;br&amp;gt; here&lt;/p&gt;", "Use <br> here"),
    ],
)
def test_what_was_escaped_twice_is_unescaped_but_not_in_code(value: str, text: str) -> None:
    (entry,) = read(rss(f"<title>One</title><description>{value}</description>")).entries
    assert (entry.text or entry.summary).replace("\u00a0", " ") == text


def test_a_json_feed_that_is_finished_says_so() -> None:
    head = b'{"version": "https://jsonfeed.org/version/1.1", "title": "T", "expired": true, '
    body = head + b'"items": [{"id": "1", "title": "Last"}]}'
    feed = read(body)
    assert [entry.title for entry in feed.entries] == ["Last"]
    assert [notice.message for notice in feed.notices] == ["says that it is finished (expired): nothing more will come"]
