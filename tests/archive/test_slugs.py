from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.archive.paths import check_paths
from digest.archive.slugs import MAX_CHARS, RESERVED, make_slug

SHAPE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def slug(title: str, *taken: str, otherwise: str = "s-7f3a9c21") -> str:
    return make_slug(title, taken, otherwise=otherwise)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Ministers agree a common reserve for grain", "ministers-agree-a-common-reserve-for-grain"),
        ("Größere Straßen für Łódź, Ærø und Đà Nẵng", "grossere-strassen-fur-lodz-aero-und-da-nang"),
        ("İstanbul’da ışık", "istanbulda-isik"),
        ("ISPARTA", "isparta"),
        ("The ﬁrst ﬂight", "the-first-flight"),
        ("The ministers' own 'plan'", "the-ministers-own-plan"),
        ("ǽ and Ǿ", "ae-and-o"),
        ("Sea\u00adwinds\u200b and wire\u2060less", "seawinds-and-wireless"),
        ("℡ 123 and Å", "tel-123-and-a"),
        ("../../etc/passwd", "etc-passwd"),
        ("..\\..\\windows", "windows"),
        ("a\0b", "a-b"),
        ("%2e%2e%2f", "2e-2e-2f"),
        ("con.txt", "con-txt"),
        ("CON", "con-2"),
        ("COM¹", "com1-2"),
        ("lpt9.", "lpt9-2"),
        ("", "s-7f3a9c21"),
        ("🌾🚢", "s-7f3a9c21"),
        ("مجلس المياه", "s-7f3a9c21"),
        ("沿海三省", "s-7f3a9c21"),
        ("Ψηφιακό", "s-7f3a9c21"),
        ("\ud800 half a pair", "half-a-pair"),
    ],
)
def test_a_title_becomes_a_slug(title: str, expected: str) -> None:
    assert slug(title) == expected


def test_a_long_title_is_cut_between_words() -> None:
    assert slug("a considered view of the matter " * 10) == (
        "a-considered-view-of-the-matter-a-considered-view-of-the-matter-a-considered"
    )
    assert slug("x" * 300) == "x" * MAX_CHARS


def test_twins_get_numbers_and_stay_within_the_length() -> None:
    assert slug("Grain", "grain") == "grain-2"
    assert slug("Grain", "grain", "grain-2") == "grain-3"
    assert slug("x" * 300, "x" * MAX_CHARS) == "x" * (MAX_CHARS - 2) + "-2"


def test_twins_in_case_or_unicode_form_are_twins() -> None:
    composed, apart = unicodedata.normalize("NFC", "Café"), unicodedata.normalize("NFD", "café")

    assert slug(composed) == slug(apart) == "cafe"
    assert slug(apart, slug(composed)) == "cafe-2"


def test_where_nothing_is_left_of_anything_it_is_a_page() -> None:
    assert slug("", otherwise="…") == "page"
    assert slug("…", "page", otherwise="") == "page-2"


@given(st.text(), st.text(), st.lists(st.text(max_size=3), max_size=5))
@example("nul", "", [])
@example("x" * 79 + " y", "", [])
@example("a" * 81, "", ["a" * 79])
def test_every_text_gives_a_slug_that_every_file_system_takes(title: str, otherwise: str, more: list[str]) -> None:
    taken: list[str] = []
    for one in (title, title.upper(), title, unicodedata.normalize("NFD", title), *more):
        made = make_slug(one, taken, otherwise=otherwise)
        assert SHAPE.fullmatch(made)
        assert len(made) <= MAX_CHARS
        assert made not in RESERVED
        assert made not in taken
        assert made == make_slug(one, list(taken), otherwise=otherwise)
        taken.append(made)
    check_paths(f"2026-W47/{one}/index.html" for one in taken)


@given(st.from_regex(SHAPE, fullmatch=True).filter(lambda one: len(one) <= MAX_CHARS and one not in RESERVED))
def test_a_slug_is_its_own_slug(made: str) -> None:
    assert make_slug(made, (), otherwise="") == made
