"""What no source has told."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.model import FetchState, Source
from digest.store import sources
from tests.explain.weeks import LATER, told, why
from tests.support.cli import Ran, digest
from tests.support.project import FEEDS, at, make_project, opened, rss


def test_of_an_address_nobody_saw_the_feed_that_might_have_it_is_named(root: Path) -> None:
    ran = digest("why", "https://silent.example/new", root=root, now=LATER)

    assert ran.code == 1
    assert ran.out == (
        "https://silent.example/new: never seen\n"
        "  Silent Review (https://silent.example/feed): told 1 page of silent.example, of 2026-10-01\n"
        "    failing for 4 days (3 times): the server said 503\n"
        "    first read 2026-11-10 09:00, last 2026-11-17 09:00: what it listed only before or between is not known\n"
        "    leaves out entries with “podcast” (exclude); they are kept nowhere\n"
        "    gives only the newest 10 of a reading (max_entries)\n"
        "  → `digest clip https://silent.example/new` takes this page alone\n"
    )


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (None, "never read"),
        (FetchState(first_fetched=at(2), last_fetched=at(17), gone_since=at(16)), "gone since 2026-11-16"),
        (FetchState(first_fetched=at(2), last_fetched=at(17), moved_to="https://new.example/feed", moved_since=at(1)),
         "moved to https://new.example/feed: `digest feeds accept-moves tides` lists it there"),
        (FetchState(first_fetched=at(2), last_fetched=at(17), retry_after=at(25)),
         "its server wants to be left alone until 2026-11-25 09:00"),
    ],
)  # fmt: skip
def test_of_an_address_nobody_saw_it_is_said_how_the_feed_is_doing(
    tmp_path: Path, state: FetchState | None, said: str
) -> None:
    location = "https://feeds.tides.example/all"
    listed = f'{FEEDS}[[feed]]\nurl = "{location}"\nid = "tides"\nname = "Tides"\ninclude = ["moon", "spring tide"]\n'
    root = make_project(tmp_path, feeds=listed, files={"feeds/grid.xml": rss(told("wind"))})
    with opened(root) as project, project.store.write() as connection:
        if state:
            sources.save_source(connection, Source(id="tides", kind="feed", location=location, name="Tides"), state)
    (chance,) = digest("why", "https://www.tides.example/x", "--json", root=root, now=LATER).json["unseen"]["sources"]

    assert chance["why"] == "its address is on feeds.tides.example"
    assert any(text.startswith(said) for text in chance["hindrances"])
    kept = "keeps only entries with “moon” or “spring tide” (include); the others are kept nowhere"
    assert kept in chance["hindrances"]


def test_where_no_feed_tells_of_a_host_one_can_be_looked_for(root: Path) -> None:
    ran: Ran = digest("why", "https://elsewhere.example/page", "--json", root=root, now=LATER)
    lines = (root / "issues" / "2026-W47.md").read_text("utf-8").splitlines()
    number = next(place for place, text in enumerate(lines, 1) if "elsewhere.example" in text)

    assert ran.code == 1
    assert ran.json["unseen"]["sources"] == []
    assert ran.json["unseen"]["by_hand"] == [{"issue": "2026-W47", "line": number}]
    assert "`digest add https://elsewhere.example/` looks for its feed" in ran.json["unseen"]["advice"]


def test_backlog_says_how_it_can_become_news(root: Path) -> None:
    printed = why(root, "https://silent.example/old")

    assert "backlog: it was older than the first issue when its feed was first read" in printed
    assert "→ `digest clip https://silent.example/old` makes it news" in printed
    assert "its source: failing for 4 days" in printed


def test_a_file_that_was_not_read_yet_is_told_from_one_that_is_not_there(root: Path) -> None:
    (root / "feeds" / "unread.md").write_text("# Unread\n", "utf-8")
    ran = [digest("why", path, root=root, now=LATER) for path in ("feeds/unread.md", "feeds/none.md")]
    (root / "feeds" / "unread.md").unlink()

    assert [one.code for one in ran] == [1, 1]
    assert "feeds/unread.md: no entry was made of it" in ran[0].err
    assert "feeds/none.md: no entry is known by that" in ran[1].err
