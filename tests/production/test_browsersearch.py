"""The indexes for the search in the browser: which are made, what becomes of the old ones, and what is left alone."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from digest.errors import DigestError, ProjectError
from digest.production import browsersearch
from digest.production.browsersearch import ENTRY, Indexed, SearchedYear, can_index, index_site
from digest.production.pagefind import run_pagefind

pytest.importorskip("pagefind_bin", reason="the extra `site` is not installed")

PAGE = '<!doctype html><html lang="en"><title>t</title><body><main data-pagefind-body><h1>{0}</h1><p>{1}</p></main>'


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for issue, words in {"2025-w01": "narwhal", "2025-w02": "harbour", "2026-w01": "lighthouse"}.items():
        for place in range(3):
            write(tmp_path / "site" / issue / f"story-{place}/index.html", f"{words} {place}")
    write(tmp_path / "site/index.html", "home")
    return tmp_path / "site"


def write(path: Path, words: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PAGE.format(words, f"{words} and more"), encoding="utf-8")


def years(site: Path, **keys: str) -> dict[str, SearchedYear]:
    return {
        year: SearchedYear(
            pages=tuple(sorted(path.relative_to(site).as_posix() for path in site.glob(f"{year}-*/*/index.html"))),
            key=keys.get(f"of_{year}", "1"),
        )
        for year in ("2026", "2025")
    }


def index(site: Path, wanted: Mapping[str, SearchedYear], *, language: str = "en") -> Indexed:
    return index_site(site, wanted, language=language, manifest=site.parent / "searched.json")


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def is_whole(folder: Path) -> bool:
    """Whether everything an entry leads to is there."""
    entry = json.loads((folder / ENTRY).read_bytes())
    named = [folder / f"pagefind.{one['hash']}.pf_meta" for one in entry["languages"].values()]
    fragments = len(list(folder.glob("fragment/*"))) >= sum(one["page_count"] for one in entry["languages"].values())
    return fragments and all(path.is_file() and path.stat().st_size for path in named)


def test_each_year_has_an_index_of_its_own_pages(site: Path) -> None:
    indexed = index(site, years(site))

    assert indexed == Indexed(pages=9, made=("2026", "2025"))
    counts = {
        year: json.loads((site / "pagefind" / year / ENTRY).read_bytes())["languages"]["en"]["page_count"]
        for year in ("2025", "2026")
    }
    assert counts == {"2025": 6, "2026": 3}
    assert is_whole(site / "pagefind/2025")


def test_nothing_of_pagefinds_own_look_is_put_up(site: Path) -> None:
    index(site, years(site))

    names = {path.name for path in (site / "pagefind/2026").iterdir()}
    assert {name for name in names if "pf_meta" not in name} == {
        "pagefind.js", "wasm.en.pagefind", ENTRY, "fragment", "index",
    }  # fmt: skip


def test_a_year_that_did_not_change_is_left_alone(site: Path) -> None:
    index(site, years(site))
    before = snapshot(site)

    assert index(site, years(site)) == Indexed(pages=9)
    assert snapshot(site) == before


def test_only_the_year_that_changed_is_made_again_and_only_what_differs_is_written(site: Path) -> None:
    index(site, years(site))
    before = snapshot(site)
    write(site / "2026-w02/story-0/index.html", "zeppelin")

    assert index(site, years(site, of_2026="2")).made == ("2026",)
    after = snapshot(site)
    assert {name for name in before if "2025" in name and before[name] != after[name]} == set()
    kept = [name for name in before if "pagefind/2026/fragment/" in name]
    assert len(kept) == 3
    assert all(before[name] == after[name] for name in kept)


def test_what_is_superfluous_goes_and_what_others_put_there_stays(site: Path) -> None:
    index(site, years(site))
    before = set(snapshot(site))
    own = site / "pagefind/2026/fragment/mine.txt"
    own.write_text("mine")
    for path in site.glob("2026-*/*/index.html"):
        write(path, "zeppelin")

    index(site, years(site, of_2026="2"))
    after = set(snapshot(site))
    assert len([name for name in after if "pagefind/2026/fragment/en" in name]) == 3
    assert {name for name in before - after if "/2026/" in name}
    assert own.read_text() == "mine"


def test_a_year_without_pages_goes_with_its_folder(site: Path) -> None:
    index(site, years(site))
    left = {"2026": years(site)["2026"]}

    assert index(site, left).removed == ("2025",)
    assert not (site / "pagefind/2025").exists()
    assert index(site, {}).removed == ("2026",)
    assert not (site / "pagefind").exists()
    assert len(list(site.rglob("index.html"))) == 10


def test_another_language_makes_every_index_anew(site: Path) -> None:
    index(site, years(site))

    assert index(site, years(site), language="de-AT").made == ("2026", "2025")
    assert (site / "pagefind/2025/wasm.de.pagefind").is_file()
    assert not (site / "pagefind/2025/wasm.en.pagefind").exists()


@pytest.mark.parametrize("lost", ["pagefind-entry.json", "pagefind.js", "fragment/*"])
def test_an_index_that_lost_a_file_is_made_again(site: Path, lost: str) -> None:
    index(site, years(site))
    next((site / "pagefind/2025").glob(lost)).unlink()

    assert index(site, years(site)).made == ("2025",)
    assert is_whole(site / "pagefind/2025")


def test_an_index_of_which_a_power_cut_left_an_empty_file_is_made_again(site: Path) -> None:
    index(site, years(site))
    next((site / "pagefind/2025").glob("fragment/*")).write_bytes(b"")

    assert index(site, years(site)).made == ("2025",)
    assert all(path.stat().st_size for path in (site / "pagefind").rglob("*") if path.is_file())


@pytest.mark.parametrize("told", [b"", b"[]", b'{"2025": 3}', b"\xff", b'{"2025": {"files": "x", "key": 3}}'])
def test_a_manifest_that_says_nothing_costs_the_work_of_making_all(site: Path, told: bytes) -> None:
    (site.parent / "searched.json").write_bytes(told)

    assert index(site, years(site)).made == ("2026", "2025")
    assert index(site, years(site)).made == ()


def test_a_manifest_cannot_make_anything_else_go(site: Path) -> None:
    index(site, years(site))
    victim = site.parent / "victim.txt"
    victim.write_text("here")
    files = [
        "pagefind/../../victim.txt",
        "../victim.txt",
        str(victim),
        "2025-w01/story-0/index.html",
        "pagefind/2025/gone",
    ]
    (site.parent / "searched.json").write_text(json.dumps({"2024": {"key": "1", "files": files}}))

    index(site, years(site))
    assert victim.read_text() == "here"
    assert (site / "2025-w01/story-0/index.html").is_file()


def test_nothing_is_written_outside_the_site(site: Path) -> None:
    outside = site.parent / "outside"
    outside.mkdir()
    (site / "pagefind").symlink_to(outside)

    with pytest.raises(ProjectError, match="leads outside"):
        index(site, years(site))
    assert not list(outside.iterdir())


@pytest.mark.parametrize("name", ["..", "../../x", "/tmp"])
def test_no_year_leads_outside(site: Path, name: str) -> None:
    with pytest.raises(ProjectError, match="leads outside"):
        index(site, {name: SearchedYear(pages=(), key="1")})


def test_no_page_is_read_from_outside(site: Path) -> None:
    write(site.parent / "secret.html", "secret")

    with pytest.raises(ProjectError, match="leads outside"):
        index(site, {"2026": SearchedYear(pages=("../secret.html",), key="1")})


def test_a_page_that_is_not_there_is_told(site: Path) -> None:
    with pytest.raises(DigestError, match=r"gone/index\.html: cannot be read: No such file"):
        index(site, {"2026": SearchedYear(pages=("gone/index.html",), key="1")})


def test_a_program_that_does_not_work_is_told(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pagefind_bin = importlib.import_module("pagefind_bin")
    program = tmp_path / "pagefind"
    program.write_text("#!/bin/sh\necho no memory left >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(pagefind_bin, "get_executable", lambda: program)
    with pytest.raises(DigestError, match="ended before its work was done: no memory left"):
        index(site, years(site))

    program.chmod(0o644)
    with pytest.raises(DigestError, match="cannot be started"):
        index(site, years(site))


def test_many_and_long_pages_do_not_make_both_sides_wait() -> None:
    pages = [(f"{number}/index.html", PAGE.format(number, "word " * 20_000)) for number in range(60)]

    files = run_pagefind(pages, language="en")
    assert json.loads(files[ENTRY])["languages"]["en"]["page_count"] == 60


def test_characters_without_spaces_are_parted_in_what_is_read_and_nowhere_else() -> None:
    html = '<p title="電力市場">電力 EU電<b>力</b>市。 a&amp;電b</p><p>None at all.</p>'

    spaced = browsersearch._spaced(html)
    assert '<p title="電力市場">' in spaced
    assert spaced.replace("\u2060 ", "") == html
    assert (
        spaced.replace("\u2060 ", "|")
        == '<p title="電力市場">電|力 EU|電<b>力</b>市|。 a&amp;|電|b</p><p>None at all.</p>'
    )


def test_an_index_can_be_made_here() -> None:
    assert can_index()


WITHOUT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from digest.production.browsersearch import NO_PAGEFIND, can_index, index_site
assert not can_index(), sys.path
assert "pip install" in NO_PAGEFIND
print(index_site(Path(sys.argv[1]), {}, language="en", manifest=Path(sys.argv[1]).parent / "searched.json").removed)
"""


def test_without_pagefind_it_is_known_and_old_indexes_can_still_go(site: Path) -> None:
    index(site, years(site))

    arguments = [sys.executable, "-S", "-c", WITHOUT, str(site), str(Path(__file__).parents[2])]  # -S: no site-packages
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "('2026', '2025')"
    assert not (site / "pagefind").exists()


KILLED = """
import sys
from pathlib import Path
from tests.production.test_browsersearch import index, years
site = Path(sys.argv[1])
print("ready", flush=True)
index(site, years(site, of_2025=sys.argv[2], of_2026=sys.argv[2]))
"""


def test_killed_at_any_moment_every_index_is_whole_and_the_next_run_mends_the_rest(site: Path) -> None:
    index(site, years(site))
    for moment in range(16):
        for path in site.glob("20*/*/index.html"):
            write(path, f"word{moment} of {path.parent.name}")
        arguments = [sys.executable, "-c", KILLED, str(site), f"key{moment}"]
        process = subprocess.Popen(arguments, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
        assert process.stdout
        process.stdout.readline()
        time.sleep(0.01 * moment)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert is_whole(site / "pagefind/2025")
        assert is_whole(site / "pagefind/2026")

    index(site, years(site, of_2025="last", of_2026="last"))
    listed = {name for one in json.loads((site.parent / "searched.json").read_text()).values() for name in one["files"]}
    assert {f"pagefind/{name}" for name in snapshot(site / "pagefind")} == listed
