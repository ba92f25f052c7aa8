from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from digest.deliver.ledger import Ledger
from tests.support.cli import digest, digest_process
from tests.support.postgres import lend
from tests.support.project import NOW, make_project, opened, snapshot

pytestmark = pytest.mark.usefixtures("in_each_database")

LIST = "E-Mail,Name,Language\nada@example.org,Ada Byron,en\nbob@example.org,=Bob,\nada@example.org,,\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_project(tmp_path / "brief")


def people(root: Path, *options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = digest("subscribers", "list", *options, "--json", root=root).json["subscribers"]
    return found


def addresses(root: Path, *options: str) -> list[str]:
    return [one["address"] for one in people(root, *options)]


def test_somebody_is_added_shown_and_removed(root: Path) -> None:
    added = digest("subscribers", "add", "Ada@Example.org", "--name", "Ada Byron", "--language", "en",
                   "--topic", "grid", "--topic", "heat", root=root, now=NOW)  # fmt: skip
    shown = digest("subscribers", "show", "ada@example.org", root=root)
    removed = digest("subscribers", "remove", "ada@EXAMPLE.org", root=root, now=NOW)

    assert [one.code for one in (added, shown, removed)] == [0, 0, 0]
    assert shown.lines[:3] == ["Ada@example.org  Ada Byron", "  active, since 2026-11-18 12:00", "  en; grid, heat"]
    assert addresses(root) == []
    assert [one["state"] for one in people(root, "--all")] == ["unsubscribed"]
    assert "on the suppression list: unsubscribed" in digest("subscribers", "show", "ada@example.org", root=root).out


def test_adding_twice_is_told_and_harmless(root: Path) -> None:
    outcomes = [
        digest("subscribers", "add", "ada@example.org", *more, "--json", root=root).json["outcome"]
        for more in ([], [], ["--name", "Ada"])
    ]

    assert outcomes == ["added", "already", "updated"]


def test_who_has_left_comes_back_only_by_force(root: Path) -> None:
    digest("subscribers", "add", "ada@example.org", root=root)
    digest("subscribers", "remove", "ada@example.org", root=root)

    refused = digest("subscribers", "add", "ada@example.org", root=root)
    imported = digest("subscribers", "import", "-", "--json", root=root, stdin=LIST)
    assert (refused.code, imported.json["suppressed"], addresses(root)) == (1, 1, ["bob@example.org"])

    assert digest("subscribers", "add", "ada@example.org", "--force", "--json", root=root).json["outcome"] == "returned"
    assert addresses(root) == ["ada@example.org", "bob@example.org"]


def test_a_stranger_who_is_removed_is_never_imported(root: Path) -> None:
    ran = digest("subscribers", "remove", "bob@example.org", root=root)
    digest("subscribers", "import", "-", root=root, stdin=LIST)

    assert "was no subscriber" in ran.out
    assert addresses(root) == ["ada@example.org"]


def test_a_list_is_imported_and_exported_and_imported_again(root: Path, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LIST)
    first = digest("subscribers", "import", tmp_path / "list.csv", root=root)
    digest("subscribers", "export", "--output", tmp_path / "out.csv", root=root)
    other = make_project(tmp_path / "other")
    second = digest("subscribers", "import", tmp_path / "out.csv", "--json", root=other)

    assert (first.code, first.out) == (0, "3 rows: 2 added, 1 twice in the file\n")
    assert second.json["added"] == 2
    assert people(other)[1]["name"] == "=Bob"
    assert [one["address"] for one in people(other)] == addresses(root)


def test_a_row_that_cannot_be_used_is_named_with_its_line_and_the_rest_goes_on(root: Path, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("address\nada@example.org\nnonsense\n")

    ran = digest("subscribers", "import", tmp_path / "list.csv", root=root)

    assert ran.code == 3
    assert f"{tmp_path / 'list.csv'}:3: the address has no @ (nonsense)" in ran.err
    assert addresses(root) == ["ada@example.org"]


def test_a_flood_of_bad_rows_does_not_flood_the_terminal(root: Path, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("address\nada@example.org\n" + "nonsense\n" * 50)

    ran = digest("subscribers", "import", tmp_path / "list.csv", root=root)

    assert ran.err.count("has no @") == 20
    assert "and 30 more rows" in ran.err


@pytest.mark.parametrize(
    "arguments",
    [["add", "ada@example.org"], ["import", "list.csv"], ["remove", "bob@example.org"], ["remove", "x@example.org"]],
)
def test_a_dry_run_changes_nothing(
    root: Path, tmp_path: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.csv").write_text(LIST)
    digest("subscribers", "add", "bob@example.org", root=root)
    before = people(root, "--all")

    ran = digest("subscribers", *arguments, "--dry-run", root=root)

    assert ran.code == 0
    assert "nothing was changed" in ran.err
    assert people(root, "--all") == before
    assert digest("subscribers", *arguments, "--json", root=root).json["written"] is True
    assert digest("subscribers", "import", "-", "--json", root=root, stdin="a\nx@example.org\n").json["suppressed"] == (
        1 if "x@example.org" in arguments else 0
    )


def test_an_exported_file_is_private_and_not_overwritten(root: Path, tmp_path: Path) -> None:
    digest("subscribers", "add", "ada@example.org", root=root)
    path = tmp_path / "out.csv"

    codes = [digest("subscribers", "export", "--output", path, *more, root=root).code for more in ([], [], ["--force"])]

    assert codes == [0, 2, 0]
    assert path.stat().st_mode & 0o077 == 0
    assert digest("subscribers", "export", root=root).out == path.read_bytes().decode()
    assert digest("subscribers", "export", "--output", path / "below-a-file.csv", root=root).code == 1


def test_somebodys_messages_are_shown(root: Path) -> None:
    digest("subscribers", "add", "ada@example.org", root=root, now=NOW)
    moment = datetime(2026, 11, 20, 7, tzinfo=UTC)
    with opened(root) as project, Ledger(project.store) as ledger:
        mailing = ledger.open_mailing("2026-W47", "issue", "0" * 64, ("all",), now=moment)
        lend(project.store, "boot:1")
        (row,) = ledger.claim(mailing.id, 1, 1, owner="boot:1", now=moment)
        ledger.failed(row, owner="boot:1", now=moment, code=550, detail="no such mailbox")

    ran = digest("subscribers", "show", "ada@example.org", root=root)

    assert ran.lines[-1] == "  2026-11-20 07:00  2026-W47: failed (no such mailbox)"
    assert (
        digest("subscribers", "show", "ada@example.org", "--json", root=root).json["messages"][0]["state"] == "failed"
    )


def test_the_verb_alone_counts_by_state(root: Path) -> None:
    digest("subscribers", "import", "-", root=root, stdin=LIST)
    digest("subscribers", "remove", "bob@example.org", root=root)

    ran = digest("subscribers", root=root)

    assert ran.code == 0
    assert {"active\t1", "unsubscribed\t1"} <= set(ran.lines)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["add", "nonsense"], 2),
        (["add"], 2),
        (["add", "ada@example.org", "--language", "english!"], 2),
        (["remove", "nonsense"], 2),
        (["show", "nobody@example.org"], 1),
        (["import", "not-there.csv"], 2),
        (["import", "empty.csv"], 2),
        (["ad", "ada@example.org"], 2),
        (["list"], 0),
        (["export"], 0),
    ],
)
def test_exit_codes(root: Path, arguments: list[str], code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    (root / "empty.csv").write_text("")

    assert digest("subscribers", *arguments).code == code


def test_looking_changes_nothing(root: Path) -> None:
    digest("subscribers", "add", "ada@example.org", root=root)
    before = snapshot(root)

    for verb in (["list"], ["show", "ada@example.org"], ["export"], []):
        digest("subscribers", *verb, root=root)

    assert snapshot(root) == before


def test_as_a_process_of_its_own_standard_input_is_read(root: Path) -> None:
    ran = digest_process("subscribers", "import", "-", cwd=root, stdin=LIST)
    out = digest_process("subscribers", "export", cwd=root)

    assert (ran.code, out.code) == (0, 0)
    assert out.out.startswith("address,name,language,topics,state,added\n")
