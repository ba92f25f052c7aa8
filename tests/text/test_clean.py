from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.clean import ATTRIBUTES, TAGS, _cleaner, clean, paragraphs
from digest.text.plain import drop_controls, plain

BASE = "https://example.org/feed/"
PIECES = st.sampled_from(
    ["<p>", "</p>", "<div>", "<script>", "</script>", "<style>", "<b onclick=x>", "<a href=", '"', "'", ">", "<",
     "&lt;", "javascript:alert(1)", "https://example.org/", "//x", "<img src=x width=1>", "<img src=https://e.org/p>",
     "<!--", "-->", "<pre>\n\n", "</pre>", "<table><td>", "<svg>", "<math>", "<li>", "<ul>", "\x00", "\u202e", "\ud800",
     "&#x202e;", "&#1;", "text ", "<title>", "<textarea>", "<noscript>", "<template>", "é", "&amp;", "<![CDATA[",
     "]]>", "<br/>"]
)  # fmt: skip


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.comments = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:  # noqa: ARG002
        self.comments += 1


def _seen(html: str) -> _Seen:
    seen = _Seen()
    seen.feed(html)
    seen.close()
    return seen


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        ('<p class="x" style="color:red" id="y" onclick="z()">a</p>', "<p>a</p>"),
        ("<script>bad()</script>good<style>p{}</style>", "good"),
        ("a<!-- hidden -->b", "ab"),
        ('<a href="javascript:x">a</a>', "<a>a</a>"),
        ('<a href="java&#10;script:x">a</a>', "<a>a</a>"),
        ('<a href="/a?b=1&c=2">a</a>', '<a href="https://example.org/a?b=1&amp;c=2">a</a>'),
        ('<a href="mailto:a@example.org">a</a>', '<a href="mailto:a@example.org">a</a>'),
        ('<img src="p.png" alt="A picture" width="600" srcset="q.png 2x">',
         '<img src="https://example.org/feed/p.png" alt="A picture" width="600">'),
        ('<img src="https://t.example/o.gif" width="1" height="1">', ""),
        ('<img src="https://t.example/o.gif" height=0>', ""),
        ('<img src="data:image/gif;base64,R0lGOD">', ""),
        ('<img src="mailto:a@example.org">', ""),
        ("<iframe src=https://v.example>no frames</iframe>", ""),
        ("<form action=/x><p>a</p><button>b</button><input></form>", "<p>a</p>"),
        ("<span lang=fr>a</span><font color=red>b</font>", "ab"),
        ("<pre>\n\n  a</pre>", "<pre>  a</pre>"),
        ("a\u202eb\u2066c&#x202e;d&#1;e\x9f\ud800f", "abcdef"),
        ("<p dir=rtl lang=ar>a</p>", '<p dir="rtl" lang="ar">a</p>'),
    ],
)  # fmt: skip
def test_only_text_structure_links_and_pictures_stay(dirty: str, expected: str) -> None:
    assert clean(dirty, base=BASE) == expected


def test_without_a_base_relative_addresses_go_and_those_without_a_scheme_get_one() -> None:
    html = '<a href="/a">a</a><a href="//h.example/b">b</a><img src="c.png">'
    assert clean(html) == '<a>a</a><a href="https://h.example/b">b</a>'
    assert clean(html, base="feeds/x.xml") == clean(html)


@given(st.lists(PIECES, max_size=25).map("".join))
def test_cleaning_again_changes_nothing(dirty: str) -> None:
    once = clean(dirty, base=BASE)
    assert clean(once, base=BASE) == once


@given(st.lists(PIECES, max_size=25).map("".join))
def test_nothing_active_and_nothing_unknown_ever_comes_out(dirty: str) -> None:
    once = clean(dirty, base=BASE)
    seen = _seen(once)
    assert seen.comments == 0
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]", once)
    for tag, attributes in seen.tags:
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES.get(tag, set()) | ATTRIBUTES["*"]
        for name in ("href", "src"):
            if name in attributes:
                assert re.match(r"\s*(https?|mailto):", attributes[name] or "")
        if tag == "img":
            assert attributes["src"]


@given(st.text(alphabet=st.characters() | st.sampled_from("<>&;#\u00a0\ufeff\"' \n")))
def test_text_without_markup_is_what_nh3_makes_of_it(text: str) -> None:
    safe = drop_controls(text)
    assert clean(text) == drop_controls(_cleaner(None).clean(safe))


@given(st.text(alphabet=st.characters() | st.sampled_from("<>&;\u00a0\ufeff\n\r\t ")))
def test_plain_text_becomes_clean_paragraphs_that_read_the_same(text: str) -> None:
    html = paragraphs(text)
    assert clean(html) == html
    assert plain(html).split() == drop_controls(text).split()


def test_blank_lines_part_the_paragraphs_of_plain_text() -> None:
    assert paragraphs("a <b> & c\nd\n \n\ne") == "<p>a &lt;b&gt; &amp; c\nd</p><p>e</p>"
    assert paragraphs(" \n\n ") == paragraphs("") == ""


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        ('<img src="https://e.org/p" alt="an <img> tag">', '<img src="https://e.org/p" alt="an &lt;img&gt; tag">'),
        ('<img src="https://e.org/p"><img src="https://t.example/o.gif" width="1">x', '<img src="https://e.org/p">x'),
        ('<a href="https://e.org/"><img src="https://t.example/o" height="0">x</a>', '<a href="https://e.org/">x</a>'),
    ],
)
def test_tracking_pixels_go_and_pictures_beside_them_stay(dirty: str, expected: str) -> None:
    assert clean(dirty) == expected


@pytest.mark.parametrize(
    "attributes",
    [
        'src=""', "src=''", 'src=" "', "src", 'src alt="a"', 'alt="a"src', 'alt="a" SRC = ""', "src='\"'",
        'src="p.png" hidden', 'src="p.png" HIDDEN=""', 'src="p.png" style="display : none"',
        'STYLE="border:0; Visibility:hidden" src="p.png"', 'src="p.png" style="width:1px"',
        "style='height: 0' src=p.png",
    ],
)  # fmt: skip
@pytest.mark.parametrize("tag", ["img", "IMG", "image"])
def test_a_picture_that_its_source_hides_or_gives_no_address_goes(tag: str, attributes: str) -> None:
    assert clean(f"a<{tag} {attributes}>b", base="https://example.org/feed/") == "ab"


@pytest.mark.parametrize(
    "attributes",
    [
        'src="p.png" srcset="" data-src=""', 'class="alignnone" src="p.png"', 'src = p.png style="border: none"',
        'src="p.png" style="width:100px; line-height:1"', "src='p.png' alt=''",
    ],
)  # fmt: skip
def test_a_picture_stays_whatever_else_is_empty_or_none(attributes: str) -> None:
    assert 'src="https://example.org/feed/p.png"' in clean(f"<img {attributes}>", base="https://example.org/feed/")


@pytest.mark.parametrize("dirty", ["<div>", "<blockquote>x</p>", "<b><p>", "<ul><li>", "<table><tr><td>", "<a href=x>"])
def test_deep_nesting_costs_no_time(dirty: str) -> None:
    started = time.process_time()
    clean(dirty * 50_000 + "end")
    assert time.process_time() - started < 30  # quadratic, it would be minutes


def test_a_long_flat_document_stays_whole() -> None:
    html = "<ul>" + "<li><p>a <b>b</b></p></li>" * 20_000 + "</ul>"
    assert clean(html) == html
