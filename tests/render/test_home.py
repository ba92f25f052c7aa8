from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from digest.config.serve import ServeSettings
from tests.archive.newsletter import EMPTY, LOOKS, RECORDS, WEEK_46, WEEK_47, changed, home, page, published
from tests.render.outline import faults, outline


def test_the_home_page_shows_the_latest_issue_with_its_headlines_by_section() -> None:
    html = home(published(WEEK_46), published(WEEK_47), published(EMPTY))
    seen = outline(html)
    assert faults(html) == []
    assert seen.one("h1").text == "The Policy Week"
    assert seen.one("h2", id="latest").text == WEEK_47.subject
    assert [one.text for one in seen.all("h3")] == ["World", "Energy & climate", "Economy", "Our desk", "2026"]
    assert "2026-W47/index.html#s-7f3a9c21" in seen.addresses
    assert "2026-W47/index.html#story-8" in seen.addresses


@pytest.mark.parametrize("look", LOOKS)
def test_every_look_has_a_home_page_that_can_be_walked(look: str) -> None:
    assert faults(home(look=look)) == []
    html = home(published(WEEK_46), published(WEEK_47), published(EMPTY), look=look)
    seen = outline(html)
    assert faults(html) == []
    assert [one.attributes["href"] for one in seen.all("link", rel="alternate")] == ["feed.xml", "feed.json"]
    assert [one.attributes["content"] for one in seen.all("meta", property="og:type")] == ["website"]
    assert [one.text for one in seen.all("a") if one.attributes["href"] == "2026-W46/index.html"] == [WEEK_46.subject]


def test_a_magazine_shows_the_first_picture_of_its_latest_issue_at_home() -> None:
    html = home(published(WEEK_47), look="magazine")
    assert outline(html).one("img").attributes["src"] == "2026-W47/images/delta.png"
    (shown,) = outline(html).all("meta", property="og:image")
    assert shown.attributes["content"] == "https://policyweek.example/brief/2026-W47/images/delta.png"


def test_every_earlier_issue_is_listed_newest_first_by_year() -> None:
    last_year = replace(
        published(EMPTY), record=replace(RECORDS["2026-W45"], number=1, out=datetime(2025, 12, 19, 7, tzinfo=UTC))
    )
    seen = outline(home(last_year, published(WEEK_46), published(WEEK_47)))
    assert [one.text for one in seen.all("h3")[-2:]] == ["2026", "2025"]
    lines = [" ".join(one.text.split()) for one in seen.all("li") if "Issue" in one.text]
    assert lines == [
        "Issue 11 · 13 November 2026 The price cap, the coal clause, and a summit without a text",
        "Issue 1 · 19 December 2025 A quiet week",
    ]


def test_an_issue_is_dated_where_the_newsletter_is_made() -> None:
    settings = changed(timezone="Asia/Tokyo")
    assert "7 November 2026" in home(published(EMPTY), settings=settings)
    assert "6 November 2026" in home(published(EMPTY))


def test_before_the_first_issue_the_home_page_says_so_and_asks_to_subscribe() -> None:
    html = home()
    assert faults(html) == []
    assert "No issue has been published yet." in html
    assert outline(html).all("h2") == []


def test_readers_subscribe_by_a_mail_to_the_newsletter() -> None:
    address = "mailto:editor@policyweek.example?subject=The%20Policy%20Week"
    assert address in outline(home(published(WEEK_47))).addresses
    assert "mailto:brief@policyweek.example" in home(settings=changed(reply_to=None))


def test_where_there_is_a_page_to_subscribe_on_the_archive_leads_to_it() -> None:
    served = msgspec.structs.replace(changed(), serve=ServeSettings(url="https://news.policyweek.example/"))
    for html in (home(published(WEEK_47), settings=served), page(WEEK_47, settings=served)):
        addresses = outline(html).addresses
        assert "https://news.policyweek.example/subscribe" in addresses
        assert not any(one.startswith("mailto:") and "subject" in one for one in addresses)


def test_the_home_page_speaks_the_newsletters_language() -> None:
    html = home(published(WEEK_47), published(WEEK_46), settings=changed(language="de"))
    assert outline(html).one("html").attributes["lang"] == "de"
    assert [words for words in ("Neueste Ausgabe", "Frühere Ausgaben", "20. November 2026") if words not in html] == []
