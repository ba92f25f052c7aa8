"""``digest draft --explain`` and ``digest why`` say the same of why a story stands where it does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import digest
from tests.support.project import CONFIG, ITEMS, NOW, make_project, rss

SECTIONS = """
[issue]
max_stories = 1
max_candidates = 1

[[section]]
title = "Power"
about = "wind farm, turbine, grid"
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make_project(
        tmp_path_factory.mktemp("explain"), config=CONFIG + SECTIONS, files={"feeds/grid.xml": rss(*ITEMS)}
    )
    assert digest("fetch", root=made, now=NOW).code == 0
    return made


def test_every_story_of_the_file_is_explained_also_on_the_bench(root: Path) -> None:
    lines = digest("draft", "--explain", root=root, now=NOW).out.splitlines()

    assert lines.count("score\tpoints\twhy") == 2
    assert "\t+0.69\ttold by 1 source: Grid Watch" in lines
    assert "Candidates" in lines
    assert sum(line == "\t\ton the bench: the issue is full at 1 (max_stories)" for line in lines) == 1


def test_json_has_every_summand_of_every_story(root: Path) -> None:
    told = digest("draft", "--explain", "--json", root=root, now=NOW).json
    stories = [*(story for section in told["sections"] for story in section["stories"]), *told["candidates"]]

    assert len(stories) > 1
    for story in stories:
        assert story["score"] == pytest.approx(sum(reason["points"] for reason in story["reasons"]), abs=0.001)
        assert any(reason["text"].startswith(("section ", "no section")) for reason in story["reasons"])


def test_why_gives_the_same_reasons_for_one_story(root: Path) -> None:
    drafted = digest("draft", "--json", root=root, now=NOW).json
    (story,) = drafted["sections"][0]["stories"]
    placement = digest("why", story["id"], "--json", root=root, now=NOW).json["entries"][0]["placements"][0]

    assert placement["reasons"] == story["reasons"]
    printed = digest("why", story["id"], root=root, now=NOW).out
    assert all(reason["text"] in printed for reason in story["reasons"])
