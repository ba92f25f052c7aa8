"""The issue file comes from elsewhere: an older checkout, a colleague, a merge of two branches, another name.

What a file lacks then was not deleted by anybody: digest appends candidates and leaves the rest as it is.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from digest import pipeline
from digest.edit.issuefile import read_issue
from digest.errors import BusyError
from digest.project import open_project
from digest.store.schema import entry
from tests.support.cli import digest, digest_process
from tests.support.project import NEXT_WEEK, NOW, at, item, make_project, rss
from tests.support.stores import lose_store

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
    pytest.mark.usefixtures("in_each_database"),
]

FILE = "issues/2026-W47.md"
ALWAYS = {"AUTHOR_NAME": "R. Vane", "AUTHOR_EMAIL": "r@tide.example", "COMMITTER_NAME": "R. Vane",
          "COMMITTER_EMAIL": "r@tide.example", "CONFIG_GLOBAL": os.devnull, "CONFIG_SYSTEM": os.devnull}  # fmt: skip

WIND, HEAT, CHARGES = "Wind farms wait nine years", "A harbour town heats itself", "Regulator publishes new network"
TIDES, EELS, FOG = "A report on tides", "Eels return to the Ouse", "Fog bell of Corran is rung again"


def news(title: str, more: str = "") -> str:
    slug = title.rpartition(" ")[2].lower()
    return item(title, f"https://gridwatch.example/{slug}", text=f"{title}, says {slug.title()} & Sons. {more}")


OLD = tuple(news(title) for title in (WIND, HEAT, CHARGES))


class Desk:
    """A newsletter kept in git, one of perhaps several clones; feeds and store are not in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def path(self) -> Path:
        return self.root / FILE

    @property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    def saves(self, text: str) -> None:
        self.path.write_text(text, "utf-8")

    def git(self, *words: str, expect: int = 0) -> str:
        env = os.environ | {f"GIT_{name}": value for name, value in ALWAYS.items()}
        done = subprocess.run(["git", *words], cwd=self.root, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == expect, f"git {' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout

    def commits(self, said: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-m", said)

    def hears(self, *items: str) -> None:
        (self.root / "feeds" / "grid.xml").write_text(rss(*items, *OLD), "utf-8")
        assert digest("fetch", root=self.root, now=NOW).code == 0

    def drafts(self, *, expect: int = 0) -> Any:
        ran = digest("draft", "--json", root=self.root, now=NOW)
        assert ran.code == expect, ran.err
        return ran.json

    def deletes(self, title: str) -> None:
        self.saves(self.text.replace(self.story(title), ""))

    def story(self, title: str) -> str:
        found = re.search(rf"^### {re.escape(title)}.*?(?=^##|\Z)", self.text, re.DOTALL | re.MULTILINE)
        assert found, self.text
        return found.group()

    def printed(self) -> list[str]:
        return sorted(story.title for story in read_issue(self.text, path=FILE).issue.stories)

    def candidates(self) -> list[str]:
        return sorted(story.title for story in read_issue(self.text, path=FILE).issue.candidates)

    def base(self) -> str:
        found = read_issue(self.text, path=FILE).issue.base
        assert found
        return found

    def states(self, *verbs: tuple[str, ...]) -> dict[str, str]:
        """What became of each entry, after these verbs."""
        for words in verbs:
            ran = digest(*words, root=self.root, now=NOW)
            assert ran.code == 0, ran.err
        with open_project(self.root) as project, project.store.read() as connection:
            return {row.title: row.state for row in connection.execute(select(entry.c.title, entry.c.state))}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A draft of three stories, in the first commit."""
    root = make_project(tmp_path / "tide", feeds='[[feed]]\npath = "grid.xml"\nid = "grid"\nname = "Grid Watch"\n')
    (root / ".gitignore").write_text("digest.toml\nstate/\nbuild/\n")  # each has a store of its own
    desk = Desk(root)
    desk.hears()
    desk.drafts()
    desk.git("init", "-q", "-b", "main")
    desk.commits("draft")
    return desk


def test_of_an_older_version_checked_out_nothing_passes_for_deleted(desk: Desk) -> None:
    desk.saves(desk.text.replace("<!-- Your introduction goes here; it may stay empty. -->", "Mine."))
    desk.commits("edited")
    older = desk.text
    desk.hears(news(TIDES))
    desk.drafts()
    assert desk.candidates() == [TIDES]
    desk.deletes(HEAT)
    desk.commits("with the tides, without the heat")
    desk.hears(news(EELS), news(TIDES))
    desk.drafts()
    assert desk.candidates() == sorted([TIDES, EELS])
    desk.commits("with the eels")

    desk.git("checkout", "HEAD~2", "--", FILE)  # the heat is there, tides and eels are not
    assert desk.text == older
    told = desk.drafts()

    assert {change["kind"] for change in told["changes"]} == {"added"}
    assert desk.candidates() == sorted([EELS, TIDES])
    assert desk.printed() == sorted([WIND, HEAT, CHARGES])
    body = older.partition("leave it alone\n")[2].rstrip()
    assert body in desk.text, "candidates were appended, and nothing else was done"
    assert desk.drafts()["outcome"] == "edited"
    assert desk.states(("approve", "--by", "R. Vane"), ("publish",)) == {
        WIND: "used", HEAT: "used", CHARGES: "used", TIDES: "offered", EELS: "offered"}  # fmt: skip


def test_an_older_version_that_is_approved_as_it_is_drops_nothing_it_never_had(desk: Desk) -> None:
    desk.saves(desk.text.replace("<!-- Your introduction goes here; it may stay empty. -->", "Mine."))
    desk.commits("edited")
    desk.hears(news(TIDES))
    desk.drafts()
    desk.commits("with the tides")
    desk.git("checkout", "HEAD~1", "--", FILE)

    assert desk.states(("approve", "--by", "R. Vane"), ("publish",))[TIDES] == "offered"


def test_a_deletion_holds_through_a_checkout_of_another_branch_and_back(desk: Desk) -> None:
    desk.deletes(HEAT)
    desk.commits("without the heat")
    without = desk.text
    desk.git("checkout", "-q", "-b", "other", "HEAD~1")
    assert desk.drafts()["outcome"] == "unchanged"
    desk.git("checkout", "-q", "main")
    assert desk.text == without

    desk.drafts()

    assert desk.text == without
    assert desk.states(("approve", "--by", "R. Vane"), ("publish",))[HEAT] == "dropped"


@pytest.fixture
def colleague(desk: Desk, tmp_path: Path) -> Desk:
    """A clone of the edited file, with feeds as they are now and with a store that has seen nothing."""
    desk.deletes(HEAT)
    desk.saves(desk.text.replace("Wind farms wait nine years", "Wind farms *still* wait"))
    desk.commits("edited")
    desk.git("clone", "-q", str(desk.root), str(tmp_path / "colleague"))
    make_project(tmp_path / "colleague", feeds=None)
    return Desk(tmp_path / "colleague")


def test_a_colleague_with_an_empty_store_gets_candidates_and_nothing_else(colleague: Desk) -> None:
    before = colleague.text
    corrected = news(CHARGES, "They rise by a fifth.")
    (colleague.root / "feeds" / "grid.xml").write_text(rss(news(WIND), news(HEAT), corrected, news(TIDES)), "utf-8")
    digest("fetch", root=colleague.root, now=NOW)

    told = colleague.drafts()

    assert {change["kind"] for change in told["changes"]} == {"added"}
    # Whether the heat was deleted nobody can know here: it is offered, below what is printed.
    assert colleague.candidates() == sorted([HEAT, TIDES])
    assert colleague.printed() == sorted(["Wind farms *still* wait", CHARGES])
    assert before.partition("leave it alone\n")[2].rstrip() in colleague.text
    again = colleague.text
    assert colleague.drafts()["outcome"] == "edited"
    assert colleague.text == again

    # From now on that store knows what the file started from; what is deleted stays so.
    colleague.deletes(TIDES)
    colleague.drafts()
    assert colleague.candidates() == [HEAT]
    states = colleague.states(("approve", "--by", "B. Lint"), ("publish",))
    assert states == {WIND: "used", CHARGES: "used", HEAT: "offered", TIDES: "dropped"}


def test_what_a_colleague_drafted_comes_back_to_a_store_that_does_not_know_it(desk: Desk, colleague: Desk) -> None:
    colleague.hears(news(TIDES))
    colleague.drafts()
    colleague.commits("with the tides")
    desk.git("pull", "-q", str(colleague.root), "main")
    desk.hears(news(EELS), news(TIDES))
    before = desk.text

    desk.drafts()

    assert desk.candidates() == sorted([HEAT, TIDES, EELS])
    assert before.partition("leave it alone\n")[2].rstrip() in desk.text
    assert desk.printed() == sorted(["Wind farms *still* wait", CHARGES])


def test_a_clone_whose_store_has_seen_nothing_publishes_without_dropping(colleague: Desk) -> None:
    states = colleague.states(("fetch",), ("draft",), ("approve", "--by", "B. Lint"), ("publish",))

    assert states == {WIND: "used", CHARGES: "used", HEAT: "offered"}


def test_two_branches_that_edited_different_stories_merge(desk: Desk) -> None:
    first, _, last = (story.title for story in read_issue(desk.text, path=FILE).issue.stories)
    desk.git("checkout", "-q", "-b", "other")
    desk.saves(desk.text.replace(f"### {last}", "### Mine, and no other"))
    desk.commits("one title")
    desk.git("checkout", "-q", "main")
    desk.deletes(first)
    desk.commits("one gone")
    desk.git("merge", "-q", "-m", "both", "other")
    both, printed = desk.text, desk.printed()
    assert len(printed) == 2
    assert "Mine, and no other" in printed

    assert desk.drafts()["outcome"] == "edited"

    assert desk.text == both
    desk.hears(news(TIDES))
    desk.drafts()
    assert desk.printed() == printed
    assert desk.candidates() == [TIDES]
    assert desk.states(("approve", "--by", "R. Vane"), ("publish",))[first] == "dropped"


def test_one_branch_edited_and_one_refreshed_merge(desk: Desk) -> None:
    desk.saves(desk.text.replace("<!-- Your introduction goes here; it may stay empty. -->", "Mine."))
    desk.commits("edited")
    desk.git("checkout", "-q", "-b", "other")
    desk.deletes(HEAT)
    desk.commits("no heat")
    desk.git("checkout", "-q", "main")
    desk.hears(news(TIDES))
    desk.drafts()
    desk.commits("with the tides")
    desk.git("merge", "-q", "-m", "both", "other")
    both = desk.text

    assert desk.drafts()["outcome"] == "edited"

    assert desk.text == both
    assert (desk.printed(), desk.candidates()) == (sorted([WIND, CHARGES]), [TIDES])


@pytest.mark.parametrize("base_of", ["ours", "theirs", "neither"])
def test_two_branches_that_both_got_candidates_are_merged_by_hand(desk: Desk, base_of: str) -> None:
    desk.saves(desk.text.replace("<!-- Your introduction goes here; it may stay empty. -->", "Mine."))
    desk.commits("edited")
    desk.git("checkout", "-q", "-b", "other")
    desk.hears(news(TIDES))
    desk.drafts()
    desk.commits("tides")
    theirs = desk.base()
    desk.git("checkout", "-q", "main")
    desk.hears(news(EELS), news(TIDES))
    desk.drafts()
    desk.commits("eels")
    ours = desk.base()
    assert ours != theirs
    desk.git("merge", "-q", "-m", "both", "other", expect=1)

    # With git's marks in it the file is refused, with the line, and not touched.
    marked = desk.text
    refused = desk.drafts(expect=1)
    assert FILE in refused["error"]
    assert desk.text == marked

    # The editor takes both sides of what git could not join, once each, and one base; or writes nonsense there.
    keep = {"ours": ours, "theirs": theirs, "neither": "00000000"}[base_of]
    desk.git("checkout", "--ours", FILE)
    desk.saves(re.sub(r"^base: \w+", f"base: {keep}", desk.text, count=1, flags=re.MULTILINE))
    desk.commits("both")
    desk.hears(news(FOG), news(EELS), news(TIDES))
    before = desk.text
    told = desk.drafts()

    assert {change["kind"] for change in told["changes"]} == {"added"}
    assert desk.candidates() == sorted([TIDES, EELS, FOG])
    assert before.partition("leave it alone\n")[2].rstrip() in desk.text
    states = desk.states(("approve", "--by", "R. Vane"), ("publish",))
    assert sorted(title for title, state in states.items() if state == "dropped") == []


def test_a_file_renamed_and_renamed_back_keeps_every_decision(desk: Desk) -> None:
    desk.deletes(HEAT)
    desk.saves(desk.text.replace("### Wind farms wait nine years", "### Wind farms wait, and wait"))
    desk.commits("edited")
    edited = desk.text
    desk.git("mv", FILE, "issues/last-week.md")
    desk.commits("away")
    desk.git("mv", "issues/last-week.md", FILE)
    desk.commits("and back")

    desk.drafts()

    assert desk.text == edited


def test_a_draft_made_while_the_file_had_another_name_decides_nothing(desk: Desk) -> None:
    desk.deletes(HEAT)
    desk.saves(desk.text.replace("### Wind farms wait nine years", "### Wind farms wait, and wait"))
    desk.commits("edited")
    edited = desk.text
    desk.git("mv", FILE, "issues/last-week.md")
    desk.hears(news(TIDES))
    desk.drafts()  # there is none, so digest writes one
    desk.git("mv", "-f", "issues/last-week.md", FILE)
    assert desk.text == edited

    desk.drafts()

    assert desk.printed() == sorted(["Wind farms wait, and wait", CHARGES])
    assert desk.candidates() == [TIDES]
    assert desk.states(("approve", "--by", "R. Vane"), ("publish",)) == {
        WIND: "used", HEAT: "dropped", CHARGES: "used", TIDES: "offered"}  # fmt: skip


def test_a_file_under_another_issues_name_is_refused(desk: Desk) -> None:
    desk.git("mv", FILE, "issues/2026-W48.md")
    text = (desk.root / "issues" / "2026-W48.md").read_text("utf-8")

    ran = digest("draft", "2026-W48", root=desk.root, now=NEXT_WEEK)

    assert ran.code == 1
    assert "says it is issue 2026-W47, but the file is called 2026-W48.md" in ran.err
    assert (desk.root / "issues" / "2026-W48.md").read_text("utf-8") == text


def test_with_build_and_then_the_store_deleted_the_file_stays_the_truth(desk: Desk) -> None:
    desk.deletes(HEAT)
    desk.saves(desk.text.replace("### Wind farms wait nine years", "### Wind farms wait, and wait"))
    edited = desk.text
    digest("render", root=desk.root, now=NOW)
    shutil.rmtree(desk.root / "build")
    desk.drafts()
    assert desk.text == edited

    lose_store(desk.root)
    desk.hears()
    desk.drafts()

    assert desk.printed() == sorted(["Wind farms wait, and wait", CHARGES])
    assert desk.candidates() == [HEAT]


def test_what_a_colleague_saves_while_digest_is_at_work_is_not_overwritten(desk: Desk) -> None:
    desk.saves(desk.text.replace("<!-- Your introduction goes here; it may stay empty. -->", "Mine."))
    desk.hears(news(TIDES))
    before, saved = desk.text, list[str]()
    with open_project(desk.root) as project:

        @event.listens_for(project.store.engine, "commit")
        def save(_connection: object) -> None:
            saved.append(before.replace("Mine.", f"Hers, {len(saved)}."))
            desk.saves(saved[-1])

        with pytest.raises(BusyError, match="was saved while digest was at work; nothing was written"):
            pipeline.draft(project, now=at(18, 12))
    assert desk.text == saved[-1]

    desk.drafts()  # as the hint says: again

    assert "Hers, " in desk.text
    assert desk.candidates() == [TIDES]
    assert desk.printed() == sorted([WIND, HEAT, CHARGES])


def test_two_digests_do_not_work_on_one_issue_at_a_time(desk: Desk) -> None:
    """The lock is held while one writes, and only then: editors never wait for it."""
    desk.saves(desk.text.replace("<!-- Your introduction goes here; it may stay empty. -->", "Mine."))
    desk.hears(news(TIDES))
    with ThreadPoolExecutor(4) as pool:
        ran = list(pool.map(lambda _: digest_process("draft", "--now", NOW, cwd=desk.root), range(4)))

    assert [one.code for one in ran] == [0] * 4, [one.err for one in ran]
    assert sorted("1 added" in one.out for one in ran) == [False, False, False, True]
    assert desk.candidates() == [TIDES]
