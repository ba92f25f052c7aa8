"""``digest chart`` as an editor uses it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.production.test_charting import newsletter
from tests.support.cli import digest


@pytest.fixture
def root(tmp_path: Path) -> Path:
    with newsletter(tmp_path, weeks=60):
        return tmp_path


def test_what_was_covered_is_drawn_and_the_line_for_the_issue_is_printed(root: Path) -> None:
    ran = digest("chart", "sections", "--since", "2026", "--until", "2026-10", root=root)

    assert ran.code == 0
    assert ran.out == (
        "![Stories by section. Most stories, 2 Jan – 30 Oct 2026: World, with 180 of 456.](images/sections.png)\n"
    )
    assert "wrote issues/images/sections.png and issues/images/sections.csv" in ran.err
    assert (root / "issues/images/sections.csv").read_text().startswith("Issue of,World,")


def test_a_file_of_numbers_is_drawn_under_its_name_or_as_it_is_told(root: Path) -> None:
    assert digest("chart", root / "prices.csv", root=root).out.startswith("![Prices. Preis: ")
    told = digest("chart", root / "prices.csv", "--title", "Power", "--out", "issues/p.png", "--kind", "columns",
                  "--json", root=root).json  # fmt: skip

    assert told == {
        "files": ["issues/p.png", "issues/p.csv"],
        "markdown": "![Power. Preis: Marlport 31.5, Skerry 28](p.png)",
        "written": True,
    }
    assert (root / "issues/images/prices.png").read_bytes() != (root / "issues/p.png").read_bytes()


def test_a_dry_run_writes_nothing(root: Path) -> None:
    ran = digest("chart", "lives", "--dry-run", root=root)

    assert ran.code == 0
    assert ran.out.startswith("![How long stories go on. ")
    assert "would write issues/images/lives.png" in ran.err
    assert not (root / "issues").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("sectoins",), "Did you mean 'sections'?"),
        (("none.csv",), "none.csv: is no file"),
        (("sections", "--kind", "bars"), "--kind is for a file of your own numbers"),
        (("prices.csv", "--since", "2026"), "--since and --until are for what was covered"),
        (("sections", "--since", "soon"), "'soon' is no day"),
        (("sections", "--out", "x.png"), "lie below issues/ only"),
    ],
)
def test_what_cannot_be_meant_is_said(
    root: Path, arguments: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    ran = digest("chart", *arguments)

    assert ran.code == 2
    assert said in ran.err


def test_a_time_in_which_nothing_came_out_is_said(root: Path) -> None:
    ran = digest("chart", "sections", "--until", "2019", root=root)

    assert ran.code == 1
    assert "no story is out in that time" in ran.err
