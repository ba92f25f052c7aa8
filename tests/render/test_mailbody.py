from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Html
from digest.render.mailbody import dressed, image
from digest.render.markup import block
from digest.text.clean import clean
from tests.render.mailed import THEME
from tests.render.outline import outline


def bare(html: str) -> str:
    """Without the styles: what was kept, renamed and unwrapped."""
    return re.sub(r' (?:style|class)="[^"]*"', "", html)


LAYOUT = '<table role="presentation" cellpadding="0" cellspacing="0" border="0">'

CASES = [
    ("<p>a <em>b</em></p>", "<p>a <em>b</em></p>"),
    (
        "<article><h1>a</h1><dl><dt>b</dt><dd>c</dd></dl></article>",
        "<div><h2>a</h2><div><p>b</p><div>c</div></div></div>",
    ),
    ("<p>&nbsp;</p><p> </p><p>x</p><div></div>", "<p>x</p>"),
    ('<p><a href="https://e.example/?a=1&amp;b=2">x</a></p>', '<p><a href="https://e.example/?a=1&amp;b=2">x</a></p>'),
    ('<p><a href="#x">x</a> <a>y</a> <a href="https://e.example/"></a></p>', "<p>x y </p>"),
    ('<p><a href="mailto:a@b.example">x</a></p>', '<p><a href="mailto:a@b.example">x</a></p>'),
    ("<p><q>x</q> <mark>y</mark> <kbd>z</kbd> 1<wbr>2</p>", "<p>“x” y <code>z</code> 12</p>"),
    ("<table><tr><td>x</td></tr></table>", f"{LAYOUT}<tbody><tr><td>x</td></tr></tbody></table>"),
    (
        "<table><caption>c</caption><tr><td>x</td></tr></table>",
        f"<div>c</div>{LAYOUT}<tbody><tr><td>x</td></tr></tbody></table>",
    ),
    (
        "<table><tr><th>x</th><td></td></tr></table>",
        '<table><tbody><tr><th scope="row">x</th><td></td></tr></tbody></table>',
    ),
    (
        "<table><tr><th>x</th><th>y</th></tr></table>",
        '<table><tbody><tr><th scope="col">x</th><th scope="col">y</th></tr></tbody></table>',
    ),
    ('<ol start="3"><li dir="rtl" lang="ar">x</li></ol>', '<ol start="3"><li lang="ar" dir="rtl">x</li></ol>'),
    ("<pre>a\n  &lt;b&gt;</pre>", "<pre>a\n  &lt;b&gt;</pre>"),
    ("a<br>b<hr>c", "a<br>b<hr>c"),
]


@pytest.mark.parametrize(("html", "wanted"), CASES)
def test_only_what_mail_readers_know_is_kept(html: str, wanted: str) -> None:
    assert bare(dressed(clean(html), THEME)) == wanted


def test_styles_stand_on_the_tags_and_change_sides_from_the_right() -> None:
    html = clean('<blockquote>x</blockquote><p><a href="https://e.example/">y</a></p>')
    assert "border-left:3px" in dressed(html, THEME)
    assert "border-right:3px" in dressed(html, THEME, rtl=True)
    assert 'style="color:#9c2f1b;text-decoration:underline" class="a"' in dressed(html, THEME)
    assert "font-family:Georgia,serif" in dressed(html, THEME)


PICTURES = [
    ("https://e.example/a.png", "", 'width="536"'),
    ("https://e.example/a.png", "300", 'width="300"'),
    ("https://e.example/a.png", "4000", 'width="536"'),
    ("https://e.example/a.png", "100%", 'width="536"'),
    ("https://e.example/a.png", "16", 'width="16" style="max-width:100%;height:auto"'),
]


@pytest.mark.parametrize(("src", "width", "wanted"), PICTURES)
def test_a_picture_has_a_width_that_word_can_read(src: str, width: str, wanted: str) -> None:
    assert wanted in image(src, "x", width)
    assert 'alt="x"' in image(src, "x", width)


@pytest.mark.parametrize("src", ["", "a.png", "data:image/png;base64,AA", "cid:x", "http://[x", "https:///x.png"])
def test_a_picture_from_nowhere_leaves_its_description(src: str) -> None:
    assert image(src, "x") == ""
    assert bare(dressed(Html(f'<p>a <img src="{src}" alt="the queue"></p>'), THEME)) == "<p>a the queue</p>"


SOUP = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<div>", "</div>", "<ul><li>", "</ul>", "<table><tr><td>", "</table>", "<a href='https://e.example/'>",
         "</a>", "<img src='https://e.example/x.png'>", "<br>", "<hr>", "text", " ", "<h2>", "</h2>", "<q>",
         "<blockquote>", "<pre>"]
    )
).map("".join)  # fmt: skip


@given(SOUP)
def test_whatever_comes_in_what_goes_out_is_well_formed(html: str) -> None:
    page = outline(dressed(clean(html), THEME))
    assert page.faults == []
    assert [one.text for one in page.all("a") if not one.text.strip()] == []


# --- tables ------------------------------------------------------------------------------------------------------


def sides(html: str, *, rtl: bool = False) -> dict[str, str]:
    """What the style of each cell says of its side, by its text."""
    page = outline(dressed(clean(html), THEME, rtl=rtl))
    return {one.text: one.attributes["style"].rpartition(":")[2] for one in page.elements if one.name in {"td", "th"}}


def row(*cells: str, name: str = "td") -> str:
    return f"<tr>{''.join(f'<{name}>{cell}</{name}>' for cell in cells)}</tr>"


NUMBERS = f"<table>{row('Port', 'Landed, t', name='th')}{row('Marlport', '1 102')}{row('Skerry', '–')}</table>"


def test_numbers_stand_under_numbers_and_keep_together() -> None:
    assert sides(NUMBERS) == {
        "Port": "left", "Landed, t": "right", "Marlport": "left", "1\u00a0102": "right", "Skerry": "left", "–": "right"
    }  # fmt: skip
    assert set(sides(NUMBERS, rtl=True).values()) == {"right", "left"}
    assert sides(NUMBERS, rtl=True)["Port"] == "right"


def test_a_column_stands_where_its_source_puts_it() -> None:
    said = block("| a | b | c | d |\n|:-:|--:|:--|---|\n| x | y | 7 | 8 |\n")
    assert sides(said) == {
        "a": "center", "b": "right", "c": "left", "d": "right", "x": "center", "y": "right", "7": "left", "8": "right"
    }  # fmt: skip
    assert sides('<table><tr><td align="JUSTIFY;x">a</td></tr></table>') == {"a": "left"}


def test_the_last_cell_of_a_row_ends_with_the_text() -> None:
    html = dressed(clean(NUMBERS), THEME)
    assert [html.count(f"padding:{one};") for one in ("7px 12px 7px 0", "7px 0")] == [3, 3]
    assert dressed(clean(NUMBERS), THEME, rtl=True).count("padding:7px 0 7px 12px;") == 3


def test_the_words_of_a_table_are_broken_only_if_they_are_too_long_for_a_telephone() -> None:
    assert "word-break:normal" in dressed(clean(NUMBERS), THEME)
    assert "word-break:normal" not in dressed(clean(NUMBERS.replace("Skerry", "S" * 40)), THEME)
    assert "word-break:normal" not in dressed(clean(NUMBERS.replace("<th>", '<th colspan="1">')), THEME)
