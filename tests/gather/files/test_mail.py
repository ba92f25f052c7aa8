from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.files.document import UnreadableError
from digest.gather.files.mail import read
from digest.model import Entry, Quote
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


# Mails in mails ------------------------------------------------------------------------------------------------------

NEWS = "The harbour has a battery.\n\nIt holds two megawatt hours."


def forwarded(head: str, *, subject: str = "Fwd: Something", above: str = "Have a look.\n\n") -> Entry:
    return read(document(mail(html=None, text=f"{above}{head}\n\n{NEWS}\n", Subject=subject), "x.eml"))


@pytest.mark.parametrize(
    "head",
    [
        "-------- Forwarded Message --------\nSubject: A battery\nDate: Mon, 16 Nov 2026 10:00:00 +0000\n"
        "From: Tide <press@tide.example>\nTo: max@brief.example",
        "---------- Forwarded message ---------\nFrom: Tide <press@tide.example>\nDate: Mon, 16 Nov 2026 at 10:00\n"
        "Subject: A battery\nTo: <max@brief.example>",
        "Begin forwarded message:\n\nFrom: Tide <press@tide.example>\nSubject: A battery\n"
        "Date: 16 November 2026 at 10:00:00 GMT\nTo: max@brief.example",
        "From: Tide <press@tide.example>\nSent: Monday, 16 November 2026 10:00\nTo: Max; Ann\nSubject: A battery",
        "From: Tide [mailto:press@tide.example]\nSent: 16 November 2026 10:00\nTo: Max\nCc: Ann\nSubject: A battery",
        "*From:* Tide <press@tide.example>\n*Sent:* Monday, 16 November 2026 10:00\n*To:* Max\n*Subject:* A battery",
        "Von: Tide <press@tide.example>\nGesendet: Montag, 16. November 2026 10:00\nAn: Max\nBetreff: A battery",
        "-------- Weitergeleitete Nachricht --------\nBetreff: A battery\nDatum: Mon, 16 Nov 2026 10:00:00 +0000\n"
        "Von: Tide <press@tide.example>\nAn: max@brief.example",
        "Anfang der weitergeleiteten Nachricht:\n\nVon: Tide <press@tide.example>\nBetreff: A battery\n"
        "Datum: 16. November 2026 um 10:00:00 GMT\nAn: max@brief.example",
        "De : Tide <press@tide.example>\nEnvoyé : lundi 16 novembre 2026 10:00\nÀ : Max\nObjet : A battery",
        "De: Tide <press@tide.example>\nEnviado el: lunes, 16 de noviembre de 2026 10:00\nPara: Max\nAsunto: A battery",
        "---------- Mensaje reenviado ---------\nDe: Tide <press@tide.example>\nFecha: 16 de noviembre de 2026 10:00\n"
        "Asunto: A battery\nPara: <max@brief.example>",
    ],
)
def test_of_a_forwarded_mail_the_entry_is_what_was_forwarded(head: str) -> None:
    entry = forwarded(head)
    assert (entry.title, entry.organisation, entry.text) == ("A battery", "Tide", NEWS)
    assert entry.published == datetime(2026, 11, 16, 10, tzinfo=UTC)
    html = "".join(f"<p>{'<br>'.join(escape(line) for line in part.split(chr(10)))}</p>" for part in
                   f"Have a look.\n\n{head}\n\n{NEWS}".split("\n\n"))  # fmt: skip
    rich = read(document(mail(html=html, Subject="Fwd: Something"), "x.eml"))
    for name in ("title", "organisation", "text", "published"):
        assert getattr(rich, name) == getattr(entry, name), name
    assert "Have a look" not in rich.body
    assert "max@brief.example" not in rich.body


OUTLOOK = "From: Tide <press@tide.example>\nSent: 16 November 2026 10:00\nTo: Max\nSubject: A battery"


def test_a_mail_forwarded_twice_is_the_innermost() -> None:
    twice = forwarded(
        OUTLOOK.replace("Tide <press@tide.example>", "Ann <ann@brief.example>") + f"\n\nFor you.\n\n{OUTLOOK}"
    )
    assert (twice.organisation, twice.text) == ("Tide", NEWS)


@pytest.mark.parametrize("quoted", [f"{OUTLOOK}\n\n> Question?",
                                    "On Mon, 16 Nov 2026 at 10:00, Max wrote:\n> Question?",
                                    "Am 16. November 2026 um 10:00 schrieb Max <max@brief.example>:\n> Frage?",
                                    "Le 16 novembre 2026 à 10:00, Max a écrit :\n> Question ?",
                                    "El 16 de noviembre de 2026, Max escribió:\n> ¿Pregunta?"])  # fmt: skip
def test_what_a_mail_answers_is_no_part_of_it(quoted: str) -> None:
    data = mail(html=None, text=f"The answer.\n\nIt is long.\n\n{quoted}\n", Subject="Re: A question")
    entry = read(document(data, "x.eml"))
    assert (entry.title, entry.text, entry.organisation) == (
        "A question",
        "The answer.\n\nIt is long.",
        "Example Trust",
    )


@pytest.mark.parametrize(
    ("subject", "above"),
    [("Fwd: EMBARGOED until 00:01 25 November 2026: A battery", ""),
     ("Fwd: A battery", "EMBARGOED until 00:01 25 November 2026\n\n")],
)  # fmt: skip
def test_an_embargo_that_the_forwarder_names_holds_what_was_forwarded(subject: str, above: str) -> None:
    assert forwarded(OUTLOOK, subject=subject, above=above).embargo == ONE
    inner = message_from_bytes(mail(html=None, text=NEWS, Subject="A battery"), policy=policy.default)
    outer = EmailMessage()
    outer["Subject"], outer["From"] = subject, "max@brief.example"
    outer.set_content(f"{above}See attached.")
    outer.add_attachment(inner)
    entry = read(document(outer.as_bytes(), "x.eml"))
    assert (entry.title, entry.text, entry.embargo) == ("A battery", NEWS, ONE)


# Releases, attachments, and what is not text ------------------------------------------------------------------------

RELEASE = """<p>PRESS RELEASE</p><p>A harbour battery opens</p><p>Two hundred homes run on it.</p>
    <p>Maya Lind, head of Tide, said:</p><p>“The town wanted the <b>lights</b> on.”</p><p>ENDS</p>
    <p>Press office: Ann Low, 020 7946 0123</p>"""


@pytest.mark.parametrize(
    ("subject", "title", "text"),
    [
        ("A harbour battery opens", "A harbour battery opens", "Two hundred homes run on it."),
        ("Press release: Harbour battery opens", "A harbour battery opens", "Two hundred homes run on it."),
        ("PRESS RELEASE", "A harbour battery opens", "Two hundred homes run on it."),
        ("What Tide did today", "What Tide did today", "A harbour battery opens"),
    ],
)
def test_a_release_in_a_mail_is_read_as_one(subject: str, title: str, text: str) -> None:
    entry = read(document(mail(html=RELEASE, Subject=subject), "x.eml"))
    assert (entry.title, entry.kind, entry.text.split("\n\n")[0]) == (title, "Press release", text)
    assert entry.quotes == (Quote(text="The town wanted the lights on.", speaker="Maya Lind"),)
    assert entry.contact == "Ann Low, 020 7946 0123"
    assert entry.summary == "Two hundred homes run on it."
    assert "<b>lights</b>" in entry.body


def test_attachments_are_named_and_alone_are_refused() -> None:
    message = EmailMessage()
    message["Subject"], message["From"] = "A study", "max@brief.example"
    message.set_content("See the study.")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="Study – final.pdf")
    message.add_attachment(b"sig", maintype="application", subtype="pgp-signature", filename="signature.asc")
    assert "has attachments that were not read: Study – final.pdf" in read(document(message.as_bytes(), "x.eml")).notes
    alone = message.as_bytes().replace(b"See the study.", b"")
    with pytest.raises(UnreadableError, match="nothing but attachments: Study – final.pdf"):
        read(document(alone, "x.eml"))


def test_the_text_part_is_read_where_the_html_says_nothing() -> None:
    html = "<p><a href='https://news.example.org/7'>View online</a></p><img src='https://news.example.org/all.png'>"
    text = "The text of it all is here, and it is long enough to be one."
    assert read(document(mail(html=html, text=text), "x.eml")).text == text


@pytest.mark.parametrize("head", ['<link rel="canonical" href="https://news.example.org/7">', ""])
def test_where_it_stands_on_the_web_is_its_address(head: str) -> None:
    html = f"<html><head>{head}</head><body><p>Text.</p></body></html>"
    headers = {} if head else {"Archived_At": "<https://news.example.org/7>"}
    entry = read(document(mail(html=html, List_Archive="<https://news.example.org/all>", **headers), "x.eml"))
    assert entry.url == "https://news.example.org/7"


@pytest.mark.parametrize(
    "data",
    [
        "Subject: Bücher\nContent-Type: text/plain; charset=iso-8859-1\n\nGrüße".encode("latin-1"),
        "Subject: Bücher\nContent-Type: text/plain; charset=us-ascii\n\nGrüße".encode(),
        b"Subject: =?iso-8859-1?q?B=FCcher?=\nContent-Type: text/plain; charset=utf-8\n\nGr\xfc\xdfe",
        b"Subject: =?utf-8?b?QsO8Y2hlcg==?=\nContent-Type: text/html; charset=x-none\n\n<p>Gr&uuml;&szlig;e",
        b"Subject: =?utf-8?q?B=C3=BC?=\n =?utf-8?q?cher?=\nContent-Type: text/plain; charset=windows-1252\n"
        b"Content-Transfer-Encoding: quoted-printable\n\nGr=FC=DFe",
    ],
)
def test_every_way_to_write_letters_reads_the_same(data: bytes) -> None:
    entry = read(document(data, "x.eml"))
    assert (entry.title, entry.text) == ("Bücher", "Grüße")


PIECES = st.sampled_from(
    [b"Subject: ", b"From: ", b"Date: ", b"=?utf-8?q?", b"?=", b"\n", b"Content-Type: multipart/mixed; boundary=",
     b"--b", b"<a@", b"text", b"Content-Transfer-Encoding: base64", b'"', b"From: a\nSent: b\n",
     b"Begin forwarded message:\n", b"On Mon, 16 Nov 2026, A wrote:\n", b"Content-Type: message/rfc822\n\n", b"-- \n",
     b"(", b"\xff", b";", b"charset="]
)  # fmt: skip


@given(st.binary(max_size=200) | st.lists(PIECES, max_size=20).map(b"".join))
def test_any_bytes_are_an_entry_or_say_why_not(data: bytes) -> None:
    try:
        entry = read(document(data, "x.eml"))
    except UnreadableError as error:
        assert error.message
    else:
        assert entry.title
