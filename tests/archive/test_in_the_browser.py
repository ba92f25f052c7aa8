"""The site of every look in a real browser: on telephones and desks, by day and by night, on paper, to axe-core.

https://github.com/dequelabs/axe-core sees contrast as it is drawn, names and roles as a screen reader hears them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pypdf
import pytest

from digest.render.page import render_page
from tests.archive.madesite import KINDS, publish, site
from tests.archive.newsletter import LOOKS, changed, home, templates
from tests.support.browser import Browser, Mode, running_browser
from tests.support.sample import ON, SAMPLE, UPDATES, sample_entries, sample_settings

pytestmark = pytest.mark.browser

FOREIGN = tuple(f"ar/{KINDS[kind]}" for kind in ("home", "issue", "story", "organisation")) + tuple(
    f"zh-Hans/{KINDS[kind]}" for kind in ("issue", "story")
)
PAGES = (*KINDS.values(), "2026-W47/as-sent.html", *FOREIGN, "none/index.html", "sample/index.html")
LIKE_OTHERS = {KINDS["person"], KINDS["story without a source"], "2026-W47/as-sent.html", "ar/index.html",
               f"zh-Hans/{KINDS['issue']}"}  # fmt: skip
"""Laid out as another of the pages is: not opened in every size and light."""

IN_EVERY_LOOK = pytest.mark.parametrize("look", LOOKS)

# What stands out of the window though the page as a whole does not scroll: cut off for the reader. Tables and the
# magazine's bar of sections scroll by themselves.
CUT_OFF = """[...document.querySelectorAll("body *")].filter(one => !one.closest(".wide, .skip, .parts"))
  .filter(one => one.getBoundingClientRect().right > innerWidth + 1 || one.getBoundingClientRect().left < -1)
  .map(one => one.outerHTML)"""

AXE = """axe.run(document, {resultTypes: ["violations"]}).then(
  told => told.violations.flatMap(one => one.nodes.map(node => one.id + ": " + node.html.slice(0, 200))))"""

OWN = re.compile(r"(?:ar/|zh-Hans/)?(?:2026-W47/images/delta\.png|style/[0-9a-f]{12}\.css)")


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
    """Every kind of page, and beside them what tries the looks: other languages, no issue yet, the hardest issue."""
    found = site(look)
    sample = render_page(
        SAMPLE, settings=sample_settings(), templates=templates(look), entries=sample_entries(), number=12, on=ON,
        updates=UPDATES,
    )  # fmt: skip
    found |= {"none/index.html": home(look=look), "sample/index.html": sample}
    for language in ("ar", "zh-Hans"):
        spoken = site(look, changed(language=language))
        found |= {
            f"{language}/{path}": html
            for path, html in spoken.items()
            if path in {KINDS["home"], KINDS["issue"], KINDS["story"], KINDS["organisation"]}
        }
    publish(folder, found, pictures=("", "ar/", "zh-Hans/"))


@pytest.mark.parametrize("width", [320, 768, 1200])
@pytest.mark.parametrize("name", [name for name in PAGES if name not in LIKE_OTHERS])
@IN_EVERY_LOOK
def test_no_page_scrolls_sideways_and_nothing_is_cut_off(
    browser: Browser, sites: Path, look: str, name: str, width: int
) -> None:
    browser.open(sites / look / name, width=width)
    assert browser.evaluate("innerWidth") == width
    assert browser.sideways() == 0
    assert browser.evaluate(CUT_OFF) == []


@pytest.mark.parametrize(("mode", "width"), [("dark", 320), ("light", 1200)])
@pytest.mark.parametrize("name", [name for name in PAGES if name not in LIKE_OTHERS])
@IN_EVERY_LOOK
def test_no_rule_of_accessibility_is_broken(
    browser: Browser, sites: Path, axe: str, look: str, name: str, mode: Mode, width: int
) -> None:
    browser.open(sites / look / name, mode=mode, width=width)
    browser.evaluate(axe + "; 0")
    assert browser.evaluate(AXE) == []


@pytest.mark.parametrize("name", [name for name in PAGES if name not in {*LIKE_OTHERS, "sample/index.html"}])
@IN_EVERY_LOOK
def test_a_page_asks_for_nothing_but_its_own_pictures_and_its_policy_lets_them_be_seen(
    browser: Browser, sites: Path, look: str, name: str
) -> None:
    browser.open(sites / look / name)
    asked = [one.removeprefix((sites / look).as_uri() + "/") for one in browser.requests()]
    assert [one for one in asked if not (one.startswith("data:") or one == name or OWN.fullmatch(one))] == []
    assert browser.evaluate("[...document.images].every(one => one.naturalWidth > 0)")
    assert browser.evaluate("getComputedStyle(document.body).margin") == "0px"  # the style is let through


@IN_EVERY_LOOK
def test_the_policy_lets_nothing_else_through(browser: Browser, sites: Path, look: str) -> None:
    html = (sites / look / "sample" / "index.html").read_text("utf-8")
    smuggled = (
        '<script>document.title = "run"</script><style>body { margin: 9px }</style><p style="color: #ff0000">x</p>'
    )
    page = sites / look / "sample" / "smuggled.html"  # beside the page, for its style to be found
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
        """(() => { const all = [...document.querySelectorAll(".text > .intro p, .main > .intro p, .rest > .intro p")];
        const one = all.sort((a, b) => b.textContent.length - a.textContent.length)[0];
        const lines = one.getBoundingClientRect().height / parseFloat(getComputedStyle(one).lineHeight);
        return one.textContent.length / Math.round(lines) })()"""
    )
    assert least <= letters <= most


@pytest.mark.parametrize("name", [KINDS["home"], KINDS["issue"], KINDS["story"], KINDS["section"]])
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
    assert "Story page" not in text
    links = browser.evaluate("[...document.querySelectorAll('.head a.quiet')].map(one => one.getAttribute('href'))")
    assert [one for one in links if one.isascii() and one not in flat] == []
    assert "Feed" not in text
    assert "Skiptothecontent" not in flat


@IN_EVERY_LOOK
def test_a_story_on_paper_has_its_sources_with_their_addresses_and_the_story_so_far(
    browser: Browser, sites: Path, look: str
) -> None:
    browser.open(sites / look / KINDS["story"], width=1200)
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(browser.printed())).pages)
    flat = "".join(text.split())
    for wanted in ("https://gazette.example/grain", "Compactstudiesagrainstore", "Correctedon24November2026"):
        assert wanted in flat or wanted.upper() in flat
    assert "Nextstory" not in flat
    assert "Subscribe" not in flat


@pytest.mark.parametrize("name", [KINDS["home"], KINDS["issue"], KINDS["story"], KINDS["names"], KINDS["section"]])
@IN_EVERY_LOOK
def test_every_way_can_be_reached_by_the_keyboard_in_the_order_in_which_it_is_seen(
    browser: Browser, sites: Path, look: str, name: str
) -> None:
    browser.open(sites / look / name, width=1200)
    assert browser.evaluate("document.querySelector('a').className") == "skip"
    out_of_order = """[...document.querySelectorAll("[tabindex]")].map(one => one.tabIndex).filter(one => one > 0)"""
    assert browser.evaluate(out_of_order) == []
    assert browser.evaluate("document.querySelectorAll('script:not([type$=json])').length") == 0


@IN_EVERY_LOOK
def test_on_a_telephone_the_title_is_seen_without_scrolling(browser: Browser, sites: Path, look: str) -> None:
    for kind in ("issue", "story", "section", "organisation", "year"):
        browser.open(sites / look / KINDS[kind], width=375, height=667)
        assert browser.evaluate("document.querySelector('h1').getBoundingClientRect().top") < 300, kind
