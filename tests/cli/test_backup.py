from __future__ import annotations

from pathlib import Path

import pytest

from digest.store.sqlite import check_sqlite
from tests.support.cli import digest, digest_process
from tests.support.project import NOW, make_project, opened


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = make_project(tmp_path / "brief")
    assert digest("fetch", root=made, now=NOW).code == 0
    return made


def test_a_copy_is_made_beside_the_store_under_the_time(root: Path) -> None:
    ran = digest("backup", "--json", root=root, now="2026-11-18T13:00+01:00")

    copy = root / "state" / "backups" / "digest-20261118T120000Z.db"
    assert ran.code == 0
    assert ran.json == {"file": str(copy), "bytes": copy.stat().st_size}
    check_sqlite(copy)
    assert copy.stat().st_mode & 0o077 == 0


def test_a_copy_made_while_somebody_writes_is_whole_and_has_what_was_committed(root: Path, tmp_path: Path) -> None:
    with opened(root) as project, project.store.write() as connection:
        connection.exec_driver_sql("DELETE FROM entry WHERE number = 1")
        # the deletion is not committed yet
        ran = digest("backup", tmp_path / "copy.db", root=root)

    told = digest("restore-backup", tmp_path / "copy.db", "--dry-run", "--json", root=root).json
    assert ran.code == 0
    assert told["entries"] == 3


def test_a_file_that_is_there_is_never_overwritten(root: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")

    ran = digest("backup", tmp_path / "mine", root=root)

    assert ran.code == 1
    assert "is there already" in ran.err
    assert (tmp_path / "mine").read_text() == "mine"


def test_a_place_that_cannot_be_written_is_named(root: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")

    ran = digest("backup", tmp_path / "mine" / "copy.db", root=root)

    assert ran.code == 1
    assert str(tmp_path / "mine" / "copy.db") in ran.err


def test_without_a_store_there_is_nothing_to_copy(tmp_path: Path) -> None:
    ran = digest("backup", root=make_project(tmp_path))

    assert ran.code == 1
    assert not (tmp_path / "state").exists()


def test_as_a_process_of_its_own_the_next_step_can_be_pasted(root: Path) -> None:
    ran = digest_process("-C", root.name, "backup", "--now", NOW, cwd=root.parent)

    name = "brief/state/backups/digest-20261118T120000Z.db"
    assert ran.code == 0
    assert ran.out.startswith(f"{name} (")
    assert f"digest restore-backup {name}" in ran.err
    assert digest_process("-C", root.name, "restore-backup", name, "--yes", cwd=root.parent).code == 0
