"""What a mail says of itself wrongly, or not at all, is found at its line."""

from __future__ import annotations

import pytest

from tests.check.htmlmails import FIRST_LINE, HEAD, TOP, remarks, said_of

END = "</div></body></html>"
CHANGED: dict[tuple[str, str], list[tuple[str, int]]] = {
    ('<meta charset="utf-8">\n', ""): [("charset", 1)],
    ('<meta charset="utf-8">', '<meta charset="iso-8859-1">'): [("charset", 4)],
    ('<meta charset="utf-8">', f"<!-- {'x' * 1100} -->" + '<meta charset="utf-8">'): [("charset", 4)],
    ("</head>", '<meta http-equiv="content-type" content="text/html; charset=latin1"></head>'): [("charset", 7)],
    ("<!doctype html>\n", ""): [("doctype", 1)],
    ("<!doctype html>", '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">'): [("doctype", 1)],
    ("<!doctype html>", "Hello<!doctype html>"): [("doctype", 1)],
    ("initial-scale=1", "initial-scale=1, user-scalable=no"): [("viewport", 5)],
    ("initial-scale=1", "maximum-scale=1.0"): [("viewport", 5)],
    ('<meta name="viewport" content="width=device-width, initial-scale=1">\n', ""): [("viewport", 1)],
    ("width=device-width", "width=600"): [("viewport", 5)],
    ("<title>Port fees rise</title>\n", ""): [("title", 1)],
    ("Port fees rise</title>", " </title>"): [("title", 6)],
    ("Port fees rise</title>", "Newsletter</title>"): [("title", 6)],
    ("</head>", "<title>Port fees rise</title></head>"): [("title", 7)],
    ("rise</title>", "<b>rise</b></title>"): [("title", 6)],
    ('<html lang="en"', "<html"): [("language", 2)],
    ('<html lang="en"', '<html lang=""'): [("language", 2)],
    ('<html lang="en"', '<html lang="de"'): [("language", 2)],
    ('<html lang="en" dir="ltr"', '<html lang="en"'): [("direction", 2)],
    ('<html lang="en" dir="ltr"', '<html lang="en" dir="rtl"'): [("direction", 2)],
    ('<html lang="en" dir="ltr"', '<html lang="en" dir="left"'): [("direction", 2)],
    ('<div lang="en"', "<div"): [("language", 9)],
    ('<div lang="en" dir="ltr"', '<div lang="en"'): [("direction", 9)],
}  # fmt: skip


@pytest.mark.parametrize(("change", "found"), CHANGED.items(), ids=[f"{a}|{b[:60]}" for a, b in CHANGED])
def test_a_changed_prologue_is_found_at_its_line(change: tuple[str, str], found: list[tuple[str, int]]) -> None:
    html = (HEAD + TOP + END).replace(*change)
    assert sorted({(one.rule, one.line) for one in remarks(html)}) == found


BAD: dict[str, str] = {
    '<p lang="english">a</p>': "language",
    '<p lang="en_GB">a</p>': "language",
    '<p dir="auto-rtl">a</p>': "direction",
    '<p lang="ar" dir="ltr">a</p>': "direction",
    "<p>ترتفع رسوم الميناء</p>": "direction",
    "a\x92b": "controls",
    "a\x00b": "controls",
    "a\x0bb": "controls",
    "a\ufeffb": "controls",
    "a\ufffdb": "controls",
    "a\ufdd0b": "controls",
    "a\u202eb": "controls",
    f"a{chr(0xD800)}b": "controls",
    "a&#1;b": "controls",
    "a&#x92;b": "controls",
    "a&#xD800;b": "controls",
}


@pytest.mark.parametrize(("piece", "rule"), BAD.items(), ids=[ascii(piece) for piece in BAD])
def test_a_wrong_piece_is_found_at_its_line(piece: str, rule: str) -> None:
    assert said_of(f"<p>One</p>\n{piece}") == [(rule, 2)]


def test_without_a_subject_any_title_will_do() -> None:
    assert remarks(HEAD + TOP + END, subject="", language="") == []


def test_two_parts_of_the_body_need_a_language_each() -> None:
    found = remarks(f"{HEAD}{TOP}</div>\n<table role=none cellpadding=0 cellspacing=0 border=0 dir=ltr><tr><td>a"
                    '</table>\n<p lang="en">b</p>\n<div>&#32;</div></body></html>')  # fmt: skip
    assert sorted((one.rule, one.line) for one in found) == [
        ("direction", FIRST_LINE + 2),
        ("language", FIRST_LINE + 1),
    ]
