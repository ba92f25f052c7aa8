from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.wrap import columns, squeezed, wrap

LONG = "https://example.org/" + "a" * 90

CASES = [
    ("two words", 20, "two words"),
    ("", 20, ""),
    ("a  b\n c\td", 20, "a b c d"),
    ("one two three", 7, "one two\nthree"),
    (f"see {LONG} now", 20, f"see\n{LONG}\nnow"),
    (f"({LONG}).", 20, f"({LONG})."),
    ("x" * 12, 5, "xxxxx\nxxxxx\nxx"),
    ("能源价格上限", 6, "能源价\n格上限"),
    ("能源价，格上限", 6, "能源\n价，格\n上限"),  # a comma does not begin a line
    ("ab能源cd", 4, "ab能\n源cd"),
    ("ok 👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 4, "ok\n👩‍👩‍👧‍👦👩‍👩‍👧‍👦\n👩‍👩‍👧‍👦"),  # a family is one grapheme, two columns
    ("30\u00a0km to go", 5, "30\u00a0km\nto go"),  # a no-break space holds
]


@pytest.mark.parametrize(("text", "width", "wanted"), CASES)
def test_a_paragraph_is_broken_where_it_should(text: str, width: int, wanted: str) -> None:
    assert wrap(text, width) == wanted


def test_the_first_line_may_begin_otherwise() -> None:
    assert wrap("one two three", 9, indent="  ", first="- ") == "- one two\n  three"


@given(st.text(), st.integers(10, 90), st.sampled_from(["", "  ", "| ", "> > "]))
def test_no_line_is_too_wide_and_nothing_is_lost(text: str, width: int, indent: str) -> None:
    wrapped = wrap(text, width, indent=indent)
    for line in wrapped.split("\n"):
        assert columns(line) <= width or "://" in line
        assert line == line.rstrip()
        assert (line + " " * len(indent)).startswith(indent)
    kept = "".join(line.removeprefix(indent.rstrip()) for line in wrapped.split("\n"))
    assert "".join(kept.split()) == "".join(text.split())


@given(st.lists(st.sampled_from(["word", "能源价格", LONG, "x" * 100, "e\u0301" * 30, "👋🏽"]), max_size=20))
def test_an_address_is_never_broken(tokens: list[str]) -> None:
    assert wrap(" ".join(tokens), 40).count(LONG) == tokens.count(LONG)


def test_wide_characters_count_twice_and_marks_nothing() -> None:
    assert [columns(text) for text in ("abc", "能源", "e\u0301", "👋🏽", "")] == [3, 4, 1, 2, 0]


def test_mailed_text_has_no_blanks_at_its_ends_and_no_wide_gaps() -> None:
    assert squeezed("\n\na  \n\n\n\n\n\nb\t\n\n") == "a\n\n\nb\n"
