"""The benchmarks of sending run and say what they are asked for; and a small round of kills loses nobody."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.bench.sending.victim import POINTS, end_of_commit

ROOT = Path(__file__).parents[1]


def bench(name: str, *arguments: object) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, f"tests/bench/{name}", *map(str, arguments), "--json"],
        cwd=ROOT, check=False, capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.skipif(importlib.util.find_spec("aiosmtplib") is None, reason="needs aiosmtplib, to compare with")
def test_the_race_names_what_it_measures() -> None:
    told = bench("send.py", "--seconds", 0.3, "--rounds", 1, "--people", 500)

    assert set(told) >= {
        "send_per_s", "send_vs_smtplib8", "send_20ms_vs_aiosmtplib32", "splice_per_s",
        "splice_vs_emailmessage", "rss_mb",
    }  # fmt: skip
    assert all(value > 0 for name, value in told.items() if name != "load")


def test_a_sender_killed_at_each_point_and_at_random_loses_and_doubles_nobody() -> None:
    told = bench("kill.py", "--only", "one", "--people", 600, "--kills", 2)

    assert told["kills"] >= len(POINTS)
    assert (told["lost"], told["doubled"], told["torn"]) == (0, 0, 0)
    assert 1 <= told["held_per_kill"] <= 8


def test_nor_do_two_at_once_a_fetch_beside_it_a_full_disk_and_a_power_cut() -> None:
    trials = ("two", "fetch", "disk", "power")
    only = [word for trial in trials for word in ("--only", trial)]
    few = ("--people", 600, "--kills", 1, "--points", 2, "--stops", 2, "--power-cuts", 1, "--feeds", 3)
    told = bench("kill.py", *only, *few)

    for trial in trials:
        assert [told[f"{trial}_{name}"] for name in ("lost", "doubled", "torn")] == [0, 0, 0], trial
        assert told[f"{trial}_held_per_kill"] <= (200 if trial == "power" else 8), trial
    assert told["fetch_entries"] > 0  # it wrote
    assert told["disk_stops"] + told["disk_kills"] >= 2
    assert told["power_held_per_kill"] > 8  # what was cut off was missed


def test_the_end_of_a_commit_is_found_in_a_log() -> None:
    def page(last: int) -> bytes:
        return (7).to_bytes(4, "big") + last.to_bytes(4, "big") + bytes(16 + 512)

    log = bytes(8) + (512).to_bytes(4, "big") + bytes(20) + page(0) + page(2) + page(0) + page(3)

    assert [end_of_commit(log, start) for start in (0, 32, 32 + 2 * 536)] == [32 + 2 * 536, 32 + 2 * 536, 32 + 4 * 536]
