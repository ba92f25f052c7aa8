import json
from pathlib import Path

import pytest

from digest.cli.import_issues import FORMS as OFFERED
from digest.cli.import_issues import verb
from digest.errors import UsageError
from digest.gather.past.letter import FORMS
from tests.gather.past.letters import campaign, mail, mbox
from tests.support.project import NOW, make_project

pytestmark = pytest.mark.usefixtures("in_each_database")

FIRST = "2019-03-14"


def import_issues(root: Path, *arguments: object) -> int:
    """Run the verb in this process, as the command line does."""
    code = verb.main([*map(str, arguments), "-C", str(root), "--now", NOW], "import-issues", standalone_mode=False)
    assert isinstance(code, int)
    return code


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_project(tmp_path / "brief")


@pytest.fixture
def box(tmp_path: Path) -> Path:
    path = tmp_path / "sent.mbox"
    mails = [mail(campaign(1, greeting="Hi Anna,"), subject="Harbour Notes 1"), mail(campaign(2), subject="Re: lunch")]
    path.write_bytes(mbox(*mails))
    return path


def test_what_came_is_told_in_a_table_and_what_did_not_beside_it(
    root: Path, box: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert import_issues(root, box) == 0

    said = capsys.readouterr()
    assert said.out.splitlines()[1] == f"{FIRST}\t1\tHarbour Notes 1\t3\t\tsent.mbox, message 1"
    assert "left out: sent.mbox, message 2: is an answer" in said.err
    assert "imported 1 issue from mbox" in said.err
    assert "digest publish" in said.err


def test_a_dry_run_says_so_and_as_json_too(root: Path, box: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_issues(root, box, "--dry-run", "--json") == 0

    told = json.loads(capsys.readouterr().out)
    assert (told["written"], told["batch"], told["form"]) == (False, None, "mbox")
    assert [(one["name"], one["stories"]) for one in told["issues"]] == [(FIRST, 3)]
    assert [one["failed"] for one in told["left_out"]] == [False]
    assert import_issues(root, box, "--json") == 0
    assert json.loads(capsys.readouterr().out)["written"] is True


def test_a_file_that_cannot_be_read_is_named_and_the_exit_code_says_partly(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    letters = tmp_path / "letters"
    letters.mkdir()
    (letters / "2019-03-14.md").write_text("The tide is in.")
    (letters / "undated.md").write_text("The tide is out.")

    assert import_issues(root, letters) == 3
    assert "letters/undated.md: says no date" in capsys.readouterr().err


def test_an_import_is_taken_back(root: Path, box: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import_issues(root, box, "--json")
    batch = json.loads(capsys.readouterr().out)["batch"]

    assert import_issues(root, "--undo", batch, "--json") == 0
    assert json.loads(capsys.readouterr().out)["removed"] == [FIRST]
    with pytest.raises(UsageError, match="there is no import"):
        import_issues(root, "--undo", batch)


def test_neither_a_path_nor_a_batch_or_both_is_wrong_usage(root: Path, box: Path) -> None:
    with pytest.raises(UsageError, match="what is to be imported"):
        import_issues(root)
    with pytest.raises(UsageError, match="takes no PATH"):
        import_issues(root, box, "--undo", "x")


def test_the_formats_that_may_be_named_are_those_that_are_read() -> None:
    assert OFFERED == FORMS
