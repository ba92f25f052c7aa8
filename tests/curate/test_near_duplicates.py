"""On thousands of made pairs, and whatever the seed of Python's hashes is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from digest.curate.same import same_items
from tests.curate.near_duplicates import heap, score, sources_of
from tests.support.corpus import corpora

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, str(Path.cwd()))
from digest.curate.same import same_items
from tests.curate.making import BODY, SOURCES, entry
from tests.curate.lookalikes import TEMPLATES, release
from random import Random
random = Random(4)
made = [release(template, number, random) for template in TEMPLATES for number in range(12)]
entries = [entry(title, text=text, source_id=f"s{place % 5}") for place, (title, text) in enumerate(made)]
entries += [entry(one.title + " - Quay Wire", text=one.text + " Subscribe.", source_id="wire") for one in entries[::3]]
print([[e.id for e in group] for group in same_items(entries, sources=SOURCES)])
"""


def test_the_hash_seed_does_not_matter() -> None:
    told = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": seed}, cwd=ROOT, check=True, capture_output=True, text=True,
        ).stdout
        for seed in ("0", "1", "4711")
    }  # fmt: skip

    assert len(told) == 1
    assert "[[" in told.pop()


@pytest.mark.parametrize("seed", [1, 5])
def test_copies_are_found_and_lookalikes_left_apart(seed: int) -> None:
    made = heap(corpora(), seed=seed)
    entries = list(made.entries.values())

    told = score(made, same_items(entries, sources=sources_of(entries)))

    assert told["copies"] >= 1500
    assert told["lookalikes"] >= 1500
    assert told["precision"] >= 0.99
    assert told["recall"] >= 0.98
