from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.render.mailtext import as_text, note
from digest.text.clean import clean
from digest.text.wrap import columns
from tests.render.test_mailbody import SOUP

CASES = [
    ("<p>a</p><p>b</p>", "a\n\nb"),
    ("<p>a <b>b</b>\n c</p>", "a b c"),
    ("one<br>two<br><br>three", "one\ntwo\n\nthree"),
    ("<p>one</p><br><br>two<hr><br>three<ul><li><br>four</li></ul>", "one\n\ntwo\n\n* * *\n\nthree\n\n- four"),
    ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul><p>d</p>", "- a\n- b\n  - c\n\nd"),
    ('<ol start="9"><li>a</li><li><p>b</p><p>c</p></li></ol>', "9. a\n10. b\n\n    c"),
    ("<p>a</p><blockquote><p>b</p><p>c</p></blockquote><p>d</p>", "a\n\n> b\n>\n> c\n\nd"),
    ("<blockquote><blockquote>a</blockquote></blockquote>", "> > a"),
    ("<pre>a\n  b\tc</pre>", "a\n  b c"),
    ("<h4>a</h4><p>b</p><hr><p>c</p>", "a\n---\n\nb\n\n* * *\n\nc"),  # two hyphens would begin a signature
    ("<h4>The annex</h4><p>b</p>", "The annex\n---------\n\nb"),
    ("<ul><li><h4>能源</h4><p>b</p></li></ul>", "- 能源\n  ----\n\n  b"),
    ('<p><img src="https://e.example/x.png" alt="the \n queue"> x <img src="https://e.example/y.png" alt=""></p>',
     "[the queue] x"),
    ("<p><q>x</q></p>", "“x”"),
    ("<p>10<sup>6</sup> t CO<sub>2</sub>, 4 m<sup>2</sup></p>", "10⁶ t CO₂, 4 m²"),  # never "106"
    ("<p>1<sup>er</sup>, 5<sup>3a</sup>, x<sub>max</sub></p>", "1er, 5^3a, xmax"),
    ("<p>costs <del>30</del> 40, <s>was 20</s></p>", "costs ~~30~~ 40, ~~was 20~~"),
    ("<p><b>a</b><i>b</i><code>c</code></p>", "abc"),
    ("<table><tr><th>Port</th><th>t</th></tr><tr><td>Skerry</td><td>410</td></tr></table>",
     "Port      t\n------  ---\nSkerry  410"),
    ("<table><tr><th>Port</th><th>Change</th></tr><tr><td>Skerry</td><td>+1.5 %</td></tr>"
     "<tr><td>Quay</td><td>−10 %</td></tr>"
     "<tr><td>Marl</td><td>n/a</td></tr><tr><td>Isle</td><td>–</td></tr></table>",
     "Port    Change\n------  ------\nSkerry  +1.5 %\nQuay    −10 %\nMarl    n/a\nIsle    –"),
    ("<table><tr><th>Port</th><th>€</th></tr><tr><td>a</td><td>€1,240</td></tr><tr><td>b</td><td>–</td></tr></table>",
     "Port       €\n----  ------\na     €1,240\nb          –"),
    ("<table><tr><td>能源</td><td>1</td></tr><tr><td>a</td><td>2</td></tr></table>", "能源  1\na     2"),
    ("<table><tr><th>a</th><td>1</td></tr><tr><th>b</th><td>2</td></tr></table>", "a  1\nb  2"),  # heads of rows
    ("<table><tr><th>Port</th></tr><tr><td>a</td></tr></table>", "Port\n----\na"),
    ("<table><caption>Landings</caption><tr><td>a</td><td>1</td></tr></table>", "Landings\na  1"),
    ("<table><tr><th>Year</th><th colspan=2>t</th></tr><tr><td rowspan=2>2026</td><td>a</td><td>1</td></tr>"
     "<tr><td>b</td><td>2</td></tr></table>",
     "Year  t  t\n----  -  -\n2026  a  1\n2026  b  2"),  # no number comes to stand below another head
    ("<table><tr><td><p>a</p><p>b</p></td></tr></table><p>c</p>", "a\n\nb\n\nc"),  # a table that arranges the page
    ("<table><tr><td><h2>a</h2><ul><li>b</li></ul></td><td>c</td></tr></table>", "a\n---\n\n- b\n\nc"),
    ("<table><tr><td><table><tr><td>a</td></tr></table></td></tr></table>", "a"),
    ("<table><tr><td><table><tr><th>x</th><th>y</th></tr><tr><td>1</td><td>2</td></tr></table></td></tr></table>",
     "x  y\n-  -\n1  2"),
    ("<table><tr><td colspan=99999>a</td><td>b</td></tr></table>", "a  b"),
    ("<table><tr><th colspan=2>Landings</th></tr><tr><th>Port</th><th>t</th></tr><tr><td>a</td><td>1</td></tr>"
     "<tr><th colspan=2>Islands</th></tr><tr><td>b</td><td>2</td></tr></table>",
     "Landings\nPort     t\n-------  -\na        1\nIslands\nb        2"),  # a head over all columns is said once
    ("<table><tr><th rowspan=2>Port</th><th colspan=2>2026</th></tr><tr><th>Q1</th><th>Q2</th></tr>"
     "<tr><td>a</td><td>1</td><td>2</td></tr></table>",
     "      2026  2026\nPort    Q1    Q2\n----  ----  ----\na        1     2"),
    ("<p>x</p><table><tr><th rowspan=2>a</th></tr><tr><th rowspan=1>b</th></tr></table>", "x\n\na  b\n-  -"),
    ("<table><tr><th>H</th><td>a ; <br>b</td></tr><tr><th>I</th><td>c<ul><li>d</li><li>e</li><li></li></ul></td></tr>"
     "</table>", "H  a ; b\nI  c d; e"),
    ("<ol><li>a</li><li><ul><li>b<p>c</p></li><li>d</li></ul></li></ol>", "1. a\n2. - b\n\n     c\n   - d"),
    ("<ul><li>a</li><li><blockquote>b<p>c</p></blockquote></li></ul>", "- a\n- > b\n  >\n  > c"),
    ("<p>x<sup><a href='https://e.example/1'>1</a></sup>, a<del> b </del>c</p>", "x¹\u00a0[1], a ~~b~~ c"),
    ("<pre>a  =  b\n\n\nc</pre>", "a  =  b\n\n\nc"),
    ("<pre><table><tr><td>a\nb<br>c</td><td>d</td></tr></table></pre>", "a b c  d"),
    ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("html", "wanted"), CASES)
def test_html_becomes_lines(html: str, wanted: str) -> None:
    assert as_text(clean(html)).text == wanted


def test_a_table_that_is_too_wide_is_told_row_by_row() -> None:
    html = clean(
        "<table><tr><th>Port</th><th>What it says</th></tr><tr><td>Skerry</td><td>"
        + "word " * 20
        + "</td></tr><tr><td>Marlport</td><td></td></tr></table>"
    )
    assert as_text(html, width=40).text == (
        "Port: Skerry\nWhat it says: word word word word word\nword word word word word word word word\n"
        "word word word word word word word\n\nPort: Marlport"
    )


def test_heads_of_two_rows_and_of_rows_that_are_too_wide_go_with_their_cells() -> None:
    html = clean(
        "<table><thead><tr><th>Port</th><th colspan=2>Landed</th></tr>"
        "<tr><th></th><th>2025</th><th>2026</th></tr></thead>"
        f"<tr><td>Skerry {'x' * 40}</td><td>1,102 t</td><td>871 t</td></tr></table>"
    )
    assert as_text(html, width=50).text == f"Port: Skerry\n{'x' * 40}\nLanded 2025: 1,102 t\nLanded 2026: 871 t"


def test_links_are_numbered_and_the_same_address_has_one_number() -> None:
    html = clean(
        '<p><a href="https://a.example/">one</a>, <a href="https://b.example/?x=1&amp;y=2">two</a>, '
        '<a href="https://a.example/">three</a>, <a href="https://c.example/">https://c.example</a>, '
        '<a href="mailto:a@b.example?subject=x">write</a>, <a href="mailto:a@b.example">a@b.example</a>, '
        '<a href="https://d.example/"></a></p>'
    )
    noted = as_text(html, notes=("https://before.example/",), width=200)
    assert noted.text.replace("\u00a0", " ") == ("one [2], two [3], three [2], [4], write (a@b.example), a@b.example,")
    assert noted.urls == (
        "https://before.example/", "https://a.example/", "https://b.example/?x=1&y=2", "https://c.example/",
    )  # fmt: skip
    assert note("https://a.example/", noted.urls) == (2, noted.urls)


LONG = "https://statistics.example/" + "a" * 300

ADDRESSED = [
    (f"<p>See {LONG}, it says.</p>", "See [1], it says.", [LONG]),
    (f"<p>See ({LONG}) and &lt;{LONG}#x&gt;!</p>", "See ([1]) and [2]!", [LONG, LONG + "#x"]),
    ("<p>x https://e.example/a_(b).</p>", "x [1].", ["https://e.example/a_(b)"]),
    ("<p>&lt;https://e.example/a&gt;</p><p>https://e.example/b.</p>", "https://e.example/a\n\nhttps://e.example/b", []),
    ('<p><a href="https://e.example/a">x </a>y</p>', "x [1] y", ["https://e.example/a"]),
    (f"<p>{LONG}</p>", LONG, []),  # alone, it is no more in the way than below
    (f'<ul><li><a href="{LONG}">{LONG}</a></li></ul>', f"- {LONG}", []),
    ("<p>见https://e.example/x，谢谢，https://e.example/y了解</p>", "见[1]，谢谢，[2]了解",
     ["https://e.example/x", "https://e.example/y"]),
    ("<p>https://müller.example/é is it</p>", "[1] is it", ["https://müller.example/é"]),
    ("<p>run <code>curl https://api.example/v1 | sh</code></p>", "run curl https://api.example/v1 | sh", []),
    ("<pre>GET https://api.example/v1</pre>", "GET https://api.example/v1", []),
    ('<p>a https://e.example/1 <a href="https://e.example/2">b</a> https://e.example/3</p>', "a [1] b [2] [3]",
     ["https://e.example/1", "https://e.example/2", "https://e.example/3"]),  # as they are read
    ('<a href="https://e.example/"><h4>Head</h4><p>Text</p></a>', "Head [1]\n--------\n\nText", ["https://e.example/"]),
    ('<p><a href="https://e.example/"><img src="https://e.example/x.png" alt="chart"></a></p>', "[chart] [1]",
     ["https://e.example/"]),
    ('<del>x <a href="https://e.example/">a<p>b</p></a></del>', "~~x a [1]~~\n\n~~b~~", ["https://e.example/"]),
    ('<p><a href="https://e.example/">a<br>b</a></p>', "a\nb [1]", ["https://e.example/"]),
    ('<table><tr><th>a</th><th>b</th></tr><tr><td><a href="https://e.example/">x</a></td><td>https://e.example/y</td></tr></table>',
     "a      b\n-----  ---\nx [1]  [2]", ["https://e.example/", "https://e.example/y"]),
    ('<p><a href="mailto:desk%2Bnews@b.example?subject=Hello">the desk</a></p>', "the desk (desk+news@b.example)", []),
    ('<p><a href="https://e.example/%E8%83%BD/">https://e.example/能</a> said</p>', "[1] said", ["https://e.example/%E8%83%BD/"]),
]  # fmt: skip


@pytest.mark.parametrize(("html", "wanted", "urls"), ADDRESSED)
def test_no_address_stands_in_the_prose_and_none_is_said_twice(html: str, wanted: str, urls: list[str]) -> None:
    noted = as_text(clean(html))
    assert noted.text.replace("\u00a0", " ") == wanted
    assert list(noted.urls) == urls


def test_an_image_is_told_in_the_newsletters_language() -> None:
    html = clean('<p><img src="https://e.example/x.png" alt="die {Warteschlange}"></p>')
    assert as_text(html, picture="[Bild: {alt}]").text == "[Bild: die {Warteschlange}]"


def test_code_that_is_too_long_keeps_its_blanks_and_its_indent() -> None:
    html = clean("<pre>if  x:\n    alpha  =  " + "b" * 20 + "  +  " + "c" * 20 + "\n\ty  =  1</pre>")
    assert as_text(html, width=40).text == (
        "if  x:\n    alpha  =  " + "b" * 20 + "  +\n    " + "c" * 20 + "\n    y  =  1"
    )


def test_every_line_begins_with_the_indent() -> None:
    text = as_text(clean("<p>" + "word " * 30 + "</p><ul><li>a</li></ul>"), indent="| ").text
    assert {line[:1] for line in text.split("\n")} == {"|"}
    assert as_text(clean("<p>a</p><blockquote>b</blockquote>"), indent="| ").text == "| a\n|\n| > b"


def test_a_break_in_an_address_cannot_end_it() -> None:
    noted = as_text(clean('<p><a href="https://e.example/a b&#10;c">x</a></p>'))
    assert [url for url in noted.urls if " " in url or "\n" in url] == []


def test_what_is_quoted_a_thousand_times_stays_readable() -> None:
    text = as_text(clean("<blockquote>" * 500 + "word " * 50)).text
    assert max(columns(line) for line in text.split("\n")) <= 72
    assert text.count("word") == 50


TABLES = st.lists(
    st.sampled_from(
        ["<table>", "</table>", "<tr>", "<td>", "<th>", "<td colspan=3>", "<th rowspan=2>", "<td rowspan=9>", "<thead>",
         "<caption>", "</td>", "</tr>", "text", "12", "能源" * 9, "<p>", "<li>", "<h4>", "</h4>", "<del>", "</del>",
         '<a href="https://e.example/1">', "</a>", "https://e.example/" + "2" * 99, "<code>", "</code>",
         '<a href="https://e.example/3">https://e.example/3</a>', "<blockquote>", "</blockquote>", "<ol>", "</ol>",
         "<sup>2</sup>", "<br>", "<pre>", "</pre>"]
    ),
    max_size=30,
).map("".join)  # fmt: skip


@given(SOUP | TABLES | st.text(), st.sampled_from(["", "| "]))
def test_no_line_is_too_wide_and_no_word_is_lost(html: str, indent: str) -> None:
    source = clean(html)
    noted = as_text(source, indent=indent)
    for line in noted.text.split("\n"):
        assert columns(line) <= 72 or "://" in line
        assert line == line.rstrip() != "--"
        assert line.startswith(indent.rstrip()) or not noted.text
    assert re.search("[\x00-\x08\x0b-\x1f]", noted.text) is None
    assert len(set(noted.urls)) == len(noted.urls)
    # What reaches over several columns or rows is said in each; an address in prose goes to the notes.
    if "span" not in source and "://" not in re.sub("<[^>]*>", "", source):
        assert "".join(noted.text.split()).count("text") == source.count("text")


@given(TABLES)
def test_no_address_is_lost(html: str) -> None:
    source = clean(html)
    noted = as_text(source)
    said = noted.text + " ".join(noted.urls)
    for address in ("https://e.example/1", "https://e.example/2", "https://e.example/3"):
        linked = re.search(f'<a href="{address}"[^>]*>(?:<(?!/a)[^>]*>)*[^<]*\\w', source) or f">{address}" in source
        assert address in said or not linked


def test_what_a_term_means_stands_below_it_moved_in() -> None:
    html = clean("<dl><dt>Quota</dt><dd>What may be landed.</dd><dt>Bycatch</dt><dd><p>The rest.</p></dd></dl><p>x</p>")
    assert as_text(html).text == "Quota\n  What may be landed.\n\nBycatch\n  The rest.\n\nx"
