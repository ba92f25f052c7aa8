"""The server of the store dies and comes back: workers go on by themselves, and nobody is mailed twice or lost."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from digest.deliver.ledger import RANGE
from tests.scale.cluster import CONNECTIONS, Company

PEOPLE = 1500


@pytest.mark.parametrize("whom", ["a backend", "the postmaster"])
def test_the_server_is_killed_and_the_workers_live_on(found_company: Callable[..., Company], whom: str) -> None:
    one = found_company(PEOPLE)
    pair = [one.hire(), one.hire()]
    one.hand_over()
    one.wait_for(PEOPLE // 4)
    if whom == "a backend":
        pids = one.server.execute(
            f"SELECT pid FROM pg_stat_activity WHERE application_name = 'digest' AND datname = '{one.database}' LIMIT 1"
        )
        os.kill(pids[0][0], signal.SIGKILL)  # the postmaster ends all the others and starts anew
    else:
        one.server.stop(signal.SIGKILL)
        one.server.start()

    found = one.wait_for_the_end()
    assert (found.lost, found.doubled, found.invented) == (0, 0, 0), one.told()
    assert found.arrived > PEOPLE // 4  # somebody was mailed afterwards
    assert [each.poll() for each in pair] == [None, None], one.told()
    assert found.uncertain <= 4 * (RANGE + CONNECTIONS)  # of each batch in work, what was claimed at once
    assert one.dismiss() == [0, 0]


def test_the_server_is_restarted_in_order_and_hardly_anybody_is_in_doubt(found_company: Callable[..., Company]) -> None:
    one = found_company(PEOPLE)
    pair = [one.hire(), one.hire()]
    one.hand_over()
    one.wait_for(PEOPLE // 4)
    one.server.stop(signal.SIGINT)
    one.server.start()

    found = one.wait_for_the_end()
    assert (found.lost, found.doubled, found.invented) == (0, 0, 0), one.told()
    assert found.uncertain <= 4 * CONNECTIONS
    assert [each.poll() for each in pair] == [None, None], one.told()
    assert one.dismiss() == [0, 0]
