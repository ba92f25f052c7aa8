from __future__ import annotations

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
    ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul><p>d</p>", "- a\n- b\n  - c\n\nd"),
    ('<ol start="9"><li>a</li><li><p>b</p><p>c</p></li></ol>', "9. a\n10. b\n\n    c"),
    ("<p>a</p><blockquote><p>b</p><p>c</p></blockquote><p>d</p>", "a\n\n> b\n>\n> c\n\nd"),
    ("<blockquote><blockquote>a</blockquote></blockquote>", "> > a"),
    ("<pre>a\n  b\tc</pre>", "a\n  b c"),
    ("<h4>a</h4><p>b</p><hr><p>c</p>", "a\n\nb\n\n* * *\n\nc"),
    ('<p><img src="https://e.example/x.png" alt="the queue"> x</p>', "[the queue] x"),
    ("<p><q>x</q></p>", "“x”"),
    ("<table><tr><th>Port</th><th>t</th></tr><tr><td>Skerry</td><td>410</td></tr></table>",
     "Port    t\n------  ---\nSkerry  410"),
    ("<table><tr><td>能源</td><td>1</td></tr><tr><td>a</td><td>2</td></tr></table>", "能源  1\na     2"),
    ("<table><tr><td><p>a</p><p>b</p></td></tr></table><p>c</p>", "a b\n\nc"),
    ("<table><tr><td><table><tr><td>a</td></tr></table></td></tr></table>", "a"),
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


def test_links_are_numbered_and_the_same_address_has_one_number() -> None:
    html = clean(
        '<p><a href="https://a.example/">one</a>, <a href="https://b.example/?x=1&amp;y=2">two</a>, '
        '<a href="https://a.example/">three</a>, <a href="https://c.example/">https://c.example/</a>, '
        '<a href="mailto:a@b.example">write</a>, <a href="mailto:a@b.example">a@b.example</a>, <a href="https://d.example/"></a></p>'
    )
    noted = as_text(html, notes=("https://before.example/",), width=200)
    assert noted.text.replace("\u00a0", " ") == (
        "one [2], two [3], three [2], https://c.example/, write (a@b.example), a@b.example,"
    )
    assert noted.urls == ("https://before.example/", "https://a.example/", "https://b.example/?x=1&y=2")
    assert note("https://a.example/", noted.urls) == (2, noted.urls)


def test_every_line_begins_with_the_indent() -> None:
    text = as_text(clean("<p>" + "word " * 30 + "</p><ul><li>a</li></ul>"), indent="| ").text
    assert {line[:1] for line in text.split("\n")} == {"|"}


def test_a_break_in_an_address_cannot_end_it() -> None:
    noted = as_text(clean('<p><a href="https://e.example/a b&#10;c">x</a></p>'))
    assert [url for url in noted.urls if " " in url or "\n" in url] == []


def test_what_is_quoted_a_thousand_times_stays_readable() -> None:
    text = as_text(clean("<blockquote>" * 500 + "word " * 50)).text
    assert max(columns(line) for line in text.split("\n")) <= 72
    assert text.count("word") == 50


@given(SOUP | st.text(), st.sampled_from(["", "| "]))
def test_no_line_is_too_wide_and_no_word_is_lost(html: str, indent: str) -> None:
    source = clean(html)
    noted = as_text(source, indent=indent)
    for line in noted.text.split("\n"):
        assert columns(line) <= 72 or "://" in line
        assert line == line.rstrip()
    assert noted.text.count("text") == source.count("text")
