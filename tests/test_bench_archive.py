"""The benchmark of the archive runs and says what it is asked for. How fast anything is, no test says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from digest.edit.issuefile import read_issue
from digest.production.frozen import VARIANT
from digest.project import open_project
from digest.store import entries, issues
from tests.bench.archiving.history import Size, make_history
from tests.bench.archiving.queries import make_queries

PROMISED = {
    "publish_all_s", "publish_one_s", "publish_again_s", "home_kb", "site_mb", "pages", "search_p50_ms",
    "search_p99_ms", "index_ratio",
}  # fmt: skip


def test_it_names_what_it_measures() -> None:
    size = ("--issues", "3", "--stories", "4", "--entries", "120", "--queries", "1")
    done = subprocess.run(
        [sys.executable, "tests/bench/archive.py", *size, "--json"],
        cwd=Path(__file__).parents[1], check=False, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])

    assert set(told) >= PROMISED
    assert all(told[name] > 0 for name in PROMISED)
    assert told["pages"] > 4 * 5  # every issue and every story


def test_what_is_made_is_what_approval_would_have_made(tmp_path: Path) -> None:
    history = make_history(tmp_path / "brief", Size(issues=3, stories=5, entries=100))

    with open_project(history.root) as project, project.store.read() as connection:
        assert [one.name for one in issues.all_issues(connection)] == [*history.names, history.next_name]
        assert entries.totals(connection)["seen"] == 100
        for name in history.names:
            parts = issues.frozen_parts(connection, name)
            issue = read_issue(parts[VARIANT, "issue.md"].decode(), path=name).issue
            told = {one.id: one for one in entries.load_entries(parts[VARIANT, "entries.json"].decode())}
            assert len(issue.stories) == 5
            assert {ref.entry_id for story in issue.stories for ref in story.sources} == set(told)
            assert all(story.id and story.summary for story in issue.stories)
            assert {one.state for one in entries.by_ids(connection, told)} == {"used", "grouped"}
    again = make_history(tmp_path / "again", Size(issues=3, stories=5, entries=100))
    assert make_queries(again, each=1) == make_queries(history, each=1)
