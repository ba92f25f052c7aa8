"""Two editors at work at the same time, in one folder or in two with one store: nobody's words are lost."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from digest.production.desk import FOLDER_ID
from digest.store import issues
from digest.store.database import open_store
from tests.support.cli import Ran, digest, digest_process
from tests.support.postgres import Cluster
from tests.support.project import CONFIG, ITEMS, NOW, item, make_project, opened, rss, snapshot
from tests.support.stores import store_url

ISSUE = "2026-W47"
FILE = f"issues/{ISSUE}.md"
PEOPLE = [f"r{number:02}@example.org" for number in range(40)]
MINE = "subject: The quay, in an editor’s own words"


@pytest.fixture
def url(cluster: Cluster) -> str:
    return cluster.fresh()


def folder(root: Path, url: str, **tables: Any) -> Path:
    """The folder of a newsletter; several may have the same store."""
    document: Any = tomlkit.parse(CONFIG)
    document["store"] = {"url": url}
    for name, table in tables.items():
        document[name] = table
    return make_project(root, config=tomlkit.dumps(document))


@pytest.fixture
def desks(url: str, tmp_path: Path) -> tuple[Path, Path]:
    """Two folders, as on two machines, of one newsletter."""
    roots = folder(tmp_path / "a", url), folder(tmp_path / "b", url)
    assert digest("fetch", root=roots[0], now=NOW).code == 0
    return roots


def at_once(*commands: Callable[[], Ran]) -> list[Ran]:
    with ThreadPoolExecutor(len(commands)) as pool:
        return [one.result() for one in [pool.submit(command) for command in commands]]


def process(root: Path, *words: str) -> Callable[[], Ran]:
    return lambda: digest_process("-C", root, "--now", NOW, *words, cwd=root)


def last_text(root: Path, origin: issues.Origin | None = None) -> str:
    with opened(root) as project, project.store.read() as connection:
        version = issues.last_version(connection, ISSUE, origin=origin)
    assert version is not None
    return version.text


def edit(root: Path) -> str:
    """Write words into the issue file that no digest has seen; the whole text."""
    path = root / FILE
    lines = path.read_text("utf-8").splitlines()
    text = "\n".join(MINE if line.startswith("subject:") else line for line in lines) + "\n"
    path.write_text(text, "utf-8")
    return text


@pytest.mark.usefixtures("in_each_database")
def test_two_drafts_in_one_folder_come_one_after_the_other(tmp_path: Path) -> None:
    root = make_project(tmp_path / "brief")
    assert digest("fetch", root=root, now=NOW).code == 0
    ran = at_once(*[process(root, "draft", "--json")] * 2)

    assert [one.code for one in ran] == [0, 0], [one.err for one in ran]
    assert sorted(one.json["outcome"] for one in ran) == ["unchanged", "written"]
    assert last_text(root) == (root / FILE).read_text("utf-8")
    assert (root / FOLDER_ID).exists() == ("postgresql" in store_url(root))


def test_of_two_first_drafts_in_two_folders_one_is_told_where_the_other_is(desks: tuple[Path, Path]) -> None:
    ran = at_once(*[process(root, "draft") for root in desks])

    assert sorted(one.code for one in ran) == [0, 1], [one.err for one in ran]
    winner, loser = desks if ran[0].code == 0 else desks[::-1]
    refused = next(one for one in ran if one.code)
    assert f"{FILE}: is not here: {ISSUE} is edited in {winner} on " in refused.err
    assert "copy it from there; or `digest restore" in refused.err
    assert not (loser / FILE).exists()
    assert last_text(winner) == (winner / FILE).read_text("utf-8")


@pytest.mark.parametrize("held", ["the folder", "the store"])
def test_who_waits_for_too_long_is_told_and_changes_nothing(
    desks: tuple[Path, Path], url: str, held: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = desks
    monkeypatch.setattr("digest.project.WAIT_S", 0.05)
    other = open_store(url, there)
    before = snapshot(here)
    with opened(here) as project:
        held_by = project.working() if held == "the folder" else other.alone("work", wait_s=0, busy="", hint="")
        with held_by:
            ran = digest("draft", root=here, now=NOW)
    other.close()

    assert ran.code == 1
    assert "another digest is at work on this newsletter" in ran.err
    assert ("from another folder or machine" in ran.err) == (held == "the store")
    assert "nothing was changed" in ran.err
    assert snapshot(here) == before


def test_a_folder_without_the_file_neither_begins_it_anew_nor_lets_it_out(desks: tuple[Path, Path]) -> None:
    here, there = desks
    assert digest("draft", root=here, now=NOW).code == 0
    words = edit(here)  # which no digest has seen
    (there / "feeds" / "grid.xml").write_text(rss(*ITEMS, item("News", "https://gridwatch.example/new")), "utf-8")
    assert digest("fetch", root=there, now=NOW).code == 0

    for verb in (["draft"], ["draft", "--dry-run"], ["render"], ["check"], ["approve", "--by", "B"]):
        ran = digest(*verb, root=there, now=NOW)
        assert ran.code == 1, verb
        assert f"is edited in {here} on" in ran.err
    assert (here / FILE).read_text("utf-8") == words
    assert not (there / FILE).exists()

    assert digest("approve", "--by", "A", root=here, now=NOW).code == 0
    assert "is edited in" in digest("publish", root=there, now=NOW).err
    assert not (there / "build" / "site").exists()
    assert "is approved or out, so it is left alone" in digest("draft", root=there, now=NOW).out
    assert last_text(here) == words
    assert digest("publish", root=here, now=NOW).code == 0


def test_a_file_that_was_carried_over_is_gone_on_with_and_said_to_be_edited_elsewhere(
    desks: tuple[Path, Path],
) -> None:
    here, there = desks
    assert digest("draft", root=here, now=NOW).code == 0
    words = edit(here)
    (there / "issues").mkdir()
    shutil.copy(here / FILE, there / FILE)
    ran = digest("draft", root=there, now=NOW)

    assert ran.code == 0, ran.err
    assert f"{ISSUE} was last drafted in {here} on " in ran.err
    assert MINE in (there / FILE).read_text("utf-8")
    assert (here / FILE).read_text("utf-8") == words
    assert "was last drafted" not in digest("draft", root=there, now=NOW).err


def test_an_older_text_does_not_replace_what_was_written_elsewhere_since(desks: tuple[Path, Path]) -> None:
    here, there = desks
    assert digest("draft", root=here, now=NOW).code == 0
    (there / "issues").mkdir()
    shutil.copy(here / FILE, there / FILE)
    old = (there / FILE).read_text("utf-8")
    words = edit(here)
    assert digest("render", root=here, now=NOW).code == 0  # the store knows the words from here on

    for verb in (["draft"], ["render"], ["approve", "--by", "B"]):
        ran = digest(*verb, root=there, now=NOW)
        assert ran.code == 1, verb
        assert f"{FILE}: is an older text: {ISSUE} was changed since, in {here} on " in ran.err
    assert (there / FILE).read_text("utf-8") == old

    assert digest("restore", ISSUE, root=there, now=NOW).code == 0
    assert (there / FILE).read_text("utf-8") == words
    assert digest("approve", "--by", "B", root=there, now=NOW).code == 0
    assert last_text(here, "approved") == words


def test_who_goes_on_where_the_issue_was_taken_from_is_not_left_out_by_who_took_it(desks: tuple[Path, Path]) -> None:
    here, there = desks
    assert digest("draft", root=here, now=NOW).code == 0
    assert digest("restore", ISSUE, root=there, now=NOW).code == 0  # without the words below
    words = edit(here)
    assert digest("render", root=here, now=NOW).code == 0

    for verb in (["draft"], ["approve", "--by", "B"]):
        ran = digest(*verb, root=there, now=NOW)
        assert ran.code == 1, verb
        assert f"{FILE}: is an older text: {ISSUE} was changed since, in {here} on " in ran.err
    assert digest("approve", "--by", "A", root=here, now=NOW).code == 0
    assert last_text(there, "approved") == words


def test_a_file_that_was_deleted_where_it_was_edited_is_written_anew(desks: tuple[Path, Path]) -> None:
    here, _ = desks
    assert digest("draft", root=here, now=NOW).code == 0
    words = (here / FILE).read_text("utf-8")
    (here / FILE).unlink()
    moved = Path(shutil.move(here, here.with_name("moved")))

    assert digest("draft", root=moved, now=NOW).code == 0
    assert (moved / FILE).read_text("utf-8") == words


def test_two_approvals_at_once_in_two_folders_freeze_one_text(desks: tuple[Path, Path]) -> None:
    here, there = desks
    assert digest("draft", root=here, now=NOW).code == 0
    shutil.copytree(here / "issues", there / "issues")
    edit(there)
    ran = at_once(*[process(root, "approve", "--offline", "--by", root.name) for root in desks])

    assert sorted(one.code for one in ran) == [0, 1], [one.err for one in ran]
    winner = desks[[one.code for one in ran].index(0)]
    assert last_text(here, "approved") == (winner / FILE).read_text("utf-8")


@pytest.mark.usefixtures("in_each_database")
def test_two_imports_at_once_bring_everybody_in_once(tmp_path: Path) -> None:
    root = make_project(tmp_path / "brief")
    assert digest("fetch", root=root, now=NOW).code == 0
    for name, people in (("one", PEOPLE[:30]), ("two", PEOPLE[10:])):
        (root / f"{name}.csv").write_text("address\n" + "\n".join(people) + "\n", "utf-8")
    ran = at_once(*[process(root, "subscribers", "import", str(root / f"{name}.csv")) for name in ("one", "two")])

    assert [one.code for one in ran] == [0, 0], [one.err for one in ran]
    exported = digest("subscribers", "export", root=root).out
    assert Counter(line.split(",")[0] for line in exported.splitlines()[1:]) == Counter(PEOPLE)


def test_words_that_were_approved_elsewhere_and_reopened_are_not_replaced_by_older_ones(
    desks: tuple[Path, Path],
) -> None:
    here, there = desks
    assert digest("draft", root=here, now=NOW).code == 0
    (there / FILE).parent.mkdir(exist_ok=True)
    shutil.copy(here / FILE, there / FILE)
    edit(there)
    assert digest("approve", "--by", "B", root=there, now=NOW).code == 0
    assert digest("reopen", root=here, now=NOW).code == 0

    drafted, approved = digest("draft", root=here, now=NOW), digest("approve", "--by", "A", root=here, now=NOW)

    assert (drafted.code, approved.code) == (1, 1)
    assert str(there) in drafted.err
