from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.files.document import UnreadableError
from digest.gather.files.mail import read
from tests.gather.making import document

HTML = """<html><head><style>p { color: red }</style></head><body>
<p><a href="https://news.example.org/archive/7">View this email in your browser</a></p>
<h1>The study</h1><p>One set in three has no owner.</p><p>It asked 40 councils.</p>
<img src="https://t.example/open.gif" width="1" height="1">
<p>You are receiving this because you asked for it.</p><p><a href="https://news.example.org/u">Unsubscribe</a></p>
</body></html>"""


def mail(*, html: str | None = HTML, text: str = "The text part.", **headers: str) -> bytes:
    message = EmailMessage()
    given_headers = {"Subject": "Fwd: One set in three – Bücher", "From": '"Example Trust" <news@example.org>',
                     "Date": "Wed, 18 Nov 2026 10:00:00 +0100", **headers}  # fmt: skip
    for name, value in given_headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


def test_a_mail_is_an_entry() -> None:
    entry = read(document(mail(), "feeds/mail.eml"))
    assert entry.title == "One set in three – Bücher"
    assert entry.organisation == "Example Trust"
    assert entry.published == datetime(2026, 11, 18, 9, tzinfo=UTC)
    assert entry.url == "https://news.example.org/archive/7"
    assert entry.text == "The study\n\nOne set in three has no owner.\n\nIt asked 40 councils."
    assert "open.gif" not in entry.body
    assert "color" not in entry.body


def test_a_mail_without_html_is_its_text() -> None:
    entry = read(document(mail(html=None, text="One.\n\nTwo.\n", Archived_At="<https://lists.example.org/7>"), "x.eml"))
    assert (entry.text, entry.url) == ("One.\n\nTwo.", "https://lists.example.org/7")


def test_a_sender_without_a_name_is_known_by_the_host() -> None:
    assert read(document(mail(From="news@example.org"), "x.eml")).organisation == "example.org"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"\x00\x01\x02", "is no mail"),
        (b"Subject: x\n\n", "without a text"),
        (b"Subject: x\nContent-Type: image/png\n\nabc", "without a text"),
    ],
)
def test_what_is_no_mail_or_has_no_text_says_so(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        read(document(data, "x.eml"))


@pytest.mark.parametrize(
    "damage",
    [
        b"Subject: x\nContent-Type: text/plain; charset=no-such-charset\n\nText here.",
        b"Subject: =?utf-8?b?!!!?=\nFrom: <<>>\nDate: not a date\n\nText here.",
        b"Subject: x\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>Text here",
        b"Subject: x\nContent-Type: text/plain; charset=utf-8\n\nText here \xff\xfe.",
    ],
)
def test_a_damaged_mail_is_read_as_far_as_it_goes(damage: bytes) -> None:
    assert read(document(damage, "x.eml")).text.startswith("Text here")


ONE = datetime(2026, 11, 25, 0, 1, tzinfo=UTC)


def test_an_embargo_in_the_subject_or_the_body_holds_the_mail() -> None:
    line = "EMBARGOED until 00:01 25 November 2026"
    html = "<h1>The study</h1><p>One set in three has no owner.</p>"
    texts = set()
    for data in (
        mail(html=html, Subject=f"{line}: One set in three"),
        mail(html=f"<p><b>{line}</b></p>{html}", Subject="One set in three"),
        mail(html=f"<div style='display:none'>{line}</div>{html}", Subject="One set in three"),
        mail(html=f"{html}<p>{line}</p>", Subject="EMBARGOED: One set in three"),
        mail(html=f"<table><tr><td>Embargo:</td><td>00:01, Wednesday 25 November</td></tr></table>{html}",
             Subject="Fwd: [EMBARGO] One set in three"),
    ):  # fmt: skip
        entry = read(document(data, "x.eml"))
        assert (entry.title, entry.embargo) == ("One set in three", ONE)
        assert "mbargo" not in (entry.title + entry.text + entry.summary + entry.body).lower()
        texts.add(entry.text)
    assert texts == {"The study\n\nOne set in three has no owner."}


@pytest.mark.parametrize("place", ["Subject", "body"])
def test_an_embargo_whose_time_cannot_be_read_keeps_the_mail_in(place: str) -> None:
    line = "EMBARGOED until Tuesday"
    data = mail(Subject=f"{line}: One set") if place == "Subject" else mail(html=f"<p>{line}</p><p>Text.</p>")
    with pytest.raises(UnreadableError, match="embargo whose time cannot be read"):
        read(document(data, "x.eml"))


def test_the_title_again_the_preheader_and_the_footer_are_no_text() -> None:
    html = """<div style="display:none;max-height:0">What the inbox shows beside the subject.</div>
        <span style='mso-hide:all'>More of it</span><h1>One set in three &ndash; B&uuml;cher</h1>
        <p>The text.<br>More text.<br>Unsubscribe: https://news.example.org/u</p>
        <p>Another paragraph.</p>
        <p>You receive this because you asked for our releases.</p><p>Example Trust, 1 Example Street</p>"""
    entry = read(document(mail(html=html), "x.eml"))
    assert entry.text == "The text.\nMore text.\n\nAnother paragraph."
    assert "What the inbox shows" not in entry.body
    assert "<h1>" not in entry.body
    plain = read(
        document(mail(html=None, text="The text.\n\n-- \nYou are receiving this mail.\nUnsubscribe\n"), "x.eml")
    )
    assert plain.text == "The text."


def test_a_mail_that_hides_everything_shows_everything() -> None:
    html = "<div style='display:none'><p>All of the text.</p></div>"
    assert read(document(mail(html=html), "x.eml")).text == "All of the text."


PIECES = st.sampled_from(
    [b"Subject: ", b"From: ", b"Date: ", b"=?utf-8?q?", b"?=", b"\n", b"Content-Type: multipart/mixed; boundary=",
     b"--b", b"<a@", b"text", b"Content-Transfer-Encoding: base64", b'"', b"(", b"\xff", b";", b"charset="]
)  # fmt: skip


@given(st.binary(max_size=200) | st.lists(PIECES, max_size=20).map(b"".join))
def test_any_bytes_are_an_entry_or_say_why_not(data: bytes) -> None:
    try:
        entry = read(document(data, "x.eml"))
    except UnreadableError as error:
        assert error.message
    else:
        assert entry.title
