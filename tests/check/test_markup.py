"""Wrong nesting, headings out of order, and what readers see by accident are found, each at its line."""

from __future__ import annotations

import pytest

from tests.check.htmlmails import HEAD, TOP, remarks, said_of

BIG = "font-size:22px"
BAD: dict[str, list[tuple[str, int]]] = {
    "<p>a\n<div>b</div></p>": [("nesting", 2)],
    "\n<b><i>a</b></i>": [("nesting", 2)],
    "\n<span>a": [("nesting", 2)],
    "a\n</span>": [("nesting", 2)],
    "<ul>\n<p>a</p></ul>": [("nesting", 2)],
    "\n<li>a</li>": [("nesting", 2)],
    '<a href="https://a.example/1">One thing\n<a href="https://a.example/2">Another</a></a>': [("nesting", 2)],
    '\n<p class="a" class="b">a</p>': [("nesting", 2)],
    '\n<p title="a>b</p>\n<p title="c">d</p>': [("nesting", 2)],
    "\n<span><div>a</div></span>": [("nesting", 2)],
    "\n<span/>a": [("nesting", 2)],
    "a\n<!-- b": [("nesting", 2)],
    "<h2>a\n<h3>b</h3></h2>": [("nesting", 2)],
    "\n<body>": [("nesting", 2)],
    '\n<meta name="x" content="y">': [("nesting", 2)],
    "<p>a</p>\n<h1>b</h1>": [("headings", 2)],
    "<p>a</p>\n<h3>b</h3>": [("headings", 2)],
    "<h2>a</h2><h3>b</h3>\n<h5>c</h5>": [("headings", 2)],
    "<h2>a</h2>\n<h3>&nbsp;</h3>": [("headings", 2)],
    '<h2>a</h2>\n<h3><img src="https://a.example/a.png" alt="" width="4"></h3>': [("headings", 2)],
    '\n<div role="heading" aria-level="4">b</div>': [("headings", 2)],
    f'\n<p style="{BIG};font-weight:bold">The fees of January</p><p>a</p>': [("fake-heading", 2)],
    f'\n<p style="{BIG}"><strong>The fees of January</strong></p><ul><li>a</li></ul>': [("fake-heading", 2)],
    "<p><b>Fees</b>\n<span>Issue 1</span><span>November</span></p>": [("inline-gap", 2)],
    "\n<p><b>Fees:</b><i>up</i></p>": [("inline-gap", 2)],
    "<p>Fees\n&amp;amp; ships</p>": [("entities", 2)],
    "<p>Fees\n&amp;nbsp;rise &amp;#8217;</p>": [("entities", 2)],
    "<p>Fees\n&nbps; rise</p>": [("entities", 2)],
    "<p>Dear\n{{ name }}</p>": [("placeholder", 2)],
    "<p>Dear\n*|FNAME|*</p>": [("placeholder", 2)],
    "<p>Dear\n%%first_name%%, {% if x %}</p>": [("placeholder", 2)],
    '\n<img src="https://a.example/${id}.png" alt="Cranes" width="40">': [("placeholder", 2)],
    '<p>a</p>\n<div style="display:none">fees cheap</div><p style="visibility:hidden">b</p>': [("hidden-text", 2)],
    "<p>a</p>\n<p hidden>cheap fees</p>": [("hidden-text", 2)],
    '<p>a</p>\n<div style="max-height:0;overflow:hidden">cheap</div>': [("hidden-text", 2)],
}  # fmt: skip
HIDDEN = '<div lang="en" dir="ltr" style="display:none;overflow:hidden">{}</div>\n'


@pytest.mark.parametrize(("piece", "found"), BAD.items(), ids=BAD.keys())
def test_a_fault_is_found_at_its_line(piece: str, found: list[tuple[str, int]]) -> None:
    assert said_of(piece) == found


@pytest.mark.parametrize(
    "before",
    [
        HIDDEN.format("Ships wait. " * 20),
        HIDDEN.format("Ships wait" + "&zwnj;&nbsp;" * 60),
        HIDDEN.format("Ships wait") + HIDDEN.format("&#847;&zwnj;&nbsp;" * 60),
        HIDDEN.format("Ships wait") + HIDDEN.format("More ships wait"),
        HIDDEN.format('Ships <a href="https://a.example/x">wait in the port</a>'),
    ],
)
def test_a_preheader_that_is_more_than_a_line_is_found(before: str) -> None:
    found = remarks(f"{HEAD}{before}{TOP}</div></body></html>")
    assert [(one.rule, one.line) for one in found] == [("hidden-text", HEAD.count("\n") + before.count("\n"))]


def test_a_mail_whose_first_heading_is_small_or_that_has_none_is_found() -> None:
    body = '<div lang="en" dir="ltr">\n<h2>a</h2>\n<h1>b</h1></div></body></html>'
    assert [(one.rule, one.line) for one in remarks(HEAD + body)] == [("headings", 10)]
    assert [(one.rule, one.line) for one in remarks(HEAD + body.replace("h1", "h2"))] == [("headings", 10)]
    assert [(one.rule, one.line) for one in remarks(f"{HEAD}</body></html>")] == [("headings", 8)]
