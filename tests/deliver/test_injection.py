"""Whatever stands in a name, a subject, an address, a title or digest.toml: never a new header field, never a new body.

10,000 messages in all, each read back twice: by the standard library, and line by line, strictly. ``build_message``
and ``Splice`` are held against each other too.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from msgspec import ValidationError

from digest.config.settings import Settings
from digest.config.table import table_of
from digest.deliver.headers import one_line
from digest.deliver.message import build_message, list_id
from digest.deliver.splice import Splice
from digest.deliver.stamp import Recipient, Stamp
from digest.errors import DigestError
from digest.model import Mail
from digest.text.address import smtp_address
from tests.deliver.helpers import MAIL, NOON, stamp

NEWSLETTERS, LISTS, READERS = 3_000, 350, 20  # 3,000 + 350 × 20 = 10,000
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # to shrink twenty recipients takes it minutes

TOP = (
    "Date", "From", "Reply-To", "To", "Subject", "Message-ID", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post",
    "List-Archive", "Precedence", "MIME-Version", "Content-Type",
)  # fmt: skip
PART = ("Content-Type", "Content-Language", "Content-Transfer-Encoding")
REQUIRED = {"Date", "From", "To", "Subject", "Message-ID", "List-Id", "List-Unsubscribe", "MIME-Version"}

EVIL = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "\r\n", "\n", "\r", "\0", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029", "\t", " ", "\x7f", "\ud800",
                "\r\nBcc: everyone@evil.example", "\nBcc: everyone@evil.example", "\r\n\r\n<b>another body</b>",
                "\r\n ", "\n\t", "\r\n.\r\n", "\r\n.\r\nMAIL FROM:<x@evil.example>\r\n", "\r\n--=_", "--=_x--",
                "=?utf-8?q?=0D=0ABcc:_x@evil.example?=", "=?utf-8?b?DQpCY2M6IHhAZXZpbC5leGFtcGxl?=", "=?", "?=",
                "<", ">", ">, <https://evil.example/>", ",", ";", ":", '"', "\\", "(", ")", "[", "]", "@", "%0D%0A",
                "@@unsubscribe@@", "@@preferences@@", "@@name@@", "@@name|x@@", "\u202e", "\ufeff", "From ", ".",
                "é", "水" * 40, "a" * 100, "x@evil.example", "Content-Type: text/html", "\u560d\u560a", "\u0d0a",
            ]
        ),
        st.text(max_size=12),
        st.text(alphabet="abc <>@,.:;\"'\r\n=?_-", max_size=20),
    ),
    max_size=5,
).map("".join)  # fmt: skip

PLAIN = st.sampled_from(["", "brief", "The Harbour Brief", "harbour.example", "https://harbour.example/brief/"])
ANY = st.one_of(EVIL, EVIL, PLAIN)
NAMES = st.one_of(EVIL, st.sampled_from(["", "Anna", "Zoë Lindqvist, the Elder", "ليلى حسن"]))
ADDRESSES = st.one_of(
    st.sampled_from(["anna@readers.example", "o'hara+x=y@bücher.example", "a!#$%&*/?^_`{|}~-b@readers.example"]),
    EVIL.map(lambda text: f"anna{text}@readers.example"),
    EVIL.map(lambda text: f"anna@readers{text}.example"),
    EVIL,
)
RECIPIENTS = st.builds(
    lambda number, address, name: Recipient(subscriber_id=number, address=address, name=name),
    st.integers(0, 10**9), ADDRESSES, NAMES,
)  # fmt: skip

NEWSLETTER: dict[str, dict[str, Any]] = {
    "newsletter": {
        "title": "The Harbour Brief", "from": "The Harbour Brief <brief@harbour.example>",
        "reply_to": "desk@harbour.example", "url": "https://harbour.example/brief/", "language": "en",
    },
    "send": {"unsubscribe": "leave@harbour.example", "list_id": "brief.harbour.example"},
    "serve": {"url": "https://news.harbour.example/"},
}  # fmt: skip
CHANGES = st.dictionaries(
    st.sampled_from(
        [
            ("newsletter", "title"), ("newsletter", "from"), ("newsletter", "reply_to"), ("newsletter", "url"),
            ("newsletter", "language"), ("newsletter", "address"), ("send", "unsubscribe"), ("send", "list_id"),
            ("serve", "url"),
        ]
    ),
    st.one_of(
        ANY,
        EVIL.map(lambda text: f"Anna {text} <anna@harbour.example>"),
        EVIL.map(lambda text: f"https://harbour.example/{text}/"),
    ),
    max_size=4,
)  # fmt: skip


def changed(changes: dict[tuple[str, str], str]) -> Settings:
    """The newsletter with what digest.toml takes of these changes."""
    tables = {name: dict(table) for name, table in NEWSLETTER.items()}
    for (table, key), value in changes.items():
        tried = tables | {table: tables[table] | {key: value}}
        try:
            table_of(Settings, tried)
        except (DigestError, ValidationError, ValueError):
            continue
        tables = tried
    return table_of(Settings, tables)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A message, read strictly."""

    fields: tuple[tuple[str, str], ...]  # unfolded
    parts: tuple[tuple[tuple[tuple[str, str], ...], bytes], ...]


def fields_of(head: bytes) -> tuple[tuple[str, str], ...]:
    """Header fields, by RFC 5322 §2.2 and nothing more generous: what is no field and continues none is an error."""
    found: list[list[str]] = []
    for line in head.decode("ascii").split("\r\n"):
        assert len(line) <= 998
        if line[:1] in {" ", "\t"}:
            assert line.strip(" \t"), "a line of blanks ends the header for some"
            found[-1][1] += line
        else:
            match = re.fullmatch(r"([A-Z][A-Za-z-]*): ?(.*)", line)
            assert match is not None, line
            found.append([match[1], match[2]])
    return tuple((name, value) for name, value in found)


def read_strictly(data: bytes) -> Read:
    assert data.isascii()
    assert b"\0" not in data
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", data)
    assert not re.search(rb"(?m)^\.", data)
    head, _, body = data.partition(b"\r\n\r\n")
    fields = fields_of(head)
    boundary = re.search(r'boundary="(=_[0-9a-f]{24})"', dict(fields)["Content-Type"])
    assert boundary is not None
    before, *parts, end = body.split(b"--" + boundary[1].encode())
    assert (before, end.strip()) == (b"", b"--")
    assert len(parts) == 2
    read = []
    for part in parts:
        assert part.startswith(b"\r\n")
        part_head, _, text = part[2:].partition(b"\r\n\r\n")
        read.append((fields_of(part_head), text))
    return Read(fields=fields, parts=tuple(read))


def parsed(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def mailbox_of(field: str) -> tuple[str, str]:
    """The name and the address of a field, by the older of the standard library's two readers.

    The newer puts a blank between two encoded words (3.11.7), where RFC 2047 §6.2 wants none.
    """
    name, address = parseaddr(field)
    return str(make_header(decode_header(name))), address


def holds(data: bytes, mail: Mail, by: Stamp, recipient: Recipient) -> list[object]:
    """The promises, for one message; what it says."""
    read, message = read_strictly(data), parsed(data)
    names = [name for name, _ in read.fields]
    assert names == [name for name in TOP if name in names], "each once at most, in our order"
    assert set(names) >= REQUIRED
    assert names == list(message.keys())
    for (fields, _), subtype in zip(read.parts, ("plain", "html"), strict=True):
        assert tuple(name for name, _ in fields) == PART
        assert fields[0] == ("Content-Type", f'text/{subtype}; charset="utf-8"')
        assert fields[1] == ("Content-Language", mail.language)
    newsletter = by.settings.newsletter
    own = dict(read.fields)
    assert mailbox_of(own["To"]) == (one_line(recipient.name), smtp_address(recipient.address))
    name, address = parseaddr(newsletter.sender)
    assert mailbox_of(own["From"]) == (one_line(name or newsletter.title), smtp_address(address))
    assert len(message["To"].addresses) == len(message["From"].addresses) == 1
    assert message["To"].addresses[0].addr_spec == smtp_address(recipient.address)
    assert message["Subject"] == (one_line(mail.subject) or one_line(newsletter.title))
    assert re.fullmatch(r"<[0-9a-f]{32}\.issue@[A-Za-z0-9.-]+>", own["Message-ID"])
    assert re.fullmatch(r"(<https?://[^<>,\s]+>, )?<mailto:[^<>,\s]+>", own["List-Unsubscribe"])
    assert own["List-Id"].endswith(f"<{list_id(by.settings)}>")
    assert re.fullmatch(r"<[A-Za-z0-9.-]*>", own["List-Id"][own["List-Id"].rindex("<") :])
    texts = [part.get_content() for part in message.iter_parts() if isinstance(part, EmailMessage)]
    return [read.fields, [[field for field in fields if field[0] != PART[2]] for fields, _ in read.parts], texts]


def both(mail: Mail, by: Stamp, recipient: Recipient, splice: Splice) -> None:
    """Built and spliced alike: refused, or sound and of the same content."""
    made: list[list[object] | str] = []
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: build_message(mail, by, recipient, date=NOON),
        lambda: splice.message(recipient),
    )
    for make in ways:
        try:
            data = make()
        except DigestError as error:
            made.append(error.message)
        else:
            made.append(holds(data, mail, by, recipient))
    assert made[0] == made[1]


@settings(max_examples=NEWSLETTERS, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(CHANGES, EVIL, EVIL, st.sampled_from(["en", "pt-BR"]))
@example({("newsletter", "title"): "A\r\nBcc: x@evil.example"}, "S\r\nBcc: x@evil.example", "T\n--=_", "en")
@example({("newsletter", "from"): '"A\r\nBcc: x@evil.example" <brief@harbour.example>'}, "", "", "en")
@example({("serve", "url"): "https://harbour.example/>, <https://evil.example/"}, "", "", "en")
def test_nothing_in_a_newsletter_or_its_stories_makes_a_header_field_or_a_body(
    changes: dict[tuple[str, str], str], subject: str, story: str, language: str
) -> None:
    mail = replace(
        MAIL,
        subject=subject,
        text=f"{story}\n\nDear @@name|reader@@,\n\n{story}\n@@unsubscribe@@\n@@preferences@@\n",
        html=f'<h2>{story}</h2><p>@@name|reader@@ <a href="@@unsubscribe@@">{story}</a></p>\n',
        language=language,
    )
    by = stamp(changed(changes))
    both(mail, by, Recipient(subscriber_id=7, address="anna@readers.example", name="Zoë"), Splice(mail, by, date=NOON))


STAMPS = [stamp(changed(changes)) for changes in ({}, {("newsletter", "title"): "Häfen & Häuser"})]
HELLO = replace(MAIL, text=f"Dear @@name|reader@@,\n\n{MAIL.text}", html=f"<p>@@name@@</p>{MAIL.html}")
SPLICES = [Splice(HELLO, by, date=NOON) for by in STAMPS]


@settings(max_examples=LISTS, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(st.sampled_from([0, 1]), st.lists(RECIPIENTS, min_size=READERS, max_size=READERS))
def test_nothing_in_a_name_or_an_address_makes_a_header_field_or_a_body(
    which: int, recipients: list[Recipient]
) -> None:
    for recipient in recipients:
        both(HELLO, STAMPS[which], recipient, SPLICES[which])


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\x85", "\v"])
def test_a_line_end_of_any_kind_in_the_language_is_refused_or_harmless(end: str) -> None:
    """digest.toml takes none; a template or a program that calls us might."""
    mail = replace(MAIL, language=f"en{end}Bcc: x@evil.example")
    try:
        data = build_message(mail, STAMPS[0], Recipient(subscriber_id=7, address="anna@readers.example"), date=NOON)
    except ValueError:
        return
    assert "Bcc" not in [name for fields, _ in read_strictly(data).parts for name, _ in fields]
