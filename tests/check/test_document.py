"""The HTML of a mail becomes the tree that browsers make of it, whatever it is, and every piece knows its line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.check.html.document import Document, Element, Text, read_document
from tests.support.browser import Browser, running_browser


def shape(element: Element) -> str:
    """The tree in one line: ``p(a b(c) d)``; blanks between are left out."""
    parts = [one.text if isinstance(one, Text) else f" {one.name}({shape(one)}) " for one in element.children]
    return " ".join("".join(parts).split())


# --- as browsers read it ---------------------------------------------------------------------------------------

USUAL = [
    "<p>a<p>b",
    "<p>a<div>b</div>c",
    "<p>a<ul><li>b</ul>",
    "<ul><li>a<li>b<ul><li>c</ul><li>d</ul>e",
    "<ol><li><p>a<li>b</ol>",
    "<dl><dt>a<dd>b<dt>c</dl>",
    "<table><tbody><tr><td>a<td>b<tr><th>c</table>d",
    "<table><caption>a<tbody><tr><td>b</table>",
    "<table><thead><tr><th>a<tbody><tr><td>b<tfoot><tr><td>c</table>",
    "<table><tbody><tr><td><p>a<table><tbody><tr><td>b</table><p>c</table>",
    "<div><table><tbody><tr><td>a</div>b</table>c</div>",
    "<b>a<table><tbody><tr><td>b</b>c</table>d</b>",
    "<h1>a<h2>b</h2>",
    "<h1>a</h2>b",
    "<a href=x>a<a href=y>b</a>",
    "<div>a</span>b</div>",
    "<div/>a</div>b",
    "a<br>b<br/>c<hr>d<img src=x>e",
    "<!--[if mso]><table><tr><td><![endif]-->a<!--[if mso]></td></tr></table><![endif]-->",
    "<!--[if !mso]><!-->a<!--<![endif]-->b",
    "<![if !mso]>a<![endif]>b",
    "<!-->a<!--->b<!-- c --!>d",
    "a<!-- b",
    "<div>a</div></body></html><p>b",
    "<body class=x>a<body class=y>b",
    "<style>p > a { color: red }</style><p>a",
    "<script>'</p>'</script>a",
    "<p>a &lt; b &amp;amp; c &eacute; &#233; &nosuch; d",
    "<blockquote><p>a</blockquote>b",
    "<section>a<p>b</section>c",
    "<pre>a<p>b</pre>",
    "<select><option>a<option>b</select>",
]
_SHAPE = """e => { const walk = n => [...n.childNodes].map(c => c.nodeType == 3 ? c.data :
  c.nodeType == 1 ? ` ${c.localName}(${walk(c)}) ` : '').join('').split(/\\s+/).filter(x => x)
  .join(' '); return walk(e) }"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as found:
        yield found


def test_usual_html_is_read_as_browsers_read_it(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "empty.html"
    page.write_text("<!doctype html><title>x</title>", encoding="utf-8")
    browser.open(page)
    wrapped = ["<!doctype html><html><head><title>x</title></head><body>" + piece for piece in USUAL]
    read = "h => new DOMParser().parseFromString(h, 'text/html').body"
    seen = json.loads(browser.evaluate(f"JSON.stringify({json.dumps(wrapped)}.map({read}).map({_SHAPE}))"))
    for piece, html, theirs in zip(USUAL, wrapped, seen, strict=True):
        assert (piece, shape(read_document(html).body)) == (piece, theirs)


def test_a_head_that_is_never_closed_ends_with_the_body() -> None:
    document = read_document("<!doctype html><html><head><meta charset=utf-8><title>a</title><body><p>b")
    assert shape(document.root) == "html(head(meta() title(a)) body(p(b)))"
    assert shape(read_document("<html><head><title>a</title><p>b").root) == "html(head(title(a)) p(b))"


# --- lines and faults -------------------------------------------------------------------------------------------

FAULTS = {
    "<p>a\n<div>b</div>": [(2, "<div> inside <p>: the paragraph ends before it")],
    "a\n</b>": [(2, "</b> ends nothing")],
    "\n\n<i>a": [(3, "<i> is never closed")],
    "<div>\n<b>a</div>": [(2, "<b> is not closed before </div>")],
    "<p\nclass=a\nclass=b>": [(1, "<p> has class twice")],
    "<ul>\n<div>a</div></ul>": [(2, "<div> directly inside <ul>: only <li> may stand there")],
    "<table>\n<td>a</table>": [(2, "<td> inside <table>: it belongs into <tr>")],
    "<table>\n\n a</table>": [(3, "text directly inside <table>: browsers move it out")],
    "<a href=x>\n<a href=y>b</a>": [(2, "<a> inside <a>: the first link ends before it")],
    "<h2>a\n</h3>": [(1, "<h2> is closed by </h3>")],
    "a\n<!-- b": [(2, "a comment is never closed: nothing after it is shown")],
    "<p>a</p>\n</p>": [(2, "</p> ends nothing")],
    "<style>\np": [(1, "<style> is never closed")],
}


@pytest.mark.parametrize(("html", "faults"), FAULTS.items(), ids=FAULTS.keys())
def test_what_is_wrong_is_noted_with_its_line(html: str, faults: list[tuple[int, str]]) -> None:
    assert [(fault.line, fault.message) for fault in read_document(html).faults] == faults


def test_the_line_of_a_comment_and_of_a_condition_is_where_it_begins() -> None:
    document = read_document("a\n<!-- b\nc -->\n<![if !mso]>d<![endif]>")
    assert [(one.line, one.text, one.bare) for one in document.comments] == [
        (2, " b\nc ", False), (4, "[if !mso]", True), (4, "[endif]", True)
    ]  # fmt: skip


def test_a_style_attribute_is_read_with_its_last_word() -> None:
    (element,) = read_document('<p style="Color:RED;color: #000 !important;; margin">a').all()
    assert element.style == {"color": "#000"}


LINES = st.lists(st.sampled_from(["<p>", "</p>", "<b>", "</b>", "text", "<td>", "<!-- c -->", "<br>", "<div>", ""]))


@given(LINES)
def test_every_element_knows_its_line(lines: list[str]) -> None:
    document = read_document("\n".join(lines))
    for element in document.all():
        assert lines[element.line - 1] == f"<{element.name}>"
    for text in document.root.texts():
        if text.text.strip():
            assert lines[text.line - 1 + text.text[: text.text.index("text")].count("\n")] == "text"


MARKS = "<>/!-=\"'&;[] \n\tabpdivtrstyle#?\0\x92\ud800ä"
WILD = st.one_of(
    st.text(max_size=80),
    st.text(alphabet=MARKS, max_size=80),
    st.lists(
        st.sampled_from(
            ["<p", ">", "<table>", "<tr>", "</td>", "<a href=", '"', "<!--", "-->", "<![", "<!", "<?", "</",
             "<style>", "&#", "x", "<svg/>"]
        )
    ).map("".join),
)  # fmt: skip


@given(WILD)
def test_any_text_gives_a_tree(html: str) -> None:
    document = read_document(html)
    assert all(one.parent is not None and one in one.parent.children for one in document.all())
    last = html.count("\n") + 1
    assert all(1 <= one.line <= last for one in document.all())
    assert all(1 <= one.line <= last for one in document.faults)
    assert all(1 <= one.line <= last for one in document.comments)


@given(WILD)
def test_reading_is_the_same_every_time(html: str) -> None:
    def told(document: Document) -> object:
        return shape(document.root), document.faults, document.comments

    assert told(read_document(html)) == told(read_document(html))
