"""The benchmark of long lists runs and says what it is asked for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def test_it_names_what_it_measures() -> None:
    done = subprocess.run(
        [sys.executable, "tests/bench/people.py", "--people", "2000", "--json"],
        cwd=Path(__file__).parents[1], check=False, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)

    assert set(told) >= {"import_s", "import_mb", "freeze_s", "export_s"}
    assert all(value > 0 for name, value in told.items() if name not in {"load", "freeze_s"})
