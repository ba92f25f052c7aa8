"""A feed that moves for good: told after a week, listed anew with one line changed, and still the same feed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.model import FetchState, Source
from digest.store import sources
from tests.support.cli import digest
from tests.support.http import Page, Site, serving
from tests.support.project import CONFIG, ITEMS, at, item, make_project, opened, rss, snapshot

FIRST, DAY_TWO, WEEK_LATER, THEN = (f"2026-11-{day}T12:00Z" for day in ("17", "18", "26", "27"))


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as server:
        yield server


def remember(root: Path, source_id: str, location: str, state: FetchState) -> None:
    source = Source(id=source_id, kind="feed", location=location, name="")
    with opened(root) as project, project.store.write() as connection:
        sources.save_source(connection, source, state)


def feed_list(root: Path) -> str:
    return (root / "feeds" / "feeds.toml").read_bytes().decode("utf-8")


def test_a_feed_that_moved_is_offered_accepted_and_tells_nothing_twice(tmp_path: Path, site: Site) -> None:
    old = site.add("/old", Page(rss(*ITEMS).encode(), etag='"1"'))
    feeds = f'# ours\n[[feed]]\nurl   = "{old}"   # the grid\nname  = "Grid Watch"\n'
    root = make_project(tmp_path, config=CONFIG + "[gather]\nallow_private = true\n", feeds=feeds)
    digest("fetch", root=root, now=FIRST)
    before = {one["id"]: one for one in digest("feeds", "--json", root=root, now=FIRST).json["sources"]}
    (source_id,) = before
    new = site.add("/new", Page(rss(*ITEMS).encode(), etag='"1"'))
    site.add("/old", Page(status=301, headers={"Location": new}))

    early = digest("fetch", root=root, now=DAY_TWO)
    none_yet = digest("feeds", "accept-moves", root=root, now=DAY_TWO)
    late = digest("fetch", root=root, now=WEEK_LATER)
    shown = digest("feeds", root=root, now=WEEK_LATER)
    dry = digest("feeds", "accept-moves", "--dry-run", "--json", root=root, now=WEEK_LATER)
    assert feed_list(root) == feeds
    accepted = digest("feeds", "accept-moves", root=root, now=WEEK_LATER)

    assert "moved" not in early.err
    assert none_yet.code == 0
    assert "no feed has moved for good" in none_yet.err
    assert f"has moved for good to {new}; `digest feeds accept-moves {source_id}` lists it there" in late.err
    assert f"moved to {new}" in shown.out
    assert "next: digest feeds accept-moves" in shown.err
    assert dry.json["moved"] == [{"id": source_id, "from": old, "to": new, "since": "2026-11-18T12:00:00Z"}]
    assert dry.json["written"] is False
    assert accepted.out == f"{source_id}: {old} → {new}\n"
    assert feed_list(root) == (
        f'# ours\n[[feed]]\nurl   = "{new}"   # the grid\nid    = "{source_id}"\nname  = "Grid Watch"\n'
    )

    fetched = digest("fetch", "--json", root=root, now=THEN).json
    after = {one["id"]: one for one in digest("feeds", "--json", root=root, now=THEN).json["sources"]}
    assert (fetched["new"], fetched["changed"], fetched["backlog"]) == (0, 0, 0)
    assert site.asked("/new")[-1].status == 304
    assert list(after) == [source_id]
    assert (after[source_id]["entries"], after[source_id]["state"], after[source_id]["moved_to"]) == (3, "ok", None)
    assert after[source_id]["last_new"] == before[source_id]["last_new"]

    site.add("/new", Page(rss(item("A new one", "https://gridwatch.example/new", day=26), *ITEMS).encode()))
    assert digest("fetch", "--all", "--json", root=root, now="2026-11-27T14:00Z").json["new"] == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('[[feed]]\r\nurl = "OLD"\r\nid = "x"\r\n', '[[feed]]\r\nurl = "NEW"\r\nid = "x"\r\n'),
        ('[[feed]]\r\nurl = "OLD"\r\n', '[[feed]]\r\nurl = "NEW"\r\nid = "x"\r\n'),
        ("feed = [ {url = 'OLD', weight = 2} ] # all\n", 'feed = [ {url = "NEW", id = "x", weight = 2} ] # all\n'),
        ('\ufeff[[feed]]\n  "url"="OLD"', '\ufeff[[feed]]\n  "url"="NEW"\n  id="x"'),
        ('# url = "OLD"\n[[feed]]\nname = """\nurl = "OLD"\n"""\nurl="OLD" # x\n',
         '# url = "OLD"\n[[feed]]\nname = """\nurl = "OLD"\n"""\nurl="NEW" # x\nid="x"\n'),
        ('[[feed]]\nurl = "\\u0068ttps://old.example/feed"\n', '[[feed]]\nurl = "NEW"\nid = "x"\n'),
    ],
    ids=["an id is there", "line ends of Windows", "in one line", "a byte order mark", "the same words elsewhere",
         "written with an escape"],
)  # fmt: skip
def test_only_the_address_changes_however_the_list_is_written(tmp_path: Path, before: str, after: str) -> None:
    old, new = "https://old.example/feed", "https://new.example/feed"
    root = make_project(tmp_path, feeds=None)
    (root / "feeds").mkdir()
    (root / "feeds/feeds.toml").write_bytes(before.replace("OLD", old).encode())
    with opened(root) as project:
        (source,) = project.config.sources
    remember(root, source.id, old, FetchState(last_fetched=at(18), moved_to=new, moved_since=at(10)))

    ran = digest("feeds", "accept-moves", source.id, root=root, now=THEN)

    assert ran.code == 0, ran.err
    assert feed_list(root) == after.replace("OLD", old).replace("NEW", new).replace('"x"', f'"{source.id}"')


@pytest.mark.parametrize(
    ("url", "moved_to", "arguments", "code", "said"),
    [
        ("https://old.example/f", None, ["old"], 1, "has not moved"),
        ("https://old.example/f", "https://old.example/f2", ["oldd"], 2, "there is no such feed"),
        ("https://old.example/f", "http://www.other.example/f/", [], 1, "which is listed already, as other"),
        ("https://ed:s3cret@old.example/f", "https://else.example/f", ["old"], 1, "is another host"),
    ],
)
def test_what_cannot_be_accepted_is_refused_and_changes_nothing(
    tmp_path: Path, url: str, moved_to: str | None, arguments: list[str], code: int, said: str
) -> None:
    feeds = f'[[feed]]\nurl = "{url}"\nid = "old"\n[[feed]]\nurl = "https://other.example/f"\nid = "other"\n'
    root = make_project(tmp_path, feeds=feeds)
    remember(root, "old", url, FetchState(last_fetched=at(18), moved_to=moved_to, moved_since=at(10)))
    before = snapshot(root)

    ran = digest("feeds", "accept-moves", *arguments, root=root, now=THEN)

    assert ran.code == code
    assert said in ran.err
    assert "s3cret" not in ran.err
    assert snapshot(root) == before


def test_a_feed_with_a_login_keeps_it_on_the_same_host(tmp_path: Path) -> None:
    url = "https://ed:s3cret@old.example/f"
    root = make_project(tmp_path, feeds=f'[[feed]]\nurl = "{url}"\nid = "old"\n')
    remember(root, "old", url, FetchState(last_fetched=at(18), moved_to="https://old.example/f2", moved_since=at(10)))

    ran = digest("feeds", "accept-moves", root=root, now=THEN)

    assert ran.out == "old: https://ed:***@old.example/f → https://ed:***@old.example/f2\n"
    assert 'url = "https://ed:s3cret@old.example/f2"' in feed_list(root)
