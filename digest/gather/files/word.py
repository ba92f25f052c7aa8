"""A Word document (.docx), read with mammoth as it stands when all changes are accepted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from html import unescape
from typing import Final
from xml.parsers.expat import ExpatError

from digest.gather import embargo
from digest.gather.files.document import Document, UnreadableError
from digest.gather.files.entry import finish
from digest.gather.files.head import property_date, real_author, split_head
from digest.gather.files.package import packed, parts_of
from digest.gather.repair import language_tag
from digest.model import Entry, Html
from digest.text.clean import clean
from digest.text.plain import plain

_STYLES: Final = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='header'] => !
p[style-name='footer'] => !
comment-reference => !
"""
_NOTES: Final = re.compile(r'<ol><li id="(?:foot|end)note-.*\Z', re.DOTALL)
_MARK: Final = re.compile(r'<sup><a href="#(?:foot|end)note-[^"]*" id="(?:foot|end)note-ref-[^"]*">\[\d+\]</a></sup>')
_BACK: Final = re.compile(r'\s*<a href="#(?:foot|end)note-ref-[^"]*">↑</a>')
_HIDDEN: Final = re.compile(
    r"<w:r(?:\s[^<>]*)?><w:rPr>(?:(?!</w:rPr>).)*?<w:vanish(?:\s*/>|\s+w:val=\"(?:1|true|on)\"\s*/>)"
    r"(?:(?!</w:rPr>).)*?</w:rPr>(?:(?!<w:r[\s>]|</w:r>).)*</w:r>",
    re.DOTALL,
)
_PROPERTY: Final = r"<(?:\w+:)?{}(?:\s[^<>]*)?>([^<>]*)</"
_PICTURE: Final = re.compile(rb"<(?:pic:pic|v:imagedata)[\s>]")
# mammoth goes through a document without looking much, and a hostile one reaches all of it.
_ERRORS = (
    ArithmeticError, AssertionError, AttributeError, ExpatError, LookupError, OSError, RecursionError, TypeError,
    ValueError,
)  # fmt: skip


def read(document: Document) -> Entry:
    """The entry of a Word document.

    Its title and date are those of its head, else of its properties. Pictures, comments and what is hidden are left
    out; footnotes stand at the end and are not part of the text.

    Raises:
        UnreadableError: the extra ``docx`` is not installed; it is no Word document, damaged, protected by a password,
            too large, or has no text.
    """
    if not document.data:
        raise UnreadableError("is empty")
    parts = parts_of(document.data)
    html = _html(parts)
    found = _NOTES.search(html)
    body, notices = embargo.cut_html(clean(_MARK.sub("", html[: found.start()] if found else html)))
    if not plain(body) and not notices:
        raise UnreadableError("holds no text")
    told = {name: _property(parts, name) for name in ("title", "creator", "language", "modified", "created")}
    head = split_head(body, told["title"], document)
    published, notes = _published(document, head.date, told)
    pictures = len(_PICTURE.findall(parts.get("word/document.xml", b"")))
    if pictures:
        notes = (*notes, f"its {pictures} pictures are left out" if pictures > 1 else "its picture is left out")
    return finish(
        document,
        title=head.title,
        body=Html(f"{head.body}<hr>{clean(_BACK.sub('', found.group()))}") if found else head.body,
        text=head.text,
        url=None,
        published=published,
        kind=head.kind,
        authors=real_author(told["creator"]),
        language=language_tag(told["language"]),
        notices=notices,
        notes=notes,
    )


def _html(parts: Mapping[str, bytes]) -> str:
    try:
        import mammoth  # type: ignore[import-untyped]  # noqa: PLC0415  an extra
    except ImportError as error:
        raise UnreadableError("needs the extra docx to be read", hint="pip install 'digest-desk[docx]'") from error
    safe = {name: _without_hidden(data) if name.startswith("word/") else data for name, data in parts.items()}
    try:
        made = mammoth.convert_to_html(
            packed(safe), style_map=_STYLES, include_embedded_style_map=False, convert_image=lambda _: []
        )
    except _ERRORS as error:
        raise UnreadableError("is no Word document, or a damaged one",
                              hint="open it in a word processor and save it once more") from error  # fmt: skip
    return str(made.value)


def _without_hidden(data: bytes) -> bytes:
    """A part without the runs that are formatted as hidden, which mammoth would show."""
    if b"w:vanish" not in data:
        return data
    try:
        return _HIDDEN.sub("", data.decode("utf-8")).encode()
    except UnicodeDecodeError:  # UTF-16, which Word never writes
        return data


def _property(parts: Mapping[str, bytes], name: str) -> str:
    """A core property (ECMA-376-2 §11), as text; its prefix is not always the same."""
    found = re.search(_PROPERTY.format(name), parts.get("docProps/core.xml", b"").decode("utf-8", "replace"))
    return " ".join(unescape(found[1]).split()) if found else ""


def _published(
    document: Document, said: datetime | None, told: Mapping[str, str]
) -> tuple[datetime | None, tuple[str, ...]]:
    """The date of the head, else of the properties: when it was saved last, for many are made from older ones."""
    if said:
        return said, ()
    moment = property_date(document, (told["modified"], told["created"]))
    return (moment, ("date of the document's properties",)) if moment else (document.saved, ("date of the file",))
