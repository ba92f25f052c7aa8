"""What server operators see of `digest fetch`, run after run: each run is a new start that knows only its store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import Ran, digest, digest_process
from tests.support.http import Page, Site, serving
from tests.support.project import CONFIG, ITEMS, make_project, rss
from tests.support.proxy import proxying

INTRANET = CONFIG + "\n[gather]\nallow_private = true\n"
FEED = rss(*ITEMS).encode()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


def listing(*feeds: str) -> str:
    return "".join(f"[[feed]]\n{feed}\n" for feed in feeds)


def asked_at(site: Site, root: Path, moment: str, *arguments: str) -> list[str]:
    """The paths that a fetch at some time on 20 November asks for."""
    site.requests.clear()
    assert digest("fetch", *arguments, root=root, now=f"2026-11-{moment}Z").code == 0
    return sorted(request.path for request in site.requests)


def test_nobody_is_polled_early_after_a_restart(tmp_path: Path, site: Site) -> None:
    day = {"Cache-Control": "max-age=99999999"}
    ttl = FEED.replace(b"<item>", b"<ttl>180</ttl><item>", 1)
    urls = [
        site.add("/plain", Page(FEED, etag='"1"')),
        site.add("/cached", Page(FEED, etag='"1"', headers=day)),
        site.add("/ttl", Page(ttl, etag='"1"')),
        site.add("/dead", Page(status=404)),
    ]
    root = make_project(tmp_path, config=INTRANET, feeds=listing(*(f'url = "{url}"' for url in urls)))

    assert asked_at(site, root, "20T07:00") == ["/cached", "/dead", "/plain", "/ttl"]
    assert asked_at(site, root, "20T07:59") == []
    assert asked_at(site, root, "20T08:01") == ["/dead", "/plain"]
    assert asked_at(site, root, "20T09:59") == ["/plain"]  # what failed twice waits for two hours
    assert asked_at(site, root, "20T10:02") == ["/dead", "/ttl"]
    assert asked_at(site, root, "21T06:59") == ["/dead", "/plain", "/ttl"]
    assert asked_at(site, root, "21T07:01") == ["/cached"]


def test_a_host_that_asked_for_patience_gets_it_from_every_feed_and_every_run(tmp_path: Path, site: Site) -> None:
    busy = site.add("/busy", Page(status=429, headers={"Retry-After": "10800"}))
    root = make_project(tmp_path, config=INTRANET, feeds=listing(f'url = "{busy}"'))
    assert asked_at(site, root, "20T07:00") == ["/busy"]

    new = site.add("/new", Page(FEED))
    make_project(root, config=INTRANET, feeds=listing(f'url = "{busy}"', f'url = "{new}"'))
    for moment in ("20T08:30", "20T09:59"):
        assert asked_at(site, root, moment) == []
        assert asked_at(site, root, moment, "--all") == []
    assert asked_at(site, root, "20T10:01") in (["/busy"], ["/busy", "/new"], ["/new"])  # whichever is first


def test_a_feed_that_is_gone_is_asked_no_more_and_weekly_if_all_are(tmp_path: Path, site: Site) -> None:
    root = make_project(tmp_path, config=INTRANET, feeds=listing(f'url = "{site.add("/gone", Page(status=410))}"'))
    ran = digest("fetch", root=root, now="2026-11-01T07:00Z")
    assert "410 Gone: the publisher has taken this feed down (remove it from feeds/feeds.toml" in ran.err
    assert asked_at(site, root, "07T07:00", "--all") == []
    assert asked_at(site, root, "09T07:00") == []
    assert asked_at(site, root, "09T07:00", "--all") == ["/gone"]
    assert asked_at(site, root, "10T07:00", "--all") == []


def fetch_in_a_process(root: Path, **variables: str) -> Ran:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        return digest_process("fetch", "--all", "--now", "2026-11-20T07:00Z", cwd=root)


def test_logins_and_proxies_stand_in_the_environment(tmp_path: Path, site: Site) -> None:
    site.add("/wire", Page(FEED))
    feed = 'url = "http://wire.example/wire"\nid = "wire"\ntoken_env = "WIRE_TOKEN"'
    root = make_project(tmp_path, feeds=listing(feed))
    with proxying() as proxy:
        proxy.names = {"wire.example:80": ("127.0.0.1", site.port)}
        missing = fetch_in_a_process(root, HTTP_PROXY=proxy.url)
        assert "wire: the login is missing: the variable WIRE_TOKEN is not set" in missing.err
        assert (proxy.lines, site.requests) == ([], [])
        ran = fetch_in_a_process(root, HTTP_PROXY=proxy.url, WIRE_TOKEN="s3cret")

    assert "1 read" in ran.out
    assert site.requests[0].headers["authorization"] == "Bearer s3cret"
    assert "s3cret" not in ran.out + ran.err
    assert all(b"s3cret" not in path.read_bytes() for path in root.rglob("*") if path.is_file())
