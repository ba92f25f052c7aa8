from __future__ import annotations

import sys
from datetime import UTC, datetime

import pytest

from digest.gather.files.document import UnreadableError
from digest.gather.files.word import read
from digest.model import Entry
from tests.gather.files.office import HEADER, NAMESPACES, core, docx, paragraph, run
from tests.gather.making import document

TEXT = paragraph("The harbour board has agreed a new timetable for the ferries.")
HEAD = f"{HEADER}<w:document {NAMESPACES}><w:body>"
TAIL = "</w:body></w:document>"


def entry(*paragraphs: str, **properties: str) -> Entry:
    return read(document(docx(*paragraphs, core_properties=core(**properties)), "feeds/release.docx"))


def whole(body: str) -> Entry:
    return read(document(docx(extra={"word/document.xml": f"{HEAD}{body}{TAIL}".encode()}), "feeds/release.docx"))


def test_without_its_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mammoth", None)
    with pytest.raises(UnreadableError, match="needs the extra docx") as caught:
        entry(TEXT)
    assert caught.value.hint == "pip install 'digest-desk[docx]'"


@pytest.mark.parametrize(
    ("paragraphs", "properties", "title"),
    [
        ([paragraph("A heading", style="Title"), TEXT], {"title": "Another"}, "A heading"),
        ([paragraph("A heading", style="berschrift1"), TEXT], {}, "A heading"),
        ([paragraph("A first line"), TEXT], {}, "A first line"),
        (
            [paragraph("Board agrees timetable for ferries"), TEXT],
            {"title": "Board agrees timetable"},
            "Board agrees timetable",
        ),
        ([paragraph("A first line"), TEXT], {"title": "Last month's parking release"}, "A first line"),
        ([paragraph("A first line"), TEXT], {"title": "Microsoft Word - timetable ferries.docx"}, "A first line"),
        ([paragraph("A first line"), TEXT], {"title": "timetable_ferries_FINAL.docx"}, "A first line"),
        ([paragraph("Example Institute"), paragraph("A heading", style="berschrift1"), TEXT], {}, "A heading"),
        (
            [paragraph("PRESS RELEASE"), paragraph("17 November 2026"), paragraph("A first line"), TEXT],
            {},
            "A first line",
        ),
        ([TEXT], {}, "The harbour board has agreed a new timetable for the ferries."),
    ],
)
def test_the_title_is_a_heading_or_a_property_that_is_meant_or_the_first_line(
    paragraphs: list[str], properties: dict[str, str], title: str
) -> None:
    assert entry(*paragraphs, **properties).title == title


@pytest.mark.parametrize(
    ("line", "properties", "day", "note"),
    [
        ("17 November 2026", {"modified": "2026-11-01T00:00:00Z"}, "2026-11-17", None),
        ("Date: Tuesday, 17 November 2026", {}, "2026-11-17", None),
        ("London, 17 November 2026", {}, "2026-11-17", None),
        ("Berlin, den 17. November 2026", {}, "2026-11-17", None),
        ("Press release | 17.11.2026", {}, "2026-11-17", None),
        ("The board met on 17 November 2026", {"modified": "2026-11-01T00:00:00Z"}, "2026-11-01", "properties"),
        ("", {"modified": "2031-01-01T00:00:00Z", "created": "2026-11-02T00:00:00Z"}, "2026-11-02", "properties"),
        ("", {"modified": "nonsense"}, "2026-11-18", "date of the file"),
    ],
)
def test_the_date_is_that_of_a_line_at_the_top_or_of_the_properties(
    line: str, properties: dict[str, str], day: str, note: str | None
) -> None:
    found = entry(paragraph("A heading", style="Title"), *([paragraph(line)] if line else []), TEXT, **properties)
    assert f"{found.published:%Y-%m-%d}" == day
    assert (note or "") in " ".join(found.notes)
    assert bool(found.notes) == bool(note)


@pytest.mark.parametrize(
    ("creator", "authors"),
    [
        ("Ada Quill", ("Ada Quill",)),
        ("Ada Quill;Bo Reed", ("Ada Quill", "Bo Reed")),
        ("Microsoft Office User", ()),
        ("aquill", ()),
        ("AQ", ()),
        ("user-17", ()),
        ("ada@example.org", ()),
        ("python-docx", ()),
    ],
)
def test_an_author_is_a_person_and_no_account(creator: str, authors: tuple[str, ...]) -> None:
    assert entry(TEXT, creator=creator).authors == authors


def test_changes_count_as_accepted_and_what_is_hidden_is_not_there() -> None:
    found = whole(
        '<w:p><w:r><w:t xml:space="preserve">Twelve </w:t></w:r>'
        '<w:moveFrom w:id="1"><w:r><w:t>old </w:t></w:r></w:moveFrom>'
        '<w:del w:id="2"><w:r><w:delText>eleven </w:delText></w:r></w:del>'
        '<w:ins w:id="3"><w:r><w:t xml:space="preserve">new </w:t></w:r></w:ins>'
        '<w:moveTo w:id="4"><w:r><w:t xml:space="preserve">white </w:t></w:r></w:moveTo>'
        + run("secret ", "<w:b/><w:vanish/>")
        + run("x", '<w:rFonts/><w:vanish w:val="0"/>')
        + "<w:r><w:t>boats.</w:t></w:r></w:p><w:p><w:r><w:t>They sail.</w:t></w:r></w:p>"
    )
    assert found.title == "Twelve new white xboats."


def test_an_embargo_holds_the_document_wherever_it_stands() -> None:
    found = entry(paragraph("EMBARGOED until 00:01, 25 November 2026"), paragraph("A heading", style="Title"), TEXT)
    assert found.embargo == datetime(2026, 11, 25, 0, 1, tzinfo=UTC)
    assert "EMBARGOED" not in found.title + found.text + found.body
    with pytest.raises(UnreadableError, match="embargo whose time cannot be read"):
        entry(paragraph("EMBARGOED until next week"), TEXT)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"PK", "no Word document"),
        (b"PK\x03\x04" + bytes(100), "no Word document"),
        (docx(), "holds no text"),
        (docx(TEXT)[:-40], "no Word document"),
        (docx(TEXT).replace(b"harbour", b"HARBOUR"), "no Word document"),  # a checksum that is wrong
        (docx(extra={"word/document.xml": b"<w:document"}), "no Word document"),
        (docx(extra={"word/document.xml": HEAD.encode() + b"<w:tbl><w:tr><w:tc>" * 30_000}), "no Word document"),
        (docx(extra={"word/document.xml": f"{HEAD}{'<w:p/>' * 210_000}{TAIL}".encode()}), "too long to be read"),
        (docx(extra={"word/document.xml": b" " * 13_000_000}, packed=True), "too large when it is unpacked"),
        (docx(extra={f"word/p{number}.xml": b" " * 11_000_000 for number in range(3)}, packed=True), "too large"),
        (docx(extra={f"x{number}": b"" for number in range(5_001)}), "too large when it is unpacked"),
        (docx(extra={"word/footnotes.xml": b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"}), "defines entities"),
        (
            docx(extra={"word/styles.xml": "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>".encode("utf-16")}),
            "defines entities",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "of the old kind"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_says_why(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        read(document(data, "feeds/release.docx"))


def test_deep_nesting_ends() -> None:
    deep = "<w:sdt><w:sdtContent>" * 5_000 + TEXT + "</w:sdtContent></w:sdt>" * 5_000
    with pytest.raises(UnreadableError, match="no Word document"):
        whole(deep)
