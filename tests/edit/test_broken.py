"""A file broken in every way that editors know: named with its line, or read as it was meant."""

from __future__ import annotations

import pytest

from digest.edit.issuefile import IssueFile, read_issue
from digest.errors import IssueFileError
from tests.edit.broken import ISSUE, REFUSED, REPAIRED, Way

OF_THE_EDGE = {"UTF-16", "Latin-1", "the name of another issue"}
"""Found where the file is read from the disk; see tests/e2e/test_broken_files.py."""


def named(ways: tuple[Way, ...]) -> list[object]:
    return [pytest.param(way, id=way.name) for way in ways if way.name not in OF_THE_EDGE]


def told(file: IssueFile) -> list[object]:
    """What a file says, wherever it says it."""
    issue = file.issue
    return [
        (issue.name, issue.title, issue.subject, issue.intro),
        [
            (section.title, [(s.id, s.title, s.summary, [(r.entry_id, r.url, r.also) for r in s.sources])
                             for s in section.stories])
            for section in issue.sections
        ],
        [story.id for story in issue.next_week],
        [(story.id, [ref.entry_id for ref in story.sources]) for story in issue.candidates],
    ]  # fmt: skip


def test_the_file_is_whole_before_it_is_broken() -> None:
    issue = read_issue(ISSUE, path="x.md").issue

    assert [[story.id for story in section.stories] for section in issue.sections] == [["s-00000001"], ["s-00000002"]]
    assert len(REFUSED) + len(REPAIRED) >= 90
    assert len({way.name for way in (*REFUSED, *REPAIRED)}) == len(REFUSED) + len(REPAIRED)


@pytest.mark.parametrize("way", named(REFUSED))
def test_it_is_refused_with_its_line_and_what_to_do(way: Way) -> None:
    with pytest.raises(IssueFileError) as caught:
        read_issue(way.break_it(ISSUE.encode()).decode(), path="issues/2026-W47.md")

    assert way.says in caught.value.message
    assert caught.value.line == way.line
    assert caught.value.message.startswith(f"issues/2026-W47.md:{way.line}: ")
    assert caught.value.hint


@pytest.mark.parametrize("way", named(REPAIRED))
def test_it_is_read_as_it_was_meant(way: Way) -> None:
    text = way.break_it(ISSUE.encode()).decode()

    file = read_issue(text, path="x.md")

    assert file.joined() == text
    if way.says == "same":
        assert told(file) == told(read_issue(ISSUE, path="x.md"))


def story(name: str) -> tuple[list[str], str, str | None, str]:
    """The sections of a broken file; headline, address and summary of the second story."""
    way = next(way for way in REPAIRED if way.name == name)
    issue = read_issue(way.break_it(ISSUE.encode()).decode(), path="x.md").issue
    found = next(one for one in issue.stories if one.id == "s-00000002")
    return [section.title for section in issue.sections], found.title, found.url, found.summary


def test_what_is_no_mistake_is_text() -> None:
    assert story("an emoji in a headline")[1] == "🔥 A town heats itself"
    assert story("a section called like another")[0] == ["World", "World"]
    assert story("a source that leads nowhere")[2] is None
    assert story("HTML never closed")[3] == "<div>\nWith sea water."
    assert story("a link in a text never closed")[3] == "With [sea](https://x water."
    way = next(way for way in REPAIRED if way.name == "a smaller heading under a section")
    issue = read_issue(way.break_it(ISSUE.encode()).decode(), path="x.md").issue
    assert issue.sections[1].intro == "#### In short"


def test_candidates_without_a_heading_belong_to_the_section_above() -> None:
    way = next(way for way in REPAIRED if way.name == "Candidates deleted")
    issue = read_issue(way.break_it(ISSUE.encode()).decode(), path="x.md").issue

    assert [one.id for one in issue.next_week] == ["s-00000003"]


@pytest.mark.parametrize("text", ["\\{#s-00000001\\} is an id.", "Write `{#s-00000001}`.", "```\n{#s-00000001}\n```",
                                  "<!-- ### Old {#s-0000000a} -->", "<!--\n### Old {#s-0000000a}\n-->",
                                  "https://x.example/#s-00000001", "[It](https://x.example/#s-00000001)",
                                  "A set {a, b} and {c}.", "\\##Text", "#hashtag", "###### small",
                                  "Text.\n\n---\n\nMore.",
                                  "| a | b |\n|---|---|\n| c | d |", "Title\n=====\n\nText.", "# Title\n\nText.",
                                  "======== eight", "> ### quoted", "- ### listed", "    ### code"])  # fmt: skip
def test_what_looks_like_a_mistake_and_is_none_stays(text: str) -> None:
    summary = read_issue(ISSUE.replace("With sea water.", text), path="x.md").issue.sections[1].stories[0].summary

    assert summary == text
