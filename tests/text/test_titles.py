from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.titles import tidy_title, title_key


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("A plain title", "A plain title"),
        ("  two \n lines\t", "two lines"),
        ("Research &amp; development", "Research & development"),
        ("Caf&#233; &quot;Europa&quot;", 'Café "Europa"'),
        ("<em>Very</em> <b>bold</b>", "Very bold"),
        ("&lt;em&gt;Very&lt;/em&gt; bold", "Very bold"),
        ("one<br>two", "one two"),
        ("p < 0.05 and q > 1", "p < 0.05 and q > 1"),
        ("List<String> in Java", "List<String> in Java"),
        ("AT&T; R&D", "AT&T; R&D"),
        ("soft\u00adhyphen\u200b\ufeff", "softhyphen"),
        ("exe\u202egpj.txt", "exegpj.txt"),
        ("", ""),
    ],
)
def test_a_title_is_one_line_of_plain_text(raw: str, expected: str) -> None:
    assert tidy_title(raw) == expected


def test_entities_are_decoded_once_more_and_not_twice() -> None:
    assert tidy_title("How to write &amp;lt; in HTML") == "How to write &lt; in HTML"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Israel’s “big” deal", "Israel's big deal"),
        ("The U.S. and the E.U.", "The US and the EU"),
        ("ÜBUNG: Teil 1", "Übung – Teil 1"),
        ("ﬁne print", "fine print"),
        ("Straße", "STRASSE"),
    ],
)
def test_titles_that_differ_in_looks_only_have_one_key(one: str, other: str) -> None:
    assert title_key(one) == title_key(other)


def test_a_source_at_the_end_is_not_guessed_away() -> None:
    assert title_key("The cap falls - BBC News") != title_key("The cap falls")


@given(st.text(alphabet=st.characters() | st.sampled_from("  &;<b>amp")))
def test_a_title_is_tidied_no_otherwise_for_being_tidied_quickly(text: str) -> None:
    assert tidy_title(text) == tidy_title(text + "\ufeff")  # which no quick way takes, and which goes


def test_a_title_that_is_a_text_is_cut_between_words() -> None:
    assert tidy_title("word " * 200) == ("word " * 100).strip() + "…"
    assert len(tidy_title("w" * 600)) == 501


@given(st.text())
def test_the_key_is_stable(text: str) -> None:
    assert title_key(title_key(text)) == title_key(text)
    assert "\n" not in tidy_title(text)
