from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from digest.deliver.lock import send_lock
from digest.store.backup import put_in_place
from digest.store.sqlite import check_sqlite
from tests.support.cli import digest, digest_process
from tests.support.project import ITEMS, NOW, at, item, make_project, opened, rss

LATER = "2026-11-18T14:00Z"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A newsletter of which a copy was made when it had three entries and one subscriber; now it has four and two."""
    made = make_project(tmp_path / "brief")
    digest("fetch", root=made, now=NOW)
    digest("subscribers", "add", "ada@example.org", root=made, now=NOW)
    assert digest("backup", tmp_path / "copy.db", root=made, now=NOW).code == 0
    (made / "feeds" / "grid.xml").write_text(rss(item("One more", "https://gridwatch.example/more"), *ITEMS), "utf-8")
    digest("fetch", root=made, now=LATER)
    digest("subscribers", "add", "bob@example.org", root=made, now=LATER)
    return made


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "copy.db"


def held(root: Path) -> tuple[int, int]:
    found: dict[str, Any] = digest("status", "--json", root=root, now=LATER).json
    return found["totals"]["seen"], found["subscribers"]["active"]


def test_the_copy_takes_the_place_of_the_store_which_is_kept(root: Path, copy: Path) -> None:
    ran = digest("restore-backup", copy, "--yes", "--json", root=root, now=LATER)

    kept = root / "state" / "digest.before-restore-20261118T140000Z.db"
    assert ran.code == 0
    assert ran.json["kept"] == str(kept)
    assert held(root) == (3, 1)
    assert copy.is_file()
    assert (root / "state" / "digest.db").stat().st_mode & 0o077 == 0
    assert not list((root / "state").glob("*.part"))

    assert digest("restore-backup", kept, "--yes", root=root, now="2026-11-18T15:00Z").code == 0
    assert held(root) == (4, 2)


def test_what_stood_in_the_log_only_is_kept_too(root: Path, copy: Path) -> None:
    """A digest that was killed leaves its last commits in the write-ahead log beside the store."""
    store = root / "state" / "digest.db"
    writer = sqlite3.connect(store)
    writer.execute("PRAGMA wal_autocheckpoint = 0")
    writer.execute("DELETE FROM entry WHERE number = 1")
    writer.commit()
    for name in ("digest.db", "digest.db-wal"):
        shutil.copy(root / "state" / name, root / name)
    writer.close()
    for name in ("digest.db", "digest.db-wal"):
        (root / name).replace(root / "state" / name)
    (root / "state" / "digest.db-shm").unlink(missing_ok=True)

    ran = digest("restore-backup", copy, "--yes", "--json", root=root, now=LATER)

    assert held(root) == (3, 1)
    with contextlib.closing(sqlite3.connect(ran.json["kept"])) as kept:
        assert kept.execute("SELECT count(*) FROM entry").fetchone()[0] == 3
        assert kept.execute("SELECT count(*) FROM subscriber").fetchone()[0] == 2


def test_a_damaged_store_is_replaced(root: Path, copy: Path) -> None:
    store = root / "state" / "digest.db"
    damaged = b"damaged" * 1000
    store.write_bytes(damaged)

    assert digest("status", root=root).code == 1
    ran = digest("restore-backup", copy, "--yes", "--json", root=root, now=LATER)

    assert ran.code == 0
    check_sqlite(store)
    assert held(root) == (3, 1)
    assert Path(ran.json["kept"]).read_bytes() == damaged


def test_a_log_that_cannot_be_folded_in_is_moved_away_with_its_store(root: Path, copy: Path) -> None:
    """Left in place, it would be played into the copy. A folder of its name is a log SQLite cannot open."""
    log = root / "state" / "digest.db-wal"
    log.mkdir()
    assert digest("status", root=root).code == 1

    assert digest("restore-backup", copy, "--yes", root=root, now=LATER).code == 0

    assert (root / "state" / "digest.before-restore-20261118T140000Z.db-wal").is_dir()
    assert held(root) == (3, 1)


def test_a_store_that_is_gone_is_made_again(root: Path, copy: Path) -> None:
    shutil.rmtree(root / "state")

    ran = digest("restore-backup", copy, "--yes", "--json", root=root)

    assert ran.json["kept"] is None
    assert held(root) == (3, 1)


def test_while_another_digest_has_the_store_open_nothing_happens(root: Path, copy: Path) -> None:
    with opened(root) as project, project.store.read() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM entry").fetchone()
        ran = digest("restore-backup", copy, "--yes", root=root, now=LATER)

    assert ran.code == 1
    assert "another digest is at work" in ran.err
    assert held(root) == (4, 2)
    assert not list((root / "state").glob("*before-restore*"))


def test_while_another_digest_sends_nothing_happens(root: Path, copy: Path) -> None:
    with send_lock(root):
        ran = digest("restore-backup", copy, "--yes", root=root)

    assert ran.code == 1
    assert "sending" in ran.err
    assert held(root) == (4, 2)


def test_nobody_there_to_say_yes_is_a_no(root: Path, copy: Path) -> None:
    ran = digest("restore-backup", copy, root=root)

    assert ran.code == 1
    assert "--yes" in ran.err
    assert held(root) == (4, 2)


@pytest.mark.parametrize(("answer", "code", "after"), [("y\n", 0, (3, 1)), ("n\n", 1, (4, 2)), ("", 130, (4, 2))])
def test_a_person_is_asked(root: Path, copy: Path, answer: str, code: int, after: tuple[int, int]) -> None:
    ran = digest("restore-backup", copy, root=root, stdin=answer, terminal=True)

    assert ran.code == code
    assert "What happened since is forgotten" in ran.err + ran.out
    assert held(root) == after


def test_a_dry_run_says_what_is_in_the_copy_and_changes_nothing(root: Path, copy: Path) -> None:
    ran = digest("restore-backup", copy, "--dry-run", root=root)

    assert ran.code == 0
    assert ran.out == f"{copy}: 3 entries, 1 subscriber, no issue\n"
    assert held(root) == (4, 2)


def test_what_is_no_copy_is_refused(root: Path, copy: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database")
    (tmp_path / "cut").write_bytes(copy.read_bytes()[:20_000])
    newer, foreign = tmp_path / "newer", tmp_path / "foreign"
    shutil.copy(copy, newer)
    for path, statement in (
        (newer, "UPDATE alembic_version SET version_num = '9999'"),
        (foreign, "CREATE TABLE t (a)"),
    ):
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute(statement)
            connection.commit()

    said = {
        name: digest("restore-backup", tmp_path / name, "--yes", root=root)
        for name in ("text", "cut", "newer", "foreign", "missing")
    }

    assert {name: ran.code for name, ran in said.items()} == dict.fromkeys(said, 1)
    assert "newer digest" in said["newer"].err
    assert "there is no such file" in said["missing"].err
    assert digest("restore-backup", root / "state" / "digest.db", "--yes", root=root).code == 2
    assert digest("restore-backup", root=root).code == 2
    assert held(root) == (4, 2)


def test_two_in_one_second_do_not_overwrite_what_was_kept(root: Path, copy: Path) -> None:
    digest("restore-backup", copy, "--yes", root=root, now=LATER)

    again = digest("restore-backup", copy, "--yes", root=root, now=LATER)

    assert again.code == 1
    assert "is there already" in again.err


def test_if_the_copy_cannot_be_written_the_store_is_as_it_was(root: Path, copy: Path) -> None:
    store = root / "state" / "digest.db"
    before = store.read_bytes()
    aside = store.with_name("digest.before-restore-20261118T090000Z.db")
    aside.mkdir()

    with pytest.raises(Exception, match="is there already"):
        put_in_place(copy, store, now=at(18))

    assert store.read_bytes() == before
    assert not list((root / "state").glob(".*.part"))


def test_as_a_process_of_its_own(root: Path, copy: Path) -> None:
    ran = digest_process("restore-backup", copy, "--yes", "--json", cwd=root)

    assert ran.code == 0
    assert ran.json["restored"] is True
