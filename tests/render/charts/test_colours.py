"""Colours of charts: seen on every ground of every look, and told apart in grey."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.check.style.colours import contrast as measured
from digest.check.style.colours import read_colour
from digest.render.charts.colours import LEAST, at_contrast, contrast, series_colours
from tests.render.charts.made import DAY, palettes

PALETTES = palettes()
COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@pytest.mark.parametrize("name", PALETTES)
def test_every_series_is_seen_on_the_paper_and_the_wash_of_every_look(name: str) -> None:
    palette = PALETTES[name]
    colours = series_colours(palette)

    assert len(set(colours)) == 6
    assert min(contrast(one, ground) for one in colours for ground in (palette.paper, palette.wash)) >= LEAST


@pytest.mark.parametrize("name", PALETTES)
def test_the_pattern_on_a_series_and_the_words_around_it_are_seen(name: str) -> None:
    palette = PALETTES[name]

    assert contrast(palette.ink, palette.paper) >= 4.5
    assert contrast(palette.muted, palette.paper) >= 4.5
    assert contrast(palette.muted, palette.wash) >= 4.5


def test_a_look_keeps_its_accent_if_that_is_seen() -> None:
    assert series_colours(DAY)[0] == DAY.accent
    assert series_colours(replace(DAY, accent="#ffee00"))[0] != "#ffee00"


@given(COLOURS, COLOURS, COLOURS)
def test_whatever_the_colours_of_a_theme_every_series_is_seen_where_that_is_possible(
    paper: str, wash: str, accent: str
) -> None:
    possible = any(min(contrast(end, paper), contrast(end, wash)) >= 8.5 for end in ("#000000", "#ffffff"))
    colours = series_colours(replace(DAY, paper=paper, wash=wash, accent=accent))

    assert not possible or min(contrast(one, ground) for one in colours for ground in (paper, wash)) >= LEAST


@given(COLOURS, COLOURS)
def test_a_colour_reaches_three_to_one_on_any_ground(colour: str, ground: str) -> None:
    assert contrast(at_contrast(colour, [ground], LEAST), ground) >= LEAST


@given(COLOURS, COLOURS)
def test_contrast_is_what_the_gate_measures(one: str, other: str) -> None:
    found = read_colour(one), read_colour(other)

    assert found[0]
    assert found[1]
    assert contrast(one, other) == pytest.approx(measured(found[0], found[1]))
