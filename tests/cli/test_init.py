from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from digest.disk import shipped
from tests.support.cli import digest, digest_process
from tests.support.project import NOW, snapshot


def test_a_new_newsletter_has_its_four_files_and_builds_offline(tmp_path: Path) -> None:
    ran = digest("init", "my-brief", root=tmp_path)

    folder = tmp_path / "my-brief"
    assert ran.code == 0
    assert sorted(snapshot(folder)) == [".gitignore", "digest.toml", "feeds/feeds.toml", "feeds/sample-note.md"]
    assert ran.lines == [str(folder / name) for name in sorted(snapshot(folder))]
    assert "next:" in ran.err

    built = digest("build", "--json", root=folder, now=NOW)
    assert built.code == 0
    assert built.json["fetch"]["new"] == 1
    text = (folder / "issues" / "2026-W47.md").read_text("utf-8")
    assert "A sample note, to be deleted" in text


def test_the_sample_says_that_it_is_one_and_how_to_be_rid_of_it(tmp_path: Path) -> None:
    digest("init", tmp_path / "b")

    note = (tmp_path / "b" / "feeds" / "sample-note.md").read_text("utf-8")
    assert "sample" in note
    assert "Delete feeds/sample-note.md" in note


def test_the_store_and_what_is_rendered_stay_out_of_git_but_issues_do_not(tmp_path: Path) -> None:
    digest("init", tmp_path / "b")

    ignored = (tmp_path / "b" / ".gitignore").read_text("utf-8").splitlines()
    assert {"/state/", "/build/"} <= set(ignored)
    assert not any("issues" in line for line in ignored)


@pytest.mark.parametrize(
    ("folder", "options", "title"),
    [
        ("my-brief", [], "My brief"),
        ("my-brief", ["--title", 'Über "uns" \\ 2026'], 'Über "uns" \\ 2026'),
        ("週報", [], "週報"),
    ],
)
def test_the_title_is_the_given_one_or_the_folders(tmp_path: Path, folder: str, options: list[str], title: str) -> None:
    assert digest("init", tmp_path / folder, *options).code == 0

    config = tomllib.loads((tmp_path / folder / "digest.toml").read_text("utf-8"))
    assert config["newsletter"]["title"] == title
    assert config["newsletter"]["from"] == "newsletter@example.org"


def test_the_sender_is_the_given_one(tmp_path: Path) -> None:
    digest("init", tmp_path / "b", "--from", "My Brief <brief@example.org>")

    config = tomllib.loads((tmp_path / "b" / "digest.toml").read_text("utf-8"))
    assert config["newsletter"]["from"] == "My Brief <brief@example.org>"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--from", "nobody"], "--from: is not a mail address"),
        (["--example", "--title", "x"], "--example is copied as it is"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_written(tmp_path: Path, options: list[str], said: str) -> None:
    ran = digest("init", tmp_path / "b", *options)

    assert ran.code == 2
    assert said in ran.err
    assert not (tmp_path / "b").exists()


def test_the_example_is_the_shipped_one_whole(tmp_path: Path) -> None:
    assert digest("init", "--example", tmp_path / "e").code == 0

    assert (tmp_path / "e" / "digest.toml").read_bytes() == shipped("digest.toml").read_bytes()
    feeds = {name: data for name, data in snapshot(shipped("feeds")).items() if "/." not in f"/{name}"}
    assert {name.removeprefix("feeds/"): data for name, data in snapshot(tmp_path / "e").items()
            if name.startswith("feeds/")} == feeds  # fmt: skip
    assert not (tmp_path / "e" / "templates").exists()


@pytest.mark.parametrize("there", ["digest.toml", "feeds/feeds.toml", "feeds/sample-note.md"])
def test_nothing_that_is_there_is_overwritten(tmp_path: Path, there: str) -> None:
    (tmp_path / "feeds").mkdir()
    (tmp_path / there).write_text("mine")

    ran = digest("init", root=tmp_path)

    assert ran.code == 2
    assert there in ran.err
    assert snapshot(tmp_path) == {there: b"mine"}


def test_a_gitignore_that_is_there_stays_and_the_missing_lines_are_named(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.log\n")
    (tmp_path / "README.md").write_text("mine")

    ran = digest("init", root=tmp_path)

    assert ran.code == 0
    assert (tmp_path / ".gitignore").read_text() == "*.log\n"
    assert "add /state/ and /build/" in ran.err


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("")

    assert digest("init", tmp_path / "b").code == 2


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    ran = digest("init", tmp_path / "b", "--dry-run", "--json")

    assert ran.code == 0
    assert "digest.toml" in ran.json["would_write"]
    assert ran.json["written"] == []
    assert not (tmp_path / "b").exists()


def test_as_a_process_of_its_own_in_the_present_folder(tmp_path: Path) -> None:
    ran = digest_process("init", cwd=tmp_path)

    assert ran.code == 0
    assert (tmp_path / "digest.toml").is_file()
    assert ran.err.endswith("next: digest build\n")
