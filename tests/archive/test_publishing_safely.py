"""Publishing harms nothing: not what others made, not what lies outside, not what is there when the disk is full."""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from digest.errors import DigestError, ProjectError
from tests.archive.smallsite import Small, every_file, faults, fresh, html, one, publish, put

SITE = Small({"2026-W45": ("grain", "cables"), "2026-W46": ("grain",), "2026-W47": ("ports", "grain")})
MORE = replace(SITE, issues={**SITE.issues, "2026-W48": ("grain", "tides")})


# --- what is deleted, and what is not ---


def test_what_nobody_asks_for_any_more_goes_and_its_folders_too(tmp_path: Path) -> None:
    publish(tmp_path, MORE)
    publish(tmp_path, SITE)

    assert every_file(tmp_path / "site") == fresh(tmp_path, SITE)
    assert not (tmp_path / "site/2026-W48").exists()


def test_what_digest_did_not_make_stays(tmp_path: Path) -> None:
    publish(tmp_path, MORE)
    foreign = {"CNAME": b"brief.example", ".well-known/security.txt": b"Contact", "2026-W48/notes.txt": b"mine"}
    for path, data in foreign.items():
        (tmp_path / "site" / path).parent.mkdir(exist_ok=True)
        (tmp_path / "site" / path).write_bytes(data)
    publish(tmp_path, SITE)

    assert every_file(tmp_path / "site") == fresh(tmp_path, SITE) | foreign


@pytest.mark.parametrize("manifest", [None, b"", b"{}", b'{"version": 1, "targets": [', b"\xff", b"[]", b"another"])
def test_without_a_manifest_to_rely_on_nothing_is_deleted(tmp_path: Path, manifest: bytes | None) -> None:
    publish(tmp_path, MORE)
    before = every_file(tmp_path / "site")
    stored = tmp_path / "site.json"
    if manifest is None:
        stored.unlink()
    elif manifest == b"another":
        stored.write_bytes(msgspec.json.encode({**msgspec.json.decode(stored.read_bytes()), "version": 0}))
    else:
        stored.write_bytes(manifest)
    publish(tmp_path, SITE)

    assert every_file(tmp_path / "site") == before | fresh(tmp_path, SITE)
    assert publish(tmp_path, SITE) == []


def test_a_manifest_cannot_make_digest_delete_anything_outside(tmp_path: Path) -> None:
    publish(tmp_path, SITE)
    (tmp_path / "precious.txt").write_text("mine")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/index.html").write_text("mine")
    (tmp_path / "site/gone").symlink_to(tmp_path / "elsewhere")
    stored = msgspec.json.decode((tmp_path / "site.json").read_bytes())
    row = next(iter(stored["files"].values()))
    names = ("../precious.txt", str(tmp_path / "precious.txt"), "gone/index.html", "2026-W45/../../precious.txt", "")
    stored["files"] |= dict.fromkeys(names, row)
    (tmp_path / "site.json").write_bytes(msgspec.json.encode(stored))
    publish(tmp_path, SITE)

    assert (tmp_path / "precious.txt").exists()
    assert (tmp_path / "elsewhere/index.html").exists()


def test_what_a_killed_run_left_is_swept_up(tmp_path: Path) -> None:
    publish(tmp_path, SITE)
    (tmp_path / "site.json").unlink()
    for name in ("site/2026-W45/.index.html.abc_1234.part", ".site.json.abc_1234.part", ".site-new.part/index.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("half")
    (tmp_path / "site/.mine.part").write_text("not digest's")
    publish(tmp_path, SITE)

    assert sorted(path.name for path in tmp_path.rglob(".*")) == [".mine.part"]


# --- files and folders that change places ---


def test_a_file_of_ours_gives_way_to_a_folder_and_back(tmp_path: Path) -> None:
    home = one("index.html", html("home", ["a", "a/index.html"]), stage=3)
    flat, deep = one("a", "a file"), one("a/index.html", html("a page", ["../index.html"]))
    for file in (flat, deep, flat, deep):
        put(tmp_path, home, file)
        assert faults(tmp_path / "site") == []
        assert (tmp_path / "site" / file.path).read_bytes().startswith(file.make()[:8])
        assert f'href="{file.path}"'.encode() in (tmp_path / "site/index.html").read_bytes()


def test_what_is_foreign_does_not_give_way(tmp_path: Path) -> None:
    put(tmp_path, one("index.html"), one("b/index.html"))
    (tmp_path / "site/a").write_text("mine")
    (tmp_path / "site/b/mine.txt").write_text("mine")
    (tmp_path / "site/c").mkdir()
    before = every_file(tmp_path)
    for path in ("a/index.html", "b", "c"):
        with pytest.raises(ProjectError, match="stands where"):
            put(tmp_path, one("index.html", "changed", key="2"), one(path))

    assert every_file(tmp_path) == before


# --- what is refused ---


@pytest.mark.parametrize(
    "path",
    [
        *("", "/etc/passwd", "../index.html", "a/../../b", "a//b", "a/./b", "a/", "a\0b", "a\nb", "a\\b", "\ud800"),
        *("con", "a/CON.html", "com1.txt/x", "COM¹", "aux .html", "lpt9"),
        *("a./b", "a /b", "index.html.", ".htaccess", "a/.git/x", "x" * 256, "ä" * 128, "style/mine.css"),
    ],
)
def test_a_path_that_some_machine_cannot_have_is_refused(tmp_path: Path, path: str) -> None:
    put(tmp_path, one("index.html"))
    before = every_file(tmp_path)
    with pytest.raises(ProjectError):
        put(tmp_path, one("index.html", "changed", key="2"), one(path))

    assert every_file(tmp_path) == before


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a.html", "a.html"),
        ("a.html", "A.HTML"),
        ("caf\u00e9.html", "cafe\u0301.html"),
        ("\u00c9/x", "e\u0301/x"),
        ("a", "a/b"),
        ("A/b/c", "a/B"),
    ],
)
def test_two_paths_that_are_one_somewhere_are_refused(tmp_path: Path, first: str, second: str) -> None:
    for order in ((first, second), (second, first)):
        with pytest.raises(ProjectError):
            put(tmp_path, *(one(path) for path in order))

    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_through_a_link_to_another_place(tmp_path: Path) -> None:
    put(tmp_path, one("index.html"))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "site/a").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ProjectError, match="link to another place"):
        put(tmp_path, one("index.html"), one("a/b/index.html"))

    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_file_where_the_folder_must_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("mine")
    with pytest.raises(ProjectError, match="is no folder"):
        publish(tmp_path, SITE)

    assert every_file(tmp_path) == {"site": b"mine"}


def test_the_whole_folder_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "site").symlink_to(tmp_path / "web")
    publish(tmp_path, SITE)
    publish(tmp_path, MORE)

    assert every_file(tmp_path / "web") == fresh(tmp_path, MORE)
    assert (tmp_path / "site").is_symlink()


# --- when the disk will not ---


def in_a_child(act: Callable[[], object]) -> str:
    """What a DigestError says that is raised in a process of its own; empty if none is."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            act()
        except DigestError as error:
            os.write(writer, f"{error.message}\n{error.hint}".encode())
        except BaseException as error:  # noqa: BLE001  it must not come back as a second pytest
            os.write(writer, f"no DigestError: {error!r}".encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read().decode()
    os.waitpid(child, 0)
    return said


def no_file_above(size: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


BIG = replace(SITE, extra={"big.html": html("x" * 100_000, ["index.html"])}, words="Ministers do not agree.")


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
@pytest.mark.parametrize("before", [None, SITE])
def test_a_full_disk_leaves_everything_whole_and_the_next_run_repairs(tmp_path: Path, before: Small | None) -> None:
    if before:
        publish(tmp_path, before)

    def act() -> None:
        no_file_above(50_000)
        publish(tmp_path, BIG)

    assert "is the disk full" in in_a_child(act)
    assert faults(tmp_path / "site") == []
    assert not list(tmp_path.rglob("*.part"))
    assert (tmp_path / "site").exists() == bool(before)

    publish(tmp_path, BIG)
    assert every_file(tmp_path / "site") == fresh(tmp_path, BIG)


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    publish(tmp_path, SITE)

    def act() -> None:
        for path in (tmp_path, *(found for found in tmp_path.rglob("*") if found.is_dir())):
            path.chmod(0o555)
        if not os.getuid():
            os.setuid(65534)  # root may write everywhere
        publish(tmp_path, MORE)

    for parent in tmp_path.parents:
        if "pytest-of-" in str(parent):
            parent.chmod(0o755)
    said = in_a_child(act)

    assert "site.json: cannot be written" in said
    assert "not writable" in said
    for path in (tmp_path, *(found for found in tmp_path.rglob("*") if found.is_dir())):
        path.chmod(0o755)
    publish(tmp_path, MORE)
    assert every_file(tmp_path / "site") == fresh(tmp_path, MORE)
