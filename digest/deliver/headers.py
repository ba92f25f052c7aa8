"""The header fields of a message, folded as every mail program reads them. Pure.

The standard library's own folding differs between Python versions and turns a long List-Unsubscribe into encoded words,
which mail programs then ignore (seen with 3.11.7).
"""

from __future__ import annotations

import re
import unicodedata
from email import policy
from email.header import Header
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy
from typing import Any

from digest.errors import DeliveryError
from digest.text.address import address_problem, smtp_address

LINE = 78  # octets wanted in a line, without its end; RFC 5322 §2.1.1
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_SPECIALS = re.compile(r'[()<>@,:;."\[\]\\]')  # RFC 5322 §3.2.3


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


def is_plain(text: str) -> bool:
    """Whether the text needs no encoding: what looks encoded would be decoded, a long word cannot be folded."""
    return text.isascii() and "=?" not in text and all(len(word) < LINE - 10 for word in text.split(" "))


def phrase(name: str, text: str) -> str:
    """A display name: bare, quoted or encoded (RFC 5322 §3.4, RFC 2047 §5 rule 3)."""
    if not is_plain(text):
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


def mailbox_text(header: str, address: Address) -> str:
    """A name and an address, folded for the header field of this name."""
    return _beside(header, phrase(header, address.display_name), f"<{address.addr_spec}>")


def list_text(text: str) -> str:
    """Addresses in angle brackets, folded after the comma between two of them only (RFC 2369 §2)."""
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
        return _folded(self.name, str(self)) if is_plain(str(self)) else _encoded(self.name, str(self))


class _List(_Line):
    """Never encoded, folded after the comma between two addresses only (RFC 2369 §2)."""

    def write(self) -> str:
        return list_text(str(self))


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
        return mailbox_text(self.name, self.address)


def _policy() -> EmailPolicy[EmailMessage]:
    registry = HeaderRegistry()
    kinds: dict[type[_Line], tuple[str, ...]] = {
        _Text: ("subject",),
        _Mailbox: ("from", "to", "reply-to"),
        _List: ("list-id", "list-unsubscribe", "list-archive"),
        _Line: ("message-id", "precedence", "auto-submitted", "list-unsubscribe-post"),
    }
    for kind, names in kinds.items():
        for name in names:
            registry.map_to_type(name, kind)
    return policy.SMTP.clone(header_factory=registry, max_line_length=LINE)


POLICY = _policy()


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
