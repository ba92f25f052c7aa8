"""A whole newsletter whose store is a database of PostgreSQL: the verbs know no difference, but for copies of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import digest
from tests.support.postgres import Cluster
from tests.support.project import CONFIG, NEXT_WEEK, NOW, make_project


@pytest.fixture
def root(cluster: Cluster, tmp_path: Path) -> Path:
    return make_project(tmp_path, config=f'{CONFIG}\n[store]\nurl = "{cluster.empty()}"\n')


def test_a_week_from_fetching_to_the_pages_and_the_week_after(root: Path) -> None:
    for verb in (["fetch"], ["draft"], ["approve", "--by", "Ines"], ["publish"]):
        ran = digest(*verb, root=root, now=NOW)
        assert ran.code == 0, ran.err
    assert not (root / "state" / "digest.db").exists()

    found = digest("search", "wind", "cable", "--json", root=root).json
    assert [(hit["state"], hit["issue"]) for hit in found["hits"]] == [("printed", "2026-W47")]
    assert "2026-W47" in digest("why", "cable", root=root).out
    assert digest("status", "--json", root=root, now=NOW).code == 0
    again = digest("draft", root=root, now=NEXT_WEEK)
    assert again.code == 0, again.err
    assert "2026-W48" in again.out + again.err


def test_people_come_and_are_forgotten(root: Path) -> None:
    assert digest("subscribers", "add", "ada@readers.example", root=root, now=NOW).code == 0
    forgotten = digest("forget", "ada@readers.example", "--json", root=root, now=NOW)
    assert (forgotten.json["subscriber"], forgotten.json["scrubbed"]) == (True, True)


@pytest.mark.parametrize("verb", [["backup"], ["restore-backup", "copy.db", "--yes"]])
def test_copies_are_the_business_of_its_keeper(root: Path, verb: list[str]) -> None:
    assert digest("fetch", root=root, now=NOW).code == 0
    (root / "copy.db").write_bytes(b"")
    refused = digest(*verb, root=root, now=NOW)
    assert refused.code == 1
    assert "pg_dump" in refused.err
