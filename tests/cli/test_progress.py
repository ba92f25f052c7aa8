"""The numbers beside the bar, told the time instead of waiting for it."""

from __future__ import annotations

import pytest

from digest.cli.progress import LINE_S, WINDOW_S, Meter, Pulse, lasting


def steady(meter: Meter, *, per_second: int, from_s: float, seconds: float) -> float:
    """Messages that come evenly; says when the last one came."""
    moment_s = from_s
    for number in range(1, round(per_second * seconds) + 1):
        moment_s = from_s + number / per_second
        meter.add("sent", moment_s=moment_s)
    return moment_s


def test_the_rate_is_that_of_the_last_seconds_and_the_time_left_follows_from_it() -> None:
    meter = Meter(30_000, begun_s=100.0)
    then_s = steady(meter, per_second=1000, from_s=100.0, seconds=12)
    assert meter.per_second(moment_s=then_s) == pytest.approx(1000, rel=0.05)
    assert meter.left_s(moment_s=then_s) == pytest.approx(18, rel=0.05)

    later_s = steady(meter, per_second=50, from_s=then_s, seconds=15)
    assert meter.per_second(moment_s=later_s) == pytest.approx(50, rel=0.05), "the fast beginning is forgotten"


def test_a_sending_that_stands_still_says_so() -> None:
    meter = Meter(100, begun_s=0.0)
    then_s = steady(meter, per_second=10, from_s=0.0, seconds=5)

    assert meter.per_second(moment_s=then_s + 3 * WINDOW_S) < 1
    assert meter.left_s(moment_s=then_s + 10_000) is None or meter.left_s(moment_s=then_s + 10_000) > 1000  # type: ignore[operator]


def test_before_anything_has_happened_nobody_can_tell() -> None:
    meter = Meter(100, begun_s=0.0)

    assert meter.per_second(moment_s=0.0) == 0.0
    assert meter.left_s(moment_s=0.0) is None
    assert meter.line(moment_s=0.0) == "0 of 100 (0 %), 0.0/s"
    assert Meter(0, begun_s=0.0).line(moment_s=1.0) == "0 of 0, 0.0/s"


def test_what_goes_wrong_is_counted_as_it_comes() -> None:
    meter = Meter(40, begun_s=0.0)
    for state in ("sent", "deferred", "failed", "deferred", "uncertain", *["sent"] * 15):
        meter.add(state, moment_s=2.0)

    assert meter.line(moment_s=2.0) == "20 of 40 (50 %), 10/s, 2 s left, 2 deferred, 1 failed, 1 uncertain"


def test_more_outcomes_than_were_expected_do_no_harm() -> None:
    meter = Meter(2, begun_s=0.0)
    for _ in range(5):
        meter.add("sent", moment_s=1.0)

    assert meter.left_s(moment_s=1.0) == 0


def test_a_line_comes_with_each_tenth_and_at_least_every_half_minute() -> None:
    meter, pulse = Meter(100, begun_s=0.0), Pulse(begun_s=0.0)
    said = []
    for second in range(1, 101):
        meter.add("sent", moment_s=second * 2.0)
        if pulse.beats(meter, moment_s=second * 2.0):
            said.append(meter.done)
    slow, sluggish = Meter(1000, begun_s=0.0), Pulse(begun_s=0.0)
    slow.add("sent", moment_s=LINE_S - 1)
    early = sluggish.beats(slow, moment_s=LINE_S - 1)

    assert said == list(range(10, 101, 10))
    assert not early
    assert sluggish.beats(slow, moment_s=LINE_S)


def test_a_sending_of_a_moment_says_nothing() -> None:
    meter, pulse = Meter(10, begun_s=0.0), Pulse(begun_s=0.0)
    beats = []
    for number in range(10):
        meter.add("sent", moment_s=number / 100)
        beats.append(pulse.beats(meter, moment_s=number / 100))

    assert not any(beats)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.4, "0 s"),
        (35, "35 s"),
        (59.6, "1 min 00 s"),
        (250, "4 min 10 s"),
        (3599.7, "1 h 00 min"),
        (7500, "2 h 05 min"),
    ],
)
def test_a_time_is_told_in_two_units_at_most(seconds: float, said: str) -> None:
    assert lasting(seconds) == said
