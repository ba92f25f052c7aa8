"""A style sheet that Gmail would drop is told, and what depends on a style sheet is, too."""

from __future__ import annotations

import pytest

from digest.check.style.headstyles import head_styles, style_dependence
from digest.check.style.properties import meant
from tests.check.stylemails import said, styled, tagged


@pytest.mark.parametrize(
    ("css", "found"),
    [
        ("@import url(a.css);", [(3, False)]),
        ("@font-face { font-family: A; src: url(a.woff) }", [(3, False)]),
        ("@media screen {\n@media (max-width: 9px) { a { margin: 0 } }\n}", [(4, False)]),
        ("@supports (display: grid) { a { margin: 0 } }", [(3, False)]),
        ("@keyframes a { from { margin: 0 } }", [(3, False)]),
        ("a {\n&:hover { margin: 0 } }", [(4, False)]),
        (":is(h1, h2) { margin: 0 }", [(3, False)]),
        ("div:has(img) { margin: 0 }", [(3, False)]),
        ("a { colour: #111111 }", [(3, False)]),
        ("a { backgroud-color: #111111 }", [(3, False)]),
        ("a { margin: 0", [(3, False)]),
        ("a { margin: 0!important }", [(3, True)]),
        ("@media screen and (max-width: 600px) { a { margin: 0 } }", []),
        ("@-ms-viewport { width: device-width }", []),
        (
            "u + #body a, .ExternalClass *, a[x-apple-data-detectors] { mso-style-priority: 99; font-smooth: always }",
            [],
        ),
        ('@charset "utf-8";', []),
        ("@media (width <= 600px) { a { margin: 0 } }", [(3, False)]),
        ("a { behavior: url(https://harbour.example/a.htc) }", [(3, False)]),
        ("a { width: expression(alert(1)) }", [(3, False)]),
        ("a { background: url('javascript:alert(1)') }", [(3, False)]),
        ("a { background-image: url(http://harbour.example/a.png) }", [(3, False)]),
        ("a { background-image: url(data:image/png;base64,AAAA) }", [(3, False)]),
        ("a { background-image: url( 'https://harbour.example/a.png') }", []),
    ],
)
def test_a_style_sheet_holds_what_gmail_keeps(css: str, found: list[tuple[int, bool]]) -> None:
    assert said(head_styles, styled(css)) == found


def test_a_style_attribute_is_read_as_strictly() -> None:
    assert said(head_styles, tagged("font-size:14")) == [(2, False)]
    assert said(head_styles, tagged("text-aling:left")) == [(2, False)]
    assert said(head_styles, tagged("color:#111111;mso-padding-alt:0;-webkit-text-size-adjust:100%")) == []


@pytest.mark.parametrize(
    ("name", "guess"),
    [("colour", "color"), ("font-familly", "font-family"), ("paddding", "padding"), ("color", None),
     ("text-wrap", None),
     ("margin-inline-start", None), ("mso-colour", None), ("hyphens", None), ("text-underline-color", None),
     ("border-top-left-radius", None), ("frobnicate", None), ("font-variant-east-asian", None)],
)  # fmt: skip
def test_a_misspelt_style_is_known_from_a_rare_one(name: str, guess: str | None) -> None:
    assert meant(name) == guess


@pytest.mark.parametrize(
    ("css", "body", "found"),
    [
        (".a { color: #111111 }", '<p class="a">x</p>', [(3, True)]),
        (".a { color: #111111 }", '<p class="a" style="color:#111111">x</p>', []),
        (".a { color: #111111 }", '<div style="color:#111111"><p class="a">x</p></div>', []),
        (".a { padding: 3px }", '<div style="padding:3px"><p class="a">x</p></div>', [(3, True)]),
        (".a { padding-left: 3px }", '<p class="a" style="padding:3px">x</p>', []),
        (".a { font-family: serif }", '<p class="a" style="font-size:3px">x</p>', [(3, True)]),
        (".a { font-size: 16px }", '<p class="a" style="font:16px serif">x</p>', []),
        (".a { background-color: #eeeeee }", '<table class="a" bgcolor="#eeeeee"><tr><td>x</table>', []),
        (".a { width: 100% }", '<table class="a" width="100%"><tr><td>x</table>', []),
        (".a { cursor: pointer }", '<p class="a">x</p>', []),
        (".b { color: #111111 }", '<p class="a">x</p>', []),
        ("a:hover, [data-ogsc] .a { color: #111111 }", '<p class="a">x</p>', []),
        ("@media (max-width: 600px) { .a { width: 100% } }", '<p class="a">x</p>', []),
        ("table { border-collapse: collapse } img { display: block }", '<img src="a.png">', []),
    ],
)
def test_what_only_the_style_sheet_says_is_told(css: str, body: str, found: list[tuple[int, bool]]) -> None:
    assert said(style_dependence, styled(css, body)) == found
