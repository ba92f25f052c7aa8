"""What a page shows to paragraphs and headings; no file of any kind is needed to test it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.files.lines import Line, as_html, printed_from
from digest.text.plain import plain


def page(text: str, *, top: float = 700, size: float = 11) -> list[Line]:
    """Lines 14 points apart; an empty one is a gap."""
    return [
        Line(text=line, size=size, x=72, y=top - 14 * number) for number, line in enumerate(text.split("\n")) if line
    ]


def paragraphs(*pages: list[Line]) -> list[str]:
    return plain(as_html(pages)).split("\n\n")


def test_lines_are_one_paragraph_until_a_gap() -> None:
    text = "One line that is long enough to be a line\nand goes on below it here.\n\nAnother paragraph."
    assert paragraphs(page(text)) == [
        "One line that is long enough to be a line and goes on below it here.", "Another paragraph."
    ]  # fmt: skip


def test_without_gaps_a_short_last_line_or_an_indent_ends_a_paragraph() -> None:
    text = """The first paragraph has a line that is as long as the page
and ends soon.
The second paragraph is as long as the page allows a line.
It goes on for another line that is nearly as long as it is,
and ends."""
    assert len(paragraphs(page(text))) == 2
    first, second = page(
        "A line that ends a sentence and is as long as the others.\nA line that is indented, so it begins one."
    )
    indented = Line(text=second.text, size=11, x=90, y=second.y)
    assert len(paragraphs([first, indented])) == 2
    assert len(paragraphs([first, second])) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The is-\nlands are far", "The islands are far"),
        ("A long-\nterm plan, a long-term one", "A long-term plan, a long-term one"),
        ("The Anglo-\nAmerican bank", "The Anglo-American bank"),
        ("From 2019-\n2021 it was", "From 2019- 2021 it was"),
        ("A dash -\nand more", "A dash - and more"),
        ("A so\xad-\nft one", "A soft one"),
        ("of\ufb01ce and \ufb02ight", "office and flight"),
        ("no\u00a0break", "no break"),
    ],
)
def test_words_are_made_whole(text: str, expected: str) -> None:
    assert paragraphs(page(text)) == [expected]


def test_what_runs_through_the_pages_is_left_out() -> None:
    pages = []
    for number in range(1, 5):
        body = page(f"The text of page {number} is here.\n\nIt says something else on page {number} of all.")
        head = Line(text="Harbour Board  |  News", size=8, y=800)
        foot = Line(text=f"Page {number} of 4", size=8, y=30)
        pages.append([foot, *body, head])  # in the order a program wrote them
    text = "\n".join(paragraphs(*pages))
    assert "Harbour Board" not in text
    assert "of 4" not in text
    assert text.count("The text of page") == 4


@pytest.mark.parametrize(
    "number", ["7", "- 7 -", "Page 7", "Page 7 of 12", "7 / 12", "Seite 7 von 12", "p. 7", "vii", "| 7"]
)
def test_a_number_at_the_edge_of_a_page_is_the_pages(number: str) -> None:
    assert paragraphs([*page("Some text on the page."), Line(text=number, size=9, y=30)]) == ["Some text on the page."]


def test_a_paragraph_goes_on_over_pages_and_a_new_one_begins_there() -> None:
    one = page("The decision follows a consultation, and the board, which")
    assert len(paragraphs(one, page("finished it in September, was glad."))) == 1
    assert len(paragraphs(one, page("Board members and others were glad about it all."))) == 1
    assert len(paragraphs(page("It ended."), page("Another began."))) == 2


def test_headings_are_larger_or_bold_and_the_largest_of_the_first_page_is_the_title() -> None:
    small = page("Text of the usual size stands here and goes on for some time, as it does.", top=600)
    label = Line(text="News", size=30, y=780)
    title = [Line(text="The title of it,", size=20, y=740), Line(text="in two lines", size=20, y=716)]
    bold = Line(text="A bold heading", size=11, y=560, bold=True)
    later = Line(text="A large one later", size=24, y=740)
    html = as_html([[label, *title, *small, bold, *page("More text below it.", top=546)], [later]])
    assert "<h1>The title of it, in two lines</h1>" in html
    assert "<h2>A bold heading</h2>" in html
    assert "<h2>A large one later</h2>" in html


def test_items_begin_lines_of_their_own() -> None:
    assert len(paragraphs(page("We want:\n• earlier boats\n• later boats\n1. more of them\n(b) and cheaper ones"))) == 5


def test_markup_in_the_text_stays_text() -> None:
    assert (
        as_html([page("A <script>alert(1)</script> & more")])
        == "<p>A &lt;script&gt;alert(1)&lt;/script&gt; &amp; more</p>"
    )


def test_an_address_that_is_not_on_all_pages_is_not_where_it_is_from() -> None:
    edge = Line(text="https://example.org/a 1/2", y=10)
    assert printed_from([[edge], [Line(text="https://example.org/a 2/2", y=10)]]) == "https://example.org/a"
    assert printed_from([[edge], [Line(text="https://example.org/b 2/2", y=10)]]) is None
    assert printed_from([[edge], page("Text.")]) is None
    assert printed_from([]) is None


LINES = st.builds(
    Line,
    text=st.text(max_size=20),
    size=st.floats(0, 50),
    x=st.floats(-9, 999),
    y=st.floats(-999, 999),
    bold=st.booleans(),
)


@given(st.lists(st.lists(LINES, max_size=6), max_size=4))
def test_any_lines_are_a_document(pages: list[list[Line]]) -> None:
    as_html(pages).encode()
    printed_from(pages)
