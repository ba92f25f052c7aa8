"""What is true of every page of a site, whatever its kind and its look."""

from __future__ import annotations

import json
import posixpath
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from digest.render.archived import make_frame
from digest.render.listpages import year_page
from digest.render.templates import Templates
from tests.archive.madesite import KINDS, site
from tests.archive.newsletter import LOOKS, SETTINGS, changed
from tests.render.outline import Outline, faults, outline

SITES = {look: site(look) for look in LOOKS}
EACH = pytest.mark.parametrize("kind", KINDS)
IN_EVERY_LOOK = pytest.mark.parametrize("look", LOOKS)


def seen(kind: str, look: str = "brief") -> Outline:
    return outline(SITES[look][KINDS[kind]])


def structured(page: Outline) -> list[dict[str, Any]]:
    return [json.loads(one.text) for one in page.all("script")]


@EACH
@IN_EVERY_LOOK
def test_a_page_is_well_formed_and_can_be_walked_by_headings(look: str, kind: str) -> None:
    assert faults(SITES[look][KINDS[kind]]) == []


@EACH
@IN_EVERY_LOOK
def test_a_page_has_one_title_one_main_part_and_a_way_past_the_bar(look: str, kind: str) -> None:
    page = seen(kind, look)
    assert len(page.all("h1")) == 1
    assert page.one("a", class_="skip").attributes["href"] == "#" + page.one("main").attributes["id"]
    assert page.one("title").text.endswith("The Policy Week")


@IN_EVERY_LOOK
def test_every_link_of_a_page_to_itself_leads_to_a_place_in_it(look: str) -> None:
    for path, html in SITES[look].items():
        page = outline(html)
        inside = {unquote(one[1:]) for one in page.addresses if one.startswith("#")}
        assert (path, inside - set(page.ids)) == (path, set())


@IN_EVERY_LOOK
def test_every_way_to_another_page_is_relative_and_names_a_file(look: str) -> None:
    for path, html in SITES[look].items():
        if path == "404.html":
            continue
        ways = [one for one in outline(html).addresses if not re.match(r"[a-z]+:|#", one)]
        unclear = [one for one in ways if one.startswith("/") or not posixpath.splitext(one.partition("#")[0])[1]]
        outside = [
            one for one in ways if posixpath.normpath(posixpath.join(posixpath.dirname(path), one)).startswith("..")
        ]
        assert (path, unclear, outside) == (path, [], [])


@IN_EVERY_LOOK
def test_pages_of_a_kind_share_their_style_to_the_letter(look: str) -> None:
    styles = {kind: re.findall(r"<style>.*?</style>", SITES[look][path], re.DOTALL) for kind, path in KINDS.items()}
    assert {len(found) for found in styles.values()} == {1}
    assert styles["story"] == styles["Arabic story"] == styles["story without a source"]
    assert styles["issue"] == styles["imported issue"]
    assert styles["section"] == styles["older year"] == styles["names"] == styles["year"]


def test_a_style_that_was_made_once_is_the_one_that_is_made_each_time(tmp_path: Path) -> None:
    own = tmp_path / "templates" / "brief"
    own.mkdir(parents=True)
    head = "<style>p { margin: 0 }</style>"
    (own / "year.html").write_text(
        f'{{% extends "brief/year.html" %}}{{% block head %}}{head}{{% endblock %}}', "utf-8"
    )
    made = make_frame(SETTINGS, Templates("brief", tmp_path))
    first, second = (year_page(2026, [], path="years/2026/index.html", frame=made) for _ in range(2))
    assert first == second
    assert first.count("<style>") == 2
    assert "<!--" not in first


@EACH
def test_a_page_says_to_machines_where_it_is(kind: str) -> None:
    page = seen(kind)
    if kind == "lost":
        assert page.all("meta", content="noindex")
        assert page.all("link", rel="canonical") == []
        return
    path = KINDS[kind].removesuffix("index.html")
    assert page.one("link", rel="canonical").attributes["href"] == f"https://policyweek.example/brief/{path}"
    assert page.one("meta", property="og:url").attributes["content"] == f"https://policyweek.example/brief/{path}"
    assert page.one("meta", property="og:title").attributes["content"]


def test_the_path_down_to_a_page_is_told_to_machines_in_whole_addresses() -> None:
    found = [one for one in structured(seen("story")) if one["@type"] == "BreadcrumbList"]
    steps = [
        (one["position"], one["item"].removeprefix("https://policyweek.example/brief/"))
        for one in found[0]["itemListElement"]
    ]
    assert steps == [(1, ""), (2, "2026-W47/"), (3, "2026-W47/grain/")]


def test_a_newsletter_without_an_address_says_nothing_of_one() -> None:
    for path, html in site(settings=changed(url="")).items():
        page = outline(html)
        assert page.all("link", rel="canonical") == []
        assert page.all("meta", property="og:url") == []
        assert "BreadcrumbList" not in [one["@type"] for one in structured(page)], path


@EACH
def test_a_page_leads_to_both_feeds_and_to_all_there_is(kind: str) -> None:
    page = seen(kind)
    root = SETTINGS.newsletter.url if kind == "lost" else "../" * KINDS[kind].count("/")
    assert {one.attributes["href"] for one in page.all("link", rel="alternate")} >= {
        f"{root}feed.xml",
        f"{root}feed.json",
    }
    wanted = ("index.html", "search/index.html", "organisations/index.html", "people/index.html", "coverage/index.html",
              "corrections/index.html", "sections/world/index.html")  # fmt: skip
    assert {f"{root}{one}" for one in wanted} <= set(page.addresses)


@pytest.mark.parametrize("kind", ["section", "names"])
def test_the_bar_marks_the_page_it_stands_on(kind: str) -> None:
    marked = [one for one in seen(kind).all("a") if one.attributes.get("aria-current") == "page"]
    assert [posixpath.basename(posixpath.dirname(one.attributes["href"])) for one in marked] == [
        {"section": "world", "names": "organisations"}[kind]
    ]


def test_what_a_search_may_find_is_the_stories_and_the_issues_own_words() -> None:
    indexed = {path for path, html in SITES["brief"].items() if "data-pagefind-body" in html}
    assert indexed - {"2026-W47/as-sent.html"} == {
        path for path in SITES["brief"] if re.fullmatch(r"2026-W\d\d/(?:[a-z0-9-]+/)?index\.html", path)
    }


@pytest.mark.parametrize(("language", "said"), [
    ("de", "Was bisher geschah"), ("fr", "Le fil de l’affaire"), ("es", "La historia hasta ahora"),
    ("ar", "The story so far"),
])  # fmt: skip
def test_the_site_speaks_the_newsletters_language(language: str, said: str) -> None:
    html = site(settings=changed(language=language))[KINDS["story"]]
    assert said in html
    assert outline(html).one("html").attributes["lang"] == language
