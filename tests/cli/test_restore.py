from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from digest.errors import BusyError
from digest.explain import history
from digest.project import open_project
from tests.support.cli import digest, digest_process
from tests.support.project import NOW, at, item, make_project, rss, snapshot

FILE = "issues/2026-W47.md"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A draft of which two texts are kept: as digest wrote it, and as it was edited and read."""
    made = make_project(tmp_path)
    for verb in ("fetch", "draft"):
        assert digest(verb, root=made, now=NOW).code == 0
    write(made, text(made).replace("nine years", "9 years", 1))
    digest("check", root=made, now=NOW)
    return made


def text(root: Path) -> str:
    return (root / FILE).read_text("utf-8")


def write(root: Path, new: str) -> None:
    (root / FILE).write_text(new, "utf-8")


def restore(root: Path, *arguments: str) -> dict[str, Any]:
    ran = digest("restore", "2026-W47", *arguments, "--json", root=root, now=NOW)
    assert ran.code == 0, ran.err
    found: dict[str, Any] = ran.json
    return found


def test_without_a_version_the_last_other_text_comes_back_and_again_undoes_it(root: Path) -> None:
    edited = text(root)

    first = restore(root)
    generated = text(root)
    second = restore(root)

    assert (first["version"], first["origin"], first["written"]) == (1, "generated", True)
    assert "nine years" in generated
    assert second["written"] is True
    assert text(root) == edited


def test_a_text_that_was_never_read_is_kept_before_it_is_replaced(root: Path) -> None:
    write(root, "half written, and no issue file at all")

    restore(root, "generated")
    restore(root)

    assert text(root) == "half written, and no issue file at all"


@pytest.mark.parametrize(("version", "phrase"), [("1", "nine years"), ("2", "9 years"), ("generated", "nine years")])
def test_a_version_comes_back_by_its_number_or_origin(root: Path, version: str, phrase: str) -> None:
    write(root, text(root).replace("9 years", "ten years", 1))

    assert restore(root, version)["written"] is True

    assert f"Wind farms wait {phrase}" in text(root)


def test_a_generated_text_that_came_back_is_nobodys_edit(root: Path) -> None:
    restore(root, "generated")

    assert digest("status", "--json", root=root, now=NOW).json["issue"]["edited"] is False


def test_a_file_that_was_deleted_comes_back(root: Path) -> None:
    edited = text(root)
    (root / FILE).unlink()

    assert restore(root)["version"] == 2
    assert text(root) == edited


def test_what_is_there_already_is_not_written_again(root: Path) -> None:
    before = snapshot(root)

    assert restore(root, "2")["written"] is False

    assert snapshot(root) == before


def test_a_dry_run_shows_the_difference_and_changes_nothing(root: Path) -> None:
    before = snapshot(root)

    ran = digest("restore", "2026-W47", "1", "--dry-run", root=root, now=NOW)

    assert ran.code == 0
    assert ran.lines[0] == f"--- {FILE} (now)"
    assert "nothing was written" in ran.err
    assert snapshot(root) == before


def test_of_an_approved_issue_only_the_approved_text_comes_back(root: Path) -> None:
    approved = text(root)
    digest("approve", "--by", "me", root=root, now=NOW)
    write(root, approved.replace("9 years", "ten years", 1))

    refused = digest("restore", "2026-W47", "generated", root=root, now=NOW)
    assert refused.code == 1
    assert "digest reopen" in refused.err
    assert "ten years" in text(root)

    restore(root, "approved")
    assert text(root) == approved
    assert digest("publish", root=root, now=NOW).code == 0

    out = digest("restore", "2026-W47", "1", root=root, now=NOW)
    assert out.code == 1
    assert "2026-W47 is out" in out.err
    assert "reopen" not in out.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "Missing argument 'ISSUE'"),
        (["2026-W01"], 2, "there is no issue 2026-W01"),
        (["2026-W47", "7"], 2, "has no version 7; it has 2"),
        (["2026-W47", "0"], 2, "has no version 0"),
        (["2026-W47", "latest"], 2, "'latest' is no version"),
        (["2026-W47", "approved"], 1, "was never approved"),
    ],
)
def test_exit_codes(root: Path, arguments: list[str], code: int, said: str) -> None:
    before = snapshot(root)

    ran = digest("restore", *arguments, root=root, now=NOW)

    assert ran.code == code
    assert said in ran.err
    assert snapshot(root) == before


def test_with_one_text_only_there_is_nothing_to_restore(tmp_path: Path) -> None:
    root = make_project(tmp_path)
    for verb in ("fetch", "draft"):
        digest(verb, root=root, now=NOW)

    ran = digest("restore", "2026-W47", root=root, now=NOW)

    assert ran.code == 1
    assert "no other text" in ran.err


def test_a_folder_that_cannot_be_written_is_named(root: Path) -> None:
    issues = root / "issues"
    (issues / "2026-W47.md").unlink()
    issues.rmdir()
    issues.write_text("a file in its place")

    ran = digest("restore", "2026-W47", "1", root=root, now=NOW)

    assert ran.code == 1
    assert "issues" in ran.err


def test_as_a_process_of_its_own(root: Path) -> None:
    ran = digest_process("restore", "2026-W47", "1", "--now", NOW, cwd=root)

    assert ran.code == 0
    assert ran.out == f"{FILE} is version 1 (generated) again\n"


def test_an_older_generated_text_that_was_restored_is_the_editors_choice(root: Path) -> None:
    (root / "feeds" / "late.xml").write_text(
        rss(item("A late report on tides", "https://late.example/1"), title="Late")
    )
    digest("fetch", root=root, now=NOW)
    digest("restore", "2026-W47", "generated", root=root, now=NOW)
    digest("draft", root=root, now=NOW)
    assert "A late report" in text(root).partition("## Next week")[0], "nobody has edited: it is written anew"

    assert digest("restore", "2026-W47", "1", root=root, now=NOW).code == 0
    old = text(root)
    assert "A late report" not in old
    told = digest("draft", "--json", root=root, now=NOW).json

    # It is not written anew, as a draft is that nobody touched: what is new since joins the candidates.
    assert {change["kind"] for change in told["changes"]} == {"added"}
    assert "### A late report on tides" in text(root).partition("## Candidates")[2]
    body = old.partition("leave it alone\n")[2].rstrip()
    assert body in text(root)


def test_what_an_editor_saves_meanwhile_is_not_overwritten(root: Path) -> None:
    with open_project(root) as project:

        @event.listens_for(project.store.engine, "commit")
        def save(_connection: object) -> None:
            write(root, "saved in an editor")

        with pytest.raises(BusyError, match="was saved while digest was at work"):
            history.restore(project, now=at(18, 12), name="2026-W47", version="1")

    assert text(root) == "saved in an editor"
