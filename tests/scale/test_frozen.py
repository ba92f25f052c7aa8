"""A worker sleeps past the time after which it is taken for dead: woken, it sends nothing that another took over."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from tests.scale.cluster import CONNECTIONS, Company


def test_a_worker_that_slept_sends_nothing_that_another_took_over(found_company: Callable[..., Company]) -> None:
    one = found_company(1500)
    first = one.hire()
    one.hand_over()
    one.freeze(first)
    second = one.hire()
    one.wait_until(lambda: not one.at_work(first), why="the other has taken over what it holds")
    left = one.people - one.received()
    first.send_signal(signal.SIGCONT)

    found = one.wait_for_the_end()
    assert left > 0, "it slept over the end"
    assert (found.lost, found.doubled, found.invented) == (0, 0, 0), one.told()
    assert 0 < found.uncertain <= CONNECTIONS
    assert second.poll() is None
    assert first.poll() is None, one.told()  # it works on, with what is not another's
    assert one.dismiss() == [0, 0]


def test_one_that_slept_over_the_end_wakes_to_nothing(found_company: Callable[..., Company]) -> None:
    one = found_company(800)
    first = one.hire()
    one.hand_over()
    one.freeze(first)
    one.hire()
    one.wait_for_the_end()
    before = one.received()
    first.send_signal(signal.SIGCONT)
    # What it had on the wire may still arrive; it began none after it woke.
    assert one.dismiss() == [0, 0], one.told()
    found = one.found()
    assert (found.lost, found.doubled, found.invented) == (0, 0, 0), one.told()
    assert found.arrived - before <= CONNECTIONS


@pytest.mark.long
def test_one_that_sleeps_in_the_middle_of_a_transaction_does_not_hold_up_the_others(
    found_company: Callable[..., Company],
) -> None:
    """The server breaks off a transaction that says nothing for 20 s; until then its rows are locked."""
    one = found_company(1500)
    first = one.hire()
    one.hand_over()
    one.freeze(first, in_transaction=True)
    one.hire()
    found = one.wait_for_the_end()  # although it never wakes
    assert (found.lost, found.doubled, found.invented) == (0, 0, 0), one.told()
    assert found.uncertain <= CONNECTIONS

    first.send_signal(signal.SIGCONT)
    assert one.dismiss() == [0, 0], one.told()
    assert one.found() == found
