from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from digest.cli.dates import day_span
from digest.errors import UsageError
from tests.support.cli import digest, digest_process
from tests.support.project import CONFIG, ITEMS, NEXT_WEEK, NOW, item, make_project, rss

pytestmark = pytest.mark.usefixtures("in_each_database")

NAMED = """
[[organisation]]
name = "Grid Operator"
also = ["Netz AG"]
"""
LATER = item("A cable for the islands", "https://gridwatch.example/islands", day=23, text="The ferry brings the cable.")
KEYS = {
    "kind", "id", "title", "date", "issue", "section", "page", "url", "source", "published", "state", "through",
    "snippet",
}  # fmt: skip


@pytest.fixture(scope="module")
def root(database: str, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: ARG001
    """A newsletter with one issue out, and one entry read since."""
    config = CONFIG.replace("from = ", 'url = "https://trial.example/brief/"\nfrom = ', 1)
    made = make_project(tmp_path_factory.mktemp("search"), config=config + NAMED)
    (made / "feeds" / "grid.xml").write_text(rss(*ITEMS), "utf-8")
    (made / "feeds" / "feeds.toml").write_text(
        '[[feed]]\npath = "grid.xml"\nid = "grid"\nname = "Grid Watch"\n', "utf-8"
    )
    for verb in (["fetch"], ["draft"], ["approve", "--by", "me"], ["publish"]):
        assert digest(*verb, root=made, now=NOW).code == 0
    (made / "feeds" / "grid.xml").write_text(rss(LATER, *ITEMS), "utf-8")
    assert digest("fetch", "--all", root=made, now=NEXT_WEEK).code == 0
    return made


def hits(root: Path, *arguments: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = digest("search", *arguments, "--json", root=root).json["hits"]
    return found


def test_a_story_is_told_with_its_page_and_an_entry_with_its_source(root: Path) -> None:
    story, entry = hits(root, "cable")

    assert set(story) == set(entry) == KEYS
    assert (story["kind"], story["state"], story["issue"], story["date"]) == (
        "story",
        "printed",
        "2026-W47",
        "2026-11-20",
    )
    assert story["title"] == "Wind farms wait nine years for a cable"
    assert (root / "build" / "site" / story["page"]).is_file()
    assert story["url"] == f"https://trial.example/brief/{story['page'].removesuffix('index.html')}"
    assert (story["id"][:2], story["source"], story["through"]) == ("s-", None, None)
    assert (entry["kind"], entry["state"], entry["source"], entry["date"]) == ("entry", "new", "grid", "2026-11-23")
    assert (entry["page"], entry["section"], entry["url"]) == (None, None, "https://gridwatch.example/islands")
    assert "**cable**" in entry["snippet"]


def test_what_is_told_in_json_stands_in_the_help(root: Path) -> None:
    told = digest("search", "--help", root=root).out.replace("\n", " ")

    assert all(f" {key}" in told for key in KEYS | {"query", "more", "ranked"})


def test_the_table_has_a_line_a_hit(root: Path) -> None:
    ran = digest("search", "report", root=root)

    assert ran.code == 0
    assert ran.lines[0].split("\t") == ["date", "state", "title", "source", "id", "section", "page", "snippet"]
    rows = [line.split("\t") for line in ran.lines[1:]]
    assert {tuple(row[:2]) for row in rows} == {("2026-11-20", "printed 2026-W47")}
    assert len(rows) == 3
    assert all("**report**" in row[7] for row in rows)


@pytest.fixture
def colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.mark.usefixtures("colours")
def test_a_person_sees_the_found_words_in_bold(root: Path) -> None:
    ran = digest("search", "ferry", root=root, terminal=True)

    assert "\x1b[1mferry\x1b[0m" in ran.out
    assert "A cable for the islands" in ran.out
    assert "Grid Watch" in ran.out
    assert "**" not in ran.out


@pytest.mark.usefixtures("colours")
def test_with_no_color_nothing_is_coloured(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    ran = digest("search", "cable", root=root, terminal=True)

    assert "\x1b[36m" not in ran.out
    assert "2026-11-20" in ran.out


@pytest.mark.parametrize(
    ("arguments", "titles"),
    [
        (["cable", "--used"], {"Wind farms wait nine years for a cable"}),
        (["cable", "--unused"], {"A cable for the islands"}),
        (["cable", "--kind", "stories"], {"Wind farms wait nine years for a cable"}),
        (["cable", "--kind", "entries"], {"Wind farms wait nine years for a cable", "A cable for the islands"}),
        (["cable", "--since", "2026-W48"], {"A cable for the islands"}),
        (["cable", "--until", "2026-11-22"], {"Wind farms wait nine years for a cable"}),
        (["cable", "--since", "2027"], set()),
        (["--unused"], {"A cable for the islands"}),
        (["--since", "2026-11-21", "--until", "2026-11"], {"A cable for the islands"}),
        (["cable", "--organisation", "grid operator"], set()),
        (["cable", "--organisation", "NETZ ag"], set()),
    ],
)  # fmt: skip
def test_options_narrow(root: Path, arguments: list[str], titles: set[str]) -> None:
    assert {hit["title"] for hit in hits(root, *arguments)} == titles


def test_a_section_is_named_without_care(root: Path) -> None:
    energy = {hit["title"] for hit in hits(root, "report", "--section", "ENERGY")}
    world = {hit["title"] for hit in hits(root, "report", "--section", "world")}

    assert energy
    assert not energy & world
    assert len(energy | world) == 3
    assert len(hits(root, "report", "--section", "world", "--section", "energy")) == 3


@pytest.mark.parametrize(
    ("option", "name", "hint"),
    [
        ("--section", "Enregy", "did you mean 'Energy'?"),
        ("--organisation", "Operator", "did you mean 'Grid Operator'?"),
        ("--person", "Ann Example", "nothing that was published or read names a person"),
        ("--since", "yesterday", "write 2026-11-20, 2026-W47, 2026-11 or 2026"),
        ("--until", "2026-02-30", "write 2026-11-20, 2026-W47, 2026-11 or 2026"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_said_with_what_is(root: Path, option: str, name: str, hint: str) -> None:
    ran = digest("search", "cable", option, name, root=root)

    assert ran.code == 2
    assert hint in ran.err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--since", "2026-12", "--until", "2026-11"], "--until is before --since"),
        (["--since", "2026-11-21", "--until", "2026-11-20"], "--until is before --since"),
        (["--kind", "stories", "--unused"], "every story is used"),
    ],
)
def test_options_that_leave_nothing_are_refused(root: Path, options: list[str], told: str) -> None:
    ran = digest("search", "cable", *options, root=root)

    assert ran.code == 2
    assert told in ran.err


def test_one_day_can_be_searched(root: Path) -> None:
    (hit,) = hits(root, "cable", "--since", "2026-11-20", "--until", "2026-11-20")
    assert hit["kind"] == "story"


def test_more_than_the_limit_is_said(root: Path) -> None:
    ran = digest("search", "report", "--limit", "2", root=root)

    assert len(ran.lines) == 3
    assert "there are more than 2" in ran.err
    told = digest("search", "report", "--limit", "3", "--json", root=root).json
    assert (told["more"], told["ranked"]) == (False, None)


def test_nothing_found_is_no_failure(root: Path) -> None:
    ran = digest("search", "zebra", root=root)

    assert ran.code == 0
    assert ran.out == ""
    assert "nothing has zebra" in ran.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [([], 2), (["---"], 2), (["--limit", "0", "x"], 2), (["--kind", "mails", "x"], 2), (["'; DROP TABLE entry"], 0)],
)
def test_exit_codes(root: Path, arguments: list[str], code: int) -> None:
    assert digest("search", *arguments, root=root).code == code


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # a server's database is made by its keeper
def test_before_the_first_fetch_it_says_so(tmp_path: Path) -> None:
    assert digest("search", "wind", root=make_project(tmp_path)).code == 1


def test_as_a_process_of_its_own(root: Path) -> None:
    ran = digest_process("search", "wind*", "--json", cwd=root)

    assert len(ran.json["hits"]) == 1


@pytest.mark.parametrize(
    ("typed", "first", "after"),
    [
        ("2026-11-20", (2026, 11, 20), (2026, 11, 21)),
        ("2026-W53", (2026, 12, 28), (2027, 1, 4)),
        ("2026-w01", (2025, 12, 29), (2026, 1, 5)),
        ("2026-12", (2026, 12, 1), (2027, 1, 1)),
        ("2024-02", (2024, 2, 1), (2024, 3, 1)),
        (" 2026 ", (2026, 1, 1), (2027, 1, 1)),
    ],
)  # fmt: skip
def test_a_date_stands_for_its_whole_span(typed: str, first: tuple[int, ...], after: tuple[int, ...]) -> None:
    zone = ZoneInfo("Europe/Berlin")
    begins, ends = day_span(typed, "since", zone)

    assert (begins.tzinfo, ends.tzinfo) == (UTC, UTC)
    assert (begins.astimezone(zone), ends.astimezone(zone)) == (
        datetime(*first, tzinfo=zone), datetime(*after, tzinfo=zone),  # type: ignore[misc, arg-type]
    )  # fmt: skip


@pytest.mark.parametrize(
    "typed", ["", "tomorrow", "2026-13", "2026-W54", "2025-W53", "20-11-2026", "0000", "9999-12", "2026-11-"]
)
def test_what_is_no_date_is_refused(typed: str) -> None:
    with pytest.raises(UsageError, match="--until"):
        day_span(typed, "until", ZoneInfo("UTC"))
