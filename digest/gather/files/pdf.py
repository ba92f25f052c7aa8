"""A PDF, read with pypdf: its text and what its pages show of how it is meant."""

from __future__ import annotations

import io
import logging
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from digest.gather import embargo
from digest.gather.files.document import Document, UnreadableError
from digest.gather.files.entry import finish
from digest.gather.files.head import property_date, real_author, split_head
from digest.gather.files.lines import Line, as_html, printed_from
from digest.gather.repair import language_tag
from digest.model import Entry
from digest.text.plain import drop_controls, plain
from digest.text.urls import clean_url

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

_MOST_PAGES = 200
_MOST_STEPS = 600_000
"""Drawing operations of a whole document; pypdf takes some 10 µs for each. A page of text has 500 to 3,000."""
_MOST_STEPS_OF_STREAM = 300_000
_MOST_LETTERS = 1_000_000
_LIMITS: Final[dict[str, Any]] = {
    "zlib_maximum_output_length": 20_000_000,
    "lzw_maximum_output_length": 20_000_000,
    "run_length_maximum_output_length": 20_000_000,
    "array_based_stream_maximum_output_length": 20_000_000,
    "maximum_declared_stream_length": 20_000_000,
    "stream_decoding_work_maximum_length": 40_000_000,
    "stream_parsing_work_maximum_count": _MOST_STEPS_OF_STREAM,
    "xform_maximum_invocations_per_extraction": 300,
    "page_tree_maximum_entries": 5_000,
    "jbig2dec_binary": None,  # no other program is started
    "disable_legacy_handling": True,
}
"""For pypdf, which allows 75 MB and two million steps a stream: too much for one file of many."""
_DATE: Final = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?\s*(?:(Z)|([+-]\d\d)'?(\d\d)?)?")
_AS_TEXT: Final = "save its text as .txt or .md"
_BOLD: Final = re.compile(r"bold|black|heavy", re.IGNORECASE)
# pypdf goes through damaged files as far as it can, and a hostile one reaches all of it.
_ERRORS = (
    ArithmeticError, AssertionError, AttributeError, LookupError, NotImplementedError, OSError, RecursionError,
    TypeError, ValueError,
)  # fmt: skip


class _EnoughError(Exception):
    """A document asks for more work than it gets."""


@dataclass(slots=True)
class _Pages:
    """What was read of a document so far."""

    pages: list[list[Line]] = field(default_factory=list)
    steps: int = 0
    letters: int = 0
    unread: list[int] = field(default_factory=list)  # numbers of pages, from 1
    is_cut: bool = False


def read(document: Document) -> Entry:
    """The entry of a PDF; its title and date are those of its head, else of its properties.

    Raises:
        UnreadableError: the extra ``pdf`` is not installed; it is no PDF, damaged, protected by a password, or holds
            no text but pictures of it.
    """
    if not document.data.strip():
        raise UnreadableError("is empty")
    try:
        from pypdf import apply_configuration, errors  # noqa: PLC0415  an extra
    except ImportError as error:
        raise UnreadableError("needs the extra pdf to be read", hint="pip install 'digest-desk[pdf]'") from error
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it repairs is of no use to an editor
    with apply_configuration(**_LIMITS):
        try:
            reader = _opened(document.data)
            found = _read_pages(reader)
            told = _properties(reader)
        except (errors.PyPdfError, *_ERRORS) as error:
            raise UnreadableError("is no PDF, or a damaged one", hint=_AS_TEXT) from error
    body, notices = embargo.cut_html(as_html(found.pages))
    if not plain(body) and not notices:
        raise _without_text(found)
    head = split_head(body, told["/Title"], document)
    published = head.date or property_date(document, (_as_iso(told["/CreationDate"]), _as_iso(told["/ModDate"])))
    return finish(
        document,
        title=head.title,
        body=head.body,
        text=head.text,
        url=clean_url(printed_from(found.pages) or ""),
        published=published or document.saved,
        kind=head.kind,
        authors=real_author(told["/Author"]),
        language=language_tag(told["/Lang"]),
        notices=notices,
        truncated=found.is_cut,
        notes=(*_doubts(found), *_dated(head.date, published)),
    )


def _opened(data: bytes) -> PdfReader:
    from pypdf import PdfReader, errors  # noqa: PLC0415

    reader = PdfReader(io.BytesIO(data), strict=False)
    if not reader.is_encrypted:
        return reader
    try:
        opens = bool(reader.decrypt(""))  # most are protected against changes only
    except errors.DependencyError as error:
        raise UnreadableError("is encrypted in a way that needs another package",
                              hint="pip install cryptography, or print it to a new PDF") from error  # fmt: skip
    if not opens:
        raise UnreadableError("is protected by a password", hint="open it and save it without one")
    return reader


def _read_pages(reader: PdfReader) -> _Pages:
    """The lines of each page, as far as there is work and room for them."""
    from pypdf import errors  # noqa: PLC0415

    found = _Pages()
    found.is_cut = len(reader.pages) > _MOST_PAGES
    for number, page in enumerate(reader.pages[:_MOST_PAGES], 1):
        if found.letters >= _MOST_LETTERS or found.steps > _MOST_STEPS:
            found.is_cut = True
            break
        try:
            lines = _lines(page, found)
        except (_EnoughError, errors.PyPdfError, *_ERRORS):
            found.unread.append(number)
            found.steps += _MOST_STEPS_OF_STREAM // 2  # it may have taken that long before it failed
            continue
        found.pages.append(lines)
    found.is_cut = found.is_cut or found.letters >= _MOST_LETTERS
    return found


def _lines(page: PageObject, found: _Pages) -> list[Line]:
    pieces: list[Line] = []

    def note(text: str, cm: Sequence[float], tm: Sequence[float], font: Any, size: float) -> None:
        if text and found.letters < _MOST_LETTERS:
            pieces.append(_piece(text[:_MOST_LETTERS], cm, tm, font, size))
            found.letters += len(text)

    def count(*_: object) -> None:
        found.steps += 1
        if found.steps > _MOST_STEPS:
            raise _EnoughError

    page.extract_text(visitor_text=note, visitor_operand_before=count)
    return _joined(pieces)


def _piece(text: str, cm: Sequence[float], tm: Sequence[float], font: Any, size: float) -> Line:
    """Letters, and where and how large they stand: the text's matrix times the page's (ISO 32000-1 §9.4.4)."""
    x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
    y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
    height = math.hypot(tm[2] * cm[0] + tm[3] * cm[2], tm[2] * cm[1] + tm[3] * cm[3])
    x, y, size = (value if math.isfinite(value) else 0.0 for value in (x, y, abs(size) * height))
    name = str(font.get("/BaseFont", "")) if isinstance(font, dict) else ""
    return Line(text=text, size=size, x=x, y=y, bold=_BOLD.search(name) is not None)


def _joined(pieces: Sequence[Line]) -> list[Line]:
    """Pieces to lines; a line is as large and as bold as most of its letters."""
    lines: list[list[Line]] = [[]]
    for piece in pieces:
        first, *others = piece.text.split("\n")
        for place, text in enumerate([first, *others]):
            if place:
                lines.append([])
            if text:
                lines[-1].append(Line(text=text, size=piece.size, x=piece.x, y=piece.y, bold=piece.bold))
    return [_line(line) for line in lines if "".join(piece.text for piece in line).strip()]


def _line(pieces: Sequence[Line]) -> Line:
    worded = [piece for piece in pieces if piece.text.strip()]
    most = max(worded, key=lambda piece: len(piece.text))
    bold = sum(len(piece.text) for piece in worded if piece.bold) * 2 > sum(len(piece.text) for piece in worded)
    text = "".join(piece.text for piece in pieces)
    return Line(text=text, size=most.size, x=worded[0].x, y=worded[0].y, bold=bold)


def _without_text(found: _Pages) -> UnreadableError:
    if found.unread:
        return UnreadableError("has no page that can be read: they are damaged, or far too large", hint=_AS_TEXT)
    if found.pages:
        hint = "let a program read the text (OCR), and save it as .txt or .md"
        return UnreadableError("holds no text, only pictures of it", hint=hint)
    return UnreadableError("has no pages")


def _properties(reader: PdfReader) -> dict[str, str]:
    """The document's properties that are texts; what cannot be read is empty."""
    told = dict.fromkeys(("/Title", "/Author", "/CreationDate", "/ModDate", "/Lang"), "")
    for place in (reader.metadata, reader.root_object):
        for name in told:
            value = place.get(name) if place else None
            told[name] = told[name] or (" ".join(drop_controls(value).split()) if isinstance(value, str) else "")
    return told


def _as_iso(value: str) -> str:
    """A date as PDF writes it (ISO 32000-1 §7.9.4), if it is more than a year."""
    found = _DATE.match(value)
    if found is None or found[3] is None:
        return ""
    year, month, day, hour, minute, second, utc, hours, minutes = found.groups()
    zone = "Z" if utc else f"{hours}:{minutes or '00'}" if hours else ""
    return f"{year}-{month}-{day}T{hour or '00'}:{minute or '00'}:{second or '00'}{zone}"


def _dated(said: datetime | None, published: datetime | None) -> tuple[str, ...]:
    if said:
        return ()
    return ("date of the document's properties",) if published else ("date of the file",)


def _doubts(found: _Pages) -> tuple[str, ...]:
    notes = []
    if found.unread:
        more = f" and {len(found.unread) - 3} more" if len(found.unread) > 3 else ""
        notes.append(f"could not be read: page {', '.join(str(number) for number in found.unread[:3])}{more}")
    if found.is_cut:
        notes.append(f"only its first {len(found.pages) + len(found.unread)} pages were read")
    return tuple(notes)
