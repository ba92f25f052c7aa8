"""The search in the browser while files of its indexes are missing, or have become others."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from digest.production.browsersearch import index_site
from tests.archive.searchable import searchable_site, written_site
from tests.support.visitor import Visitor, served, visiting

pytest.importorskip("pagefind_bin", reason="the extra `site` is not installed")
pytestmark = pytest.mark.browser

PREFIX = "a/b/"
DONE = """[s => s.innerText && s.innerText !== document.getElementById('search').dataset.busy][0](
  document.getElementById('status'))"""


@pytest.fixture(scope="module")
def visitor() -> Iterator[Visitor]:
    with visiting() as visitor:
        yield visitor


@pytest.mark.parametrize("lost", ["pagefind", "pagefind/*/pagefind.js", "pagefind/*/wasm.*"])
def test_without_its_files_the_search_says_so_and_works_once_they_are_there(
    visitor: Visitor, tmp_path: Path, lost: str
) -> None:
    site = tmp_path / "site" / PREFIX
    searchable_site(site)
    shutil.copytree(site, tmp_path / "kept")
    for path in site.glob(lost):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    with served(tmp_path / "site") as base:
        visitor.opens(f"{base}{PREFIX}search/index.html?q=grain")
        visitor.waits(DONE)
        assert visitor.text("#status").startswith("The search does not work just now.")
        assert "2024" in visitor.texts("#archive a")

        shutil.copytree(tmp_path / "kept", site, dirs_exist_ok=True)
        visitor.opens(f"{base}{PREFIX}search/index.html?q=grain")
        visitor.waits("document.querySelectorAll('#results a').length === 3")


def asks_on(visitor: Visitor, words: str) -> list[str]:
    """Ask on the page that is open; the headlines of what it found."""
    visitor.asked(f"document.getElementById('q').value = '{words}'; 0")
    visitor.clicks("form button")
    visitor.waits(DONE)
    return visitor.texts("#results a")


@pytest.mark.parametrize("lost", ["index", "fragment"])
def test_while_pieces_of_an_index_cannot_be_had_it_does_not_say_that_there_is_nothing(
    visitor: Visitor, tmp_path: Path, lost: str
) -> None:
    site = tmp_path / "site" / PREFIX
    searchable_site(site)
    with served(tmp_path / "site") as base:
        visitor.opens(f"{base}{PREFIX}search/index.html?q=xyzzy")
        visitor.waits(DONE)
        for path in site.glob(f"pagefind/*/{lost}"):
            path.rename(path.with_name("away"))
        assert asks_on(visitor, "narwhal") == []
        assert visitor.text("#status").startswith("The search does not work just now.")

        for path in site.glob("pagefind/*/away"):
            path.rename(path.with_name(lost))
        assert asks_on(visitor, "narwhal") == ["Lighthouse keepers win their case"]


def test_what_was_published_meanwhile_is_found_by_a_page_that_was_open_before(visitor: Visitor, tmp_path: Path) -> None:
    site, manifest = tmp_path / "site" / PREFIX, tmp_path / "searched.json"
    years = written_site(site)
    index_site(site, years, language="en", manifest=manifest)
    with served(tmp_path / "site") as base:
        visitor.opens(f"{base}{PREFIX}search/index.html?q=xyzzy")
        visitor.waits(DONE)
        page = next(site.glob("2026-W46/tariff*/index.html"))
        page.write_text(page.read_text("utf-8").replace("The tariff falls", "The tariff plummets"), "utf-8")
        changed_year = {"2026": replace(years["2026"], key="2")}
        assert index_site(site, years | changed_year, language="en", manifest=manifest).made == ("2026",)

        assert asks_on(visitor, "plummets") == ["Tariff of the wind parks"]
