"""Mailings by workers that are killed, frozen, cut off from their store, or only measured."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from tests.scale.cluster import Company, Found, Printed, company, print_issue
from tests.support.postgres import running

CONNECTIONS = 8
WAITING = 200_000  # jobs in another queue
BEGUN, ENDING = 0.15, 0.85  # of the list: between these the rate is taken, so that no worker's start weighs on it

_MANY_JOBS = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, args)
    SELECT 'fetch', 'fetch_batch', 0, 'fetch-' || (i %% 4), '{"ids": [], "claim": "nobody"}'
    FROM generate_series(1, %s) AS i
"""


class Scene:
    """A server of its own, a newsletter on it, and a new company for each trial."""

    def __init__(self, folder: Path, printed: Printed) -> None:
        self.folder, self.printed = folder, printed
        self.number = 0

    @contextlib.contextmanager
    def company(self, people: int, *, delay_ms: float, mail_at_once: int = 4) -> Iterator[Company]:
        self.number += 1
        root = self.folder / f"trial{self.number}"
        root.mkdir()
        with company(
            self.printed, root, people=people, delay_ms=delay_ms, connections=CONNECTIONS, mail_at_once=mail_at_once
        ) as made:
            yield made


@contextlib.contextmanager
def scene() -> Iterator[Scene]:
    """Where there is no PostgreSQL, pytest's Skipped is raised."""
    with running() as server, tempfile.TemporaryDirectory(prefix="digest-scale-") as folder:
        yield Scene(Path(folder), print_issue(server, Path(folder) / "printed"))


# --- who dies


def killed(at: Scene, people: int, kills: int, dice: random.Random) -> dict[str, Any]:
    """Two workers, of whom one is killed now and then, and replaced."""
    with at.company(people, delay_ms=5) as one:
        pair = [one.hire(), one.hire()]
        one.hand_over()
        step = people * 9 // 10 // max(1, kills)
        for number in range(kills):
            one.wait_for(number * step + dice.randint(1, step))
            place = dice.choice([at for at in range(2) if one.at_work(pair[at])] or [0, 1])
            one.kill(pair[place])
            pair[place] = one.hire()
        found = one.wait_for_the_end()
        codes = one.dismiss()
        return {
            "kills": len(one.held),
            **_told(found),
            "held_per_kill": max(one.held, default=0),
            "held": found.uncertain,
            "jobs_left": one.jobs_left(),
            "bad_ends": sum(code != 0 for code in codes),
        }


def crashed(at: Scene, people: int, whom: str) -> dict[str, Any]:
    """Two workers, and the store's server killed with -9 under them: one backend of it, or the postmaster."""
    with at.company(people, delay_ms=5) as one:
        pair = [one.hire(), one.hire()]
        one.hand_over()
        one.wait_for(people // 3)
        if whom == "backend":
            pids = one.server.execute(f"SELECT pid FROM pg_stat_activity WHERE datname = '{one.database}' LIMIT 1")
            os.kill(pids[0][0], signal.SIGKILL)
        else:
            one.server.stop(signal.SIGKILL)
            one.server.start()
        found = one.wait_for_the_end()
        died = sum(each.poll() is not None for each in pair)
        one.dismiss()
        return _told(found) | {"held": found.uncertain, "died": died, "jobs_left": one.jobs_left()}


def frozen(at: Scene, people: int) -> dict[str, Any]:
    """Two workers, of whom one sleeps past the time after which it is taken for dead."""
    with at.company(people, delay_ms=5) as one:
        first, _ = one.hire(), one.hire()
        one.hand_over()
        one.wait_for(people // 5)
        one.freeze(first)
        one.wait_until(lambda: not one.at_work(first), why="another has taken over what it holds")
        first.send_signal(signal.SIGCONT)
        found = one.wait_for_the_end()
        one.dismiss()
        return _told(found) | {"held": found.uncertain, "jobs_left": one.jobs_left()}


def _told(found: Found) -> dict[str, int]:
    return {"lost": found.lost + found.invented, "doubled": found.doubled}


# --- how fast


def rate(at: Scene, people: int, workers: int, *, delay_ms: float, waiting: int = 0) -> float:
    """Messages a second while so many workers are at it.

    Raises:
        RuntimeError: not everybody has it once.
    """
    with at.company(people, delay_ms=delay_ms) as one:
        crew = [one.hire("--queues", "mail") for _ in range(workers)]
        one.wait_until(lambda: all(map(one.has_begun, crew)), why="the workers have begun")
        if waiting:
            with psycopg.connect(one.dsn) as connection:
                fill_queue(connection, waiting)
        one.hand_over()
        one.wait_for(int(people * BEGUN))
        first, begin = one.received(), time.perf_counter()
        one.wait_for(int(people * ENDING))
        last, end = one.received(), time.perf_counter()
        found = one.wait_for_the_end()
        one.dismiss()
    if not found.is_whole or found.arrived != people:
        raise RuntimeError(f"not everybody has it once: {found}")
    return (last - first) / (end - begin)


def fill_queue(connection: psycopg.Connection, jobs: int) -> None:
    """Have so many batches of feeds wait, which the server's statistics know, as they do a minute later."""
    connection.execute("SET session_replication_role = replica")  # without a note to anybody for each
    connection.execute(_MANY_JOBS, [jobs])
    connection.execute("ANALYZE procrastinate_jobs")
    connection.execute("SET session_replication_role = origin")


def rates(at: Scene, people: int, rounds: int) -> dict[str, Any]:
    """One worker and two in turn, replies after 20 ms; the gain is taken within each round."""
    pairs = [tuple(rate(at, people, workers, delay_ms=20) for workers in (1, 2)) for _ in range(rounds)]
    return {
        "send_per_s_1": round(statistics.median(one for one, _ in pairs), 1),
        "send_per_s_2": round(statistics.median(two for _, two in pairs), 1),
        "speedup": round(statistics.median(two / one for one, two in pairs), 2),
    }


def beside_a_long_queue(at: Scene, people: int, rounds: int, *, waiting: int = WAITING) -> dict[str, Any]:
    """The rate with a long queue beside it over the rate without; each round has both."""
    quotients = []
    for _ in range(rounds):
        without = rate(at, people, 1, delay_ms=3)
        quotients.append(rate(at, people, 1, delay_ms=3, waiting=waiting) / without)
    return {"queue_slowdown": round(statistics.median(quotients), 3), "queue_waiting": waiting}
