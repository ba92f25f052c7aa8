"""What goes over the wire: the same bytes each time, safe headers, and both parts for every mail program."""

from __future__ import annotations

import base64
import email
import email.policy
import quopri
import re
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.config.settings import Settings
from digest.config.table import table_of
from digest.deliver.headers import one_line
from digest.deliver.message import build_message, list_id
from digest.deliver.stamp import Recipient
from digest.deliver.tokens import mac
from digest.errors import DeliveryError
from digest.model import Mail
from tests.deliver.helpers import KEYRING, MAIL, stamp

GOLDEN = Path(__file__).parent / "golden" / "message.eml"
MAILING = "0123456789abcdef"
DATE = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
ANNA = Recipient(subscriber_id=7, address="anna@readers.example", name="Anna Ågren")


def newsletter(**changes: str) -> Settings:
    table = {"title": "The Harbour Brief", "from": "The Harbour Brief <brief@harbour.example>"} | changes
    return table_of(Settings, {"newsletter": table})


def build(
    mail: Mail = MAIL, *, settings: Settings | None = None, recipient: Recipient = ANNA, mailing_id: str = MAILING
) -> bytes:
    chosen = settings or newsletter(reply_to="editor@harbour.example")
    return build_message(mail, stamp(chosen, mailing_id), recipient, date=DATE)


def parse(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def defects(message: EmailMessage) -> list[object]:
    found: list[object] = [defect for part in message.walk() for defect in part.defects]
    return found + [defect for part in message.walk() for value in part.values() for defect in value.defects]


def test_a_message_is_the_golden_file() -> None:
    # To make it anew after a wanted change, write build() to this path; read it before committing.
    assert build().decode("ascii") == GOLDEN.read_bytes().decode("ascii")


def test_the_same_input_gives_the_same_bytes_and_another_recipient_another_message_id() -> None:
    other = Recipient(subscriber_id=8, address="anna@readers.example")

    assert build() == build()
    assert parse(build())["Message-ID"] != parse(build(recipient=other))["Message-ID"]
    assert parse(build())["Message-ID"] != parse(build(mailing_id="f" * 16))["Message-ID"]


def test_text_comes_first_html_last_and_both_read_back_as_they_were() -> None:
    message = parse(build())
    text, html = message.iter_parts()

    assert message.get_content_type() == "multipart/alternative"
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    link = message["List-Unsubscribe"].strip("<>")
    assert text.get_content().replace("\r\n", "\n") == MAIL.text.replace("@@unsubscribe@@", link)
    assert html.get_content().replace("\r\n", "\n") == MAIL.html.replace("@@unsubscribe@@", link)
    assert defects(message) == []
    assert [part.get_content_charset() for part in (text, html)] == ["utf-8", "utf-8"]
    assert build().count(b"MIME-Version") == 1


def test_the_headers_that_make_it_a_newsletter() -> None:
    message = parse(build())

    assert message["From"] == "The Harbour Brief <brief@harbour.example>"
    assert message["Reply-To"].addresses[0].addr_spec == "editor@harbour.example"
    assert str(message["To"]) == "Anna Ågren <anna@readers.example>"
    assert message["List-Id"] == "The Harbour Brief <brief.harbour.example>"
    assert message["Date"] == "Fri, 20 Nov 2026 07:00:00 +0000"
    assert message["Precedence"] == "bulk"
    assert re.fullmatch(r"<[0-9a-f]{32}\.issue@harbour\.example>", message["Message-ID"])
    token = KEYRING.sign("unsubscribe", 7)
    assert message["List-Unsubscribe"] == (
        f"<mailto:editor@harbour.example?subject=unsubscribe%20anna@readers.example%20{token}>"
    )


def test_the_unsubscribe_header_is_on_one_line_and_never_encoded_however_long() -> None:
    """Python's own folding would make encoded words of it, which mail programs do not decode."""
    long = Recipient(subscriber_id=9, address=f"{'a' * 60}@{'sub.' * 30}readers.example")

    raw = build(recipient=long).decode("ascii")

    line = next(line for line in raw.split("\r\n") if line.startswith("List-Unsubscribe:"))
    assert line.endswith(">")
    assert "=?" not in line


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Europe/London", "Fri, 20 Nov 2026 07:00:00 +0000"),
        ("America/New_York", "Fri, 20 Nov 2026 02:00:00 -0500"),
        ("Asia/Kathmandu", "Fri, 20 Nov 2026 12:45:00 +0545"),
    ],
)
def test_the_date_is_told_by_the_newsletters_own_clock(zone: str, expected: str) -> None:
    message = parse(build(settings=newsletter(timezone=zone)))

    assert message["Date"] == expected
    assert message["Date"].datetime == DATE


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://harbour.example/brief", "<https://harbour.example/brief/>"),
        ("", None),
        ("https://häfen.example/", None),  # not ASCII: left off rather than guessed at
        ("https://harbour.example/a, b", None),
        ("https://harbour.example/\r\nBcc: x@y.example", None),
    ],
)
def test_the_archive_is_named_where_there_is_one(url: str, expected: str | None) -> None:
    assert parse(build(settings=newsletter(url=url)))["List-Archive"] == expected


def test_each_part_says_its_language() -> None:
    mail = Mail(subject="S", preheader="", html="<p>h</p>", text="t", language="pt-BR")

    assert [part["Content-Language"] for part in parse(build(mail)).iter_parts()] == ["pt-BR", "pt-BR"]


def test_a_subject_of_nothing_that_is_seen_gives_way_to_the_title() -> None:
    mail = Mail(subject="\u202e\x00 ", preheader="", html="<p>h</p>", text="t", language="en")

    assert parse(build(mail))["Subject"] == "The Harbour Brief"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "The Harbour Brief <brief.harbour.example>"),
        ({"title": "Häfen, heute"}, "<brief.harbour.example>"),
        ({"title": "Ports, today"}, '"Ports, today" <brief.harbour.example>'),
        ({"title": "a" * 67}, f"{'a' * 67} <brief.harbour.example>"),
        ({"title": "a" * 70}, "<brief.harbour.example>"),
        (
            {"title": "Ports, ships and all that floats, and what is said of it on every quay"},
            "<brief.harbour.example>",
        ),
        ({"from": "brief+list@häfen.example"}, "The Harbour Brief <brief-list.xn--hfen-loa.example>"),
    ],
)
def test_the_list_id_is_plain_ascii(changes: dict[str, str], expected: str) -> None:
    assert parse(build(settings=newsletter(**changes)))["List-Id"] == expected


def test_a_list_id_of_ones_own_is_cleaned() -> None:
    table = {
        "newsletter": {"title": "B", "from": "b@harbour.example"},
        "send": {"list_id": "<b.harbour.example>\r\nX: y"},
    }

    assert list_id(table_of(Settings, table)) == "b.harbour.example-X-y"


def test_a_sender_without_a_name_goes_by_the_title() -> None:
    message = parse(build(settings=newsletter(**{"from": "brief@harbour.example"})))

    assert str(message["From"]) == "The Harbour Brief <brief@harbour.example>"


def test_a_domain_outside_ascii_is_sent_in_its_ascii_form() -> None:
    recipient = Recipient(subscriber_id=1, address="jorg@straße.example")

    assert parse(build(recipient=recipient))["To"].addresses[0].domain == "xn--strae-oqa.example"


@pytest.mark.parametrize(
    "address", ["jörg@readers.example", "no at sign", "a@b", "a b@readers.example", "a@readers.example\r\nBcc: b@c.de"]
)
def test_an_address_that_cannot_be_mailed_is_said_so(address: str) -> None:
    with pytest.raises(DeliveryError, match="the address has"):
        build(recipient=Recipient(subscriber_id=1, address=address))


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Plain English, with a dash – and é.\n" * 50, "quoted-printable"),
        ("価格上限 " * 400, "base64"),
        ("Обсяг вантажів стабільний. " * 40, "base64"),
        ("<p style='a=b'>=</p>\n" * 60, "quoted-printable"),
    ],
)
def test_each_part_has_the_shorter_encoding(text: str, encoding: str) -> None:
    mail = Mail(subject="S", preheader="", html=text, text=text, language="en")

    part = next(iter(parse(build(mail)).iter_parts()))

    assert part["Content-Transfer-Encoding"] == encoding
    assert part.get_content().replace("\r\n", "\n").strip() == text.strip()
    body = text.strip("\n").encode().replace(b"\n", b"\r\n")
    others = {"base64": base64.encodebytes(body), "quoted-printable": quopri.encodestring(body)}
    shortest = min(len(each) + each.count(b"\n") for each in others.values())
    assert len(str(part.get_payload()).strip()) <= shortest + 2


BODY = st.lists(
    st.sampled_from(
        ["\n", "\r\n", "\r", ".", "..", "From ", "From the port", "-- ", ">", "=", "=3D", "=\n", " ", "\t", "x" * 80,
         "é" * 30, "能源", "عربي", "👩‍🚀", "@@unsubscribe@@", "--=_a602261da3eed823787f28f1", "\x00", "\x85", "\ufeff",
         "\u2028", "word " * 30, "https://example.org/" + "a" * 1200]
    )
    | st.text(max_size=20),
    max_size=30,
).map("".join)  # fmt: skip


@given(text=BODY, html=BODY)
@example(text="From here\n" + "From " + "x" * 71 + "\nFrom " + "x" * 500, html="From ")
@example(text="", html="")
@example(
    text="word " * 15 + "\n" + "word  " * 12 + "wor \n" + "x" * 74 + "\t\n" + "é" * 12 + "ab \n", html="x" * 75 + " "
)
@example(text="\ud800", html="a\udfff")
def test_a_body_is_ascii_in_short_lines_and_reads_back_as_it_was(text: str, html: str) -> None:
    raw = build(Mail(subject="S", preheader="", html=html, text=text, language="en"))

    raw.decode("ascii")
    assert not re.search(rb"[^\r]\n|\r[^\n]", raw)
    assert max(map(len, raw.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76
    assert not re.search(rb"(?m)^From ", raw)
    message = parse(raw)
    assert defects(message) == []
    link = message["List-Unsubscribe"].strip("<>")
    for part, said in zip(message.iter_parts(), (text, html), strict=True):
        whole = re.sub("\r\n|\r", "\n", said.removeprefix("\ufeff")).replace("@@unsubscribe@@", link)
        whole = re.sub("[\ud800-\udfff]", "?", whole)
        assert part.get_content().replace("\r\n", "\n") == (whole if whole.endswith("\n") else whole + "\n")


def test_a_purpose_and_the_place_of_a_part_are_in_the_hash() -> None:
    made = {
        mac("s", "message-id", "a", "b"),
        mac("s", "bounce", "a", "b"),
        mac("s", "message-id", "ab", ""),
        mac("t", "message-id", "a", "b"),
    }

    assert len(made) == 4


# Everything hostile in a header: line ends of every kind, controls, bidi, specials, what looks encoded, long words.
HOSTILE = st.text(
    st.one_of(
        st.sampled_from(
            "\r\n\x00\x0b\x0c\x1c\x85\u2028\u2029\u202e\u2066\u200f\ufeff\ud800 \t=?_\\\"<>,;:@()[]'`ä日🙂a"
        ),
        st.characters(),
    ),
    max_size=120,
)


def header_names(raw: bytes) -> list[str]:
    head = raw.split(b"\r\n\r\n", 1)[0]
    return [line.split(b":")[0].decode() for line in re.split(rb"\r\n(?![ \t])", head)]


@given(subject=HOSTILE, name=HOSTILE, title=HOSTILE)
@example(subject="a\r\nBcc: x@y.example", name="b\nX-Evil: 1", title="c\rFrom: z@y.example")
@example(subject="=?utf-8?q?hello?=", name="=?utf-8?b?aGVsbG8=?=", title='"quoted" \\ (comment)')
@example(subject="A" * 300, name="B" * 300, title="価" * 300)
def test_nothing_in_a_subject_or_a_name_ever_makes_a_header(subject: str, name: str, title: str) -> None:
    mail = Mail(subject=subject, preheader="", html="<p>h</p>", text="t", language="en")
    recipient = Recipient(subscriber_id=1, address="anna@readers.example", name=name)
    named = msgspec.structs.replace(newsletter().newsletter, title=title, sender="b@harbour.example")
    settings = msgspec.structs.replace(newsletter(), newsletter=named)

    raw = build(mail, settings=settings, recipient=recipient)

    message = parse(raw)
    assert header_names(raw) == ["Date", "From", "To", "Subject", "Message-ID", "List-Id", "List-Unsubscribe",
                                 "Precedence", "MIME-Version", "Content-Type"]  # fmt: skip
    assert message["Subject"] == one_line(subject) or one_line(title)
    assert [address.addr_spec for address in message["To"].addresses] == ["anna@readers.example"]
    assert [address.addr_spec for address in message["From"].addresses] == ["b@harbour.example"]
    assert shown_name(raw, "To") == one_line(name)
    assert shown_name(raw, "From") == one_line(title)
    assert defects(message) == []
    head = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert max(len(line) for line in head if not line.startswith((b"List-", b" <b@"))) <= 78
    assert max(map(len, head)) <= 998
    raw.decode("ascii")
    assert not re.search(rb"[^\r]\n|\r[^\n]", raw)


def shown_name(raw: bytes, header: str) -> str:
    """The display name as RFC 2047 has it decoded; the parser of policy.default puts blanks between encoded words."""
    value = str(email.message_from_bytes(raw, policy=email.policy.compat32)[header])
    phrase = re.sub(r"\r\n(?=[ \t])", "", value).rpartition("<")[0].strip()
    if phrase.startswith("=?"):
        return str(make_header(decode_header(phrase)))
    return re.sub(r"\\(.)", r"\1", phrase[1:-1]) if phrase.startswith('"') else phrase
