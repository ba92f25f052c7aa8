"""A mail as a file: a whole message (.eml), an HTML part, or a text part, whoever wrote it."""

from __future__ import annotations

import codecs
import re
from dataclasses import replace
from email import policy
from email.parser import BytesParser
from typing import TYPE_CHECKING

from digest.check.html.document import Document, read_document
from digest.check.html.hidden import is_hidden
from digest.check.letter import Letter, read_letter
from digest.check.message.lines import line_places
from digest.check.message.wire import header_lines

if TYPE_CHECKING:
    from email.message import EmailMessage, Message

    from digest.check.galley import Part

ENDINGS = (".eml", ".html", ".htm", ".txt", ".mbox")
_DECLARED = re.compile(rb"(?i)<meta[^>]+charset\s*=\s*[\"']?([\w-]+)")
_WIDE = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
"""A mark that browsers believe more than what is declared; these codecs leave it in the text, where it is found."""
_FILLER = re.compile("[\u00a0\u00ad\u034f\u2000-\u200f\u2060-\u2064\u3164\ufeff\\s]+")
_BEGINNING = 100_000  # characters of the HTML part in which its title, language and preheader stand
_PREHEADER_PLACES = 12  # elements from the start of the body among which a preheader stands


def read_mail(raw: bytes, *, name: str, clients: tuple[str, ...]) -> Letter:
    """The letter of a file; parts that cannot be decoded have U+FFFD in them.

    Args:
        raw: the file.
        name: its name: what it ends with says what it is.
        clients: families of mail programs.
    """
    ending = name.lower()
    if ending.endswith(".txt"):
        return _letter(html="", text=_decoded(raw, "utf-8"), clients=clients)
    if ending.endswith((".html", ".htm")):
        declared = _DECLARED.search(raw[:4096])
        wide = next((name for mark, name in _WIDE.items() if raw.startswith(mark)), "")
        html = _decoded(raw, wide or (declared.group(1).decode("ascii") if declared else "utf-8"))
        return _letter(html=html, text="", clients=clients)
    if ending.endswith(".mbox") or raw.startswith(b"From "):
        raw = raw.partition(b"\n\nFrom ")[0] + b"\n"  # the first of a mailbox (RFC 4155); parsers skip its "From " line
    message = BytesParser(policy=policy.default).parsebytes(raw)
    subject = next((one.text for one in header_lines(raw) if one.name == "subject"), "")
    shown, said = _part(message, "text/html"), _part(message, "text/plain")
    letter = _letter(
        html=_text(shown) if shown else "",
        text=_text(said) if said else "",
        clients=clients,
        subject=subject,
        message=message,
        raw=raw,
    )
    places: dict[Part, tuple[int, ...]] = {}
    if shown:
        places["html"] = line_places(raw, shown)
    if said:
        places["text"] = line_places(raw, said)
    return replace(letter, places=places)


def _letter(
    *,
    html: str,
    text: str,
    clients: tuple[str, ...],
    subject: str = "",
    message: EmailMessage | None = None,
    raw: bytes = b"",
) -> Letter:
    document = read_document(html[:_BEGINNING])
    root = document.first("html")
    return read_letter(
        subject=subject if message else _title(document),
        preheader=_preheader(document),
        language=root.get("lang") if root else "",
        html=html,
        text=text,
        clients=clients,
        message=message,
        raw=raw,
    )


def _part(message: EmailMessage, kind: str) -> Message | None:
    """The first part of a kind that is no attachment."""
    for part in message.walk():
        if part.get_content_type() == kind and part.get_content_disposition() != "attachment":
            return part
    return None


def _text(part: Message) -> str:
    """The part decoded, with line ends as text has them."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    return _decoded(data, str(part.get_param("charset") or "utf-8")).replace("\r\n", "\n")


def _decoded(raw: bytes, charset: str) -> str:
    try:
        return raw.decode(charset, "replace")
    except LookupError:  # a charset that nobody knows: a finding of its own
        return raw.decode("utf-8", "replace")


def _title(document: Document) -> str:
    title = document.first("title")
    return (
        title.text or " ".join("".join(getattr(child, "text", "") for child in title.children).split()) if title else ""
    )


def _preheader(document: Document) -> str:
    """What stands hidden at the beginning of the body."""
    for number, element in enumerate(document.body.elements()):
        if number >= _PREHEADER_PLACES:
            break
        if is_hidden(element) and (said := _FILLER.sub(" ", element.text).strip()):
            return said
    return ""
