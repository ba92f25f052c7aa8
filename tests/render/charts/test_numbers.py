"""Numbers as people write them, as files do, and the steps of an axis."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.render.charts.numbers import MOST, plainly, shortly, spoken, steps


@pytest.mark.parametrize(
    ("language", "number", "share", "short"),
    [
        ("en", "1,234.5", "12.5%", "1.2M"),
        ("de", "1.234,5", "12,5\u00a0%", "1,2\u00a0Mio."),
        ("fr", "1\u202f234,5", "12,5\u00a0%", "1,2\u00a0M"),
        ("zh-Hans", "1,234.5", "12.5%", "123.5万"),
        ("tlh", "1,234.5", "12.5%", "1.2M"),
    ],
)
def test_a_number_is_written_as_the_language_writes_it(language: str, number: str, share: str, short: str) -> None:
    assert spoken(1234.5, language) == number
    assert spoken(12.5, language, percent=True).replace("\u202f", "\u00a0") == share
    assert shortly(1_234_567, language) == short


def test_a_change_has_its_sign_and_nothing_has_none() -> None:
    assert [spoken(value, "en", signed=True) for value in (3, -4, 0, -0.0, None)] == ["+3", "−4", "0", "0", ""]


def test_a_file_has_a_point_and_no_sign_for_thousands() -> None:
    assert [plainly(value) for value in (1234.5, 1e15, -0.0, 0.1 + 0.2, None)] == [
        "1234.5", "1000000000000000", "0", "0.3", "",
    ]  # fmt: skip


@given(st.floats(-MOST, 0), st.floats(0, MOST), st.booleans())
def test_the_steps_of_an_axis_are_even_few_and_reach_over_all_numbers(low: float, high: float, whole: bool) -> None:
    found = steps(low, high, whole=whole)
    gaps = {round(two - one, 6) for one, two in itertools.pairwise(found)}

    assert 2 <= len(found) <= 8
    assert max(gaps) - min(gaps) <= max(gaps) * 1e-6
    assert min(gaps) > 0
    less = 1e-6 + (high - low) * 1e-8  # than anybody sees
    assert found[0] <= low + less
    assert found[-1] >= high - less
    assert 0 in found
    assert not whole or all(step == int(step) for step in found)


def test_what_is_counted_has_no_halves() -> None:
    assert steps(0, 2, whole=True) == (0, 1, 2)
    assert steps(0, 2, whole=False) == (0, 0.5, 1, 1.5, 2)
