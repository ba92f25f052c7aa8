"""A mail as the rules see it, whoever wrote it: digest, a template of one's own, or another program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import TYPE_CHECKING

from digest.check.html.document import Document, read_document
from digest.check.style.sheet import Sheet, read_sheet

if TYPE_CHECKING:
    from digest.check.galley import Part
    from digest.model import Mail


_LOOKED_AT = 1_000_000
"""Characters of the HTML part that are read: ten times what Gmail shows; such a mail is refused for its size anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Both parts of a mail and, where it is there, the whole message. Lines are counted in each part by itself."""

    subject: str
    preheader: str
    language: str  # BCP 47; empty: nobody said
    html: str  # empty: there is no HTML part
    text: str  # empty: there is no text part
    document: Document  # the HTML part, read
    sheet: Sheet  # every style of it, read
    message: EmailMessage | None = None  # its headers and parts; None: it has not been built
    raw: bytes = b""  # the message as it travels
    clients: tuple[str, ...] = ()  # families of mail programs, as digest.toml names them
    places: Mapping[Part, Sequence[int]] = field(default_factory=dict)  # by part: of its lines, those of the file


def letter_of(mail: Mail, *, clients: tuple[str, ...], message: EmailMessage | None = None, raw: bytes = b"") -> Letter:
    """The letter of a rendered mail."""
    return read_letter(
        subject=mail.subject,
        preheader=mail.preheader,
        language=mail.language,
        html=mail.html,
        text=mail.text,
        clients=clients,
        message=message,
        raw=raw,
    )


def read_letter(
    *,
    subject: str,
    preheader: str,
    language: str,
    html: str,
    text: str,
    clients: tuple[str, ...],
    message: EmailMessage | None = None,
    raw: bytes = b"",
) -> Letter:
    """The letter of two parts, read once for all rules; the message is read from its bytes if only those are given."""
    document = read_document(html[:_LOOKED_AT])
    if raw and message is None:
        message = BytesParser(policy=policy.default).parsebytes(raw)
    return Letter(
        subject=subject,
        preheader=preheader,
        language=language,
        html=html,
        text=text,
        document=document,
        sheet=read_sheet(document),
        message=message,
        raw=raw,
        clients=clients,
    )
