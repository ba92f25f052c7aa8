"""What a page tells machines, and where it leads."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from datetime import date

import msgspec
import pytest

from digest.model import Issue, IssueSection, IssueStory, SourceRef
from digest.render.past import PastIssue
from digest.render.stories import page_sections
from tests.archive.madesite import frame, issue_pages
from tests.archive.newsletter import ENTRIES, GRAIN, LOOKS, OWN, SETTINGS, WEEK_46, WEEK_47, changed, page, themed
from tests.render.outline import outline

IN_EVERY_LOOK = pytest.mark.parametrize("look", LOOKS)


def with_stories(*stories: IssueStory) -> Issue:
    return replace(WEEK_47, intro="", sections=(IssueSection(title="World", stories=stories),))


def told(html: str, name: str) -> str | None:
    """The content of a meta element."""
    found = [
        one.attributes["content"]
        for one in outline(html).all("meta")
        if name in {one.attributes.get("property"), one.attributes.get("name"), one.attributes.get("http-equiv")}
    ]
    return found[0] if found else None


PICTURED = replace(GRAIN, options=frozenset({"image"}))


@IN_EVERY_LOOK
def test_who_links_to_the_page_can_show_its_first_picture(look: str) -> None:
    html = page(with_stories(GRAIN, PICTURED, OWN), look=look)
    assert told(html, "og:image") == "https://wire.example/harbour.jpg"
    assert told(html, "og:image:alt") == "Cranes over an empty quay"
    assert told(html, "twitter:card") == "summary_large_image"
    assert json.loads(outline(html).one("script").text)["image"] == "https://wire.example/harbour.jpg"
    assert told(html, "og:type") == "article"
    assert told(html, "og:locale") is None  # https://ogp.me: it takes a country, which "en" does not name
    assert told(html, "og:url") == "https://policyweek.example/brief/2026-W47/"


def test_a_picture_beside_the_page_is_named_absolutely_to_who_links_to_it() -> None:
    html = page(with_stories(GRAIN, OWN))
    assert told(html, "og:image") == "https://policyweek.example/brief/2026-W47/images/delta.png"
    assert told(html, "og:image:alt") == "The delta from the air, in flood"


def test_without_a_picture_the_logo_is_shown_and_without_a_place_on_the_web_nothing() -> None:
    plain = with_stories(GRAIN)
    assert told(page(plain), "og:image") is None
    assert told(page(plain), "twitter:card") == "summary"
    logo = themed(logo="art/Our Logo.PNG", logo_alt="Two quills")
    html = page(plain, settings=logo)
    assert told(html, "og:image") == "https://policyweek.example/brief/2026-W47/logo.png"
    assert told(html, "og:image:alt") == "Two quills"
    assert told(html, "twitter:card") == "summary"
    nowhere = msgspec.structs.replace(logo, newsletter=changed(url="").newsletter)
    assert told(page(with_stories(PICTURED), settings=nowhere), "og:image") is None
    assert told(page(plain, settings=nowhere), "og:url") is None


@IN_EVERY_LOOK
def test_the_logo_lies_beside_the_page_and_is_its_icon(look: str) -> None:
    seen = outline(page(WEEK_47, settings=themed(logo="art/logo.png"), look=look))
    assert next(one.attributes["src"] for one in seen.all("img")) == "logo.png"
    assert seen.one("link", rel="icon").attributes["href"] == "logo.png"


def test_the_browser_is_told_to_load_nothing_but_this_very_style_and_pictures() -> None:
    html = page(WEEK_47)
    style = html.partition("<style>")[2].partition("</style>")[0]
    expected = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = told(html, "Content-Security-Policy") or ""
    assert policy == (
        "default-src 'none'; img-src 'self' https: http: data:; "
        f"style-src 'sha256-{expected}'; base-uri 'none'; form-action 'none'"
    )
    assert html.index("Content-Security-Policy") < html.index("<title>")


@IN_EVERY_LOOK
def test_a_page_leads_home_to_the_feed_to_the_issue_before_it_and_to_the_list(look: str) -> None:
    previous = PastIssue(issue=WEEK_46, number=11, on=date(2026, 11, 13))
    seen = outline(page(WEEK_47, previous=previous, look=look))
    ways = {"../index.html", "../feed.xml", "../2026-W46/index.html"}
    assert ways < set(seen.addresses)
    assert "mailto:editor@policyweek.example?subject=The%20Policy%20Week" in seen.addresses
    assert seen.one("a", rel="prev").text == f"Previous issue {WEEK_46.subject}"
    assert seen.all("a", rel="next") == []
    assert outline(page(WEEK_47, look=look)).all("a", rel="prev") == []


@IN_EVERY_LOOK
def test_the_footer_holds_the_editors_words_and_the_postal_address(look: str) -> None:
    html = page(WEEK_47, settings=themed(footer="Made by *three people*."), look=look)
    assert "<em>three people</em>" in html
    assert "1 Example Square, London" in outline(html).all("footer")[-1].text


def test_a_day_is_told_to_machines_where_the_editor_left_it_as_the_source_published_it() -> None:
    at = SourceRef(label="Northern Compact", url=None, note="18 November 2026", entry_id="a00000000001")
    said = {"18 November 2026": "2026-11-18", "17 November 2026": "", "Wednesday": "", "": ""}
    for note, expected in said.items():
        (section,) = page_sections(
            with_stories(replace(GRAIN, sources=(replace(at, note=note),))), settings=SETTINGS, entries=ENTRIES
        )
        source = section.stories[0].source
        assert source is not None
        assert source.on == expected


def test_a_source_in_a_language_of_the_same_name_is_not_foreign() -> None:
    (section,) = page_sections(with_stories(WEEK_47.stories[2], GRAIN), settings=SETTINGS, entries=ENTRIES)
    assert [one.source and one.source.language for one in section.stories] == ["ar", None]


def test_the_language_is_named_to_who_links_to_the_page_if_it_has_a_country() -> None:
    assert told(page(WEEK_47, settings=changed(language="de-AT")), "og:locale") == "de_AT"
    assert told(page(WEEK_47, settings=changed(language="zh-Hans")), "og:locale") is None


@IN_EVERY_LOOK
def test_a_corrected_issue_says_to_machines_when_that_was(look: str) -> None:
    corrected = issue_pages(frame(look))
    assert told(corrected.page(), "article:modified_time") == "2026-11-24"
    assert told(replace(corrected, notes=()).page(), "article:modified_time") is None
