"""Colours are read as mails write them, and measured as WCAG says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.check.style.colourformat import colour_format
from digest.check.style.colours import BLACK, WHITE, Colour, contrast, legacy_colour, read_colour, readable
from tests.check.stylemails import letter, said, styled, tagged

PART = st.integers(0, 255).map(float)
COLOUR = st.builds(Colour, PART, PART, PART, st.just(1.0))


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("#1b1f24", (27, 31, 36, 1)),
        ("#ABC", (170, 187, 204, 1)),
        ("#00000080", (0, 0, 0, 128 / 255)),
        ("red", (255, 0, 0, 1)),
        ("rgb(1, 2, 3)", (1, 2, 3, 1)),
        ("rgb(1 2 3 / 50%)", (1, 2, 3, 0.5)),
        ("hsl(0, 100%, 50%)", (255, 0, 0, 1)),
        ("transparent", (0, 0, 0, 0)),
        ("currentcolor", None),
        ("#12345", None),
        ("blakc", None),
        ("oklch(50% 0.1 20)", None),
        ("", None),
    ],
)
def test_a_colour_is_read(text: str, colour: tuple[float, ...] | None) -> None:
    assert read_colour(text) == (colour if colour is None else pytest.approx(colour))


def test_an_attribute_may_leave_the_hash_out() -> None:
    assert legacy_colour("ffffff") == WHITE
    assert legacy_colour("white") == WHITE


@pytest.mark.parametrize(
    ("text", "ground", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),  # WCAG 2.2, definition of the ratio
        ("#777777", "#ffffff", 4.478),  # the grey that WebAIM's and the W3C's pages give as just too light
        ("#767676", "#ffffff", 4.542),  # and the lightest that passes
        ("#949494", "#ffffff", 3.033),  # the lightest for large text
        ("#ff0000", "#ffffff", 3.998),
        ("#0000ff", "#ffffff", 8.592),
        ("#ffffff", "#ffffff", 1.0),
    ],
)
def test_contrast_is_that_of_wcag(text: str, ground: str, ratio: float) -> None:
    one, other = read_colour(text), read_colour(ground)

    assert one is not None
    assert other is not None
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.001)


@given(COLOUR, COLOUR)
def test_a_better_colour_passes_and_is_there_for_every_ground(text: Colour, ground: Colour) -> None:
    better = readable(text, ground, 4.5)

    assert better is not None
    assert contrast(better, ground) >= 4.5
    assert contrast(text, ground) < 4.5 or better == text


def test_what_is_half_seen_is_mixed_with_its_ground() -> None:
    assert Colour(0, 0, 0, 0.5).over(WHITE).hex == "#808080"
    assert Colour(0, 0, 0).over(WHITE) == BLACK


@pytest.mark.parametrize(
    ("style", "found"),
    [
        ("color:#1b1f24;background:#ffffff;border:1px solid #cccccc", []),
        ("background-color:transparent;color:inherit;border:0 none", []),
        ("font-family:'Red Hat', Tan, sans-serif;background-image:url(red.png)", []),
        ("color:rgb(1, 2, 3)", [(2, True)]),
        ("border:1px solid red", [(2, True)]),
        ("color:currentColor", [(2, True)]),
        ("color:rgb(1 2 3)", [(2, False)]),
        ("background:rgba(0, 0, 0, .5)", [(2, False)]),
        ("color:hsl(1, 2%, 3%)", [(2, False)]),
        ("color:oklch(50% 0.1 20)", [(2, False)]),
        ("color:color-mix(in srgb, #111111, #222222)", [(2, False)]),
        ("color:#11223344", [(2, False)]),
        ("color:#12345", [(2, False)]),
        ("color:blakc", [(2, False)]),
    ],
)
def test_how_a_colour_is_written(style: str, found: list[tuple[int, bool]]) -> None:
    assert said(colour_format, tagged(style)) == found


def test_a_colour_that_gmail_drops_the_sheet_for_is_told_in_the_sheet() -> None:
    assert said(
        colour_format, styled("a { margin: 0 }\n@media (prefers-color-scheme: dark) { a { color: lab(50% 1 2) } }")
    ) == [(4, False)]


@pytest.mark.parametrize(
    ("tag", "found"),
    [('<td bgcolor="#ffffff">', []), ('<td bgcolor="#fff">', [(1, True)]), ('<td bgcolor="white">', [(1, True)]),
     ('<font color="#ffg000">', [(1, False)]), ('<meta name="theme" color="x">', [])],
)  # fmt: skip
def test_how_a_colour_is_written_in_an_attribute(tag: str, found: list[tuple[int, bool]]) -> None:
    assert said(colour_format, letter(f"<table><tr>{tag}x")) == found
