"""A sound mail with a hole in it: what a piece of HTML makes the rules say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.check.html.foreign import FOREIGN_RULES
from digest.check.html.hidden import HIDDEN_RULES
from digest.check.html.markup import MARKUP_RULES
from digest.check.html.outlook import OUTLOOK_RULES
from digest.check.html.pictures import PICTURE_RULES
from digest.check.html.prologue import PROLOGUE_RULES
from digest.check.html.tables import TABLE_RULES
from digest.check.html.weblinks import WEBLINK_RULES
from digest.check.letter import Letter, read_letter

if TYPE_CHECKING:
    from digest.check.galley import Remark

HTML_RULES = (
    *PROLOGUE_RULES, *FOREIGN_RULES, *OUTLOOK_RULES, *TABLE_RULES,
    *MARKUP_RULES, *HIDDEN_RULES, *PICTURE_RULES, *WEBLINK_RULES,
)  # fmt: skip
SUBJECT = "Port fees rise"
HEAD = """<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Port fees rise</title>
</head>
<body>
"""
TOP = """<div lang="en" dir="ltr"><h1>The Harbour Letter</h1>
<p>Port fees rise by 12 per cent in January, the harbour board has decided, and smaller shipping lines say that they
will have to pass the costs on to the shops. The board answers that the old cranes cannot wait two more years.</p>
"""
END = "</div></body></html>"
FIRST_LINE = (HEAD + TOP).count("\n") + 1
"""Of a piece in the body."""


def letter(html: str, *, subject: str = SUBJECT, language: str = "en") -> Letter:
    return read_letter(subject=subject, preheader="", language=language, html=html, text="", clients=())


def remarks(html: str, *, subject: str = SUBJECT, language: str = "en") -> list[Remark]:
    """What the rules about the HTML part say of a mail."""
    read = letter(html, subject=subject, language=language)
    return [remark for rule in HTML_RULES for remark in rule(read)]


def said_of(piece: str) -> list[tuple[str, int]]:
    """The rules that speak of a piece in the body of a sound mail, with the piece's own lines."""
    html = f"{HEAD}{TOP}{piece}\n{END}"
    return sorted({(one.rule, (one.line or 0) - FIRST_LINE + 1) for one in remarks(html)})
