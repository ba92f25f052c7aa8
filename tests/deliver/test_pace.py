"""How fast messages leave: never faster than allowed, half as fast when the server says so, and slowly back."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.pace import BURST_S, DEAF_S, SLOWEST, Pace


@dataclass
class Watch:
    """A clock that goes when it is told to."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def leave(pace: Pace, clock: Watch, seconds: float) -> int:
    """How many messages leave in that time, when there is always another."""
    end, count = clock.now + seconds, 0
    while True:
        wait = pace.turn()
        if clock.now + wait >= end:
            clock.now = end
            return count
        clock.now += wait
        count += 1


def test_without_a_limit_nobody_waits() -> None:
    pace = Pace(0.0, monotonic=Watch())

    assert [pace.turn() for _ in range(1000)] == [0.0] * 1000


@given(st.floats(0.5, 500.0), st.lists(st.floats(0.0, 0.5), min_size=20, max_size=60))
def test_never_more_than_the_limit_and_a_small_burst(limit: float, late: list[float]) -> None:
    clock, left = Watch(), []
    pace = Pace(limit, monotonic=clock)
    for seconds in late:  # threads come late, or all at once
        clock.now += seconds
        left.append(clock.now + pace.turn())
    left.sort()

    for first in range(len(left)):
        for last in range(first + 1, len(left)):
            assert last - first <= limit * (left[last] - left[first] + BURST_S) + 1 + 1e-6


def test_half_as_many_leave_after_a_421_and_all_again_in_some_minutes() -> None:
    clock = Watch()
    pace = Pace(40.0, monotonic=clock)
    before = leave(pace, clock, 60)
    pace.slow()
    after = leave(pace, clock, 10)
    minutes = []
    for _ in range(9):
        minutes.append(pace.rate())
        leave(pace, clock, 60)

    assert 2350 <= before <= 2410
    assert 195 <= after <= 206
    assert all(later / earlier == pytest.approx(1.1) for earlier, later in itertools.pairwise(minutes[:7]))
    assert pace.rate() == 40.0, "and not above what digest.toml says"


def test_many_connections_that_hear_of_the_same_trouble_slow_once() -> None:
    clock = Watch()
    pace = Pace(40.0, monotonic=clock)
    for _ in range(8):
        pace.slow()
    assert pace.rate() == pytest.approx(20.0)
    clock.now += DEAF_S
    pace.slow()

    assert pace.rate() == pytest.approx(10.0, rel=0.02)


def test_it_never_comes_to_a_standstill() -> None:
    clock = Watch()
    pace = Pace(14.0, monotonic=clock)
    for _ in range(50):
        pace.slow()
        clock.now += DEAF_S

    assert pace.rate() >= SLOWEST
    slow = Pace(0.2, monotonic=clock)
    slow.slow()
    assert slow.rate() == pytest.approx(0.2), "who allows one in five seconds is not given less"


def test_without_a_limit_the_half_is_of_what_really_left_and_the_limit_goes_again() -> None:
    clock = Watch()
    pace = Pace(0.0, monotonic=clock)
    for _ in range(1000):
        pace.turn()
        clock.now += 0.01
    pace.slow()

    assert pace.rate() == pytest.approx(50.0, rel=0.01)
    clock.now += 8 * 60
    assert pace.rate() == float("inf")
    assert pace.turn() == 0.0


def test_who_is_to_stop_does_not_wait() -> None:
    pace, stop = Pace(0.001), threading.Event()
    pace.wait(stop)
    stop.set()

    pace.wait(stop)  # would take a quarter of an hour
