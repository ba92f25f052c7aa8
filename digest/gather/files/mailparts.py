"""A mail's headers and parts, as far as they can be read: real ones break the rules in every way there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message, MIMEPart
from email.utils import parseaddr, parsedate_to_datetime
from typing import Final

from digest.gather.files.document import UnreadableError, decoded
from digest.text.plain import drop_controls
from digest.text.titles import tidy_title

# The standard library's parser of header values raises these for headers that break the rules in ways it does not know.
HEADER_ERRORS: Final = (ValueError, TypeError, AttributeError, LookupError, AssertionError, RecursionError)
_SIGNATURES: Final = frozenset(
    ["application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature", "application/ms-tnef"]
)
_EMPTY_HTML: Final = re.compile(
    r"<(?:style|script|title)\b.*?</(?:style|script|title)>|<[^<>]*>|&\w+;", re.DOTALL | re.IGNORECASE
)


def header(message: Message, name: str) -> str:
    """A header as text; "" if it is not there or cannot be read. Bare bytes in it are decoded as a file's would be."""
    try:
        value = str(message.get(name) or "")
    except HEADER_ERRORS:
        value = "\ufffd"
    if "\ufffd" in value:
        raw = next((str(text) for key, text in message.raw_items() if key.lower() == name.lower()), "")
        if raw and "=?" not in raw:
            value = decoded(raw.encode("ascii", "surrogateescape")) if raw.isascii() or _has_bytes(raw) else raw
    return drop_controls(" ".join(value.split()))


def date_of(message: Message) -> datetime | None:
    """When it was written, or, where it does not say, when the first server took it."""
    try:
        moment = getattr(message["Date"], "datetime", None)
    except HEADER_ERRORS:
        moment = None
    if not isinstance(moment, datetime):
        stamps = [str(stamp).rpartition(";")[2].strip() for stamp in message.get_all("Received") or []]
        moment = _received(stamps[-1]) if stamps else None
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def sender_name(sender: str) -> str | None:
    """The name before the address, or the address' domain."""
    named, address = parseaddr(re.sub(r"\[mailto:([^\]]*)\]", r"<\1>", sender))
    if "@" not in address or re.search(r"[\s<>\"]", address):
        found = re.search(r"[\w.+-]+@[\w.-]+\w", sender)
        named, address = (sender[: found.start()], found.group()) if found else (sender, "")
    name = re.sub(r"<[^<>]*>?", "", tidy_title(named)).strip("\"'<>[]( ")
    return (name if name and "@" not in name else "") or address.rpartition("@")[2] or None


def content(part: MIMEPart) -> str:
    """The text of a part; where it names an encoding that does not exist or does not fit, whichever fits."""
    try:
        text = str(part.get_content())
    except HEADER_ERRORS:
        text = "\ufffd"
    if "\ufffd" in text:
        payload = part.get_payload(decode=True)
        text = decoded(payload, part.get_content_charset()) if isinstance(payload, bytes) else text
    if part.get_param("format") == "flowed":
        text = _unflowed(text, delsp=str(part.get_param("delsp")).lower() == "yes")
    return drop_controls(text)


def mended(message: EmailMessage) -> EmailMessage:
    """A mail whose parts are not where its head says: by the boundary that stands in it, if there is one."""
    payload = message.get_payload()
    if not isinstance(payload, str) or message.get_content_maintype() != "multipart":
        return message
    boundary = re.search(r"^--(\S{1,70})\s*$", payload, re.MULTILINE)
    if boundary is None:
        return message
    message.set_boundary(boundary[1])
    head = "".join(f"{name}: {value}\n" for name, value in message.raw_items())
    return message_from_bytes(f"{head}\n{payload}".encode("utf-8", "surrogateescape"), policy=policy.default)


def body_part(message: EmailMessage) -> MIMEPart | None:
    """The part that says most: the HTML, unless next to nothing stands in it and the text says more.

    Raises:
        UnreadableError: its parts cannot be told apart.
    """
    try:
        rich, flat = (message.get_body(preferencelist=(kind,)) for kind in ("html", "plain"))
        found = [part for part in (rich, flat) if part is not None and part.get_content_maintype() == "text"]
        found = found or [
            part for part in _leaves(message) if part.get_content_maintype() == "text" and not _file(part)
        ]
    except HEADER_ERRORS as error:
        raise UnreadableError(f"is a mail whose parts cannot be told apart: {error}") from error
    if len(found) == 2 and rich is not None and flat is not None:
        shown = len(_EMPTY_HTML.sub("", content(rich)).split())
        return flat if shown < 10 and len(content(flat).split()) > 3 * shown else rich
    return found[0] if found else None


def attached(message: EmailMessage) -> tuple[str, ...]:
    """The names of the files that come with it; pictures shown in its text and signatures are none."""
    names: list[str] = []
    for part in _leaves(message):
        inline = part.get_content_maintype() == "image" and part.get("Content-ID") is not None
        if not inline and part.get_content_type() not in _SIGNATURES and (name := _file(part)):
            names.append(name)
    return tuple(dict.fromkeys(names))


def attached_mails(message: EmailMessage) -> list[EmailMessage]:
    """The mails that come with it as attachments, outermost ones only."""
    found: list[EmailMessage] = []
    waiting: list[Message] = [message]
    while waiting:
        part = waiting.pop()
        payload = part.get_payload()
        if not isinstance(payload, list):
            continue
        inner = [one for one in payload if isinstance(one, Message)]
        if part.get_content_type() == "message/rfc822":
            found += [one for one in inner if isinstance(one, EmailMessage)]
        else:
            waiting += reversed(inner)
    return found


def _leaves(message: EmailMessage) -> Iterator[MIMEPart]:
    """The parts that are no containers, without those of attached mails; a mail of one part is its own."""
    waiting: list[Message] = [message]
    while waiting:
        part = waiting.pop()
        payload = part.get_payload()
        if part.get_content_maintype() == "message":
            continue
        if isinstance(payload, list):
            waiting += reversed([one for one in payload if isinstance(one, Message)])
        elif isinstance(part, MIMEPart):
            yield part


def _file(part: MIMEPart) -> str:
    try:
        name = part.get_filename()
        name = name or ("a file without a name" if part.get_content_disposition() == "attachment" else "")
    except HEADER_ERRORS:
        return "a file without a name"
    return tidy_title(name)


def _received(stamp: str) -> datetime | None:
    try:
        return parsedate_to_datetime(stamp)
    except HEADER_ERRORS:
        return None


def _has_bytes(text: str) -> bool:
    return all(ord(char) < 128 or "\udc80" <= char <= "\udcff" for char in text)


def _unflowed(text: str, *, delsp: bool) -> str:
    """Lines joined where a blank at the end says that they go on (RFC 3676); a signature's "-- " stays."""
    lines: list[str] = []
    goes_on = False
    for line in text.split("\n"):
        bare = line.removesuffix("\r")
        bare = bare.removeprefix(" ")
        if goes_on:
            lines[-1] += bare
        else:
            lines.append(bare)
        goes_on = lines[-1].endswith(" ") and bare != "-- "
        if goes_on and delsp:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)
