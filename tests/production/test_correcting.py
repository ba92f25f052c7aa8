"""A correction of an issue that is out: what is kept, what stays as it was, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from digest import pipeline
from digest.edit.correction import Filled, correction_id, write_form
from digest.errors import BlockedError, BusyError, ChangedError, DigestError, IssueFileError, StateError, UsageError
from digest.production.correcting import (
    Corrected,
    Erring,
    Planned,
    find_story,
    keep_correction,
    plan_correction,
    read_correction,
    retraction,
)
from digest.production.frozen import current_issue, frozen_parts
from digest.production.past import past_issues
from digest.project import Project
from digest.store import entries, issues
from digest.store.corrections import corrections, current_text, owed_corrections
from digest.store.printed import all_printed
from digest.store.schema import entry as entry_table
from tests.production.outgone import AFTER, FIXED, ISSUE, NAME, NEXT, NOTE, OUT, go_out, published, written
from tests.support.project import at, opened

pytestmark = pytest.mark.usefixtures("in_each_database")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with published(tmp_path / "brief") as made:
        yield made


def find(project: Project, wanted: str = "s-00000002") -> Erring:
    with project.store.read() as connection:
        return find_story(project, connection, issue=NAME, wanted=wanted, now=AFTER)


def plan(project: Project, block: str = FIXED, note: str = NOTE, wanted: str = "s-00000002") -> Planned:
    filled = read_correction(block, path="story.md", note=note)
    with project.store.read() as connection:
        return plan_correction(project, connection, find(project, wanted), filled, path="story.md", now=AFTER)


def correct(project: Project, block: str = FIXED, note: str = NOTE, wanted: str = "s-00000002") -> Corrected:
    return keep_correction(project, plan(project, block, note, wanted), by="B. Editor", now=AFTER)


def frozen(project: Project) -> dict[tuple[str, str], bytes]:
    with project.store.read() as connection:
        record = issues.get_issue(connection, NAME)
        assert record is not None
        return frozen_parts(connection, record)


def test_a_correction_is_a_new_text_and_a_note_and_what_was_sent_stays_to_the_byte(project: Project) -> None:
    before = frozen(project)
    with project.store.read() as connection:
        rows = all_printed(connection, issue=NAME, texts=True)
    done = correct(project)

    assert frozen(project) == before
    with project.store.read() as connection:
        assert current_text(connection, NAME) == ISSUE.replace("six years", "nine years")
        assert current_issue(connection, NAME).stories[1].summary == "The wind farm waits nine years for a cable."
        (kept,) = corrections(connection, issue=NAME)
        after = all_printed(connection, issue=NAME, texts=True)
        assert next(past_issues(connection))[1].stories[1].summary.count("nine") == 1
    assert kept == done.correction
    assert (kept.number, kept.place, kept.by, kept.at, kept.note) == (1, 1, "B. Editor", AFTER, NOTE)
    assert (kept.printed_in, kept.mailing_id) == (None, None)
    assert done.path == "issues/2026-W47.md"
    assert project.issue_path(NAME).read_text("utf-8") == ISSUE.replace("six years", "nine years")
    assert [(one.place, one.slug, one.anchor, one.story_id) for one in after] == [
        (one.place, one.slug, one.anchor, one.story_id) for one in rows
    ]
    assert "nine years" in after[2].text


def test_what_became_of_the_entries_stays(project: Project) -> None:
    with project.store.read() as connection:
        before = [(one.id, one.state, one.issue) for one in entries.eligible(connection, now=NEXT, issue="2026-W48")]
    correct(
        project, FIXED.replace("Grid Watch](https://gridwatch.example/queue", "Grid](https://gridwatch.example/wind")
    )
    with project.store.read() as connection:
        after = [(one.id, one.state, one.issue) for one in entries.eligible(connection, now=NEXT, issue="2026-W48")]
    assert before == after


def test_a_corrected_issue_can_be_published_again_whether_its_file_is_as_approved_or_as_corrected(
    project: Project,
) -> None:
    correct(project)
    pipeline.publish(project, now=AFTER, name=NAME)
    project.issue_path(NAME).write_text(ISSUE, "utf-8")
    pipeline.publish(project, now=AFTER, name=NAME)
    project.issue_path(NAME).unlink()
    pipeline.publish(project, now=AFTER, name=NAME)
    project.issue_path(NAME).write_text(ISSUE.replace("six", "seven"), "utf-8")
    with pytest.raises(ChangedError):
        pipeline.publish(project, now=AFTER, name=NAME)


def test_a_story_corrected_twice_has_two_notes_and_the_second_begins_where_the_first_ended(project: Project) -> None:
    correct(project)
    again = find(project)
    assert "nine years" in again.block.text
    correct(project, FIXED.replace("nine years", "eleven years"), "And it is eleven.")
    with project.store.read() as connection:
        assert [one.note for one in corrections(connection)] == [NOTE, "And it is eleven."]
        assert "eleven years" in str(current_text(connection, NAME))


@pytest.mark.parametrize("wanted", ["s-00000002", "#s-00000002", "wind cable", "Wind waits for a CABLE", "wait cable"])
def test_a_story_is_found_by_its_id_or_by_words_of_its_headline(project: Project, wanted: str) -> None:
    assert find(project, wanted).place == 1


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("wait", ("several stories", "s-00000001", "s-00000002")),
        ("tea", ("no story", "s-00000001", "no id “Heat moves”")),
        ("", ("no story", "s-00000002")),
        ("nobody reads", ("no story", "Wind waits")),
    ],
)
def test_a_story_that_is_none_or_several_is_refused_and_they_are_named(
    project: Project, wanted: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(UsageError) as raised:
        find(project, wanted)
    assert all(word in f"{raised.value.message} {raised.value.hint}" for word in words)


def test_an_issue_that_is_not_out_is_not_corrected(tmp_path: Path) -> None:
    with opened(written(tmp_path / "brief")) as project, pytest.raises(StateError, match="is not out yet"):
        find(project)
    with opened(tmp_path / "brief") as project, project.store.read() as connection, pytest.raises(UsageError):
        find_story(project, connection, issue="2026-W40", wanted="x", now=AFTER)


@pytest.mark.parametrize(
    ("block", "note", "error", "words"),
    [
        (FIXED.replace("nine", "six"), NOTE, StateError, "nothing was changed"),
        (f"{FIXED}\n\n", NOTE, None, ""),
        (FIXED, " ", UsageError, "the note is empty"),
        (FIXED, "<!-- later -->", UsageError, "the note is empty"),
        (FIXED, "## No", UsageError, "cannot stand in an issue"),
        (FIXED, "Sources:", UsageError, "cannot stand in an issue"),
        (f"{FIXED}\n### Another\n\nText.\n", NOTE, IssueFileError, "story.md:1: this is more than one story"),
        (f"{FIXED}\n## Section\n", NOTE, IssueFileError, "would change what stands around"),
        (FIXED.partition("\n")[2], NOTE, IssueFileError, "belongs to nothing"),
        (FIXED.replace("### ", "#### "), NOTE, IssueFileError, "story.md:1"),
        (FIXED.replace("00000002", "00000003"), NOTE, IssueFileError, "id is s-00000002, not s-00000003"),
        (FIXED.replace(" {#s-00000002}", ""), NOTE, IssueFileError, "id is s-00000002, not none"),
        (FIXED.replace("00000002", "00000001"), NOTE, IssueFileError, "stands twice"),
        (FIXED.replace("The wind", "<!-- The wind"), NOTE, IssueFileError, "story.md:3:"),
        (FIXED.replace("queue), 17", "queue, 17"), NOTE, IssueFileError, "story.md:9:"),
        (FIXED.replace("The wind", "![A mast](images/mast.png) The wind"), NOTE, StateError, "picture images/mast.png"),
        ("", NOTE, IssueFileError, "no headline any more"),
    ],
)  # fmt: skip
def test_what_is_no_correction_is_refused_and_nothing_is_changed(
    project: Project, block: str, note: str, error: type[DigestError] | None, words: str
) -> None:
    if error is None:
        assert plan(project, block, note).text == plan(project).text
        return
    with pytest.raises(error) as raised:
        plan(project, block, note)
    assert words in raised.value.message
    with project.store.read() as connection:
        assert current_text(connection, NAME) == ISSUE
        assert corrections(connection) == ()


def test_a_story_written_by_hand_is_corrected_as_well_and_gets_no_id(project: Project) -> None:
    done = correct(project, "### Heat moves\n\nA harbour town heats two streets.\n", wanted="heat")
    assert done.correction.place == 2
    with pytest.raises(IssueFileError, match="id is none, not s-00000009"):
        plan(project, "### Heat moves {#s-00000009}\n\nA town.\n", wanted="heat")


def test_the_line_of_an_error_is_that_of_the_form(project: Project) -> None:
    form = write_form(FIXED.replace("queue), 17", "queue, 17"), NOTE)
    filled = read_correction(form, path="form.md", note=None)
    assert filled.note == NOTE
    with project.store.read() as connection, pytest.raises(IssueFileError) as raised:
        plan_correction(project, connection, find(project), filled, path="form.md", now=AFTER)
    assert (
        raised.value.line
        == form.split("\n").index("- [Grid Watch](https://gridwatch.example/queue, 17 November 2026") + 1
    )


def test_what_is_under_embargo_comes_into_no_correction(project: Project) -> None:
    with project.store.write() as connection:
        connection.execute(update(entry_table).where(entry_table.c.title.like("Wind farms%")).values(embargo=at(27)))
    block = FIXED.replace("for a cable.", "for a [cable](https://gridwatch.example/wind).")
    with pytest.raises(BlockedError, match="under embargo"):
        plan(project, block)


def test_a_file_that_an_editor_changed_is_not_overwritten(project: Project) -> None:
    planned = plan(project)
    project.issue_path(NAME).write_text(ISSUE.replace("Good", "Bad"), "utf-8")
    with pytest.raises(ChangedError) as raised:
        keep_correction(project, planned, by="B", now=AFTER)
    assert "+Bad morning." in raised.value.diff
    assert "Bad" in project.issue_path(NAME).read_text("utf-8")
    with pytest.raises(ChangedError):
        find(project)
    with project.store.read() as connection:
        assert corrections(connection) == ()


def test_two_who_correct_at_once_do_not_undo_each_other(project: Project) -> None:
    first, second = plan(project), plan(project, "### Heat moves\n\nTwo streets.\n", wanted="heat")
    keep_correction(project, first, by="A", now=AFTER)
    with pytest.raises(BusyError, match="corrected meanwhile"):
        keep_correction(project, second, by="B", now=AFTER)


def test_a_missing_file_is_not_made(project: Project) -> None:
    project.issue_path(NAME).unlink()
    assert correct(project).path is None
    assert not project.issue_path(NAME).exists()


def test_a_retraction_keeps_headline_id_and_sources_and_says_why(project: Project) -> None:
    filled = retraction(project, find(project), "The report was\nwithdrawn.")
    with project.store.read() as connection:
        planned = plan_correction(project, connection, find(project), filled, path="x", now=AFTER)
    keep_correction(project, planned, by="B", now=AFTER)
    with project.store.read() as connection:
        issue = current_issue(connection, NAME)
    story = issue.stories[1]
    assert (story.id, story.title, story.why) == ("s-00000002", "Wind waits for a cable", "")
    assert story.summary == "**Retracted.** The report was withdrawn."
    assert story.url == "https://gridwatch.example/queue"
    assert story.options == {"no-image", "summary"}
    with pytest.raises(StateError, match="nothing was changed"), project.store.read() as connection:
        plan_correction(project, connection, find(project), filled, path="x", now=AFTER)


def test_a_file_with_windows_line_ends_keeps_them(tmp_path: Path) -> None:
    root = written(tmp_path / "brief")
    with opened(root) as project:
        project.issue_path(NAME).write_bytes(ISSUE.replace("\n", "\r\n").encode())
        go_out(project, NAME, now=OUT)
        filled = Filled(note=NOTE, block=FIXED.replace("\n", "\r\n"), line=1)
        read = read_correction(FIXED.replace("\n", "\r\n"), path="x", note=NOTE)
        assert filled.note == read.note
        with project.store.read() as connection:
            planned = plan_correction(project, connection, find(project), read, path="x", now=AFTER)
        keep_correction(project, planned, by="B", now=AFTER)
        raw = project.issue_path(NAME).read_bytes()
    assert raw == ISSUE.replace("six years", "nine years").replace("\n", "\r\n").encode()


# -- the next issue


def test_the_gate_finds_nothing_in_the_section_and_says_what_is_missing_without_it(project: Project) -> None:
    correct(project)
    correct(project, FIXED.replace("nine", "eleven"), "And it is “eleven”, not nine.")
    text = draft(project)
    checked = pipeline.check(project, now=NEXT, name="2026-W48")
    start, end = text.index("## Corrections"), text.index("## Next week")
    lines = range(text.count("\n", 0, start), text.count("\n", 0, end))
    assert [one for one in checked.findings if one.path == "issues/2026-W48.md" and (one.line or 0) in lines] == []
    assert "correction" not in {one.rule for one in checked.findings}
    project.issue_path("2026-W48").write_text(text[:start] + text[end:], "utf-8")
    told = [one for one in pipeline.check(project, now=NEXT, name="2026-W48").findings if one.rule == "correction"]
    assert [one.blocks for one in told] == [False, False]
    assert "correction 1 of 2026-W47 (“We wrote six years; it is nine.”) is not told in this issue" in told[0].message


def draft(project: Project) -> str:
    pipeline.draft(project, now=NEXT)
    return project.issue_path("2026-W48").read_text("utf-8")


def test_the_next_draft_tells_of_it_in_a_section_of_its_own(project: Project) -> None:
    correct(project)
    told = f"### Correction: Wind waits for a cable {{#{correction_id(1, NAME)} .correction}}\n\n{NOTE}\n\n## Next week"
    text = draft(project)
    assert f"## Corrections\n\n{told}" in text
    assert draft(project) == text, "it is told once"
    checked = pipeline.check(project, now=NEXT, name="2026-W48")
    assert "Correction to issue 1" in checked.proof.mail.text
    assert "https://trial.example/brief/2026-W47/#s-00000002" in checked.proof.mail.text


def test_an_edited_draft_gets_it_where_it_is_printed_and_nothing_else_of_it_changes(project: Project) -> None:
    first = draft(project)
    edited = first.replace("<!-- Your introduction goes here; it may stay empty. -->", "Good evening.")
    assert edited != first
    project.issue_path("2026-W48").write_text(edited, "utf-8")
    correct(project)
    text = draft(project)
    (gone,) = [line for line in edited.splitlines() if line not in text.splitlines()] or [""]
    assert gone.startswith("base: ") or not gone
    section, _, rest = text.partition("## Corrections")
    assert NOTE in rest.partition("## Next week")[0]
    assert "Good evening." in section
    correct(project, "### Heat moves\n\nTwo streets.\n", "It was two streets.", wanted="heat")
    again = draft(project)
    assert again.count("## Corrections") == 1
    assert again.index(NOTE) < again.index("It was two streets.") < again.index("## Next week")


def test_one_that_the_editor_deleted_stays_deleted_and_is_not_owed_any_more(project: Project) -> None:
    correct(project)
    text = draft(project)
    start, end = text.index("## Corrections"), text.index("## Next week")
    project.issue_path("2026-W48").write_text(text[:start] + text[end:], "utf-8")
    assert NOTE not in draft(project)
    with project.store.read() as connection:
        assert len(owed_corrections(connection)) == 1
    out(project)
    with project.store.read() as connection:
        assert owed_corrections(connection) == ()
        assert corrections(connection)[0].printed_in == ""


def test_one_that_is_printed_is_told_by_that_issue_and_by_no_later_one(project: Project) -> None:
    correct(project)
    draft(project)
    correct(project, "### Heat moves\n\nTwo streets.\n", "It was two streets.", wanted="heat")
    out(project)
    with project.store.read() as connection:
        assert [one.printed_in for one in corrections(connection)] == ["2026-W48", None]
    pipeline.draft(project, now=at(30))
    later = project.issue_path("2026-W49").read_text("utf-8")
    assert NOTE not in later
    assert "It was two streets." in later


def test_one_that_the_editor_puts_off_comes_back_once(project: Project) -> None:
    correct(project)
    text = draft(project)
    start, end = text.index("### Correction"), text.index("## Next week")
    story = text[start:end]
    moved = text.replace(story, "").replace("## Next week\n", f"## Next week\n\n{story}")
    project.issue_path("2026-W48").write_text(moved, "utf-8")
    out(project)
    pipeline.draft(project, now=at(30))
    assert project.issue_path("2026-W49").read_text("utf-8").count(NOTE) == 1


def out(project: Project) -> None:
    go_out(project, "2026-W48", now=NEXT)
