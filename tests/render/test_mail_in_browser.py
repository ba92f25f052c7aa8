"""The mail as a person sees it: in a real browser, at the widths of a telephone and of a window."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from digest.model import Issue, IssueSection, IssueStory, SourceRef
from digest.render.theme import make_theme
from tests.render.mailed import EMPTY, LOOKS, mail, templates
from tests.support.browser import Browser, Mode, running_browser
from tests.support.sample import SAMPLE, sample_settings

pytestmark = pytest.mark.browser

WIDE_TABLE = "|" + "|".join(f" Column {n} " for n in range(9)) + "|\n" + "|---" * 9 + "|\n" + "| 1,234.5 " * 9 + "|\n"
WIDE = replace(
    SAMPLE,
    sections=(
        IssueSection(
            title="Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle",
            stories=(
                IssueStory(
                    id="s-1",
                    title="https://example.example/" + "a" * 200,
                    summary=f"{'x' * 300}\n\n```\n{'code ' * 60}{'y' * 300}\n```\n\n{WIDE_TABLE}\n\n`{'z' * 200}`",
                    why="w" * 200,
                    sources=(SourceRef(label="l" * 150, url="https://e.example/", note="n" * 150),),
                ),
            ),
        ),
    ),
)

CONTRAST = """
(() => {
  const light = c => { const v = c / 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const lum = c => 0.2126 * light(c[0]) + 0.7152 * light(c[1]) + 0.0722 * light(c[2]);
  const numbers = text => text.match(/[\\d.]+/g).map(Number);
  const ground = el => {
    for (; el; el = el.parentElement) {
      const c = numbers(getComputedStyle(el).backgroundColor);
      if (c.length < 4 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  let seen = 0;
  while (walker.nextNode()) {
    const el = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || el.offsetParent === null) continue;
    seen += 1;
    const pair = [lum(numbers(getComputedStyle(el).color)), lum(ground(el))].sort((a, b) => b - a);
    const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (ratio < 4.5) found.push(walker.currentNode.data.trim().slice(0, 40) + " " + ratio.toFixed(2));
  }
  return seen > 3 ? found : ["nothing was seen"];
})()
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


def write(folder: Path, issue: Issue, *, styled: bool = True, **newsletter: str) -> Path:
    """The mail as a file; without its style sheet as Gmail shows it to foreign accounts."""
    html = mail(issue, **newsletter).html
    if not styled:
        html = re.sub(r'<style>.*?</style>|<meta name="[^"]*color-scheme[^>]*>', "", html, flags=re.DOTALL)
    path = folder / "mail.html"
    path.write_text(html, encoding="utf-8")
    return path


@pytest.mark.parametrize("issue", [SAMPLE, WIDE, EMPTY], ids=["sample", "wide", "empty"])
@pytest.mark.parametrize("styled", [True, False], ids=["styled", "bare"])
@pytest.mark.parametrize("look", LOOKS)
def test_nobody_has_to_scroll_sideways(tmp_path: Path, browser: Browser, issue: Issue, styled: bool, look: str) -> None:
    path = write(tmp_path, issue, styled=styled, look=look)
    for width in (320, 375, 600, 1200):
        browser.open(path, width=width)
        assert (width, browser.sideways()) == (width, 0)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("look", LOOKS)
def test_every_text_can_be_read_by_day_and_by_night(
    tmp_path: Path, browser: Browser, mode: Mode, language: str, look: str
) -> None:
    browser.open(write(tmp_path, SAMPLE, language=language, look=look), mode=mode)
    assert browser.evaluate(CONTRAST) == []
    ink = make_theme(templates(look), sample_settings()).dark.ink
    wanted = "rgb({}, {}, {})".format(*bytes.fromhex(ink[1:]))
    night = browser.evaluate("getComputedStyle(document.querySelector('h1')).color") == wanted
    assert night == (mode == "dark")


@pytest.mark.parametrize("look", LOOKS)
def test_without_its_style_sheet_the_mail_reads_as_well(tmp_path: Path, browser: Browser, look: str) -> None:
    browser.open(write(tmp_path, SAMPLE, styled=False, look=look))
    assert browser.evaluate(CONTRAST) == []


@pytest.mark.parametrize("look", LOOKS)
def test_it_is_six_hundred_pixels_wide_and_no_more(tmp_path: Path, browser: Browser, look: str) -> None:
    browser.open(write(tmp_path, SAMPLE, look=look), width=1200)
    assert browser.evaluate("document.querySelector('table').getBoundingClientRect().width") == 600
    browser.open(write(tmp_path, SAMPLE, look=look), width=375)
    assert browser.evaluate("document.querySelector('table').getBoundingClientRect().width") == 375


def test_nothing_is_fetched_but_the_pictures_of_the_issue(tmp_path: Path, browser: Browser) -> None:
    path = write(tmp_path, SAMPLE)
    browser.open(path)
    assert browser.requests() == [path.as_uri(), "https://harbour.example/queue-chart.png"]


def test_the_browser_would_tell_of_a_script(tmp_path: Path, browser: Browser) -> None:
    path = tmp_path / "alert.html"
    path.write_text("<script>alert('seen')</script>", encoding="utf-8")
    browser.open(path)
    assert browser.dialogs() == ["seen"]


def test_no_script_of_a_hostile_issue_runs(tmp_path: Path, browser: Browser) -> None:
    bad = "<script>alert(1)</script><img src=x onerror=alert(2)><svg/onload=alert(3)>\"><b onmouseover='alert(4)'>"
    story = IssueStory(id=None, title=bad, summary=bad, why=bad, sources=(SourceRef(label=bad, url=bad, note=bad),))
    issue = replace(
        SAMPLE, title=bad, subject=bad, preheader=bad, intro=bad, sections=(IssueSection(title=bad, stories=(story,)),)
    )
    browser.open(write(tmp_path, issue, title=bad, description=bad, address=bad))
    assert browser.dialogs() == []
