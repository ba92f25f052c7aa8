"""What makes a mail too wide for a window, and what Outlook for Windows ignores, is told at its line."""

from __future__ import annotations

import pytest

from digest.check.style.styles import image_style, layout_table, long_words, mail_width
from digest.check.style.wordlayout import fixed_height, negative_margin, word_layout
from tests.check.stylemails import Rule, letter, said, styled, tagged

GHOST = '<!--[if mso]><table width="600"><tr><td><![endif]-->'
FLUID = (
    '<table role="presentation" width="100%" style="max-width:600px;table-layout:fixed;word-break:break-word"><tr><td>'
)
WORD = "Donaudampfschifffahrtsgesellschaftskapitän"
LINE = "A text that is longer than one line of a phone, by far."


@pytest.mark.parametrize(
    ("rule", "style", "found"),
    [
        (mail_width, "width:640px", [(2, False)]),
        (mail_width, "width:50em;max-width:600px", []),
        (mail_width, "width:100%;max-width:600px;min-width:300px", []),
        (mail_width, "max-width:700px", [(2, True)]),
        (mail_width, "min-width:600px", [(2, False)]),
        (mail_width, "width:600pt", [(2, False)]),
        (negative_margin, "margin:-3px 0 0", [(2, False)]),
        (negative_margin, "margin-left:-.5em", [(2, False)]),
        (negative_margin, "margin:0 auto;letter-spacing:-1px", []),
        (negative_margin, "margin:-0 3px", []),
        (word_layout, "padding:12px 0", [(2, True)]),
        (word_layout, "padding:0", []),
        (word_layout, "padding:12px;mso-padding-alt:0", []),
        (word_layout, "margin:0 auto", [(2, True)]),
        (word_layout, "color:#111111 !important", [(2, True)]),
    ],
)
def test_a_style_on_a_paragraph(rule: Rule, style: str, found: list[tuple[int, bool]]) -> None:
    assert said(rule, tagged(style)) == found


def test_widths_for_wide_windows_alone_are_no_matter() -> None:
    assert said(mail_width, styled("@media (min-width: 800px) { .a { width: 800px } }")) == []
    assert said(mail_width, styled("@media (min-device-width: 375px) { .a { min-width: 375px } }")) == []
    assert said(mail_width, styled(".a { width: 800px }")) == [(3, False)]


def test_a_width_may_stand_in_an_attribute() -> None:
    assert said(mail_width, letter('<table width="640"><tr>\n<td width="601px">x')) == [(1, False), (2, False)]
    assert said(mail_width, letter('<table width="600"><tr><td width="33%">x')) == []


def test_padding_on_cells_and_lists_and_centred_tables_is_fine_in_outlook() -> None:
    assert said(word_layout, tagged("padding:12px", tag="td")) == []
    assert said(word_layout, tagged("padding:0 0 0 20px", tag="ul")) == []
    assert said(word_layout, letter('<table align="center" style="margin:0 auto"><tr><td>x')) == []
    assert said(word_layout, letter('<p style="padding:3px">x</p>', clients=("apple-mail",))) == []


@pytest.mark.parametrize(
    ("html", "found"),
    [
        (f'<div style="height:100px">{LINE}</div>', [(1, False)]),
        (f'<p style="max-height:40px;overflow:hidden">{LINE}</p>', [(1, False)]),
        (f'<td style="height:100px">{LINE}</td>', []),
        ('<div style="height:24px">&nbsp;</div>', []),
        (f'<div style="height:auto">{LINE}</div>', []),
        (f'<div style="height:100%">{LINE}</div>', []),
        (f'<div style="min-height:100px">{LINE}</div>', []),
    ],
)
def test_a_fixed_height_cuts_text(html: str, found: list[tuple[int, bool]]) -> None:
    assert said(fixed_height, letter(html)) == found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (f"{GHOST}\n{FLUID}x", []),
        (f"\n{FLUID}x", [(2, False)]),
        ('<table role="presentation" width="600" style="width:100%;max-width:600px"><tr><td>x', []),
        (f'{GHOST}<table role="presentation" width="100%"><tr><td>x', [(1, False)]),
        (f'{GHOST}\n<table role="presentation" style="max-width:600px"><tr><td>x', [(2, False)]),
        (f'{GHOST}<table role="presentation" width="100%"><tr><td>\n<table width="600"><tr><td>x', [(2, False)]),
        (f'{GHOST}<table role="presentation" width="100%"><tr><td><div style="max-width:600px">x', []),
        (f"{GHOST}{FLUID}\n<div style='width:500px'>x", [(2, False)]),
        (f"{GHOST}{FLUID}\n<table><tr><td width=500>x", [(2, False)]),
        (f"{GHOST}{FLUID}\n<div style='width:500px;max-width:100%'>x", []),
        ("<p>A mail like a letter.</p>", [(1, True)]),
        ("<table><caption>Fees</caption><tr><th>Port</th></tr><tr><td>12</td></tr></table>", [(1, True)]),
        ("", []),
    ],
)
def test_the_text_stands_in_a_table_that_gives_way(body: str, found: list[tuple[int, bool]]) -> None:
    assert said(layout_table, letter(f"<html><head></head><body>{body}")) == found


def test_a_width_that_a_small_screen_takes_back_is_not_fixed() -> None:
    css = "@media (max-width: 600px) { .a { width: 100% !important } }"
    table = f'{GHOST}<table class="a" role="presentation" width="600" style="%s"><tr><td>x'

    assert said(layout_table, styled(css, table % "")) == []
    assert said(layout_table, styled("td { margin: 0 }", table % "")) == [(5, False)]
    assert said(layout_table, styled("td { margin: 0 }", table % "max-width:100%;width:600px")) == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (f"{FLUID}{WORD}", []),
        (f"<table style=table-layout:fixed><tr><td>Short words only\n<p>{WORD}", [(1, True), (2, False)]),
        (f'{FLUID}Words<p style="word-break:normal">\n{WORD}</p>', [(2, False)]),
        ('<table style="word-break:break-word"><tr><td>x', []),
        ('<table style="overflow-wrap:break-word"><tr><td>x', [(1, True)]),
        (f"{FLUID}\n<table><tr><td nowrap>{LINE}", [(2, False)]),
        (f"{FLUID}<pre>\na = 1</pre>", [(1, False)]),
        (f"{FLUID}\n<p style='white-space:nowrap'>{LINE}", [(2, False)]),
        (f"{FLUID}\n<p style='white-space:nowrap'>20 May", []),
        (f'{FLUID}<pre style="white-space:pre-wrap">a = 1</pre>', []),
        (f'{FLUID}<div style="display:none;word-break:normal">{WORD}</div>', []),
    ],
)
def test_a_long_word_is_broken(body: str, found: list[tuple[int, bool]]) -> None:
    assert said(long_words, letter(f"<html><body>{body}")) == found


@pytest.mark.parametrize(
    ("image", "found"),
    [
        ('width="552" height="300" style="display:block;max-width:100%;height:auto"', []),
        ('width="552" style="display:block;width:100%"', []),
        ('width="32" height="32"', []),
        ('width="552" style="max-width:100%"', [(1, False)]),
        ('width="552" style="display:block"', [(1, False)]),
        ('width="552" height="300" style="display:block;max-width:100%"', [(1, False)]),
        ('width="552" style="display:none"', []),
    ],
)
def test_an_image_is_a_block_that_shrinks(image: str, found: list[tuple[int, bool]]) -> None:
    assert said(image_style, letter(f'<img src="a.png" alt="A crane" {image}>')) == found


def test_an_image_may_get_its_style_from_the_style_sheet() -> None:
    assert said(image_style, styled("img { display: block; max-width: 100% }", '<img src="a.png" width="552">')) == []
