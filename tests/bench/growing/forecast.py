"""How long a mailing or a round of fetches will take, and what it is that takes so long. Pure: costs in, times out.

A worker's connections are customers that go round and round: a while far away (the mail server or the website thinks),
a while on the worker's processor, a while on the database's. How many rounds a second that gives is what exact mean
value analysis of a closed queueing network says (Reiser & Lavenberg, Journal of the ACM 27(2), 1980). Nothing can be
faster than its narrowest place: the mail server's limit, the log that the database's disk can take, or the cores that
all processes of one machine share. The least of them all is the rate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Literal

Bound = Literal["relay", "connections", "workers' CPU", "database's CPU", "database's log", "shared cores"]

BATCH = 500
"""Readers or feeds of one job: digest.scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What one message, or one feed, costs."""

    worker_us: float  # of a worker's processor; Python: a process never uses more than one core
    database_us: float = 0.0  # of a server's processors; of SQLite it is in the worker's
    elsewhere_us: float = 0.0  # of others on the same machine: the mail server, if it is there
    log_bytes: float = 0.0  # that the database writes
    trips: float = 1.0  # to the mail server and back, or to the website


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """The machines."""

    workers: int  # processes, each with a core to itself unless ``shared_cores`` says otherwise
    connections: int  # of each worker
    reply_s: float  # how long a trip takes
    relay_per_s: float = inf  # messages that the mail server takes; websites take what comes
    database_cores: int = 4
    log_bytes_per_s: float = 100e6  # that the database's disk takes for ever
    shared_cores: float = inf  # of the one machine on which all this runs; inf: there are enough machines
    job_s: float = 0.0  # that a worker's connections stand idle between two batches


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What is to be expected."""

    per_s: float
    seconds: float
    bound: Bound
    limits: Mapping[Bound, float]  # how many a second each place alone would let through


def forecast(count: int, unit: Unit, plant: Plant, *, before_s: float = 0.0) -> Forecast:
    """The time for so many messages or feeds, ``before_s`` (freezing the list, say) included."""
    limits = _limits(unit, plant)
    turning = circulation(unit, plant)
    if plant.job_s:
        turning /= 1 + plant.job_s * turning / plant.workers / BATCH
    rate = min(turning, limits["relay"], limits["database's log"], limits["shared cores"])
    bound = min(limits, key=lambda name: limits[name])
    return Forecast(per_s=rate, seconds=before_s + count / rate, bound=bound, limits=limits)


def _limits(unit: Unit, plant: Plant) -> dict[Bound, float]:
    everything_us = unit.worker_us + unit.database_us + unit.elsewhere_us
    alone_s = unit.trips * plant.reply_s + (unit.worker_us + unit.database_us) / 1e6
    return {
        "relay": plant.relay_per_s,
        "connections": plant.workers * plant.connections / alone_s,
        "workers' CPU": plant.workers * 1e6 / unit.worker_us,
        "database's CPU": plant.database_cores * 1e6 / unit.database_us if unit.database_us else inf,
        "database's log": plant.log_bytes_per_s / unit.log_bytes if unit.log_bytes else inf,
        "shared cores": plant.shared_cores * 1e6 / everything_us,
    }


def circulation(unit: Unit, plant: Plant) -> float:
    """Rounds a second of all connections together, with the queues they make for one another.

    A database of m cores is one queue m times as fast and a wait that nobody shares (Seidmann's approximation). Above
    2,000 connections the queues no longer matter beside the narrowest place, and the asymptote is given.
    """
    customers = plant.workers * plant.connections
    worker_s = unit.worker_us / 1e6 / plant.workers  # the mean over all workers of what one round asks of each
    database_s = unit.database_us / 1e6 / plant.database_cores
    away_s = unit.trips * plant.reply_s + database_s * (plant.database_cores - 1)
    if customers > 2000:
        limits = _limits(unit, plant)
        return min(limits["connections"], limits["workers' CPU"], limits["database's CPU"])
    worker_queue = database_queue = rate = 0.0
    for present in range(1, customers + 1):
        worker_wait = worker_s * (1 + worker_queue)
        database_wait = database_s * (1 + database_queue)
        rate = present / (away_s + plant.workers * worker_wait + database_wait)
        worker_queue, database_queue = rate * worker_wait, rate * database_wait
    return rate


def workers_for(rate: float, unit: Unit, *, busy: float = 0.7) -> int:
    """How many worker processes a rate takes, none of them busy for more than a share of its time."""
    return max(1, -int(-rate * unit.worker_us // (busy * 1e6)))


def connections_for(rate: float, unit: Unit, reply_s: float) -> int:
    """How many connections must be open at a time (Little's law)."""
    return max(1, -int(-rate * (unit.trips * reply_s + (unit.worker_us + unit.database_us) / 1e6) // 1))
