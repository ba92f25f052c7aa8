"""A chart of an editor's own numbers, from the file to the mail, the approval and the site."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import digest
from tests.support.project import CONFIG, NOW, make_project

pytestmark = pytest.mark.usefixtures("in_each_database")

PRICES = "Hafen;Preis je MWh\nMarlport;1.031,5\nSkerry;28,25\n"
TABLE = """\
[Picture: Power. Preis je MWh: Marlport 1,031.5, Skerry 28.25]

Hafen     Preis je MWh
--------  ------------
Marlport       1,031.5
Skerry           28.25
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A newsletter whose draft shows a chart."""
    config = CONFIG.replace("[newsletter]\n", '[newsletter]\nurl = "https://trial.example/brief/"\n')
    root = make_project(tmp_path, config=config, files={"prices.csv": PRICES})
    assert digest("build", root=root, now=NOW).code == 0
    line = digest("chart", root / "prices.csv", "--title", "Power", root=root, now=NOW).out
    path = root / "issues/2026-W47.md"
    head, mark, rest = path.read_text("utf-8").partition("\n## ")
    path.write_text(f"{head}\n{line}{mark}{rest}", "utf-8")
    return root


def test_the_mail_has_the_picture_and_its_numbers_and_the_gate_lets_it_pass(root: Path) -> None:
    checked = digest("check", "--json", root=root, now=NOW)
    assert digest("render", root=root, now=NOW).code == 0
    built = root / "build/2026-W47"

    assert checked.json["blocked"] is False
    assert TABLE in (built / "email.txt").read_text("utf-8")
    assert 'src="https://trial.example/brief/2026-W47/images/prices.png" alt="Power. Preis' in (
        built / "email.html"
    ).read_text("utf-8")
    assert (built / "images/prices.csv").read_text() == "Hafen,Preis je MWh\nMarlport,1031.5\nSkerry,28.25\n"


def test_numbers_that_change_after_the_approval_are_refused(root: Path) -> None:
    assert digest("approve", "--by", "Ines", root=root, now=NOW).code == 0
    numbers = root / "issues/images/prices.csv"
    approved = numbers.read_text()
    numbers.write_text(approved.replace("28.25", "27"))
    refused = digest("publish", root=root, now=NOW)
    numbers.write_text(approved)

    assert refused.code == 1
    assert "is not what Ines approved" in refused.err
    assert digest("publish", root=root, now=NOW).code == 0
    assert (root / "build/site/2026-W47/images/prices.csv").read_text() == approved
    assert (root / "build/site/2026-W47/images/prices.png").is_file()
