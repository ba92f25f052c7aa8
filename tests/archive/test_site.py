from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from digest.archive.site import SitePage, publish_pages
from tests.archive.smallsite import Small, every_file, faults, fresh, html, one, pages, publish, put

SITE = Small({"2026-W45": ("grain", "cables"), "2026-W46": ("grain",), "2026-W47": ("ports", "grain")})
MORE = replace(SITE, issues={**SITE.issues, "2026-W48": ("grain", "tides")})


# --- what is written ---


def test_everything_is_there_the_first_time_with_all_its_links(tmp_path: Path) -> None:
    written = publish(tmp_path, SITE)
    files = every_file(tmp_path / "site")

    assert sorted(written) == sorted(files)
    assert {page.path for page in pages(SITE)} == {path for path in files if not path.startswith("style/")}
    assert faults(tmp_path / "site") == []
    assert b'href="../2026-W47/index.html"' in files["2026-W46/index.html"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_an_empty_folder_is_as_good_as_none(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    publish(tmp_path, SITE)

    assert every_file(tmp_path / "site") == fresh(tmp_path, SITE)


def test_a_second_time_nothing_is_made_and_nothing_written(tmp_path: Path) -> None:
    publish(tmp_path, SITE)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}

    def never() -> bytes:
        raise AssertionError

    unmade = [replace(page, make=never) for page in pages(SITE)]

    assert publish_pages(tmp_path / "site", unmade, manifest=tmp_path / "site.json") == ()
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_only_what_differs_is_made(tmp_path: Path) -> None:
    publish(tmp_path, SITE)
    made = []

    def told(page: SitePage) -> Callable[[], bytes]:
        def make() -> bytes:
            made.append(page.path)
            return page.make()

        return make

    publish_pages(
        tmp_path / "site", [replace(page, make=told(page)) for page in pages(MORE)], manifest=tmp_path / "site.json"
    )

    assert sorted(made) == [
        "2026-W45/grain/index.html",  # the story goes on
        "2026-W46/grain/index.html",
        "2026-W47/grain/index.html",
        "2026-W47/index.html",  # there is a next issue now
        "2026-W48/cover.png",
        "2026-W48/grain/index.html",
        "2026-W48/index.html",
        "2026-W48/tides/index.html",
        "feed.xml",
        "index.html",
        "sections/world/index.html",
    ]
    assert every_file(tmp_path / "site") == fresh(tmp_path, MORE)


def test_new_pages_come_first_and_lists_last(tmp_path: Path) -> None:
    publish(tmp_path, SITE)
    written = publish(tmp_path, MORE)
    new = [path for path in written if path.startswith("2026-W48")]

    assert written[: len(new)] == new
    assert new[0] == "2026-W48/cover.png"
    assert written[-3] == "sections/world/index.html"
    assert sorted(written[-2:]) == ["feed.xml", "index.html"]


def test_another_key_with_the_same_bytes_writes_nothing(tmp_path: Path) -> None:
    put(tmp_path, one("index.html"))

    assert put(tmp_path, one("index.html", key="another")) == []
    assert put(tmp_path, one("index.html", "never made", key="another")) == []


@pytest.mark.parametrize("harm", ["gone", "changed", "touched", "a link", "half"])
def test_a_file_that_is_not_as_it_was_written_is_mended(tmp_path: Path, harm: str) -> None:
    publish(tmp_path, SITE)
    page = tmp_path / "site" / "2026-W46" / "index.html"
    data = page.read_bytes()
    if harm == "touched":
        os.utime(page, ns=(1, 1))
    else:
        page.unlink()
    if harm == "changed":
        page.write_bytes(data.replace(b"2026", b"2062"))
    elif harm == "half":
        page.write_bytes(b"")
    elif harm == "a link":
        page.symlink_to(tmp_path / "elsewhere.html")
    written = publish(tmp_path, SITE)

    assert written == ([] if harm == "touched" else ["2026-W46/index.html"])
    assert page.read_bytes() == data
    assert not page.is_symlink()
    assert publish(tmp_path, SITE) == []


def test_files_can_be_read_by_a_web_server_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        publish(tmp_path, SITE)
        publish(tmp_path, MORE)
    finally:
        os.umask(before)

    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "site").rglob("*") if path.is_file()} == {0o644}


# --- links ---


def test_a_link_to_what_the_site_has_not_stands_without_its_address_until_it_has(tmp_path: Path) -> None:
    home = one("index.html", html("home", ["search/index.html", "a%20b.html?x#y"]))
    put(tmp_path, home)
    assert b'<a class="quiet" title="search/index.html &gt; more">' in (tmp_path / "site/index.html").read_bytes()

    (tmp_path / "site/search").mkdir()
    (tmp_path / "site/search/index.html").write_text("made by somebody else</html>\n")
    (tmp_path / "site/a b.html").write_text("made by somebody else</html>\n")
    assert put(tmp_path, home) == ["index.html"]
    assert b'href="search/index.html"' in (tmp_path / "site/index.html").read_bytes()
    assert b'href="a%20b.html?x#y"' in (tmp_path / "site/index.html").read_bytes()

    (tmp_path / "site/search/index.html").unlink()
    assert put(tmp_path, home) == ["index.html"]
    assert faults(tmp_path / "site") == []
    assert put(tmp_path, home) == []


def test_pages_let_go_of_one_that_goes_even_if_nothing_else_of_them_changed(tmp_path: Path) -> None:
    leaf, home = one("a/index.html", html("leaf", [])), one("index.html", html("home", ["a/index.html"]))
    put(tmp_path, leaf, home)

    assert put(tmp_path, home) == ["index.html"]
    assert faults(tmp_path / "site") == []
    assert not (tmp_path / "site/a").exists()

    put(tmp_path, leaf, home)
    assert b'href="a/index.html"' in (tmp_path / "site/index.html").read_bytes()


# --- styles ---


def test_pages_of_a_kind_share_one_style(tmp_path: Path) -> None:
    publish(tmp_path, SITE)
    styles = sorted((tmp_path / "site/style").iterdir())
    story = (tmp_path / "site/2026-W45/grain/index.html").read_text("utf-8")

    assert len(styles) == 2
    assert "<style" not in story
    assert f'<link rel="stylesheet" href="../../style/{styles[0].name}">' in story or styles[1].name in story
    assert "style-src 'self'; base-uri" in story


def test_a_style_goes_when_its_last_page_has_another(tmp_path: Path) -> None:
    publish(tmp_path, SITE)
    before = set((tmp_path / "site/style").iterdir())
    written = publish(tmp_path, replace(SITE, look="loud"))
    after = set((tmp_path / "site/style").iterdir())

    assert len(before & after) == 1
    assert len(after) == 2
    assert written[0].startswith("style/")
    assert every_file(tmp_path / "site") == fresh(tmp_path, replace(SITE, look="loud"))


def test_a_style_that_was_lost_or_changed_is_mended(tmp_path: Path) -> None:
    publish(tmp_path, SITE)
    style = min((tmp_path / "site/style").iterdir())
    data = style.read_bytes()
    for harm in (style.unlink, lambda: style.write_text("body { display: none }")):
        harm()
        assert publish(tmp_path, SITE) == [f"style/{style.name}"]
        assert style.read_bytes() == data
    assert publish(tmp_path, SITE) == []


def test_the_page_for_what_is_not_there_keeps_its_style(tmp_path: Path) -> None:
    put(tmp_path, one("404.html", html("not here", [])))

    assert every_file(tmp_path / "site") == {"404.html": html("not here", []).encode()}
