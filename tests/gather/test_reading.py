"""Gathering over a real server on this machine, and from real files."""

from __future__ import annotations

import gzip
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from digest.config.settings import GatherSettings
from digest.gather.reading import gather
from digest.model import FetchState
from tests.gather.making import LONDON, NOW, read_all, rss, source
from tests.support.http import Page, Site, serving

LATER = NOW + timedelta(hours=2)
ETAG = 'W/"opaque, as it came"'
WEDNESDAY = "Wed, 18 Nov 2026 09:00:00 GMT"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


def test_a_feed_is_read_and_named_by_itself(site: Site, tmp_path: Path) -> None:
    feed = source(site.add("/feed", Page(rss("One", "Two"))))
    reading = read_all(tmp_path, feed)["example"]
    assert (reading.outcome, reading.problems, reading.source.name) == ("read", (), "The Example")
    assert [entry.title for entry in reading.entries] == ["One", "Two"]
    assert reading.body_bytes == len(rss("One", "Two"))
    assert reading.fetched is not None
    assert (reading.fetched.first_fetched, reading.fetched.next_due) == (NOW, NOW + timedelta(hours=1))


def test_who_asks_is_said_and_nothing_else(site: Site, tmp_path: Path) -> None:
    site.add("/feed", Page(rss("One"), headers={"Set-Cookie": "a=b"}))
    states: dict[str, FetchState] = {}
    feed = source(site.url + "/feed")
    read_all(tmp_path, feed, states=states)
    read_all(tmp_path, feed, states=states, now=LATER, contact="editor@example.org")
    first, second = site.asked("/feed")
    assert first.headers["user-agent"].startswith("digest/")
    assert first.headers["user-agent"].endswith("(+https://brief.example.org/)")
    assert second.headers["user-agent"].endswith("(+editor@example.org)")
    assert "application/atom+xml" in first.headers["accept"]
    for absent in ("cookie", "referer", "if-none-match", "if-modified-since"):
        assert absent not in second.headers


@pytest.mark.parametrize("gzipped", [False, True])
def test_what_did_not_change_is_not_transferred_again(site: Site, tmp_path: Path, *, gzipped: bool) -> None:
    page = Page(rss("One"), etag=ETAG, last_modified=WEDNESDAY, gzipped=gzipped)
    states: dict[str, FetchState] = {}
    feed = source(site.add("/feed", page))
    assert read_all(tmp_path, feed, states=states)["example"].outcome == "read"
    reading = read_all(tmp_path, feed, states=states, now=LATER)["example"]
    assert (reading.outcome, reading.entries, reading.body_bytes) == ("unchanged", (), 0)
    assert reading.source.name == "The Example"
    second = site.asked("/feed")[1]
    assert (second.headers["if-none-match"], second.headers["if-modified-since"]) == (ETAG, WEDNESDAY)
    assert (second.status, second.sent) == (304, 0)
    page.etag, page.body = '"new"', rss("One", "Two")
    assert len(read_all(tmp_path, feed, states=states, now=LATER + timedelta(hours=2))["example"].entries) == 2


def test_the_same_body_again_is_not_parsed_again(site: Site, tmp_path: Path) -> None:
    states: dict[str, FetchState] = {}
    feed = source(site.add("/feed", Page(rss("One"))))
    read_all(tmp_path, feed, states=states)
    reading = read_all(tmp_path, feed, states=states, now=LATER)["example"]
    assert (reading.outcome, reading.entries) == ("unchanged", ())


def test_a_feed_is_not_asked_before_it_is_due_unless_all_are(site: Site, tmp_path: Path) -> None:
    states: dict[str, FetchState] = {}
    feed = source(site.add("/feed", Page(rss("One"))))
    read_all(tmp_path, feed, states=states)
    soon = NOW + timedelta(minutes=59)
    reading = read_all(tmp_path, feed, states=states, now=soon)["example"]
    assert (reading.outcome, reading.source.name, len(site.requests)) == ("not due", "The Example", 1)
    assert read_all(tmp_path, feed, states=states, now=soon, ask_all=True)["example"].outcome == "unchanged"


def test_retry_after_is_kept_by_every_feed_of_the_host_even_if_all_are_asked(site: Site, tmp_path: Path) -> None:
    busy = source(site.add("/a", Page(status=429, headers={"Retry-After": "7200"})), id="a")
    other = source(site.add("/b", Page(rss("One"))), id="b")
    states: dict[str, FetchState] = {}
    readings = read_all(tmp_path, busy, other, states=states)
    assert readings["a"].outcome == "failed"
    assert readings["a"].problems[0].message == "429 Too Many Requests"
    assert (readings["b"].outcome, site.asked("/b")) == ("not due", [])
    soon = NOW + timedelta(minutes=119)
    readings = read_all(tmp_path, busy, other, states=states, now=soon, ask_all=True)
    assert {reading.outcome for reading in readings.values()} == {"not due"}
    site.pages["/a"] = Page(rss("Back"))
    readings = read_all(tmp_path, busy, other, states=states, now=NOW + timedelta(hours=2))
    assert {reading.outcome for reading in readings.values()} == {"read"}


def test_one_dead_feed_costs_only_its_own_entries(site: Site, tmp_path: Path) -> None:
    good = source(site.add("/good", Page(rss("One"))), id="good")
    dead = source(site.url + "/dead", id="dead", name="Dead")
    gone = source(site.add("/gone", Page(status=410)), id="gone")
    nowhere = source("http://no-such-host.invalid/feed", id="nowhere")
    refused = source("http://127.0.0.1:1/feed", id="refused")
    web = source(site.add("/web", Page(b"<html><title>Hello</title></html>", content_type="text/html")), id="web")
    states: dict[str, FetchState] = {}
    readings = read_all(tmp_path, good, dead, gone, nowhere, refused, web, states=states)
    assert [entry.title for entry in readings["good"].entries] == ["One"]
    messages = {name: reading.problems[0].message for name, reading in readings.items() if reading.problems}
    assert messages == {
        "dead": "404 Not Found",
        "gone": "410 Gone: the publisher has taken this feed down",
        "nowhere": "no-such-host.invalid: no such host",
        "refused": "127.0.0.1: refused the connection on port 1",
        "web": "answered with a web page, not a feed: Hello",
    }
    assert (states["dead"].failures, states["dead"].failing_since) == (1, NOW)
    assert states["dead"].last_problem == "404 Not Found"
    assert (states["nowhere"].last_fetched, states["dead"].last_fetched) == (None, NOW)
    assert states["gone"].next_due == NOW + timedelta(days=7)
    read_all(tmp_path, dead, states=states, now=LATER)
    assert (states["dead"].failures, states["dead"].failing_since) == (2, NOW)
    site.pages["/dead"] = Page(rss("Alive"))
    read_all(tmp_path, dead, states=states, now=LATER, ask_all=True)
    healed = states["dead"]
    assert (healed.failures, healed.failing_since, healed.last_problem) == (0, None, None)


def test_validators_of_a_body_that_cannot_be_read_are_not_kept(site: Site, tmp_path: Path) -> None:
    page = Page(rss("One"), etag='"good"')
    states: dict[str, FetchState] = {}
    feed = source(site.add("/feed", page))
    read_all(tmp_path, feed, states=states)
    page.body, page.etag = b"<rss version='2.0'><channel><title>half", '"bad"'
    assert read_all(tmp_path, feed, states=states, now=LATER)["example"].outcome == "failed"
    assert states["example"].etag == '"good"'
    page.body = rss("One", "Two")
    reading = read_all(tmp_path, feed, states=states, now=LATER + timedelta(hours=2))["example"]
    assert len(reading.entries) == 2


def test_a_permanent_redirect_is_remembered_only_if_every_hop_is(site: Site, tmp_path: Path) -> None:
    new = site.add("/new", Page(rss("One")))
    site.add("/hop", Page(status=308, headers={"Location": "/new"}))
    moved = source(site.add("/moved", Page(status=301, headers={"Location": "/hop"})), id="moved")
    away = source(site.add("/away", Page(status=302, headers={"Location": "/hop"})), id="away")
    states: dict[str, FetchState] = {}
    readings = read_all(tmp_path, moved, away, states=states)
    assert [len(reading.entries) for reading in readings.values()] == [1, 1]
    assert (states["moved"].moved_to, states["away"].moved_to) == (new, None)
    site.pages["/moved"] = Page(status=404)
    reading = read_all(tmp_path, moved, states=states, now=LATER)["moved"]
    assert (reading.outcome, states["moved"].moved_to) == ("unchanged", new)


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("/loop", "127.0.0.1: more than 10 redirects"),
        ("ftp://example.org/feed", "leads to ftp://example.org/feed, which is no web address"),
        ("file:///etc/passwd", "leads to file:///etc/passwd, which is no web address"),
        ("http://[bad", "is no web address"),
    ],
)
def test_a_redirect_leads_only_so_far_and_only_to_the_web(
    site: Site, tmp_path: Path, location: str, message: str
) -> None:
    feed = source(site.add("/loop", Page(status=301, headers={"Location": location})))
    assert message in read_all(tmp_path, feed)["example"].problems[0].message
    assert len(site.requests) <= 11


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "127.1", "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0"]
)
def test_a_private_address_is_refused_when_it_is_connected(site: Site, tmp_path: Path, host: str) -> None:
    site.add("/feed", Page(rss("One")))
    feed = source(f"http://{host}:{site.port}/feed")
    problem = read_all(tmp_path, feed, allow_private=False)["example"].problems[0]
    assert site.requests == []
    if host in {"2130706433", "127.1"}:  # aiohttp takes these for no host at all
        assert "is no web address" in problem.message
        return
    assert "leads to a private address (" in problem.message
    assert problem.hint is not None
    assert "allow_private" in problem.hint


def test_a_body_larger_than_the_limit_is_refused_inflated_or_not(site: Site, tmp_path: Path) -> None:
    bomb = gzip.compress(b"\0" * 30_000_000)
    assert len(bomb) < 100_000
    plain = source(site.add("/plain", Page(b" " * 1_100_000)), id="plain")
    packed = source(site.add("/packed", Page(encoded=bomb)), id="packed")
    for reading in read_all(tmp_path, plain, packed, max_mb=1.0).values():
        assert reading.problems[0].message == "127.0.0.1: is larger than 1 MB"
        assert reading.fetched is not None
        assert reading.fetched.body_sha256 is None


def test_an_answer_that_drips_or_breaks_off_is_given_up(site: Site, tmp_path: Path) -> None:
    drip = source(site.add("/drip", Page(rss("One"), drip_s=0.05)), id="drip")
    cut = source(site.add("/cut", Page(rss("One"), cut=40)), id="cut")
    started = time.monotonic()
    readings = read_all(tmp_path, drip, cut, total_timeout_s=1.0)
    assert time.monotonic() - started < 5
    messages = {name: reading.problems[0].message for name, reading in readings.items()}
    assert messages == {
        "drip": "127.0.0.1: no complete answer within 1 s",
        "cut": "127.0.0.1: the answer broke off",
    }


def test_half_a_document_is_read_and_asked_for_again(site: Site, tmp_path: Path) -> None:
    whole = rss(*(f"Number {number}" for number in range(300)))
    page = Page(encoded=gzip.compress(whole)[:-300], etag='"half"')
    states: dict[str, FetchState] = {}
    feed = source(site.add("/feed", page))
    reading = read_all(tmp_path, feed, states=states)["example"]
    assert reading.outcome == "read"
    assert 0 < len(reading.entries) < 300
    assert reading.problems[0].message.startswith("breaks off after ")
    page.encoded = gzip.compress(whole)
    assert len(read_all(tmp_path, feed, states=states, now=LATER)["example"].entries) == 300


def test_a_host_is_asked_one_thing_at_a_time_and_several_hosts_at_once(tmp_path: Path) -> None:
    with serving() as one, serving() as two:
        feeds = [
            source(site.add(f"/{number}", Page(rss("One"), delay_s=0.2)), id=f"{place}-{number}")
            for place, site in (("one", one), ("two", two))
            for number in range(3)
        ]
        started = time.monotonic()
        readings = read_all(tmp_path, *feeds)
        took = time.monotonic() - started
    assert {reading.outcome for reading in readings.values()} == {"read"}
    for site in (one, two):
        ordered = sorted(site.requests, key=lambda request: request.started)
        assert all(first.ended <= second.started + 0.02 for first, second in pairwise(ordered))
    assert took < 1.1, "six answers of 0.2 s from two hosts take 0.6 s, one after the other 1.2 s"


def test_waiting_for_a_busy_host_does_not_use_up_the_time_of_a_feed(site: Site, tmp_path: Path) -> None:
    feeds = [source(site.add(f"/{number}", Page(rss("One"), delay_s=0.3)), id=f"f{number}") for number in range(5)]
    readings = read_all(tmp_path, *feeds, total_timeout_s=1.0)
    assert {reading.outcome for reading in readings.values()} == {"read"}


def test_stopping_in_the_middle_leaves_no_thread_behind(site: Site, tmp_path: Path) -> None:
    feeds = [source(site.add(f"/{number}", Page(rss("One"), delay_s=0.3)), id=f"f{number}") for number in range(20)]
    started = time.monotonic()
    readings = gather(feeds, {}, root=tmp_path, settings=GatherSettings(allow_private=True), newsletter_url="",
                      zone=LONDON, now=NOW)  # fmt: skip
    next(readings)
    readings.close()  # type: ignore[attr-defined]  # it is a generator
    assert time.monotonic() - started < 3


def test_local_files_alone_do_not_load_the_network(tmp_path: Path) -> None:
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "x.xml").write_bytes(rss("One"))
    script = (
        "import sys; from pathlib import Path; from tests.gather.making import read_all; "
        f"assert read_all(Path({str(tmp_path)!r})); assert 'aiohttp' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_a_listed_feed_file_is_never_backlog_and_parsed_again_only_when_it_changed(tmp_path: Path) -> None:
    (tmp_path / "feeds").mkdir()
    file = tmp_path / "feeds" / "x.xml"
    file.write_bytes(rss("One"))
    listed = source("feeds/x.xml")
    states: dict[str, FetchState] = {}
    readings = read_all(tmp_path, listed, states=states)
    assert list(readings) == ["example"]
    reading = readings["example"]
    assert (reading.outcome, reading.source.backlog, reading.source.name) == ("read", False, "The Example")
    assert [entry.path for entry in reading.entries] == ["feeds/x.xml"]
    first = states["example"]
    assert (first.first_fetched, first.last_fetched, first.title, first.next_due) == (NOW, NOW, "The Example", None)
    reading = read_all(tmp_path, listed, states=states, now=LATER)["example"]
    assert (reading.outcome, reading.entries, reading.source.name) == ("unchanged", (), "The Example")
    assert (states["example"].first_fetched, states["example"].last_fetched) == (NOW, LATER)
    file.write_bytes(rss("One", "Two"))
    assert len(read_all(tmp_path, listed, states=states, now=LATER)["example"].entries) == 2
    file.write_bytes(b"<rss>")
    for failures in (1, 2):
        reading = read_all(tmp_path, listed, states=states, now=LATER)["example"]
        assert (reading.outcome, states["example"].failures) == ("failed", failures)
        assert reading.problems[0].message == states["example"].last_problem
    file.write_bytes(rss("One", "Two"))
    assert read_all(tmp_path, listed, states=states, now=LATER)["example"].outcome == "read"
    assert (states["example"].failures, states["example"].failing_since) == (0, None)


def test_no_password_is_told_or_gets_into_an_entry(site: Site, tmp_path: Path) -> None:
    """The server sees it; messages, names, links and what is remembered of a move do not hold it."""
    good = rss(
        "<title>One</title><link>/one</link><description>&lt;a href='/two'&gt;x&lt;/a&gt;</description>", title=""
    )
    place = site.add("/new", Page(good)).replace("http://", "http://editor:s3cret@").removesuffix("/new")
    site.add("/moved", Page(status=301, headers={"Location": "/new"}))
    site.add("/web", Page(b"<html><link rel=alternate type=application/rss+xml href=/feed></html>"))
    site.add("/ftp", Page(status=301, headers={"Location": "ftp://editor:s3cret@example.org/x"}))
    sources = [source(f"{place}/{path}", id=path) for path in ("new", "moved", "web", "ftp", "none")]
    sources += [
        source("http://editor:s3cret@[bad/feed", id="bad"),
        source("http://editor:s3cret@127.0.0.1:1/", id="shut"),
    ]
    states: dict[str, FetchState] = {}
    readings = read_all(tmp_path, *sources, states=states)
    told = {name: repr((r.source.name, r.problems, r.entries, r.fetched)) for name, r in readings.items()}
    assert {name for name, text in told.items() if "s3cret" in text} == set()
    assert [entry.url for entry in readings["new"].entries] == [f"{site.url}/one"]
    assert (readings["new"].source.name, states["moved"].moved_to) == (f"127.0.0.1:{site.port}", f"{site.url}/new")
    assert {"web", "ftp", "none", "bad", "shut"} == {name for name, r in readings.items() if r.problems}
    assert all("authorization" in request.headers for request in site.requests)
    site.pages["/moved"] = Page(status=404)
    site.pages["/new"] = Page(rss("Two"))
    assert read_all(tmp_path, sources[1], states=states, now=LATER)["moved"].outcome == "read"
    assert "authorization" in site.asked("/new")[-1].headers


@pytest.mark.parametrize(
    ("location", "message"),
    [("feeds/none.xml", "feeds/none.xml: there is no such file"),
     ("feeds/../../secret.xml", "leads outside the project folder"), ("feeds", "feeds: is no file")],
)  # fmt: skip
def test_a_listed_file_that_cannot_be_read_is_a_problem(tmp_path: Path, location: str, message: str) -> None:
    root = tmp_path / "project"
    (root / "feeds").mkdir(parents=True)
    (tmp_path / "secret.xml").write_bytes(rss("Secret"))
    reading = read_all(root, source(location))["example"]
    assert (reading.outcome, reading.fetched) == ("failed", None)
    assert message in reading.problems[0].message


def test_a_feed_file_nobody_listed_is_a_source_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "feeds" / "More feeds").mkdir(parents=True)
    (tmp_path / "feeds" / "More feeds" / "Über uns.xml").write_bytes(rss("One"))
    (tmp_path / "feeds" / "saved.txt").write_bytes(rss("Two", title=""))
    (tmp_path / "feeds" / "broken.atom").write_bytes(b"<feed>")
    readings = read_all(tmp_path)
    assert sorted(readings) == ["file-broken", "file-more-feeds-ber-uns", "file-saved"]
    found = readings["file-more-feeds-ber-uns"].source
    assert (found.kind, found.location, found.name, found.backlog) == (
        "feed", "feeds/More feeds/Über uns.xml", "The Example", False,
    )  # fmt: skip
    assert readings["file-saved"].source.name == "saved"
    assert readings["file-broken"].problems[0].path == "feeds/broken.atom"
