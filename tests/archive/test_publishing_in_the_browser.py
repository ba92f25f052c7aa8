"""Pages whose style is in a file of its own, as a browser shows them: over HTTP below a prefix, and from a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.archive.site import SitePage, publish_pages
from digest.archive.styles import style_taken_out
from digest.render.policy import POLICY, sealed
from tests.archive.newsletter import WEEK_47, page
from tests.archive.smallsite import Small, publish
from tests.support.visitor import Visitor, served, visiting

pytestmark = pytest.mark.browser

FONT = "getComputedStyle(document.body).fontFamily"


@pytest.fixture(scope="module")
def visitor() -> Iterator[Visitor]:
    with visiting() as running:
        yield running


@pytest.fixture
def ways(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Where the test's folder is, on the web and on the disk."""
    with served(tmp_path) as address:
        yield address, tmp_path.as_uri() + "/"


@pytest.mark.parametrize("path", ["index.html", "2026-W47/index.html", "2026-W47/grain/index.html"])
def test_the_style_is_loaded_at_every_depth_over_http_and_from_a_folder(
    visitor: Visitor, tmp_path: Path, ways: tuple[str, str], path: str
) -> None:
    publish(tmp_path / "a" / "b", Small({"2026-W47": ("grain",)}, look="fantasy", leaf="fantasy"))
    for way in ways:
        visitor.opens(f"{way}a/b/site/{path}")
        assert visitor.asked(FONT) == "fantasy", way


def test_a_page_of_the_newsletter_looks_the_same_with_its_style_outside(
    visitor: Visitor, tmp_path: Path, ways: tuple[str, str]
) -> None:
    whole = page(WEEK_47)
    asked = "JSON.stringify([...document.querySelectorAll('body *')].map(e => getComputedStyle(e).cssText))"
    (tmp_path / "whole.html").write_text(whole, "utf-8")
    visitor.opens((tmp_path / "whole.html").as_uri())
    expected = visitor.asked(asked)
    one = SitePage(path="2026-W47/index.html", key="k", make=whole.encode, stage=1)
    publish_pages(tmp_path / "site", [one], manifest=tmp_path / "site.json")
    assert "<style" not in (tmp_path / "site/2026-W47/index.html").read_text("utf-8")
    for way in ways:
        visitor.opens(f"{way}site/2026-W47/index.html")
        assert visitor.asked(asked) == expected, way


def test_what_the_policy_forbids_stays_forbidden(visitor: Visitor, tmp_path: Path, ways: tuple[str, str]) -> None:
    slipped = (
        f'<!doctype html><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        "<style>body { font-family: fantasy }</style><p style='color: red'>a</p><script>document.title = 'ran'</script>"
        "</html>"
    )
    taken, styles = style_taken_out(sealed(slipped).encode(), "x.html")
    (tmp_path / "style").mkdir()
    (tmp_path / styles[0].path).write_bytes(styles[0].data)
    (tmp_path / "x.html").write_bytes(taken)
    for way in ways:
        visitor.opens(f"{way}x.html")
        assert visitor.asked(FONT) == "fantasy"
        assert visitor.asked("getComputedStyle(document.querySelector('p')).color") == "rgb(0, 0, 0)"
        assert visitor.asked("document.title") != "ran"
