"""Every look as axe-core judges it, by day and by night. https://github.com/dequelabs/axe-core

It sees contrast as it is drawn, names and roles as a screen reader hears them, headings, lists, languages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from digest.config.table import table_of
from digest.config.theme import ThemeSettings
from digest.model import IssueSection, IssueStory, SourceRef
from digest.render.mail import render_mail
from tests.render.mailed import EMPTY, LOOKS, mail, templates
from tests.support.browser import Browser, Mode, running_browser
from tests.support.example import example_mails
from tests.support.sample import ON, SAMPLE, UPDATES, sample_entries, sample_settings

pytestmark = pytest.mark.browser

NOT_FOR_MAIL = {
    "landmark-one-main": "a mail is shown inside the mail program's page, which has its own main landmark; "
    "Gmail and Outlook take <main> and role=main away",
    "region": "for the same reason all of a mail stands outside of landmarks; it is one role=article",
}
"""Rules about whole documents, each with the reason why a mail is none."""

RUN = """
axe.run(document, {rules: RULES, resultTypes: ["violations"]}).then(
  told => told.violations.flatMap(one => one.nodes.map(node => one.id + ": " + node.html.slice(0, 200))))
"""


@pytest.fixture(scope="module")
def axe() -> str:
    return (files("axe_core_python") / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


def violations(browser: Browser, axe: str, page: Path, *, mode: Mode = "light", width: int = 600) -> list[str]:
    """What axe-core finds, as "rule: the tag"."""
    browser.open(page, mode=mode, width=width)
    browser.evaluate(axe + "; 0")
    rules = {name: {"enabled": False} for name in NOT_FOR_MAIL}
    found = browser.evaluate(RUN.replace("RULES", json.dumps(rules)))
    assert isinstance(found, list)
    return found


def everything(look: str) -> str:
    """The sample with all that a mail may show: logo, footer, pictures, marks, notes."""
    settings = sample_settings(look=look)
    theme = table_of(
        ThemeSettings, {"logo": "logo.png", "footer": "By **Ines Marlowe** and [two more](https://a.example/)."}
    )
    settings = msgspec.structs.replace(
        settings, theme=theme, issue=msgspec.structs.replace(settings.issue, images="all")
    )
    entries = {
        key: replace(one, image_url="https://harbour.example/ship.png", image_alt="A ship at anchor")
        for key, one in sample_entries().items()
    }
    marked = IssueStory(
        id="s-9", title="The fee of the strait, counted again", summary="It was 12, not 21.",
        options=frozenset({"correction", "generated", "paywall", "audio"}),
        sources=(SourceRef(label="Harbour Review", url="https://harbour.example/fee", note="19 November 2026"),),
    )  # fmt: skip
    issue = replace(SAMPLE, sections=(*SAMPLE.sections, IssueSection(title="Corrections", stories=(marked,))))
    return render_mail(
        issue, settings=settings, templates=templates(look), entries=entries, number=12, on=ON, updates=UPDATES
    ).html


@pytest.mark.parametrize(("mode", "width"), [("light", 600), ("dark", 600), ("light", 375), ("dark", 375)])
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("issue", ["example", "everything", "from the right", "empty"])
def test_no_rule_is_broken(
    tmp_path: Path, browser: Browser, axe: str, look: str, mode: Mode, width: int, issue: str
) -> None:
    html = {
        "example": lambda: example_mails()[look],
        "everything": lambda: everything(look),
        "from the right": lambda: mail(look=look, language="ar").html,
        "empty": lambda: mail(EMPTY, look=look).html,
    }[issue]()
    page = tmp_path / "mail.html"
    page.write_text(html, "utf-8")
    assert violations(browser, axe, page, mode=mode, width=width) == []


def test_a_mail_has_no_style_sheet_and_breaks_no_rule_then(tmp_path: Path, browser: Browser, axe: str) -> None:
    for look in LOOKS:
        page = tmp_path / f"{look}.html"
        page.write_text(re.sub(r"<style>.*?</style>", "", everything(look), flags=re.DOTALL), "utf-8")
        assert violations(browser, axe, page) == []


def test_axe_would_tell(tmp_path: Path, browser: Browser, axe: str) -> None:
    page = tmp_path / "bad.html"
    html = mail().html.replace("color:#59636e", "color:#b9c3ce").replace(' lang="en"', "")
    page.write_text(html.replace("<h2", "<h5").replace("</h2", "</h5"), "utf-8")
    told = {line.partition(":")[0] for line in violations(browser, axe, page)}
    assert {"color-contrast", "html-has-lang", "heading-order"} <= told


def test_the_rules_left_out_are_needed(tmp_path: Path, browser: Browser, axe: str) -> None:
    page = tmp_path / "mail.html"
    page.write_text(mail().html, "utf-8")
    browser.open(page)
    browser.evaluate(axe + "; 0")
    told = {line.partition(":")[0] for line in browser.evaluate(RUN.replace("RULES", "{}"))}
    assert told == set(NOT_FOR_MAIL)
