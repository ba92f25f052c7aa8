"""What becomes of an item: each document here has one of the faults that real feeds have."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.embargo import EmbargoError
from digest.gather.feeds.item import Item, fingerprint_of, link_of
from digest.gather.feeds.parser import NO_PLACE, parse
from digest.gather.repair import body_text, repeats, without_marker
from digest.model import Entry
from digest.text.plain import plain
from tests.gather.making import LONDON, NOW, rss, source

URL = "https://example.org/feeds/all.xml"
FINGERPRINT = "f" * 64


def atom(*entries: str) -> bytes:
    whole = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" '
        f'xmlns:yt="http://www.youtube.com/xml/schemas/2015"><title>The Example</title>{whole}</feed>'
    ).encode()


def entries(body: bytes, *, url: str | None = URL, language: str | None = None) -> list[Entry]:
    parsed = parse(body, url=url, content_type=None)
    items = [Item(raw, base=url or NO_PLACE) for raw in parsed["entries"]]
    return [
        item.entry(str(number), source(), language, zone=LONDON, now=NOW, fingerprint=FINGERPRINT)
        for number, item in enumerate(items)
    ]


def only(item: str, *, url: str | None = URL) -> Entry:
    (entry,) = entries(rss(item), url=url)
    return entry


def test_an_ordinary_item_comes_through_whole() -> None:
    entry = only(
        "<title>Cap agreed</title><link>https://example.org/cap?utm_source=rss</link><guid>7</guid>"
        "<pubDate>Tue, 17 Nov 2026 10:00:00 +0100</pubDate><category>Energy</category><category>Energy</category>"
        "<description>&lt;p&gt;Ministers agreed a cap.&lt;/p&gt;</description>"
        "<content:encoded>&lt;p&gt;Ministers agreed a cap.&lt;/p&gt;&lt;p&gt;It falls in May.&lt;/p&gt;"
        "</content:encoded>"
    )
    assert (entry.title, entry.url, entry.url_key) == ("Cap agreed", "https://example.org/cap", "example.org/cap")
    assert (entry.summary, entry.text) == ("Ministers agreed a cap.", "Ministers agreed a cap.\n\nIt falls in May.")
    assert entry.body == "<p>Ministers agreed a cap.</p><p>It falls in May.</p>"
    assert (entry.published, entry.tags) == (datetime(2026, 11, 17, 9, tzinfo=UTC), ("Energy",))
    assert (entry.fingerprint, entry.first_seen, entry.notes) == (FINGERPRINT, NOW, ())


# Captions -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "picture",
    [
        '<media:content url="https://example.org/p.jpg" medium="image"><media:description>A port.</media:description>'
        "</media:content>",
        '<media:group><media:content url="https://example.org/p.jpg" medium="image"/>'
        "<media:description>A port.</media:description></media:group>",
        '<media:thumbnail url="https://example.org/p.jpg"/><media:description>A port.</media:description>',
    ],
)
@pytest.mark.parametrize("caption_first", [True, False])
def test_the_caption_of_a_picture_is_no_summary(picture: str, caption_first: bool) -> None:
    text = "<description>Ministers agreed a cap.</description>"
    entry = only("<title>Cap</title>" + (picture + text if caption_first else text + picture))
    assert (entry.text, entry.image_alt, entry.image_url) == (
        "Ministers agreed a cap.", "A port.", "https://example.org/p.jpg"
    )  # fmt: skip


def test_a_film_of_which_only_its_media_description_tells_has_that_for_a_text() -> None:
    (entry,) = entries(
        atom(
            "<id>yt:video:abc</id><yt:videoId>abc</yt:videoId><title>A film</title>"
            '<link rel="alternate" href="https://video.example/watch?v=abc"/>'
            "<media:group><media:title>A film</media:title>"
            '<media:content url="https://video.example/v/abc" type="application/x-shockwave-flash"/>'
            '<media:thumbnail url="https://i.example/abc.jpg"/>'
            "<media:description>What it shows.\n\nWho made it &lt;3.</media:description></media:group>"
        )
    )
    assert entry.text == "What it shows.\n\nWho made it <3."
    assert entry.body == "<p>What it shows.</p><p>Who made it &lt;3.</p>"
    assert (entry.image_url, entry.image_alt) == ("https://i.example/abc.jpg", "")


# Addresses ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("<link>/a</link>", "https://example.org/a"),
        ("<link>a?b=1&amp;c=2</link>", "https://example.org/feeds/a?b=1&c=2"),
        ("<link>http://localhost:1313/a</link>", None),
        ("<guid>https://example.org/a</guid>", "https://example.org/a"),
        ('<guid isPermaLink="true">https://example.org/a</guid>', "https://example.org/a"),
        ('<guid isPermaLink="false">https://example.org/a</guid>', None),
        ("<guid>tag:example.org,2026:7</guid>", None),
        ("<link>https://feeds.example/~r/x/7/</link><feedburner:origLink>https://example.org/a</feedburner:origLink>",
         "https://example.org/a"),
        ("<link>javascript:alert(1)</link>", None),
    ],
)  # fmt: skip
def test_an_item_leads_where_its_publisher_meant(item: str, expected: str | None) -> None:
    assert only("<title>a</title>" + item).url == expected


def test_each_entry_has_its_own_base_and_leaves_it_to_no_other() -> None:
    html = '<content type="html">&lt;a href="b"&gt;b&lt;/a&gt; &lt;img src="c.png"&gt;</content>'
    thumb = '<media:thumbnail url="t.jpg"/>'
    body = atom(
        f'<id>1</id><title>one</title><link href="a"/>{html}',
        f'<id>2</id><title>two</title><link href="a"/>{html}{thumb}',
    ).replace(b"<entry><id>1", b'<entry xml:base="https://other.example/x/"><id>1')
    one, two = entries(body)
    assert (one.url, two.url) == ("https://other.example/x/a", "https://example.org/feeds/a")
    assert one.body == '<a href="https://other.example/x/b">b</a> <img src="https://other.example/x/c.png">'
    assert two.body == '<a href="https://example.org/feeds/b">b</a> <img src="https://example.org/feeds/c.png">'
    assert (one.image_url, two.image_url) == ("https://other.example/x/c.png", "https://example.org/feeds/t.jpg")


def test_a_picture_the_entry_names_is_where_the_entry_says_addresses_begin() -> None:
    body = atom('<id>1</id><title>one</title><media:thumbnail url="t.jpg"/>')
    (entry,) = entries(body.replace(b"<entry>", b'<entry xml:base="https://other.example/x/">'))
    assert entry.image_url == "https://other.example/x/t.jpg"


def test_in_a_file_that_lies_nowhere_relative_addresses_lead_nowhere() -> None:
    entry = only('<title>a</title><link>/a</link><description>&lt;a href="/b"&gt;b&lt;/a&gt;</description>', url=None)
    assert (entry.url, entry.body) == (None, "<a>b</a>")


def test_what_waits_behind_the_link_is_marked() -> None:
    sound = '<link>https://example.org/talk</link><enclosure url="https://example.org/t" type="audio/mpeg" length="1"/>'
    assert only(f"<title>a</title>{sound}").marks == ("audio",)
    assert only("<title>a</title><link>https://example.org/report.pdf</link>").marks == ("pdf",)
    assert only("<title>a</title><link>https://example.org/a</link>").marks == ()


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ('<enclosure url="https://example.org/p" type="image/webp" length="1"/>', "https://example.org/p"),
        ('<enclosure url="https://example.org/p.mp3" type="audio/mpeg" length="1"/>', None),
        ('<media:content url="https://example.org/p.JPG?w=90"/>', "https://example.org/p.JPG?w=90"),
        ('<media:content url="https://example.org/film.mp4" type="video/mp4"/>', None),
        ('<media:thumbnail url="http://localhost/p.png"/>', None),
        ("<description>&lt;img src='https://t.example/1.gif' width='1'&gt;&lt;img src='/p.png'&gt;</description>",
         "https://example.org/p.png"),
    ],
)  # fmt: skip
def test_the_picture_is_what_the_feed_gives_for_one(item: str, expected: str | None) -> None:
    assert only("<title>a</title>" + item).image_url == expected


# Dates --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("<pubDate>Tue, 17 Nov 2026 10:00:00 EST</pubDate>", "2026-11-17T15:00:00+00:00"),
        ("<pubDate>2026-11-17T17:36:36-0500</pubDate>", "2026-11-17T22:36:36+00:00"),
        ("<pubDate>2020/1/10 14:33:00</pubDate>", "2020-01-10T14:33:00+00:00"),
        ("<pubDate>Tue, 17 Nov 2026 10:00:00 CET</pubDate>", "2026-11-17T09:00:00+00:00"),
        ("<x:date xmlns:x='http://purl.org/dc/elements/1.1/'>2026-11-17T10:00:00Z</x:date>",
         "2026-11-17T10:00:00+00:00"),
        ("<pubDate>Mon, 01 Jan 0001 00:00:00 +0000</pubDate>", None),
        ("<pubDate>Fri, 01 Jan 2999 00:00:00 GMT</pubDate>", None),
        ("<pubDate>soon</pubDate>", None),
    ],
)  # fmt: skip
def test_an_item_is_dated_as_it_says(item: str, expected: str | None) -> None:
    entry = only("<title>a</title>" + item)
    assert (entry.published.isoformat() if entry.published else None) == expected
    assert bool(entry.notes) == (expected is None)


def test_an_entry_that_was_only_updated_is_from_then_and_one_only_published_was_not_updated() -> None:
    updated, published = entries(
        atom("<id>1</id><title>a</title><updated>2026-11-17T10:00:00Z</updated>",
             "<id>2</id><title>b</title><published>2026-11-16T10:00:00Z</published>")
    )  # fmt: skip
    assert updated.published == updated.updated == datetime(2026, 11, 17, 10, tzinfo=UTC)
    assert (published.published, published.updated) == (datetime(2026, 11, 16, 10, tzinfo=UTC), None)


# Titles and texts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("<title>Research &amp;amp; development</title>", "Research & development"),
        ("<title>&amp;lt;em&amp;gt;Very&amp;lt;/em&amp;gt; good</title>", "Very good"),
        ("<title>The capâ€™s end</title>", "The cap’s end"),
        ("<title></title><description>&lt;p&gt;The cap ends.&lt;/p&gt;</description>", "The cap ends."),
        ("<description>" + "word " * 30 + "</description>", ("word " * 19).strip() + " word…"),
        ("<link>https://example.org/news/the%20cap/</link>", "the cap"),
        ("<guid isPermaLink='false'>7</guid>", "—"),
    ],
)
def test_every_item_has_a_title_in_plain_words(item: str, expected: str) -> None:
    assert only(item).title == expected


@pytest.mark.parametrize(
    ("description", "content", "summary", "text"),
    [
        ("A.", "A. And B.", "A.", "A. And B."),
        ("A. And B.", "A. And B.", "", "A. And B."),
        ("A. And B. And C.", "A. And B.", "", "A. And B. And C."),
        ("A long text. And so on. And so on.", "A teaser.", "A teaser.", "A long text. And so on. And so on."),
        ("", "A. And B.", "", "A. And B."),
        ("A. And B.", "", "", "A. And B."),
        ("The cap", "", "", ""),
        ("The Cap.", "&lt;p&gt;the cap&lt;/p&gt;", "", ""),
        ("The cap", "The cap ends. So it is.", "", "The cap ends. So it is."),
    ],
)
def test_the_longest_text_is_the_text_and_a_shorter_one_the_summary(
    description: str, content: str, summary: str, text: str
) -> None:
    told = f"<description>{description}</description>" if description else ""
    told += f"<content:encoded>{content}</content:encoded>" if content else ""
    entry = only("<title>The cap</title>" + told)
    assert (entry.summary, entry.text) == (summary, text)


def test_a_text_that_is_but_the_title_is_left_out_and_its_picture_kept() -> None:
    entry = only("<title>A port</title><description>A port &lt;img src='/p.png'&gt;</description>")
    assert entry.text == entry.summary == ""
    assert (entry.body, entry.image_url) == (
        'A port <img src="https://example.org/p.png">', "https://example.org/p.png"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("description", "text", "truncated"),
    [
        ("A whole text.", "A whole text.", False),
        ("A part of […]", "A part of…", True),
        ("A part of it. &lt;a href='/a'&gt;Continue reading&lt;/a&gt;", "A part of it.", True),
    ],
)
def test_a_text_that_goes_on_elsewhere_is_told(description: str, text: str, truncated: bool) -> None:
    entry = only(f"<title>a</title><description>{description}</description>")
    assert (entry.text, entry.truncated) == (text, truncated)


def test_letters_read_in_the_wrong_alphabet_are_mended_in_title_text_and_names() -> None:
    entry = only(
        "<title>GroÃŸe WÃ¤rme</title><author>JÃ¼rgen Weiß</author><category>WÃ¤rme</category>"
        "<description>&lt;p&gt;Es ist â€žwarmâ€œ.&lt;/p&gt;&lt;p&gt;FÃ¼r alle.&lt;/p&gt;</description>"
    )
    assert (entry.title, entry.tags) == ("Große Wärme", ("Wärme",))
    assert entry.text == "Es ist „warm“.\n\nFür alle."
    assert entry.authors == ("JÃ¼rgen Weiß",)  # a name of which half is right stays as it is


def test_the_language_is_the_entrys_else_the_feeds_as_bcp_47_writes_it() -> None:
    body = atom("<id>1</id><title>a</title>", "<id>2</id><title xml:lang='de_AT'>b</title>")
    one, two = entries(body, language="en_us")
    assert (one.language, two.language) == ("en-US", "de-AT")


# Names --------------------------------------------------------------------------------------------------------------


def test_a_document_that_cannot_be_split_has_fingerprints_of_what_its_items_say() -> None:
    item = "<title>a</title><link>/a</link><description>{}</description>"
    first, again, changed = (
        parse(rss(item.format(text)), url=URL, content_type=None)["entries"][0] for text in ("b", "b", "c")
    )
    assert fingerprint_of(first, URL) == fingerprint_of(again, URL)
    assert fingerprint_of(first, URL) != fingerprint_of(changed, URL)
    assert len(fingerprint_of(first, URL)) == 64
    assert link_of(first, URL) == "https://example.org/a"


PIECES = st.lists(
    st.sampled_from(["<p>", "</p>", "<figure>", "<figcaption>", "</figcaption></figure>", "word ", "&amp;nbsp;",
                     "<pre>", "</pre>", "<img src='p.png'>", "\u202e", "Read more", "embargoed until Monday", "Ã©",
                     "…", "<li>"]),
    max_size=12,
).map("".join)  # fmt: skip


@given(PIECES, PIECES, st.sampled_from(["text/html", "text/plain"]))
def test_whatever_an_item_holds_its_text_is_that_of_its_body(one: str, other: str, kind: str) -> None:
    raw = {"id": "1", "title": one[:40], "summary_detail": {"value": one, "type": kind},
           "content": [{"value": other, "type": "text/html"}]}  # fmt: skip
    item = Item(raw, base=URL)
    assert len(plain(item.long)) >= len(plain(item.short))
    try:
        entry = item.entry("1", source(), None, zone=LONDON, now=NOW, fingerprint="")
    except EmbargoError:
        return
    assert entry.text in {without_marker(body_text(entry.body))[0], ""}
    assert entry.text or not plain(entry.body) or repeats(body_text(entry.body), entry.title) or entry.truncated
    assert "\u202e" not in entry.body + entry.text + entry.summary + entry.title
