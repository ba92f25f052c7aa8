"""The benchmarks of sending run and say what they are asked for; and a small round of kills loses nobody."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


def bench(name: str, *arguments: object) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, f"tests/bench/{name}", *map(str, arguments), "--json"],
        cwd=ROOT, check=False, capture_output=True, text=True, timeout=300,
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
    assert all(value > 0 for value in told.values())


def test_a_sender_killed_at_each_point_and_at_random_loses_and_doubles_nobody() -> None:
    told = bench("kill.py", "--people", 900, "--kills", 3, "--power-cuts", 1, "--kilobytes", 3)

    assert told["kills"] >= 10
    assert (told["lost"], told["doubled"], told["torn"]) == (0, 0, 0)
    assert told["held_per_kill"] <= 8
    assert (told["power_lost"], told["power_doubled"]) == (0, 0)
    assert told["power_held"] <= 200
