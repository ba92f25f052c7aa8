"""Workers are killed, dismissed and joined in mid-mailing: nobody is lost or doubled, hardly anybody is held."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.scale.cluster import CONNECTIONS, Company, address

Found = Callable[..., Company]


def test_two_workers_are_killed_again_and_again(found_company: Found) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    dice, people, kills = random.Random(seed), 1500, 4
    one = found_company(people)
    pair = [one.hire(), one.hire()]
    one.hand_over()
    for number in range(kills):
        one.wait_for(dice.randint(1, people // (kills + 1)) + people * number // (kills + 1))
        place = dice.choice([at for at in range(2) if one.at_work(pair[at])] or [0, 1])
        one.kill(pair[place])
        pair[place] = one.hire()

    found = one.wait_for_the_end()
    assert (found.lost, found.doubled, found.invented) == (0, 0, 0), one.told()
    assert max(one.held) <= CONNECTIONS
    assert found.uncertain <= sum(one.held)
    assert one.dismiss() == [0, 0]


def test_both_are_killed_at_once_and_whoever_comes_next_goes_on(found_company: Found) -> None:
    one = found_company(800)
    pair = [one.hire(), one.hire()]
    one.hand_over()
    one.wait_for(200)
    for each in pair:
        one.kill(each)
    assert one.received() < one.people, "it was over before they were killed"

    one.hire()
    found = one.wait_for_the_end()
    assert (found.lost, found.doubled, found.invented) == (0, 0, 0), one.told()
    assert found.uncertain <= sum(one.held) <= 2 * CONNECTIONS


def test_a_worker_that_is_asked_to_end_leaves_nobody_in_doubt_and_its_batches_to_another(found_company: Found) -> None:
    one = found_company(1500)
    first = one.hire()
    one.hand_over()
    one.wait_for(200)

    assert one.dismiss(first) == [0], one.told()
    left = one.states()
    assert one.received() == left["sent"] < one.people
    assert left.get("queued", 0) == one.people - left["sent"], left  # none claimed, none in doubt
    assert one.jobs("mail").get("doing", 0) == 0

    one.hire()
    found = one.wait_for_the_end()
    assert (found.is_whole, found.uncertain, found.arrived) == (True, 0, one.people), one.told()


def test_an_interrupted_worker_ends_in_order_too(found_company: Found) -> None:
    one = found_company(600)
    pair = [one.hire(), one.hire()]
    one.hand_over()
    one.wait_for(100)
    assert one.dismiss() == [0, 0], one.told()
    assert one.states().get("uncertain", 0) == 0
    assert one.states().keys() <= {"sent", "queued"}
    assert [each.returncode for each in pair] == [0, 0]


def test_a_sender_of_the_same_issue_is_turned_away_or_shares_and_harms_nothing(found_company: Found) -> None:
    one = found_company(1500)
    one.hire()
    one.hire()
    one.hand_over()
    one.wait_for(100)
    beside = one.digest("send", one.issue, "--yes")

    assert beside.returncode in {0, 1, 3}, beside.stderr
    assert "Traceback" not in beside.stderr
    found = one.wait_for_the_end()
    assert (found.is_whole, found.uncertain, found.arrived) == (True, 0, one.people), one.told()


def test_handed_over_twice_it_is_mailed_once(found_company: Found) -> None:
    one = found_company(800, delay_ms=1)
    one.hire()
    one.hire()
    one.hand_over()
    one.digest("send", one.issue, "--workers", "--yes")
    found = one.wait_for_the_end()
    assert (found.is_whole, found.uncertain, found.arrived) == (True, 0, one.people), one.told()


def test_a_reader_who_leaves_meanwhile_is_not_mailed(found_company: Found) -> None:
    one = found_company(1200, delay_ms=20)
    leaving = address(one.people)
    one.hire()
    one.hire()
    one.hand_over()
    one.wait_for(50)
    done = one.digest("subscribers", "remove", leaving)
    assert done.returncode == 0, done.stderr
    assert leaving not in one.log.read_text("ascii").split(), "they had it before they left"

    found = one.wait_for_the_end()
    assert found.states == {"sent": one.people - 1, "suppressed": 1}
    assert leaving not in one.log.read_text("ascii").split()
