"""What can be read in any mail, however broken: its parts, its headers as text, its words. Never raises."""

from __future__ import annotations

import base64
import binascii
import contextlib
import quopri
import re
from collections.abc import Iterator, Sequence
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

MAX_PARTS = 200
MAX_TEXT = 50_000  # characters of a mail's words that are looked at


def header(message: Message, name: str) -> str:
    """The first header of this name on one line, its encoded words (RFC 2047) decoded; "" if there is none."""
    value = message.get(name)
    return "" if value is None else plain(str(value))


def headers(message: Message, name: str) -> list[str]:
    """Every header of this name, as ``header`` gives it."""
    return [plain(str(value)) for value in message.get_all(name, [])]


def plain(value: str) -> str:
    """A header's value on one line, its encoded words decoded as far as they can be."""
    text = re.sub(r"[\r\n]+[ \t]*", " ", value)
    if "=?" in text:
        with contextlib.suppress(HeaderParseError, binascii.Error, ValueError):  # else it is taken as it stands
            text = "".join(
                chunk if isinstance(chunk, str) else _letters(chunk, charset or "ascii")
                for chunk, charset in decode_header(text)
            )
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").split())


def _letters(raw: bytes, charset: str) -> str:
    try:
        return raw.decode(charset, "replace")
    except (LookupError, ValueError):  # ValueError: a NUL in the name of the charset
        return raw.decode("utf-8", "replace")


def parts(message: Message) -> list[Message]:
    """The parts in order, but not what is inside an attached message: that is somebody else's mail."""
    found: list[Message] = []
    waiting = [message]
    while waiting and len(found) < MAX_PARTS:
        part = waiting.pop()
        found.append(part)
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            waiting += [one for one in reversed(payload) if isinstance(one, Message)]
    return found


def first(found: Sequence[Message], *types: str) -> Message | None:
    """The first part of one of these types."""
    return next((part for part in found if part.get_content_type() in types), None)


def decoded(part: Message, *, like: Message | None = None) -> str:
    """A part's words; ``like`` is the part whose transfer encoding holds."""
    payload = part.get_payload()
    if not isinstance(payload, str):
        return ""
    encoding = str((like or part).get("content-transfer-encoding", "")).strip().lower()
    raw = payload.encode("utf-8", "surrogateescape")
    if encoding == "base64":
        try:
            raw = base64.b64decode(re.sub(rb"[^A-Za-z0-9+/]", b"", raw) + b"==")
        except binascii.Error:
            raw = b""
    elif encoding == "quoted-printable":
        raw = quopri.decodestring(raw)
    return _letters(raw, _charset(like or part))[:MAX_TEXT].replace("\r\n", "\n")


def is_encoded(part: Message) -> bool:
    """Whether a part says that it is not what it looks like; of a report or a mail that is forbidden, and done."""
    return str(part.get("content-transfer-encoding", "")).strip().lower() in {"base64", "quoted-printable"}


def _charset(part: Message) -> str:
    try:
        return str(part.get_content_charset() or "utf-8")
    except (LookupError, ValueError):
        return "utf-8"


def text_of(found: Sequence[Message]) -> str:
    """The plain words of a mail; where it has only HTML, that without its tags."""
    text = "\n".join(decoded(part) for part in found if part.get_content_type() == "text/plain")
    if text.strip():
        return text[:MAX_TEXT]
    page = "\n".join(decoded(part) for part in found if part.get_content_type() == "text/html")
    page = re.sub(r"(?is)<(style|script)\b.{0,5000}?</\1\s*>", " ", page)
    return re.sub(r"[ \t]+", " ", re.sub(r"<[^>]{0,500}>", "\n", page))[:MAX_TEXT]


def attached(found: Sequence[Message]) -> Iterator[Message]:
    """The messages that are attached, whole or only their headers (RFC 6522 §3)."""
    from email.parser import HeaderParser  # noqa: PLC0415  most mails have nothing attached

    for part in found:
        payload = part.get_payload()
        if part.get_content_type() in {"message/rfc822", "message/global"} and isinstance(payload, list):
            for one in payload[:1]:
                if isinstance(one, Message) and is_encoded(part) and not one.keys():
                    yield HeaderParser().parsestr(decoded(one, like=part))
                elif isinstance(one, Message):
                    yield one
        elif part.get_content_type() in {"text/rfc822-headers", "message/rfc822-headers"}:
            yield HeaderParser().parsestr(decoded(part).lstrip("\n"))
