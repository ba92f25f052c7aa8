from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Html
from digest.render.mailbody import dressed, image, shortened
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


def test_a_text_is_cut_after_whole_blocks_and_containers_are_closed() -> None:
    html = dressed(clean("<div><p>one</p><div><p>two</p><p>three</p></div></div><p>four</p>"), THEME)
    sizes = [len(html[: html.index(word)].encode()) for word in ("two", "three", "four")]
    assert bare(shortened(html, 1)) == "<div><p>one</p></div>"
    assert bare(shortened(html, sizes[1])) == "<div><p>one</p><div><p>two</p></div></div>"
    assert bare(shortened(html, sizes[2])) == "<div><p>one</p><div><p>two</p><p>three</p></div></div>"
    assert shortened(html, len(html)) == html


def test_lists_tables_and_quotations_are_never_cut_through() -> None:
    parts = [
        "<ul><li>a</li><li>b</li></ul>",
        "<blockquote><p>a</p><p>b</p></blockquote>",
        "<table><tr><th>a</th></tr></table>",
    ]
    for part in parts:
        html = dressed(clean(f"{part}<p>after</p>"), THEME)
        assert shortened(html, 1) == html.partition('<p style="margin:0 0 12px">after')[0].rstrip()


def test_text_without_blocks_cannot_be_cut() -> None:
    assert shortened(Html("plain <em>text</em>"), 1) == "plain <em>text</em>"


SOUP = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<div>", "</div>", "<ul><li>", "</ul>", "<table><tr><td>", "</table>", "<a href='https://e.example/'>",
         "</a>", "<img src='https://e.example/x.png'>", "<br>", "<hr>", "text", " ", "<h2>", "</h2>", "<q>",
         "<blockquote>", "<pre>"]
    )
).map("".join)  # fmt: skip


@given(SOUP, st.integers(1, 400))
def test_whatever_comes_in_what_goes_out_is_well_formed(html: str, most: int) -> None:
    whole = dressed(clean(html), THEME)
    cut = shortened(whole, most)
    assert outline(whole).faults == outline(cut).faults == []
    assert whole.startswith(re.sub("(</div>)+$", "", cut))
    assert [one.text for one in outline(cut).all("a") if not one.text.strip()] == []
