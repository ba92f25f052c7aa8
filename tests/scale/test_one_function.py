"""One process with a whole list and a worker with a part of it send by one function: who called it is written down."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.sending.brief import make_brief
from tests.bench.sending.letters import sink
from tests.scale.cluster import HOME, Company

PEOPLE = 700  # more than one batch of readers


def read(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def callers(calls: list[dict[str, Any]], called: str) -> Counter[tuple[str, str]]:
    """Who called it, and how often."""
    return Counter((one["file"], one["function"]) for one in calls if one["called"] == called)


def sent_by_range(calls: list[dict[str, Any]]) -> dict[tuple[int, int], int]:
    """How many each range of readers came to."""
    return {(one["lo"], one["hi"]): one["sent"] for one in calls if one["called"] == "deliver_range"}


def through_one_door(calls: list[dict[str, Any]]) -> int:
    """How many messages were handed over, each by the threads of a crew that ``deliver_range`` set to work."""
    assert set(callers(calls, "Crew.run")) == {("digest/deliver/delivery.py", "deliver_range")}
    handed = callers(calls, "Line.hand_over")
    assert set(handed) == {("digest/deliver/crew.py", "Crew._hand_over")}
    return handed.total()


def test_one_process_sends_its_list_by_deliver_range(tmp_path: Path) -> None:
    root, log, calls_file = tmp_path / "brief", tmp_path / "arrived", tmp_path / "calls"
    with sink(log=log) as port:
        issue = make_brief(root, port=port, connections=2, people=PEOPLE)
        words = [sys.executable, "-m", "tests.bench.scaling.watched", calls_file, "-C", root, "send", issue, "--yes"]
        done = subprocess.run(list(map(str, words)), cwd=HOME, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

    calls = read(calls_file)
    arrived = log.read_text().split()
    assert len(arrived) == PEOPLE
    assert callers(calls, "deliver_range") == {("digest/deliver/delivery.py", "deliver"): 1}
    assert sum(sent_by_range(calls).values()) == PEOPLE
    assert through_one_door(calls) == PEOPLE


def test_a_worker_sends_its_parts_by_the_same_function(found_company: Callable[..., Company], tmp_path: Path) -> None:
    one = found_company(PEOPLE, delay_ms=0)
    calls_file = tmp_path / "calls"
    one.hire(watched=calls_file)
    one.hand_over()
    found = one.wait_for_the_end()
    one.dismiss()

    calls = read(calls_file)
    assert (found.is_whole, found.arrived) == (True, PEOPLE)
    told = callers(calls, "deliver_range")
    assert {file for file, _ in told} == {"digest/scale/mailjobs.py"}
    assert told.total() >= 2  # a list is cut into batches
    assert sum(sent_by_range(calls).values()) == PEOPLE
    assert through_one_door(calls) == PEOPLE
