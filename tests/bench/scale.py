"""What workers hold under kills, and how fast they are: python tests/bench/scale.py [--json].

Needs PostgreSQL's programs (Debian: postgresql); a server of its own is started and removed. The mail server writes
each recipient down before it answers, so its log is the truth. All workers are `digest worker` as it is installed.
Prints

    kills          how often a worker was killed with -9, and replaced, while two mailed --people
    lost           recipients who have it not, and whom the ledger holds neither uncertain, refused nor suppressed, or
                   who have it while the ledger says otherwise
    doubled        recipients the sink has more than once
    held_per_kill  the most recipients in doubt after one kill; 8 connections are open
    held           recipients in doubt at the end
    jobs_left      batches not done at the end, and jobs that failed
    backend_, postmaster_, frozen_
                   the same with a process of the store's server killed, the whole server killed and started again, a
                   worker stopped (SIGSTOP) past the time after which it is taken for dead, and woken (died: workers
                   that did not live on)
    send_per_s_1, send_per_s_2, speedup
                   messages a second by one worker and by two, with replies after 20 ms
    queue_slowdown the rate with 200,000 jobs waiting in another queue over the rate without
    claim_s        seconds to claim 10,000 due feeds of 100,000 and to hand them out as jobs
    feeds_per_s    feeds of a loopback server that one worker reads in a second
    load           the machine's load average before it began

Rates are medians of --rounds, in each of which both sides are measured in turn.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.duefeeds import claim_trial, fetch_trial
from tests.bench.scaling import trials

PARTS = ("kills", "backend", "postmaster", "frozen", "rates", "queue", "feeds")


def measure(given: argparse.Namespace) -> dict[str, Any]:
    """The figures of the chosen parts."""
    people, few, dice = given.people, max(600, given.people // 4), random.Random(given.seed)
    told: dict[str, Any] = {"people": people, "seed": given.seed, "load": round(os.getloadavg()[0], 2)}
    with trials.scene() as at:
        parts: dict[str, Callable[[], dict[str, Any]]] = {
            "kills": lambda: trials.killed(at, people, given.kills, dice),
            "backend": lambda: _named("backend", trials.crashed(at, few, "backend")),
            "postmaster": lambda: _named("postmaster", trials.crashed(at, few, "postmaster")),
            "frozen": lambda: _named("frozen", trials.frozen(at, few)),
            "rates": lambda: trials.rates(at, few, given.rounds),
            "queue": lambda: trials.beside_a_long_queue(at, few, given.rounds, waiting=given.waiting),
            "feeds": lambda: _feeds(at),
        }
        for name in given.only or PARTS:
            found = parts[name]()
            print(f"{name}: {found}", file=sys.stderr)
            told |= found
    return told


def _feeds(at: trials.Scene) -> dict[str, Any]:
    claimed, read = claim_trial(at.printed.server.fresh()), fetch_trial()
    return {"claim_s": claimed["handed_s"], "feeds_per_s": read["feeds_per_s"]}


def _named(name: str, found: dict[str, Any]) -> dict[str, Any]:
    return {f"{name}_{key}": value for key, value in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=20_000, help="a quarter of them in all parts but kills")
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--waiting", type=int, default=trials.WAITING, help="jobs in another queue")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part; may be given again")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    told = measure(given)
    print(json.dumps(told) if given.json else "\n".join(f"{name:22}{value:>10,}" for name, value in told.items()))
    wrong = [name for name in told if name.endswith(("lost", "doubled", "jobs_left")) and told[name]]
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
