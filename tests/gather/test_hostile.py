"""Documents made to harm: each is read in a process of its own, so that neither hanging nor growing can hide."""

from __future__ import annotations

import gzip
import json
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from digest.gather.feeds.feed import read_feed
from tests.gather.making import NOW, rss, source

READER = """
import json, resource, sys
from datetime import UTC, datetime
from digest.gather.feeds.feed import read_feed
from digest.model import Source


def peak_mb():  # Linux lets a child begin with the peak of its parent
    if sys.platform == "darwin":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    said = open("/proc/self/status").read()
    return int(said[said.index("VmHWM:") :].split()[1]) / 1e3


place = Source(id="example", kind="feed", location="https://example.org/feed", name="")
feed = read_feed(sys.stdin.buffer.read(), source=place, url="https://example.org/feed", content_type=None,
                 now=datetime(2026, 11, 20, tzinfo=UTC))
print(json.dumps({
    "entries": len(feed.entries),
    "problem": feed.problem.message if feed.problem else None,
    "left_out": len(feed.left_out),
    "title": feed.entries[0].title if feed.entries else "",
    "text": feed.entries[0].text[:1000] if feed.entries else "",
    "url": feed.entries[0].url if feed.entries else None,
    "authors": feed.entries[0].authors if feed.entries else (),
    "rss_mb": peak_mb(),
}))
"""
HANGS_S = 120
"""No measure of speed: on any machine, what takes so long would never have come to an end."""


def read(body: bytes) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", READER], input=body, stdout=subprocess.PIPE, timeout=HANGS_S, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def one(field: str, value: str) -> bytes:
    """A feed of one item, and that field of it."""
    named = "" if field == "title" else "<title>t</title>"
    return rss(f"{named}<{field}>{value}</{field}>").replace(
        b"<rss ", b'<rss xmlns:dc="http://purl.org/dc/elements/1.1/" '
    )


def test_entities_that_grow_without_end_do_not() -> None:
    lines = "".join(f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 12))
    bomb = f'<!DOCTYPE rss [<!ENTITY e0 "ha">{lines}]><rss version="2.0">'.encode()
    found = read(one("title", "&e11;").replace(b'<rss version="2.0"', bomb[:-1]))
    assert len(found["title"]) < 1000
    assert found["rss_mb"] < 300


def test_an_entity_reads_no_file_and_asks_no_server(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("sesame", "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x.dtd"
        for declared in (
            f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]>',
            f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{address}">]>',
            f'<!DOCTYPE rss SYSTEM "{address}">',
            f'<!DOCTYPE rss [<!ENTITY % p SYSTEM "{address}"> %p;]>',
            f'<!DOCTYPE rss PUBLIC "-//x//y" "{secret.as_uri()}">',
        ):
            found = read(one("title", "open &x; now").replace(b"<rss ", declared.encode() + b"<rss ", 1))
            assert "sesame" not in json.dumps(found)
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize(
    ("field", "atom"),
    [
        ("x", "<x>"), ("description", "&lt;div&gt;"), ("description", "&lt;ul&gt;&lt;li&gt;"), ("title", "&lt;b&gt;"),
        ("author", "x"), ("dc:creator", "a@"), ("author", "x@x."),
        ("title", "&amp;amp;"), ("link", "https://a/?"),
        ("description", "Embargoed until "), ("pubDate", "9"), ("category", "a,"), ("guid", "%"),
        ("description", "[…]"),
    ],
)  # fmt: skip
def test_a_field_of_half_a_megabyte_is_read_in_time_that_grows_with_its_length(field: str, atom: str) -> None:
    """In one with a square in it, half a million of anything would take hours."""
    found = read(one(field, atom * (500_000 // len(atom))))
    assert found["entries"] == 1 or "cannot be read" in found["problem"]
    assert len(found["title"]) < 1000


def test_elements_a_hundred_thousand_deep_are_a_problem_or_are_read() -> None:
    deep = "<x>" * 100_000 + "</x>" * 100_000
    found = read(rss(f"<title>t</title>{deep}"))
    assert found["entries"] == 1 or found["problem"]


@pytest.mark.long
def test_an_attribute_of_50_megabytes_is_read() -> None:
    found = read(rss(f"<title t='{'x' * 50_000_000}'>t</title>"))
    assert (found["entries"], found["title"]) == (1, "t")
    assert found["rss_mb"] < 1500


@pytest.mark.parametrize("item", ["<item/>", "<item><guid>same</guid><title>t</title></item>", "<item>", "<item><x/>"])
def test_thirty_thousand_items_that_are_all_alike_are_read(item: str) -> None:
    found = read(b'<rss version="2.0"><channel>' + item.encode() * 30_000 + b"</channel></rss>")
    assert found["entries"] >= 29_999 or found["problem"]


@pytest.mark.long
def test_of_a_million_items_so_many_are_read_as_anybody_could_mean() -> None:
    """A body of the largest size that is fetched can hold so many."""
    found = read(b'<rss version="2.0"><channel>' + b"<item/>" * 1_000_000 + b"</channel></rss>")
    assert (found["entries"], found["left_out"]) == (50_000, 1)


@pytest.mark.parametrize(
    "body",
    [
        b'{"items": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        b'{"items": [{"title": "a", "id": ' + b"9" * 100_000 + b"}]}",
        b'{"items": [{"title": "a", "id": 1e999}, {"id": NaN}, {"id": -Infinity}]}',
        b'{"items": [' + b"{}," * 50_000 + b"{}]}",
        b'{"items": [{"title": "' + b"\\ud800" * 50_000 + b'"}]}',
        gzip.compress(rss("a")), b"\x1f\x8b\x08" + bytes(100), b"PK\x03\x04" + bytes(100), bytes(100_000),
        b"\xff" * 100_000, b"<" * 200_000, b"&" * 200_000, b"<!" * 100_000, b"<![CDATA[" * 20_000, b"<a b=" * 50_000,
        b"<rss><channel><item><title>&nbsp;" + b"<p" * 100_000, b'<rss version="2.0" ' + b"a='' " * 50_000 + b"/>",
        b"<feed " + b" ".join(b"xmlns:n%d='u'" % number for number in range(30_000)) + b"><entry/></feed>",
    ],
    ids=range(18),
)  # fmt: skip
def test_bytes_that_are_no_feed_or_hardly_one_are_a_problem_or_entries(body: bytes) -> None:
    found = read(body)
    assert found["entries"] or found["problem"] or found["left_out"]


def test_a_script_in_utf_7_is_cleaned_like_any_other() -> None:
    body = rss("<title>t</title><description>safe +ADw-script+AD4-x+ADw-/script+AD4-</description>")
    for sent in (body.replace(b"UTF-8", b"UTF-7"), b"+/v8-" + body):
        feed = read_feed(sent, source=source(), url="https://example.org/", content_type=None, now=NOW)
        assert all("<script" not in entry.body for entry in feed.entries)


@pytest.mark.parametrize(
    ("item", "title"),
    [
        ("<title>Invoice \u202efdp.exe</title>", "Invoice fdp.exe"),
        ("<title>\u2067Tide\u2069 tables\u200f</title>", "Tide tables\u200f"),
        ("<title>Tide&#0; tab&#x1F;les</title>", "Tide tables"),
        ("<title>Tide&#xD800; tables</title>", "Tide tables"),
        ("<title>Tide&#x110000; tables</title>", "Tide tables"),
        ("<title>Tide&#55357;&#56832;</title>", "Tide\U0001f600"),
        ("<title>Tide\0 tables</title>", "Tide tables"),
    ],
)
def test_a_title_holds_no_characters_that_mislead_or_break(item: str, title: str) -> None:
    feed = read_feed(rss(item), source=source(), url="https://example.org/", content_type=None, now=NOW)
    assert [entry.title for entry in feed.entries] == [title]


@pytest.mark.parametrize(
    "date",
    ["Mon, 01 Jan 0001 00:00:00 GMT", "9999-12-31T23:59:60Z", "99999-01-01", "-2026-11-18", "2026-02-31T00:00:00Z",
     "18 Nov 2026 25:61:61 +9999", "2026-11-18T10:00:00+99:99", "1e400", "0" * 5000, "2026-W99-9", "２０２６-11-18"],
)  # fmt: skip
def test_a_date_that_no_calendar_has_is_none_and_no_trouble(date: str) -> None:
    feed = read_feed(one("pubDate", date), source=source(), url="https://example.org/", content_type=None, now=NOW)
    (entry,) = feed.entries
    assert entry.published is None or datetime(1990, 1, 1, tzinfo=UTC) <= entry.published <= datetime(
        2027, 12, 1, tzinfo=UTC
    )
