"""Type that is too small, too tight or not there, and links that are not seen, are told at their line."""

from __future__ import annotations

import pytest

from digest.check.style.lettering import font_family, font_size, line_height, link_underline, text_align
from tests.check.stylemails import Rule, letter, said, styled, tagged

LONG = "The port fees rise by twelve per cent from May, after three years without any change."
LINK = '<a href="/x" style="%s">the fees</a>'
AROUND = f"<p>The authority has written down {LINK} that ships will pay.</p>"


@pytest.mark.parametrize(
    ("rule", "style", "found"),
    [
        (font_size, "font-size:11px", [(2, False)]),
        (font_size, "font-size:8pt", [(2, False)]),
        (font_size, "font-size:.7em", [(2, False)]),
        (font_size, "font-size:x-small", [(2, False)]),
        (font_size, "font:11px/1.5 Arial, sans-serif", [(2, False)]),
        (font_size, "font-size:12px", []),
        (font_size, "font-size:9pt", []),
        (font_size, "font-size:0", []),  # it is invisible, and so told
        (line_height, "line-height:1", [(2, False)]),
        (line_height, "line-height:110%", [(2, False)]),
        (line_height, "font-size:16px;line-height:18px", [(2, False)]),
        (line_height, "line-height:1.2", []),
        (line_height, "font-size:16px;line-height:24px;mso-line-height-rule:exactly", []),
        (line_height, "line-height:normal", []),
        (font_family, "font-family:Georgia, 'Times New Roman'", [(2, False)]),
        (font_family, "font:16px/1.5 'Segoe UI', Arial", [(2, False)]),
        (font_family, "font-family:Georgia, 'Times New Roman', serif", []),
        (font_family, "font:16px/1.5 Arial, sans-serif", []),
        (font_family, "font:16px monospace", []),
        (font_family, "font-family:inherit", []),
        (text_align, "text-align:justify", [(2, True)]),
        (text_align, "text-align:center", []),
    ],
)
def test_a_style_on_a_paragraph(rule: Rule, style: str, found: list[tuple[int, bool]]) -> None:
    assert said(rule, tagged(style, said=LONG)) == found


def test_a_size_is_told_where_it_is_said_and_once() -> None:
    html = '<td style="font-size:10px">\n<p>One</p><p>Two</p>\n<p style="font-size:9px">Three</p></td>'

    assert said(font_size, letter(html)) == [(1, False), (3, False)]


def test_small_signs_are_no_small_text() -> None:
    assert said(font_size, letter('<p>2<sup style="font-size:10px">nd</sup></p>')) == []
    assert said(font_size, letter('<p style="font-size:10px">·</p>')) == []
    assert said(font_size, letter('<div style="display:none;font-size:1px">A preheader</div>')) == []


def test_headlines_may_be_tight() -> None:
    assert said(line_height, tagged("line-height:1.1", tag="h1", said=LONG)) == []
    assert said(line_height, tagged("line-height:1", said="A button")) == []


def test_a_height_of_lines_is_inherited() -> None:
    assert said(line_height, letter(f'<td style="line-height:1">\n<p>{LONG}</p>\n<p>{LONG}</p></td>')) == [(1, False)]


def test_a_font_of_old_is_read_too() -> None:
    assert said(font_family, letter('<font face="Arial">x</font>')) == [(1, False)]
    assert said(font_family, letter('<font face="Arial, sans-serif">x</font>')) == []
    assert said(text_align, letter('<p align="justify">x</p>')) == [(1, True)]


@pytest.mark.parametrize(
    ("html", "found"),
    [
        (AROUND % "text-decoration:none", [(1, False)]),
        (AROUND % "color:#0b57d0", []),
        (AROUND % "text-decoration:underline", []),
        (AROUND % "text-decoration:none;border-bottom:1px solid #0b57d0", []),
        (f"<p>{LINK}</p>" % "text-decoration:none", []),
        (f"<p>1 May · {LINK} · 2 May</p>" % "text-decoration:none", []),
        ("<td>The authority wrote this down.<p>%s</p></td>" % (LINK % "text-decoration:none"), []),
        ('<p>The authority has written: <a href="/x" style="text-decoration:none"><u>the fees</u></a></p>', []),
        ('<p>The authority has written: <a name="x" style="text-decoration:none">the fees</a></p>', []),
    ],
)
def test_a_link_in_running_text_is_underlined(html: str, found: list[tuple[int, bool]]) -> None:
    assert said(link_underline, letter(html)) == found


def test_a_style_sheet_may_take_the_line_away() -> None:
    assert said(link_underline, styled("a { text-decoration: none }", AROUND % "")) == [(5, False)]
    assert said(link_underline, styled("a { text-decoration: none }", AROUND % "text-decoration:underline")) == []
