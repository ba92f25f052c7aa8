from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import unquote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config.settings import SectionRule
from digest.model import Entry, Issue, IssueSection, IssueStory, SourceRef
from digest.render.markup import anchor
from digest.render.page import render_content
from digest.render.stories import page_sections
from tests.archive.newsletter import (
    ARABIC,
    EMPTY,
    ENTRIES,
    GRAIN,
    LONG_URL,
    LOOKS,
    OWN,
    SETTINGS,
    TEMPLATES,
    WEEK_46,
    WEEK_47,
    changed,
    page,
)
from tests.render.outline import Element, Outline, faults, outline
from tests.support.sample import SEEN

IN_EVERY_LOOK = pytest.mark.parametrize("look", LOOKS)
ISSUES = pytest.mark.parametrize("issue", [WEEK_47, WEEK_46, EMPTY], ids=lambda issue: issue.name)


def with_stories(*stories: IssueStory, intro: str = "", title: str = "World") -> Issue:
    return replace(WEEK_47, intro=intro, sections=(IssueSection(title=title, stories=stories),))


def content(issue: Issue) -> str:
    return render_content(issue, settings=SETTINGS, templates=TEMPLATES, entries=ENTRIES)


@IN_EVERY_LOOK
@ISSUES
def test_the_page_is_well_formed_and_can_be_walked_by_headings(issue: Issue, look: str) -> None:
    assert faults(page(issue, look=look)) == []


@ISSUES
def test_the_page_is_the_same_bytes_every_time(issue: Issue) -> None:
    assert page(issue) == page(issue)


def test_the_page_says_what_it_is() -> None:
    html = page(WEEK_47)
    seen = outline(html)
    assert html.startswith("<!doctype html>")
    assert seen.one("html").attributes == {"lang": "en", "dir": "ltr"}
    assert seen.one("h1").text == WEEK_47.subject
    assert seen.one("title").text == f"{WEEK_47.subject} · The Policy Week"
    assert "Issue 12 · 20 November 2026" in seen.one("main").text
    assert seen.one("link", rel="canonical").attributes["href"] == "https://policyweek.example/brief/2026-W47/"
    assert seen.one("link", rel="alternate").attributes["href"] == "../feed.xml"
    assert seen.one("meta", property="og:title").attributes["content"] == WEEK_47.subject
    assert seen.one("a", class_="skip").attributes["href"] == "#" + seen.one("main").attributes["id"]
    assert structured(html)["issueNumber"] == "12"
    assert structured(html)["datePublished"] == "2026-11-20"


@IN_EVERY_LOOK
def test_every_story_is_printed_in_its_order_under_its_section(look: str) -> None:
    seen = outline(page(WEEK_47, look=look))
    assert [one.text for one in seen.all("h2") if one.attributes["id"] not in {"contents", "glance"}] == [
        "World",
        "Energy & climate",
        "Economy",
        "Our desk",
    ]  # fmt: skip  "Jobs" holds nothing
    assert [one.text for one in seen.all("h3")] == [story.title.replace("*", "") for story in WEEK_47.stories]


def test_a_story_says_who_told_it_when_and_why_it_matters() -> None:
    text = " ".join(story(page(WEEK_47), "s-7f3a9c21").text.replace("#", "").split())
    assert text.startswith(
        "Update · Press release Ministers agree a common reserve for grain Northern Compact, 17 November 2026"
    )
    assert "Why it matters The reserve is the first" in text
    assert text.endswith("Also in Harbour Gazette, 18 November 2026; Institute for Trade and Food, 18 November 2026")


def test_a_story_in_another_language_is_marked_where_the_words_are_its_own() -> None:
    html = page(WEEK_47)
    assert (
        f'<h3 dir="auto" lang="ar"><a class="quiet" href="https://wire.example/a00000000003" hreflang="ar">{ARABIC}'
        in html
    )
    assert "in Arabic" in story(html, "s-93c4aa10").text
    german = html[html.index('id="s-e0774b02"') : html.index('id="section-3"')]
    assert 'lang="de"' in german.partition("</h3>")[0]  # the headline is the source's
    assert '<bdi lang="de">Netzagentur</bdi>' in german
    assert '<div class="body" dir="auto"><p>The network agency' in german  # the summary is the editor's, in English


@IN_EVERY_LOOK
def test_contents_lead_to_every_section_and_every_story_has_an_address_of_its_own(look: str) -> None:
    seen = outline(page(WEEK_47, look=look))
    inside = [unquote(one[1:]) for one in seen.addresses if one.startswith("#")]
    assert [one for one in inside if one not in seen.ids] == []
    assert set(inside) >= {anchor(one, number) for number, one in enumerate(WEEK_47.stories)}


def test_a_story_copied_with_its_id_gets_another_anchor() -> None:
    html = page(with_stories(GRAIN, GRAIN, OWN))
    assert faults(html) == []
    assert {"s-7f3a9c21", "s-7f3a9c21-2", "story-3"} <= set(outline(html).ids)


def test_a_section_of_headlines_prints_no_summary_unless_the_story_asks_for_one() -> None:
    assert "Not shown" not in page(WEEK_46)
    loud = replace(WEEK_46.sections[2].stories[0], options=frozenset({"summary"}))
    assert "Not shown" in page(with_stories(loud, title="Reading"))


def test_a_full_story_prints_the_body_of_its_entry_below_its_headline_without_its_pictures() -> None:
    settings = msgspec.structs.replace(SETTINGS, section=(SectionRule(title="World", style="full"),))
    water = WEEK_47.sections[0].stories[2]
    html = page(with_stories(water), settings=settings)
    assert "<h4>Background</h4>" in html
    assert faults(html) == []


def test_nothing_is_fetched_but_the_pictures_that_were_asked_for() -> None:
    html = page(WEEK_47)
    seen = outline(html)
    assert [one.attributes["src"] for one in seen.all("img")] == ["images/delta.png"]
    assert {one.attributes["rel"] for one in seen.all("link")} == {"canonical", "alternate", "icon"}
    assert not re.search(r"url\(|@import|@font-face", seen.one("style").text)
    asked = outline(page(with_stories(replace(GRAIN, options=frozenset({"image"}))))).one("img")
    assert asked.attributes["src"] == "https://wire.example/harbour.jpg"
    assert asked.attributes["alt"] == "Cranes over an empty quay"


def test_what_lies_beside_the_page_is_named_relatively_so_that_it_works_below_any_address() -> None:
    seen = outline(page(WEEK_47, settings=changed(url="")))
    local = {one for one in seen.addresses if not one.startswith(("https://", "#", "mailto:"))}
    assert local == {"../index.html", "../feed.xml", "images/delta.png"}
    assert seen.all("link", rel="canonical") == []


def test_an_address_that_is_not_of_the_web_is_no_link() -> None:
    hostile = replace(GRAIN, sources=(SourceRef(label="Click", url="javascript:alert(1)", note="now"),))
    html = page(with_stories(hostile))
    assert faults(html) == []
    assert "javascript:" not in html
    assert "Click" in html


@pytest.mark.parametrize(
    ("language", "direction", "expected"),
    [("de", "ltr", ("20. November 2026", "Ausgabe 12", "Warum das wichtig ist")), ("ar", "rtl", ("Issue 12",))],
)
def test_the_page_speaks_the_newsletters_language(language: str, direction: str, expected: tuple[str, ...]) -> None:
    html = page(WEEK_47, settings=changed(language=language))
    assert outline(html).one("html").attributes == {"lang": language, "dir": direction}
    assert [words for words in expected if words not in html] == []


def test_an_issue_without_stories_says_so() -> None:
    seen = outline(page(EMPTY))
    assert "Nothing significant this week." in seen.one("main").text
    assert [one.attributes["aria-label"] for one in seen.all("nav")] == ["On this site"]  # nothing to list


def test_the_feeds_text_holds_the_same_stories_with_absolute_addresses() -> None:
    seen = outline(content(WEEK_47))
    assert seen.faults == []
    assert [one.text.removeprefix("Update: ") for one in seen.all("h3")] == [
        story.title.replace("*", "") for story in WEEK_47.stories
    ]
    assert "https://policyweek.example/brief/2026-W47/images/delta.png" in seen.addresses
    assert LONG_URL in seen.addresses
    assert [one for one in seen.addresses if not one.startswith("https://")] == []
    assert ARABIC in seen.all("h3")[2].text


HOSTILE = st.lists(
    st.one_of(
        st.text(max_size=8),
        st.sampled_from(
            ["<script>alert(1)</script>", "</script>", "<!--", "-->", '"', "'", ' onload="x"', "<img src=x onerror=x>",
             "](javascript:alert(1))", "[a](data:text/html,x)", "# ", "###### ", "<h1>", "</main>", "</style>",
             "{{ 7*7 }}", "{% x %}", "&lt;", "&", "<table><tr><td>", "|a|b|\n|-|-|\n|c|d|", "```", "\x00", "\u202e",
             "]]>", "<b"]
        ),
    ),
    max_size=5,
).map("".join)  # fmt: skip


THE_EDITORS_OWN = {"a link without text", "a picture without alt"}
"""What an editor may write all the same; the gate speaks of it."""


@given(texts=st.lists(HOSTILE, min_size=9, max_size=9), look=st.sampled_from(LOOKS))
def test_whatever_the_issue_says_nothing_active_comes_of_it(texts: list[str], look: str) -> None:
    subject, preheader, intro, section, title, summary, why, label, url = texts
    ref = SourceRef(label=label, url=url, note=label)
    told = IssueStory(id="s-00000001", title=title, summary=summary, why=why, sources=(ref, ref))
    issue = replace(
        with_stories(told, replace(told, id=None), GRAIN, intro=intro, title=section),
        subject=subject,
        preheader=preheader,
    )
    html = page(issue, look=look)
    assert [fault for fault in faults(html) if fault not in THE_EDITORS_OWN] == []
    assert structured(html)["name"] == outline(html).one("h1").text
    assert outline(content(issue)).faults == []


@IN_EVERY_LOOK
def test_ink_stands_out_from_paper_in_the_light_and_in_the_dark(look: str) -> None:
    """WCAG 2.2 asks for 4.5 to 1 (1.4.3)."""
    style = outline(page(WEEK_47, look=look)).one("style").text
    palettes = [dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block)) for block in style.split(":root {")[1:3]]
    assert len(palettes) == 2
    for palette in palettes:
        for ink in ("ink", "muted", "accent"):
            for paper in ("paper", "wash", "box"):
                assert contrast(palette[ink], palette[paper]) >= 4.5, (ink, paper, palette)


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def story(html: str, name: str) -> Element:
    return outline(html).one("article", id=name)


def structured(html: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(outline(html).one("script").text)
    return found


def test_the_date_on_the_page_is_the_one_it_was_given() -> None:
    seen: Outline = outline(page(WEEK_47, on=date(2027, 1, 1)))
    assert seen.all("time")[0].text == "1 January 2027"
    assert seen.all("time")[0].attributes["datetime"] == "2027-01-01"


def test_an_issue_of_five_stories_begins_with_lines_that_lead_to_them() -> None:
    issue = with_stories(
        *(
            IssueStory(id=f"s-0000000{n}", title=f"Headline {n}", summary=f"Port {n} closes *on Monday*. Ships wait.")
            for n in range(5)
        )
    )
    links = [one for one in outline(page(issue)).all("a") if one.text.startswith("Port ")]

    assert [one.text for one in links] == [f"Port {n} closes on Monday." for n in range(3)]
    assert [one.attributes["href"] for one in links] == [f"#s-0000000{n}" for n in range(3)]
    assert "At a glance" not in page(replace(issue, sections=(replace(issue.sections[0], stories=issue.stories[:4]),)))


def test_a_summary_is_in_the_language_of_the_source_that_says_its_first_sentence() -> None:
    own = {
        "aaaaaaaaaaaa": Entry(id="aaaaaaaaaaaa", source_id="a", title="Fees", language="en", first_seen=SEEN),
        "bbbbbbbbbbbb": Entry(
            id="bbbbbbbbbbbb", source_id="b", title="Tarifs", text="Le port augmente ses tarifs.", language="fr",
            first_seen=SEEN,
        ),
    }  # fmt: skip
    refs = tuple(SourceRef(label=key[0], url=None, entry_id=key) for key in own)
    story = IssueStory(id=None, title="Fees", summary="Le port augmente ses\ntarifs. (b)", sources=refs)

    def told(one: IssueStory) -> str | None:
        (section,) = page_sections(with_stories(one), settings=SETTINGS, entries=own)
        return section.stories[0].summary_language

    assert told(story) == "fr"
    assert told(replace(story, summary="The port raises its fees. (b)")) is None
