from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.feeds.item import Item
from digest.gather.feeds.jsonfeed import is_json_feed, parse_json_feed
from digest.model import Entry
from tests.gather.making import LONDON, NOW, source

URL = "https://example.org/feed.json"


def document(*items: Any, **head: Any) -> bytes:
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "The Example", **head, "items": list(items)}
    return json.dumps(feed).encode()


def entry(item: dict[str, Any], **head: Any) -> Entry:
    parsed = parse_json_feed(document(item, **head))
    (raw,) = parsed["entries"]
    made = Item(raw, base=URL).entry(
        "1", source(), parsed["feed"]["language"], zone=LONDON, now=NOW, fingerprint=""
    )  # fmt: skip
    assert isinstance(made, Entry)
    return made


def test_a_whole_item_of_version_1_1_is_read() -> None:
    made = entry(
        {
            "id": "https://example.org/a", "url": "https://example.org/a?utm_source=feed", "title": "Cap agreed",
            "external_url": "https://other.example/b", "content_html": "<p>One.</p><p><a href='c'>Two</a>.</p>",
            "content_text": "One. Two.", "summary": "One.", "image": "/p.png", "banner_image": "/q.png",
            "date_published": "2026-11-17T10:00:00+01:00", "date_modified": "2026-11-18T10:00:00Z",
            "authors": [{"name": "Ana Roth"}, {"name": "Li Wei", "url": "https://li.example/"}],
            "tags": ["energy", "prices"], "language": "en_gb",
        },
        language="de", authors=[{"name": "The Example"}], home_page_url="https://example.org/",
    )  # fmt: skip
    assert (made.title, made.url, made.summary) == ("Cap agreed", "https://example.org/a", "One.")
    assert made.body == '<p>One.</p><p><a href="https://example.org/c">Two</a>.</p>'
    assert (made.authors, made.tags, made.language) == (("Ana Roth", "Li Wei"), ("energy", "prices"), "en-GB")
    assert made.published == datetime(2026, 11, 17, 9, tzinfo=UTC)
    assert made.updated == datetime(2026, 11, 18, 10, tzinfo=UTC)
    assert made.image_url == "https://example.org/p.png"


def test_version_1_0_has_one_author_and_plain_text_stays_plain() -> None:
    made = entry(
        {
            "id": 7,
            "content_text": "One <b> & two.\n\nThree.",
            "author": {"name": "Ana Roth"},
            "external_url": "https://b.example/",
        },
        version="https://jsonfeed.org/version/1",
    )
    assert (made.text, made.body) == ("One <b> & two.\n\nThree.", "<p>One &lt;b&gt; &amp; two.</p><p>Three.</p>")
    assert (made.authors, made.url) == (("Ana Roth",), "https://b.example/")


@pytest.mark.parametrize("head", [{"authors": [{"name": "Ana Roth"}]}, {"author": {"name": "Ana Roth"}}])
def test_an_item_without_author_and_language_has_the_feeds(head: dict[str, Any]) -> None:
    made = entry({"id": "1", "title": "a"}, language="fr", **head)
    assert (made.authors, made.language) == (("Ana Roth",), "fr")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("tag:1", "tag:1"), (7, "7"), (7.0, "7"), (7.5, "7.5"), (None, ""), (True, ""), (["7"], ""), ("", "")],
)
def test_an_id_is_a_text_whatever_it_was(value: object, expected: str) -> None:
    (raw,) = parse_json_feed(document({"id": value, "title": "a"}))["entries"]
    assert raw["id"] == expected


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"url": "https://example.org/a", "external_url": "https://b.example/"}, "https://example.org/a"),
        ({"external_url": "https://b.example/"}, "https://b.example/"),
        ({"id": "https://example.org/a"}, "https://example.org/a"),
        ({"url": "/a"}, "https://example.org/a"),
        ({"title": "a"}, None),
    ],
)
def test_an_item_leads_to_its_page_else_to_the_one_it_is_about(item: dict[str, Any], expected: str | None) -> None:
    assert entry(item).url == expected


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"banner_image": "/q.png"}, "https://example.org/q.png"),
        ({"attachments": [{"url": "/s.mp3", "mime_type": "audio/mpeg"}, {"url": "/p", "mime_type": "image/png"}]},
         "https://example.org/p"),
        ({"attachments": [{"mime_type": "image/png"}, "x", None]}, None),
        ({"content_html": "<img src='/r.png'>"}, "https://example.org/r.png"),
    ],
)  # fmt: skip
def test_the_picture_is_the_one_named_else_an_attached_one_else_that_of_the_text(
    item: dict[str, Any], expected: str | None
) -> None:
    assert entry({"id": "1", "title": "a", **item}).image_url == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2026-11-17T10:00:00-05:00", datetime(2026, 11, 17, 15, tzinfo=UTC)),
        ("2026-11-17T10:00:00.123Z", datetime(2026, 11, 17, 10, tzinfo=UTC)),
        ("2026-11-17", datetime(2026, 11, 17, tzinfo=UTC)),
        ("Tue, 17 Nov 2026 10:00:00 GMT", datetime(2026, 11, 17, 10, tzinfo=UTC)),
        ("yesterday", None),
        (1794909600, None),
        (None, None),
    ],
)
def test_a_date_is_read_as_it_should_be_written_and_as_it_is(said: object, expected: datetime | None) -> None:
    assert entry({"id": "1", "title": "a", "date_published": said}).published == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_utf_8_and_utf_16_are_read_with_and_without_their_mark(encoding: str) -> None:
    text = '{"version": "https://jsonfeed.org/version/1.1", "title": "Fête", "items": []}'
    body = text.encode(encoding)
    assert is_json_feed(body)
    assert parse_json_feed(body)["feed"]["title"] == "Fête"


def test_what_is_no_json_is_not_taken_for_it() -> None:
    for body in (b"<rss/>", b"", b"[1]", b"\xff\xfe<\0", b"BEGIN:VCARD"):
        assert not is_json_feed(body)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"items": [{"id": "1", "title": "a"},\n]}', "a comma with nothing after it at line 2, column 1"),
        (b'{"items": [{"id": "1",}]}', "a comma with nothing after it"),
        (b'{"items": [', "at line 1, column 12"),
        (b'{"items": {"id": "1"}}', "no JSON Feed"),
        (b'{"data": []}', "no JSON Feed"),
        (b'{"title": "caf\xe9", "items": []}', "no UTF-8"),
        (b"{", "no JSON"),
    ],
)
def test_what_is_no_feed_is_refused_with_the_place_of_the_fault(body: bytes, told: str) -> None:
    with pytest.raises(ValueError, match="JSON") as caught:
        parse_json_feed(body)
    assert told in str(caught.value)


def test_items_that_say_nothing_are_left_out_and_told() -> None:
    parsed = parse_json_feed(document({"id": "1", "title": "a"}, {}, None, "text", {"id": 2}))
    assert [raw["id"] for raw in parsed["entries"]] == ["1", "2"]
    assert parsed["problems"] == ["3 of its items are empty"]
    assert parse_json_feed(document({"id": "1"}))["problems"] == []


@pytest.mark.parametrize(("said", "expected"), [(True, True), (False, False), (None, False), ("yes", False)])
def test_a_feed_that_has_ended_says_so(said: object, expected: bool) -> None:
    assert parse_json_feed(document(expired=said))["feed"]["expired"] is expected


def test_the_version_is_named_as_feedparser_names_versions() -> None:
    assert parse_json_feed(document())["version"] == "json11"
    assert parse_json_feed(document(version="https://jsonfeed.org/version/1"))["version"] == "json1"
    assert parse_json_feed(document(version=None))["version"] == "json"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = ("id", "url", "external_url", "title", "content_html", "content_text", "summary", "image", "banner_image",
        "author", "authors", "tags", "language", "date_published", "date_modified", "attachments")  # fmt: skip


@given(st.dictionaries(st.sampled_from(KEYS), VALUES), VALUES)
def test_no_value_in_any_place_makes_it_fail(item: dict[str, Any], author: object) -> None:
    for raw in parse_json_feed(document(item, author=author))["entries"]:
        Item(raw, base=URL)
