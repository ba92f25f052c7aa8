"""Where the editor puts a story teaches where the next one like it goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.production.drafting import named_sources
from digest.production.lessons import lessons
from digest.project import open_project
from tests.support.cli import digest
from tests.support.project import CONFIG, NEXT_WEEK, NOW, make_project

pytestmark = pytest.mark.usefixtures("in_each_database")


def test_a_story_that_the_editor_moved_is_a_lesson_once_the_issue_is_out(tmp_path: Path) -> None:
    said = "The ferry will sail twice a day from the harbour. Islanders had asked for it."
    note = f"# A ferry for the northern isles\n\n{said}\n"
    root = make_project(tmp_path, config=CONFIG, feeds=None, files={"feeds/ferry.md": note})
    assert digest("build", root=root, now=NOW).code == 0
    path = root / "issues" / "2026-W47.md"
    text = path.read_text("utf-8")
    begins = text.index("### A ferry")
    ends = text.index("## Next week") if "## Next week" in text else len(text)
    story = text[begins:ends].strip()
    heading = next(line for line in text[:begins].splitlines() if line.startswith("## "))
    moved = "World" if heading != "## World" else "Energy"
    path.write_text(text.replace(story, "").replace(f"{heading}\n", f"## {moved}\n\n{story}\n\n", 1), "utf-8")

    def taught() -> list[tuple[str, str, bool]]:
        with open_project(root) as project, project.store.read() as connection:
            found = lessons(project, connection, named_sources(project, connection))
            return [(one.entries[0].title, one.section, one.moved) for one in found]

    assert taught() == []  # a draft teaches nothing
    assert digest("approve", "--by", "E", root=root, now=NOW).code == 0
    assert digest("publish", root=root, now=NOW).code == 0

    assert taught() == [("A ferry for the northern isles", moved, True)]
    assert digest("draft", root=root, now=NEXT_WEEK).code == 0
