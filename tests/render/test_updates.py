"""An update says which issue it is an update to, and leads to the story there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.model import IssueStory
from digest.render.page import render_content, render_page
from digest.render.stories import page_sections
from digest.render.updates import UNKNOWN, EarlierStory, Updates, dump_updates, load_updates
from tests.render.mailed import TEMPLATES, one_story, problems, told
from tests.render.outline import faults, outline
from tests.support.sample import ON, sample_settings

STORY = IssueStory(id="s-1f3a9c21", title="Landings fall again", options=frozenset({"update"}), summary="By a tenth.")
ISSUE = one_story(STORY)
KNOWN = {0: EarlierStory(issue="2026-W45", number=45, anchor="s-3f3a9c11")}
ON_THE_WEB = "https://policyweek.example/brief/2026-W45/#s-3f3a9c11"


def page(updates: Updates = KNOWN, **newsletter: str) -> str:
    settings = sample_settings(**newsletter)
    return render_page(ISSUE, settings=settings, templates=TEMPLATES, entries={}, number=47, on=ON, updates=updates)


def content(updates: Updates = KNOWN, **newsletter: str) -> str:
    settings = sample_settings(**newsletter)
    return render_content(ISSUE, settings=settings, templates=TEMPLATES, entries={}, updates=updates)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Update to issue 45"),
        ("de", "Neues zu Ausgabe 45"),
        ("fr", "Mise à jour du numéro 45"),
        ("es", "Actualización del número 45"),
    ],
)
def test_it_is_said_in_the_newsletters_language_in_mail_page_and_feed(language: str, said: str) -> None:
    mail = told(ISSUE, {}, updates=KNOWN, language=language)
    by_text = {one.text: one.attributes["href"] for one in outline(mail.html).all("a")}

    assert by_text[said] == ON_THE_WEB
    assert problems(mail.html) == []
    assert f"\n{said} [1]\nLandings fall again\n" in mail.text
    assert f"\n[1] {ON_THE_WEB}\n" in mail.text
    assert f'<a href="../2026-W45/index.html#s-3f3a9c11">{said}</a>' in page(language=language)
    assert faults(page(language=language)) == []
    assert f'<a href="{ON_THE_WEB}">{said}</a>' in content(language=language)


def test_an_update_to_nothing_known_is_just_an_update() -> None:
    mail = told(ISSUE, {}, updates=UNKNOWN)

    assert ">Update</b></p>" in mail.html
    assert "\nUpdate\nLandings fall again\n" in mail.text
    assert ">Update</p>" in page(UNKNOWN)
    assert "<p><small>Update</small></p>" in content(UNKNOWN)


def test_without_a_place_on_the_web_a_mail_has_no_link_and_the_page_a_relative_one() -> None:
    mail = told(ISSUE, {}, updates=KNOWN, url="")

    assert "Update to issue 45" in mail.html
    assert "2026-W45" not in mail.html + mail.text
    assert "\nUpdate to issue 45\nLandings fall again\n" in mail.text
    assert '<a href="../2026-W45/index.html#s-3f3a9c11">Update to issue 45</a>' in page(url="")


def test_a_story_whose_place_is_not_known_leads_to_its_issue() -> None:
    assert EarlierStory(issue="2026-W45", number=45).address(None) == "../2026-W45/index.html"
    assert EarlierStory(issue="2026-W45", number=45).address("https://p.example/b/2026-W47/") == (
        "https://p.example/b/2026-W45/"
    )


def test_what_is_not_marked_is_no_update_whatever_is_known_of_it() -> None:
    plain = one_story(replace(STORY, options=frozenset()))
    (section,) = page_sections(plain, settings=sample_settings(), entries={}, updates=KNOWN)

    assert (section.stories[0].update, section.stories[0].earlier, section.stories[0].earlier_url) == (False, None, "")


def test_updates_are_counted_over_all_sections() -> None:
    first, second = (replace(STORY, id=f"s-{n:08x}", title=f"Story {n}", options=frozenset()) for n in (1, 2))
    issue = replace(
        ISSUE, sections=(one_story(first).sections[0], replace(one_story(second).sections[0], stories=(second, STORY)))
    )
    sections = page_sections(issue, settings=sample_settings(), entries={}, updates={2: KNOWN[0]})

    assert [[story.earlier for story in section.stories] for section in sections] == [[None], [None, 45]]


def test_what_is_frozen_is_what_was_known() -> None:
    assert load_updates(dump_updates(KNOWN)) == KNOWN
