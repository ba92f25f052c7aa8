"""The documents of ``data/`` that no editor for text can write; run it to write them anew.

python -m tests.gather.files.binaries
"""

from __future__ import annotations

from pathlib import Path

from tests.gather.files.office import HEADER, NAMESPACES, PICTURE, core, docx, notes, paragraph, run
from tests.gather.files.printed import Words, content, form, lines, pdf, stream

DATA = Path(__file__).parent / "data"

REFERENCE = '<w:r><w:footnoteReference w:id="1"/></w:r>'
REMOVED = '<w:del w:id="1" w:author="x"><w:r><w:delText>eleven </w:delText></w:r></w:del>'


def word_documents() -> dict[str, bytes]:
    plain = docx(
        paragraph("Harbour Board"),
        paragraph("MEDIA RELEASE"),
        paragraph("17 November 2026"),
        paragraph("Ferry timetable to change in spring", style="berschrift1"),
        paragraph(
            "The harbour board has agreed a ", run("new", "<w:b/>"), " timetable.", REFERENCE, " It starts in March."
        ),
        paragraph("There will be ", REMOVED, f'<w:ins w:id="2" w:author="x">{run("twelve ")}</w:ins>', "boats a day."),
        paragraph(PICTURE),
        paragraph("“It is a relief,” said Ada Quill, who chairs the board."),
        paragraph("Media contact", style="Heading2"),
        paragraph("Bo Reed, press@example.org, 020 7946 0000"),
        footnotes=notes("Minutes of 12 November 2026."),
        core_properties=core(
            title="Release of last month about parking",
            creator="Ada Quill",
            modified="2026-11-16T10:00:00Z",
            language="en-GB",
        ),
    )
    hostile = docx(
        paragraph("EMBARGOED until 00:01 on Wednesday 25 November 2026"),
        paragraph("Ferry &lt;script&gt;alert(1)&lt;/script&gt; timetable", style="Title"),
        paragraph(
            "The board has agreed.", run(" Hidden words.", "<w:i/><w:vanish/>"), run(" Shown.", '<w:vanish w:val="0"/>')
        ),
        paragraph('<w:hyperlink r:id="rIdBad"><w:r><w:t>A link</w:t></w:r></w:hyperlink>', " ends it."),
        paragraph('<w:r><w:commentReference w:id="7"/></w:r>', run("Last words.")),
        core_properties=core(
            title="Microsoft Word - ferry_FINAL(3).docx",
            creator="Microsoft Office User",
            created="0001-01-01T00:00:00Z",
            modified="2031-01-01T00:00:00Z",
        ),
        extra={
            "word/_rels/document.xml.rels": f'{HEADER}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
            'relationships"><Relationship Id="rIdBad" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            'relationships/hyperlink" Target="javascript:alert(1)" TargetMode="External"/><Relationship Id="rIdStyles" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>'
            "</Relationships>".encode(),
        },
    )
    entities = docx(
        extra={
            "word/document.xml": f'{HEADER}<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
            f"<w:document {NAMESPACES}><w:body>{paragraph('&b;')}</w:body></w:document>".encode()
        }
    )
    foreign = docx(
        paragraph("新しい橋が春に開通", style="Title"),
        paragraph("二〇二六年十一月、港の新しい橋は春に開通すると市が発表した。"),
        paragraph("「待っていた」と森あおいさんは話した。"),
        core_properties=core(creator="森あおい", language="ja-JP", modified="2026-11-16T00:00:00Z"),
    )
    return {
        "docx/plain.docx": plain,
        "docx/hostile.docx": hostile,
        "docx/hostile-bomb.docx": docx(extra={"word/document.xml": b"<a>" + b" " * 13_000_000}, packed=True),
        "docx/hostile-entities.docx": entities,
        "docx/foreign.docx": foreign,
        "docx/broken.docx": plain[: len(plain) * 2 // 3],
        "docx/broken-protected.docx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(504)
        + "EncryptedPackage".encode("utf-16-le")
        + bytes(500),
    }


def running(number: int) -> list[Words]:
    """What stands at the edges of every page."""
    return [Words("Harbour Board  |  News", 72, 800, 8), Words(f"Page {number} of 3", 270, 30, 8)]


def pdfs() -> dict[str, bytes]:
    plain = pdf(
        [
            *running(1),
            *lines("Ferry timetable to change in spring,\nand the islands get twelve boats", top=740, size=20, step=24,
                   font="F2"),
            Words("17 November 2026", 72, 680),
            *lines("The harbour board has agreed a new timetable for the ferries to the outer is-\n"
                   "lands, which will bring twelve boats a day from the end of March. It is the long-\n"
                   "awaited answer to the winter of 2019.", top=650),
            *lines("A long-awaited answer", top=590, font="F2"),
            *lines("“It is a relief for everybody,” said Ada Quill, who chairs the board. The decision\n"
                   "follows a consultation in which 1,240 islanders took part, and which the board", top=565),
        ],
        [
            *running(2),
            *lines("finished in September. Two thirds of them wanted earlier boats.", top=760),
            *lines("• Earlier boats on weekdays", top=730),
            *lines("• A later boat on Saturdays", top=716),
        ],
        [*running(3), *lines("The timetable is out on Friday.", top=760)],
        Title="Ferry timetable to change in spring, and the islands get twelve boats",
        Author="Ada Quill",
        CreationDate="D:20261116101500+01'00'",
        language="en-GB",
    )  # fmt: skip
    hostile = pdf(
        b"/A Do BT /F1 11 Tf 1 0 0 1 72 700 Tm (The words after the drawings.) Tj ET",
        stream(b"BT /F1 11 Tf (x) Tj ET " * 1_000_000)[-10:],  # a page that is no page
        content(
            [Words("A heading of the third page", 72, 700, 20, "F2"), Words("Its text, which can be read.", 72, 650)]
        ),
        objects=[form(b"/B Do /B Do /A Do", "/A 5 0 R /B 6 0 R"), form(b"/A Do /A Do /B Do", "/A 5 0 R /B 6 0 R")],
        xobjects="/A 5 0 R",
        Title="untitled",
        Author="root",
        CreationDate="D:20991231000000Z",
    )
    foreign = pdf(
        [
            Words("COMMUNIQUÉ DE PRESSE", 72, 790, 9),
            *lines("Le pont de la Vesle fermé", top=750, size=22, font="F2"),
            Words("Saint-Ombre, le 16 novembre 2026", 72, 715),
            *lines("Le vieux pont, que près de mille voitures empruntent chaque jour, restera fer\xad-\n"
                   "mé jusqu’au printemps, a annoncé la mairie.", top=690),
            *lines("« Nous n’avons pas le choix », a déclaré Maud Tessier, adjointe au maire.", top=640),
        ],
        Title="Le pont de la Vesle fermé – été 2026",
        Author="Maud Tessier",
        language="fr",
    )  # fmt: skip
    picture = stream(
        b"\0", "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
    )
    return {
        "pdf/plain.pdf": plain,
        "pdf/hostile.pdf": hostile,
        "pdf/hostile-bomb.pdf": pdf(b" " * 21_000_000),
        "pdf/foreign.pdf": foreign,
        "pdf/broken.pdf": b"%PDF-1.7\n" + plain[400:900],
        "pdf/broken-scan.pdf": pdf(b"q 595 0 0 842 0 0 cm /A Do Q", objects=[picture], xobjects="/A 5 0 R"),
    }


def all_documents() -> dict[str, bytes]:
    """Every document by its place in ``data/``."""
    return word_documents() | pdfs()


if __name__ == "__main__":
    for place, data in all_documents().items():
        (DATA / place).write_bytes(data)
