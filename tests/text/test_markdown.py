"""Plain text that is escaped reads back as itself through a real Markdown reader."""

from __future__ import annotations

import html
import re

import markdown
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.markdown import escape, escape_heading, escape_paragraph, unescape

TEXT = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\u2028\u2029\x85"), max_size=80
)
TRICKY = st.text(st.sampled_from(list("a1 _*[]()<>#+-.!`\\{}&;:=~|\"'/éx")), max_size=30)


def shown(source: str) -> str:
    """What a reader sees of Markdown."""
    rendered = markdown.markdown(source, extensions=["tables", "fenced_code", "sane_lists"])
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", rendered)).split())


def block(source: str) -> list[str]:
    rendered = markdown.markdown(source, extensions=["tables", "fenced_code", "sane_lists"])
    return re.findall(r"<([a-z0-9]+)", rendered)


@given(TEXT | TRICKY)
def test_a_paragraph_reads_back_as_the_text_it_was(text: str) -> None:
    plain = " ".join(text.split())

    assert shown(escape_paragraph(text)) == plain
    assert block(escape_paragraph(text)) in ([], ["p"])


@given(TEXT | TRICKY)
def test_escaping_can_be_undone(text: str) -> None:
    plain = " ".join(text.split())

    assert unescape(escape(plain)) == plain


@pytest.mark.parametrize(
    "text",
    [
        "2026. A year of elections",
        "- not a list",
        "+ nor this",
        "# no heading",
        "> no quotation",
        "*emphasis* and _this_ and `code`",
        "[a](b) and ![c](d) and [e]: f",
        "<b>bold</b> & <script>",
        "AT&amp;T &lt; &copy; & Co",
        "snake_case and 2 * 3 stay",
        "Sources:",
        "Why it matters: it is news",
        "--- and === and ~~~",
        "a | b | c",
        "C:\\path\\to \\* file",
    ],
)
def test_what_markdown_would_misread_is_escaped(text: str) -> None:
    assert shown(escape_paragraph(text)) == text
    assert block(escape_paragraph(text)) == ["p"]


def test_an_editor_still_reads_plain_prose() -> None:
    prose = "The minister's plan (2026–27) would cost £3.5bn, 12% more – “far too much”, she said. See foo_bar.pdf!"

    assert escape_paragraph(prose) == prose


@pytest.mark.parametrize("title", ["C#", "What {.pin} means", "Ends in {#s-12345678}", "A # B ##", "[Update] *Now*"])
def test_a_heading_keeps_its_text(title: str) -> None:
    from digest.edit.issuefile import read_issue

    text = f"---\nissue: a\n---\n\n## S\n\n### {escape_heading(title)} {{#s-0000000a}}\n"
    story = read_issue(text, path="x.md").issue.stories[0]

    assert story.id == "s-0000000a"
    assert story.options == frozenset()
    assert unescape(story.title) == title


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("Hello <!-- secret\n\nsecret --> there", "Hello \n there"),
        ("a <!-- b --> c <!-- d --> e", "a  c  e"),
        ("- item\n  <!-- note\n  more -->\n- item", "- item\n- item"),
        ("```\n<!-- shown -->\n```\n<!-- not -->", "```\n<!-- shown -->\n```\n"),
        ("<!--\n```\n-->\ntext", "\ntext"),
        ("no comment", "no comment"),
    ],
)
def test_comments_are_never_printed_wherever_they_stand(source: str, printed: str) -> None:
    from digest.text.markdown import without_comments

    found = without_comments(source)

    assert "secret" not in found
    assert [line.strip() for line in found.split("\n") if line.strip()] == [
        line.strip() for line in printed.split("\n") if line.strip()
    ]
