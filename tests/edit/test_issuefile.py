"""The issue file is read without losing a byte, and what is wrong with it is named with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.edit.issuefile import read_issue
from digest.errors import IssueFileError

FILE = """\
---
issue: 2026-W47
title: The Policy Week
subject: Budget: who pays? # and when
preheader: "And a quiet week elsewhere"
base: 3f9c2a71  # which generated version this file started from; leave it alone
editor: A. Editor
---

An *introduction*.

```
## not a section
```

## World

What the section is about.

### A treaty, at last {#s-7f3a9c21 .pin}

First paragraph.

<!--
### not a story
-->

#### A smaller heading

Second paragraph.

Why it matters: it is the first in ten years,
and it binds all sides.

Sources:

- [Harbour Review](https://harbour.example/a_(b)), 24 March 2025 {#e-1a2b3c4d5e6f}
- also [BBC \\[World\\]](<https://bbc.example/x y>), 25 March 2025 {#e-5e6f7a8b9c0d}
- The editor's own note, by telephone
- https://bare.example/page

### Written by hand

No source at all.

## Next week

### Later {#s-00000001}

Sources:

- [X](https://x.example/) {#e-aaaaaaaaaaaa}

## Candidates

### Perhaps {#s-00000002}
"""


def test_everything_in_the_file_is_read() -> None:
    issue = read_issue(FILE, path="issues/2026-W47.md").issue

    assert (issue.name, issue.title, issue.base) == ("2026-W47", "The Policy Week", "3f9c2a71")
    assert issue.subject == "Budget: who pays? # and when"
    assert issue.preheader == "And a quiet week elsewhere"
    assert issue.extra == (("editor", "A. Editor"),)
    assert issue.intro.startswith("An *introduction*.")
    assert "## not a section" in issue.intro
    assert [section.title for section in issue.sections] == ["World"]
    assert issue.sections[0].intro == "What the section is about."
    treaty, by_hand = issue.stories
    assert (treaty.id, treaty.title, treaty.options) == ("s-7f3a9c21", "A treaty, at last", frozenset({"pin"}))
    assert treaty.summary.startswith("First paragraph.")
    assert treaty.summary.endswith("#### A smaller heading\n\nSecond paragraph.")
    assert treaty.why == "it is the first in ten years,\nand it binds all sides."
    assert [story.title for story in issue.next_week] == ["Later"]
    assert [story.title for story in issue.candidates] == ["Perhaps"]
    assert (by_hand.id, by_hand.sources, by_hand.url) == (None, (), None)


def test_sources_keep_label_address_date_and_id() -> None:
    sources = read_issue(FILE, path="x.md").issue.stories[0].sources

    assert [(ref.label, ref.url, ref.note, ref.entry_id, ref.also) for ref in sources] == [
        ("Harbour Review", "https://harbour.example/a_(b)", "24 March 2025", "1a2b3c4d5e6f", False),
        ("BBC [World]", "https://bbc.example/x y", "25 March 2025", "5e6f7a8b9c0d", True),
        ("The editor's own note", None, "by telephone", None, False),
        ("https://bare.example/page", "https://bare.example/page", "", None, False),
    ]
    assert FILE.splitlines()[sources[0].line - 1].startswith("- [Harbour Review]")


@pytest.mark.parametrize("change", [str, lambda text: text.replace("\n", "\r\n"), lambda text: "\ufeff" + text,
                                    lambda text: text.rstrip("\n"), lambda text: text + "\n\n\n"])  # fmt: skip
def test_reading_loses_no_byte(change) -> None:  # type: ignore[no-untyped-def]
    text = change(FILE)

    file = read_issue(text, path="x.md")

    assert file.joined() == text
    assert len(file.issue.stories) == 2


def test_windows_line_ends_do_not_reach_the_issue() -> None:
    assert "\r" not in read_issue(FILE.replace("\n", "\r\n"), path="x.md").issue.stories[0].summary


HEAD = "---\nissue: 2026-W47\ntitle: T\nsubject: S\n---\n\n"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("", 1, "expected ---"),
        ("# Hello\n", 1, "expected ---"),
        ("---\nissue: 2026-W47\n", 1, "never closed"),
        ("---\ntitle: x\n---\n", 1, "does not name the issue"),
        ("---\nissue: ../../etc\n---\n", 2, "no name of an issue"),
        ("---\nissue: 2026-W47\nsubject\n---\n", 3, "expected `key: value`"),
        ("---\nissue: 2026-W47\nissue: 2026-W48\n---\n", 3, "stands twice"),
        (HEAD + "### Story\n", 7, "before the first section"),
        (HEAD + "## \n", 7, "without a name"),
        (HEAD + "## A\n\n### {#s-7f3a9c21}\n", 9, "without a headline"),
        (HEAD + "## A\n\n### B {#s-7f3a9c21\n", 9, "never closed"),
        (HEAD + "## A\n\n### B {#wrong}\n", 9, "neither a story's id nor an option"),
        (HEAD + "## A\n\n### B {.pinn}\n", 9, "neither a story's id nor an option"),
        (HEAD + "## A\n\n### B {#s-7f3a9c21}\n\n### C {#s-7f3a9c21}\n", 11, "stands twice"),
        (HEAD + "## A\n\n### B\n\nSources:\n\n- [X](https://x.example\n", 13, "not closed"),
        (HEAD + "## A\n\n### B\n\nSources:\n\n- [X](https://x.example) {#e-1a2b3c4d5e6f\n", 13, "never closed"),
        (HEAD + "## A\n\n### B\n\nSources:\n\n- [X](https://x.example) {#q}\n", 13, "no entry's id"),
        (HEAD + "## A\n\n### B\n\nSources:\n\n- [X](https://x.example) {#e-1a2b3c4d5e6f}\n\n### C\n\nSources:\n\n"
                "- [X](https://x.example) {#e-1a2b3c4d5e6f}\n", 19, "stands twice"),
        (HEAD + "```\n## A\n", 7, "never closed"),
        (HEAD + "<!-- note\n\n## A\n", 7, "never closed"),
        (HEAD + "## A\n\n<<<<<<< HEAD\n### B\n=======\n### C\n>>>>>>> theirs\n", 9, "merge conflict"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(IssueFileError, match=what) as caught:
        read_issue(text, path="issues/2026-W47.md")

    assert caught.value.line == line
    assert caught.value.message.startswith(f"issues/2026-W47.md:{line}: ")
    assert caught.value.hint


MARKDOWN = st.lists(
    st.sampled_from(["## A", "### B", "### C {.pin}", "text", "", "- item", "> quote", "```", "    code", "<div>",
                     "</div>", "<!-- x -->", "<!--", "-->", "Sources:",
                     "- [X](https://x.example), 1 May", "Why it matters: so",
                     "| a | b |", "#### deep", "# one", "* * *", "\t## tab", "Émoji 🎉", "{#s-7f3a9c21}", "~~~"]),
    max_size=25,
)  # fmt: skip


@given(MARKDOWN, st.sampled_from(["\n", "\r\n"]))
def test_any_markdown_is_read_whole_or_refused_with_a_line(lines: list[str], ending: str) -> None:
    text = (HEAD + "\n".join(lines)).replace("\n", ending)
    try:
        file = read_issue(text, path="x.md")
    except IssueFileError as error:
        assert 1 <= error.line <= text.count("\n") + 1
    else:
        assert file.joined() == text


@given(st.text(max_size=300))
def test_any_text_is_read_whole_or_refused(text: str) -> None:
    try:
        assert read_issue(HEAD + text, path="x.md").joined() == HEAD + text
    except IssueFileError as error:
        assert error.line >= 1


def test_a_comment_is_private_wherever_it_stands() -> None:
    text = FILE.replace("{#e-1a2b3c4d5e6f}", "{#e-1a2b3c4d5e6f} <!-- hush -->")
    text = text.replace("And a quiet week elsewhere", "And <!-- hush --> a quiet week").replace(
        "- The editor's own note,", "- The editor's <!-- hush --> own note,"
    )

    issue = read_issue(text, path="x.md").issue

    assert issue.stories[0].sources[0].entry_id == "1a2b3c4d5e6f"
    assert "hush" not in issue.preheader
    assert not any("hush" in ref.label + ref.note for ref in issue.stories[0].sources)


@pytest.mark.parametrize("ruler", ["---", "***", "- - -", "* * *", "*  *  *  *"])
def test_a_ruler_behind_the_sources_is_no_source(ruler: str) -> None:
    text = f"{HEAD}## A\n\n### B\n\nSources:\n\n- [X](https://x.example)\n\n{ruler}\n\nMore.\n"

    (story,) = read_issue(text, path="x.md").issue.stories

    assert [ref.label for ref in story.sources] == ["X"]
    assert story.summary == f"{ruler}\n\nMore."


@pytest.mark.parametrize(
    "item", ["\t- [X](https://x.example)", "    * [X](https://x.example)", "• [X](https://x.example)"]
)
def test_sources_are_read_however_an_editor_sets_the_list(item: str) -> None:
    text = f"{HEAD}## A\n\n### B\n\n**Sources**:\n\n{item}\n- - \n"

    assert [ref.url for ref in read_issue(text, path="x.md").issue.stories[0].sources][:1] == ["https://x.example"]


def test_windows_line_ends_reach_no_field() -> None:
    issue = read_issue(FILE.replace("\n", "\r\n"), path="x.md").issue

    assert "\r" not in issue.intro + issue.sections[0].intro + issue.stories[0].why
    assert issue.stories[0].why == "it is the first in ten years,\nand it binds all sides."


def test_blank_lines_in_code_are_not_closed_up() -> None:
    text = f"{HEAD}## A\n\n### B\n\n    first\n\n```\na\n\n\n\nb\n```\n\n\n\nEnd.\n"

    assert read_issue(text, path="x.md").issue.stories[0].summary == "    first\n\n```\na\n\n\n\nb\n```\n\nEnd."
