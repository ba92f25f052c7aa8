"""Mails that were sent, from a mailbox, a maildir or files: each is a letter, but for those that are no newsletter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import getaddresses
from html import escape
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote

from digest.gather.files import mailparts
from digest.gather.files.document import UnreadableError
from digest.gather.files.plaintext import paragraphs
from digest.gather.past.cabinet import Cabinet, UnreadError
from digest.gather.past.letter import Form, Found, NotTaken, PastLetter, Picture, Reading, sha256_of
from digest.gather.past.links import tokens_of
from digest.text.clean import clean
from digest.text.plain import plain
from digest.text.titles import tidy_title
from digest.text.urls import clean_url

_TEST: Final = re.compile(
    r"\A\s*(?:\[(?:test|draft|preview|proof|entwurf|essai|prueba)\]|\(?(?:test|proof|preview)\)?\s*[:–—-]|"
    r"(?:fwd?|wg|tr|rv)\s*:)\s*",
    re.IGNORECASE,
)
_ANSWER: Final = re.compile(
    r"\A\s*(?:(?:re|aw|antw|sv)\s*(?:\[\d+\])?\s*:|out of office|automatic reply|abwesenheit|undeliver|"
    r"delivery status|mail delivery)",
    re.IGNORECASE,
)
_UNDERLINED: Final = re.compile(r"\s*(={3,}|-{3,})\s*")
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]'’]")
_ADDRESSEES: Final = ("To", "Cc", "Bcc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To",
                      "X-Rcpt-To", "X-Forwarded-To", "Resent-To", "X-Delivered-To")  # fmt: skip
_UNSENT_LABELS: Final = frozenset(
    """
    drafts draft chat chats spam entwürfe entwurf brouillons borradores bozze concepten
    """.split()  # noqa: SIM905  read by people
)
"""Google Takeout writes the labels of all mails into one mailbox, in the language of the account."""
_MARKED: Final = re.compile(r"[:;!]2,[A-Za-z]*[DT][A-Za-z]*\Z")
"""A maildir's marks of drafts and of what is in the bin; ``;`` and ``!`` stand for the colon on Windows."""
_EXPUNGED: Final = 0x0008  # Mozilla's nsMsgMessageFlags: what Thunderbird deletes stays in the file until then
_LEAST_WORDS = 3


def read_mail(data: bytes, origin: str, reading: Reading, *, form: Form) -> Found:
    """The letter that a mail is.

    Args:
        data: of the mail.
        origin: where it was found, for people.
        reading: what readers need.
        form: of the mailbox.
    """
    try:
        message = mailparts.mended(message_from_bytes(data, policy=policy.default))
        return _letter(message, data, origin, reading, form)
    except UnreadableError as error:
        return NotTaken(origin=origin, why=error.message, hint=error.hint)
    except mailparts.HEADER_ERRORS as error:  # what the library raises for mails that break the rules
        return NotTaken(origin=origin, why=f"cannot be read as a mail: {type(error).__name__}")


def _letter(message: EmailMessage, data: bytes, origin: str, reading: Reading, form: Form) -> Found:
    subject = tidy_title(mailparts.header(message, "Subject"))
    if _ANSWER.match(subject) or message.get_content_type() == "multipart/report":
        return NotTaken(origin=origin, why=f"is an answer or a report, no newsletter: {subject[:80]}", is_failure=False)
    if why := _never_sent(message):
        return NotTaken(origin=origin, why=why, is_failure=False)
    date = mailparts.date_of(message)
    if date is None:
        return NotTaken(origin=origin, why="says no date", hint="add a Date header to it")
    part = mailparts.body_part(message)
    if part is None:
        return NotTaken(origin=origin, why="has no text")
    text = mailparts.content(part)
    html = text if part.get_content_subtype() == "html" else text_as_html(text)
    if len(plain(clean(html)).split()) < _LEAST_WORDS:
        return NotTaken(origin=origin, why="holds no text")
    sender = _addresses(message, ("From",))
    key = mailparts.header(message, "Message-ID").strip("<> ")
    return PastLetter(
        key=f"mail {key}" if key else f"mail {sha256_of(data)}",
        origin=origin,
        form=form,
        subject=without_test(subject),
        date=date,
        html=html,
        sender=sender[0][1].lower() if sender else "",
        list_id=_list_id(message),
        readers=_readers(message, sender),
        tokens=tokens_of(mailparts.header(message, "List-Unsubscribe")),
        pictures=_pictures(message, html, reading),
        sha256=sha256_of(data),
    )


def _never_sent(message: EmailMessage) -> str:
    """Why a mail is none that readers got, as the program that kept it says; "" if it says nothing."""
    labels = {one.strip(' "').casefold() for one in mailparts.header(message, "X-Gmail-Labels").split(",")}
    if labels & _UNSENT_LABELS:
        return "is a draft or a chat, as its Gmail labels say"
    status = mailparts.header(message, "X-Mozilla-Status").strip()
    is_expunged = re.fullmatch(r"[0-9A-Fa-f]{4}", status) is not None and int(status, 16) & _EXPUNGED
    return "was deleted, and waits for the mailbox to be compacted" if is_expunged else ""


def without_test(subject: str) -> str:
    """A subject without what a copy for the editors has before it."""
    while (found := _TEST.match(subject)) and subject[found.end() :].strip():
        subject = subject[found.end() :]
    return subject.strip()


def read_maildir(cabinet: Cabinet, reading: Reading) -> Iterator[Found]:
    """The letters of a maildir, and of those in it."""
    for name in cabinet.names:
        path = PurePosixPath(name)
        if path.parent.name not in {"cur", "new"}:
            continue
        if _MARKED.search(path.name):
            yield NotTaken(origin=f"{cabinet.title}/{name}", why="is marked as a draft or as deleted", is_failure=False)
        else:
            yield _file(cabinet, name, reading, "maildir")


def read_emls(cabinet: Cabinet, reading: Reading) -> Iterator[Found]:
    """The letters in files that are a mail each."""
    for name in cabinet.names:
        if name.lower().endswith(".eml"):
            yield _file(cabinet, name, reading, "eml")


def _file(cabinet: Cabinet, name: str, reading: Reading, form: Form) -> Found:
    origin = f"{cabinet.title}/{name}"
    try:
        return read_mail(cabinet.read(name), origin, reading, form=form)
    except UnreadError as error:
        return NotTaken(origin=origin, why=error.message, hint=error.hint)


def text_as_html(text: str) -> str:
    """A mail in plain text as HTML: paragraphs, underlined headings, and its addresses as links."""
    body = text.partition("\n-- \n")[0] if len(text.partition("\n-- \n")[2]) < 700 else text
    out: list[str] = []
    lines: list[str] = []
    for line in body.split("\n"):
        ruler = _UNDERLINED.fullmatch(line)
        if ruler and lines and lines[-1].strip() and (len(lines) < 2 or not lines[-2].strip()):
            title = lines.pop().strip()
            out += _paragraphs(lines)
            lines = []
            level = "h2" if ruler[1][0] == "=" else "h3"
            out.append(f"<{level}>{_linked(title)}</{level}>")
        else:
            lines.append(line)
    return "\n".join([*out, *_paragraphs(lines)])


def _paragraphs(lines: list[str]) -> list[str]:
    return [f"<p>{_linked(one)}</p>" for one in paragraphs(lines)]


def _linked(text: str) -> str:
    pieces, at = [], 0
    for found in _ADDRESS.finditer(text):
        shown = escape(found.group())
        linked = clean_url(found.group()) is not None
        pieces += [escape(text[at : found.start()]), f'<a href="{shown}">{shown}</a>' if linked else shown]
        at = found.end()
    return "".join([*pieces, escape(text[at:])])


def _addresses(message: Message, names: tuple[str, ...]) -> list[tuple[str, str]]:
    values = [mailparts.header(message, name) for name in names]
    return [(name, address) for name, address in getaddresses([one for one in values if one]) if "@" in address]


def _readers(message: EmailMessage, sender: list[tuple[str, str]]) -> tuple[str, ...]:
    """Whom it was mailed to: addresses and names. The newsletter's own address is nobody's secret."""
    own = {address.lower() for _, address in sender}
    own |= {address.lower() for _, address in _addresses(message, ("Reply-To",))}
    told = [(name, one) for name, one in _addresses(message, _ADDRESSEES) if one.lower() not in own]
    found = [part for name, one in told for part in (one, tidy_title(name)) if part and "@" in one]
    return tuple(dict.fromkeys(found))


def _list_id(message: EmailMessage) -> str:
    said = mailparts.header(message, "List-Id")
    inner = re.search(r"<([^<>\s]+)>", said)
    return (inner[1] if inner else said).strip().lower()


def _pictures(message: EmailMessage, html: str, reading: Reading) -> dict[str, Picture]:
    """The pictures that came with it and that its text shows, by how it names them."""
    if "<img" not in html.lower():
        return {}
    shown = html + unquote(html)  # RFC 2392 §2: an id is percent-encoded in its address
    found: dict[str, Picture] = {}
    for part in message.walk():
        if part.get_content_maintype() != "image" and part.get_content_type() != "application/octet-stream":
            continue
        ids = [f"cid:{mailparts.header(part, 'Content-ID').strip('<> ')}", mailparts.header(part, "Content-Location")]
        names = [
            one
            for one in (*ids, part.get_filename() or "")
            if one not in {"", "cid:"} and one.removeprefix("cid:") in shown
        ]
        payload = part.get_payload(decode=True) if names else None
        if isinstance(payload, bytes) and (kept := reading.shelf.put(payload)):
            found |= dict.fromkeys(names, kept)
    return found
