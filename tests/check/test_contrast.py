"""What is hard to read is found in the light, in the dark and without style sheets, and nothing else."""

from __future__ import annotations

import pytest

from digest.check.style.contrast import invisible_text, text_contrast
from digest.check.style.dark import dark_mode, dark_override
from tests.check.stylemails import letter, said, styled, tagged

NIGHT = "@media (prefers-color-scheme: dark) { %s }"
ON_WHITE = '<p class="a" style="background-color:#ffffff;color:#222222">Port fees</p>'


@pytest.mark.parametrize(
    ("html", "line"),
    [
        ('<p style="color:#999999">Grey</p>', 1),
        ('<p style="color:#777777">Nearly</p>', 1),
        ('<p style="color:#949494;font-size:23px">Not large enough</p>', 1),
        ('<p style="color:rgba(0,0,0,.3)">Half</p>', 1),
        ('<div style="color:#999999">\n<p>Inherited</p></div>', 2),
        ('<table bgcolor="#336699"><tr>\n<td><a href="/x">A link without a colour</a></td></tr></table>', 2),
        ('<td bgcolor="#666666"><img src="a.png" alt="A crane"></td>', 1),
        ('<font color="yellow">Yellow</font>', 1),
        ('<body text="#aaaaaa"><p>Old</p></body>', 1),
        (
            '<td style="background:#eeeeee url(a.png)"><p style="background-color:#ffffff;color:#cccccc">Pale</p></td>',
            1,
        ),
    ],
)
def test_a_text_that_does_not_stand_out_is_told_where_it_stands(html: str, line: int) -> None:
    assert said(text_contrast, letter(html)) == [(line, False)]


@pytest.mark.parametrize(
    "html",
    [
        '<p style="color:#767676">Just dark enough</p>',
        '<p style="color:#949494;font-size:24px">Large</p>',
        '<h1 style="color:#949494">Large and bold</h1>',
        '<p style="color:#949494;font:bold 14pt/1.5 Arial">Large and bold</p>',
        '<td style="background-image:url(a.png);color:#ffffff">Nobody knows what is below</td>',
        '<td background="a.png"><p style="color:#ffffff">Nobody knows what is below</p></td>',
        '<p style="background:linear-gradient(#111111, #222222);color:#ffffff">On a gradient</p>',
        '<p style="color:var(--ink)">Nobody knows the colour</p>',
        '<div style="display:none;color:#ffffff">A preheader</div>',
        '<td style="color:#ffffff">&nbsp; &zwnj;</td>',
        '<td style="background:#111111"><p style="color:#ffffff;background:transparent">White on black</p></td>',
        '<td bgcolor="111111"><p style="color:#ffffff;background:none">White on black</p></td>',
        "<script>x</script><style>p { margin: 0 }</style>",
        '<img src="a.png" alt="" style="color:#ffffff">',
    ],
)
def test_what_can_be_read_or_is_not_known_raises_nothing(html: str) -> None:
    assert said(text_contrast, letter(html)) == []


def test_a_finding_names_both_colours_the_ratio_and_one_that_passes() -> None:
    (found,) = text_contrast(tagged("color:#999999"))

    assert found.message == "“Port fees rise.” is #999999 on #ffffff: 2.8 to 1, 4.5 are needed"
    assert found.hint == "write color:#757575, or change the ground"


@pytest.mark.parametrize(
    ("css", "body", "found"),
    [
        (NIGHT % ".a { color: #eeeeee !important }", ON_WHITE, [(5, False)]),
        (NIGHT % ".a { background: #111111 !important }", ON_WHITE, [(5, False)]),
        (NIGHT % ".a { color: #eeeeee !important; background: #111111 !important }", ON_WHITE, []),
        (NIGHT % ".a { color: #eeeeee }", ON_WHITE, []),  # it loses against the tag
        ("[data-ogsc] .a { color: #eeeeee !important }", ON_WHITE, []),
        ("a:hover { color: #eeeeee }", '<a href="/x">Fees</a>', []),
        ("@media (max-width: 600px) { p { color: #eeeeee } }", "<p>Fees</p>", []),
        (".a { color: #eeeeee }", '<p class="a">Fees</p>', [(5, False)]),
        ("td .a, .b { color: #eeeeee }", '<p class="a">Fees</p>', []),
        ("#b > p { color: #eeeeee }", '<div id="b"><p>Fees</p></div>', [(5, False)]),
        ("p { color: #eeeeee !important }", '<p style="color:#111111">Fees</p>', [(5, False)]),
        ("p.a { color: #111111 } p { color: #eeeeee }", '<p class="a">Fees</p>', []),
    ],
)
def test_style_sheets_are_heeded(css: str, body: str, found: list[tuple[int, bool]]) -> None:
    assert said(text_contrast, styled(css, body)) == found


def test_a_ground_that_only_the_style_sheet_has_is_missed_where_it_is_dropped() -> None:
    (found,) = text_contrast(styled(".a { background: #000000 }", '<p class="a" style="color:#ffffff">Fees</p>'))

    assert "where the style sheet is dropped" in found.message


def test_a_mail_that_knows_the_dark_is_read_on_a_dark_ground() -> None:
    meta = '<meta name="color-scheme" content="light dark">'
    (found,) = text_contrast(letter(f'{meta}<p style="color:#222222">No ground of its own</p>'))

    assert "in the dark" in found.message
    assert said(text_contrast, letter(f"{meta}<p>No colour of its own</p>")) == []
    assert said(text_contrast, letter(f'{meta}<p style="background:#ffffff">No colour of its own</p>')) == [(1, False)]


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<p style="color:#ffffff">White on white</p>', [(1, False)]),
        ('<p style="font-size:0">No size</p>', [(1, False)]),
        ('<p style="font-size:1px">Hardly any</p>', [(1, False)]),
        ('<p style="text-indent:-9999px">Far out</p>', [(1, False)]),
        ('<td style="font-size:0;line-height:0">&nbsp;</td>', []),
        ('<div style="display:none;font-size:1px;color:#ffffff">A preheader</div>', []),
        ('<td style="font-size:0"><div style="font-size:16px">Columns</div></td>', []),
        ('<p style="color:#ff0000;background:#808080">Red on grey</p>', []),
    ],
)
def test_what_nobody_sees_is_told(html: str, found: list[tuple[int, bool]]) -> None:
    assert said(invisible_text, letter(html)) == found


def test_a_text_is_called_invisible_or_pale_and_not_both() -> None:
    assert said(text_contrast, tagged("color:#ffffff")) == []


ROOT = ":root { color-scheme: light dark }"
METAS = '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("", [(1, False)]),
        (f"{METAS}<style>{ROOT} {NIGHT % 'p { color: #eeeeee }'}</style>", []),
        (f"{METAS}<style>{ROOT}</style>", []),
        (f"{METAS}<style>{ROOT} p {{ color: #222222 }}</style>", [(1, True)]),
        (f"{METAS}<style>{NIGHT % 'p { color: #eeeeee }'}</style>", [(1, True)]),
        (f"<style>{ROOT} {NIGHT % 'p { color: #eeeeee }'}</style>", [(1, False), (1, True)]),
        (
            f"{METAS.replace('light dark', 'light', 1)}<style>{ROOT} {NIGHT % 'p { color: #eeeeee }'}</style>",
            [(1, False)],
        ),
    ],
)
def test_a_mail_says_that_it_knows_the_dark(head: str, found: list[tuple[int, bool]]) -> None:
    assert said(dark_mode, letter(f"<html><head>{head}</head><body>x</body></html>")) == found


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        (".a { color: #eeeeee !important }", []),
        (".a { color: #eeeeee }", [(3, False)]),
        (".a { background: #111111 }", [(3, False)]),
        (".a { border-color: #111111 }", []),  # nothing on the tag is against it
        (".b { color: #eeeeee }", []),
        (".a { padding: 0 }", []),
    ],
)
def test_a_dark_rule_that_loses_against_the_tag_is_told(rule: str, found: list[tuple[int, bool]]) -> None:
    assert said(dark_override, styled(NIGHT % rule, ON_WHITE)) == found
