"""What a mail in the newsletter's mailbox is: a bounce, a complaint, a wish to leave, an automatic reply, or a letter.

Pure, and never raises, whatever the bytes. It says only what the mail claims; digest.deliver.claims finds out whether
the mail can be believed. RFC 3464 (delivery reports), 5965 (complaints), 3834 (automatic replies), 8098 (receipts).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import unquote

from digest.deliver.mailtext import attached, decoded, first, header, headers, parts, plain, text_of
from digest.deliver.reports import Report, delivery_status, is_from_a_server, prose_report
from digest.deliver.severity import Severity, severity, status_of

Kind = Literal["bounce", "delay", "delivered", "complaint", "unsubscribe", "auto-reply", "report", "other"]
"""delay: a warning, the server still tries. delivered: a report of success. report: of DMARC or TLS, for a machine."""

MAX_BYTES = 1_000_000  # of a mail that are looked at; what matters stands at the start, the rest is our own issue

_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@]{1,128}@[^\s<>()\[\],;:\"@]{1,255}")
_ID = re.compile(r"<[^<>\s]{1,300}>")
_IDS_IN_TEXT = re.compile(r"^[>\s]{0,8}Message-ID:[ \t]*\n?[ \t]*(<[^<>\s]{1,300}>)", re.IGNORECASE | re.MULTILINE)
_REPLIED = r"(?:(?:re|aw|sv|fw|fwd|antw|rif|r|wg|tr)\s?:\s?){0,5}"
_WITH_TOKEN = re.compile(rf"{_REPLIED}unsubscribe (\S{{3,254}}) ([A-Za-z0-9_.~-]{{16,200}})", re.IGNORECASE)
_LINK = re.compile(r"<mailto:[^<>\s]{1,400}?[?&]subject=(unsubscribe[^<>&\s]{1,600})", re.IGNORECASE)
_LEAVE = re.compile(
    rf"{_REPLIED}(?:please )?(?:unsubscribe(?: me)?|remove(?: me)?|opt[- ]?out|abmelden|abbestellen|austragen|bitte "
    r"(?:abmelden|austragen)|(?:se |me )?d[ée]sabonner|d[ée]sabonnement|d[ée]sinscri(?:re|ption)|(?:darme de )?baja|"
    r"cancelar (?:la )?suscripci[oó]n|disiscrivi(?:mi)?)(?: please)?[.! ]{0,5}",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"^(?:auto(?:matic(?:ally)?)?[- ]?(?:generated )?(?:re(?:ply|sponse|sponder)|antwort)"
    r"|out[- ]of[- ](?:the[- ])?office|abwesen"
    r"|automatische antwort|r[ée]ponse automatique|absence|absent|respuesta autom[áa]tica|fuera de (?:la )?oficina|"
    r"ausente|risposta automatica|vacation|on holiday|i am away|away from)",
    re.IGNORECASE,
)
_ASKS_BACK = re.compile(
    r"please confirm your (?:e-?mail|message)|confirm (?:that )?you are (?:a )?human|challenge"
    r"|verify your (?:e-?mail|message)"
    r"|(?:awaits|waiting for) moderator approval|is being held",
    re.IGNORECASE,
)
_MACHINE_REPORT = re.compile(r"report domain:|dmarc aggregate|tls-?rpt|smtp tls report", re.IGNORECASE)
_COMPLAINTS = frozenset({"abuse", "fraud", "other", ""})  # RFC 5965 §7.3; "" is a report without a type


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What one mail says it is."""

    kind: Kind
    why: str  # by what it was known
    severity: Severity | None = None  # of a bounce
    status: str = ""  # RFC 3463: "5.1.1"
    diagnostic: str = ""  # the server's words
    recipients: tuple[str, ...] = ()  # the addresses it is about
    message_ids: tuple[str, ...] = ()  # of the message it is about, with angle brackets
    tokens: tuple[tuple[str, str], ...] = ()  # address and unsubscribe token, as our messages have them
    sent_to: tuple[str, ...] = ()  # where it was sent, and the return path of what it is about
    sender: str = ""  # the address in From
    date: datetime | None = None  # as its header says

    @property
    def is_settled(self) -> bool:
        """Whether nobody needs to read the mail."""
        return self.kind != "other"


def read_mail(raw: bytes) -> Notice:
    """Say what a mail is."""
    try:
        return _read(raw[:MAX_BYTES])
    except RecursionError:  # the standard library's parser calls itself for each level of attached mails
        return Notice(kind="other", why="nested too deeply to be read")


def _read(raw: bytes) -> Notice:
    message = message_from_bytes(raw)
    found = parts(message)
    inner = list(attached(found))
    known = Notice(
        kind="other",
        why="nothing that digest knows",
        sender=_address(header(message, "from")),
        sent_to=_sent_to(message, inner),
        date=_date(header(message, "date")),
    )
    for look in (_complaint, _bounce, _proven_wish, _machine, _automatic, _wish):
        notice = look(message, found, inner, known)
        if notice is not None:
            return notice
    return known


# --- the kinds, in the order in which they are looked for ------------------------------------------------------


def _complaint(_message: Message, found: Sequence[Message], inner: Sequence[Message], known: Notice) -> Notice | None:
    part = first(found, "message/feedback-report")
    if part is None:
        return None
    fields = _fields(part)
    kind = fields.get("feedback-type", [""])[0].lower()
    about = replace(
        known,
        recipients=_addresses([*fields.get("original-rcpt-to", []), *fields.get("removal-recipient", [])]),
        message_ids=_ids_of(inner),
        tokens=_tokens(inner),
        sent_to=tuple(dict.fromkeys((*known.sent_to, *_addresses(fields.get("original-mail-from", []))))),
    )
    if kind in _COMPLAINTS:
        return replace(about, kind="complaint", why=f"a complaint (RFC 5965), type {kind or 'not given'}")
    if kind in {"opt-out", "opt-out-list"}:
        return replace(about, kind="unsubscribe", why="a feedback report that asks to be taken off")
    return replace(about, kind="report", why=f"a feedback report of type {kind}")


def _bounce(message: Message, found: Sequence[Message], inner: Sequence[Message], known: Notice) -> Notice | None:
    part = first(found, "message/delivery-status", "message/global-delivery-status")
    report = delivery_status(part) if part is not None else None
    report = report or prose_report(message, found)
    if report is None:
        return None
    ids = (*_ids_of(inner), *_IDS_IN_TEXT.findall(text_of(found)), *_answered(message))
    about = replace(
        known,
        recipients=report.recipients,
        message_ids=tuple(dict.fromkeys(ids)),
        tokens=_tokens(inner),
        diagnostic=report.diagnostic,
    )
    return _of_action(about, report)


def _of_action(about: Notice, report: Report) -> Notice:
    status = status_of(report.status, report.diagnostic)
    if report.action == "delivered":
        return replace(about, kind="delivered", why=f"{report.dialect}: it was delivered", status=status)
    if report.action == "delayed":
        return replace(about, kind="delay", why=f"{report.dialect}: the server still tries", status=status)
    weight = severity(status, report.diagnostic)
    return replace(about, kind="bounce", why=report.dialect, status=status, severity=weight)


def _proven_wish(message: Message, _parts: object, _inner: object, known: Notice) -> Notice | None:
    match = _WITH_TOKEN.fullmatch(header(message, "subject"))
    if match is None:
        return None
    return replace(
        known,
        kind="unsubscribe",
        why="asks to be taken off",
        tokens=((match.group(1), match.group(2)),),
    )


def _machine(message: Message, found: Sequence[Message], _inner: object, known: Notice) -> Notice | None:
    if first(found, "message/disposition-notification") is not None:
        return replace(known, kind="auto-reply", why="a receipt (RFC 8098)")
    kinds = {part.get_content_type() for part in found}
    if "application/tlsrpt+gzip" in kinds or _MACHINE_REPORT.search(header(message, "subject")):
        return replace(known, kind="report", why="a report of DMARC or TLS")
    return None


def _automatic(message: Message, _parts: object, _inner: object, known: Notice) -> Notice | None:
    why = _why_automatic(message)
    return replace(known, kind="auto-reply", why=why) if why else None


def _why_automatic(message: Message) -> str:
    """RFC 3834 §5 and what programs wrote before it; a person's letter has none of it."""
    said = header(message, "auto-submitted").partition(";")[0].strip().lower()
    if said and said != "no":
        return f"Auto-Submitted: {said[:30]}"
    for name in ("x-autoreply", "x-autorespond", "x-autoresponder", "x-autogenerated", "x-mailman-version",
                 "x-list-administrivia", "feedback-id", "list-id"):  # fmt: skip
        if header(message, name) and header(message, name).lower() != "no":
            return f"it has {name.title()}"
    precedence = header(message, "precedence").lower()
    if precedence in {"bulk", "junk", "list", "auto_reply", "auto-reply"}:
        return f"Precedence: {precedence}"
    subject = header(message, "subject")
    bare = re.sub(rf"^{_REPLIED}", "", subject, flags=re.IGNORECASE)
    if _AWAY.match(bare):
        return "its subject is that of an automatic reply"
    if _ASKS_BACK.search(subject):
        return "a machine asks back"
    return "sent by a mail server, or by nobody" if is_from_a_server(message) else ""


def _wish(message: Message, found: Sequence[Message], _inner: object, known: Notice) -> Notice | None:
    text = text_of(found)
    lines = [" ".join(line.split()) for line in text.splitlines()[:50] if line.strip()]
    wished = _LEAVE.fullmatch(header(message, "subject")) or (lines and _LEAVE.fullmatch(lines[0]))
    if not wished:
        return None
    return replace(
        known,
        kind="unsubscribe",
        why="a letter that asks for it",
        recipients=(known.sender,) if known.sender else (),
        message_ids=_answered(message),
    )


# --- what they hold --------------------------------------------------------------------------------------------


def _fields(part: Message) -> dict[str, list[str]]:
    """The fields of a machine's part: the parser takes them for the headers of an attached message, or for text."""
    payload = part.get_payload()
    blocks = [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []
    fields: dict[str, list[str]] = {}
    for block in blocks:
        for name in block:
            fields.setdefault(name.lower(), headers(block, name))
    text = decoded(part) if not blocks else "".join(decoded(block, like=part) for block in blocks)
    for name, value in re.findall(r"(?m)^([A-Za-z-]{2,40}):[ \t]*(.{0,500})$", text):
        fields.setdefault(name.lower(), []).append(plain(value.strip()))
    return fields


def _sent_to(message: Message, inner: Sequence[Message]) -> tuple[str, ...]:
    names = ("to", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-rcpt-to", "cc")
    found = [value for name in names for value in headers(message, name)]
    found += [value for one in inner for name in ("return-path", "sender") for value in headers(one, name)]
    return _addresses(found)


def _addresses(values: Sequence[str]) -> tuple[str, ...]:
    found = (address for value in values for address in _ADDRESS.findall(value[:5000]))
    return tuple(dict.fromkeys(found))


def _address(value: str) -> str:
    bracketed = re.search(r"<([^<>\s]{3,320})>", value)
    found = _addresses([bracketed.group(1) if bracketed else value])
    return found[0] if found else ""


def _answered(message: Message) -> tuple[str, ...]:
    found = _ID.findall(header(message, "in-reply-to")) + _ID.findall(header(message, "references"))[-20:]
    return tuple(dict.fromkeys(found))


def _ids_of(inner: Sequence[Message]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for message in inner for one in _ID.findall(header(message, "message-id"))))


def _tokens(inner: Sequence[Message]) -> tuple[tuple[str, str], ...]:
    """The addresses and tokens in the unsubscribe links of a message of ours that was sent back."""
    found = []
    for message in inner:
        for subject in _LINK.findall(header(message, "list-unsubscribe")):
            match = _WITH_TOKEN.fullmatch(unquote(subject))
            if match is not None:
                found.append((match.group(1), match.group(2)))
    return tuple(found)


def _date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
