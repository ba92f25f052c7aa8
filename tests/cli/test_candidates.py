from __future__ import annotations

from pathlib import Path

import pytest

from digest.edit.issuefile import read_issue
from tests.support.cli import digest, digest_process
from tests.support.project import CONFIG, ITEMS, NOW, item, make_project, rss, snapshot

FEW = CONFIG + "\n[issue]\nmax_stories = 1\nmax_candidates = 1\n"
LATE = item("A late report on heat pumps", "https://gridwatch.example/late", day=18)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A drafted issue: one story printed, one on the bench, one for which there was no room."""
    made = make_project(tmp_path, config=FEW)
    assert digest("fetch", root=made, now=NOW).code == 0
    assert digest("draft", root=made, now=NOW).code == 0
    return made


def titles(root: Path) -> list[str]:
    found = digest("candidates", "--json", root=root, now=NOW).json
    assert found["issue"] == "2026-W47"
    return sorted(story["title"] for story in found["candidates"])


def in_file(root: Path) -> set[str]:
    issue = read_issue((root / "issues" / "2026-W47.md").read_text("utf-8"), path="x").issue
    return {story.title for story in (*issue.stories, *issue.candidates)}


ALL = {
    "Wind farms wait nine years for a cable",
    "A harbour town heats itself with sea water",
    "Regulator publishes new network charges",
}


def test_what_found_no_room_is_shown_and_what_stands_in_the_file_is_not(root: Path) -> None:
    assert len(in_file(root)) == 2
    assert titles(root) == sorted(ALL - in_file(root))


def test_what_came_after_the_edit_is_shown_and_what_was_deleted_is_not(root: Path) -> None:
    path = root / "issues" / "2026-W47.md"
    before = in_file(root)
    text = path.read_text("utf-8")
    path.write_text(text[: text.index("## Candidates")], "utf-8")  # the editor empties the bench
    (root / "feeds" / "grid.xml").write_text(rss(LATE, *ITEMS), "utf-8")
    digest("fetch", root=root, now=NOW)

    assert titles(root) == sorted({"A late report on heat pumps"} | (ALL - before))


def test_pasted_they_are_stories_of_the_issue_and_are_candidates_no_more(root: Path) -> None:
    path = root / "issues" / "2026-W47.md"
    ran = digest("candidates", "--paste", root=root, now=NOW)
    assert "That is what the report says on its first page." in ran.out

    with path.open("a", encoding="utf-8") as file:
        file.write("\n" + ran.out)

    assert in_file(root) == ALL
    assert titles(root) == []
    assert "has everything there is" in digest("candidates", root=root, now=NOW).err


def test_the_table_has_a_line_a_story_and_json_has_the_markdown(root: Path) -> None:
    table = digest("candidates", root=root, now=NOW)
    pasted = digest("candidates", "--paste", "--json", root=root, now=NOW).json["candidates"]

    assert table.lines[0].split("\t") == ["score", "section", "story", "source", "date", "entry"]
    assert [line.split("\t")[2] for line in table.lines[1:]] == [story["title"] for story in pasted]
    assert pasted[0]["markdown"].startswith(f"### {pasted[0]['title']} {{#{pasted[0]['id']}}}")


def test_looking_changes_nothing(root: Path) -> None:
    before = snapshot(root)

    digest("candidates", "--paste", root=root, now=NOW)

    assert snapshot(root) == before


def test_an_issue_that_is_out_has_no_candidates(root: Path) -> None:
    assert digest("approve", "--by", "me", root=root, now=NOW).code == 0
    assert digest("publish", root=root, now=NOW).code == 0

    ran = digest("candidates", "2026-W47", root=root, now=NOW)

    assert ran.code == 1
    assert "`digest draft` begins the next issue" in ran.err


def test_without_a_draft_or_of_an_unknown_issue_there_are_none(tmp_path: Path) -> None:
    root = make_project(tmp_path)
    no_store = digest("candidates", root=root, now=NOW)
    digest("fetch", root=root, now=NOW)
    no_draft = digest("candidates", root=root, now=NOW)
    unknown = digest("candidates", "2026-W01", root=root, now=NOW)

    assert (no_store.code, no_draft.code, unknown.code) == (1, 1, 2)
    assert "digest draft" in no_draft.err


def test_a_half_edited_file_is_named_with_its_line(root: Path) -> None:
    path = root / "issues" / "2026-W47.md"
    path.write_text(path.read_text("utf-8").replace("{#s-", "{#x-", 1), "utf-8")

    ran = digest_process("candidates", "--now", NOW, cwd=root)

    assert ran.code == 1
    assert "issues/2026-W47.md:" in ran.err
    assert "is neither a story's id nor an option" in ran.err
