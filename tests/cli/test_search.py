from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import digest, digest_process
from tests.support.project import NOW, make_project


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make_project(tmp_path_factory.mktemp("search"))
    for verb in (["fetch"], ["draft"], ["approve", "--by", "me"], ["publish"]):
        assert digest(*verb, root=made, now=NOW).code == 0
    return made


def test_hits_have_their_state_and_issue(root: Path) -> None:
    found = digest("search", "wind", "cable", "--json", root=root).json

    (hit,) = found["hits"]
    assert (hit["title"], hit["state"], hit["issue"]) == (
        "Wind farms wait nine years for a cable", "used", "2026-W47",
    )  # fmt: skip
    assert "**cable**" in hit["snippet"].lower()
    assert found["more"] is False


def test_the_table_has_a_line_a_hit(root: Path) -> None:
    ran = digest("search", "report", root=root)

    assert ran.code == 0
    assert ran.lines[0].split("\t") == ["date", "state", "title", "source", "entry"]
    assert {tuple(line.split("\t")[:2]) for line in ran.lines[1:]} == {
        ("2026-11-17", "used 2026-W47"), ("2026-11-16", "used 2026-W47"), ("2026-11-15", "used 2026-W47"),
    }  # fmt: skip
    assert {line.split("\t")[3] for line in ran.lines[1:]} == {"Grid Watch"}


def test_more_than_the_limit_is_said(root: Path) -> None:
    ran = digest("search", "report", "--limit", "2", root=root)

    assert len(ran.lines) == 3
    assert "there are more than 2" in ran.err
    assert digest("search", "report", "--limit", "3", "--json", root=root).json["more"] is False


def test_nothing_found_is_no_failure(root: Path) -> None:
    ran = digest("search", "zebra", root=root)

    assert ran.code == 0
    assert ran.out == ""
    assert "nothing has zebra" in ran.err


@pytest.mark.parametrize(
    ("arguments", "code"), [([], 2), (["---"], 2), (["--limit", "0", "x"], 2), (["'; DROP TABLE entry"], 0)]
)
def test_exit_codes(root: Path, arguments: list[str], code: int) -> None:
    assert digest("search", *arguments, root=root).code == code


def test_before_the_first_fetch_it_says_so(tmp_path: Path) -> None:
    assert digest("search", "wind", root=make_project(tmp_path)).code == 1


def test_as_a_process_of_its_own(root: Path) -> None:
    ran = digest_process("search", "wind*", "--json", cwd=root)

    assert len(ran.json["hits"]) == 1
