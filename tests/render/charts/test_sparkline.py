"""The small picture beside a name."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from digest.render.charts.sparkline import sparkline


def test_columns_are_as_high_as_their_counts_and_the_last_is_at_the_right() -> None:
    assert re.findall(r"M(\d+),24v-([\d.]+)", sparkline([0, 5, 10])) == [("5", "11.0"), ("10", "22.0")]


def test_where_there_is_nothing_to_see_there_is_nothing() -> None:
    assert [sparkline(counts) for counts in ([], [3], [0, 0, 0])] == ["", "", ""]


def test_it_is_hidden_from_screen_readers_and_takes_the_colour_of_the_text() -> None:
    made = sparkline([1, 2])

    assert 'aria-hidden="true"' in made
    assert 'fill="currentColor"' in made


@given(st.lists(st.integers(0, 10**15), max_size=100))
def test_whatever_the_counts_it_stays_within_its_height(counts: list[int]) -> None:
    made = sparkline(counts)
    heights = [float(one) for one in re.findall(r"v-([\d.]+)", made)]

    assert all(1.5 <= one <= 22 for one in heights)
    assert len(heights) <= 60
    if made:
        ElementTree.fromstring(str(made))
