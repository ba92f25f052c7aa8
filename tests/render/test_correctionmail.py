"""The mail of a correction, in every look."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from digest.check.gate import check_letter
from digest.check.letter import letter_of
from digest.config.load import load_config
from digest.config.settings import Settings
from digest.edit.issuefile import read_issue
from digest.model import UNSUBSCRIBE_MARK, Mail
from digest.render.correctionmail import render_correction
from digest.render.templates import Templates
from tests.production.outgone import ISSUE, NOTE, configure

CORRECTED = ISSUE.replace("six years", "nine years")


def settings_of(root: Path, **newsletter: Any) -> Settings:
    root.mkdir(exist_ok=True)
    configure(root, None, **newsletter)
    return load_config(root).settings


def mail(
    root: Path,
    *,
    text: str = CORRECTED,
    place: int = 1,
    note: str = NOTE,
    slug: str = "wind",
    look: str = "brief",
    **more: Any,
) -> Mail:
    return render_correction(
        read_issue(text, path="x").issue, place, note=note, slug=slug, settings=settings_of(root, **more),
        templates=Templates(look, root), entries={}, number=46, on=date(2026, 11, 20),
    )  # fmt: skip


@pytest.mark.parametrize("look", ["brief", "magazine", "plain"])
def test_it_says_what_was_wrong_and_how_it_is_right_in_each_look_and_the_gate_lets_it_through(
    tmp_path: Path, look: str
) -> None:
    made = mail(tmp_path, look=look)
    assert made.subject == "Correction: Wind waits for a cable"
    assert made.preheader == NOTE
    for part in (made.html, made.text):
        said = " ".join(re.sub(r"<[^>]*>", " ", part).split()) if part is made.html else " ".join(part.split())
        assert "In issue 46 of 20 November 2026 we sent you a story that had an error." in said
        assert NOTE in said
        assert "nine years" in said
        assert "Correction to issue 46" in said
        assert "Ships wait" not in said
        assert "https://trial.example/brief/2026-W47/wind/" in part
        assert "https://trial.example/brief/2026-W47/#s-00000002" in part
        assert UNSUBSCRIBE_MARK in part
    settings = settings_of(tmp_path)
    letter = letter_of(made, clients=settings.check.clients)
    blocking = [one for one in check_letter(letter, settings.check, {}) if one.rule not in {"address", "one-click"}]
    assert blocking == []


def test_a_story_without_a_page_or_an_id_is_linked_to_on_the_page_of_its_issue(tmp_path: Path) -> None:
    made = mail(tmp_path, place=2, slug="")
    assert "https://trial.example/brief/2026-W47/#story-3" in made.text
    assert "A harbour town" in made.text
    assert "http" not in mail(tmp_path, place=2, slug="", url="").text


def test_a_retraction_says_that_it_is_one(tmp_path: Path) -> None:
    text = CORRECTED.replace("The wind farm waits nine years for a cable.", f"**Retracted.** {NOTE}")
    made = mail(tmp_path, text=text)
    said = " ".join(made.text.split())
    assert "Retracted. In issue 46 of 20 November 2026 we sent you a story that we take back." in said


@pytest.mark.parametrize(
    ("language", "subject"), [("de", "Berichtigung: "), ("fr", "Rectificatif : "), ("es", "Corrección: ")]
)
def test_it_speaks_the_newsletters_language(tmp_path: Path, language: str, subject: str) -> None:
    made = mail(tmp_path, language=language)
    assert made.subject == f"{subject}Wind waits for a cable"
    assert "46" in made.text
    assert "we sent you" not in made.text


def test_a_headline_is_text_and_never_markup(tmp_path: Path) -> None:
    title = r"A <b>bold</b> \*star\* & 2 < 3"
    made = mail(tmp_path, text=CORRECTED.replace("Wind waits for a cable", title))
    assert "\n" not in made.subject
    assert "*star*" in made.subject
    assert "<script" not in mail(tmp_path, note="It is <script>alert(1)</script> nine.").html
