"""What every server wants of who asks it: validators as they came, patience, and to be understood when it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.gather.web.politeness import host_pauses
from digest.model import FetchState
from tests.gather.asked import ask, ask_beside_others
from tests.gather.making import NOW, read_all, rss, source
from tests.support.http import Page, Site, serving

HOUR = timedelta(hours=1)
WEDNESDAY = "Wed, 18 Nov 2026 09:00:00 GMT"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


# --- validators --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "etag",
    ['"quoted"', 'W/"weak"', "no-quotes", '"with spaces, and commas"', '"half', 'w/"lower case"', '""', '"a","b"', "0",
     '"grüße"', "W/", '"' + "x" * 2000 + '"'],
)  # fmt: skip
@pytest.mark.parametrize("modified", [WEDNESDAY, "yesterday, sort of", None])
def test_validators_go_back_exactly_as_they_came(site: Site, tmp_path: Path, etag: str, modified: str | None) -> None:
    page = Page(rss("One"), etag=etag.encode().decode("latin-1"), last_modified=modified)
    states: dict[str, FetchState] = {}
    feed = source(site.add("/feed", page))
    read_all(tmp_path, feed, states=states)

    assert read_all(tmp_path, feed, states=states, now=NOW + 2 * HOUR)["example"].outcome == "unchanged"
    first, second = site.asked("/feed")
    assert not {"if-none-match", "if-modified-since", "a-im"} & set(first.headers)
    assert second.headers["if-none-match"] == etag.encode().decode("latin-1")
    assert second.headers.get("if-modified-since") == modified
    assert second.status == 304


def test_both_validators_are_renewed_by_every_200_and_every_304(site: Site, tmp_path: Path) -> None:
    page = Page(rss("One"), etag='"1"', last_modified=WEDNESDAY)
    states: dict[str, FetchState] = {}
    feed = source(site.add("/feed", page))
    read_all(tmp_path, feed, states=states)

    page.etag, page.known, page.last_modified = '"2"', ('"1"',), "Thu, 19 Nov 2026 09:00:00 GMT"
    read_all(tmp_path, feed, states=states, now=NOW + 2 * HOUR)
    assert site.requests[-1].status == 304
    assert (states["example"].etag, states["example"].last_modified) == ('"2"', "Thu, 19 Nov 2026 09:00:00 GMT")

    page.etag, page.known = '"3"', ()
    read_all(tmp_path, feed, states=states, now=NOW + 4 * HOUR)
    assert site.requests[-1].headers["if-none-match"] == '"2"'
    assert site.requests[-1].status == 200
    assert states["example"].etag == '"3"'

    page.etag = page.last_modified = None
    read_all(tmp_path, feed, states=states, now=NOW + 6 * HOUR)
    state = states["example"]
    assert (state.etag, state.last_modified) == (None, None)


def test_no_validator_is_ever_made_up(site: Site, tmp_path: Path) -> None:
    states: dict[str, FetchState] = {}
    feed = source(site.add("/feed", Page(rss("One"), headers={"Date": WEDNESDAY, "Expires": "0"})))
    for day in range(3):
        read_all(tmp_path, feed, states=states, now=NOW + timedelta(days=day))

    assert len(site.requests) == 3
    assert all(not {"if-none-match", "if-modified-since"} & set(request.headers) for request in site.requests)


def test_a_validator_of_bytes_that_are_no_text_is_as_good_as_none(site: Site, tmp_path: Path) -> None:
    states: dict[str, FetchState] = {}
    feed = source(site.add("/feed", Page(rss("One"), etag='"caf\xe9"', last_modified=WEDNESDAY)))
    read_all(tmp_path, feed, states=states)

    assert (states["example"].etag, states["example"].last_modified) == (None, WEDNESDAY)


def test_a_304_to_a_question_without_validators_is_a_failure(site: Site) -> None:
    answer = ask_beside_others(site, source(site.add("/feed", Page(status=304))))

    assert (answer.kind, answer.status) == ("failed", 304)
    assert answer.problem == "304 Not Modified, though nothing was known of this feed yet"


def test_a_part_of_the_feed_is_taken_where_it_was_asked_for(site: Site) -> None:
    page = Page(rss("Only the new one"), status=226, etag='"2"', headers={"IM": "feed"})
    feed = source(site.add("/feed", page))

    known = ask(feed, states={"example": FetchState(etag='"1"')})["example"]
    assert (known.kind, known.body) == ("body", rss("Only the new one"))
    assert site.requests[-1].headers["a-im"] == "feed"
    assert ask(feed)["example"].problem == "226 IM Used"


# --- who asks ----------------------------------------------------------------------------------------------------


def test_what_is_sent_is_what_is_needed_and_no_more(site: Site) -> None:
    site.add("/old", Page(status=302, headers={"Location": "/feed", "Set-Cookie": "a=b; Path=/"}))
    site.add("/feed", Page(rss("One"), headers={"Set-Cookie": "c=d"}))
    for _ in range(2):
        ask(source(site.url + "/old"))

    assert len(site.requests) == 4
    for request in site.requests:
        assert set(request.headers) == {"host", "user-agent", "accept", "accept-encoding", "connection"}
        assert request.headers["user-agent"] == "digest/test"
        assert request.headers["accept-encoding"] == "gzip, br, zstd"
        assert "application/rss+xml" in request.headers["accept"]


def test_a_body_and_its_content_type_are_given_on_as_they_are(site: Site) -> None:
    body = "<rss>é</rss>".encode("windows-1252")
    feed = source(site.add("/feed", Page(body, content_type='text/xml; charset="windows-1252"')))
    answer = ask(feed)["example"]

    assert answer.body == body
    assert answer.headers is not None
    assert answer.headers.content_type == 'text/xml; charset="windows-1252"'


# --- patience ----------------------------------------------------------------------------------------------------


def test_nobody_is_polled_early_after_a_restart(site: Site, tmp_path: Path) -> None:
    plain = source(site.add("/plain", Page(rss("One"))), id="plain")
    slow = source(site.add("/slow", Page(rss("One"), headers={"Cache-Control": "max-age=10800"})), id="slow")
    states: dict[str, FetchState] = {}
    read_all(tmp_path, plain, slow, states=states)
    asked = []
    for minutes in (1, 59, 61, 179, 181):
        site.requests.clear()
        read_all(tmp_path, plain, slow, states=states, now=NOW + timedelta(minutes=minutes))
        asked.append((minutes, sorted(request.path for request in site.requests)))

    assert asked == [(1, []), (59, []), (61, ["/plain"]), (179, ["/plain"]), (181, ["/slow"])]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "7200"}, 2 * HOUR),
        ({"Retry-After": "Fri, 20 Nov 2026 12:00:00 GMT", "Date": "Fri, 20 Nov 2026 09:00:00 GMT"}, 3 * HOUR),
        ({"Retry-After": "31536000"}, 24 * HOUR),
    ],
)
def test_retry_after_holds_for_the_whole_host_and_nobody_else(
    site: Site, status: int, headers: dict[str, str], wait: timedelta
) -> None:
    busy = source(site.add("/busy", Page(status=status, headers=headers)), id="busy")
    same = source(site.add("/same", Page(rss("One"))), id="same")
    with serving() as another:
        answers = ask(busy, same, source(another.add("/feed", Page(rss("One"))), id="other"))

    assert (answers["busy"].kind, answers["busy"].status) == ("failed", status)
    assert (answers["same"].kind, answers["same"].until) == ("paused", NOW + wait)
    assert answers["other"].kind == "body"
    assert [request.path for request in site.requests] == ["/busy"]  # no second try, and the other one not at all


def test_a_host_that_says_too_many_without_saying_how_long_is_left_alone_for_an_hour(site: Site) -> None:
    busy = source(site.add("/busy", Page(status=429)), id="busy")
    answers = ask(busy, source(site.add("/same", Page(rss("One"))), id="same"))

    assert (answers["same"].kind, answers["same"].until) == ("paused", NOW + HOUR)
    ill = source(site.add("/ill", Page(status=503)), id="busy")  # one page of it may be ill, and the others well
    assert ask(ill, source(site.url + "/same", id="same"))["same"].kind == "body"


def test_a_pause_outlives_a_restart_for_every_feed_of_the_host(site: Site) -> None:
    busy = source(site.add("/busy", Page(status=429, headers={"Retry-After": "7200"})), id="busy")
    new = source(site.add("/new", Page(rss("One"))), id="new")
    states = {"busy": FetchState(retry_after=NOW + 2 * HOUR)}

    paused = host_pauses([busy, new], states, now=NOW + HOUR)
    answer = ask(new, paused=paused, now=NOW + HOUR)["new"]
    assert (answer.kind, answer.until, site.requests) == ("paused", NOW + 2 * HOUR, [])
    later = NOW + 2 * HOUR
    assert ask(new, paused=host_pauses([busy, new], states, now=later), now=later)["new"].kind == "body"


# --- refusals ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        (Page(status=404), "404 Not Found"),
        (Page(status=410), "410 Gone: the publisher has taken this feed down"),
        (Page(status=401), "401 Unauthorized"),
        (Page(status=403, headers={"cf-mitigated": "challenge"}),
         "127.0.0.1: asks for a person at a browser (Cloudflare challenge)"),
        (Page(status=500), "500 Internal Server Error"),
        (Page(status=523), "523: Cloudflare cannot reach the publisher's server"),
        (Page(status=599), "599"),
        (Page(b"", status=204), "204 No Content"),
        (Page(status=206), "206 Partial Content"),
        (Page(status=301), "301 Moved Permanently"),
        (Page(status=300, headers={"Location": "/good-0"}), "300 Multiple Choices"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_told_in_our_words(site: Site, page: Page, problem: str) -> None:
    answer = ask_beside_others(site, source(site.add("/feed", page)))

    assert (answer.kind, answer.status, answer.problem) == ("failed", page.status, problem)
    assert answer.headers is not None


def test_a_feed_that_is_gone_is_left_alone(site: Site, tmp_path: Path) -> None:
    feed = source(site.add("/feed", Page(status=410)))
    states: dict[str, FetchState] = {}
    read_all(tmp_path, feed, states=states)
    for day, ask_all, asked in ((1, True, 1), (6, True, 1), (30, False, 1), (30, True, 2), (31, True, 2)):
        read_all(tmp_path, feed, states=states, now=NOW + timedelta(days=day), ask_all=ask_all)
        assert len(site.requests) == asked, (day, ask_all)
    assert states["example"].gone_since == NOW
    site.pages["/feed"] = Page(rss("Back"))
    assert read_all(tmp_path, feed, states=states, now=NOW + timedelta(days=40), ask_all=True)["example"].entries
    assert states["example"].gone_since is None


def test_feeds_of_one_host_share_a_line_that_is_closed_once_nobody_waits_for_it(site: Site) -> None:
    """A list of a thousand hosts must not hold a thousand lines open."""
    feeds = [source(site.add(f"/{number}", Page(rss("One"))), id=f"f{number}") for number in range(5)]
    with serving() as slow:
        ask(*feeds, source(slow.add("/slow", Page(rss("One"), delay_s=0.5)), id="slow"))
        (line,) = {request.line for request in site.requests}
        assert len(site.requests) == 5
        assert site.closed[line] < slow.requests[0].ended


@pytest.mark.parametrize(
    "url", ["http://[bad", "nonsense", "", "ftp://a.example/", "http://", "http://a.example:port/"]
)
def test_what_is_no_web_address_is_not_asked(url: str) -> None:
    answer = ask(source(url))["example"]
    assert (answer.kind, answer.status, answer.headers) == ("failed", 0, None)
    assert "is no web address" in answer.problem
