"""A sound mail of somebody else's for the tests, and ways to spoil it."""

from __future__ import annotations

import binascii
from collections.abc import Iterable
from dataclasses import replace

from digest.check.galley import Part
from digest.check.gate import check_letter
from digest.check.letter import Letter
from digest.check.message.mailfile import read_mail
from digest.config.settings import CheckSettings
from digest.model import Finding

HEADERS = """\
Date: Fri, 20 Nov 2026 07:00:00 +0000
From: The Tide <letters@tide.example.org>
Reply-To: Ada Quill <ada@tide.example.org>
To: Ben Reader <ben@reader.example.net>
Subject: Ferries come back, and three more stories
Message-ID: <20261120.7@tide.example.org>
List-Id: The Tide <letters.tide.example.org>
List-Unsubscribe: <https://tide.example.org/leave/7>, <mailto:leave@tide.example.org>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="=_b"
"""
TEXT = """\
The Tide

Ferries come back to the north
Harbour Review, 18 November 2026

The night ferry sails again from Monday 23 November 2026. The crew of
the first crossing are the old one, says the line [1].

[1] https://harbour.example.org/crew

https://harbour.example.org/ferries


A library for tools
The Courier, 19 November 2026

Marlport lends drills now. Nobody needs one for more than an hour.

https://courier.example.org/tools


Unsubscribe:
https://tide.example.org/leave/7
"""
HTML = """\
<!doctype html>
<html lang="en" dir="ltr"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>Ferries come back, and three more stories</title></head>
<body><div lang="en" dir="ltr">
<h1>The Tide</h1>
<h2>Ferries come back to the north</h2>
<p>The night ferry sails again from Monday 23 November 2026. The crew of the first crossing are the old one,
says <a href="https://harbour.example.org/crew">the line</a>.</p>
<p><a href="https://harbour.example.org/ferries">Ferries in the Harbour Review</a></p>
<h2>A library for tools</h2>
<p>Marlport lends drills now. Nobody needs one for more than an hour.</p>
<p><a href="https://courier.example.org/tools">The library of the Courier</a></p>
<p><a href="https://tide.example.org/leave/7">Unsubscribe</a></p>
</div></body></html>
"""
TASTE = frozenset({"mail-width", "layout-table", "long-words", "dark-mode", "font-family", "link-underline"})
"""What the tests of the HTML's looks are about, and not these."""


def message(*, headers: str = HEADERS, text: str = TEXT, html: str = HTML) -> str:
    """The whole of it, with line ends as text has them."""
    head = 'Content-Type: text/{}; charset="utf-8"\nContent-Transfer-Encoding: quoted-printable\n\n'
    parts = [head.format(kind) + _quoted(part) for kind, part in (("plain", text), ("html", html))]
    return f"{headers}\n--=_b\n{parts[0]}\n--=_b\n{parts[1]}\n--=_b--\n"


def letter(said: str | None = None) -> Letter:
    """Without the places of its parts' lines in the message: the tests count in the parts."""
    return replace(read(message() if said is None else said), places={})


def read(said: str, *, name: str = "mail.eml", encoding: str = "utf-8") -> Letter:
    """A message, or a part alone, as it would lie on a disk after a journey."""
    return read_mail(said.encode(encoding).replace(b"\n", b"\r\n"), name=name, clients=("gmail",))


def spoilt(old: str, new: str) -> Letter:
    """The mail with one thing in it changed, wherever it stands."""
    parts = {"headers": HEADERS, "text": TEXT, "html": HTML}
    name = next((name for name, part in parts.items() if old in part), None)
    if name is None:
        assert old in message(), old
        return letter(message().replace(old, new, 1))
    parts[name] = parts[name].replace(old, new, 1)
    return letter(message(**parts))


def findings(one: Letter, *, ignore: Iterable[str] = TASTE) -> tuple[Finding, ...]:
    paths: dict[Part, str] = {"issue": "-", "html": "html", "text": "text", "message": "message", "settings": "-"}
    found = check_letter(one, CheckSettings(), paths)
    return tuple(finding for finding in found if finding.rule not in ignore)


def _quoted(text: str) -> str:
    return binascii.b2a_qp(text.encode("utf-8", "surrogateescape"), istext=True).decode("ascii")
