from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.clean import clean
from digest.text.nesting import MOST_DEEP, MOST_INDENTED
from digest.text.plain import plain
from tests.render.outline import VOID, outline

SOUP = st.lists(
    st.sampled_from(
        ["<div>", "<ul><li>", "<blockquote>", "<table><tr><td>", "<dl><dd>", "<b>", "<p>", "w ",
         "</div>", "</ul>", "</table>", "<pre>", "<hr>"]
    ),
    max_size=150,
).map("".join)  # fmt: skip


def deepest(html: str, names: frozenset[str] | None = None) -> int:
    depth = most = 0
    for piece in html.split("<")[1:]:
        name = piece.lstrip("/").partition(">")[0].partition(" ")[0]
        if name not in VOID and (names is None or name in names):
            depth += -1 if piece.startswith("/") else 1
            most = max(most, depth)
    return most


@given(SOUP)
def test_nothing_stays_deeper_than_people_mean_it_and_no_word_is_lost(html: str) -> None:
    made = clean(html)
    assert deepest(made) <= MOST_DEEP
    assert deepest(made, frozenset({"ul", "ol", "blockquote", "dd"})) <= MOST_INDENTED
    assert clean(made) == made
    assert outline(made).faults == []
    assert plain(made).split().count("w") == html.count("w ")


@pytest.mark.parametrize("tag", ["div", "ul><li", "blockquote", "table><tr><td", "b", "section"])
def test_what_stands_below_thousands_of_elements_is_still_read(tag: str) -> None:
    assert plain(clean(f"<{tag}>" * 5000 + "at the bottom")).removeprefix("- ") == "at the bottom"


def test_blocks_that_lost_their_tags_stay_apart() -> None:
    made = clean("<ul><li>a" * 8)
    assert made.count("<ul>") == MOST_INDENTED
    assert "a<br>a<br>a" in made


PICTURES = [
    ('<img hidden src="https://e.example/a.png">', ""),
    ('<img src="https://e.example/a.png" style="display: none">', ""),
    ('<img style="width:1px" src=https://e.example/a.png>', ""),
    ('<img src="https://e.example/a.png" width="01">', ""),
    ('<img src="" alt="x">', ""),
    ('<img alt="the hidden costs" src="https://e.example/a.png">', '<img alt="the hidden costs" src="https://e.example/a.png">'),
    ('<img src="https://e.example/a.png" style="border:none">', '<img src="https://e.example/a.png">'),
]  # fmt: skip


@pytest.mark.parametrize(("html", "wanted"), PICTURES)
def test_pictures_that_are_not_to_be_seen_are_not_asked_for(html: str, wanted: str) -> None:
    assert clean(html, base="https://e.example/") == wanted
