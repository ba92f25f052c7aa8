"""A spliced message says what the message built from nothing says, whoever it is for."""

from __future__ import annotations

import base64
import email
import email.policy
import re
from dataclasses import replace
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.deliver.message import build_message
from digest.deliver.splice import Splice
from digest.deliver.stamp import Recipient
from digest.errors import DeliveryError
from digest.model import Mail
from tests.deliver.helpers import MAIL, NOON, settings, stamp

CHOSEN = settings()
LINK = '<p>Dear @@name|reader@@, <a href="@@unsubscribe@@">leave</a></p>'
GREEK = "Η απόφαση του δικαστηρίου για το λιμάνι αναβλήθηκε ξανά. " * 30


def both(mail: Mail, recipient: Recipient) -> tuple[bytes, bytes]:
    """Spliced, and built from nothing."""
    with_keys = stamp(CHOSEN)
    return Splice(mail, with_keys, date=NOON).message(recipient), build_message(mail, with_keys, recipient, date=NOON)


def read(data: bytes) -> tuple[list[tuple[str, str]], list[tuple[list[tuple[str, str]], str]]]:
    """All header fields, and of each part its fields and its text."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    parts = []
    for part in message.iter_parts():
        assert isinstance(part, EmailMessage)
        assert not part.defects
        fields = [(name, str(value)) for name, value in part.items() if name != "Content-Transfer-Encoding"]
        parts.append((fields, part.get_content()))
    return [(name, str(value)) for name, value in message.items()], parts


def is_sound(data: bytes) -> None:
    """ASCII in lines of CRLF, none longer than it may be, none beginning with a dot, soft breaks well made."""
    assert data.isascii()
    assert data.endswith(b"\r\n")
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert not re.search(rb"(?m)^(\.|From )", data)
    _, _, body = data.partition(b"\r\n\r\n")
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert not re.search(rb"(?m)[ \t]\r$", body), "a blank at the end of a line is lost on the way"


def agree(mail: Mail, recipient: Recipient) -> None:
    spliced, built = both(mail, recipient)
    is_sound(spliced)
    assert read(spliced) == read(built)


NAMES = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "", "Lindqvist, Anna", 'Anna "Annie" Lindqvist', "Zoë 🌊🚢", "ليلى حسن", "\u202eevil\u202c", "Bcc: x@y.z",
            "Anna\r\nBcc: everyone@readers.example", "=?utf-8?q?hidden?=", "@@unsubscribe@@", "@@name@@", ".", ". .",
            "From me", "<b>&amp;</b>", "a" * 76, "é" * 40, "a" * 73 + "é", "\x00\x07", "=", "==3D", "Ann\ud800a",
        ]
    ),
)  # fmt: skip
LOCALS = st.from_regex(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,30}", fullmatch=True)
DOMAINS = st.sampled_from(["readers.example", "bücher.example", "例え.example", "straße.example", "a.b.c.d.example"])
RECIPIENTS = st.builds(
    lambda number, local, domain, name: Recipient(subscriber_id=number, address=f"{local}@{domain}", name=name),
    st.integers(0, 10**9), LOCALS, DOMAINS, NAMES,
)  # fmt: skip
PIECES = st.lists(
    st.one_of(
        st.sampled_from(["@@unsubscribe@@", "@@name@@", "@@name|reader@@", "@@name|@@", "@@other@@", "@@"]),
        st.sampled_from(
            [" ", "\n", "\r", "\r\n", ".", "\n.", "From ", "\nFrom ", "\t", "=", "\ufeff", "é", "水", GREEK]
        ),
        st.text(max_size=90),
    ),
    max_size=8,
).map("".join)


@given(RECIPIENTS)
@example(Recipient(subscriber_id=7, address="anna@readers.example"))
def test_any_recipient_gets_what_they_would_get_from_the_standard_library(recipient: Recipient) -> None:
    agree(replace(MAIL, html=LINK, text=f"Dear @@name|reader@@,\n\n{MAIL.text}"), recipient)


@given(PIECES, PIECES, NAMES)
@example("a" * 75 + "@@name@@", "a" * 74 + " @@name@@\n", ".x")
@example("@@name@@", "@@name@@@@name@@", "")
@example("é@@name@@é@@unsubscribe@@", GREEK + "@@name@@水@@name@@" + GREEK, "水")
def test_whatever_stands_around_the_marks(text: str, html: str, name: str) -> None:
    agree(replace(MAIL, text=text, html=html), Recipient(subscriber_id=7, address="anna@readers.example", name=name))


@pytest.mark.parametrize("length", range(60, 90))
def test_a_value_fits_after_a_line_of_any_length_and_has_any_length(length: int) -> None:
    for name in ("a" * length, "é" * (length // 3), "a" * (length - 2) + "é"):
        agree(
            replace(MAIL, text=f"{'x' * length}@@name@@,\n{'x' * length} @@name@@ y\n@@name@@\n"),
            Recipient(subscriber_id=7, address="anna@readers.example", name=name),
        )


def test_a_greek_letter_stays_in_base64_and_is_spliced_there() -> None:
    mail = replace(MAIL, text=f"@@name@@, {GREEK}\n@@unsubscribe@@\n", html=f"<p>@@name@@</p>{GREEK}{LINK}")
    for name in ("", "Α", "Άννα", "Anna!", "ab"):
        recipient = Recipient(subscriber_id=7, address="anna@readers.example", name=name)
        agree(mail, recipient)
        spliced, built = both(mail, recipient)
        assert spliced.count(b"Transfer-Encoding: base64") == built.count(b"Transfer-Encoding: base64") == 2
        assert len(spliced) < len(built) + 400
        for block in re.findall(rb"base64\r\n\r\n(.*?)\r\n\r\n--", spliced, re.DOTALL):
            assert base64.b64decode(block, validate=False)
            assert b"=" not in block.rstrip(b"=\r\n"), "padding ends the text for many programs"


def test_what_a_name_holds_is_never_a_mark_a_field_or_markup() -> None:
    mail = replace(MAIL, html=LINK, text="Dear @@name|reader@@\n")
    name = 'x@@unsubscribe@@\r\nBcc: <b>"everyone"</b>'
    spliced, _ = both(mail, Recipient(subscriber_id=7, address="anna@readers.example", name=name))
    fields, ((_, text), (_, html)) = read(spliced)

    assert "Bcc" not in dict(fields)
    assert text == 'Dear x@@unsubscribe@@ Bcc: <b>"everyone"</b>\r\n'
    assert html.startswith("<p>Dear x@@unsubscribe@@ Bcc: &lt;b&gt;&quot;everyone&quot;&lt;/b&gt;, <a href=")


def test_two_recipients_have_nothing_of_each_other() -> None:
    splice = Splice(MAIL, stamp(CHOSEN), date=NOON)
    anna, bo = (Recipient(subscriber_id=n, address=f"r{n}@readers.example", name=f"R{n}") for n in (1, 2))
    first = splice.message(anna)

    assert b"r1@" not in splice.message(bo)
    assert splice.message(anna) == first


@pytest.mark.parametrize(
    "address", ["no one", "a@b@c.example", "anna@readers.example\r\nBcc: x@y.example", "@", "jörg@x.example"]
)
def test_an_address_that_cannot_be_mailed_is_refused(address: str) -> None:
    with pytest.raises(DeliveryError):
        both(MAIL, Recipient(subscriber_id=7, address=address))
