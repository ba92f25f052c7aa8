"""A Mail and a recipient become the bytes that go over the wire. Pure: same input, same bytes.

The standard library builds the structure. The headers are folded here, because its folding differs between Python
versions and turns a long List-Unsubscribe into encoded words, which mail programs then ignore (seen with 3.11.7); so
are the bodies, because it makes their lines as long as the headers', two characters longer than RFC 2045 allows
(cpython issue 78206).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import html
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
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from digest.config.settings import Settings
from digest.deliver.tokens import mac, unsubscribe_token
from digest.errors import DeliveryError
from digest.model import UNSUBSCRIBE_MARK, Mail
from digest.text.address import address_problem, smtp_address, tidy

LINE = 78  # octets wanted in a line, without its end; RFC 5322 §2.1.1
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_AS_IS = bytes(byte for byte in range(32, 127) if byte != ord("=")) + b"\t\r\n"
"""What quoted-printable leaves alone (RFC 2045 §6.7)."""
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
        return str(self).replace(">, <", ">,\r\n <")


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
        return _beside(self.name, _phrase(self.name, self.address.display_name), f"<{self.address.addr_spec}>")


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
    return mailbox("", parseaddr(settings.newsletter.sender)[1]).addr_spec


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
    reader = parseaddr(settings.send.unsubscribe or newsletter.reply_to or newsletter.sender)[1]
    address = tidy(recipient.address)
    subject = f"unsubscribe {smtp_address(address)} {unsubscribe_token(secret, recipient.subscriber_id, address)}"
    return f"mailto:{quote(mailbox('', reader).addr_spec, safe='@')}?subject={quote(subject, safe='@')}"


def message_id(settings: Settings, *, mailing_id: str, secret: str, recipient: Recipient) -> str:
    """The same for the same mailing and subscriber, so that a second copy can be known as one."""
    digits = mac(secret, "message-id", mailing_id, str(recipient.subscriber_id)).hex()[:32]
    return f"<{digits}.issue@{sender_address(settings).rpartition('@')[2]}>"


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
    link = unsubscribe_link(settings, secret=secret, recipient=recipient)
    title = one_line(settings.newsletter.title)
    message = EmailMessage(policy=_POLICY)
    message["Date"] = date.astimezone(ZoneInfo(settings.newsletter.timezone))
    message["From"] = mailbox(name or title, address)
    if settings.newsletter.reply_to:
        message["Reply-To"] = mailbox(*parseaddr(settings.newsletter.reply_to))
    message["To"] = mailbox(recipient.name, recipient.address)
    message["Subject"] = one_line(mail.subject) or title
    message["Message-ID"] = message_id(settings, mailing_id=mailing_id, secret=secret, recipient=recipient)
    message["List-Id"] = _list_id_line(title, list_id(settings))
    message["List-Unsubscribe"] = f"<{link}>"
    if _URL.fullmatch(settings.newsletter.url):
        message["List-Archive"] = f"<{settings.newsletter.url}>"
    # Keeps "I am away until Monday" of a thousand readers from the editor; older programs go by nothing else.
    message["Precedence"] = "bulk"
    message["MIME-Version"] = "1.0"
    boundary = hashlib.sha256(f"{mailing_id}\0{mail.variant}".encode()).hexdigest()[:24]
    # "=_" cannot occur in quoted-printable or base64 (RFC 2045 §6.7), so no body ever holds the boundary.
    message["Content-Type"] = f'multipart/alternative; boundary="=_{boundary}"'
    message.attach(_part(mail.text.replace(UNSUBSCRIBE_MARK, link), "plain", mail.language))
    message.attach(_part(mail.html.replace(UNSUBSCRIBE_MARK, html.escape(link)), "html", mail.language))
    return message.as_bytes()


def _part(text: str, subtype: str, language: str) -> EmailMessage:
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    raw = lines.replace("\n", "\r\n").encode("utf-8", "replace")
    raw += b"" if raw.endswith(b"\n") else b"\r\n"
    encoding, written = _encoded_body(raw)
    part = EmailMessage(policy=_POLICY)
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Language"] = language  # RFC 3282: whoever reads it aloud need not guess
    part["Content-Transfer-Encoding"] = encoding
    part.set_payload(written.decode("ascii"))
    return part


def _encoded_body(raw: bytes) -> tuple[str, bytes]:
    """A body with CRLF line ends in whichever encoding is shorter, and that encoding's name.

    Never 8bit: relays that rewrite it break a DKIM signature (RFC 6376 §5.3). Lines have at most 76 characters
    (RFC 2045 §6.7, §6.8).
    """
    escaped = len(raw.translate(None, delete=_AS_IS))
    if (len(raw) + 2 * escaped) * 78 / 75 > len(raw) * 4 / 3 * 78 / 76:  # each line of 76 has a line end, or "=" too
        return "base64", base64.encodebytes(raw).replace(b"\n", b"\r\n")
    # Where a line ends in a blank, binascii makes it longer than it may be.
    written = re.sub(rb"(?m)^(.{74,75})(=20|=09)\r$", rb"\1=\r\n\2\r", binascii.b2a_qp(raw, istext=True))
    # Mailboxes that are one file put ">" before such a line (RFC 4155); RFC 2049 §3 says how to keep them from it.
    return "quoted-printable", re.sub(rb"(?m)^From ", b"=46rom=\r\n ", written)
