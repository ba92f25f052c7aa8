from __future__ import annotations

from pathlib import Path

from digest.deliver.lock import send_lock
from tests.support.cli import digest
from tests.support.project import make_project


def test_somebody_is_forgotten_and_stays_away(tmp_path: Path) -> None:
    root = make_project(tmp_path / "brief")
    digest("subscribers", "add", "ada@example.org", "--name", "Ada Byron", root=root)

    tried = digest("forget", "ada@example.org", "--dry-run", root=root)
    assert digest("subscribers", "show", "ada@example.org", root=root).code == 0
    ran = digest("forget", "ADA@example.org", "--json", root=root)

    assert (tried.code, ran.code, ran.json["scrubbed"]) == (0, 0, True)
    assert digest("subscribers", "list", "--all", "--json", root=root).json["subscribers"] == []
    assert digest("subscribers", "add", "ada@example.org", root=root).code == 1
    assert not any(b"Byron" in path.read_bytes() for path in (root / "state").iterdir() if path.is_file())


def test_copies_that_may_still_know_somebody_are_named(tmp_path: Path) -> None:
    root = make_project(tmp_path / "brief")
    digest("subscribers", "add", "ada@example.org", root=root)
    assert digest("backup", root=root).code == 0
    (copy,) = (root / "state" / "backups").iterdir()

    ran = digest("forget", "ada@example.org", root=root)

    assert copy.name in ran.err


def test_it_refuses_while_a_send_is_running(tmp_path: Path) -> None:
    root = make_project(tmp_path / "brief")
    digest("subscribers", "add", "ada@example.org", root=root)
    with send_lock(root):
        ran = digest("forget", "ada@example.org", root=root)

    assert ran.code == 1
    assert digest("subscribers", "show", "ada@example.org", root=root).code == 0
