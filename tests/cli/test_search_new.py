"""What came since the last search is found by it, and by `digest why`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from digest import pipeline
from digest.production.outgoing import mark_out
from tests.production.outgone import OUT, written
from tests.support.cli import digest
from tests.support.project import NOW, item, make_project, opened, rss

WRECK = item("A quiet week", "https://gridwatch.example/quiet", text="Divers raised a schooner off the coast.")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A newsletter that has read a feed and was never searched."""
    made = make_project(tmp_path, files={"feeds/grid.xml": rss(WRECK)})
    assert digest("fetch", root=made, now=NOW).code == 0
    return made


@pytest.mark.parametrize("verb", ["search", "why"])
def test_words_of_the_text_are_found_at_once(root: Path, verb: str) -> None:
    ran = digest(verb, "schooner", root=root, now=NOW)

    assert ran.code == 0
    assert "A quiet week" in ran.out


@pytest.mark.parametrize("verb", ["search", "why"])
def test_while_another_digest_writes_what_is_indexed_is_searched(
    root: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    digest("search", "schooner", root=root, now=NOW)
    later = item("The schooner again", "https://gridwatch.example/again", day=18)
    (root / "feeds" / "more.xml").write_text(rss(later, title="More"), "utf-8")
    digest("fetch", root=root, now=NOW)
    monkeypatch.setattr("digest.store.sqlite.BUSY_TIMEOUT_MS", 50)
    with closing(sqlite3.connect(root / "state" / "digest.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ran = digest(verb, "schooner", root=root, now=NOW)

    assert ran.code == 0
    assert "A quiet week" in ran.out
    assert "The schooner again" not in ran.out
    assert "what came since the last search is not searched" in ran.err
    assert "The schooner again" in digest(verb, "schooner", root=root, now=NOW).out


def test_what_an_issue_printed_that_left_by_mail_alone_is_found(tmp_path: Path) -> None:
    root = written(tmp_path / "brief")
    with opened(root) as project:
        record = pipeline.approve(project, by="A. Editor", now=OUT).proof.record
        mark_out(project, record, now=OUT)

    first = digest("search", "six years", "--json", root=root, now=NOW)
    assert [hit["title"] for hit in first.json["hits"]] == ["Wind waits for a cable"]
    assert "noting what the issues that are out printed" in first.err
    assert not digest("search", "six years", root=root, now=NOW).err


def test_indexing_much_is_said(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digest.cli.search.MANY", 1)

    assert "indexing 1 texts" in digest("search", "schooner", root=root, now=NOW).err
    assert "indexing" not in digest("search", "schooner", root=root, now=NOW).err
