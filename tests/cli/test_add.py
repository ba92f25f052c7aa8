from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.config.load import load_config
from tests.support.cli import digest, digest_process
from tests.support.http import Page, Site, serving
from tests.support.project import CONFIG, ITEMS, NOW, make_project, rss, snapshot

URL = "https://example.org/feed.xml"
INTRANET = CONFIG + "\n[gather]\nallow_private = true\n"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


# --- as it is, without asking --------------------------------------------------------------------------------------


def test_a_feed_is_appended_and_comments_stay(tmp_path: Path) -> None:
    digest("init", root=tmp_path)
    before = (tmp_path / "feeds" / "feeds.toml").read_text("utf-8")

    ran = digest("add", URL, "--no-check", "--name", "Ex & Co", "--section", "News", "--id", "ex", "--weight", "1.5",
                 root=tmp_path)  # fmt: skip

    after = (tmp_path / "feeds" / "feeds.toml").read_text("utf-8")
    assert ran.code == 0
    assert ran.out == f"added to feeds/feeds.toml as ex: {URL}\n"
    assert after.startswith(before.rstrip("\n"))
    assert tomllib.loads(after)["feed"] == [
        {"url": URL, "id": "ex", "name": "Ex & Co", "section": "News", "weight": 1.5}
    ]
    assert load_config(tmp_path).sources[-1].weight == 1.5
    assert "digest fetch" in ran.err


def test_the_list_is_made_if_it_is_missing(tmp_path: Path) -> None:
    root = make_project(tmp_path, feeds=None)

    assert digest("add", URL, "--no-check", "--json", root=root).json["id"] == "example-org-feed-xml"
    assert load_config(root).sources[0].location == URL


def test_two_feeds_of_one_host_have_ids_of_their_own(tmp_path: Path) -> None:
    root = make_project(tmp_path, feeds=None)
    digest("add", URL, "--no-check", root=root)
    ran = digest("add", "https://example.org/other.xml", "--no-check", "--json", root=root)

    assert ran.json["id"] == "example-org-other-xml"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["http://www.example.org/feed.xml?utm_source=x"], "is listed already, as example"),
        ([URL], "is listed already, as example"),
        (["example.org/other.xml"], "did you mean https://example.org/other.xml"),
        (["ftp://example.org/other.xml"], "is no web address"),
        (["feeds/grid.xml"], "files in feeds/ need no line"),
        (["https://example.org/other.xml", "--section", "Enrgy"], 'did you mean "Energy"?'),
        (["https://example.org/other.xml", "--id", "example"], "the same id"),
        (["https://example.org/other.xml", "--weight", "heavy"], "'heavy' is not a valid float"),
        (["https://example.org/other.xml", "--pick", "0"], "0 is not in the range x>=1"),
        ([], "Missing argument 'URL'"),
    ],
)
def test_what_cannot_be_added_is_refused_and_changes_nothing(tmp_path: Path, arguments: list[str], said: str) -> None:
    feeds = f'[[feed]]\nurl = "{URL}"\nid = "example"\n'
    root = make_project(tmp_path, feeds=feeds, files={"feeds/grid.xml": ""})
    before = snapshot(root)

    ran = digest("add", *arguments, root=root)  # without --no-check: it must be refused before anything is asked

    assert ran.code == 2
    assert said in ran.err
    assert ran.out == ""
    assert snapshot(root) == before


def test_a_configuration_that_is_wrong_already_is_reported_first(tmp_path: Path) -> None:
    root = make_project(tmp_path, feeds='[[feed]]\nurl = "nonsense"\n')

    ran = digest("add", URL, "--json", root=root)

    assert ran.code == 2
    assert ran.json["problems"][0]["path"] == "feeds/feeds.toml"


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    root = make_project(tmp_path, feeds=None)
    before = snapshot(root)

    ran = digest("add", URL, "--no-check", "--dry-run", root=root)

    assert ran.code == 0
    assert "would be added" in ran.out
    assert snapshot(root) == before


def test_as_a_process_of_its_own(tmp_path: Path) -> None:
    root = make_project(tmp_path, feeds=None)

    ran = digest_process("add", URL, "--no-check", "--json", cwd=root)

    assert ran.code == 0
    assert ran.json["written"] is True


# --- asked first ---------------------------------------------------------------------------------------------------


def html(*heads: str) -> Page:
    return Page(f"<!DOCTYPE html><html><head>{''.join(heads)}</head></html>".encode(), content_type="text/html")


def link(href: str) -> str:
    return f'<link rel="alternate" type="application/rss+xml" href="{href}">'


def feed_of(title: str, items: int = 3) -> Page:
    return Page(rss(*ITEMS[:items], title=title).encode())


def listed(root: Path) -> list[str]:
    return [source.location for source in load_config(root).sources]


def test_a_feed_is_asked_and_told_about(tmp_path: Path, site: Site) -> None:
    root = make_project(tmp_path, config=INTRANET, feeds=None)
    url = site.add("/feed.xml", feed_of("Grid Watch"))

    ran = digest("add", url, root=root, now=NOW)

    assert ran.code == 0
    assert ran.lines[0].startswith("added to feeds/feeds.toml as ")
    assert ran.lines[1:] == ["  Grid Watch: 3 entries, the newest of 2026-11-17"]
    assert listed(root) == [url]
    assert site.requests[0].headers["user-agent"].startswith("digest/")
    assert not (root / "state").exists()  # nothing was gathered


def test_what_was_found_as_json(tmp_path: Path, site: Site) -> None:
    root = make_project(tmp_path, config=INTRANET, feeds=None)
    url = site.add("/feed.xml", feed_of("Grid Watch"))

    found = digest("add", url, "--json", "--dry-run", root=root, now=NOW).json

    assert {key: found[key] for key in ("url", "title", "entries", "newest", "asked", "problem", "written")} == {
        "url": url, "title": "Grid Watch", "entries": 3, "newest": "2026-11-17T09:00:00Z", "asked": True,
        "problem": None, "written": False,
    }  # fmt: skip
    assert [feed["how"] for feed in found["feeds"]] == ["given"]


def test_a_feed_that_has_moved_for_good_is_added_where_it_is_now(tmp_path: Path, site: Site) -> None:
    root = make_project(tmp_path, config=INTRANET, feeds=None)
    new = site.add("/new.xml", feed_of("Grid Watch"))
    old = site.add("/old.xml", Page(status=301, headers={"Location": "/new.xml"}))
    passing = site.add("/passing.xml", Page(status=302, headers={"Location": "/new.xml"}))

    assert digest("add", old, root=root, now=NOW).code == 0
    assert listed(root) == [new]
    again = digest(
        "add", site.add("/older.xml", Page(status=301, headers={"Location": "/old.xml"})), root=root, now=NOW
    )
    assert (again.code, listed(root)) == (2, [new])
    assert "is listed already" in again.err
    assert digest("add", passing, root=root, now=NOW).code == 0
    assert listed(root) == [new, passing]


def test_of_a_page_the_first_feed_is_added_and_the_others_are_shown(tmp_path: Path, site: Site) -> None:
    root = make_project(tmp_path, config=INTRANET, feeds=None)
    site.add("/", html(link("/comments.xml"), link("/all.xml"), link("/energy.xml")))
    for path, title in (("/all.xml", "All"), ("/energy.xml", "Energy"), ("/comments.xml", "Comments")):
        site.add(path, feed_of(title))

    ran = digest("add", site.url + "/", root=root, now=NOW)

    assert ran.code == 0
    assert ran.lines[1:] == [
        "  All: 3 entries, the newest of 2026-11-17",
        "the page has these feeds (take another with --pick N):",
        f"  1  {site.url}/all.xml  All",
        f"  2  {site.url}/energy.xml  Energy",
        f"  3  {site.url}/comments.xml  Comments",
    ]
    assert digest("add", site.url + "/", "--pick", "2", root=root, now=NOW).code == 0
    assert listed(root) == [f"{site.url}/all.xml", f"{site.url}/energy.xml"]
    beyond = digest("add", site.url + "/", "--pick", "4", root=root, now=NOW)
    assert beyond.code == 2
    assert "--pick 4: only 3 feeds found" in beyond.err


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (html(), "is a web page, and no feed of it was found; tried:\n  http"),
        (Page(status=404), "404 Not Found"),
        (Page(status=410), "410 Gone"),
        (Page(b"%PDF-1.7"), "is no feed"),
    ],
)
def test_where_no_feed_is_nothing_is_added(tmp_path: Path, site: Site, page: Page, said: str) -> None:
    root = make_project(tmp_path, config=INTRANET, feeds=None)
    before = snapshot(root)

    ran = digest("add", site.add("/x", page), root=root, now=NOW)

    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err
    assert "hint: " in ran.err
    assert snapshot(root) == before


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (None, "refused the connection"),
        (Page(status=403), "403 Forbidden"),
        (Page(status=500), "500 Internal Server Error"),
        (Page(status=429, headers={"Retry-After": "60"}), "429 Too Many Requests"),
    ],
)
def test_what_may_pass_is_added_with_a_warning(tmp_path: Path, site: Site, page: Page | None, said: str) -> None:
    root = make_project(tmp_path, config=INTRANET, feeds=None)
    url = site.add("/x", page) if page else "http://127.0.0.1:1/x"

    ran = digest("add", url, "--json", root=root, now=NOW)

    assert ran.code == 0
    assert said in ran.json["problem"]
    assert "it is added all the same" in ran.err
    assert listed(root) == [url]


def test_a_private_address_is_added_with_a_word_on_how_to_allow_it(tmp_path: Path, site: Site) -> None:
    root = make_project(tmp_path, feeds=None)

    ran = digest("add", site.add("/x", feed_of("Intranet")), root=root, now=NOW)

    assert ran.code == 0
    assert "allow_private = true" in ran.err
    assert site.requests == []
