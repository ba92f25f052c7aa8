"""One address asked for a person: the feed at it, or the feeds its page leads to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from digest.config.settings import GatherSettings
from digest.gather.web.asking import MAX_FOUND, MAX_TRIED, Search, ask_once, find_feeds
from digest.gather.web.discovery import GUESSES
from tests.gather.making import NOW, rss
from tests.support.http import Page, Site, serving

FEED = rss(
    "<title>Old</title><pubDate>Mon, 16 Nov 2026 09:00:00 GMT</pubDate>",
    "<title>New</title><pubDate>Wed, 18 Nov 2026 09:00:00 GMT</pubDate>",
    "Undated",
)
SETTINGS = GatherSettings(allow_private=True)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


def html(*heads: str) -> Page:
    return Page(f"<!DOCTYPE html><html><head>{''.join(heads)}</head></html>".encode(), content_type="text/html")


def link(href: str, title: str = "") -> str:
    return f'<link rel="alternate" type="application/rss+xml" title="{title}" href="{href}">'


def find(url: str) -> Search:
    return find_feeds(url, settings=SETTINGS, user_agent="digest/test", now=NOW, environ={})


def test_one_address_is_asked_once_with_the_accept_header_that_is_wanted(site: Site) -> None:
    url = site.add("/article", html())
    answer = ask_once(url, settings=SETTINGS, user_agent="digest/test", now=NOW, environ={}, accept="text/html")
    assert (answer.kind, answer.url, answer.body) == ("body", url, site.pages["/article"].body)
    assert [request.headers["accept"] for request in site.requests] == ["text/html"]


def test_the_guard_stands_for_one_address_too(site: Site) -> None:
    url = site.add("/article", html())
    answer = ask_once(url, settings=GatherSettings(), user_agent="digest/test", now=NOW, environ={})
    assert "leads to a private address" in answer.problem
    assert site.requests == []


def test_a_feed_is_found_at_its_own_address(site: Site) -> None:
    url = site.add("/feed", Page(FEED))
    (feed,) = find(url).feeds
    assert (feed.url, feed.title, feed.entries, feed.how) == (url, "The Example", 3, "given")
    assert feed.newest == datetime(2026, 11, 18, 9, tzinfo=UTC)
    assert len(site.requests) == 1


@pytest.mark.parametrize(("status", "moved"), [(301, True), (308, True), (302, False), (307, False)])
def test_a_feed_is_listed_where_it_has_moved_for_good(site: Site, status: int, *, moved: bool) -> None:
    old, new = site.add("/old", Page(status=status, headers={"Location": "/new"})), site.add("/new", Page(FEED))
    assert find(old).feeds[0].url == (new if moved else old)


def test_an_address_with_a_login_is_kept_as_it_was_typed(site: Site) -> None:
    site.add("/old", Page(status=301, headers={"Location": "/new"}))
    site.add("/new", Page(FEED))
    url = site.url.replace("//", "//desk:s3cret@") + "/old"
    assert find(url).feeds[0].url == url


def test_the_feeds_a_page_names_are_found_in_its_order(site: Site) -> None:
    site.add("/", html(link("/gone.xml"), link("/page"), link("/comments.xml", "Comments"), link("/all.xml", "All")))
    site.add("/page", html())
    site.add("/all.xml", Page(FEED))
    site.add("/comments.xml", Page(rss("One", title="Comments")))
    search = find(site.url + "/")
    assert [(feed.url.removeprefix(site.url), feed.title, feed.entries) for feed in search.feeds] == [
        ("/all.xml", "The Example", 3),
        ("/comments.xml", "Comments", 1),
    ]
    assert [url.removeprefix(site.url) for url in search.tried] == ["/gone.xml", "/page", "/all.xml", "/comments.xml"]


def test_the_same_feed_under_two_addresses_is_one(site: Site) -> None:
    site.add("/", html(link("/a"), link("/b")))
    site.add("/a", Page(status=301, headers={"Location": "/b"}))
    site.add("/b", Page(FEED))
    assert [feed.url for feed in find(site.url + "/").feeds] == [site.url + "/b"]


def test_the_usual_places_are_tried_last_and_the_first_feed_is_enough(site: Site) -> None:
    site.add("/blog/", html(link("/broken.xml")))
    site.add("/blog/atom.xml", Page(FEED))
    search = find(site.url + "/blog/")
    assert [feed.how for feed in search.feeds] == ["usual place"]
    assert [url.removeprefix(site.url) for url in search.tried] == [
        "/broken.xml", "/blog/feed.xml", "/blog/feed/", "/blog/atom.xml"
    ]  # fmt: skip


def test_a_page_without_a_feed_says_what_was_tried(site: Site) -> None:
    site.add("/", html())
    search = find(site.url + "/")
    assert (search.feeds, search.problem) == ((), "is a web page, and no feed of it was found")
    assert [url.removeprefix(site.url + "/") for url in search.tried] == list(GUESSES)


def test_a_page_that_names_hundreds_is_not_a_reason_to_ask_hundreds_of_times(site: Site) -> None:
    site.add("/", html(*(link(f"/{number}.xml") for number in range(300))))
    assert len(find(site.url + "/").tried) <= MAX_TRIED
    for number in range(300):
        site.add(f"/{number}.xml", Page(rss("One")))
    assert len(find(site.url + "/").feeds) == MAX_FOUND


def test_a_host_that_has_had_enough_is_asked_no_more(site: Site) -> None:
    site.add("/", html(link("/a.xml"), link("/b.xml")))
    site.add("/a.xml", Page(status=429))
    assert [url.removeprefix(site.url) for url in find(site.url + "/").tried] == ["/a.xml"]
    assert len(site.requests) == 2


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        (Page(status=404), "404 Not Found"),
        (Page(b"%PDF-1.7", content_type="application/pdf"), "is no feed"),
        (Page(b"<rss><channel><item><title>x", content_type="text/xml"), "is a feed that cannot be read"),
        (Page(status=503, headers={"Retry-After": "60"}), "503 Service Unavailable"),
    ],
)
def test_what_is_neither_feed_nor_page_is_not_looked_into(site: Site, page: Page, problem: str) -> None:
    search = find(site.add("/x", page))
    assert (search.feeds, search.tried) == ((), ())
    assert search.problem.startswith(problem)
    assert len(site.requests) == 1
