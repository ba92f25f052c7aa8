from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from digest.config.load import load_config
from tests.support.cli import digest, digest_process
from tests.support.project import make_project, snapshot

URL = "https://example.org/feed.xml"


def test_a_feed_is_appended_and_comments_stay(tmp_path: Path) -> None:
    digest("init", root=tmp_path)
    before = (tmp_path / "feeds" / "feeds.toml").read_text("utf-8")

    ran = digest("add", URL, "--name", "Ex & Co", "--section", "News", "--id", "ex", "--weight", "1.5", root=tmp_path)

    after = (tmp_path / "feeds" / "feeds.toml").read_text("utf-8")
    assert ran.code == 0
    assert ran.out == f"added to feeds/feeds.toml as ex: {URL}\n"
    assert after.startswith(before.rstrip("\n"))
    assert tomllib.loads(after)["feed"] == [
        {"url": URL, "id": "ex", "name": "Ex & Co", "section": "News", "weight": 1.5}
    ]
    assert load_config(tmp_path).sources[-1].weight == 1.5
    assert "digest fetch" in ran.err


def test_the_list_is_made_if_it_is_missing(tmp_path: Path) -> None:
    root = make_project(tmp_path, feeds=None)

    assert digest("add", URL, "--json", root=root).json["id"] == "example-org-feed-xml"
    assert load_config(root).sources[0].location == URL


def test_two_feeds_of_one_host_have_ids_of_their_own(tmp_path: Path) -> None:
    root = make_project(tmp_path, feeds=None)
    digest("add", URL, root=root)

    assert digest("add", "https://example.org/other.xml", "--json", root=root).json["id"] == "example-org-other-xml"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["http://www.example.org/feed.xml?utm_source=x"], "is listed already, as example"),
        ([URL], "is listed already, as example"),
        (["example.org/other.xml"], "did you mean https://example.org/other.xml"),
        (["ftp://example.org/other.xml"], "is no web address"),
        (["feeds/grid.xml"], "files in feeds/ need no line"),
        (["https://example.org/other.xml", "--section", "Enrgy"], 'did you mean "Energy"?'),
        (["https://example.org/other.xml", "--id", "example"], "the same id"),
        (["https://example.org/other.xml", "--weight", "heavy"], "'heavy' is not a valid float"),
        ([], "Missing argument 'URL'"),
    ],
)
def test_what_cannot_be_added_is_refused_and_changes_nothing(tmp_path: Path, arguments: list[str], said: str) -> None:
    feeds = f'[[feed]]\nurl = "{URL}"\nid = "example"\n'
    root = make_project(tmp_path, feeds=feeds, files={"feeds/grid.xml": ""})
    before = snapshot(root)

    ran = digest("add", *arguments, root=root)

    assert ran.code == 2
    assert said in ran.err
    assert ran.out == ""
    assert snapshot(root) == before


def test_a_configuration_that_is_wrong_already_is_reported_first(tmp_path: Path) -> None:
    root = make_project(tmp_path, feeds='[[feed]]\nurl = "nonsense"\n')

    ran = digest("add", URL, "--json", root=root)

    assert ran.code == 2
    assert ran.json["problems"][0]["path"] == "feeds/feeds.toml"


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    root = make_project(tmp_path, feeds=None)
    before = snapshot(root)

    ran = digest("add", URL, "--dry-run", root=root)

    assert ran.code == 0
    assert "would be added" in ran.out
    assert snapshot(root) == before


def test_as_a_process_of_its_own(tmp_path: Path) -> None:
    root = make_project(tmp_path, feeds=None)

    ran = digest_process("add", URL, "--json", cwd=root)

    assert ran.code == 0
    assert ran.json["written"] is True
