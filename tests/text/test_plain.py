from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from digest.text.clean import clean
from digest.text.plain import _BREAKS, _UNWANTED, _exact, drop_controls, plain


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", ""),
        ("a &amp; b &lt;c&gt; &nbsp;&eacute;", "a & b <c> é"),
        ("<p>One\n  line.</p><p>Two.</p>", "One line.\n\nTwo."),
        ("<div><div>One</div><div>Two</div></div>", "One\n\nTwo"),
        ("a<br>b<br><br>c", "a\nb\n\nc"),
        ("<p>Intro:</p><ul><li>one</li><li><p>two</p></li></ul><p>End</p>", "Intro:\n\n- one\n- two\n\nEnd"),
        ("<ul><li>one<ul><li>inner</li></ul></li><li>two</li></ul>", "- one\n- inner\n- two"),
        ("<h2>Head</h2>text<hr>more", "Head\n\ntext\n\nmore"),
        ("<pre>  a\n    b\n</pre>", "  a\n    b"),
        ("<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td></td></tr></table>", "a | b\n1"),
        ('<p>a <a href="https://e.org/?a=1>2">link</a> b</p>', "a link b"),
        ("<p>He said <q>no</q>.</p>", "He said “no”."),
        ("<p>x<img src='https://e.org/p.png' alt='not text'>y</p>", "xy"),
        ("2 < 3 and 4 > 3", "2 < 3 and 4 > 3"),
        ("<blockquote><p>a</p></blockquote>b", "a\n\nb"),
        ("<dl><dt>Term</dt><dd>Meaning</dd></dl>", "Term\nMeaning"),
    ],
)
def test_clean_html_reads_as_text(html: str, expected: str) -> None:
    assert plain(html) == expected


PIECES = ("<p>", "</p>", "<ul>", "<li>", "</ul>", "<pre>", "</pre>", "<br>", "word ", "\n", "<td>", "<table>",
          "</table>", "&amp;", "<q>", "<blockquote>")  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_paragraphs_are_never_empty_and_never_apart_by_more_than_one_blank_line(pieces: list[str]) -> None:
    html = clean("".join(pieces))
    text = plain(html)
    assert text == text.strip("\n")
    if "<pre" not in html:
        assert "\n\n\n" not in text
        assert all(line == " ".join(line.split()) for line in text.split("\n"))
    assert "".join(pieces).count("word") == text.count("word")


MARKUP = st.lists(
    st.sampled_from([
        *PIECES, "</li>", "<ol>", "</ol>", "<tr>", "</td>", "<th>", "<dl>", "<dt>", "<dd>", "<h2>", "</h2>", "<hr>",
        "<b>", "</b>", "<code>", "</code>", "<a href='https://e.org/?a=1&b=\"2\">'>", "</a>", "<figure>",
        "<figcaption>", "</figure>", "<img src='https://e.org/p' alt='<li>'>", "</q>", "</blockquote>",
        "<div lang='de'>", "</div>", "<pre lang='de'>", "&nbsp;", "\u00a0",
        "&lt;p&gt;", "&#8217;", "\u2003", "\t", "  ", "\u00ad", "\u200b", "日本",
        "<ruby>", "<details><summary>", "</details>",
    ]),
    max_size=25,
).map("".join)  # fmt: skip


@given(MARKUP)
def test_the_quick_way_gives_what_the_exact_one_gives(html: str) -> None:
    safe = clean(html)
    assert plain(safe) == _exact(safe)


@given(MARKUP)
def test_so_it_does_for_html_that_is_not_clean(html: str) -> None:
    assert plain(html) == _exact(html)


@given(st.text(alphabet='<>/ap"= &;lirt\n'))
def test_so_it_does_for_what_is_hardly_html(html: str) -> None:
    assert plain(html) == _exact(html)


@given(
    st.text(alphabet=st.characters() | st.sampled_from("\r\n\x85\u2028\u202e\u2066\ufffe\x00\x1b\x7f\x9f\ud800\ufeff"))
)
def test_what_is_dropped_is_no_matter_of_how_it_was_looked_for(text: str) -> None:
    assert drop_controls(text) == _UNWANTED.sub("", _BREAKS.sub("\n", text))


@given(st.text())
def test_text_without_markup_comes_through_folded(text: str) -> None:
    safe = drop_controls(text).replace("&", "").replace("<", "")
    assert plain(safe) == " ".join(safe.split())


@pytest.mark.parametrize(
    "piece",
    [
        "<b>",
        "<ul><li>",
        '<a "',
        '<a ""',
        '<a "<a ',
        "<td>x",
        "<!--",
        "&",
        "<",
        "<pre>",
        "<p>x</p>",
        "<br>",
        "</pre>",
        "<pre></pre>",
        "  ",
        "&nbsp;",
        "<li>  ",
        "</ul>",
    ],
)
def test_time_is_linear_in_the_length(piece: str) -> None:
    started = time.process_time()
    plain(piece * 100_000)
    assert time.process_time() - started < 30  # quadratic, it would be minutes


def test_control_characters_and_overrides_go_and_line_breaks_are_line_feeds() -> None:
    assert drop_controls("a\x00\x1b\x7f\x9fb\u202e\u2069c\ud800\r\nd\re\u2028f\tg\ufffe") == "abc\nd\ne\nf\tg"
    assert drop_controls("a\u2029b\x85c") == "a\nb\nc"
    assert drop_controls("عربي\u200f \u200d👩‍🚀") == "عربي\u200f \u200d👩‍🚀"


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("<p>10<sup>6</sup> t, 10<sup>−3</sup> g</p>", "10⁶ t, 10⁻³ g"),  # not 106
        ('<p>in 2025<sup><a href="https://e.example/#n3">3</a></sup> it</p>', "in 2025³ it"),
        ("<p>CO<sub>2</sub>, 4 m<sup>2</sup>, 1<sup>er</sup>, 5<sup>12345</sup></p>", "CO2, 4 m2, 1er, 512345"),
    ],
)
def test_a_number_raised_after_digits_is_never_read_as_more_of_them(html: str, wanted: str) -> None:
    assert plain(html) == wanted


def test_markup_of_a_template_is_text_like_any_other() -> None:
    assert plain(Markup("<p>Energy &amp; climate</p>")) == "Energy & climate"
