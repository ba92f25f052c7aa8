"""The newsletter's logo on its way to the site."""

from __future__ import annotations

from pathlib import Path

from tests.preview.png import plain_png
from tests.support.cli import digest
from tests.support.project import CONFIG, NOW, make_project

URL = 'url = "https://trial.example/brief/"\n\n[[section]]'
THEMED = CONFIG.replace("[[section]]", URL, 1) + '\n[theme]\nlogo = "art/logo.png"\n'


def out(tmp_path: Path) -> Path:
    """A newsletter with a logo, whose first issue is out."""
    root = make_project(tmp_path / "brief", config=THEMED)
    (root / "art").mkdir()
    (root / "art" / "logo.png").write_bytes(plain_png(32, 32, (1, 2, 3)))
    for words in (["build"], ["approve", "--by", "Ada", "--offline"], ["publish"]):
        assert digest(*words, root=root, now=NOW).code == 0
    return root


def test_the_logo_is_published_beside_the_issue_and_the_home_page(tmp_path: Path) -> None:
    site = out(tmp_path) / "build" / "site"

    assert {path.relative_to(site).as_posix() for path in site.rglob("logo.png")} == {"logo.png", "2026-W47/logo.png"}


def test_a_logo_that_has_gone_since_the_issue_went_out_is_named(tmp_path: Path) -> None:
    root = out(tmp_path)
    (root / "art" / "logo.png").unlink()

    ran = digest("publish", root=root, now=NOW)

    assert ran.code == 1
    assert "the logo art/logo.png is not there" in ran.err


def test_the_preview_of_an_issue_that_is_out_asks_for_no_approval(tmp_path: Path) -> None:
    root = out(tmp_path)

    ran = digest("preview", "2026-W47", "--page", root=root, now=NOW)

    assert ran.code == 0
    assert "approve" not in ran.err + ran.out
