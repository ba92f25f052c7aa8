from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from digest.render.issuepages import IssuePages, StoryContext
from digest.render.past import PastIssue, issue_line
from tests.archive.madesite import ON, frame, issue_pages, note
from tests.archive.newsletter import EMPTY, LOOKS, SETTINGS, WEEK_46, WEEK_47, page, themed
from tests.render.outline import Outline, outline

MADE = frame()
IN_EVERY_LOOK = pytest.mark.parametrize("look", LOOKS)


def issue(look: str = "brief", **told: object) -> Outline:
    return outline(issue_pages(frame(look), **told).page())


def structured(seen: Outline) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(seen.all("script")[0].text)
    return found


@IN_EVERY_LOOK
def test_an_issue_leads_to_the_one_before_and_the_one_after(look: str) -> None:
    after = PastIssue(issue=replace(WEEK_46, name="2026-W48", subject="A week later"), number=13, on=date(2026, 11, 27))
    seen = issue(look, following=issue_line(after, SETTINGS.newsletter))
    assert seen.one("a", rel="prev").attributes["href"] == "../2026-W46/index.html"
    assert seen.one("a", rel="next").attributes["href"] == "../2026-W48/index.html"
    assert seen.one("a", rel="next").text == "Next issue A week later"


@IN_EVERY_LOOK
def test_every_story_leads_to_its_own_page_and_says_which(look: str) -> None:
    seen = issue(look)
    ways = [one for one in seen.all("a") if one.text in {"Story page", "The story so far"}]
    assert [one.attributes["href"].split("/")[-2] for one in ways[:3]] == ["grain", "strait", "water"]
    assert len(ways) == len(WEEK_47.stories)
    assert ways[0].text == "The story so far"  # other issues had it too
    assert [one.attributes["aria-label"].startswith(f"{one.text}: ") for one in ways] == [True] * len(ways)


@IN_EVERY_LOOK
def test_a_corrected_issue_says_so_at_the_top_and_at_the_story_and_leads_to_what_was_sent(look: str) -> None:
    seen = issue(look)
    text = " ".join(seen.one("main").text.split())
    assert "This issue was corrected after it was sent. Read it as it was sent." in text
    assert "as-sent.html" in seen.addresses
    (story,) = [one for one in seen.all("article") if one.attributes["id"] == "s-7f3a9c21"]
    assert "Corrected on 24 November 2026" in story.text
    assert text.count("Corrected on") == 1
    assert structured(seen)["dateModified"] == "2026-11-24"


@IN_EVERY_LOOK
def test_an_issue_that_needed_no_correction_speaks_of_none(look: str) -> None:
    seen = issue(look, notes=())
    assert "orrected" not in seen.one("main").text
    assert "as-sent.html" not in seen.addresses
    assert "dateModified" not in structured(seen)


def test_sections_lead_to_all_their_stories_where_they_have_a_page() -> None:
    headings = issue().all("h2")
    assert "World" in [one.text for one in headings]
    ways = {one.text: one.attributes["href"] for one in issue().all("a", class_="quiet")}
    assert ways["World"] == "../sections/world/index.html"
    assert "World" not in {one.text for one in outline(page(WEEK_47)).all("a", class_="quiet")}


@IN_EVERY_LOOK
def test_an_issue_from_elsewhere_may_have_no_number_and_shows_its_date(look: str) -> None:
    made = frame(look)
    seen = outline(IssuePages(issue=EMPTY, frame=made, entries={}, number=0, on=ON).page())
    text = " ".join(seen.one("main").text.split())
    assert "20 November 2026" in text
    assert "Issue 0" not in text
    assert "issueNumber" not in structured(seen)


@IN_EVERY_LOOK
def test_the_proof_is_the_same_page_without_what_a_site_adds(look: str) -> None:
    proof, online = outline(page(WEEK_47, look=look)), issue(look)
    assert [one.text for one in proof.all("h3")] == [one.text for one in online.all("h3")]
    bodies = [[one.text for one in seen.all("div", class_="body")] for seen in (proof, online)]
    assert set(bodies[0]) <= set(bodies[1])
    assert not any(one.startswith("../2026-W47/") for one in proof.addresses)
    assert "../feed.json" not in proof.addresses


def test_on_the_site_the_logo_lies_beside_the_home_page() -> None:
    settings = themed(logo="art/logo.png")
    seen = outline(issue_pages(frame(settings=settings)).page())
    assert seen.one("img", class_="logo").attributes["src"] == "../logo.png"
    assert outline(page(WEEK_47, settings=settings)).one("img", class_="logo").attributes["src"] == "logo.png"


def test_a_story_of_which_the_archive_knows_nothing_is_printed_all_the_same() -> None:
    seen = issue(stories={1: StoryContext(slug="strait")})
    assert len(seen.all("article")) == len(WEEK_47.stories)
    assert [one.attributes["href"] for one in seen.all("a") if one.text == "Story page"] == [
        "../2026-W47/strait/index.html"
    ]


def test_notes_of_a_story_that_is_there_no_more_do_no_harm() -> None:
    assert "Corrected on" not in issue(notes=(replace(note(MADE), place=99),)).one("main").text
