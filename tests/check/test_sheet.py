"""Style sheets and style attributes are read with their lines, and what cannot be read is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.check.html.document import read_document
from digest.check.style.sheet import Sheet, read_sheet, unclosed
from tests.check.stylemails import letter, styled, tagged

FAULTY = {
    "a { color: #111": [(3, "`{` is never closed")],
    "a { color: #111 }\n} b { color: #222 }": [(4, "`}` closes nothing")],
    "a { color: #111 }\n/* and so on": [(4, "a comment is never closed")],
    "a { font-family: 'Arial; }\nb { color: #111 }": [(3, "a string is never closed"), (3, "`{` is never closed")],
    "a {\ncolor #111;\nmargin: 0 }": [(4, "this is no declaration")],
    "a {\nmargin: 0\npadding: 0 }": [(4, "a semicolon is missing")],
    "a, { color: #111 }": [(3, "a selector is missing")],
    "{ color: #111 }": [(3, "a selector is missing")],
    "a { color: }": [(3, "color has no value")],
    "a { font-size: 14 }": [(3, "a unit is missing")],
    "a { padding: 0 14 px }": [(3, "a unit is missing")],
    "a { width: 14xp }": [(3, "there is no unit xp")],
    "a { color: #111 !IMPORTANT }": [(3, "!IMPORTANT")],
    "a { color: #111!important }": [(3, "!important without a space")],
}
SOUND = (
    "",
    "a { color: #111 !important }",
    "/* a comment { with ' all of it */ a { margin: 0 auto; line-height: 1.5; font: 14px/1.5 Arial, sans-serif }",
    "@media screen and (max-width: 600px) { .a { padding: 0 10px !important; } }",
    "a { filter: progid:DXImageTransform.Microsoft.gradient(startColorstr='#80000000') }",
    "td { mso-line-height-rule: exactly; width: calc(100% - 2px); background: url(data:image/png;base64,AA==) }",
    "<!-- a { color: #111 } -->",
    'div[style*="margin: 16px 0"] { margin: 0 }',
    "a::after { content: '}'; }",
)


def sheet(html: str) -> Sheet:
    return read_sheet(read_document(html))


def test_a_declaration_has_its_line_selector_and_media() -> None:
    said = styled(
        "td,\n.a { COLOR: #111111;\n  margin: 0 !important }\n@media (max-width: 9px) {\n.b { width: 100% } }"
    ).sheet

    assert [(one.name, one.value, one.important, one.line, one.selector, one.media) for one in said.declarations] == [
        ("color", "#111111", False, 4, "td, .a", ""),
        ("margin", "0", True, 5, "td, .a", ""),
        ("width", "100%", False, 7, ".b", "(max-width: 9px)"),
    ]
    assert said.declarations[0].block == said.declarations[1].block != said.declarations[2].block


def test_a_style_attribute_belongs_to_its_element() -> None:
    (color, margin) = tagged("color:#111111;/* so */margin:0 auto").sheet.declarations

    assert color.element is margin.element
    assert color.element is not None
    assert (color.element.name, color.line, margin.value) == ("p", 2, "0 auto")


def test_what_only_outlook_reads_is_left_out() -> None:
    html = "<head><!--[if mso]><style>a { position: fixed }</style><![endif]--><style>b { margin: 0 }</style></head>"

    assert [one.name for one in sheet(html).declarations] == ["margin"]


def test_a_style_that_is_for_one_medium_says_so() -> None:
    (said,) = sheet('<style media="print">a { margin: 0 }</style>').declarations

    assert said.media == "print"


def test_at_rules_know_what_they_stand_in() -> None:
    said = styled(
        "@import url(a.css);\n@media screen { @media print { a { margin: 0 } } }\na { &:hover { margin: 0 } }"
    ).sheet

    assert [(one.name, one.line, one.inside) for one in said.at_rules] == [
        ("import", 3, ""), ("media", 4, ""), ("media", 4, "media"), ("nest", 5, ""),
    ]  # fmt: skip


@pytest.mark.parametrize(("css", "faults"), FAULTY.items())
def test_what_cannot_be_read_is_told_with_its_line(css: str, faults: list[tuple[int, str]]) -> None:
    found = styled(css).sheet.faults

    assert sorted(line for line, _ in found) == sorted(line for line, _ in faults)
    assert all(any(message.startswith(wanted) for _, message in found) for _, wanted in faults)


@pytest.mark.parametrize("css", SOUND)
def test_what_is_sound_has_no_fault(css: str) -> None:
    assert styled(css).sheet.faults == ()


@pytest.mark.parametrize("style", ["color:#111;font-family:'Arial", "color:#111 margin:0", "{color:#111}", "color"])
def test_a_broken_style_attribute_is_told(style: str) -> None:
    assert [line for line, _ in tagged(style).sheet.faults][:1] == [2]


def test_lines_are_counted_through_windows_line_ends() -> None:
    html = "<html><head>\r\n<style>\r\na { margin: 0 }\r\nb { margin: 0\r\n</style></head></html>"

    assert [one.line for one in sheet(html).declarations] == [3, 4]
    assert letter(html).sheet.faults[0][0] == 4


@given(st.text(alphabet=st.sampled_from("a{}:;@/*'\"()[]\\ \n!#.,<>-0é\x00")) | st.text())
def test_whatever_a_style_is_it_is_read(css: str) -> None:
    sheet(f"<style>{css}</style>")
    sheet('<p style="' + css.replace('"', "&quot;") + '">x</p>')
    assert all(line >= 1 for line, _ in unclosed(css))


def test_rules_in_rules_without_end_are_read() -> None:
    said = sheet("<style>" + "a{" * 500 + "}" * 500 + "</style>" + "<style>" + "@media x{" * 500 + "</style>")

    assert said.at_rules
