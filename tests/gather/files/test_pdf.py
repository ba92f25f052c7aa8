from __future__ import annotations

import io
import sys
from datetime import UTC, datetime

import pypdf
import pytest

from digest.gather.files.document import UnreadableError
from digest.gather.files.pdf import read
from digest.model import Entry
from tests.gather.files.printed import Words, form, lines, pdf
from tests.gather.making import document

HEAD = [Words("Ferry timetable to change", 72, 740, 20)]
TEXT = lines("The harbour board has agreed a new timetable for the ferries to the islands, and the\n"
             "boats will sail twelve times a day from the end of March, it said on Monday.", top=700)  # fmt: skip
PAGE = [*HEAD, *TEXT]


def entry(data: bytes) -> Entry:
    return read(document(data, "feeds/release.pdf"))


def encrypted(password: str, algorithm: str) -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(pdf(PAGE)))
    writer.encrypt(user_password=password, owner_password="other", algorithm=algorithm)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def test_without_its_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdf", None)
    with pytest.raises(UnreadableError, match="needs the extra pdf") as caught:
        entry(pdf(PAGE))
    assert caught.value.hint == "pip install 'digest-desk[pdf]'"


@pytest.mark.parametrize(
    ("told", "title"),
    [
        ("", "Ferry timetable to change"),
        ("Something else altogether", "Ferry timetable to change"),
        ("Microsoft Word - ferry timetable.docx", "Ferry timetable to change"),
        ("Layout 1", "Ferry timetable to change"),
    ],
)
def test_the_largest_words_of_the_first_page_are_the_title(told: str, title: str) -> None:
    assert entry(pdf(PAGE, Title=told)).title == title


def test_without_larger_words_the_title_is_the_one_of_the_properties_if_the_text_bears_it_out() -> None:
    plain = [Words("Harbour Board", 72, 740), *TEXT]
    assert entry(pdf(plain, Title="A new timetable for the ferries")).title == "A new timetable for the ferries"
    assert entry(pdf(plain, Title="Minutes of last month")).title == "Harbour Board"


@pytest.mark.parametrize(
    ("created", "moment", "note"),
    [
        ("D:20261116101500+01'00'", datetime(2026, 11, 16, 9, 15, tzinfo=UTC), "properties"),
        ("D:20261116101500Z", datetime(2026, 11, 16, 10, 15, tzinfo=UTC), "properties"),
        ("D:20261116", datetime(2026, 11, 16, tzinfo=UTC), "properties"),
        ("D:2026", datetime(2026, 11, 18, 9, tzinfo=UTC), "file"),
        ("D:20310101000000Z", datetime(2026, 11, 18, 9, tzinfo=UTC), "file"),
        ("D:20261316000000Z", datetime(2026, 11, 18, 9, tzinfo=UTC), "file"),
        ("yesterday", datetime(2026, 11, 18, 9, tzinfo=UTC), "file"),
    ],
)
def test_the_date_is_that_of_the_properties_if_it_can_be(created: str, moment: datetime, note: str) -> None:
    found = entry(pdf(PAGE, CreationDate=created))
    assert found.published == moment
    assert note in found.notes[0]
    assert found.embargo is None


def test_a_page_that_a_browser_printed_says_where_it_is_from() -> None:
    def printed(number: int) -> list[Words]:
        return [
            Words("18/11/2026, 09:12", 20, 825, 8), Words("Ferry timetable | Harbour Board", 250, 825, 8),
            *(PAGE if number == 1 else lines("The second page has words of its own.", top=750)),
            Words(f"https://www.example.org/ferry?utm_source=x {number}/2", 20, 15, 8),
        ]  # fmt: skip

    found = entry(pdf(printed(1), printed(2)))
    assert found.url == "https://www.example.org/ferry"
    assert "example.org" not in found.text
    assert "Harbour Board" not in found.text


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128"])
def test_a_document_that_is_protected_against_changes_only_is_read(algorithm: str) -> None:
    assert entry(encrypted("", algorithm)).title == "Ferry timetable to change"
    with pytest.raises(UnreadableError, match="protected by a password"):
        entry(encrypted("secret", algorithm))


def test_pages_and_letters_and_work_are_limited() -> None:
    found = entry(pdf(*[PAGE] * 210))
    assert found.truncated
    assert "only its first 200 pages were read" in found.notes
    found = entry(pdf(b"BT /F1 9 Tf (" + b"ab " * 500_000 + b") Tj ET", PAGE))
    assert found.truncated
    assert len(found.text) <= 1_000_000
    busy = b"BT /F1 9 Tf (ab) Tj ET " * 25_000
    found = entry(pdf(PAGE, *[busy] * 12))
    assert found.truncated
    assert found.title == "Ferry timetable to change"


def test_a_page_that_cannot_be_read_is_named_and_the_others_are_read() -> None:
    found = entry(pdf(PAGE, b"0 0 m " * 250_000, [Words("The second page.", 72, 700)]))
    assert "could not be read: page 2" in found.notes
    assert found.text.endswith("The second page.")


@pytest.mark.parametrize(
    ("drawn", "objects"),
    [
        (b"/A Do", [form(b"/A Do", "/A 5 0 R")]),
        (b"/A Do", [form(b"/B Do /B Do", "/B 6 0 R"), form(b"/A Do /A Do", "/A 5 0 R")]),
        (b"/A Do", [form(b"/A Do /A Do /A Do", f"/A {6 + depth} 0 R") for depth in range(30)] + [form(b"")]),
    ],
)
def test_drawings_that_name_each_other_end(drawn: bytes, objects: list[bytes]) -> None:
    data = pdf(drawn + b" BT /F1 11 Tf 1 0 0 1 72 700 Tm (After them.) Tj ET", objects=objects, xobjects="/A 5 0 R")
    assert "After them." in entry(data).title


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"not a PDF", "is no PDF"),
        (pdf(PAGE)[:300], "is no PDF"),
        (pdf(), "has no pages"),
        (pdf(b""), "only pictures of it"),
        (pdf(b" " * 21_000_000), "no page that can be read"),
        (pdf(PAGE).replace(b"/Kids [5 0 R]", b"/Kids [2 0 R]"), "is no PDF|has no pages"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_says_why(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        entry(data)
