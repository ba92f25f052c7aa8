"""Workers share a mailing, and do no more at once than digest.toml allows. How fast, tests/bench/scale.py says."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.scale.cluster import HOME, Company

_AT_ONCE = """
    SELECT count(*) FROM spans AS one JOIN spans AS other
    ON one.job_id < other.job_id AND one.began < other.ended AND other.began < one.ended
"""
_SPANS = """
    WITH spans AS (
        SELECT job_id, min(at) FILTER (WHERE type = 'started') AS began,
            max(at) FILTER (WHERE type = 'succeeded') AS ended
        FROM procrastinate_events JOIN procrastinate_jobs AS jobs ON jobs.id = job_id
        WHERE queue_name = 'mail' GROUP BY job_id
    )
"""


def test_two_workers_share_one_mailing(found_company: Callable[..., Company]) -> None:
    one = found_company(2000, delay_ms=5)
    pair = [one.hire(), one.hire()]
    one.wait_until(lambda: all(map(one.has_begun, pair)), why="both have begun")
    one.hand_over()
    found = one.wait_for_the_end()

    assert (found.is_whole, found.arrived, found.uncertain) == (True, 2000, 0), one.told()
    senders = {owner.split(":")[1] for (owner,) in one.ask("SELECT DISTINCT owner FROM delivery")}
    assert senders == {str(each.pid) for each in pair}
    assert one.ask(_SPANS + _AT_ONCE)[0][0] > 0  # side by side


def test_all_workers_together_keep_to_the_batches_that_are_allowed_at_once(
    found_company: Callable[..., Company],
) -> None:
    one = found_company(2000, delay_ms=2, mail_at_once=1)
    pair = [one.hire(), one.hire()]
    one.wait_until(lambda: all(map(one.has_begun, pair)), why="both have begun")
    one.hand_over()
    found = one.wait_for_the_end()

    assert (found.is_whole, found.arrived, found.uncertain) == (True, 2000, 0), one.told()
    assert one.jobs("mail") == {"succeeded": 4}
    assert one.ask(_SPANS + _AT_ONCE)[0][0] == 0


@pytest.mark.long
def test_the_benchmark_prints_what_it_promises_and_finds_nobody_lost_or_doubled() -> None:
    few = ("--people", "3000", "--kills", "5", "--rounds", "1", "--waiting", "20000")
    parts = [
        word for part in ("kills", "backend", "postmaster", "frozen", "rates", "queue") for word in ("--only", part)
    ]
    done = subprocess.run(
        [sys.executable, "tests/bench/scale.py", *few, *parts, "--json"],
        cwd=HOME, check=False, capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])

    assert told["kills"] == 5
    wrong = ("lost", "doubled", "jobs_left")
    for part in ("", "backend_", "postmaster_", "frozen_"):
        assert [told[f"{part}{name}"] for name in wrong] == [0, 0, 0], part
    assert told["held_per_kill"] <= 8
    assert min(told[name] for name in ("send_per_s_1", "send_per_s_2", "speedup", "queue_slowdown")) > 0
