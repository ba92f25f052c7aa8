"""A web page that a browser saved with its pictures in one file.

``.mhtml``, ``.mht``: a mail whose parts are the page and what belongs to it (RFC 2557). ``.webarchive``: Safari's, a
property list.
"""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from pathlib import PurePosixPath
from typing import Final

from digest.gather.files.bookmark import property_list
from digest.gather.files.document import Document, UnreadableError, decoded
from digest.gather.files.page import charset, read_html
from digest.model import Entry
from digest.text.plain import drop_controls

_TYPES: Final = frozenset(["text/html", "application/xhtml+xml"])
_MOST_PARTS = 5_000
# The standard library's parser of header values raises these for headers that break the rules in ways it does not know.
_HEADER_ERRORS = (ValueError, TypeError, AttributeError, LookupError, AssertionError, RecursionError)


def read(document: Document) -> Entry:
    """The entry of the page.

    Raises:
        UnreadableError: it is empty, no such file, or has no page in it, or no article on the page.
    """
    if not document.data.strip():
        raise UnreadableError("is empty")
    if document.data.startswith((b"bplist", b"<?xml")) or PurePosixPath(document.path).suffix.lower() == ".webarchive":
        return _of_safari(document)
    try:
        message = message_from_bytes(document.data, policy=policy.default)
        part = _page(message)
        if part is None:
            raise UnreadableError("has no web page in it", hint="save the page once more as .html")
        place = _header(part, "Content-Location") or _header(message, "Snapshot-Content-Location")
        return read_html(document, _html(part), saved_from=place, saved_as=_header(message, "Subject"))
    except _HEADER_ERRORS as error:
        raise UnreadableError("is a web archive whose parts cannot be told apart") from error


def _of_safari(document: Document) -> Entry:
    main = property_list(document.data).get("WebMainResource")
    data = main.get("WebResourceData") if isinstance(main, dict) else None
    if not isinstance(main, dict) or not isinstance(data, bytes):
        raise UnreadableError("has no web page in it", hint="save the page once more as .html")
    place, encoding = main.get("WebResourceURL"), main.get("WebResourceTextEncodingName")
    html = decoded(data, encoding if isinstance(encoding, str) else charset(data))
    return read_html(document, html, saved_from=place if isinstance(place, str) else None)


def _page(message: Message) -> Message | None:
    """The page itself: the part that ``start`` names (RFC 2387 §3.2), else the first; frames come later."""
    start = message.get_param("start")
    parts = list(_parts(message))
    named = (part for part in parts if start and _header(part, "Content-ID") == start)
    return next(named, next(iter(parts), None))


def _parts(message: Message) -> Iterator[Message]:
    """The parts that are HTML."""
    for number, part in enumerate(message.walk()):
        if number == _MOST_PARTS:
            return
        if part.get_content_type() in _TYPES and not part.is_multipart():
            yield part


def _html(part: Message) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    return decoded(data, part.get_content_charset() or charset(data))


def _header(part: Message | EmailMessage, name: str) -> str:
    try:
        return "".join(drop_controls(str(part.get(name) or "")).split("\n")).strip()
    except _HEADER_ERRORS:
        return ""
