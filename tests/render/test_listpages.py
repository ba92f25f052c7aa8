from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Html, Named
from digest.render.archived import Link, NameLine, make_frame
from digest.render.home import home_page
from digest.render.listpages import corrections_page, list_page, lost_page, names_page, year_page
from digest.render.past import PastIssue
from tests.archive.madesite import ON, earlier_issues, frame, line, note
from tests.archive.newsletter import ENTRIES, LOOKS, SETTINGS, WEEK_47, changed, templates
from tests.render.outline import faults, outline
from tests.render.test_page import HOSTILE

MADE = frame()
LINES = [line(MADE, weeks, f"Story {weeks}", corrected=weeks == 1) for weeks in range(3)]


def name(called: str, count: int = 1) -> NameLine:
    return NameLine(href="organisations/x/index.html", name=called, kind="organisation", count=count)


def test_a_list_names_each_story_with_its_issue_its_day_and_what_became_of_it() -> None:
    html = list_page("organisation", "Northern Compact", LINES, path="organisations/nc/index.html", frame=MADE, count=3)
    lines = [" ".join(one.text.split()) for one in outline(html).all("li") if "Story" in one.text]
    assert lines == [
        "Issue 12 · 20 November 2026 · World Story 0",
        "Issue 11 · 13 November 2026 · Energy & climate · Corrected Story 1",
        "Issue 10 · 6 November 2026 · Economy Story 2",
    ]
    assert "../../2026-W46/story-0/index.html" in outline(html).addresses


def test_the_list_of_a_section_does_not_name_the_section_in_each_line_and_has_its_feeds() -> None:
    seen = outline(
        list_page("section", "World", LINES, path="sections/world/index.html", frame=MADE, count=3, has_feeds=True)
    )
    assert "· World" not in seen.one("main").text
    hrefs = {one.attributes["href"] for one in seen.all("link", rel="alternate")}
    assert hrefs == {
        f"../../{one}" for one in ("feed.xml", "feed.json", "sections/world/feed.xml", "sections/world/feed.json")
    }
    assert "Feed of “World”" in seen.one("main").text


def test_a_name_says_what_it_has_to_do_with_its_stories() -> None:
    told = {"published it": 31, "is quoted in it": 3, "is named in it": 0, "of another kind": 2}
    text = outline(
        list_page("person", "Ilse Varga", LINES, path="people/iv/index.html", frame=MADE, count=34, tally=told,
                  url="https://varga.example/")
    ).one("main")  # fmt: skip
    assert " ".join(text.text.split()).startswith("Home People Ilse Varga Stories: 34 Published: 31 Quoted: 3 Website")


def test_a_list_is_described_to_machines_by_its_newest_stories() -> None:
    page = outline(list_page("person", "Ilse Varga", LINES, path="people/iv/index.html", frame=MADE, count=34))
    told = page.one("meta", name_="description").attributes["content"]
    assert told == "; ".join(one.title for one in LINES[:3])


def test_the_older_years_of_a_long_list_say_which_they_are_and_lead_to_the_others() -> None:
    years = [Link(href=f"people/iv/{part}index.html", text=text) for part, text in (("", "2026"), ("2025/", "2025"))]
    seen = outline(
        list_page("person", "Ilse Varga", LINES, path="people/iv/2025/index.html", frame=MADE, count=9, years=years,
                  year=2025)
    )  # fmt: skip
    assert seen.one("h1").text == "Ilse Varga 2025"
    (here,) = [one for one in seen.all("a") if one.attributes.get("aria-current")]
    assert here.text == "2025"
    assert "../../../people/iv/index.html" in seen.addresses


def test_names_stand_under_their_letter_whatever_the_accent() -> None:
    names = [
        name(one) for one in ("Marlow House", "Éditions du Nord", "elm trust", "3 Rivers", "وكالة", "Ålborg", "agency")
    ]
    seen = outline(names_page("organisation", names, path="organisations/index.html", frame=MADE))
    assert [one.text for one in seen.all("h2")] == ["#", "A", "E", "M", "و"]
    shown = [one.text for one in seen.all("a", class_="quiet")]
    assert shown == ["3 Rivers", "agency", "Ålborg", "Éditions du Nord", "elm trust", "Marlow House", "وكالة"]


def test_a_year_lists_its_issues_and_leads_to_the_other_years() -> None:
    years = [Link(href=f"years/{year}/index.html", text=str(year)) for year in (2026, 2025)]
    issues = earlier_issues(MADE, 3)
    seen = outline(year_page(2026, issues, path="years/2026/index.html", frame=MADE, years=years))
    assert seen.one("h1").text == "Issues of 2026"
    assert "Issues: 3" in seen.one("main").text
    assert [one.attributes["href"] for one in seen.all("a", class_="quiet")] == [f"../../{one.href}" for one in issues]
    assert "../../years/2025/index.html" in seen.addresses


def test_corrections_are_listed_in_the_order_given_each_with_its_story() -> None:
    notes = [note(MADE, 1), note(MADE)]
    seen = outline(corrections_page(notes, path="corrections/index.html", frame=MADE))
    assert [one.text for one in seen.all("h2")] == [one.title for one in notes]
    assert seen.one("main").text.count("Corrected on 24 November 2026") == 2
    assert "../2026-W47/grain/index.html" in seen.addresses
    nothing = outline(corrections_page([], path="corrections/index.html", frame=MADE))
    assert "Nothing has had to be corrected so far." in nothing.one("main").text


def test_the_page_of_what_is_not_there_leads_everywhere_by_whole_addresses() -> None:
    seen = outline(lost_page(frame=MADE))
    assert [one for one in seen.addresses if not one.startswith(("https://policyweek.example/", "mailto:", "#"))] == []
    assert "There is no such page" in seen.one("h1").text


def test_without_an_address_the_page_of_what_is_not_there_leads_nowhere_wrong() -> None:
    settings = changed(url="")
    html = lost_page(frame=make_frame(settings, templates(), sections=MADE.sections, search=True))
    assert faults(html) == []
    ways = {one for one in outline(html).addresses if not one.startswith(("mailto:", "#"))}
    assert ways <= {"index.html", "feed.xml"}


@pytest.mark.parametrize("look", LOOKS)
def test_the_home_page_of_ten_years_stays_small(look: str) -> None:
    """520 issues of 20 stories: a year of them is listed, ten years are led to. The issue asks for less than 100 KB."""
    made = frame(look)
    stories = tuple(replace(WEEK_47.stories[place % 8], id=f"s-{place:08x}") for place in range(20))
    latest = replace(WEEK_47, sections=tuple(
        replace(WEEK_47.sections[0], title=f"Section {at}", stories=stories[at * 5 : at * 5 + 5]) for at in range(4)
    ))  # fmt: skip
    years = [Link(href=f"years/{year}/index.html", text=str(year)) for year in range(2026, 2016, -1)]
    html = home_page(
        frame=made, latest=PastIssue(issue=latest, number=520, on=ON, entries=ENTRIES),
        earlier=earlier_issues(made, 53), years=years,
        stories={place: f"2026-W47/story-with-a-long-slug-{place}/index.html" for place in range(20)},
    )  # fmt: skip
    assert len(html.encode()) < 60_000
    assert html.count("story-with-a-long-slug") == 20
    assert faults(html) == []


def test_a_headline_at_home_leads_to_the_storys_page_or_else_into_the_issue() -> None:
    latest = PastIssue(issue=WEEK_47, number=12, on=ON, entries=ENTRIES)
    seen = outline(home_page(frame=MADE, latest=latest, stories={0: "2026-W47/grain/index.html"}))
    assert "2026-W47/grain/index.html" in seen.addresses
    assert "2026-W47/index.html#s-2b6d01ee" in seen.addresses


def test_whom_a_story_has_to_do_with_is_said_in_the_newsletters_language() -> None:
    german = frame(settings=changed(language="de"))
    named = Named(kind="person", name="Ilse Varga", why="is quoted in it")
    assert (MADE.why(named), german.why(named)) == ("quoted", "zitiert")
    assert MADE.why(replace(named, why="was thanked in it")) == "was thanked in it"


def test_two_frames_that_lead_to_other_pages_have_other_keys() -> None:
    assert frame().shared_key == frame().shared_key
    assert frame().shared_key != frame(everything=False).shared_key


@given(texts=st.lists(HOSTILE, min_size=4, max_size=4), look=st.sampled_from(LOOKS))
def test_whatever_names_and_titles_say_nothing_active_comes_of_it(texts: list[str], look: str) -> None:
    title, called, section, url = texts
    made = make_frame(SETTINGS, templates(look), sections=[Link(href="sections/x/index.html", text=section)])
    lines = [replace(LINES[0], title=title, section=section)]
    pages = (
        list_page(
            "organisation", called, lines, path="organisations/x/index.html", frame=made, count=1, url=f"https://{url}"
        ),
        names_page("person", [name(called), name(title)], path="people/index.html", frame=made),
        corrections_page([replace(note(made), title=title, html=Html(""))], path="corrections/index.html", frame=made),
        year_page(2026, [replace(earlier_issues(made)[0], headline=title)], path="years/2026/index.html", frame=made),
    )
    for html in pages:
        assert [fault for fault in faults(html) if fault != "a link without text"] == []
