"""The text of a part, with marks for what differs from recipient to recipient, and its encodings. Pure.

The standard library does not encode it, because it makes the lines two characters longer than RFC 2045 allows
(cpython issue 78206).
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.model import PREFERENCES_MARK, UNSUBSCRIBE_MARK

if TYPE_CHECKING:
    from digest.deliver.message import Personal

_AS_IS = bytes(byte for byte in range(32, 127) if byte != ord("=")) + b"\t\r\n"
"""What quoted-printable leaves alone (RFC 2045 §6.7)."""
_MARK = re.compile(rf"{UNSUBSCRIBE_MARK}|{PREFERENCES_MARK}|@@name(?:\|([^@|\r\n]*))?@@")
"""What a template may hold for each recipient: two links, and the name, with what stands there for want of one, as in
``@@name|reader@@``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A part's text between its marks; ``texts`` has one more than ``marks``."""

    texts: tuple[str, ...]
    marks: tuple[tuple[str, str], ...]  # as written; what stands there for want of a name
    is_html: bool

    def values(self, who: Personal) -> list[str]:
        """What this recipient has at each mark: text of one line, escaped in HTML."""
        links = {UNSUBSCRIBE_MARK: who.link, PREFERENCES_MARK: who.preferences}
        values = [links.get(mark, who.name or instead) for mark, instead in self.marks]
        return [html.escape(value) for value in values] if self.is_html else values

    def filled(self, who: Personal) -> str:
        between = [*self.values(who), ""]
        return "".join(text + value for text, value in zip(self.texts, between, strict=True))


def body_of(template: str, *, is_html: bool) -> Body:
    """Cut a part's text at its marks; its lines end in CRLF, the last one too."""
    text = template.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    text = (text if text.endswith("\n") else f"{text}\n").replace("\n", "\r\n")
    found = list(_MARK.finditer(text))
    edges = [0, *(place for mark in found for place in mark.span()), len(text)]
    return Body(
        texts=tuple(text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)),
        marks=tuple((mark[0], mark[1] or "") for mark in found),
        is_html=is_html,
    )


def encoded_body(raw: bytes) -> tuple[str, bytes]:
    """A body with CRLF line ends in whichever encoding is shorter, and that encoding's name.

    Never 8bit: relays that rewrite it break a DKIM signature (RFC 6376 §5.3). Lines have at most 76 characters
    (RFC 2045 §6.7, §6.8).
    """
    escaped = len(raw.translate(None, delete=_AS_IS))
    if (len(raw) + 2 * escaped) * 78 / 75 > len(raw) * 4 / 3 * 78 / 76:  # each line of 76 has a line end, or "=" too
        return "base64", base64_lines(raw)
    return "quoted-printable", quoted(raw)


def base64_lines(raw: bytes) -> bytes:
    """Base64 in lines of at most 76 characters, each with its end (RFC 2045 §6.8)."""
    return base64.encodebytes(raw).replace(b"\n", b"\r\n")


def quoted(raw: bytes) -> bytes:
    """Quoted-printable in lines of at most 76 characters (RFC 2045 §6.7); ``raw`` has CRLF line ends.

    No line begins with a dot: nothing has to be doubled on the way (RFC 5321 §4.5.2), and nothing undoubled.
    """
    written = binascii.b2a_qp(raw, istext=True)
    if b"\n" not in raw:  # it ends lines as the first line does
        written = written.replace(b"\n", b"\r\n")
    # Where a line ends in a blank, binascii makes it longer than it may be.
    written = re.sub(rb"(?m)^(.{74,75})(=20|=09)\r$", rb"\1=\r\n\2\r", written)
    # Mailboxes that are one file put ">" before such a line (RFC 4155); RFC 2049 §3 says how to keep them from it.
    written = re.sub(rb"(?m)^From ", b"=46rom=\r\n ", written)
    return re.sub(rb"(?m)^\.([^\r\n]*)", _without_dot, written)


def _without_dot(line: re.Match[bytes]) -> bytes:
    rest = line[1]
    if len(rest) <= 73:
        return b"=2E" + rest
    return b"=2E=\r\n" + re.sub(rb"^\.(.*)", _without_dot, rest)
