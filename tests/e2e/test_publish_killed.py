"""``publish`` of a newsletter with some history, killed on the way: its site holds, and the next run completes it.

It copies whole newsletters by the dozen and looks at the site: its store is of one kind, in the copied folder.
"""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from digest import pipeline
from digest.project import open_project
from tests.archive.smallsite import every_file, faults
from tests.bench.archiving.history import History, Size, make_history
from tests.support.killing import changes, killed

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no fork")

FEW_AND_MANY = pytest.mark.parametrize("moments", [6, pytest.param(50, marks=pytest.mark.long)])


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    """Five issues that are out and published nowhere, and a sixth that is approved."""
    made = make_history(tmp_path_factory.mktemp("history") / "brief", Size(issues=5, stories=4, entries=80))
    with open_project(made.root) as project:
        pipeline.approve(project, by="An editor", now=made.now, name=made.next_name)
    return made


def publishing(history: History, root: Path, name: str) -> Callable[[], object]:
    def publish() -> None:
        with open_project(root) as project:
            pipeline.publish(project, now=history.now, name=name)

    return publish


@FEW_AND_MANY
@pytest.mark.parametrize("step", ["the first", "one more issue", "another look"])
def test_killed_at_some_moment_every_page_is_whole_and_every_link_resolves(
    history: History, tmp_path: Path, step: str, moments: int
) -> None:
    before = tmp_path / "before"
    shutil.copytree(history.root, before)
    if step != "the first":
        publishing(history, before, history.names[-1])()
        (before / "build/site/CNAME").write_text("brief.example", "utf-8")
    if step == "another look":
        settings = before / "digest.toml"
        settings.write_text(
            settings.read_text("utf-8").replace("[newsletter]", '[newsletter]\nlook = "plain"'), "utf-8"
        )
    name = history.next_name if step == "one more issue" else history.names[-1]
    whole = shutil.copytree(before, tmp_path / "whole")
    count = changes(publishing(history, whole, name))
    expected = every_file(whole / "build/site")
    assert count > 100
    for moment in sorted(random.Random(step).sample(range(1, count), moments)):
        work = shutil.copytree(before, tmp_path / "work")
        publish = publishing(history, work, name)
        assert killed(publish, before_change=moment)
        assert faults(work / "build/site") == [], moment
        publish()
        assert every_file(work / "build/site") == expected, moment
        assert not list((work / "build").rglob("*.part"))
        shutil.rmtree(work)
