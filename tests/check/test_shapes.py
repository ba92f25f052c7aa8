"""Faults in less usual shapes, each put into a sound mail; and what senders do that only looks like a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.check.gate import check_letter
from digest.check.message.mailfile import read_mail
from digest.config.settings import CheckSettings
from digest.model import Finding

SOUND = (Path(__file__).parent / "data" / "fluid.html").read_text("utf-8")
LAST = "Figures are those of last week."
HEAD = "</style>"


def found(mail: str | bytes, name: str = "mail.html") -> tuple[Finding, ...]:
    settings = CheckSettings()
    raw = mail.encode("utf-8") if isinstance(mail, str) else mail
    return check_letter(read_mail(raw, name=name, clients=settings.clients), settings, {})


def changed(old: str, new: str) -> str:
    assert old in SOUND
    return SOUND.replace(old, new, 1)


def test_the_sound_mail_raises_nothing() -> None:
    assert found(SOUND) == ()


FAULTS = {
    "UTF-8 read as something else": (LAST, "The CafÃ© Rouge donâ€™t open.", "controls"),
    "a line separator": (LAST, "One\u2028two.", "controls"),
    "a merge tag in percent signs": (LAST, "Hello %FIRSTNAME%.", "placeholder"),
    "a merge tag in one brace": (LAST, "Hello {first_name}.", "placeholder"),
    "a merge tag in brackets": (LAST, "Hello [FIRST NAME].", "placeholder"),
    "nobody greeted": (LAST, "Hello None, good morning.", "placeholder"),
    "a value that is none": (LAST, "undefined", "placeholder"),
    "a note in a comment": (LAST, f"{LAST}<!-- TODO: ask Morag -->", "todo"),
    "a headline twice": ("What it costs", "The ferry was late again", "repeat"),
    "a site for trying out": ("https://ferry.example.com/log", "https://staging.ferry.example.com/log", "link-target"),
    "languages that differ": ('<html lang="en"', '<html lang="de"', "language"),
    "a title that says nothing": ("<title>Harbour dues and the late ferry", "<title>Document", "title"),
    "a line comment in a style sheet": (HEAD, f"// nothing\n.pad {{ padding: 2px }}\n{HEAD}", "head-styles"),
    "a heading by size alone": (
        "<h3 ",
        '<p style="margin:0"><b style="font-size:22px">What comes next</b></p><p>Words.</p><h3 ',
        "fake-heading",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "rule"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_in_another_shape_is_found(old: str, new: str, rule: str) -> None:
    assert rule in {one.rule for one in found(changed(old, new))}


NO_FAULTS = {
    "a whole table centred by margin": (
        LAST,
        '</p><table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:auto">'
        "<tr><td>Text</td></tr></table><p>",
    ),
    "a ghost centres what has a max-width": (
        '<div lang="en" dir="ltr" role="article"',
        '<div style="max-width:600px;margin:0 auto" lang="en" dir="ltr" role="article"',
    ),
    "classes that programs add": (HEAD, f".a6S {{ opacity: 0.01 !important }}\n{HEAD}"),
    "a preheader with the ground's colour": (
        "display:none;max-height:0;overflow:hidden", "color:#fefefe;max-height:0;overflow:hidden",
    ),
    "words that break without a fixed table": ("table-layout:fixed;", ""),
    "Portuguese capitals": (LAST, "NÃO HÁ, Â PARTE: SÃO JOÃO."),
    "brackets and percent signs": (LAST, "[sic] {now} 100% [1], 50%OFF%"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new"), NO_FAULTS.values(), ids=NO_FAULTS.keys())
def test_what_only_looks_like_a_fault_is_left_in_peace(old: str, new: str) -> None:
    assert found(changed(old, new)) == ()


def test_a_mail_without_colours_needs_none_for_the_dark() -> None:
    mail = (
        '<!doctype html><html lang="en" dir="ltr"><head><meta charset="utf-8">'
        '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
        "<style>:root { color-scheme: light dark }</style></head><body>Words</body></html>"
    )
    assert "dark-mode" not in {one.rule for one in found(mail)}
    assert "dark-mode" in {one.rule for one in found(mail.replace("<body>", '<body bgcolor="#ffffff">'))}


def test_an_empty_file_is_no_mail() -> None:
    assert [one.rule for one in found("")] == ["empty"]
    assert "empty" in {one.rule for one in found("", "mail.eml")}


def test_a_file_in_utf_16_is_read_and_its_mark_is_told() -> None:
    assert [one.rule for one in found(SOUND.encode("utf-16"))] == ["controls"]


def test_of_a_mailbox_the_first_message_is_read() -> None:
    one = b"Subject: %s\n\nWords, and a way to unsubscribe.\n"
    letter = read_mail(b"From a@b Fri\n" + one % b"A" + b"\nFrom a@b Fri\n" + one % b"B", name="x.mbox", clients=())

    assert letter.subject == "A"
    assert letter.text == "Words, and a way to unsubscribe.\n"


TEXT_FAULTS = {
    "Markdown": ("**Fees** rise", "text-markup"),
    "a table of Markdown": ("| Port | Fee |\n|---|---|", "text-markup"),
    "a link of Markdown": ("See [the fees](https://harbour.example.com/a)", "text-markup"),
    "a picture's place": ("[image: quay.png]", "text-markup"),
    "a style": (".pad { padding: 12px; }", "text-markup"),
    "a heading of Markdown": ("## Fees", "text-markup"),
    "tracking": ("https://harbour.example.com/a?utm_source=x", "tracking"),
    "a short address": ("https://bit.ly/3xyz", "shortener"),
    "an address over http": ("http://harbour.example.com/a", "insecure-link"),
    "UTF-8 read as something else": ("The CafÃ© Rouge", "text-characters"),
}  # fmt: skip


@pytest.mark.parametrize(("line", "rule"), TEXT_FAULTS.values(), ids=TEXT_FAULTS.keys())
def test_a_fault_of_the_text_part_is_found(line: str, rule: str) -> None:
    plain = "Fees rise.\n\n%s\n\nUnsubscribe:\nhttps://news.example.com/u\n"

    assert rule in {one.rule for one in found(plain % line, "mail.txt")}
    assert found(plain % "Snow * rain, 2 ** 3, a_b_c, [1] and -- well -- #1", "mail.txt") == ()


HEADER_FAULTS = {
    "a test": ("Subject: [TEST] Fees", "subject"),
    "misread": ("Subject: =?utf-8?q?Caf=C3=83=C2=A9_opens?=", "subject"),
    "copies": ("Cc: ada@example.net", "odd-headers"),
    "many readers": (f"To: {', '.join(f'r{number}@example.net' for number in range(5))}", "sender"),
}  # fmt: skip


@pytest.mark.parametrize(("line", "rule"), HEADER_FAULTS.values(), ids=HEADER_FAULTS.keys())
def test_a_fault_of_the_headers_is_found(line: str, rule: str) -> None:
    assert rule in {one.rule for one in found(f"{line}\n\nWords.\n", "mail.eml")}
