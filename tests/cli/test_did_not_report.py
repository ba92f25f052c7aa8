"""What should have had news and had none is told the editor at the end of the draft, and nobody else."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from digest.edit.issuefile import read_issue
from digest.model import Entry, FetchState, Source
from digest.store import sources
from digest.store.entries import file_entries
from tests.support.cli import digest
from tests.support.project import FEEDS, ITEMS, NOW, at, make_project, opened, rss

LISTED = FEEDS + "".join(
    f'\n[[feed]]\nurl = "https://{name}.example/feed"\nid = "{name}"\n'
    for name in ("ill", "quiet", "down", "moved", "well")
)
NOTE = """\
<!-- Did not report (not printed):
- Zebrafinch ‹!-- Daily --› (https://ill.example/feed): failing since 2026-11-16: 504 --› ‹/html›
- quiet (https://quiet.example/feed): silent since 2026-10-28, usually daily
- down (https://down.example/feed): gone since 2026-11-11: the publisher has taken it down
- moved (https://moved.example/feed): moved to https://moved.example/new since 2026-11-09
- feeds/note.md: is gone; its entry “A note on zebrafinches” stays until you drop its story
-->
"""
READ = FetchState(first_fetched=at(1), last_fetched=at(18))


def remember(root: Path, name: str, state: FetchState, *, called: str = "") -> None:
    source = Source(id=name, kind="feed", location=f"https://{name}.example/feed", name=called)
    with opened(root) as project, project.store.write() as connection:
        sources.save_source(connection, source, state)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    note = "---\ntitle: A note on zebrafinches\n---\n\nThey sing, and they were counted this autumn.\n"
    files = {"feeds/grid.xml": rss(*ITEMS), "feeds/note.md": note}
    root = make_project(tmp_path, feeds=FEEDS, files=files)
    assert digest("fetch", root=root, now=NOW).code == 0
    (root / "feeds/note.md").unlink()
    (root / "feeds/feeds.toml").write_text(LISTED, "utf-8")
    ill = FetchState(last_fetched=at(18), failing_since=at(16), failures=3, last_problem="504 --> </html>")
    remember(root, "ill", ill, called="Zebrafinch <!-- Daily -->")
    remember(root, "quiet", READ)
    remember(root, "down", FetchState(last_fetched=at(18), gone_since=at(11), failing_since=at(11), failures=2))
    remember(root, "moved", FetchState(last_fetched=at(18), moved_to="https://moved.example/new", moved_since=at(9)))
    remember(root, "well", READ)
    with opened(root) as project, project.store.write() as connection:
        told = [
            Entry(id=f"{number:012x}", source_id="quiet", title=f"Old {number}", first_seen=at(1), state="backlog",
                  published=at(1) - timedelta(days=4 + number))
            for number in range(6)
        ]  # fmt: skip
        file_entries(connection, told, now=at(1), news_from=at(1))
    return root


def draft(root: Path, now: str = NOW) -> str:
    assert digest("draft", root=root, now=now).code == 0
    return (root / "issues/2026-W47.md").read_text("utf-8")


def test_the_draft_ends_with_what_did_not_report(root: Path) -> None:
    text = draft(root)
    read = read_issue(text, path="x.md")

    assert text.endswith("\n\n" + NOTE)
    assert text.index("## Candidates") < text.index("Did not report")
    assert read.joined() == text
    assert all("Zebrafinch" not in story.summary + story.why for story in read.issue.candidates + read.issue.stories)


def test_the_text_is_the_same_all_day_and_the_file_counts_as_untouched(root: Path) -> None:
    first = draft(root)

    assert draft(root, "2026-11-18T20:00Z") == first
    assert digest("draft", "--json", root=root, now="2026-11-18T21:00Z").json["outcome"] == "unchanged"


def test_a_file_in_which_only_the_note_would_change_is_written_anew(root: Path) -> None:
    first = draft(root)
    remember(root, "ill", READ)

    again = digest("draft", "--json", root=root, now=NOW)
    second = (root / "issues/2026-W47.md").read_text("utf-8")

    assert again.json["outcome"] == "written"
    assert [line for line in first.splitlines() if line not in second.splitlines() and "base:" not in line] == [
        "- Zebrafinch ‹!-- Daily --› (https://ill.example/feed): failing since 2026-11-16: 504 --› ‹/html›"
    ]


def test_a_newsletter_without_trouble_has_no_note(tmp_path: Path) -> None:
    root = make_project(tmp_path)
    digest("fetch", root=root, now=NOW)

    assert "Did not report" not in draft(root)


@pytest.mark.parametrize("place", ["where digest wrote it", "below a story that is printed", "in the introduction"])
def test_the_note_is_in_nothing_that_leaves_the_house(root: Path, place: str) -> None:
    text = draft(root)
    if place != "where digest wrote it":
        text = text.removesuffix("\n" + NOTE)
        mark = "## Next week" if place == "below a story that is printed" else "## "
        before, heading, after = text.partition(mark)
        text = f"{before}{NOTE}\n{heading}{after}"
        (root / "issues/2026-W47.md").write_text(text, "utf-8")
    assert digest("render", root=root, now=NOW).code == 0
    assert digest("approve", "--by", "me", root=root, now=NOW).code == 0
    assert digest("publish", root=root, now=NOW).code == 0

    made = {path: path.read_bytes() for path in (root / "build").rglob("*") if path.is_file()}
    message = message_from_bytes(made[root / "build/2026-W47/email.eml"], policy=policy.default)
    parts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]

    assert {path.suffix for path in made} >= {".html", ".txt", ".eml", ".xml"}
    assert len(parts) == 2
    for content in [*parts, *(data.decode("utf-8", "replace") for data in made.values())]:
        assert not any(word in content for word in ("Zebrafinch", "Did not report", ": 504", "quiet.example"))
