"""A publishing that is killed, wherever: what is on disk then holds, and the next run completes it.

Killed by SIGKILL, in a process of its own: before each of its changes to the disk, and at moments nobody chose.
"""

from __future__ import annotations

import random
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.archive.smallsite import Small, every_file, faults, html, publish
from tests.support.killing import killed

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no fork")
FOREIGN = {"CNAME": b"brief.example", ".well-known/security.txt": b"Contact: editor"}


def plant(site: Path) -> None:
    for path, data in FOREIGN.items():
        (site / path).parent.mkdir(exist_ok=True)
        (site / path).write_bytes(data)


SITE = Small({"2026-W45": ("grain", "cables"), "2026-W46": ("grain",)})
MORE = Small({**SITE.issues, "2026-W47": ("grain", "tides")}, sections=("world", "energy"))
OTHER = Small({"2026-W45": ("grain",), "2026-W48": ("tides",)}, sections=("energy",), look="loud", leaf="faint")
LOUD = replace(SITE, look="loud", leaf="loud")
MOVED = replace(SITE, extra={"a/index.html": html("deep", ["../index.html"]), "b": html("flat", [])})
MOVED_ON = replace(SITE, extra={"a": "flat", "b/index.html": html("deep", ["../index.html", "../a"])})

NOTHING = Small({}, sections=())

STEPS = {
    "the first": (None, SITE, SITE),
    "the first, and then all goes": (None, SITE, NOTHING),
    "one more issue": (SITE, MORE, MORE),
    "one more issue, and then it is withdrawn": (SITE, MORE, SITE),
    "issues go": (MORE, SITE, SITE),
    "everything changes": (MORE, OTHER, OTHER),
    "another style": (SITE, LOUD, LOUD),
    "another style, and then the old one": (SITE, LOUD, SITE),
    "files and folders change places": (MOVED, MOVED_ON, MOVED_ON),
    "all goes": (MORE, NOTHING, NOTHING),
}
"""What is there before, what the run that is killed is to make of it, and what the next."""


@pytest.mark.parametrize("step", STEPS)
def test_killed_before_any_change_to_the_disk_every_page_is_whole_and_every_link_resolves(
    tmp_path: Path, step: str
) -> None:
    before, after, then = STEPS[step]
    publish(tmp_path / "fresh", then)
    fresh = every_file(tmp_path / "fresh" / "site")
    work = tmp_path / "work"
    count = 0
    going = True
    while going:
        count += 1
        if before:
            publish(work, before)
            plant(work / "site")
        going = killed(lambda: publish(work, after), before_change=count)
        assert faults(work / "site") == [], count
        assert not before or FOREIGN.items() <= every_file(work / "site").items()
        publish(work, then)
        assert every_file(work / "site") == fresh | (FOREIGN if before else {}), count
        assert not list(work.rglob("*.part"))
        assert not [one for one in (work / "site").rglob("*") if one.is_dir() and not any(one.iterdir())]
        assert publish(work, then) == []
        shutil.rmtree(work)

    assert count > 25


def test_killed_at_moments_nobody_chose(tmp_path: Path) -> None:
    chance = random.Random(8)
    many = Small({f"2026-W{week}": ("grain", "cables", "tides") for week in range(10, 26)}, sections=("world",))
    states = [many, replace(many, look="loud", words="No."), Small(dict(list(many.issues.items())[5:]), leaf="faint")]
    publish(tmp_path, many)
    plant(tmp_path / "site")
    started = time.monotonic()
    publish(tmp_path, states[1])
    whole = time.monotonic() - started
    kills = 0
    for _ in range(50):
        target = chance.choice(states)
        kills += killed(lambda target=target: publish(tmp_path, target), after_s=chance.random() * whole)  # type: ignore[misc]
        assert faults(tmp_path / "site") == []
        assert FOREIGN.items() <= every_file(tmp_path / "site").items()
    publish(tmp_path, many)
    publish(tmp_path / "fresh", many)

    assert every_file(tmp_path / "site") == every_file(tmp_path / "fresh" / "site") | FOREIGN
    assert kills > 10


names = st.sampled_from(["2026-W45", "2026-W46", "2026-W47", "2026-W48"])
stories = st.lists(st.sampled_from(["grain", "tides", "cables"]), unique=True).map(tuple)
sites = st.builds(
    Small,
    issues=st.dictionaries(names, stories, max_size=3),
    sections=st.sampled_from([(), ("world",), ("world", "energy")]),
    look=st.sampled_from(["calm", "loud"]),
    leaf=st.sampled_from(["calm", "bold"]),
    words=st.sampled_from(["Ministers agree.", "Ministers do not."]),
    extra=st.sampled_from(
        [{}, {"a": "flat"}, {"a/index.html": html("deep", ["../index.html", "../2026-W45/index.html"])}]
    ),
)


@pytest.mark.parametrize("examples", [20, pytest.param(400, marks=pytest.mark.long)])
def test_pages_come_change_and_go_and_runs_are_killed(tmp_path: Path, examples: int) -> None:
    class Archive(RuleBasedStateMachine):
        """One folder; a publishing that is killed may be followed by one of another site."""

        folder: Path
        count = 0

        @initialize()
        def begin(self) -> None:
            Archive.count += 1
            self.folder = tmp_path / str(Archive.count)
            self.foreign: dict[str, bytes] = {}

        @rule(site=sites, change=st.integers(1, 120))
        def publish_and_be_killed(self, site: Small, change: int) -> None:
            killed(lambda: publish(self.folder, site), before_change=change)

        @rule(site=sites)
        def publish_whole(self, site: Small) -> None:
            publish(self.folder, site)
            fresh = self.folder / "fresh"
            publish(fresh, site)
            assert every_file(self.folder / "site") == every_file(fresh / "site") | self.foreign
            assert publish(self.folder, site) == []
            shutil.rmtree(fresh)

        @rule()
        def put_something_foreign_there(self) -> None:
            if (self.folder / "site").exists():
                plant(self.folder / "site")
                self.foreign = FOREIGN

        @invariant()
        def every_page_is_whole_and_every_link_resolves(self) -> None:
            assert faults(self.folder / "site") == []
            assert self.foreign.items() <= every_file(self.folder / "site").items()

        def teardown(self) -> None:
            shutil.rmtree(self.folder, ignore_errors=True)

    run_state_machine_as_test(
        Archive,
        settings=settings(
            max_examples=examples, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
