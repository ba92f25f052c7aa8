from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Html
from digest.render.budget import BARE, BRIEF, SHORT, WHOLE
from digest.render.mailbody import dressed
from digest.render.mailforms import Form, forms, shortened
from digest.text.clean import clean
from tests.render.mailed import THEME
from tests.render.outline import outline
from tests.render.test_mailbody import SOUP

DRESS = partial(dressed, theme=THEME)


def form(html: str) -> Form:
    source = clean(html)
    return Form(source=source, html=DRESS(source))


def cut(html: str, most: int) -> str:
    return shortened(form(html), most, DRESS).source


def test_a_text_is_cut_after_whole_blocks_and_containers_are_closed() -> None:
    html = "<section><p>one</p><div><p>two</p><p>three</p></div></section><p>four</p>"
    wanted = [
        "<section><p>one</p></section>",
        "<section><p>one</p><div><p>two</p></div></section>",
        "<section><p>one</p><div><p>two</p><p>three</p></div></section>",
    ]
    assert cut(html, 1) == wanted[0]
    for part in wanted:
        size = form(part).size
        assert cut(html, size) == part
        assert cut(html, size - 1) in {wanted[0], *wanted[: wanted.index(part)]}
    assert cut(html, form(html).size) == html


@pytest.mark.parametrize(
    "part",
    ["<ul><li>a</li><li>b</li></ul>", "<blockquote><p>a</p><p>b</p></blockquote>", "<table><tr><th>a</th></tr></table>",
     "<dl><dt>a</dt><dd>b</dd></dl>", '<figure><img src="https://e.example/x.png"><figcaption>a</figcaption></figure>'],
)  # fmt: skip
def test_lists_tables_quotations_and_pictures_are_never_cut_through(part: str) -> None:
    assert cut(f"{part}<p>after</p>", 1) == clean(part)


def test_text_without_blocks_cannot_be_cut() -> None:
    assert cut("plain <em>text</em>", 1) == "plain <em>text</em>"


def test_a_block_that_shows_nothing_is_no_text() -> None:
    assert cut('<p><img src="x.png"></p><p></p><p>one</p><p>two</p>', 1).endswith("<p>one</p>")


def test_the_end_of_a_text_is_not_called_more_if_it_shows_nothing() -> None:
    whole = form("<p>one</p><p> </p><div></div>")
    assert shortened(whole, 1, DRESS) is whole


def test_both_parts_are_cut_at_the_same_place() -> None:
    source = Html("<p>one</p><p>two</p>" * 200)
    for one in forms(source, DRESS):
        assert one.html == DRESS(one.source)


def test_a_full_text_of_one_long_block_gives_way_to_its_summary() -> None:
    body, summary = Html(f"<p>{'word ' * 2_000}</p>"), Html("<p>What it says.</p>")
    found = forms(body, DRESS, summary=summary)
    assert [one.source for one in found[:BARE]] == [body, summary, summary]
    assert [one.is_summary for one in found[:BARE]] == [False, True, True]
    assert [one.source for one in forms(body, DRESS)[:BARE]] == [body, body, body]


def test_a_full_text_that_can_be_cut_keeps_its_beginning() -> None:
    body = Html(f"<p>{'word ' * 100}</p>" * 20)
    found = forms(body, DRESS, summary=Html("<p>What it says.</p>"))
    assert found[SHORT].source == found[WHOLE].source[: len(found[SHORT].source)]
    assert not found[BRIEF].is_summary


@given(SOUP, st.integers(1, 400))
def test_whatever_is_cut_is_well_formed(html: str, most: int) -> None:
    whole = form(html)
    found = shortened(whole, most, DRESS)
    assert outline(found.html).faults == []
    assert found.size <= whole.size
    assert not whole.size or found.size
