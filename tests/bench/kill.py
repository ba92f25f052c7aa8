"""Kills `digest send` again and again, and counts who got what: python tests/bench/kill.py [--json].

The sink writes each recipient down before it answers, so its log is the truth. Each trial has a newsletter of its own
and sends one issue to all --people. Prints, with nothing before the names for one sender that is killed at random and
once at each point of a message:

    kills          how often a sender was killed
    lost           recipients marked as sent whom the sink does not have, or left out at the end
    doubled        recipients the sink has more than once
    held_per_kill  the most recipients that became uncertain by one kill; 8 connections are open
    held_arrived   of all who are uncertain, how many the sink has
    torn           restarts at which the totals did not add up to the list
    stops, busy    senders that stopped because the store could not be written; that found another one sending

and the same with these before:

    two_    two senders are started at once, each time
    fetch_  `digest fetch --all` reads feeds into the same store all the while (runs, how many of them failed, and the
            entries they brought; captured: 1 if the feeds are real ones, of $DIGEST_CORPORA)
    disk_   the disk is full now and then (tmpfs: 1 if it is a small disk; 0 if only the size of files is limited)
    power_  the power goes: the store's log is cut where it was last safe on disk, and the machine starts anew
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from sqlalchemy import func, select

from digest.store import schema
from tests.bench.sending.company import feed_list, feed_server, fetching, full, small_disk
from tests.bench.sending.letters import sink
from tests.bench.sending.trial import Trial
from tests.bench.sending.victim import POINTS

MODES = ("one", "two", "fetch", "disk", "power")


def cut_short(trial: Trial, kills: int, points: int, dice: random.Random, *, senders: int = 1) -> None:
    """A crash at each of so many points and random kills, then to the end."""
    for point in [*POINTS[:-1]] if points >= len(POINTS) else dice.sample(POINTS[:-1], points - 1):
        trial.at_point(point, 1 if point.endswith("claim") else dice.randint(1, 40))
    for _ in range(kills):
        trial.at_random(dice, max(2, trial.people // (kills + 1)), senders=senders)
    trial.at_point(POINTS[-1], 1)  # comes at the end
    trial.to_the_end()


def one(people: int, kills: int, points: int, dice: random.Random, *, senders: int = 1) -> dict[str, Any]:
    """One sender, or several at once."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "sink.log"
        with sink(log=log) as port, Trial(Path(folder) / "brief", people, port, log) as trial:
            cut_short(trial, kills, points, dice, senders=senders)
            return trial.found()


def with_fetch(people: int, kills: int, points: int, dice: random.Random, *, feeds: int) -> dict[str, Any]:
    """One sender, and feeds that are read all the while."""
    with tempfile.TemporaryDirectory() as folder, feed_server(feeds) as (site, captured):
        log, root = Path(folder) / "sink.log", Path(folder) / "brief"
        with sink(log=log) as port, Trial(root, people, port, log, feeds=feed_list(site)) as trial:
            with fetching(root, site) as fetches:
                cut_short(trial, kills, points, dice)
            failed = sum(code not in {0, 3} for code in fetches.codes)
            with trial.store.read() as connection:
                entries = connection.scalar(select(func.count()).select_from(schema.entry))
            return trial.found() | {
                "runs": len(fetches.codes), "failed": failed, "entries": entries, "captured": int(captured),
            }  # fmt: skip


def with_full_disk(people: int, stops: int, dice: random.Random) -> dict[str, Any]:
    """One sender that again and again finds no room; half of the times it is killed as well."""
    with contextlib.ExitStack() as stack:
        disk, beside = (Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2))
        is_disk = stack.enter_context(small_disk(disk, 40 + people // 1000))
        log = beside / "sink.log"
        port = stack.enter_context(sink(log=log))
        trial = stack.enter_context(Trial(disk / "brief", people, port, log))
        trial.at_random(dice, 300)  # the list is frozen before there is too little room for it
        for number in range(stops):
            with trial.store.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            limit = () if is_disk else ("--file-limit", dice.randint(50_000, 1_000_000))
            with full(disk, dice, free_kb=1500) if is_disk else contextlib.nullcontext():
                _until_it_stops(trial, dice, *limit, killed=number % 2 == 1)
        trial.to_the_end()
        return trial.found() | {"tmpfs": int(is_disk)}


def _until_it_stops(trial: Trial, dice: random.Random, *options: object, killed: bool) -> None:
    process = trial.start(*options)
    if killed:
        trial.wait_for(len(trial.received()) + dice.randint(1, 300), [process])
        process.kill()
    trial.ended(process)


def with_power_cuts(people: int, cuts: int, dice: random.Random) -> dict[str, Any]:
    """Each time a fresh list: killed, the store's log cut, the machine started again, and on to the end."""
    told = {"kills": 0, "lost": 0, "doubled": 0, "held_per_kill": 0, "torn": 0}
    for _ in range(cuts):
        with tempfile.TemporaryDirectory() as folder:
            log, durable = Path(folder) / "sink.log", Path(folder) / "durable"
            with sink(log=log) as port, Trial(Path(folder) / "brief", people, port, log) as trial:
                log_of_store, shared = (Path(f"{trial.store.path}-{end}") for end in ("wal", "shm"))
                trial.close()
                process = trial.start("--boot", "before", "--durable", durable)
                trial.wait_for(dice.randint(1, people * 9 // 10), [process])
                process.kill()
                process.communicate()
                os.truncate(log_of_store, int(durable.read_text("ascii")))
                shared.unlink()
                trial.open()
                trial.ended(trial.start("--boot", "after"))
                found = trial.found()
        told["kills"] += 1
        told["held_per_kill"] = max(told["held_per_kill"], found["held_per_kill"])
        for name in ("lost", "doubled", "torn"):
            told[name] += found[name]
    return told


def measure(given: argparse.Namespace) -> dict[str, Any]:
    """The figures of the chosen trials."""
    people, kills, dice = given.people, given.kills, random.Random(given.seed)
    trials = {
        "one": lambda: one(people, kills, given.points, dice),
        "two": lambda: one(people, kills, given.points, dice, senders=2),
        "fetch": lambda: with_fetch(people, kills, given.points, dice, feeds=given.feeds),
        "disk": lambda: with_full_disk(people, given.stops, dice),
        "power": lambda: with_power_cuts(max(600, people // 10), given.power_cuts, dice),
    }
    told: dict[str, Any] = {"people": people, "load": round(os.getloadavg()[0], 2)}
    for name in given.only or MODES:
        found = trials[name]()
        print(f"{name}: {found}", file=sys.stderr)
        told |= found if name == "one" else {f"{name}_{key}": value for key, value in found.items()}
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=30_000)
    parser.add_argument("--kills", type=int, default=40, help="at random; one at each point comes on top")
    parser.add_argument("--points", type=int, default=len(POINTS), choices=range(1, len(POINTS) + 1), metavar="N")
    parser.add_argument("--feeds", type=int, default=60)
    parser.add_argument("--stops", type=int, default=12, help="for want of room")
    parser.add_argument("--power-cuts", type=int, default=6)
    parser.add_argument("--only", choices=MODES, action="append", help="this trial; may be given again")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    told = measure(given)
    print(json.dumps(told) if given.json else "\n".join(f"{name:20}{value:>10,}" for name, value in told.items()))
    wrong = [name for name in told if name.endswith(("lost", "doubled", "torn")) and told[name]]
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
