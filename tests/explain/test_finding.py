"""What is pasted or typed, and the entry that is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.explain.weeks import LATER, SITE, account, why
from tests.support.cli import digest


@pytest.mark.parametrize(
    "asked",
    [
        "https://gridwatch.example/rents",
        "http://www.gridwatch.example/rents/?utm_source=mail&fbclid=x",
        "gridwatch.example/rents",
        "www.gridwatch.example/rents",
        "<https://gridwatch.example/rents>,",
        "https://gridwatch.example/rents#comments",
        "https://gridwatch.example/rents?page=1",
        "https://click.example/~r/grid/~3/ab12/rents-of-allotments-double.html",
        "RENTS OF ALLOTMENTS: double!",
        "Re: Rents of allotments double",
    ],
)
def test_an_address_is_found_as_it_was_pasted_and_a_title_as_it_was_typed(root: Path, asked: str) -> None:
    assert why(root, asked).count("Rents of allotments double\n") == 1
    assert account(root, asked)["url"] == "https://gridwatch.example/rents"


@pytest.mark.parametrize(
    "asked",
    [
        "feeds/mail/minutes.eml",
        "./feeds/mail/minutes.eml",
        "mail/minutes.eml",
        "Fwd: Minutes of the harbour board",
        "RE: AW: Minutes of the harbour board",
    ],
)
def test_a_mail_is_found_by_its_file_and_by_its_subject(root: Path, asked: str) -> None:
    assert account(root, asked)["path"] == "feeds/mail/minutes.eml"
    absolute = root / "feeds" / "mail" / "minutes.eml"
    assert account(root, str(absolute))["path"] == "feeds/mail/minutes.eml"


def test_an_id_is_found_with_the_braces_of_the_issue_file(root: Path) -> None:
    entry = account(root, f"{SITE}rents")
    story = entry["placements"][0]["story"]

    assert account(root, f"{{#e-{entry['id']}}}") == account(root, f"{{#{story}}}") == entry


def test_a_story_written_by_hand_has_no_entry_but_a_line(root: Path) -> None:
    ran = digest("why", "story by hand", root=root, now=LATER)
    lines = (root / "issues" / "2026-W47.md").read_text("utf-8").splitlines()
    number = lines.index("### A story by hand") + 1

    assert (ran.code, ran.out) == (0, f"2026-W47, line {number}: “A story by hand”: written by hand, no entry\n")


def test_several_are_listed_newest_first_with_what_became_of_each(root: Path) -> None:
    ran = digest("why", "dredging", root=root, now=LATER)

    assert [text[18:50] for text in ran.lines[1::2]] == [
        "2026-11-18  Dredging begins at S", "2026-11-17  Minutes of the harbo",
    ]  # fmt: skip
    assert all("offered in 2026-W47" in text for text in ran.lines[2::2])
    assert "narrow it" in ran.err
