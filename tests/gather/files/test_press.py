from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.files.document import UnreadableError
from digest.gather.files.press import is_press_release, quotes, read
from digest.model import Quote
from tests.gather.making import document

WIRE = """\
 date 2026-11-18 Institute of Examples
Printable version
Regulators cap the price of examples
EXPERT COMMENT
The cap takes effect in January. It covers most households.
“We looked at every example there was,” said Dr Ada Marsh, who led the work.
The second paragraph has “scare quotes” and no speaker.
Click here to continue reading the full version of this comment.
Notes to editors
The institute has worked on examples since 1990.
Original article link: https://www.example.org/2026/cap?id=7&utm_source=wire#part-2
"""


def test_a_release_is_read_by_its_marks() -> None:
    entry = read(document(WIRE))
    assert entry.title == "Regulators cap the price of examples"
    assert (entry.organisation, entry.kind) == ("Institute of Examples", "Expert comment")
    assert entry.published == datetime(2026, 11, 18, tzinfo=UTC)
    assert entry.url == "https://www.example.org/2026/cap?id=7#part-2"
    assert entry.summary == "The cap takes effect in January. It covers most households."
    assert entry.text.split("\n\n") == WIRE.splitlines()[4:7]
    assert entry.quotes == (Quote(text="We looked at every example there was", speaker="Dr Ada Marsh"),)
    assert entry.truncated
    assert entry.body.endswith("<hr><p>Notes to editors</p>\n<p>The institute has worked on examples since 1990.</p>")


MARKS = WIRE.splitlines()
ORDERS = [
    [MARKS[0], MARKS[1], MARKS[2]],
    [MARKS[2], MARKS[1], MARKS[0]],
    [MARKS[1], MARKS[2], MARKS[0]],
    ["", MARKS[2], "", MARKS[0], "", MARKS[1], ""],
]


@pytest.mark.parametrize("head", ORDERS)
def test_the_order_of_the_marks_does_not_matter(head: list[str]) -> None:
    whole = read(document(WIRE))
    entry = read(document("\n".join([*head, *MARKS[3:]])))
    for name in ("title", "organisation", "kind", "published", "url", "summary", "text", "truncated"):
        assert getattr(entry, name) == getattr(whole, name), name


@pytest.mark.parametrize(
    "data",
    [
        WIRE.replace("\n", "\r\n").encode(),
        WIRE.replace("\n", "\r").encode(),
        b"\xef\xbb\xbf" + WIRE.encode(),
        WIRE.encode("cp1252"),
        WIRE.encode("utf-16"),
    ],
    ids=["CRLF", "CR", "byte order mark", "Windows-1252", "UTF-16"],
)
def test_every_common_encoding_and_line_end_reads_the_same(data: bytes) -> None:
    entry, whole = read(document(data)), read(document(WIRE))
    assert (entry.title, entry.text, entry.quotes, entry.url) == (whole.title, whole.text, whole.quotes, whole.url)


@pytest.mark.parametrize(
    ("lines", "title", "kind"),
    [
        (["A headline", "Text follows here."], "A headline", None),
        (["Press release", "A headline", "Text."], "A headline", "Press release"),
        (["A headline", "Press Release", "Text."], "A headline", "Press release"),
        (["NEW FUND ANNOUNCED", "PRESS RELEASE", "Text."], "NEW FUND ANNOUNCED", "Press release"),
        (["A headline", "THIS LINE IN CAPITALS IS FAR TOO LONG FOR A KICKER", "Text."], "A headline", None),
        (["A headline", "2026", "Text."], "A headline", None),
        (["A headline"], "A headline", None),
    ],
)
def test_the_kicker_is_the_kind(lines: list[str], title: str, kind: str | None) -> None:
    entry = read(document("\n".join(["date 2026-11-18 X", *lines])))
    assert (entry.title, entry.kind) == (title, kind)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Embargoed until 00:01 Tuesday 22 December 2026 GMT", datetime(2026, 12, 22, 0, 1, tzinfo=UTC)),
        ("EMBARGO: 22 December 2026, 9am", datetime(2026, 12, 22, 9, tzinfo=UTC)),
        ("STRICTLY EMBARGOED UNTIL 00.01 HRS ON 22 JUNE 2027", datetime(2027, 6, 21, 23, 1, tzinfo=UTC)),
        ("Not for publication before 22 June 2027 10:00 CEST", datetime(2027, 6, 22, 8, tzinfo=UTC)),
        ("Under embargo until 00:01 on 22 December", datetime(2026, 12, 22, 0, 1, tzinfo=UTC)),
        ("Embargoed until 6am 3 January", datetime(2027, 1, 3, 6, tzinfo=UTC)),
    ],
)
def test_an_embargo_is_a_moment(line: str, expected: datetime) -> None:
    entry = read(document(f"{line}\n{WIRE}"))
    assert entry.embargo == expected
    assert entry.title == "Regulators cap the price of examples"
    assert line not in entry.body


def test_an_embargo_that_cannot_be_read_keeps_the_release_in() -> None:
    with pytest.raises(UnreadableError, match="embargo whose time cannot be read: Embargoed until Tuesday"):
        read(document(f"Embargoed until Tuesday\n{WIRE}"))


def test_a_lifted_embargo_is_none_and_a_text_about_one_is_a_text() -> None:
    assert read(document(f"Embargo: none\n{WIRE}")).embargo is None
    text = (
        "date 2026-11-18 X\nThe arms question\nEmbargoed goods reached the port last week, inspectors said on Monday "
        "in a report that runs to forty pages and names eleven ships that carried them, and who paid for the voyages."
    )
    assert read(document(text)).embargo is None


def test_an_embargo_may_stand_below_the_text_and_be_long() -> None:
    line = (
        "NOT FOR PUBLICATION, BROADCAST OR USE ON CLUB TAPE BEFORE 00:01 HOURS GMT, WEDNESDAY 25 NOVEMBER 2026. THIS "
    )
    line += "COPY IS FOR YOUR INFORMATION ONLY AND MAY NOT BE GIVEN TO ANYBODY WHO HAS NOT AGREED TO IT IN WRITING."
    entry = read(document(WIRE.replace("Notes to editors", f"ENDS\n{line}\nNotes to editors")))
    assert entry.embargo == datetime(2026, 11, 25, 0, 1, tzinfo=UTC)
    assert "CLUB TAPE" not in entry.body + entry.text + entry.summary


def test_a_date_ahead_holds_the_release_until_then() -> None:
    entry = read(document("date 2026-12-01 X\nA headline\nText."))
    assert entry.published == entry.embargo == datetime(2026, 12, 1, tzinfo=UTC)
    assert entry.notes == ("dated ahead; held until 2026-12-01 00:00 UTC",)


@pytest.mark.parametrize(
    "heading",
    ["ENDS", "-ENDS-", "- Ends -", "# # #", "Notes to Editors:", "Note to editors", "Contact", "Media contacts:",
     "Press office", "For more information, please contact:", "About the Institute of Examples", "About us"],
)  # fmt: skip
def test_boilerplate_is_no_part_of_the_text(heading: str) -> None:
    entry = read(document(f"date 2026-11-18 Institute of Examples\nA headline\nText.\n{heading}\nCall 020 7946 0000."))
    assert (entry.text, entry.summary) == ("Text.", "Text.")
    assert "020 7946 0000" in entry.body


def test_lines_wrapped_by_hand_are_joined() -> None:
    entry = read(document(
        "date 2026-11-18 X\nA headline\n\nThe standfirst runs over more than one line because\nsomebody wrapped it "
        "at some margin or other of\ntheirs.\n\nSecond paragraph, which also runs on a little and\nthen stops.\n"
    ))  # fmt: skip
    assert entry.summary.startswith("The standfirst runs over")
    assert entry.summary.endswith("of theirs.")
    assert len(entry.text.split("\n\n")) == 2


def test_a_link_on_the_next_line_is_the_link() -> None:
    text = "Printable version\nA headline\nText.\nOriginal article link:\n\nhttps://example.org/a\n"
    entry = read(document(text))
    assert (entry.url, entry.text) == ("https://example.org/a", "Text.")
    assert entry.notes == ("no date",)


def test_only_marks_are_no_article() -> None:
    with pytest.raises(UnreadableError, match="only the marks"):
        read(document("Printable version\nOriginal article link: https://example.org/a"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“It is a good day for all of us,” said Max Müller.", [("It is a good day for all of us", "Max Müller")]),
        (
            '"It is a good day for all of us", says Jane O\'Neill of X.',
            [("It is a good day for all of us", "Jane O'Neill")],
        ),
        ("Jane Roe, chief of X, said: “It is a good day for all.”", [("It is a good day for all.", "Jane Roe")]),
        (
            "Chief executive Jane van der Berg told reporters: “It is a good day.”",
            [("It is a good day.", "Jane van der Berg")],
        ),
        ("“It is a good day for all of us,” she said.", []),
        ("“It is a good day for all of us,” said the minister.", []),
        ("She said “it is a good day for all of us”.", []),
        ("A “good” day.", []),
    ],
)
def test_a_quote_has_its_words_and_its_speaker(text: str, expected: list[tuple[str, str]]) -> None:
    assert quotes([text]) == tuple(Quote(text=words, speaker=name) for words, name in expected)


def test_a_text_without_marks_is_no_release() -> None:
    assert not is_press_release("A title\n\nSome text about a date 2026-11-18 and a printable version of it.")
    assert is_press_release(WIRE)


@given(st.lists(st.sampled_from([*MARKS, "", "Text.", "ENDS", "Embargoed until 1 May 2027"]), max_size=12))
def test_any_order_of_lines_is_an_entry_or_says_why_not(lines: list[str]) -> None:
    try:
        entry = read(document("\n".join(lines)))
    except UnreadableError as error:
        assert error.message
    else:
        assert entry.title
        for mark in ("Printable version", "Click here", "Original article link"):
            assert mark not in entry.text


def test_the_title_is_the_same_wherever_the_marks_stand() -> None:
    for head in itertools.permutations(MARKS[:3]):
        assert read(document("\n".join([*head, *MARKS[3:]]))).title == MARKS[2]
