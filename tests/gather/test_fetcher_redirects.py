"""Redirects are followed as browsers do, and believed only where every hop is for good, and for a while."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.model import FetchState
from tests.gather.asked import ask, ask_beside_others
from tests.gather.making import NOW, read_all, rss, source
from tests.support.http import Page, Site, serving


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


@pytest.mark.parametrize("statuses", [(301,), (308,), (301, 308, 301), (301,) * 10])
def test_a_chain_of_permanent_redirects_is_remembered(site: Site, statuses: tuple[int, ...]) -> None:
    for number, status in enumerate(statuses):
        site.add(f"/{number}", Page(status=status, headers={"Location": f"/{number + 1}"}))
    end = site.add(f"/{len(statuses)}", Page(rss("One")))
    answer = ask(source(site.url + "/0"))["example"]

    assert (answer.kind, answer.url, answer.moved_to) == ("body", end, end)


@pytest.mark.parametrize("statuses", [(302,), (303,), (307,), (301, 302), (307, 308)])
def test_one_passing_hop_makes_it_no_move(site: Site, statuses: tuple[int, ...]) -> None:
    for number, status in enumerate(statuses):
        site.add(f"/{number}", Page(status=status, headers={"Location": f"/{number + 1}"}))
    end = site.add(f"/{len(statuses)}", Page(rss("One")))
    answer = ask(source(site.url + "/0"))["example"]

    assert (answer.kind, answer.url, answer.moved_to) == ("body", end, None)


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("/a%2Fb?x=%7e&y=a+b", "/a%2Fb?x=%7e&y=a+b"),
        ("/two words", "/two%20words"),
        ("//{host}/other", "/other"),
        ("?page=2", "/dir/feed?page=2"),
        ("../up", "/up"),
        ("  /padded  ", "/padded"),
        ("/gr\u00fc\u00dfe".encode().decode("latin-1"), "/gr%C3%BC%C3%9Fe"),
        ("/caf\xe9", "/caf%E9"),
        ("/feed#top", "/feed"),
    ],
)
def test_a_location_is_understood_as_browsers_do(site: Site, location: str, path: str) -> None:
    header = location.replace("{host}", f"127.0.0.1:{site.port}")
    site.add("/dir/feed", Page(status=301, headers={"Location": header}))
    site.add(path, Page(rss("One")))
    answer = ask(source(site.url + "/dir/feed"))["example"]

    assert (answer.kind, site.requests[-1].path) == ("body", path)
    assert answer.moved_to == site.url + path


@pytest.mark.parametrize("host", ["xn--a", "xn--a-ecp.invalid"])
def test_a_redirect_to_a_host_that_is_wrongly_encoded_is_no_crash(site: Site, host: str) -> None:
    site.add("/feed", Page(status=301, headers={"Location": f"http://{host}/feed"}))
    answer = ask(source(site.url + "/feed"))["example"]

    assert (answer.kind, answer.moved_to) == ("failed", None)
    assert answer.problem.startswith(f"{host}: ")


@pytest.mark.parametrize(
    ("location", "problem"),
    [
        ("/feed", "127.0.0.1: more than 10 redirects"),
        ("file:///etc/passwd", "leads to file:///etc/passwd, which is no web address"),
        ("ftp://example.org/feed", "leads to ftp://example.org/feed, which is no web address"),
        ("data:text/xml,<rss/>", "leads to data:text/xml,%3Crss/%3E, which is no web address"),
        ("javascript:alert(1)", "leads to javascript:alert(1), which is no web address"),
        ("http://[bad", "127.0.0.1: redirects to http://[bad, which is no web address"),
        ("http://", "127.0.0.1: more than 10 redirects"),
        ("http://user:secret@[bad/", "127.0.0.1: redirects to http://user:***@[bad/, which is no web address"),
    ],
)
def test_a_redirect_leads_only_so_far_and_only_to_the_web(site: Site, location: str, problem: str) -> None:
    answer = ask_beside_others(site, source(site.add("/feed", Page(status=301, headers={"Location": location}))))

    assert (answer.kind, answer.problem, answer.moved_to) == ("failed", problem, None)
    assert len(site.asked("/feed")) <= 11


def test_the_remembered_target_is_asked_when_the_old_address_fails(site: Site) -> None:
    new = site.add("/new", Page(rss("One")))
    state = {"example": FetchState(moved_to=new)}
    for page in (Page(status=404), Page(status=410), Page(status=500), Page(raw=b"junk")):
        answer = ask(source(site.add("/old", page)), states=state)["example"]
        assert (answer.kind, answer.moved_to) == ("body", new)
    vanished = ask(source("http://127.0.0.1:1/old"), states=state)["example"]
    assert (vanished.kind, vanished.moved_to) == ("body", new)
    for status in (429, 503):
        site.requests.clear()
        busy = ask(source(site.add("/old", Page(status=status))), states=state)["example"]
        assert (busy.kind, [request.path for request in site.requests]) == ("failed", ["/old"])
    site.add("/new", Page(status=500))
    both = ask(source(site.add("/old", Page(status=404))), states=state)["example"]
    assert (both.kind, both.problem) == ("failed", "404 Not Found")


def test_a_move_is_remembered_since_when_it_has_been_the_same(site: Site, tmp_path: Path) -> None:
    one, two = site.add("/one", Page(rss("One"))), site.add("/two", Page(rss("One")))
    feed = source(site.add("/old", Page(status=301, headers={"Location": "/one"})))
    states: dict[str, FetchState] = {}
    seen = []
    for day, location in enumerate(["/one", "/one", "/two", "/two"]):
        site.pages["/old"].headers["Location"] = location
        read_all(tmp_path, feed, states=states, now=NOW + timedelta(days=day))
        moved_since = states["example"].moved_since
        seen.append((states["example"].moved_to, moved_since and (moved_since - NOW).days))
    site.pages["/old"] = Page(rss("One"))
    read_all(tmp_path, feed, states=states, now=NOW + timedelta(days=4))

    assert seen == [(one, 0), (one, 0), (two, 2), (two, 2)]
    assert (states["example"].moved_to, states["example"].moved_since) == (None, None)


def test_a_target_that_cannot_be_read_is_no_move(site: Site, tmp_path: Path) -> None:
    site.add("/new", Page(b"<html><title>We have moved</title></html>", content_type="text/html"))
    states: dict[str, FetchState] = {}
    read_all(tmp_path, source(site.add("/old", Page(status=301, headers={"Location": "/new"}))), states=states)

    assert (states["example"].moved_to, states["example"].failures) == (None, 1)
