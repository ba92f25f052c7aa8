import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.edit.issuefile import read_issue
from digest.render.markup import block
from digest.text.clean import clean
from digest.text.markdownize import markdownize, pieces
from digest.text.plain import plain

TRICKY = [
    "words", "# hash", "## two", "1. one", "2026.", "- dash", "* star", "+ plus", "> quote", "```", "~~~", "---", "===",
    "***", "a*b*c", "_u_", "foo_bar", "[x](y)", "![x]", "!", "`code`", "a|b", "\\", "a\\*", "Sources:",
    "Why it matters: so", "{#e-12345678}", "{#s-12345678 .pin}", "{.summary}", "&amp;amp;", "&lt;b&gt;",
    "&lt;!-- c --&gt;", "é", "漢字", "عربي", "don’t", "=======", "&lt;&lt;&lt;&lt;&lt;&lt;&lt; a", "|||||||", "#", "http://a.example/x_y_(z)",
]  # fmt: skip
TEXT = st.lists(st.sampled_from(TRICKY), min_size=1, max_size=4).map(" ".join)
INLINE = st.recursive(
    TEXT,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        inner.map(lambda text: f"<b>{text}</b>"),
        inner.map(lambda text: f"<em>{text}</em>"),
        inner.map(lambda text: f'<a href="https://ex.example/b_(c)?d={{e}}">{text}</a>'),
        inner.map(lambda text: f"{text}<br>{text}"),
        inner.map(lambda text: f"{text}<br><br>{text}"),
        inner.map(lambda text: f"<code>{text}</code>"),
    ),
    max_leaves=4,
)
BLOCKS = st.one_of(
    INLINE.map(lambda text: f"<p>{text}</p>"),
    INLINE.map(lambda text: f"<h3>{text}</h3>"),
    st.lists(INLINE, min_size=1, max_size=3).map(
        lambda items: f"<ul>{''.join(f'<li>{one}</li>' for one in items)}</ul>"
    ),
    st.lists(INLINE, min_size=1, max_size=3).map(
        lambda items: f"<ol>{''.join(f'<li>{one}</li>' for one in items)}</ol>"
    ),
    INLINE.map(lambda text: f"<blockquote><p>{text}</p></blockquote>"),
    INLINE.map(lambda text: f"<table><tr><td><p>{text}</p></td><td>{text}</td></tr></table>"),
    TEXT.map(lambda text: f"<pre>{text}\n{text}</pre>"),
    st.just("<hr>"),
)


def words(html: str) -> list[str]:
    return re.findall(r"\w+", plain(clean(html)))


@given(st.lists(BLOCKS, min_size=1, max_size=4).map("".join))
def test_every_word_is_read_back_in_its_order_and_an_issue_file_may_hold_it(html: str) -> None:
    safe = clean(html)
    markdown = markdownize(safe)

    assert words(block(markdown)) == words(safe)
    deeper = re.sub(r"^#{1,3} ", "#### ", markdown, flags=re.MULTILINE)
    issue = read_issue(f"---\nissue: 2019-03-14\n---\n\n{deeper}\n", path="x").issue
    assert not issue.sections


@given(st.lists(BLOCKS, min_size=1, max_size=4).map("".join))
def test_a_block_says_its_words(html: str) -> None:
    safe = clean(html)

    assert [word for one in pieces(safe) for word in re.findall(r"\w+", one.words)] == words(safe)


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<h2>One</h2><p>Two <b>three</b> <i>four</i>.</p>", "## One\n\nTwo **three** *four*."),
        ("<p>One<br>two</p><p>three<br><br>four</p>", "One  \ntwo\n\nthree\n\nfour"),
        ('<p><a href="https://a.example/b c">One</a></p>', "[One](https://a.example/b%20c)"),
        ('<p><a href="https://a.example/b_(c)">One</a></p>', "[One](https://a.example/b_(c))"),
        ("<ul><li>One</li><li>Two<ul><li>three</li></ul></li></ul>", "- One\n- Two\n    - three"),
        ('<ol start="4"><li>One</li></ol>', "4. One"),
        ("<blockquote><p>One</p><p>two</p></blockquote>", "> One\n>\n> two"),
        ("<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>x|y</td></tr></table>",
         "| A | B |\n| --- | --- |\n| 1 | x\\|y |"),
        ("<table><tr><td><h3>One</h3><p>two</p></td><td>three</td></tr></table>", "### One\n\ntwo\n\nthree"),
        ('<a href="https://a.example/"><table><tr><td><p>One</p></td></tr></table></a>', "[One](https://a.example/)"),
        ("<pre>a\n  b</pre>", "```\na\n  b\n```"),
        ("<p>Sources: one</p>", "Sources&#58; one"),
        ("<p>10<sup>6</sup></p>", "10<sup>6</sup>"),
    ],
)  # fmt: skip
def test_a_document_is_written_as_an_editor_would(html: str, markdown: str) -> None:
    assert markdownize(clean(html)) == markdown


def test_a_heading_keeps_its_picture_above_it_and_its_link_beside_it() -> None:
    html = '<h2><a href="https://a.example/"><img src="https://a.example/x.png" alt="A boat">One</a></h2>'
    picture, heading = pieces(clean(html))

    assert picture.markdown == "![A boat](https://a.example/x.png)"
    assert (heading.level, heading.markdown, heading.links) == (2, "One", ("https://a.example/",))
