"""A Mail and a recipient become the bytes that go over the wire. Pure: same input, same bytes.

The standard library builds the structure; header fields are folded by headers.py, bodies encoded by body.py.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from digest.config.settings import Settings
from digest.deliver.body import Body, body_of, encoded_body
from digest.deliver.headers import POLICY, is_plain, list_text, mailbox, mailbox_text, one_line, phrase
from digest.deliver.stamp import Recipient, Stamp, sender_address
from digest.model import Mail

_URL = re.compile(r"https?://[!-+\-./0-9:;=?-~]+")
"""What may stand in angle brackets as it is: ASCII without blanks, brackets and the comma that parts addresses."""


def list_id(settings: Settings) -> str:
    """What names the list to mail programs, whoever sends it (RFC 2919): ``brief.example.org``."""
    given = settings.send.list_id or sender_address(settings).replace("@", ".")
    return ".".join(filter(None, re.sub(r"[^A-Za-z0-9.-]+", "-", given.strip("<> ")).strip("-").split(".")))


def _list_id_line(title: str, name: str) -> str:
    """The name of the list for people, and for programs (RFC 2919 §3).

    The title is left off where it would need encoding or folding: programs compare and show this header undecoded.
    """
    words = phrase("List-Id", title) if is_plain(title) else ""
    return f"{words} <{name}>".lstrip() if "\r\n" not in words else f"<{name}>"


# --- what differs for each recipient -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """What stands in one recipient's message and in no other."""

    to: Address
    message_id: str
    list_unsubscribe: str
    link: str  # in both parts, where UNSUBSCRIBE_MARK is
    preferences: str  # where PREFERENCES_MARK is
    name: str  # empty: not known

    def lines(self) -> dict[str, bytes]:
        """The header fields by name, folded, each with its line end."""
        texts = {
            "To": mailbox_text("To", self.to),
            "Message-ID": self.message_id,
            "List-Unsubscribe": list_text(self.list_unsubscribe),
        }
        return {name: f"{name}: {text}\r\n".encode("ascii") for name, text in texts.items()}


def personal(stamp: Stamp, recipient: Recipient) -> Personal:
    """What one recipient's message has of its own.

    Raises:
        DeliveryError: the recipient's address, or one of digest.toml, cannot be mailed (see address_problem).
    """
    to = mailbox(recipient.name, recipient.address)
    links = stamp.links(recipient)
    return Personal(
        to=to,
        message_id=stamp.message_id(recipient.subscriber_id),
        list_unsubscribe=f"<{links.unsubscribe}>, <{links.mail}>" if links.unsubscribe else f"<{links.mail}>",
        link=links.unsubscribe or links.mail,
        preferences=links.preferences or links.mail,
        name=to.display_name,
    )


# --- the whole -------------------------------------------------------------------------------------------------


def build_message(mail: Mail, stamp: Stamp, recipient: Recipient, *, date: datetime) -> bytes:
    """One recipient's message, complete, with CRLF line ends and nothing but ASCII (RFC 5322, 2045, 2046).

    Raises:
        DeliveryError: the recipient's address, or one of digest.toml, cannot be mailed (see address_problem).
    """
    settings, who = stamp.settings, personal(stamp, recipient)
    message = _begun(mail, settings, who.to, who.message_id, date=date)
    message["List-Id"] = _list_id_line(one_line(settings.newsletter.title), list_id(settings))
    message["List-Unsubscribe"] = who.list_unsubscribe
    if settings.serve and settings.serve.is_safe:  # a page takes it, over TLS (RFC 8058 §3.1)
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if _URL.fullmatch(settings.newsletter.url):
        message["List-Archive"] = f"<{settings.newsletter.url}>"
    # Keeps "I am away until Monday" of a thousand readers from the editor; older programs go by nothing else.
    message["Precedence"] = "bulk"
    return _completed(message, mail, stamp.mailing_id, lambda body: body.filled(who))


def build_notice(mail: Mail, settings: Settings, recipient: Recipient, *, message_id: str, date: datetime) -> bytes:
    """A mail outside any mailing, such as one that asks for a confirmation: no list sent it, and nobody is to answer.

    Args:
        mail: both parts as they are to be read, without marks.
        settings: of the newsletter, which it is from.
        recipient: whom it is for.
        message_id: with its angle brackets.
        date: when.

    Raises:
        DeliveryError: the recipient's address cannot be mailed.
    """
    message = _begun(mail, settings, mailbox(recipient.name, recipient.address), message_id, date=date)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: answers nobody
    return _completed(message, mail, message_id, lambda body: "".join(body.texts))


def _begun(mail: Mail, settings: Settings, to: Address, message_id: str, *, date: datetime) -> EmailMessage:
    name, address = parseaddr(settings.newsletter.sender)
    title = one_line(settings.newsletter.title)
    message = EmailMessage(policy=POLICY)
    message["Date"] = date.astimezone(ZoneInfo(settings.newsletter.timezone))
    message["From"] = mailbox(name or title, address)
    if settings.newsletter.reply_to:
        message["Reply-To"] = mailbox(*parseaddr(settings.newsletter.reply_to))
    message["To"] = to
    message["Subject"] = one_line(mail.subject) or title
    message["Message-ID"] = message_id
    return message


def _completed(message: EmailMessage, mail: Mail, seed: str, fill: Callable[[Body], str]) -> bytes:
    message["MIME-Version"] = "1.0"
    boundary = hashlib.sha256(f"{seed}\0{mail.variant}".encode()).hexdigest()[:24]
    # "=_" cannot occur in quoted-printable or base64 (RFC 2045 §6.7), so no body ever holds the boundary.
    message["Content-Type"] = f'multipart/alternative; boundary="=_{boundary}"'
    for template, subtype in ((mail.text, "plain"), (mail.html, "html")):
        text = fill(body_of(template, is_html=subtype == "html"))
        message.attach(_part(text.encode("utf-8", "replace"), subtype, mail.language))
    return message.as_bytes()


def _part(raw: bytes, subtype: str, language: str) -> EmailMessage:
    encoding, written = encoded_body(raw)
    part = EmailMessage(policy=POLICY)
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Language"] = language  # RFC 3282: whoever reads it aloud need not guess
    part["Content-Transfer-Encoding"] = encoding
    part.set_payload(written.decode("ascii"))
    return part
