"""What `digest fetch` says: of feeds, of files that are gone, of servers that want to be left alone."""

from __future__ import annotations

from pathlib import Path

from tests.support.cli import digest
from tests.support.http import Page, serving
from tests.support.project import CONFIG, ITEMS, NOW, make_project, rss

PRIVATE = CONFIG + "[gather]\nallow_private = true\n"
NOTE = "---\ntitle: A note\n---\n\nSomething happened, and it was not small.\n"


def test_a_file_that_was_taken_away_is_told_and_is_no_failure(tmp_path: Path) -> None:
    root = make_project(tmp_path, files={"feeds/note.md": NOTE, "feeds/other.md": NOTE.replace("A note", "Another")})
    digest("fetch", root=root, now=NOW)
    (root / "feeds/note.md").unlink()

    ran = digest("fetch", "--strict", root=root, now=NOW)
    told = digest("fetch", "--json", root=root, now=NOW).json

    assert ran.code == 0
    assert "feeds/note.md: is gone; its entry “A note” stays" in ran.err
    assert told["notices"] == 1
    assert told["problems"] == 0
    assert [notice["path"] for one in told["sources"] for notice in one["notices"]] == ["feeds/note.md"]


def test_a_server_that_wants_to_be_left_alone_is_not_one_that_is_not_due(tmp_path: Path) -> None:
    with serving() as site:
        busy = site.add("/busy", Page(b"later", status=429, headers={"Retry-After": "7200"}))
        with serving() as other:
            well = other.add("/well", Page(rss(*ITEMS).encode(), etag='"1"'))
            feeds = f'[[feed]]\nurl = "{busy}"\nname = "Busy"\n[[feed]]\nurl = "{well}"\nname = "Well"\n'
            root = make_project(tmp_path, config=PRIVATE, feeds=feeds)
            digest("fetch", root=root, now=NOW)

            soon = digest("fetch", root=root, now="2026-11-18T12:10Z")
            anyway = digest("fetch", "--all", root=root, now="2026-11-18T12:20Z")

    assert "not due yet: Well (digest fetch --all asks them anyway)" in soon.err
    assert "left alone: Busy (their servers asked for it)" in soon.err
    assert "not due yet" not in anyway.err
    assert "left alone: Busy" in anyway.err
    assert len(site.asked("/busy")) == 1


def test_entries_that_are_there_already_are_counted_as_such(tmp_path: Path) -> None:
    with serving() as site:
        url = site.add("/feed", Page(rss(*ITEMS[:2]).encode()))
        root = make_project(tmp_path, config=PRIVATE, feeds=f'[[feed]]\nurl = "{url}"\nid = "grid"\n')
        digest("fetch", root=root, now=NOW)
        site.add("/feed", Page(rss(*ITEMS).encode()))

        ran = digest("fetch", "--all", "--json", root=root, now="2026-11-18T14:00Z").json

    (source,) = ran["sources"]
    assert (ran["new"], ran["changed"], ran["unchanged"]) == (1, 0, 2)
    assert (source["new"], source["unchanged"], source["moved_to"], source["notices"]) == (1, 2, None, [])
