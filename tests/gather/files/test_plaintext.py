from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digest.gather.files.document import UnreadableError
from digest.gather.files.plaintext import paragraphs, read
from tests.gather.making import document


def test_the_first_line_is_the_title_and_the_date_is_the_files() -> None:
    entry = read(document("\n  A title\n\nOne & two.\nThree.\n"))
    assert (entry.title, entry.text, entry.body) == (
        "A title",
        "One & two.\n\nThree.",
        "<p>One &amp; two.</p>\n<p>Three.</p>",
    )
    assert entry.published == datetime(2026, 11, 18, 9, tzinfo=UTC)
    assert entry.notes == ("date of the file",)
    assert (entry.url, entry.organisation, entry.summary) == (None, None, "")


def test_a_file_that_is_newer_than_now_is_not_held_for_it() -> None:
    """The clock that a fetch is given may be behind: the example of this repository is built for a day in the past."""
    now = datetime(2026, 11, 10, tzinfo=UTC)
    entry = read(document("A title\n\nText.", now=now))
    assert (entry.published, entry.embargo, entry.notes) == (now, None, ("date of the file",))


@pytest.mark.parametrize("line", ["https://example.org/a", "<https://example.org/a>", "Source: https://example.org/a"])
def test_an_address_on_a_line_of_its_own_is_where_it_is_from(line: str) -> None:
    entry = read(document(f"A title\n{line}\n\nText with https://other.example/ in it."))
    assert (entry.url, entry.text) == ("https://example.org/a", "Text with https://other.example/ in it.")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["One paragraph a line.", "Another one."], ["One paragraph a line.", "Another one."]),
        (["Lines of about the same length that end in the", "middle of what they say were wrapped by hand at",
          "a margin."],
         ["Lines of about the same length that end in the middle of what they say were wrapped by hand at a margin."]),
        (["", "a", "", "", "b", ""], ["a", "b"]),
        ([], []),
    ],
)  # fmt: skip
def test_lines_are_paragraphs_unless_they_were_wrapped(lines: list[str], expected: list[str]) -> None:
    assert paragraphs(lines) == expected


@pytest.mark.parametrize(
    ("data", "message"), [(b"", "is empty"), (b"\n \n", "is empty"), (b"a\0b" * 50, "is not text")]
)
def test_what_is_no_text_says_so(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        read(document(data))


def test_the_notice_of_an_embargo_is_neither_title_nor_text() -> None:
    for text in (
        "Embargoed until 00:01 on 25 November 2026\n\nThe bus\n\nText.",
        "The bus\n\nText.\n\nNot for publication before 00:01, 25 November 2026",
        "EMBARGOED until 00:01 25 November 2026 – The bus\nText.",
    ):
        entry = read(document(text))
        assert (entry.title, entry.text) == ("The bus", "Text.")
        assert entry.embargo == datetime(2026, 11, 25, 0, 1, tzinfo=UTC)


def test_a_title_that_the_text_repeats_is_there_once() -> None:
    entry = read(document("The bus\n\nTHE BUS\n\nText."))
    assert (entry.title, entry.text, entry.body) == ("The bus", "Text.", "<p>Text.</p>")
