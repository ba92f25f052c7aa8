"""What docs/issue-file.md says of the issue file is so: each of its examples is read, or refused, as it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.edit.addresses import bare_addresses
from digest.edit.frontmatter import KNOWN
from digest.edit.issuefile import IssueFile, read_issue
from digest.edit.merge import merge
from digest.edit.story import OPTIONS
from digest.errors import IssueFileError
from digest.model import IssueStory

PAGE = (Path(__file__).parents[2] / "docs" / "issue-file.md").read_text("utf-8")
HEAD = "---\nissue: 2026-W47\ntitle: T\n---\n\n"
BASE = "base: 00000000\n---\n\n"
BLOCKS = {
    (kind, name): body
    for _, kind, name, body in re.findall(
        r"^(```|~~~)markdown (\w+)=([\w-]+)\n(.*?)^\1$", PAGE, re.MULTILINE | re.DOTALL
    )
}
REFUSED = re.findall(r"^\| `(.+)` \| (.+) \|$", PAGE[PAGE.index("## What is refused") :], re.MULTILINE)


def table(heading: str) -> list[str]:
    """The first column of the first table below a heading."""
    found = re.search(r"(?:^\|.*\n)+", PAGE[PAGE.index(f"\n{heading}\n") :], re.MULTILINE)
    return re.findall(r"^\| `\.?([\w-]+)` \|", found.group() if found else "", re.MULTILINE)


def file(name: str) -> IssueFile:
    return read_issue(BLOCKS["file", name], path="x.md")


def story(name: str) -> IssueStory:
    return stories(name)[0]


def stories(name: str) -> tuple[IssueStory, ...]:
    text = f"{HEAD}## News\n\n{BLOCKS['story', name]}"
    found = read_issue(text, path="x.md")
    assert found.joined() == text
    return found.issue.stories


def test_the_page_has_no_example_that_is_not_run_here() -> None:
    names = {name for kind, name in BLOCKS if kind in {"file", "story"}}
    here = Path(__file__).read_text("utf-8")

    assert len(BLOCKS) == PAGE.count("```markdown") + PAGE.count("~~~markdown")
    assert {name for name in names if f'("{name}")' not in here} == set()
    assert {kind for kind, _ in BLOCKS} == {"file", "story", "written", "edited", "now", "after"}


def test_the_links_of_the_page_lead_somewhere() -> None:
    docs = Path(__file__).parents[2]
    here = re.sub(r"^(```|~~~).*?^\1$", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", here, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}

    assert set(re.findall(r"\]\(#([^)]+)\)", here)) <= anchors
    assert {name for name in re.findall(r"\]\((\w[\w.]*\.md)", here) if not (docs / "docs" / name).is_file()} == set()
    guide = (docs / "docs" / "guide.md").read_text("utf-8").lower().replace(" ", "-")
    assert {name for name in re.findall(r"guide\.md#([^)]+)\)", here) if f"\n###-{name}\n" not in guide} == set()
    assert "(docs/issue-file.md)" in (docs / "README.md").read_text("utf-8")
    assert "(issue-file.md" in (docs / "docs" / "guide.md").read_text("utf-8")


def test_the_whole_file() -> None:
    found = file("whole")
    issue = found.issue
    ships, own = issue.stories

    assert found.joined() == BLOCKS["file", "whole"]
    assert (issue.name, issue.title, issue.base) == ("2026-W47", "The Policy Week", "3f9c2a71")
    assert issue.preheader == "Also: what a median hides"
    assert issue.intro == "A few words of your own to begin with."
    assert [section.title for section in issue.sections] == ["World"]
    assert (ships.id, ships.options) == ("s-7f3a9c21", frozenset({"image"}))
    assert ships.why == "a permit has been taking longer than the repair."
    assert [(ref.label, ref.entry_id, ref.also) for ref in ships.sources] == [
        ("Harbour Review", "1a2b3c4d5e6f", False), ("Institute for Public Choices", "5e6f7a8b9c0d", True),
    ]  # fmt: skip
    assert (own.id, own.title, own.sources) == (None, "A story of your own", ())
    assert issue.next_week == ()
    assert [one.id for one in issue.candidates] == ["s-0b1c2d3e"]


def test_the_front_matter_and_its_keys() -> None:
    issue = file("front").issue

    assert issue.subject == "Budget: who pays? # and when"
    assert issue.preheader == "Also: what a median hides"
    assert issue.extra == (("editor", "A. Editor"),)
    assert tuple(table("## The front matter")) == KNOWN


def test_options_and_braces() -> None:
    assert story("options").options == {"full", "image"}
    assert set(table("### Options")) == set(OPTIONS)
    assert len(table("### Options")) == len(OPTIONS)
    assert (story("braces").title, story("braces").id) == ("What a set \\{a, b} has to do with it", None)


def test_the_parts_of_a_story() -> None:
    body = BLOCKS["story", "summary"].partition("\n\n")[2].rstrip("\n")
    assert len(stories("summary")) == 1
    assert story("summary").summary == body
    assert (story("why").summary, story("why").why) == (
        "Eleven governments have signed.", "it is the first in ten years,\nand it binds all sides.",
    )  # fmt: skip
    assert [(ref.label, ref.url, ref.note, ref.also) for ref in story("sources").sources] == [
        ("Harbour Review", "https://harbour-review.example/treaty", "17 November 2026", False),
        ("The Tide", "https://tide.example/treaty", "18 November 2026", True),
        ("The ministry", None, "by telephone", False),
        ("https://treaty.example/text.pdf", "https://treaty.example/text.pdf", "", False),
    ]
    assert story("sources").url == "https://harbour-review.example/treaty"


def test_comments_merging_and_ids_as_text() -> None:
    assert len(stories("comment")) == 1
    assert story("comment").sources == ()
    assert [[ref.entry_id for ref in one.sources] for one in stories("merged")] == [
        ["1a2b3c4d5e6f", "5e6f7a8b9c0d"], ["0f1e2d3c4b5a"],
    ]  # fmt: skip
    assert story("id-as-text").id is None


def test_addresses_on_lines_of_their_own() -> None:
    assert [one.url for one in bare_addresses(file("address"))] == [
        "https://latticelab.example/six", "https://latticelab.example/median",
    ]  # fmt: skip


def test_a_refresh() -> None:
    head = HEAD.replace("---\n\n", BASE)
    written, edited, now = (
        read_issue(head + BLOCKS[kind, "refresh"], path=kind) for kind in ("written", "edited", "now")
    )

    merged = merge(edited, written, now, max_candidates=40)

    assert merged.text.partition("\n---\n\n")[2] == BLOCKS["after", "refresh"]


@pytest.mark.parametrize(("line", "says"), REFUSED)
def test_what_the_page_says_is_refused(line: str, says: str) -> None:
    with pytest.raises(IssueFileError) as caught:
        read_issue(f"{HEAD}## News\n\n{line}\n", path="x.md")

    assert caught.value.message.startswith(f"x.md:8: {says}")


def test_the_table_of_what_is_refused_was_found() -> None:
    assert len(REFUSED) >= 14


BLOCKS_OF_TEXT = st.sampled_from(
    [
        "A paragraph.",
        "Two\nlines.",
        "- a\n- b",
        "* a\n\n    b",
        "1. a\n2. b",
        "> quoted\n> on",
        "#### Small",
        "##### Smaller",
        "```\n## code\n\n\n\n### more\n```",
        "~~~ text\n- [X](https://x.example) {#e-aaaaaaaaaaaa}\n~~~",
        "    indented",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "<div>\n### in HTML\n</div>",
        "<!-- hush -->",
        "<!--\n## hush\n-->",
        "***",
        "- - -",
        "![a picture](x.png)",
        "[ref]\n\n[ref]: https://x.example",
        "Term  \nbroken",
        "# Top\n\nText.",
        "Under\n-----\n\nText.",
        "A `{#s-00000001}` in code.",
        "\\# no heading",
        "🎉 {braces}",
        "\u00a0\u200btext",
        "Te\u2028xt.",
        "<https://x.example>",
        "https://x.example",
        "\ttabbed",
        "[^1]\n\n[^1]: note",
        "Line \\\nbroken",
        "&amp; &nbsp;",
        "$x^2$",
        "a\fb",
    ]
)


@given(st.lists(BLOCKS_OF_TEXT, min_size=1, max_size=8), st.sampled_from(["\n", "\r\n"]), st.booleans())
@example(["    indented", "```\na\n\n\n\n\nb\n```"], "\r\n", False)
def test_any_markdown_survives_in_a_summary(blocks: list[str], ending: str, last: bool) -> None:
    summary = "\n\n".join([*blocks, "The end."])
    tail = "\n\nSources:\n\n- [X](https://x.example/1) {#e-bbbbbbbbbbbb}" + "\n" * last
    text = f"{HEAD}## A\n\n### B {{#s-00000002 .full}}\n\n{summary}{tail}".replace("\n", ending)

    found = read_issue(text, path="x.md")

    assert found.joined() == text
    (one,) = found.issue.stories
    assert one.summary == summary
    assert [ref.entry_id for ref in one.sources] == ["bbbbbbbbbbbb"]


LINES = st.lists(
    st.tuples(
        st.one_of(
            st.sampled_from(
                [
                    "## A",
                    "### B",
                    "### C {.pin}",
                    "",
                    " ",
                    "Sources:",
                    "- [X](https://x.example)",
                    "---",
                    "```",
                    "Why it matters: so",
                    "<!-- x -->",
                    "- {#e-aaaaaaaaaaaa}",
                    "### D {#s-00000001}",
                    "issue: x",
                ]
            ),
            st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=12),
        ),
        st.sampled_from(["\n", "\n", "\r\n", "\r\r\n"]),
    ),
    max_size=20,
)


@given(LINES, st.booleans())
def test_reading_and_joining_changes_no_byte_whatever_the_line_ends(lines: list[tuple[str, str]], mark: bool) -> None:
    text = "\ufeff" * mark + HEAD + "".join(line + ending for line, ending in lines)
    try:
        found = read_issue(text, path="x.md")
    except IssueFileError as error:
        assert 1 <= error.line <= text.count("\n") + 1
        assert error.hint
    else:
        assert found.joined() == text
        assert [line.number for span in found.spans for line in span.lines] == list(
            range(1, text.count("\n") + (not text.endswith("\n")) + 1)
        )
