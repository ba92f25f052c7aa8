"""The page of what was covered, in a real browser: in every look, by day and by night, on telephones and desks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from digest.disk import shipped
from digest.model import Printed
from digest.render.archived import Link, make_frame
from digest.render.charts.colours import LEAST, contrast
from digest.render.coveragepage import render_coverage
from digest.render.templates import Templates
from tests.archive.test_in_the_browser import AXE
from tests.render.charts.archive import archive
from tests.render.charts.made import LOOKS
from tests.support.browser import Browser, Mode, running_browser
from tests.support.sample import sample_settings

LANGUAGES = {"brief": "en", "magazine": "de", "plain": "ar"}
HOSTILE = '</title><script>alert("x")</script> & "sons" مفوضية'


def page(look: str, language: str, weeks: int, *, rows: tuple[Printed, ...] | None = None) -> str:
    printed, dates = archive(weeks)
    frame = make_frame(
        sample_settings(language=language, look=look),
        Templates(look, shipped("templates").parent),
        sections=[Link(href="sections/world/index.html", text="World")],
        coverage=True,
    )
    return render_coverage(printed if rows is None else rows, dates, frame=frame)


def test_each_chart_has_its_sentence_and_its_numbers_as_a_table() -> None:
    made = page("brief", "en", 120)
    tables = re.findall(r"<tbody>(.*?)</tbody>", made, re.DOTALL)

    assert len(re.findall(r'<h2 id="chart-\d"', made)) == len(tables) == len(re.findall('<p class="says"', made)) == 4
    assert [table.count("<tr>") for table in tables] == [28, 10, 6, 4]
    assert '<th scope="col" class="number"><bdi>Change</bdi></th>' in made
    assert made.count('role="img"') == 8
    ids = re.findall(r'\bid="([^"]+)"', made)
    assert len(ids) == len(set(ids))


def test_the_same_archive_makes_the_same_page() -> None:
    assert page("brief", "en", 60) == page("brief", "en", 60)


def test_an_archive_without_a_story_says_so() -> None:
    made = page("brief", "en", 0, rows=())

    assert "There is nothing to count yet." in made
    assert "<svg" not in made.partition("<body")[2]


def test_a_name_is_no_markup() -> None:
    rows, _ = archive(3)
    nasty = tuple(Printed(issue=one.issue, place=one.place, anchor="", slug="", story_id=None, title=HOSTILE,
                          section=HOSTILE, names=one.names) for one in rows)  # fmt: skip
    made = page("brief", "en", 3, rows=nasty)

    assert "<script>alert" not in made
    assert "&lt;/title&gt;&lt;script&gt;" in made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("coverage")
    for look in LOOKS:
        (root / f"{look}.html").write_text(page(look, LANGUAGES[look], 120), encoding="utf-8")
    return root


UNFOLD = "document.querySelectorAll('details').forEach(one => one.open = true)"


@pytest.mark.browser
@pytest.mark.parametrize(("mode", "width"), [("dark", 320), ("light", 375), ("dark", 1200), ("light", 1200)])
@pytest.mark.parametrize("look", LOOKS)
def test_no_rule_of_accessibility_is_broken_and_nobody_scrolls_sideways(
    browser: Browser, pages: Path, look: str, mode: Mode, width: int
) -> None:
    browser.open(pages / f"{look}.html", mode=mode, width=width)
    browser.evaluate((files("axe_core_python") / "axe.min.js").read_text("utf-8") + "; 0")

    assert browser.evaluate(AXE) == []
    assert browser.sideways() == 0
    browser.evaluate(UNFOLD)
    assert browser.evaluate(AXE) == []
    assert browser.sideways() == 0


VISIBLE = """[...document.querySelectorAll("svg.chart")].filter(one => one.getBoundingClientRect().width > 0)
  .map(one => [one.closest(".wide-chart") ? "wide" : "narrow", Math.round(one.getBoundingClientRect().width)])"""
SMALLEST = """Math.min(...[...document.querySelectorAll("svg.chart text")]
  .map(one => one.getBoundingClientRect().height).filter(height => height))"""
CUT_OFF = """[...document.querySelectorAll("svg.chart text")].filter(one => one.getBoundingClientRect().height)
  .filter(one => { const box = one.getBoundingClientRect(), around = one.ownerSVGElement.getBoundingClientRect();
    return box.left < around.left - 3 || box.right > around.right + 3; }).map(one => one.textContent)"""


@pytest.mark.browser
@pytest.mark.parametrize("look", LOOKS)
def test_a_telephone_is_shown_a_layout_of_its_own_with_letters_that_can_be_read(
    browser: Browser, pages: Path, look: str
) -> None:
    for width, layout in ((375, "narrow"), (1200, "wide")):
        browser.open(pages / f"{look}.html", width=width)

        assert {kind for kind, _ in browser.evaluate(VISIBLE)} == {layout}
        assert len(browser.evaluate(VISIBLE)) == 4
        assert browser.evaluate(SMALLEST) >= 11  # of a line, in pixels: letters of about 10
        assert browser.evaluate(CUT_OFF) == []


PAINTED = """[...document.querySelectorAll("svg.chart")].filter(one => one.getBoundingClientRect().width > 0)
  .flatMap(chart => [...chart.querySelectorAll("path.s0, path.s1, path.s2, path.s3")])
  .map(one => getComputedStyle(one).fill)"""
GROUND = "getComputedStyle(document.body).backgroundColor"


@pytest.mark.browser
@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("look", LOOKS)
def test_each_colour_is_seen_on_the_ground_as_the_browser_paints_both(
    browser: Browser, pages: Path, look: str, mode: Mode
) -> None:
    browser.open(pages / f"{look}.html", mode=mode, width=1200)
    ground = as_hex(browser.evaluate(GROUND))
    painted = {as_hex(one) for one in browser.evaluate(PAINTED)}

    assert len(painted) == 4
    assert min(contrast(one, ground) for one in painted) >= LEAST


def as_hex(colour: str) -> str:
    return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", colour)[:3])
