from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.config.settings import IssueSettings
from digest.explain.fate import Case, FilePlace, advice, fate, hold_reason, times
from digest.model import Entry, FetchState, IssueRecord, Reason, Source
from digest.store import sources
from digest.store.issues import Placement
from tests.support.cli import digest, digest_process
from tests.support.project import CONFIG, ITEMS, NEXT_WEEK, NOW, at, item, make_project, opened, rss, snapshot

EMBARGOED = """\
 date 2026-11-18 Centre for Tides
Printable version
Tidal power could light a city by the spring
PRESS RELEASE
EMBARGOED until 00:01 GMT Tuesday 1 December 2026
A barrage of nine turbines would light every street lamp of the city, the centre says.
Original article link: https://tides.example/barrage
"""
SAME = """\
---
title: Wind farms wait nine years for a cable
url: https://www.gridwatch.example/wind?utm_source=letter
date: 2026-11-17
---

Wind farms wait nine years for a cable, the editors of a letter write.
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two weeks: an issue that went out, from which the editor deleted, and one with a draft."""
    config = CONFIG + "\n[issue]\nmax_stories = 2\nmax_candidates = 1\ncarry = 1\n"
    more = item("Insulation grants end early", "https://gridwatch.example/grants", day=14)
    files = {"feeds/tides.txt": EMBARGOED, "feeds/same.md": SAME, "feeds/grid.xml": rss(*ITEMS, more)}
    made = make_project(tmp_path_factory.mktemp("why"), config=config, files=files)
    for verb in ("fetch", "draft"):
        assert digest(verb, root=made, now=NOW).code == 0
    path = made / "issues" / "2026-W47.md"
    head, _, rest = path.read_text("utf-8").partition("\n### ")
    _, _, kept = rest.partition("\n### ")
    path.write_text(f"{head}\n### {kept}", "utf-8")
    for words in (["approve", "--by", "me"], ["publish"]):
        assert digest(*words, root=made, now=NOW).code == 0
    grid = rss(item("Wave power at half the price", "https://gridwatch.example/waves", day=23), *ITEMS, more)
    (made / "feeds" / "grid.xml").write_text(grid, "utf-8")
    for verb in ("fetch", "draft"):
        assert digest(verb, root=made, now=NEXT_WEEK).code == 0
    return made


def why(root: Path, *words: str) -> list[dict[str, Any]]:
    ran = digest("why", *words, "--json", root=root, now=NEXT_WEEK)
    assert ran.code == 0, ran.err
    told: list[dict[str, Any]] = ran.json["entries"]
    return told


def test_a_dropped_story_says_who_dropped_it_and_from_what(root: Path) -> None:
    (title,) = {
        hit["title"]
        for hit in digest("search", "report", "--json", root=root).json["hits"]
        if hit["state"] == "dropped"
    }  # fmt: skip  which story that is, is the rank's affair
    told = next(one for one in why(root, title) if one["state"] == "dropped")

    assert told["state"] == "dropped"
    assert told["fate"] == "dropped from 2026-W47 by the editor"
    assert [(place["issue"], place["under"], place["line"]) for place in told["file"]] == [("2026-W47", None, None)]
    assert [event["text"] for event in told["events"]][-3:] == [
        "deleted it", "approved the issue", "went out without it",
    ]  # fmt: skip


def test_an_entry_that_waits_says_until_when_and_why(root: Path) -> None:
    told = why(root, "tidal", "power")[0]

    assert told["fate"] == "held until 2026-12-01 00:01: embargo"
    assert told["path"] == "feeds/tides.txt"
    assert told["placements"] == []


def test_what_was_merged_is_named_and_any_form_of_the_address_finds_it(root: Path) -> None:
    addresses = ("https://gridwatch.example/wind", "http://www.gridwatch.example/wind/?utm_medium=mail",
                 "gridwatch.example/wind")  # fmt: skip
    found = [sorted(one["id"] for one in why(root, address)) for address in addresses]

    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 2
    for one in why(root, addresses[0]):
        others = set(found[0]) - {one["id"]}
        assert {other["id"] for other in one["same_story"]} == others
        assert one["placements"][0]["place"] in {"story", "also"}
        assert any("same address" in reason["text"] for reason in one["placements"][0]["reasons"])


@pytest.mark.parametrize("prefix", ["", "e-", "E-"])
def test_an_entry_is_found_by_its_id(root: Path, prefix: str) -> None:
    told = why(root, "wave")[0]

    assert why(root, prefix + told["id"]) == [told]


def test_a_story_is_found_by_its_id_and_a_file_by_its_path(root: Path) -> None:
    told = why(root, "feeds/same.md")[0]
    story = told["placements"][0]["story"]

    assert len(why(root, story)) == 2
    assert told["id"] in {one["id"] for one in why(root, story)}
    assert why(root, "./feeds/tides.txt")[0]["title"] == "Tidal power could light a city by the spring"


def test_what_stands_in_a_draft_says_where_and_with_what_reasons(root: Path) -> None:
    told = why(root, "wave power half")[0]

    place = told["file"][0]
    assert told["fate"] == f"offered in 2026-W48: stands under ## {place['under']} in line {place['line']}"
    line = (root / "issues" / "2026-W48.md").read_text("utf-8").splitlines()[place["line"] - 1]
    assert f"{{#e-{told['id']}}}" in line
    placement = told["placements"][0]
    assert placement["issue"] == "2026-W48"
    assert placement["score"] == pytest.approx(sum(reason["points"] for reason in placement["reasons"]), abs=0.01)


def test_what_found_no_room_is_offered_again(root: Path) -> None:
    again = [one for one in why(root, "report says on its first page") if one["carried"]]

    assert again[0]["fate"].startswith("offered in 2026-W48: stands under ## ")
    assert again[0]["fate"].endswith("; passed over once before")
    assert [placement["issue"] for placement in again[0]["placements"]] == ["2026-W47", "2026-W48"]


def test_ten_are_listed_and_the_others_counted(tmp_path: Path) -> None:
    items = [item(f"Report number {number}", f"https://gridwatch.example/{number}") for number in range(13)]
    root = make_project(tmp_path, files={"feeds/grid.xml": rss(*items)})
    digest("fetch", root=root, now=NOW)

    ran = digest("why", "report", root=root, now=NOW)

    assert ran.out.count("  new: no draft has had it yet") == 10
    assert len(ran.lines) <= 24
    assert "3 more entries" in ran.err
    told = digest("why", "report", "--json", root=root).json
    assert (told["found"], len(told["listed"]), len(told["entries"])) == (13, 10, 5)
    assert [one["id"] for one in told["entries"]] == [one["id"] for one in told["listed"]][:5]


def test_what_people_read_has_every_part_on_one_screen(root: Path) -> None:
    ran = digest("why", "https://gridwatch.example/wind", root=root, now=NEXT_WEEK)

    assert ran.code == 0
    assert len(ran.lines) <= 24
    for part in (
        "first seen 2026-11-18 12:00 in feeds/grid.xml",
        "2026-W47: the draft put it under ## ",
        "told as the same story:",
        "published 2026-11-17",
        "the same item from Local files: same address",
        "score ",
    ):
        assert part in ran.out


def test_a_changed_text_and_a_failing_source_are_told(tmp_path: Path) -> None:
    root = make_project(tmp_path)
    digest("fetch", root=root, now=NOW)
    changed = rss(item("Wind farms wait ten years for a cable", "https://gridwatch.example/wind"))
    (root / "feeds" / "grid.xml").write_text(changed, "utf-8")
    digest("fetch", root=root, now="2026-11-18T14:00Z")
    source = Source(id="grid", kind="feed", location="feeds/grid.xml", name="Grid Watch")
    state = FetchState(last_fetched=at(18), failing_since=at(17), failures=2, last_problem="is no feed")
    with opened(root) as project, project.store.write() as connection:
        sources.save_source(connection, source, state)

    ran = digest("why", "wind", root=root, now=NOW)

    assert "2026-11-18 14:00  its source changed it; was: Wind farms wait nine years for a cable" in ran.out
    assert "its source: failing since 2026-11-17 09:00 (2 times): is no feed" in ran.out
    assert digest("why", "wind", "--json", root=root).json["entries"][0]["source_problem"] == "is no feed"


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["nothing-of-the-kind"], "try fewer words"),
        (["feeds/none.md"], "a file is named by its path"),
        (["e-000000000000"], "ids are 12 hex digits"),
        (["s-00000000"], "ids are 12 hex digits"),
    ],
)
def test_what_is_not_known_is_exit_code_1_with_the_nearest_thing_to_do(root: Path, words: list[str], hint: str) -> None:
    ran = digest("why", *words, root=root, now=NOW)

    assert ran.code == 1
    assert hint in ran.err
    assert ran.out == ""


def test_no_word_at_all_is_exit_code_2(root: Path) -> None:
    assert digest("why", root=root).code == 2
    assert digest("why", "???", root=root).code == 2


def test_before_the_first_fetch_it_says_so(tmp_path: Path) -> None:
    ran = digest("why", "wind", root=make_project(tmp_path))

    assert ran.code == 1
    assert "digest fetch" in ran.err
    assert not (tmp_path / "state").exists()


def test_asking_changes_nothing(root: Path) -> None:
    digest("why", "wind", root=root, now=NEXT_WEEK)  # the first question brings the search index up to date
    before = snapshot(root)

    digest("why", "wind", root=root, now=NEXT_WEEK)

    assert snapshot(root) == before


def test_as_a_process_of_its_own(root: Path) -> None:
    ran = digest_process("why", "wind", "cable", "--now", NEXT_WEEK, "--json", cwd=root)

    assert ran.code == 0
    assert ran.json["found"] == 2


# --- the sentences ---------------------------------------------------------------------------------------------

ENTRY = Entry(id="a" * 12, source_id="grid", title="T", first_seen=at(10), published=at(9), issue="2026-W47")
REPEAT = Placement(issue="2026-W48", entry_id="a" * 12, story_id=None, place="repeat", earlier="2026-W47", score=0.0,
                   reasons=(Reason(points=0.0, text="the same address as “T” in 2026-W47"),))  # fmt: skip
RECORD = IssueRecord(name="2026-W47", state="draft", number=1, start=at(13), end=at(20), drafted=at(14))


@pytest.mark.parametrize(
    ("entry", "record", "sentence"),
    [
        (replace(ENTRY, state="new", issue=None), None, "new: no draft has had it yet"),
        (replace(ENTRY, state="offered"), RECORD, "offered in 2026-W47, not printed yet"),
        (replace(ENTRY, state="offered", carried=2), RECORD,
         "offered in 2026-W47, not printed yet; passed over twice before"),
        (replace(ENTRY, state="offered", carried=1), replace(RECORD, state="out"),
         "offered in 2026-W47, which passed it over; the next draft offers it again"),
        (replace(ENTRY, state="used"), RECORD, "used in 2026-W47"),
        (replace(ENTRY, state="dropped"), RECORD, "dropped from 2026-W47 by the editor"),
        (replace(ENTRY, state="left", carried=3), RECORD, "left: passed over 3 times, last in 2026-W47"),
        (replace(ENTRY, state="backlog", issue=None), None,
         "backlog: it was older than the first issue when its feed was first read"),
        (replace(ENTRY, state="backlog", issue=None, published=None), None,
         "backlog: it had no date when its feed was first read"),
        (replace(ENTRY, state="held"), RECORD,
         'held by the editor: stood under "Next week" in 2026-W47; the next draft offers it'),
        (replace(ENTRY, state="held", hold_until=at(25), embargo=at(25)), None,
         "held until 2026-11-25 10:00: embargo"),
        (replace(ENTRY, state="held", hold_until=at(25), published=at(25)), None,
         "held until 2026-11-25 10:00: its own date lies ahead"),
        (replace(ENTRY, state="held", hold_until=at(11), embargo=at(11)), None,
         "held until 2026-11-11 10:00 (embargo), which has passed: the next draft may take it"),
    ],
)  # fmt: skip
def test_every_state_has_its_sentence(entry: Entry, record: IssueRecord | None, sentence: str) -> None:
    assert fate(Case(entry=entry, record=record), now=at(18), zone=ZoneInfo("Europe/Berlin")) == sentence


def test_a_grouped_entry_names_the_issue() -> None:
    said = fate(Case(entry=replace(ENTRY, state="grouped"), record=RECORD), now=at(18), zone=ZoneInfo("UTC"))

    assert said.startswith("grouped: 2026-W47 told it")


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        (Case(entry=replace(ENTRY, state="offered"), record=replace(RECORD, state="approved")),
         "offered in 2026-W47, which is approved, not printed yet"),
        (Case(entry=replace(ENTRY, state="offered"), record=RECORD, unread=True),
         "offered in 2026-W47; its file is not there, or cannot be read (`digest check` says more)"),
        (Case(entry=replace(ENTRY, state="used"), record=RECORD, place=FilePlace(issue="2026-W47", where="World")),
         "used in 2026-W47, under ## World"),
        (Case(entry=replace(ENTRY, state="dropped"), record=RECORD, placement=REPEAT),
         "dropped from 2026-W47 by the editor; kept out of 2026-W48"),
        (Case(entry=replace(ENTRY, state="grouped"), record=RECORD, placement=REPEAT),
         "grouped: the same address as “T” in 2026-W47"),
        (Case(entry=replace(ENTRY, state="new", issue=None), placement=REPEAT),
         "kept out of 2026-W48: the same address as “T” in 2026-W47"),
        (Case(entry=replace(ENTRY, state="new", issue=None), placement=REPEAT,
              place=FilePlace(issue="2026-W48", where="World", line=12, first=True)),
         "told again in 2026-W48: stands under ## World in line 12: the same address as “T” in 2026-W47"),
    ],
)  # fmt: skip
def test_what_a_state_alone_does_not_say(case: Case, sentence: str) -> None:
    assert fate(case, now=at(18), zone=ZoneInfo("Europe/Berlin")) == sentence


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (Case(entry=replace(ENTRY, state="left", url="https://a.example/b")),
         "`digest clip https://a.example/b` offers it anew; `carry` is 1 in digest.toml"),
        (Case(entry=replace(ENTRY, state="left")), "`carry` is 1 in digest.toml"),
        (Case(entry=replace(ENTRY, state="new", issue=None), placement=REPEAT,
              place=FilePlace(issue="2026-W48", where="Candidates", line=90, first=True)),
         "to print it as an update, move it up from line 90 and write .update into its braces"),
        (Case(entry=replace(ENTRY, state="new", issue=None), placement=REPEAT,
              place=FilePlace(issue="2026-W48", where="World", line=12, first=True)),
         "write .update into its braces"),
        (Case(entry=replace(ENTRY, state="offered"), record=RECORD,
              place=FilePlace(issue="2026-W47", where="Next week", line=3)),
         "the draft after 2026-W47 offers it again"),
        (Case(entry=replace(ENTRY, state="used"), record=RECORD), ""),
    ],
)  # fmt: skip
def test_what_would_change_it_is_said_where_something_would(case: Case, said: str) -> None:
    assert advice(case, IssueSettings()) == said


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300) | st.sampled_from(["https://[", "//", "/", "~", "\0", "s-", "www.", "feeds/", "a/b?#"]))
def test_whatever_is_pasted_is_an_answer_or_an_expected_error(root: Path, asked: str) -> None:
    ran = digest("why", "--", asked, root=root, now=NEXT_WEEK)

    assert ran.code in {0, 1, 2}, ran.err


def test_small_numbers_are_words() -> None:
    assert [times(number) for number in (1, 2, 3)] == ["once", "twice", "3 times"]
    assert hold_reason(replace(ENTRY, state="held")) == "the editor keeps it for the next issue"
