"""The forecast held against what happens: one process that sends, and workers, over a mail server 20 ms away."""

from __future__ import annotations

import os
import resource
import tempfile
import time
from pathlib import Path

from tests.bench.growing.forecast import Plant, Unit, forecast
from tests.bench.growing.recipients import CONNECTIONS, SQLITE, frozen, send
from tests.bench.sending.letters import sink

REPLY_S = 0.02
JOB_S = 0.01
"""What a job costs by itself: a worker of procrastinate did 94 to 130 empty ones a second on two such cores."""


def trips(people: int) -> float:
    """How often one message waits for the mail server: of one connection, what is left of its time without its CPU."""
    wall_s, cpu_s = _one_process(people, connections=1)
    return max(1.0, (wall_s - cpu_s) / people / REPLY_S)


def one_process(people: int) -> float:
    """Messages a second of `digest send` on SQLite."""
    wall_s, _ = _one_process(people, connections=CONNECTIONS)
    return people / wall_s


def _one_process(people: int, *, connections: int) -> tuple[float, float]:
    """Seconds of the clock, and of the processor."""
    far = sink(delay_ms=REPLY_S * 1000)
    with tempfile.TemporaryDirectory() as folder, far as port, frozen(SQLITE, Path(folder), people) as store:
        begin, cpu = time.perf_counter(), time.process_time()
        send(store, Path(folder), port, connections=connections)
        return time.perf_counter() - begin, time.process_time() - cpu


def sink_us(people: int) -> float:
    """Microseconds of a core that the mail server itself takes for a message; here it shares the cores."""
    before = _children_s()
    with tempfile.TemporaryDirectory() as folder, sink() as port, frozen(SQLITE, Path(folder), people) as store:
        send(store, Path(folder), port)
    return (_children_s() - before) * 1e6 / people


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def held_against(per_s: float, unit: Unit, *, workers: int, in_jobs: bool) -> dict[str, float]:
    """The forecast for the same machine, all of it on these cores, and by how much of the truth it is wrong.

    ``in_jobs``: after each batch a worker waits for its last answer, and for the next job.
    """
    cores = len(os.sched_getaffinity(0))
    idle_s = JOB_S + unit.trips * REPLY_S if in_jobs else 0.0
    plant = Plant(workers=workers, connections=CONNECTIONS, reply_s=REPLY_S, database_cores=cores, shared_cores=cores,
                  job_s=idle_s)  # fmt: skip
    told = forecast(1, unit, plant)
    return {"per_s": per_s, "forecast_per_s": told.per_s, "error_percent": 100 * (told.per_s / per_s - 1)}
