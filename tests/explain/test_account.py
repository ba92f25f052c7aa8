"""Two weeks of an editor, told by ``digest why``: every way in which an entry can come to stand where it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.explain.weeks import LATER, SITE, TEXTS, account, block, why
from tests.support.cli import digest
from tests.support.project import NEXT_WEEK

# --- what the editor did ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "fate", "did"),
    [
        ("nine-year queue", "offered in 2026-W47: stands under ## Energy in line ",
         "2026-11-19 09:00  2026-W47: you made the headline “The nine-year queue”; took out gridwatch.example"),
        (f"{SITE}heat", "offered in 2026-W47; not in the file any more: it counts as dropped when the issue goes out",
         "2026-11-19 09:00  2026-W47: you deleted it"),
        (f"{SITE}heat?page=2",
         "offered in 2026-W47; not in the file, for you deleted its story: it counts as dropped when the issue goes",
         "2026-11-19 09:00  2026-W47: the draft left it out, for you deleted its story"),
        ("Minutes of the harbour board", ", as a further source of “Bus fares rise by a tenth”",
         "2026-11-19 09:00  2026-W47: you merged it into “Bus fares rise by a tenth”"),
        ("feeds/same.md", "offered in 2026-W47: stands under ## Other news in line ",
         "you split it off as a story of its own, “A letter to the grid”; moved it to ## Other news"),
        ("rents", "offered in 2026-W47: stands under ## Next week in line ",
         "2026-11-19 09:00  2026-W47: you put it off to ## Next week"),
        ("ferry", "offered in 2026-W47: stands under ## Other news in line ",
         "2026-11-19 09:00  2026-W47: you moved it from ## Candidates to ## Other news"),
        ("library", "offered in 2026-W47, below what ## Candidates holds",
         "2026-11-19 09:00  2026-W47: the draft had no room for it under ## Candidates (score "),
        ("Dredging begins", "offered in 2026-W47: stands under ## Candidates in line ",
         "2026-11-19 09:00  2026-W47: the draft put it under ## Candidates"),
    ],
)  # fmt: skip
def test_each_move_of_the_editor_is_told_in_order(root: Path, asked: str, fate: str, did: str) -> None:
    printed = why(root, asked)

    assert fate in printed
    assert did in printed
    assert len(printed.splitlines()) <= 24


def test_an_edit_that_digest_has_not_read_yet_is_told_without_a_time(root: Path) -> None:
    path = root / "issues" / "2026-W47.md"
    before = path.read_text("utf-8")
    path.write_text(before.replace("### Bus fares rise by a tenth {", "### Fares up a tenth {"), "utf-8")
    printed = why(root, f"{SITE}fares")
    path.write_text(before, "utf-8")

    assert "  since then        2026-W47: you made the headline “Fares up a tenth”" in printed
    assert "Fares up" not in why(root, f"{SITE}fares")


def test_those_put_together_by_hand_say_so_and_those_digest_grouped_say_why(root: Path) -> None:
    assert [one["ground"] for one in account(root, "Minutes of the harbour board")["same_story"]] == [
        "put together by you"
    ]
    assert [one["ground"] for one in account(root, f"{SITE}heat")["same_story"]] == [""]
    grouped = account(root, f"{SITE}wind")["placements"][0]["reasons"]
    assert "the same item from Local files: same address" in [reason["text"] for reason in grouped]


def test_a_sentence_of_a_source_that_was_taken_out_is_not_taken_for_the_editors(root: Path) -> None:
    printed = why(root, "nine-year queue")

    assert "no source of the story any more" in printed
    assert "the editor's words" not in printed


def test_what_would_change_it_names_the_limit(root: Path) -> None:
    placed = {name: account(root, SITE + name) for name in ("library", "grants", "charges")}
    scores = {name: one["placements"][-1]["score"] for name, one in placed.items()}
    assert scores["library"] == scores["grants"] < scores["charges"]
    assert placed["library"]["advice"] == placed["grants"]["advice"]
    assert "`max_candidates` is 2 in digest.toml" in placed["library"]["advice"]
    every = [account(root, SITE + name) for name in TEXTS] + [
        account(root, "minutes"),
        account(root, "Dredging begins"),
    ]
    waiting = [one["placements"][-1] for one in every if one["placements"][-1]["place"] in {"candidate", "bench"}]
    higher = sum(one["score"] > scores["library"] for one in waiting)
    assert f"; {higher} that wait have a higher score" in placed["library"]["advice"]
    assert account(root, f"{SITE}charges")["advice"] == (
        "move its story up to print it; the draft did not: the issue is full at 5 (max_stories)"
    )


# --- after the issue went out -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "fate", "ended"),
    [
        ("ferry", "used in 2026-W47, under ## Other news", "2026-11-20 06:30  2026-W47: the issue went out with it"),
        ("Minutes of the harbour board", "grouped: 2026-W47 told it as a further source of “Bus fares rise by a tenth”",
         "2026-11-20 06:00  2026-W47: Ines approved the issue"),
        ("library", "; passed over once before", "2026-11-20 06:30  2026-W47: the issue went out without it"),
        ("rents", "offered in 2026-W48: stands under ## ", "2026-11-20 06:30  2026-W47: the issue went out without it"),
        (f"{SITE}heat?page=2", "dropped from 2026-W47 by the editor",
         "2026-W47: the draft left it out, for you deleted its story"),
    ],
)  # fmt: skip
def test_what_became_of_it_when_the_issue_went_out(later: Path, asked: str, fate: str, ended: str) -> None:
    printed = why(later, asked, now=NEXT_WEEK)

    assert fate in printed
    assert ended in printed


def test_what_is_done_to_the_file_of_an_issue_that_is_out_did_not_happen_to_the_issue(later: Path) -> None:
    path = later / "issues" / "2026-W47.md"
    text = path.read_text("utf-8")
    path.write_text(text.replace(block(text, "Ferry timetable loses its night boat"), ""), "utf-8")
    assert digest("check", "2026-W47", root=later, now=NEXT_WEEK).code == 0
    events = account(later, "ferry", now=NEXT_WEEK)["events"]
    path.write_text(text, "utf-8")

    assert [event["text"] for event in events] == [
        "put it under ## Candidates", "moved it from ## Candidates to ## Other news", "approved the issue",
        "went out with it",
    ]  # fmt: skip


def test_a_repeat_says_what_it_repeats_and_stands_beside_what_was_used(later: Path) -> None:
    ran = digest("why", f"{SITE}fares", root=later, now=NEXT_WEEK)

    repeat, used = (text.strip() for text in ran.lines[2::2])
    assert repeat == "kept out of 2026-W48: the same address as “Bus fares rise by a tenth” in 2026-W47"
    assert used.startswith("used in 2026-W47, under ## ")
    printed = digest("why", ran.lines[1].split()[0], root=later, now=NEXT_WEEK).out
    assert "2026-W48: the draft put it under ## Candidates" in printed
    assert ".update" in printed


def test_a_repeat_of_what_the_editor_dropped_says_so(later: Path) -> None:
    fates = [one["fate"] for one in digest("why", "heats itself", "--json", root=later, now=NEXT_WEEK).json["listed"]]

    assert fates[0].endswith("in 2026-W47, which the editor dropped")
    assert fates[1:] == ["dropped from 2026-W47 by the editor"] * 2


def test_on_a_terminal_of_80_columns_lines_go_on_below_themselves(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    ran = digest("why", "library", root=root, now=LATER, terminal=True)
    plain = re.sub(r"\x1b\[\d*m", "", ran.out)

    assert max(map(len, plain.splitlines())) <= 80
    assert len(plain.splitlines()) <= 24
