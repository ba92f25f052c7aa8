"""However a file is broken, no verb writes over it, and the message says where to look.

What is read here are files: its store is of one kind.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path

import pytest

from tests.edit.broken import ISSUE, REFUSED, REPAIRED, Way
from tests.support.cli import Ran, digest
from tests.support.project import NOW, item, make_project, rss, snapshot

NAME = "issues/2026-W47.md"
VERBS = (["draft"], ["draft", "--dry-run"], ["check"], ["render"], ["approve", "--by", "A. Editor"])


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A newsletter with a drafted issue. Nothing that is refused changes it."""
    return drafted(tmp_path_factory.mktemp("broken") / "brief")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return drafted(tmp_path / "brief")


def drafted(root: Path) -> Path:
    make_project(root)
    assert digest("fetch", root=root, now=NOW).code == 0
    assert digest("draft", root=root, now=NOW).code == 0
    return root


def run(root: Path, *arguments: str) -> Ran:
    return digest(*arguments, root=root, now=NOW)


@pytest.mark.parametrize("way", [pytest.param(way, id=way.name) for way in REFUSED])
def test_what_cannot_be_read_is_refused_and_stays_as_it_is(shared: Path, way: Way) -> None:
    data = way.break_it(ISSUE.encode())
    (shared / NAME).write_bytes(data)
    before = snapshot(shared)

    for verb in VERBS:
        ran = run(shared, *verb)

        assert (ran.code, ran.out) == (1, ""), verb
        assert f"{NAME}:{way.line}: " in ran.err
        assert way.says in ran.err
        assert "hint: " in ran.err
    assert {name: found for name, found in snapshot(shared).items() if not name.startswith("state/")} == {
        name: found for name, found in before.items() if not name.startswith("state/")
    }


@pytest.mark.parametrize("way", [pytest.param(way, id=way.name) for way in REPAIRED])
def test_what_can_be_read_keeps_every_byte_of_the_editors(shared: Path, way: Way) -> None:
    data = way.break_it(ISSUE.encode())
    (shared / NAME).write_bytes(data)

    assert run(shared, "check").code == 0
    assert (shared / NAME).read_bytes() == data
    assert run(shared, "draft").code == 0

    ending = b"\r\n" if data.split(b"\n", 1)[0].endswith(b"\r") else b"\n"
    old = [line for line in (data if data.endswith(b"\n") else data + ending).split(b"\n")[:-1] if b"base:" not in line]
    new = (shared / NAME).read_bytes().split(b"\n")
    gone = [line for line in difflib.ndiff(list(map(repr, old)), list(map(repr, new))) if line.startswith("- ")]
    assert gone == []
    assert run(shared, "check").code == 0


def test_a_blocked_approval_of_a_repaired_file_writes_nothing_either(root: Path) -> None:
    data = ISSUE.replace("\n", "\r\n").replace("With sea", "TODO: sea").encode()
    (root / NAME).write_bytes(data)

    assert run(root, "approve", "--by", "A. Editor").code == 0  # this newsletter blocks for embargoes only
    assert (root / NAME).read_bytes() == data
    assert run(root, "draft").code == 0
    assert (root / NAME).read_bytes() == data


def test_half_a_file_that_reads_well_is_in_the_store_whole(root: Path) -> None:
    """Saved halfway between two stories nobody can tell it from an edited file; the whole text can be brought back."""
    whole = (root / NAME).read_bytes()
    (root / NAME).write_bytes(whole[: whole.rindex(b"### ")])

    assert run(root, "draft").code == 0
    assert run(root, "restore", "2026-W47", "generated").code == 0

    assert (root / NAME).read_bytes() == whole


def test_every_half_of_a_file_is_read_or_refused_with_a_line_that_it_has(shared: Path) -> None:
    for cut in range(0, len(ISSUE), 7):
        data = ISSUE.encode()[:cut]
        (shared / NAME).write_bytes(data)

        ran = run(shared, "check")

        assert ran.code in {0, 4} or any(f"{NAME}:{line}: " in ran.err for line in range(1, data.count(b"\n") + 2))
        assert (shared / NAME).read_bytes() == data


@pytest.mark.parametrize("name", [".2026-W47.md.swp", "2026-W47.md~", "#2026-W47.md#", "2026-W47.md.orig", "4913"])
def test_what_editors_put_beside_the_file_is_none_of_digests_business(root: Path, name: str) -> None:
    before = (root / NAME).read_bytes()
    (root / "issues" / name).write_bytes(b"b0VIM 9.0\0\xff")

    assert [run(root, *verb).code for verb in VERBS] == [0, 0, 0, 0, 0]
    assert (root / NAME).read_bytes() == before
    assert (root / "issues" / name).read_bytes() == b"b0VIM 9.0\0\xff"


def test_a_folder_in_its_place_is_named(root: Path) -> None:
    (root / NAME).unlink()
    (root / NAME).mkdir()
    (root / NAME / "mine.txt").write_text("Mine.", "utf-8")

    for verb in VERBS:
        ran = run(root, *verb)
        assert ran.code == 1
        assert f"{NAME}: cannot be read: Is a directory" in ran.err

    assert (root / NAME / "mine.txt").read_text("utf-8") == "Mine."


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(root: Path) -> None:
    (root / NAME).chmod(0)

    for verb in VERBS:
        ran = run(root, *verb)
        assert ran.code == 1
        assert f"{NAME}: cannot be read: Permission denied" in ran.err


def test_a_link_is_followed_and_stays_one(root: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "shared" / "issue.md"
    elsewhere.parent.mkdir()
    elsewhere.write_text(ISSUE, "utf-8")
    (root / NAME).unlink()
    (root / NAME).symlink_to(elsewhere)

    assert run(root, "draft").code == 0

    assert (root / NAME).is_symlink()
    text = elsewhere.read_text("utf-8")
    assert "With sea water." in text
    assert "Wind farms wait nine years for a cable" in text


def test_a_source_cannot_break_the_file(tmp_path: Path) -> None:
    said = "The id {#e-aaaaaaaaaaaa} is in the report. So is {.pin #s-00000001} on its second page."
    made = item("A cable {#s-00000001} again", "https://gridwatch.example/1", text=said)
    root = make_project(tmp_path / "brief", files={"feeds/grid.xml": rss(made, title="Grid {#s-00000002} Watch")})

    assert [run(root, *verb).code for verb in (["fetch"], ["draft"], ["check"])] == [0, 0, 0]
    assert "A cable" in (root / NAME).read_text("utf-8")
