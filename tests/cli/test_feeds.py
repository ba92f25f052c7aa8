from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from digest.model import Entry, FetchState, Source
from digest.store import sources
from digest.store.entries import file_entries
from tests.support.cli import digest, digest_process
from tests.support.project import ITEMS, NOW, at, make_project, opened, rss

FEEDS = """\
[[feed]]
path = "grid.xml"
id = "grid"

[[feed]]
path = "gone.xml"
id = "gone"

[[feed]]
url = "https://well.example/feed"
id = "well"
name = "Well"

[[feed]]
url = "https://ill.example/feed"
id = "ill"

[[feed]]
url = "https://moved.example/feed"
id = "moved"

[[feed]]
url = "https://moving.example/feed"
id = "moving"

[[feed]]
url = "https://down.example/feed"
id = "down"

[[feed]]
url = "https://waits.example/feed"
id = "waits"

[[feed]]
url = "https://fresh.example/feed"
id = "fresh"
"""


FEEDS_WITH_GRID = '[[feed]]\npath = "grid.xml"\nid = "grid"\n'


def remember(root: Path, source_id: str, state: FetchState, *, location: str = "") -> None:
    """Put into the store what a fetch over the network would have put there."""
    source = Source(id=source_id, kind="feed", location=location or f"https://{source_id}.example/feed", name="")
    with opened(root) as project, project.store.write() as connection:
        sources.save_source(connection, source, state)


def states(root: Path) -> dict[str, str]:
    ran = digest("feeds", "list", "--json", root=root, now=NOW)
    return {source["id"]: source["state"] for source in ran.json["sources"]}


def test_each_feed_says_how_it_is_doing(tmp_path: Path) -> None:
    root = make_project(tmp_path, feeds=FEEDS, files={"feeds/grid.xml": rss(*ITEMS)})
    read = FetchState(first_fetched=at(17), last_fetched=at(18), next_due=at(18, 10), title="The Feed's Own Title")
    remember(root, "well", read)
    remember(root, "ill", replace(read, failing_since=at(16), failures=3, last_problem="504 Gateway Timeout"))
    remember(root, "moved", replace(read, moved_to="https://moved.example/new", moved_since=at(10)))
    remember(root, "moving", replace(read, moved_to="https://moving.example/new", moved_since=at(17)))
    remember(root, "down", replace(read, gone_since=at(14), failing_since=at(14), failures=2, last_problem="410 Gone"))
    remember(root, "waits", replace(read, retry_after=at(18, 13)))
    remember(root, "old", read)

    assert states(root) == {
        "grid": "never read",
        "gone": "there is no file feeds/gone.xml",
        "well": "ok",
        "ill": "failing for 2 days (3 times): 504 Gateway Timeout",
        "moved": "moved to https://moved.example/new: `digest feeds accept-moves moved` lists it there",
        "moving": "ok",
        "down": "gone since 2026-11-14: 410 Gone",
        "waits": "its server wants to be left alone until 2026-11-18 13:00",
        "fresh": "never read",
        "old": "no longer in feeds/feeds.toml",
    }


def test_local_files_and_feed_files_that_are_not_listed_are_shown_with_their_entries(tmp_path: Path) -> None:
    note = "---\ntitle: A note\n---\n\nSomething happened, and it was not small.\n"
    root = make_project(tmp_path, files={"feeds/note.md": note, "feeds/more/extra.xml": rss(ITEMS[0], title="Extra")})
    digest("fetch", root=root, now=NOW)

    found = {source["id"]: source for source in digest("feeds", "--json", root=root).json["sources"]}

    assert {name: (one["location"], one["entries"], one["state"], one["listed"]) for name, one in found.items()} == {
        "grid": ("feeds/grid.xml", 3, "ok", True),
        "files": ("feeds", 1, "ok", False),
        "file-more-extra": ("feeds/more/extra.xml", 1, "ok", False),
    }
    assert found["grid"]["name"] == "Grid Watch"
    assert found["grid"]["last_fetched"] == "2026-11-18T12:00:00Z"


def test_the_password_in_a_feeds_address_is_shown_nowhere(tmp_path: Path) -> None:
    address = "http://ed:s3cret@127.0.0.1:9/feed"
    root = make_project(tmp_path, feeds=FEEDS_WITH_GRID + f'\n[[feed]]\nurl = "{address}"\nid = "ours"\n')
    ran = [digest("fetch", "--json", root=root, now=NOW)]
    remember(
        root, "old", FetchState(last_fetched=at(18), last_problem=f"{address}: 404", moved_to=address), location=address
    )
    with opened(root) as project, project.store.write() as connection:
        told = Entry(id="a" * 12, source_id="old", title="Cables", first_seen=at(18))
        file_entries(connection, [told], now=at(18), news_from=None)
    ran += [
        digest(*words, root=root, now=NOW)
        for verb in (["feeds"], ["status"], ["why", "cables"])
        for words in (verb, [*verb, "--json"])
    ]

    shown = "http://ed:***@127.0.0.1:9/feed"
    assert all(shown in one.out for one in ran)
    assert not any("s3cret" in one.out + one.err for one in ran)


def test_times_are_in_the_newsletters_zone(tmp_path: Path) -> None:
    root = make_project(tmp_path, feeds='[[feed]]\nurl = "https://well.example/feed"\nid = "well"\n')
    config = (root / "digest.toml").read_text().replace("[newsletter]", '[newsletter]\ntimezone = "Asia/Tokyo"')
    (root / "digest.toml").write_text(config)
    remember(root, "well", FetchState(last_fetched=at(18, 20), next_due=at(18, 20) + timedelta(hours=1)))

    line = digest("feeds", root=root).lines[1]

    assert line.split("\t")[3:5] == ["2026-11-19 05:00", "2026-11-19 06:00"]


def test_a_newsletter_without_feeds_is_told_how_to_get_one(tmp_path: Path) -> None:
    ran = digest("feeds", root=make_project(tmp_path, feeds=None))

    assert ran.code == 0
    assert "digest add URL" in ran.err


def test_a_wrong_configuration_is_exit_code_2(tmp_path: Path) -> None:
    assert digest("feeds", root=make_project(tmp_path, feeds="[[fed]]\n")).code == 2
    assert digest("feeds", root=tmp_path / "nowhere").code == 2


def test_as_a_process_of_its_own_the_verb_alone_is_the_list(tmp_path: Path) -> None:
    root = make_project(tmp_path)

    assert digest_process("feeds", cwd=root).out == digest_process("feeds", "list", cwd=root).out != ""
