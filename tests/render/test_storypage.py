from __future__ import annotations

import json
import posixpath
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Entry, IssueSection, IssueStory, SourceRef
from digest.render.archived import NameLine
from digest.render.issuepages import IssuePages, StoryContext
from digest.render.updates import EarlierStory
from tests.archive.madesite import ON, frame, issue_pages, line, note
from tests.archive.newsletter import ENTRIES, GRAIN, LOOKS, OWN, WEEK_47, changed
from tests.render.outline import Outline, faults, outline
from tests.render.test_page import HOSTILE, THE_EDITORS_OWN
from tests.support.sample import SEEN

MADE = frame()


def story(place: int = 0, **told: object) -> Outline:
    return outline(issue_pages(MADE, **told).story(place))


def article(page: Outline) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(page.all("script")[0].text)
    return found


def alone(one: IssueStory, **told: object) -> IssuePages:
    issue = replace(WEEK_47, sections=(IssueSection(title="World", stories=(one,)),))
    return issue_pages(MADE, issue=issue, notes=(), stories={0: StoryContext(slug="alone")}, **told)


def test_a_story_says_what_its_issue_said_of_it() -> None:
    page = story()
    assert page.one("h1").text == "Ministers agree a common reserve for grain"
    text = " ".join(page.one("main").text.split())
    for said in ("Update · Press release", "Issue 12 · 20 November 2026 · World", "enough for about six weeks",
                 "Why it matters The reserve is the first"):  # fmt: skip
        assert said in text


def test_every_source_is_named_with_its_link_and_its_date() -> None:
    page = story()
    sources = [" ".join(one.text.split()) for one in page.all("li") if ", 1" in one.text]
    assert sources == [
        "Northern Compact, 17 November 2026",
        "Harbour Gazette, 18 November 2026",
        "Institute for Trade and Food, 18 November 2026",
    ]
    assert {
        "https://wire.example/a00000000001",
        "https://gazette.example/grain",
        "https://itf.example/notes/88",
    } <= set(page.addresses)
    assert "in German" in story(4).one("main").text


def test_the_story_so_far_is_told_oldest_first_with_this_one_marked() -> None:
    page = story()
    (thread,) = [one for one in page.all("ol") if "thread" in one.attributes.get("class", "")]
    titles = [
        "Compact studies a grain store",
        "Parliament’s *other* chamber",
        "Ministers agree",
        "Grain reserve: the first",
    ]
    assert [thread.text.index(one) for one in titles] == sorted(thread.text.index(one) for one in titles)
    (marked,) = [one for one in page.all("li") if one.attributes.get("aria-current")]
    assert "this story" in marked.text
    assert "Ministers agree" in marked.text
    assert "../../2026-W46/story-9/index.html" in page.addresses


def test_a_story_that_stands_alone_has_no_story_so_far() -> None:
    assert "The story so far" not in story(1).one("main").text


def test_whom_it_has_to_do_with_is_said_with_why() -> None:
    text = " ".join(story().one("main").text.split())
    assert "Northern Compact published it" in text
    assert "Ilse Varga quoted" in text


def test_a_correction_is_dated_and_told_to_machines() -> None:
    page = story(notes=(note(MADE), note(MADE, 1)))
    assert page.one("main").text.count("Corrected on 24 November 2026") == 1
    assert "It is 2.4 million." in page.one("main").text
    said = article(page)
    assert said["dateModified"] == "2026-11-24"
    assert said["correction"][0]["text"].startswith("An earlier version")
    assert page.one("meta", property="article:modified_time").attributes["content"] == "2026-11-24"
    assert "dateModified" not in article(story(2))


def test_it_is_a_news_article_of_its_issue_with_its_sources_cited() -> None:
    said = article(story())
    assert said["@type"] == "NewsArticle"
    assert said["headline"] == "Ministers agree a common reserve for grain"
    assert said["datePublished"] == "2026-11-20"
    assert said["isPartOf"]["issueNumber"] == "12"
    assert said["isPartOf"]["url"] == "https://policyweek.example/brief/2026-W47/"
    assert said["isPartOf"]["isPartOf"]["name"] == said["publisher"]["name"] == "The Policy Week"
    assert [one["name"] for one in said["citation"]] == [
        "Northern Compact", "Harbour Gazette", "Institute for Trade and Food",
    ]  # fmt: skip
    assert [one["@type"] for one in said["mentions"]] == ["Organization", "Person"]


def test_stories_lead_to_those_beside_them_in_the_issue() -> None:
    assert story(0).all("a", rel="prev") == []
    middle = story(1)
    assert middle.one("a", rel="prev").attributes["href"] == "../../2026-W47/grain/index.html"
    assert middle.one("a", rel="next").attributes["href"] == "../../2026-W47/water/index.html"
    assert story(8).all("a", rel="next") == []


def test_what_lies_beside_the_issue_is_found_from_one_folder_deeper() -> None:
    page = story(7)
    assert page.one("img").attributes["src"] == "../images/delta.png"
    colon = replace(OWN, summary="![Map](./1:2.png) and [notes](notes.pdf), [top](#top), [web](https://a.example/)")
    addresses = outline(alone(colon).story(0)).addresses
    assert {"../1:2.png", "../notes.pdf", "#top", "https://a.example/"} <= set(addresses)


def test_an_update_leads_to_what_it_goes_on_with_from_where_it_stands() -> None:
    updates = {0: EarlierStory(number=9, issue="2026-W40", anchor="s-1")}
    html = issue_pages(MADE, updates=updates).story(0)
    (way,) = [one for one in outline(html).all("a") if "Update to issue 9" in one.text]
    assert posixpath.normpath(posixpath.join("2026-W47/grain", way.attributes["href"])) == "2026-W40/index.html#s-1"


def test_headings_in_a_text_follow_the_headline_without_a_gap() -> None:
    body = "#### What is new\n\nMuch.\n\n##### And what is not\n\nLittle."
    html = alone(replace(GRAIN, summary=body)).story(0)
    assert faults(html) == []
    assert outline(html).levels[:3] == [1, 2, 3]


def test_a_story_without_a_source_has_no_list_of_them() -> None:
    page = story(8)
    assert "Sources" not in page.one("main").text
    assert article(page).get("citation") is None


def test_a_story_of_an_issue_without_a_number_has_its_date_only() -> None:
    page = story(number=0)
    text = " ".join(page.one("main").text.split())
    assert "Issue" not in text.split("The story so far", maxsplit=1)[0]
    assert "20 November 2026" in text
    assert "issueNumber" not in article(page)["isPartOf"]


def test_a_section_without_a_page_is_named_without_a_link() -> None:
    made = frame(everything=False)
    text = outline(issue_pages(made).story(0))
    assert "sections/" not in "".join(text.addresses)
    assert "World" in text.one("main").text


def test_there_is_no_page_of_a_story_that_has_none() -> None:
    with pytest.raises(KeyError):
        issue_pages(MADE, stories={}).story(0)


@given(texts=st.lists(HOSTILE, min_size=8, max_size=8), look=st.sampled_from(LOOKS))
def test_whatever_a_story_says_nothing_active_comes_of_it(texts: list[str], look: str) -> None:
    title, summary, why, label, url, section, kind, name = texts
    ref = SourceRef(label=label, url=url, note=label, entry_id="aaaaaaaaaaaa")
    hostile = IssueStory(id=None, title=title, summary=summary, why=why, sources=(ref, ref))
    entry = Entry(id="aaaaaaaaaaaa", source_id="a", title=title, kind=kind, first_seen=SEEN)
    made = frame(look)
    named = NameLine(href="people/x/index.html", name=name, kind="person", count=1, why=name)
    context = StoryContext(slug="x", earlier=(line(made, 3, title, section=section),), names=(named,))
    issue = replace(WEEK_47, sections=(IssueSection(title=section, stories=(hostile,)),))
    html = issue_pages(made, issue=issue, entries={**ENTRIES, entry.id: entry}, notes=(), stories={0: context}).story(0)
    assert [fault for fault in faults(html) if fault not in THE_EDITORS_OWN] == []
    page = outline(html)
    assert all(json.loads(one.text) for one in page.all("script"))
    assert {one.attributes["type"] for one in page.all("script")} == {"application/ld+json"}


def test_the_date_of_a_story_follows_the_language() -> None:
    made = frame(settings=changed(language="de"))
    assert "20. November 2026" in outline(issue_pages(made, on=ON).story(0)).one("main").text


def test_a_story_whose_first_sentence_is_long_is_described_by_how_it_begins() -> None:
    page = story()
    told = page.one("meta", name_="description").attributes["content"]
    assert told.startswith("Agriculture ministers of the eleven states")
    assert told.endswith("…")
    assert 120 < len(told) <= 160
    assert article(page)["description"] == told
