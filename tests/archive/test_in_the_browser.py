"""The site in a real browser: no page scrolls sideways, and none asks for anything that does not lie beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.archive.site import publish_site
from tests.archive.newsletter import EMPTY, SETTINGS, WEEK_46, WEEK_47, changed, home, picture, published
from tests.support.browser import Browser, running_browser

pytestmark = pytest.mark.browser

PAGES = ("index.html", "2026-W47/index.html", "2026-W46/index.html", "2026-W45/index.html", "none/index.html",
         "arabic/index.html")  # fmt: skip

# What stands out of the window though the page as a whole does not scroll: cut off for the reader.
CUT_OFF = """[...document.querySelectorAll("body *")].filter(one => !one.closest(".wide, .skip"))
  .filter(one => one.getBoundingClientRect().right > innerWidth + 1 || one.getBoundingClientRect().left < -1)
  .map(one => one.outerHTML)"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("published")
    issues = (published(WEEK_47, images=picture()), published(WEEK_46), published(EMPTY))
    folder = root / "site"
    publish_site(folder, issues, settings=SETTINGS, home=home(*issues))
    (folder / "none").mkdir()
    (folder / "none" / "index.html").write_text(home(), encoding="utf-8")
    (folder / "arabic").mkdir()
    arabic = published(WEEK_47, settings=changed(language="ar"))
    (folder / "arabic" / "index.html").write_bytes(arabic.page.replace(b"images/", b"../2026-W47/images/"))
    return folder


@pytest.mark.parametrize("width", [320, 1200])
@pytest.mark.parametrize("name", PAGES)
def test_no_page_scrolls_sideways_and_nothing_is_cut_off(browser: Browser, site: Path, name: str, width: int) -> None:
    browser.open(site / name, width=width)
    assert browser.evaluate("innerWidth") == width
    assert browser.sideways() == 0
    assert browser.evaluate(CUT_OFF) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing_but_its_own_pictures(browser: Browser, site: Path, name: str) -> None:
    browser.open(site / name)
    asked = [address.removeprefix(site.as_uri() + "/") for address in browser.requests()]
    assert set(asked) <= {name, "2026-W47/images/delta.png"}
    assert browser.evaluate("[...document.images].every(one => one.naturalWidth > 0)")


@pytest.mark.parametrize(("width", "least", "most"), [(1200, 33, 39), (320, 15, 18)])
def test_lines_are_neither_long_nor_short(browser: Browser, site: Path, width: int, least: int, most: int) -> None:
    """In em; 37 em are about 68 characters of a sans serif."""
    browser.open(site / "2026-W47" / "index.html", width=width)
    text = "document.querySelector('.story .body p')"
    size = f"parseFloat(getComputedStyle({text}).fontSize)"
    assert least <= browser.evaluate(f"{text}.getBoundingClientRect().width / {size}") <= most


@pytest.mark.parametrize("name", ["index.html", "2026-W47/index.html"])
def test_the_site_is_dark_where_the_reader_wants_it_dark(browser: Browser, site: Path, name: str) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    browser.open(site / name)
    assert browser.evaluate(paper) == "rgb(255, 255, 255)"
    browser.open(site / name, mode="dark")
    assert browser.evaluate(paper) == "rgb(22, 24, 27)"
