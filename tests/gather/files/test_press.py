from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.files.document import UnreadableError
from digest.gather.files.press import is_press_release, read
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


# What makes a release -----------------------------------------------------------------------------------------------

HEAD = "A headline of some words"
TEXT = "The text says one thing. It says another."


@pytest.mark.parametrize(
    "text",
    [
        f"Press release\n{HEAD}\n{TEXT}",
        f"PRESS RELEASE No. 12/2026, 16 November 2026\n{HEAD}\n{TEXT}",
        f"FOR IMMEDIATE RELEASE\n{HEAD}\n{TEXT}",
        f"News Release 16-Nov-2026\n{HEAD}\n{TEXT}",
        f"Pressemitteilung Nr. 3 vom 16. November 2026\n{HEAD}\n{TEXT}",
        f"Communiqué de presse\n{HEAD}\n{TEXT}",
        f"NOTA DE PRENSA\n{HEAD}\n{TEXT}",
        f"{HEAD}\nPrintable version\n{TEXT}",
        f"{HEAD}\n{TEXT}\nNotes to editors\n1. A note.",
        f"{HEAD}\n{TEXT}\nPressekontakt: Anke Weiß, 0221 555 01 23",
        f"{HEAD}\n{TEXT}\nENDS\nSOURCE Lantern Foods",
        f"{HEAD}\nLONDON, Nov. 16, 2026 /PRNewswire/ -- Lantern Foods recalled two kinds of soup, says this long line.",
        f"{HEAD}\nLONDON--(BUSINESS WIRE)--Lantern Foods recalled two kinds of soup, and this line is long enough.",
        f"{HEAD}\nEmbargo: 25 November 2026\n{TEXT}",
        f"{HEAD}\n{TEXT}\nOriginal article link: https://example.org/a",
    ],
)  # fmt: skip
def test_a_text_with_a_mark_is_a_release_and_its_headline_is_found(text: str) -> None:
    assert is_press_release(text)
    assert read(document(text)).title == HEAD


@pytest.mark.parametrize(
    "text",
    [
        "A title\n\nSome text about a date 2026-11-18 and a printable version of it.",
        "Minutes of the meeting\nDate: 2026-11-16 10:00 Room 4\nPresent: A, B\nWe agreed on soup.\nENDS",
        "Note to self\n16 November 2026\n\nText of a note.",
        "Contact list\n\nJane 020 7946 0000\nContact: Bob",
        "A memo\nDate: 24 March 2025\nFrom: Bob\nTo: Ann\nText of it.",
        "A story\n\nThe embargo was lifted in 1994.\n\n###",
        "Release notes\n\nVersion 1.2 is out.\n\nAbout the author\nShe writes.",
        "Print this page\nText of it here.\nShare this page",
        "A diary\n\nBERLIN, 16 November 2026 – I went for a walk along the river and saw nothing at all there.",
    ],
)
def test_a_note_is_not_taken_for_a_release(text: str) -> None:
    assert not is_press_release(text)


def test_a_release_bears_marks() -> None:
    assert is_press_release(WIRE)


@pytest.mark.parametrize(
    "text",
    [
        f"{WIRE}\n{WIRE}",
        "FOR IMMEDIATE RELEASE\nOne\nText.\n==========\nFOR IMMEDIATE RELEASE\nTwo\nText.",
        "Press release\nOne\nText.\n==========\nPress release\nTwo\nText.",
        "date 2026-11-16 A\nOne\nText.\n\ndate 2026-11-17 B\nTwo\nText.",
    ],
)
def test_several_releases_in_a_file_are_refused(text: str) -> None:
    with pytest.raises(UnreadableError, match="holds 2 press releases") as error:
        read(document(text))
    assert error.value.hint == "save each of them in a file of its own"


# What stands around the article -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    ["date 2026-11-16 X", " date 2026-11-16 X", "Date: 16 November 2026", "Published 16 November 2026", "16 Nov 2026",
     "Published on: 16 November 2026", "16-Nov-2026", "November 16, 2026", "Monday, 16 November 2026", "16.11.2026",
     "Brussels, 16 November 2026", "Berlin, den 16. November 2026", "Paris, le 16 novembre 2026", "2026-11-16",
     "Madrid, 16 de noviembre de 2026", "Veröffentlicht am 16. November 2026", "Publié le 16 novembre 2026"],
)  # fmt: skip
def test_a_date_near_the_top_is_the_date_and_no_text(line: str) -> None:
    for head in ([line, HEAD], [HEAD, line]):
        entry = read(document("\n".join(["Press release", *head, TEXT])))
        assert (entry.title, entry.text) == (HEAD, TEXT)
        assert entry.published == datetime(2026, 11, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    "dateline",
    ["LONDON, Nov. 16, 2026 /PRNewswire/ -- ", "LONDON, Nov. 16, 2026 (GLOBE NEWSWIRE) -- ",
     "LONDON, 16 November 2026 – ",
     "Köln, 16. November 2026 – ", "Paris, le 16 novembre 2026 – ", "London (16 November 2026) – ",
     "SPRINGFIELD, Ill., November 16, 2026 /PRNewswire/ -- "],
)  # fmt: skip
def test_a_dateline_is_the_date_and_no_text(dateline: str) -> None:
    entry = read(document(f"PRESS RELEASE\n{HEAD}\n{dateline}{TEXT}"))
    assert (entry.text, entry.summary) == (TEXT, TEXT)
    assert entry.published == datetime(2026, 11, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    "line",
    ["Home > News > Press releases", "Share this article", "Share on Facebook Twitter LinkedIn", "Follow us on Bluesky",
     "Facebook Twitter LinkedIn Email", "Skip to main content", "Back to news", "Print this page", "2 min read", "Menu",
     "-more-", "\u200b", "* * *"],
)  # fmt: skip
def test_what_belongs_to_the_page_is_no_text(line: str) -> None:
    for text in (f"{line}\nPress release\n{HEAD}\n{TEXT}", f"Press release\n{HEAD}\n{line}\n{TEXT}"):
        entry = read(document(text))
        assert (entry.title, entry.text) == (HEAD, TEXT)


@pytest.mark.parametrize(
    "lines",
    [["Original article link: https://example.org/a"], ["Original article link:", "", "https://example.org/a"],
     ["Original article link: <https://example.org/a>"], ["Original article link:", "<https://example.org/a>"],
     ["**Original article link:** [Read it](https://example.org/a)"], ["Original article link : https://example.org/a"],
     ["View original content: https://example.org/a"], ["View source version on businesswire.com: https://example.org/a"],
     ["Link to original", "[the original](https://example.org/a)"]],
)  # fmt: skip
def test_the_original_is_found_however_its_address_is_written(lines: list[str]) -> None:
    entry = read(document("\n".join(["Press release", HEAD, TEXT, *lines])))
    assert (entry.url, entry.text) == ("https://example.org/a", TEXT)


@pytest.mark.parametrize(
    "line",
    ["Click here to continue reading…", "Read the full press release", "Continue reading on the institute's website",
     "Click here for the full press release", "Read the full version of this comment.", "Weiterlesen"],
)  # fmt: skip
def test_a_text_that_goes_on_elsewhere_says_so(line: str) -> None:
    entry = read(document(f"Press release\n{HEAD}\n{TEXT}\n{line}"))
    assert (entry.text, entry.truncated) == (TEXT, True)


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        ([HEAD, "EXPERT COMMENT"], "Expert comment"),
        (["EXPERT COMMENT", HEAD], "Expert comment"),
        (["Expert Comment", HEAD], "Expert comment"),
        ([HEAD, "Expert Comment"], "Expert comment"),
        (["TALKING POINT", HEAD], "Talking point"),
        (["News", HEAD, "OPINION"], "Opinion"),
        (["NEWS", "Press release", HEAD], "News"),
        ([HEAD], None),
    ],
)
def test_a_kicker_stands_before_the_headline_or_after_it(lines: list[str], kind: str | None) -> None:
    entry = read(document("\n".join(["date 2026-11-16 X", *lines, TEXT, TEXT + " More."])))
    assert (entry.title, entry.kind, entry.summary) == (HEAD, kind, TEXT)


def test_who_sends_it_is_said_in_many_places() -> None:
    for text in (
        f"date 2026-11-16 Lantern Foods\n{HEAD}\n{TEXT}",
        f"Press release\nFrom: Lantern Foods\n{HEAD}\n{TEXT}",
        f"Press release – Lantern Foods\n{HEAD}\n{TEXT}",
        f"{HEAD}\nNews provided by\n\nLantern Foods\n\n{TEXT}",
        f"Press release\n{HEAD}\n{TEXT}\n{TEXT}\n{TEXT}\nSOURCE Lantern Foods",
        f"Press release\n{HEAD}\n{TEXT}\n\nAbout Lantern Foods\nIt makes soup.",
    ):
        entry = read(document(text))
        assert (entry.title, entry.organisation) == (HEAD, "Lantern Foods")
        assert entry.text.startswith(TEXT)


@pytest.mark.parametrize(
    ("tail", "contact"),
    [
        ("Contact:\nJane Roe\n020 7946 0000\njane@x.example", "Jane Roe\n020 7946 0000\njane@x.example"),
        ("Media enquiries: Jane Roe, 020 7946 0000", "Jane Roe, 020 7946 0000"),
        ("Notes to editors\n1. A note.\nMedia contact\nJane Roe\n020 7946 0000\nAbout us\nWe are.",
         "Jane Roe\n020 7946 0000"),
        ("Pressekontakt:\nJane Roe\nTel. 0221 555 01 23", "Jane Roe\nTel. 0221 555 01 23"),
        ("ENDS\nNotes\n1. A note.\nJane Roe: jane@x.example", "Jane Roe: jane@x.example"),
        ("For more information, contact Jane Roe at jane@x.example.",
         "For more information, contact Jane Roe at jane@x.example."),
        ("ENDS", ""),
    ],
)  # fmt: skip
def test_whom_to_ask_is_a_field_and_no_text(tail: str, contact: str) -> None:
    entry = read(document(f"Press release\n{HEAD}\n{TEXT}\n{tail}"))
    assert (entry.text, entry.contact) == (TEXT, contact)
    for line in contact.split("\n"):
        assert line in entry.body


def test_contacts_above_the_headline_are_contacts() -> None:
    entry = read(document(f"FOR IMMEDIATE RELEASE\nContact: Jane Roe\nPhone: 202-555-0100\n\n{HEAD}\n{TEXT}"))
    assert (entry.title, entry.text, entry.contact) == (HEAD, TEXT, "Jane Roe\nPhone: 202-555-0100")


# The summary --------------------------------------------------------------------------------------------------------


def test_the_summary_is_the_first_paragraph_of_whole_sentences() -> None:
    entry = read(document(f"Press release\n{HEAD}\nTwo hundred homes are lit\nCosts are shared\n{TEXT}\nMore of it."))
    assert entry.summary == TEXT
    assert entry.text.startswith("Two hundred homes are lit\n\nCosts are shared\n\n")


def test_of_paragraphs_that_ran_together_the_summary_is_the_first_sentences() -> None:
    line = " ".join(f"This is sentence number {number} of the text." for number in range(40))
    entry = read(document(f"Press release\n{HEAD}\n{line}"))
    assert entry.text == line
    assert entry.summary in line
    assert entry.summary.endswith("of the text.")
    assert 40 <= len(entry.summary.split()) < 60


def test_wrapped_lines_without_blank_lines_are_paragraphs_again() -> None:
    text = """FOR IMMEDIATE RELEASE
        A headline that is so long that whoever wrapped the text wrapped
        it too

        The text runs over several lines because somebody wrapped it at a
        margin of theirs, as mail programs did for thirty years and more.
        It ends here.
        The second paragraph begins on a line of its own, and it runs on
        for a while too."""
    entry = read(document(text))
    assert entry.title == "A headline that is so long that whoever wrapped the text wrapped it too"
    assert [part[-12:] for part in entry.text.split("\n\n")] == ["t ends here.", "a while too."]


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
