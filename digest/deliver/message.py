"""A Mail and a recipient become the bytes that go over the wire. Pure: same input, same bytes.

The standard library builds the structure. The headers are folded here, because its folding differs between Python
versions and turns a long List-Unsubscribe into encoded words, which mail programs then ignore (seen with 3.11.7); so
are the bodies (see body.py).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.header import Header
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy
from email.utils import parseaddr
from functools import lru_cache
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from digest.config.settings import Settings
from digest.deliver.body import body_of, encoded_body
from digest.deliver.tokens import mac, unsubscribe_token
from digest.errors import DeliveryError
from digest.model import Mail
from digest.text.address import address_problem, smtp_address, tidy

LINE = 78  # octets wanted in a line, without its end; RFC 5322 §2.1.1
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_URL = re.compile(r"https?://[!-+\-./0-9:;=?-~]+")
"""What may stand in angle brackets as it is: ASCII without blanks, brackets and the comma that parts addresses."""
_SPECIALS = re.compile(r'[()<>@,:;."\[\]\\]')  # RFC 5322 §3.2.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Whom one message is for."""

    subscriber_id: int
    address: str
    name: str = ""


def one_line(text: str) -> str:
    """Text that can stand in a header: no line ends, control characters, lone surrogates or changes of direction."""
    if text.isascii() and text.isprintable():  # nearly all are
        return re.sub(" {2,}", " ", text).strip(" ")
    kept = (
        " " if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} else character
        for character in text
        if character not in _BIDI
    )
    return re.sub(" {2,}", " ", "".join(kept)).strip(" ")


# --- headers ---------------------------------------------------------------------------------------------------


def _encoded(name: str, text: str) -> str:
    """Encoded words (RFC 2047 §2), each on a line of its own."""
    return Header(text, charset="utf-8", header_name=name, maxlinelen=LINE - 2).encode(linesep="\r\n")


def _folded(name: str, text: str) -> str:
    """Plain text with line ends before some of its blanks."""
    lines = [""]
    for word in text.split(" "):
        room = LINE - (len(name) + 2 if len(lines) == 1 else 1)
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return "\r\n ".join(lines)


def _is_plain(text: str) -> bool:
    """Whether the text needs no encoding: what looks encoded would be decoded, a long word cannot be folded."""
    return text.isascii() and "=?" not in text and all(len(word) < LINE - 10 for word in text.split(" "))


def _phrase(name: str, text: str) -> str:
    """A display name: bare, quoted or encoded (RFC 5322 §3.4, RFC 2047 §5 rule 3)."""
    if not _is_plain(text):
        return _encoded(name, text)
    if _SPECIALS.search(text):
        text = '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
    return _folded(name, text)


def _beside(name: str, phrase: str, bracketed: str) -> str:
    """The phrase and what stands in angle brackets, on one line where they fit."""
    last = phrase.rpartition("\r\n")[2]
    used = len(last) + (0 if "\r\n" in phrase else len(name) + 2)
    between = " " if used + 1 + len(bracketed) <= LINE else "\r\n "
    return f"{phrase}{between}{bracketed}" if phrase else bracketed


def _mailbox_text(header: str, address: Address) -> str:
    return _beside(header, _phrase(header, address.display_name), f"<{address.addr_spec}>")


def _list_text(text: str) -> str:
    return text.replace(">, <", ">,\r\n <")


class _Line(BaseHeader):
    """A header that is kept as text and folded by ``write``; never more than one of each."""

    max_count = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        kwds["decoded"] = value
        kwds["parse_tree"] = None  # nobody asks for it: fold does not use it

    def write(self) -> str:
        return str(self)

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self.write()}{policy.linesep}"


class _Text(_Line):
    def write(self) -> str:
        return _folded(self.name, str(self)) if _is_plain(str(self)) else _encoded(self.name, str(self))


class _List(_Line):
    """Never encoded, folded after the comma between two addresses only (RFC 2369 §2)."""

    def write(self) -> str:
        return _list_text(str(self))


class _Mailbox(_Line):
    address: Address

    @classmethod
    def parse(cls, value: Address, kwds: dict[str, Any]) -> None:  # type: ignore[override]
        kwds["decoded"] = str(value)
        kwds["parse_tree"] = None  # nobody asks for it: fold does not use it
        kwds["address"] = value

    def init(self, name: str, **kwds: Any) -> None:
        self.address = kwds.pop("address")
        super().init(name, **kwds)

    def write(self) -> str:
        return _mailbox_text(self.name, self.address)


def _policy() -> EmailPolicy[EmailMessage]:
    registry = HeaderRegistry()
    kinds: dict[type[_Line], tuple[str, ...]] = {
        _Text: ("subject",),
        _Mailbox: ("from", "to", "reply-to"),
        _List: ("list-id", "list-unsubscribe", "list-archive"),
        _Line: ("message-id", "precedence"),
    }
    for kind, names in kinds.items():
        for name in names:
            registry.map_to_type(name, kind)
    return policy.SMTP.clone(header_factory=registry, max_line_length=LINE)


_POLICY = _policy()


# --- who and where ---------------------------------------------------------------------------------------------


def mailbox(name: str, address: str) -> Address:
    """A display name and an address as they may stand in a header.

    Raises:
        DeliveryError: the address cannot be mailed.
    """
    problem = address_problem(address)
    if problem is not None:
        raise DeliveryError(f"{one_line(address)}: the address {problem}", hint="correct it, or remove it")
    local, _, domain = smtp_address(address).rpartition("@")
    return Address(display_name=one_line(name), username=local, domain=domain)


def sender_address(settings: Settings) -> str:
    """The address the newsletter comes from, as it stands on the wire."""
    return _spec(settings.newsletter.sender)


@lru_cache(maxsize=16)  # asked for each recipient, and always of the same few
def _spec(text: str) -> str:
    return mailbox("", parseaddr(text)[1]).addr_spec


def list_id(settings: Settings) -> str:
    """What names the list to mail programs, whoever sends it (RFC 2919): ``brief.example.org``."""
    given = settings.send.list_id or sender_address(settings).replace("@", ".")
    return ".".join(filter(None, re.sub(r"[^A-Za-z0-9.-]+", "-", given.strip("<> ")).strip("-").split(".")))


def _list_id_line(title: str, name: str) -> str:
    """The name of the list for people, and for programs (RFC 2919 §3).

    The title is left off where it would need encoding or folding: programs compare and show this header undecoded.
    """
    phrase = _phrase("List-Id", title) if _is_plain(title) else ""
    return f"{phrase} <{name}>".lstrip() if "\r\n" not in phrase else f"<{name}>"


def unsubscribe_link(settings: Settings, *, secret: str, recipient: Recipient) -> str:
    """A mailto link (RFC 6068) that asks for this recipient to be removed, and proves that we wrote it."""
    newsletter = settings.newsletter
    reader = _spec(settings.send.unsubscribe or newsletter.reply_to or newsletter.sender)
    address = tidy(recipient.address)
    subject = f"unsubscribe {smtp_address(address)} {unsubscribe_token(secret, recipient.subscriber_id, address)}"
    return f"mailto:{quote(reader, safe='@')}?subject={quote(subject, safe='@')}"


def message_id(settings: Settings, *, mailing_id: str, secret: str, recipient: Recipient) -> str:
    """The same for the same mailing and subscriber, so that a second copy can be known as one."""
    digits = mac(secret, "message-id", mailing_id, str(recipient.subscriber_id)).hex()[:32]
    return f"<{digits}.issue@{sender_address(settings).rpartition('@')[2]}>"


# --- what differs for each recipient -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """What stands in one recipient's message and in no other."""

    to: Address
    message_id: str
    list_unsubscribe: str
    link: str  # in both parts, where UNSUBSCRIBE_MARK is
    name: str  # empty: not known

    def lines(self) -> dict[str, bytes]:
        """The header fields by name, folded, each with its line end."""
        texts = {
            "To": _mailbox_text("To", self.to),
            "Message-ID": self.message_id,
            "List-Unsubscribe": _list_text(self.list_unsubscribe),
        }
        return {name: f"{name}: {text}\r\n".encode("ascii") for name, text in texts.items()}


def personal(settings: Settings, *, mailing_id: str, secret: str, recipient: Recipient) -> Personal:
    """What one recipient's message has of its own.

    Raises:
        DeliveryError: the recipient's address, or one of digest.toml, cannot be mailed (see address_problem).
    """
    to = mailbox(recipient.name, recipient.address)
    link = unsubscribe_link(settings, secret=secret, recipient=recipient)
    return Personal(
        to=to,
        message_id=message_id(settings, mailing_id=mailing_id, secret=secret, recipient=recipient),
        list_unsubscribe=f"<{link}>",
        link=link,
        name=to.display_name,
    )


# --- the whole -------------------------------------------------------------------------------------------------


def build_message(
    mail: Mail,
    *,
    settings: Settings,
    mailing_id: str,
    secret: str,
    recipient: Recipient,
    date: datetime,
) -> bytes:
    """One recipient's message, complete, with CRLF line ends and nothing but ASCII (RFC 5322, 2045, 2046).

    Raises:
        DeliveryError: the recipient's address, or one of digest.toml, cannot be mailed (see address_problem).
    """
    name, address = parseaddr(settings.newsletter.sender)
    who = personal(settings, mailing_id=mailing_id, secret=secret, recipient=recipient)
    title = one_line(settings.newsletter.title)
    message = EmailMessage(policy=_POLICY)
    message["Date"] = date.astimezone(ZoneInfo(settings.newsletter.timezone))
    message["From"] = mailbox(name or title, address)
    if settings.newsletter.reply_to:
        message["Reply-To"] = mailbox(*parseaddr(settings.newsletter.reply_to))
    message["To"] = who.to
    message["Subject"] = one_line(mail.subject) or title
    message["Message-ID"] = who.message_id
    message["List-Id"] = _list_id_line(title, list_id(settings))
    message["List-Unsubscribe"] = who.list_unsubscribe
    if _URL.fullmatch(settings.newsletter.url):
        message["List-Archive"] = f"<{settings.newsletter.url}>"
    # Keeps "I am away until Monday" of a thousand readers from the editor; older programs go by nothing else.
    message["Precedence"] = "bulk"
    message["MIME-Version"] = "1.0"
    boundary = hashlib.sha256(f"{mailing_id}\0{mail.variant}".encode()).hexdigest()[:24]
    # "=_" cannot occur in quoted-printable or base64 (RFC 2045 §6.7), so no body ever holds the boundary.
    message["Content-Type"] = f'multipart/alternative; boundary="=_{boundary}"'
    for template, subtype in ((mail.text, "plain"), (mail.html, "html")):
        text = body_of(template, is_html=subtype == "html").filled(who)
        message.attach(_part(text.encode("utf-8", "replace"), subtype, mail.language))
    return message.as_bytes()


def _part(raw: bytes, subtype: str, language: str) -> EmailMessage:
    encoding, written = encoded_body(raw)
    part = EmailMessage(policy=_POLICY)
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Language"] = language  # RFC 3282: whoever reads it aloud need not guess
    part["Content-Transfer-Encoding"] = encoding
    part.set_payload(written.decode("ascii"))
    return part
