"""The search of the archive in a real browser, over a real server, below a path of its own.

https://github.com/dequelabs/axe-core sees contrast as it is drawn, names and roles as a screen reader hears them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlencode

import pytest

from digest.preview.tab import Mode
from tests.archive.newsletter import SETTINGS, changed
from tests.archive.searchable import LOOKS, searchable_site, written_site
from tests.serve.running import serving
from tests.support.smtp import smtp_server
from tests.support.visitor import Visitor, served, visiting

pytest.importorskip("pagefind_bin", reason="the extra `site` is not installed")
pytestmark = pytest.mark.browser

PREFIX = "a/b/"
DONE = "document.getElementById('status').innerText.length > 0 && document.getElementById('status').innerText !== document.getElementById('search').dataset.busy"  # noqa: E501
AXE = """axe.run(document, {resultTypes: ["violations"]}).then(
  told => told.violations.flatMap(one => one.nodes.map(node => one.id + ": " + node.html.slice(0, 200))))"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def visitor() -> Iterator[Visitor]:
    with visiting() as visitor:
        yield visitor


@pytest.fixture(autouse=True)
def _as_usual(visitor: Visitor) -> None:
    visitor.looks()
    visitor.scripts(allowed=True)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("served")
    for look in LOOKS:
        searchable_site(root / look / PREFIX, look=look)
    for language in ("de", "ja", "zh-Hans"):
        settings = changed(language=language)
        searchable_site(root / language / PREFIX, settings=settings)
    return root


@pytest.fixture(scope="module")
def base(root: Path) -> Iterator[str]:
    with served(root) as base:
        yield base


def search(visitor: Visitor, base: str, site: str = "brief", **asked: str) -> list[str]:
    """Open the search with a question in its address; the headlines of what it found."""
    visitor.opens("about:blank")  # else the place in the results is kept, as when a page is loaded again
    visitor.opens(f"{base}{site}/{PREFIX}search/index.html?{urlencode(asked)}")
    visitor.waits(DONE)
    return visitor.texts("#results a")


def test_a_word_of_an_old_issue_is_found_and_its_story_opened(visitor: Visitor, base: str) -> None:
    visitor.opens(f"{base}brief/{PREFIX}search/index.html")
    visitor.clicks("#q")
    visitor.types("narwhal")
    visitor.clicks("form button")
    visitor.waits("document.querySelector('#results a')")

    assert visitor.text("#status") == "Found: 1"
    assert visitor.texts("#results a") == ["Lighthouse keepers win their case"]
    assert visitor.texts("#results .muted") == ["Issue 1 · 16 February 2024 · World"]
    assert visitor.texts("#results mark") == ["narwhal"]
    assert visitor.text("#results p").startswith("The narwhal colony near the light was counted.")
    assert not visitor.complaints()

    visitor.clicks("#results a")
    visitor.waits("document.querySelector('h1').innerText === 'Lighthouse keepers win their case'")
    assert visitor.place == f"{base}brief/{PREFIX}2024-W07/lighthouse-keepers-win-their-case/index.html"


def test_years_are_merged_and_the_newest_can_come_first(visitor: Visitor, base: str) -> None:
    grain = ["Ministers agree a common reserve for grain", "Grain leaves the eastern ports",
             "Lighthouse keepers win their case"]  # fmt: skip

    assert sorted(search(visitor, base, q="grain")) == sorted(grain)
    assert search(visitor, base, q="grain", order="newest") == grain


def test_words_in_quotation_marks_are_a_phrase(visitor: Visitor, base: str) -> None:
    assert len(search(visitor, base, q="river treaty")) == 2
    assert search(visitor, base, q='"river treaty"') == ["Grain leaves the eastern ports"]
    assert search(visitor, base, q="“river treaty”") == ["Grain leaves the eastern ports"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("narwhal grain", ["Lighthouse keepers win their case"]),
        ("narwhal treaty", []),  # each in another year
        ("tariff grain", []),
        ("grain nosuchword", []),
        ("certificates", ["Grain leaves the eastern ports"]),  # is there in the singular
        ("minist", ["Ministers agree a common reserve for grain"]),
        ("grainxyz", []),
    ],
)
def test_every_word_of_a_question_is_in_what_is_found(
    visitor: Visitor, base: str, asked: str, found: list[str]
) -> None:
    assert search(visitor, base, q=asked) == found


def test_what_is_found_can_be_narrowed_down(visitor: Visitor, base: str) -> None:
    assert search(visitor, base, q="grain", year="2025") == ["Grain leaves the eastern ports"]
    assert search(visitor, base, q="grain", section="Energy") == []
    assert len(search(visitor, base, q="grain", organisation="Harbour Board")) == 3
    assert search(visitor, base, q="改革", organisation="港灣局") == ["電力市場の改革"]
    assert visitor.asked("[...document.querySelectorAll('[name=section] option')].map(one => one.text)") == [
        "All", "World", "Energy", "Business",
    ]  # fmt: skip
    assert visitor.asked("document.querySelector('[name=organisation]').value") == "港灣局"


def test_only_the_year_that_was_chosen_is_loaded_beside_the_newest(visitor: Visitor, base: str) -> None:
    search(visitor, base, q="grain", year="2025")

    kinds = {match[1] for address in visitor.loaded() if (match := re.search(r"pagefind/(\d+)/index/", address))}
    assert kinds == {"2026", "2025"}


def test_a_choice_is_in_the_address_and_the_way_back_leads_to_the_question_before(visitor: Visitor, base: str) -> None:
    search(visitor, base, q="grain")
    visitor.chooses("[name=year]", "2024")
    visitor.waits("document.querySelectorAll('#results a').length === 1")
    assert visitor.place.endswith("search/index.html?q=grain&year=2024")

    visitor.goes_back()
    visitor.waits("document.querySelectorAll('#results a').length === 3")
    assert visitor.place.endswith("search/index.html?q=grain")
    assert visitor.asked("document.querySelector('[name=year]').value") == ""


def test_after_a_story_was_read_the_results_are_there_again(visitor: Visitor, base: str) -> None:
    search(visitor, base, q="ledger")
    visitor.clicks("#more")
    visitor.waits("document.querySelectorAll('#results a').length === 20")
    visitor.clicks("#results a", number=15)
    visitor.waits("!document.getElementById('results') && document.querySelector('h1')")

    visitor.goes_back()
    visitor.waits("document.querySelectorAll('#results a').length === 20")


def test_there_is_a_way_to_more_results_and_the_focus_goes_along(visitor: Visitor, base: str) -> None:
    assert len(search(visitor, base, q="ledger")) == 10
    assert visitor.text("#status") == "Found: 23"
    for shown in (20, 23):
        visitor.clicks("#more")
        visitor.waits(f"document.querySelectorAll('#results a').length === {shown}")
        assert visitor.asked("[...document.querySelectorAll('#results a')].indexOf(document.activeElement)") in {10, 20}
    assert visitor.texts("#more") == []
    assert len(set(visitor.texts("#results a"))) == 23


def test_nothing_found_is_said_and_leads_to_the_rest_of_the_archive(visitor: Visitor, base: str) -> None:
    assert search(visitor, base, q="xyzzy") == []
    assert visitor.text("#status").startswith("Nothing found for “xyzzy”.")
    assert visitor.asked("document.getElementById('status').getAttribute('role')") == "status"
    assert "2024" in visitor.texts("#archive a")


def test_it_can_be_used_with_the_keyboard_alone(visitor: Visitor, base: str) -> None:
    visitor.opens(f"{base}brief/{PREFIX}search/index.html")
    visitor.waits("document.activeElement.id === 'q'")
    visitor.types("narwhal")
    visitor.strikes("Enter")
    visitor.waits("document.querySelector('#results a')")
    for _ in range(12):
        visitor.strikes("Tab")
        if visitor.asked("document.activeElement.closest('#results') !== null"):
            break
    visitor.strikes("Enter")
    visitor.waits("document.querySelector('h1').innerText === 'Lighthouse keepers win their case'")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("電力", "電力市場の改革"),  # the beginning of a run, and the middle of another
        ("市場", "電力市場の改革"),
        ("價格", "電力市場の改革"),
        ("EU電力", "電力市場の改革"),
        ("Häuser", "Kosten der Seekabel"),
        ("hauser", "Kosten der Seekabel"),
        ("Wattenmeer", "Kosten der Seekabel"),
    ],
)
@pytest.mark.parametrize("site", ["brief", "ja", "zh-Hans", "de"])
def test_words_of_another_language_than_the_newsletters_are_found(
    visitor: Visitor, base: str, site: str, asked: str, found: str
) -> None:
    assert search(visitor, base, site, q=asked) == [found]
    assert asked.lower().removesuffix("力") in visitor.text("#results").lower().replace(
        "ä", "a" if asked == "hauser" else "ä"
    )


@pytest.mark.parametrize("asked", ["場電", "力電"])
def test_characters_in_another_order_are_another_word(visitor: Visitor, base: str, asked: str) -> None:
    assert search(visitor, base, "ja", q=asked) == []


def test_nobody_sees_how_the_characters_were_parted(visitor: Visitor, base: str) -> None:
    search(visitor, base, q="電力")

    assert visitor.texts("#results a") == ["電力市場の改革"]
    assert visitor.texts("#results p")[0].startswith("日本の電力市場は改革を進める。EU電力も見る。")
    assert not re.search("[\u200b\u2060]", visitor.asked("document.body.innerHTML"))


@pytest.mark.parametrize("asked", ["<b>", '"', '""', "'); drop", "\\", "%00", "a" * 200, "( ) * : ^ -", "$& $1", "ſ İ"])
def test_whatever_is_asked_is_answered(visitor: Visitor, base: str, asked: str) -> None:
    search(visitor, base, q=asked)

    assert visitor.text("#status").startswith(("Found: ", f"Nothing found for “{asked.strip()}”."))
    assert not visitor.complaints()


def test_what_a_story_says_of_html_stays_words(visitor: Visitor, base: str) -> None:
    assert search(visitor, base, q="alert") == ["Turbines below 20 MW & their price"]
    assert "<img src=x onerror=alert(1)> & more" in visitor.text("#results p")
    assert visitor.asked("document.querySelectorAll('#results img').length") == 0


def test_nothing_is_asked_for_but_files_of_the_site(visitor: Visitor, base: str) -> None:
    search(visitor, base, q="grain", order="newest", section="World")

    assert all(address.startswith(f"{base}brief/{PREFIX}") for address in visitor.loaded())
    assert not visitor.complaints()
    policy = visitor.asked("document.querySelector('[http-equiv=Content-Security-Policy]').content")
    assert "script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'" in policy
    assert visitor.asked("[...document.querySelectorAll('script:not([type*=json])')].every(one => one.src)")


def test_a_year_that_cannot_be_loaded_is_named_and_the_others_are_searched(visitor: Visitor, tmp_path: Path) -> None:
    searchable_site(tmp_path / PREFIX)
    (tmp_path / PREFIX / "pagefind/2026/pagefind-entry.json").unlink()
    with served(tmp_path) as base:
        visitor.opens(f"{base}{PREFIX}search/index.html?q=grain")
        visitor.waits(DONE)

    assert visitor.text("#status") == "Found: 2 Could not be searched just now: 2026."


def test_opened_as_a_file_it_says_that_it_cannot_search_and_leads_on(visitor: Visitor, root: Path) -> None:
    visitor.opens((root / "brief" / PREFIX / "search/index.html").as_uri() + "?q=grain")

    assert "JavaScript" in visitor.text("#off")
    assert {"2026", "2025", "2024", "World", "Organisations", "People"} <= set(visitor.texts("#archive a"))
    assert visitor.texts("form") == []


def test_without_javascript_it_says_that_it_cannot_search_and_leads_on(visitor: Visitor, base: str) -> None:
    visitor.scripts(allowed=False)
    visitor.opens(f"{base}brief/{PREFIX}search/index.html?q=grain")
    visitor.scripts(allowed=True)  # to look

    assert "JavaScript" in visitor.text("#off")
    assert {"2026", "2025", "2024", "World", "Organisations", "People"} <= set(visitor.texts("#archive a"))
    assert visitor.texts("form") == []


def test_it_speaks_the_language_of_the_newsletter(visitor: Visitor, base: str) -> None:
    assert search(visitor, base, "de", q="Wattenmeer") == ["Kosten der Seekabel"]
    assert visitor.text("#status") == "Gefunden: 1"
    assert "16. Februar 2024" in visitor.text("#results .muted")
    search(visitor, base, "de", q="xyzzy")
    assert visitor.text("#status").startswith("Nichts gefunden zu „xyzzy“.")


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("asked", ["", "ledger", "xyzzy", "電力"])
@pytest.mark.parametrize("look", LOOKS)
def test_no_rule_of_accessibility_is_broken_and_nothing_scrolls_sideways(
    visitor: Visitor, base: str, look: str, asked: str, mode: Mode
) -> None:
    visitor.looks(width=320, mode=mode)
    if asked:
        search(visitor, base, look, q=asked)
    else:
        visitor.opens(f"{base}{look}/{PREFIX}search/index.html")
    assert visitor.asked(SIDEWAYS) == 0
    visitor.asked((files("axe_core_python") / "axe.min.js").read_text("utf-8") + "; 0")
    assert visitor.asked(AXE) == []


def test_a_page_of_the_search_is_there_before_any_index(visitor: Visitor, tmp_path: Path) -> None:
    written_site(tmp_path / PREFIX, settings=SETTINGS)
    with served(tmp_path) as base:
        visitor.opens(f"{base}{PREFIX}search/index.html?q=grain")
        visitor.waits(DONE)
    assert visitor.text("#status").startswith("The search does not work just now.")


def test_digest_serve_gives_out_all_that_it_needs(visitor: Visitor, tmp_path: Path) -> None:
    with smtp_server() as mail, serving(tmp_path / "n", mail, path="/letters/") as server:
        searchable_site(server.root / "build/site")
        base = f"http://127.0.0.1:{server.port}/letters/"
        visitor.opens(f"{base}search/index.html?q=narwhal")
        visitor.waits(DONE)
        assert visitor.texts("#results a") == ["Lighthouse keepers win their case"]
        assert not visitor.complaints()
        visitor.clicks("#results a")
        visitor.waits("document.querySelector('h1').innerText === 'Lighthouse keepers win their case'")
