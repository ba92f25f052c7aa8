"""The site of every look in a real browser: on telephones and desks, by day and by night, on paper, to axe-core.

https://github.com/dequelabs/axe-core sees contrast as it is drawn, names and roles as a screen reader hears them.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pypdf
import pytest

from digest.archive.site import publish_site
from digest.render.page import render_page
from tests.archive.newsletter import (
    EMPTY,
    LOOKS,
    SETTINGS,
    WEEK_46,
    WEEK_47,
    changed,
    home,
    picture,
    published,
    templates,
    themed,
)
from tests.support.browser import Browser, Mode, running_browser
from tests.support.sample import ON, SAMPLE, UPDATES, sample_entries, sample_settings

pytestmark = pytest.mark.browser

PAGES = ("index.html", "2026-W47/index.html", "2026-W46/index.html", "2026-W45/index.html", "none/index.html",
         "arabic/index.html", "chinese/index.html", "sample/index.html")  # fmt: skip

IN_EVERY_LOOK = pytest.mark.parametrize("look", LOOKS)

# What stands out of the window though the page as a whole does not scroll: cut off for the reader. Tables and the
# magazine's bar of sections scroll by themselves.
CUT_OFF = """[...document.querySelectorAll("body *")].filter(one => !one.closest(".wide, .skip, .parts"))
  .filter(one => one.getBoundingClientRect().right > innerWidth + 1 || one.getBoundingClientRect().left < -1)
  .map(one => one.outerHTML)"""

AXE = """axe.run(document, {resultTypes: ["violations"]}).then(
  told => told.violations.flatMap(one => one.nodes.map(node => one.id + ": " + node.html.slice(0, 200))))"""

NOT_ASKED_FOR = {"2026-W47/images/delta.png", "2026-W47/logo.png", "logo.png"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def axe() -> str:
    return (files("axe_core_python") / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("published")
    for look in LOOKS:
        _publish(root / look, look)
    return root


def _publish(folder: Path, look: str) -> None:
    logo = ("logo.png", picture()[0][1])
    settings = themed(logo="art/logo.png", footer="Made by *three people* and [a dog](https://policyweek.example/dog).")
    issues = (
        published(WEEK_47, settings=settings, images=(*picture(), logo), look=look),
        published(WEEK_46, look=look),
        published(EMPTY, look=look),
    )
    front = home(*issues, settings=settings, look=look)
    publish_site(folder, issues, settings=SETTINGS, home=front, logo=logo)
    sample = render_page(
        SAMPLE, settings=sample_settings(), templates=templates(look), entries=sample_entries(), number=12, on=ON,
        updates=UPDATES,
    )  # fmt: skip
    others = {"none": home(look=look), "sample": sample}
    for name, language in (("arabic", "ar"), ("chinese", "zh-Hans")):
        page = published(WEEK_47, settings=changed(language=language), look=look).page.decode()
        others[name] = page.replace("images/", "../2026-W47/images/")
    for name, html in others.items():
        (folder / name).mkdir()
        (folder / name / "index.html").write_text(html, encoding="utf-8")


@pytest.mark.parametrize("width", [320, 768, 1200])
@pytest.mark.parametrize("name", PAGES)
@IN_EVERY_LOOK
def test_no_page_scrolls_sideways_and_nothing_is_cut_off(
    browser: Browser, sites: Path, look: str, name: str, width: int
) -> None:
    browser.open(sites / look / name, width=width)
    assert browser.evaluate("innerWidth") == width
    assert browser.sideways() == 0
    assert browser.evaluate(CUT_OFF) == []


@pytest.mark.parametrize(("mode", "width"), [("dark", 320), ("light", 1200)])
@pytest.mark.parametrize("name", [name for name in PAGES if name not in {"2026-W46/index.html", "chinese/index.html"}])
@IN_EVERY_LOOK
def test_no_rule_of_accessibility_is_broken(
    browser: Browser, sites: Path, axe: str, look: str, name: str, mode: Mode, width: int
) -> None:
    browser.open(sites / look / name, mode=mode, width=width)
    browser.evaluate(axe + "; 0")
    assert browser.evaluate(AXE) == []


@pytest.mark.parametrize("name", PAGES[:-1])
@IN_EVERY_LOOK
def test_a_page_asks_for_nothing_but_its_own_pictures_and_its_policy_lets_them_be_seen(
    browser: Browser, sites: Path, look: str, name: str
) -> None:
    browser.open(sites / look / name)
    asked = [one.removeprefix((sites / look).as_uri() + "/") for one in browser.requests()]
    assert {one for one in asked if not one.startswith("data:")} <= {name, *NOT_ASKED_FOR}
    assert browser.evaluate("[...document.images].every(one => one.naturalWidth > 0)")
    assert browser.evaluate("getComputedStyle(document.body).margin") == "0px"  # the style is let through


@IN_EVERY_LOOK
def test_the_policy_lets_nothing_else_through(browser: Browser, sites: Path, tmp_path: Path, look: str) -> None:
    html = (sites / look / "sample" / "index.html").read_text("utf-8")
    smuggled = (
        '<script>document.title = "run"</script><style>body { margin: 9px }</style><p style="color: #ff0000">x</p>'
    )
    page = tmp_path / "page.html"
    page.write_text(html.replace("</main>", f'{smuggled}<iframe src="about:blank#in"></iframe></main>'), "utf-8")
    browser.open(page)
    assert browser.evaluate("document.title") == f"{SAMPLE.subject} · The Policy Week"
    assert browser.evaluate("getComputedStyle(document.body).margin") == "0px"
    assert browser.evaluate("getComputedStyle(document.querySelector('p[style]')).color") != "rgb(255, 0, 0)"


@pytest.mark.parametrize(("width", "least", "most"), [(1200, 58, 76), (320, 24, 42)])
@IN_EVERY_LOOK
def test_lines_are_neither_long_nor_short(
    browser: Browser, sites: Path, look: str, width: int, least: int, most: int
) -> None:
    """Letters of the longest paragraph of a story by the lines it takes; WCAG 2.2 (1.4.8) has 80 for the most."""
    browser.open(sites / look / "sample" / "index.html", width=width)
    letters = browser.evaluate(
        """(() => { const all = [...document.querySelectorAll(".text > .intro p, .main > .intro p, .letter .intro p")];
        const one = all.sort((a, b) => b.textContent.length - a.textContent.length)[0];
        const lines = one.getBoundingClientRect().height / parseFloat(getComputedStyle(one).lineHeight);
        return one.textContent.length / Math.round(lines) })()"""
    )
    assert least <= letters <= most


@pytest.mark.parametrize("name", ["index.html", "2026-W47/index.html"])
@IN_EVERY_LOOK
def test_the_site_is_dark_where_the_reader_wants_it_dark(browser: Browser, sites: Path, look: str, name: str) -> None:
    paper = "getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).map(Number)"
    browser.open(sites / look / name)
    assert min(browser.evaluate(paper)) > 220
    browser.open(sites / look / name, mode="dark")
    assert max(browser.evaluate(paper)) < 30


@IN_EVERY_LOOK
def test_the_looks_are_set_differently_not_only_coloured(browser: Browser, sites: Path, look: str) -> None:
    expected = {"brief": "two columns", "magazine": "cards", "plain": "one column"}
    browser.open(sites / look / "sample" / "index.html", width=1200)
    shape = browser.evaluate(
        """(() => { const story = document.querySelector(".story").getBoundingClientRect();
        const contents = document.querySelector(".contents");
        if (story.width > 900) return "cards";
        return contents && contents.getBoundingClientRect().right < story.left ? "two columns" : "one column" })()"""
    )
    assert shape == expected[look]


@pytest.mark.parametrize("name", ["2026-W47/index.html", "sample/index.html", "index.html"])
@IN_EVERY_LOOK
def test_on_paper_stands_every_story_with_its_address_and_nothing_to_click(
    browser: Browser, sites: Path, look: str, name: str
) -> None:
    browser.open(sites / look / name, width=1200)
    pages = pypdf.PdfReader(io.BytesIO(browser.printed())).pages
    text = "".join(page.extract_text() for page in pages)
    flat = "".join(text.split())
    titles = browser.evaluate("[...document.querySelectorAll('h3')].map(one => one.textContent)")
    missing = [one for one in titles if one.isascii() and "".join(one.split()).casefold() not in flat.casefold()]
    assert missing == []  # other scripts come out of a PDF as glyphs
    links = browser.evaluate("[...document.querySelectorAll('.head a.quiet')].map(one => one.getAttribute('href'))")
    assert [one for one in links if one.isascii() and one not in flat] == []
    assert "Feed" not in text
    assert "Skiptothecontent" not in flat


@pytest.mark.parametrize("name", PAGES)
@IN_EVERY_LOOK
def test_every_link_within_a_page_leads_to_a_place_in_it(browser: Browser, sites: Path, look: str, name: str) -> None:
    browser.open(sites / look / name)
    lost = """[...document.querySelectorAll('a[href^="#"]')].map(one => one.hash.slice(1))
      .filter(one => !document.getElementById(decodeURIComponent(one)))"""
    assert browser.evaluate(lost) == []
