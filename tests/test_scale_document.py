"""docs/scale.md says what its own costs say: every table is worked out again, and what it names is there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from math import inf, isclose
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.ledger import LAST
from digest.scale.feedjobs import MOST_OUT
from tests.bench.growing.document import costs_of, told, updated
from tests.bench.growing.entries import parabola, slope
from tests.bench.growing.forecast import Plant, Unit, circulation, connections_for, forecast, workers_for
from tests.bench.growing.tables import TABLES, Relay, duration, size
from tests.support.postgres import binary

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs" / "scale.md").read_text("utf-8")
COSTS = costs_of(DOCUMENT)
MESSAGE = Unit(worker_us=400.0, database_us=200.0, log_bytes=1000.0, trips=1.2)


# --- the document -------------------------------------------------------------------------------------------------


def test_every_table_follows_from_the_costs_that_stand_above_it() -> None:
    assert updated(DOCUMENT, {}) == DOCUMENT


def test_no_table_is_left_out() -> None:
    assert set(re.findall(r"<!-- growth: (\w+) -->", DOCUMENT)) == set(TABLES)


def test_a_cost_that_is_changed_changes_the_tables_and_nothing_else() -> None:
    changed = updated(DOCUMENT, {"recipient_pg_bytes": COSTS["recipient_pg_bytes"] * 1000})

    other = [line for line, was in zip(changed.split("\n"), DOCUMENT.split("\n"), strict=True) if line != was]
    assert len(other) > 5
    assert all(line.startswith("|") for line in other)


def test_every_cost_was_measured() -> None:
    assert len(COSTS) > 50
    assert [name for name, value in COSTS.items() if value == 0 and "percent" not in name] == []


def test_the_errors_of_the_forecast_are_those_of_the_numbers_beside_them() -> None:
    for trial in ("send", "worker_1", "worker_2"):
        wrong = COSTS[f"trial_{trial}_forecast_per_s"] / COSTS[f"trial_{trial}_per_s"] - 1

        assert isclose(100 * wrong, COSTS[f"trial_{trial}_error_percent"], abs_tol=1.0), trial


def test_the_sum_for_drafts_says_what_the_document_says_it_does() -> None:
    def sum_of(entries: float) -> float:
        return entries * (COSTS["entry_us_draft"] + entries * COSTS["entry_us_draft_million"])  # millions

    assert isclose(sum_of(0.2) / sum_of(0.1), COSTS["draft_beyond_times_forecast"], rel_tol=0.01)
    for entries in (1000, 10_000, 100_000):
        assert isclose(sum_of(entries / 1e6), COSTS[f"draft_{entries}_s"], rel_tol=0.03), entries


def test_every_file_that_is_linked_is_there_and_every_heading() -> None:
    headings = {
        re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in DOCUMENT.splitlines()
        if line.startswith("#")
    }
    for target in re.findall(r"\]\(([^)]+)\)", DOCUMENT):
        if target.startswith("#"):
            assert target[1:] in headings, target
        elif "://" not in target:
            path, _, anchor = target.partition("#")
            linked = ROOT / "docs" / path
            assert linked.is_file(), target
            assert not anchor or anchor.replace("-", " ") in linked.read_text("utf-8").lower(), target
        else:
            assert target.startswith("https://"), target


def test_the_limits_that_it_names_are_those_of_the_code() -> None:
    assert f"{LAST:,} readers" in DOCUMENT
    assert f"at most {MOST_OUT:,} feeds at a time" in DOCUMENT
    assert f"{MOST_OUT * 60 / 1e6:.1f} million an hour" in DOCUMENT


def test_it_names_no_place_of_the_machine_it_was_measured_on() -> None:
    assert not re.search(r"/(?:work|home|root|tmp)/", DOCUMENT)


# --- the forecast -------------------------------------------------------------------------------------------------


def test_one_connection_alone_takes_as_long_as_its_parts() -> None:
    plant = Plant(workers=1, connections=1, reply_s=0.02, database_cores=1)

    assert isclose(1 / circulation(MESSAGE, plant), 1.2 * 0.02 + 600e-6)


def test_connections_that_wait_for_nothing_but_answers_add_up() -> None:
    far = Plant(workers=2, connections=8, reply_s=10.0)

    assert isclose(circulation(MESSAGE, far), 16 / 12.0, rel_tol=0.001)


def test_more_connections_than_a_core_has_time_for_bring_what_the_core_can_do() -> None:
    near = Plant(workers=1, connections=400, reply_s=0.001, database_cores=4)

    assert isclose(circulation(MESSAGE, near), 1e6 / 400, rel_tol=0.01)


@pytest.mark.parametrize(
    ("plant", "bound"),
    [
        (Plant(workers=1, connections=8, reply_s=0.02), "connections"),
        (Plant(workers=1, connections=200, reply_s=0.02), "workers' CPU"),
        (Plant(workers=40, connections=32, reply_s=0.02), "database's CPU"),
        (Plant(workers=40, connections=32, reply_s=0.02, relay_per_s=14), "relay"),
        (Plant(workers=40, connections=32, reply_s=0.02, log_bytes_per_s=1e6), "database's log"),
        (Plant(workers=4, connections=200, reply_s=0.02, shared_cores=2), "shared cores"),
    ],
)
def test_the_narrowest_place_is_named(plant: Plant, bound: str) -> None:
    assert forecast(1000, MESSAGE, plant).bound == bound


def test_a_rate_is_never_above_what_the_mail_server_takes() -> None:
    told_of = forecast(1400, MESSAGE, Plant(workers=8, connections=32, reply_s=0.02, relay_per_s=14), before_s=5)

    assert (told_of.per_s, told_of.seconds) == (14, 105)


def test_standing_idle_between_batches_costs_what_it_takes() -> None:
    plant = Plant(workers=2, connections=8, reply_s=0.02)
    rate = circulation(MESSAGE, plant)
    with_jobs = forecast(1, MESSAGE, replace(plant, job_s=0.5))

    each_batch_s = 500 / (rate / 2)
    assert isclose(with_jobs.per_s, 2 * 500 / (each_batch_s + 0.5))


@given(
    workers=st.integers(1, 20),
    connections=st.integers(1, 50),
    reply_s=st.floats(0, 1),
    worker_us=st.floats(1, 1e5),
    database_us=st.floats(0, 1e5),
    cores=st.integers(1, 64),
)
def test_more_of_anything_is_never_slower_and_nothing_is_above_its_bounds(
    workers: int, connections: int, reply_s: float, worker_us: float, database_us: float, cores: int
) -> None:
    unit = Unit(worker_us=worker_us, database_us=database_us)
    plant = Plant(workers=workers, connections=connections, reply_s=reply_s, database_cores=cores)
    more = Plant(workers=workers, connections=connections + 1, reply_s=reply_s, database_cores=cores)
    found = forecast(1, unit, plant)

    assert 0 < found.per_s < inf
    assert all(found.per_s <= limit * (1 + 1e-9) for limit in found.limits.values())
    assert forecast(1, unit, more).per_s >= found.per_s * (1 - 1e-9)


def test_a_mail_server_with_a_daily_limit_is_waited_for_till_the_next_day() -> None:
    relay = Relay(per_s=10, per_day=1000, whose="somebody")

    assert [relay.seconds(people) for people in (1000, 1001, 2500)] == [100.0, 86_400.1, 2 * 86_400 + 50.0]


def test_workers_and_connections_for_a_rate_are_counted_up() -> None:
    assert workers_for(1000, MESSAGE, busy=0.5) == 1
    assert workers_for(1251, MESSAGE, busy=0.5) == 2
    assert connections_for(1000, MESSAGE, 0.02) == 25


# --- how it is fitted and written -------------------------------------------------------------------------------


def test_the_fits_find_what_the_points_were_made_of() -> None:
    parabolic = [(float(x), 3.0 * x + 0.5 * x * x) for x in (1, 10, 100, 1000)]

    assert isclose(slope([(float(x), 7.0 * x**1.5) for x in (1, 10, 100)]), 1.5)
    assert [round(one, 6) for one in parabola(parabolic)] == [3.0, 0.5]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0402, "40 ms"), (1.2, "1.2 s"), (59, "59 s"), (91, "1.5 min"), (3599, "60 min"), (86_400, "24 h"),
     (9e6, "100 days"), (1e8, "3.2 years")],
)  # fmt: skip
def test_durations_are_told_in_one_unit(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(("octets", "words"), [(5, "5.0 B"), (59_040, "59 kB"), (5.9e12, "5.9 TB"), (2e18, "2,000 PB")])
def test_sizes_are_told_in_powers_of_a_thousand(octets: float, words: str) -> None:
    assert size(octets) == words


@pytest.mark.parametrize(("value", "words"), [(0.0492, "0.0492"), (1.13, "1.13"), (90_790, "90,800"), (-4.2, "-4.2")])
def test_figures_have_three_places(value: float, words: str) -> None:
    assert told(value) == words


# --- the bench ----------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.skipif(not binary("postgres"), reason="needs PostgreSQL: install Debian's package postgresql")
def test_the_bench_measures_what_the_document_names() -> None:
    parts = ("recipients", "entries", "stories")
    words = ["--people", "300", "--entries", "200", "--issues", "2", "4", "--rounds", "1", "--json"]
    only = [word for part in parts for word in ("--only", part)]
    command = [sys.executable, "tests/bench/growth.py", *only, *words]
    ran = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=600)

    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout.splitlines()[-1])
    prefixes = ("recipient_", "message_", "entry_", "story_", "issue_")
    wanted = {name for name in COSTS if name.startswith(prefixes) and not name.startswith("entry_us_draft")}
    assert wanted <= set(found)
    assert [name for name in wanted - {"issue_us_publish_one_more"} if found[name] <= 0] == []
