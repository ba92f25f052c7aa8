"""The form of a correction, and the issue with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.edit.correction import (
    Filled,
    correction_id,
    printed_blocks,
    read_form,
    refuse_note,
    retracted,
    with_story,
    write_form,
)
from digest.edit.issuefile import read_issue
from digest.errors import DigestError, IssueFileError, UsageError
from tests.production.outgone import FIXED, ISSUE, NOTE

LINES = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=30)


def test_a_form_begins_with_the_note_and_reads_back() -> None:
    form = write_form(FIXED.strip(), NOTE)
    assert form.splitlines()[0] == f"Note: {NOTE}"
    filled = read_form(form, path="form.md")
    assert (filled.note, filled.block) == (NOTE, FIXED.strip())
    assert form.splitlines()[filled.line - 1] == "### Wind waits for a cable {#s-00000002}"


@pytest.mark.parametrize(
    ("above", "note"),
    [
        ("", ""),
        ("Note:\n\n", ""),
        ("\ufeffnote: It is  nine.\nNot six.\n\n<!-- Behind\nit -->\n", "It is nine. Not six."),
        ("\n\nNOTE: It is nine.\n", "It is nine."),
    ],
)
def test_the_note_is_what_stands_above_the_headline(above: str, note: str) -> None:
    for end in ("\n", "\r\n"):
        filled = read_form((above + FIXED).replace("\n", end), path="form.md")
        assert (filled.note, filled.block.strip()) == (note, FIXED.strip())


def test_other_text_above_the_headline_is_refused_with_its_line() -> None:
    with pytest.raises(IssueFileError, match="form.md:2: the text above") as raised:
        read_form(f"\nIt is nine.\n{FIXED}", path="form.md")
    assert raised.value.line == 2


@pytest.mark.parametrize(
    "note", ["It is nine.", "It is *nine*, see [here](https://a.example/).", "2026 was wrong.", "A #1."]
)
def test_a_sentence_is_a_note(note: str) -> None:
    refuse_note(note)


@pytest.mark.parametrize(
    "note",
    ["", "  ", "<!-- x -->", "## Two", "### Three", "Sources:", "Why it matters: so", "a\n\n## b", "```", "<!-- a"],
)
def test_what_would_be_read_as_something_else_is_no_note(note: str) -> None:
    with pytest.raises(UsageError):
        refuse_note(note)


@given(LINES)
def test_a_note_that_is_taken_is_printed_as_it_stands_and_as_nothing_else(line: str) -> None:
    note = " ".join(line.split())
    try:
        refuse_note(note)
    except UsageError:
        return
    text = ISSUE.replace(
        "## Candidates",
        f"## Corrections\n\n### Correction: X {{#s-0123456789ab .correction}}\n\n{note}\n\n## Candidates",
    )
    issue = read_issue(text, path="x").issue
    assert [one.title for one in issue.sections] == ["World", "Energy", "Corrections"]
    assert issue.stories[-1].summary == note
    assert issue.stories[-1].sources == ()


@given(st.lists(LINES, max_size=5), st.integers(0, 2))
def test_a_correction_changes_the_lines_of_its_story_and_no_other_whatever_is_written(
    lines: list[str], place: int
) -> None:
    file = read_issue(ISSUE, path="x")
    own = printed_blocks(file)[place]
    block = "\n".join([own.heading.bare, "", *lines])
    try:
        made = with_story(file, place, Filled(note=NOTE, block=block, line=1), path="form.md")
    except DigestError:
        return
    before, after = ISSUE.split("\n"), made.issue.text.split("\n")
    first, last = own.heading.number - 1, own.heading.number - 1 + own.text.count("\n")
    assert after[:first] == before[:first]
    assert after[len(after) - (len(before) - last - 1) :] == before[last + 1 :]
    assert [one.id for one in made.issue.stories] == [one.id for one in file.issue.stories]
    for number, (old, new) in enumerate(zip(file.issue.stories, made.issue.stories, strict=True)):
        assert number == place or (old.title, old.summary, old.why) == (new.title, new.summary, new.why)
    assert made.issue.candidates[0].title == file.issue.candidates[0].title


def test_stories_on_the_bench_are_none_of_those_that_were_printed() -> None:
    titles = [one.story.title for one in printed_blocks(read_issue(ISSUE, path="x"))]
    assert titles == ["Ships wait at the quay", "Wind waits for a cable", "Heat moves"]


def test_a_retraction_of_a_story_without_id_and_sources() -> None:
    block = printed_blocks(read_issue(ISSUE, path="x"))[2]
    assert retracted(block, "It was false.", "Retracted") == (
        "### Heat moves {.no-image .summary}\n\n**Retracted.** It was false."
    )


def test_ids_of_corrections_are_stable_and_no_minted_ones() -> None:
    ids = {correction_id(number, issue) for number in range(50) for issue in ("2026-W47", "2026-W48")}
    assert len(ids) == 100
    assert correction_id(1, "2026-W47") == correction_id(1, "2026-W47") == "s-e26dbfdb4380"
