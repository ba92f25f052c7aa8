"""What is wrong with a message, its headers and its text part is found, and nothing else is said of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.check.gate import check_letter
from digest.check.message.mailfile import read_mail
from digest.config.settings import CheckSettings
from tests.check.letters import HEADERS, HTML, TEXT, findings, letter, message, read, spoilt

PART_HEAD = 'Content-Type: text/plain; charset="utf-8"\nContent-Transfer-Encoding: quoted-printable\n'
LEAVE = "List-Unsubscribe: <https://tide.example.org/leave/7>, <mailto:leave@tide.example.org>\n"


def test_a_sound_mail_raises_nothing() -> None:
    assert findings(letter()) == ()


def test_a_part_alone_is_not_asked_for_what_a_message_has() -> None:
    assert findings(read(TEXT, name="mail.txt")) == ()
    assert findings(read(HTML, name="mail.html")) == ()


@pytest.mark.parametrize(
    ("old", "new", "rule", "line"),
    [
        ("Date: Fri, 20 Nov 2026 07:00:00 +0000\n", "", "headers", None),
        ("Date: Fri, 20 Nov", "Date: Thu, 20 Nov", "headers", 1),
        ("Date: Fri, 20 Nov 2026 07:00:00 +0000", "Date: 2026-11-20", "headers", 1),
        ("Date: Fri", "Date: Fri, 20 Nov 2026 07:00:00 +0000\nDate: Fri", "headers", 2),
        ("From: The Tide <letters@tide.example.org>\n", "", "headers", None),
        ("To: Ben Reader <ben@reader.example.net>\n", "", "headers", None),
        ("Message-ID: <20261120.7@tide.example.org>\n", "", "headers", None),
        ("From: The Tide <letters@tide.example.org>", "From: A <a@x.example>, B <b@x.example>", "sender", 2),
        ("From: The Tide <letters@tide.example.org>", "From: The Tide", "sender", 2),
        ("From: The Tide <letters@tide.example.org>", 'From: "pay@bank.example" <a@x.example>', "sender", 2),
        ("From: The Tide <letters@tide.example.org>", "From: The Tide <tide@gmail.com>", "sender", 2),
        ("Reply-To: Ada Quill <ada@tide.example.org>", "Reply-To: Ada Quill", "sender", 3),
        ("Reply-To: Ada Quill <ada@", "Reply-To: <noreply@", "sender", 3),
        ("<20261120.7@tide.example.org>", "<20261120.7>", "message-id", 6),
        ("<20261120.7@tide.example.org>", "<20261120.7@localhost>", "message-id", 6),
        ("List-Id: The Tide <letters.tide.example.org>\n", "", "list-headers", None),
        ("<letters.tide.example.org>", "letters.tide.example.org", "list-headers", 7),
        (LEAVE, "", "list-headers", None),
        (LEAVE, "List-Unsubscribe: =?utf-8?q?=3Chttps=3A//tide=2Eexample/7=3E?=\n", "list-headers", 8),
        ("<https://tide.example.org/leave/7>, ", "", "one-click", 9),
        ("<https://tide.example.org/leave/7>,", "<http://tide.example.org/leave/7>,", "list-headers", 8),
        ("List-Unsubscribe-Post: List-Unsubscribe=One-Click\n", "", "one-click", 8),
        ("=One-Click", "=Yes", "one-click", 9),
        ("MIME-Version: 1.0\n", "", "mime-version", None),
        ("MIME-Version: 1.0\n", "MIME-Version: 1.0\nX-Priority: 1 (Highest)\n", "odd-headers", 11),
        ("MIME-Version: 1.0\n", "MIME-Version: 1.0\nDisposition-Notification-To: a@x.example\n", "odd-headers", 11),
        ("MIME-Version: 1.0\n", "MIME-Version: 1.0\nPrecedence: first-class\n", "odd-headers", 11),
        ("Subject: Ferries come back, and three more stories", "Subject: =?utf-8?z?Ferries?=", "header-text", 5),
        ("Subject: Ferries come back, and three more stories", "Subject: =?utf-8?b?Fer!?=", "header-text", 5),
        ("From: The Tide <", "From: Thé Tide <", "header-text", 2),
        ("From: The Tide <", "From: The\x07 Tide <", "header-text", 2),
        ("From: The Tide <", "From: =?utf-8?q?The=E2=80=AE_Tide?= <", "header-text", 2),
        (PART_HEAD, PART_HEAD.replace("utf-8", "iso-8859-1"), "message-charset", None),
        (PART_HEAD, PART_HEAD.replace('; charset="utf-8"', '; charset="utf-8"; format=flowed'), "flowed", None),
        (PART_HEAD, PART_HEAD.replace("quoted-printable", "8bit"), "transfer", None),
        (PART_HEAD, PART_HEAD.replace("quoted-printable", "x-uuencode"), "transfer", None),
        ("The Courier, 19 November", "The Courier =zz 19 November", "transfer", None),
        ("multipart/alternative", "multipart/mixed", "structure", None),
        ("<20261120.7@tide.example.org>", "<20261120.7@mailer.example>", "message-id", 6),
        ("MIME-Version: 1.0\n", "MIME-Version: 1.0\nDKIM-Signature: v=1; h=from:to; b=x\n", "list-headers", 11),
    ],
)
def test_a_fault_of_the_message_is_found_where_it_stands(old: str, new: str, rule: str, line: int | None) -> None:
    one = letter(message().replace(old, new, 1)) if "=zz" in new else spoilt(old, new)

    found = [(finding.rule, finding.line) for finding in findings(one)]

    assert old in message()
    assert (rule, line) in found, found
    assert {name for name, _ in found} <= {rule, "same-stories", "text-part", "title", "text-characters", "unsubscribe",
                                           "subject", "same-links", "text-notes", "one-click",
                                           "message-id"}  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "rule", "line"),
    [
        ("The Courier, 19", "The Courier, wherever it is found, in shops, at stations and so on, 19", "text-width", 15),
        ("The Courier, 19 November 2026", "The Courier, 19 November 2026 ", "text-blanks", 15),
        ("The Courier, 19 November 2026", "The Courier,\t19 November 2026", "text-blanks", 15),
        ("Unsubscribe:\n", "-- \nUnsubscribe:\n", "text-blanks", 22),
        ("\n\n\nUnsubscribe:", "\n\n\n\nUnsubscribe:", "text-blanks", 22),
        ("The Courier, 19", "The Courier\u202e, 19", "text-characters", 15),
        ("The Tide\n\n", "\ufeffThe Tide\n\n", "text-characters", 1),
        ("The Courier, 19", "The Courier\x07, 19", "text-characters", 15),
        ("The Courier, 19", "The Courierâ€™s, 19", "text-characters", 15),
        ("The Courier, 19", "The Courier &amp; Tide, 19", "text-markup", 15),
        ("The Courier, 19", "<b>The Courier</b>, 19", "text-markup", 15),
        ("The Courier, 19", "{{ source }}, 19", "text-markup", 15),
        ("Marlport lends", "See https://courier.example.org/tools. Marlport lends", "text-links", 17),
        ("Marlport lends", "See <https://courier.example.org/tools>. Marlport lends", "text-links", 17),
        ("says the line [1]", "says the line", "text-notes", 9),
        ("says the line [1]", "says the line [1] [2]", "text-notes", 7),
        ("A library for tools\nThe", "A shop for tools\nThe", "same-stories", None),
        ("https://courier.example.org/tools\n", "https://courier.example.org/spades\n", "same-links", 19),
        ("Unsubscribe:\nhttps://tide.example.org/leave/7\n", "", "unsubscribe", None),
        ("Nobody needs one for", "TODO: ask Ada. Nobody needs one for", "todo", None),
        ("Subject: Ferries come back, and three more stories\n", "Subject:\n", "subject", None),
        ("Subject: Ferries", "Subject: RE: Ferries", "subject", None),
        ("Subject: Ferries come back, and three more stories", "Subject: FERRIES COME BACK", "subject", None),
        ("Subject: Ferries come back, and three more stories", "Subject: =?utf-8?b?8J+agg==?=", "subject", None),
        ("Subject: Ferries", "Subject: =?utf-8?q?=E2=80=AEFerries?=", "subject", None),
    ],
)  # fmt: skip
def test_a_fault_of_the_parts_is_found_where_it_stands(old: str, new: str, rule: str, line: int | None) -> None:
    found = [(finding.rule, finding.line) for finding in findings(spoilt(old, new))]

    assert any(name == rule and (line is None or at == line) for name, at in found), found
    assert {name for name, _ in found} <= {rule, "title", "same-links", "text-width", "text-blanks"}, found


def test_a_body_that_is_not_encoded_as_it_says_is_found() -> None:
    found = findings(spoilt(PART_HEAD, PART_HEAD.replace("quoted-printable", "base64")))

    assert ("transfer", True) in {(one.rule, one.blocks) for one in found}


def test_the_order_of_the_stories_is_the_same_in_both_parts() -> None:
    first, second = TEXT.split("\n\n\n")[:2]
    start = TEXT.index("Ferries come back")
    ferries, tools = first[start:], second
    swapped = TEXT.replace(ferries, "@").replace(tools, ferries).replace("@", tools)

    found = findings(letter(message(text=swapped)))

    assert [finding.rule for finding in found] == ["same-stories"]


def test_a_text_part_of_one_line_says_too_little() -> None:
    found = findings(letter(message(text="Please open this mail in a browser to unsubscribe.\n")))

    assert ("text-part", True) in {(finding.rule, finding.blocks) for finding in found}


def test_the_html_alone_is_no_newsletter() -> None:
    raw = HEADERS.replace('multipart/alternative; boundary="=_b"', 'text/html; charset="utf-8"') + "\n" + HTML

    assert {finding.rule for finding in findings(read(raw))} == {"structure", "text-part"}


def test_the_html_comes_last() -> None:
    whole = message()
    head, first, second, end = whole.split("--=_b")
    found = findings(letter(f"{head}--=_b{second}--=_b{first}--=_b{end}"))

    assert [(finding.rule, finding.message) for finding in found] == [
        ("structure", "the HTML part comes before the text part: programs then show the text")
    ]


def test_an_attachment_and_a_picture_that_is_not_shown_are_told() -> None:
    whole = message().replace("multipart/alternative", "multipart/mixed").replace("\n--=_b--\n", "")
    pdf = '--=_b\nContent-Type: application/pdf; name="x.pdf"\nContent-Transfer-Encoding: base64\n\nJVBERi0=\n'
    png = "--=_b\nContent-Type: image/png\nContent-ID: <a@x>\nContent-Transfer-Encoding: base64\n\niVBORw==\n"

    found = findings(letter(f"{whole}\n{pdf}{png}--=_b--\n"))

    assert [finding.rule for finding in found if finding.rule != "structure"] == ["attachment", "cid"]


def test_a_picture_of_the_html_that_no_part_holds_is_told() -> None:
    image = '<p><img src="cid:logo@x" alt="The Tide" width="100" style="display:block;max-width:100%;height:auto"></p>'
    found = findings(letter(message(html=HTML.replace("<h1>", f"{image}<h1>"))))

    assert ("cid", True) in {(finding.rule, finding.blocks) for finding in found}


def test_line_ends_are_those_of_the_wire_or_all_those_of_the_system() -> None:
    whole = message()
    raw = whole.replace("\n", "\r\n").encode()

    def rules(data: bytes) -> list[str]:
        return [one.rule for one in findings(read_mail(data, name="a.eml", clients=()))]

    assert rules(whole.encode()) == []
    assert "line-ends" in rules(raw.replace(b"Quill <ada", b"Quill\r <ada"))
    assert rules(raw.replace(b"The Tide\r\n\r\n", b"The Tide\n\r\n")) == ["line-ends"]
    assert rules(raw.replace(b"MIME-Version: 1.0", b"X-Long: " + b"x" * 999 + b"\r\nMIME-Version: 1.0")) == [
        "line-ends"
    ]


def test_a_text_without_a_web_link_needs_no_https_address_to_be_one_clicked() -> None:
    found = findings(spoilt("<https://tide.example.org/leave/7>, ", ""))

    assert {(one.rule, one.blocks) for one in found} == {("one-click", False)}


@pytest.mark.parametrize(
    "line",
    [
        "TK Maxx opens",
        "my todo list",
        "TBC Bank grows",
        "What??",
        "TK 1980 to Ankara",
        "Super Bowl XXX",
        "[sic] he said",
    ],
)
def test_what_only_looks_like_a_note_to_oneself_is_none(line: str) -> None:
    assert findings(spoilt("The Tide\n\n", f"The Tide\n\n{line}\n\n")) == ()


@pytest.mark.parametrize(
    "said", ["abbestellen", "Se désabonner", "Darse de baja", "Unsubscribe or change your address"]
)
def test_a_way_out_may_be_in_four_languages(said: str) -> None:
    html, text = HTML.replace("Unsubscribe", said), TEXT.replace("Unsubscribe:", f"{said}:")

    assert findings(letter(message(html=html.replace("leave/7", "x/7"), text=text.replace("leave/7", "x/7")))) == ()


@given(st.binary(max_size=600), st.sampled_from(["a.eml", "a.html", "a.txt"]))
def test_no_file_is_too_broken_to_look_at(raw: bytes, name: str) -> None:
    for head in (b"", HEADERS.encode() + b"\n", message().encode()[:900]):
        one = read_mail(head + raw, name=name, clients=("gmail",))
        check_letter(one, CheckSettings(), {})


@given(st.text(max_size=200))
def test_no_header_is_too_broken_to_look_at(value: str) -> None:
    headers = "".join(f"{name}: {value}\n" for name in ("Subject", "From", "Date", "List-Unsubscribe", "Message-ID"))
    one = read_mail(headers.encode("utf-8", "surrogatepass") + b"\n\nx", name="a.eml", clients=())
    check_letter(one, CheckSettings(), {})
