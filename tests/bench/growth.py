"""What a recipient, a feed, an entry and a story cost, and many of them: python tests/bench/growth.py [--json].

Each is measured by itself, on the machine this runs on, over SQLite and over a PostgreSQL that it starts and removes
(Debian's package ``postgresql``, with its own settings: the disk is waited for). Linux only. Processor time and bytes
are counted by the kernel and the database, so other work on the machine weighs little; what is timed by the clock has
``per_s`` in its name. The names are told in docs/scale.md. The parts, any of them by --only:

    recipients   a row of the list, of the ledger, a message that leaves with its marks; over loopback
    feeds        a round without news, one with, the row; captured feeds, below $DIGEST_CORPORA
    entries      filing, the search index, bytes
    drafts       a draft of 1,000 … 200,000 entries of one week, and how it grows; texts below $DIGEST_CORPORA
    stories      the mail and the page of an issue; the archive of many
    shards       what is missed when a week's entries are grouped in parts; stories below $DIGEST_CORPORA
    trials       the forecast held against `digest send` and one and two `digest worker`, a mail server 20 ms away

--write FILE puts the figures into the tables of that document, and what follows from them; --write FILE --only nothing
works out again what follows from the figures that stand in it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # this file is run as a script

from tests.bench.growing import entries, feeds, recipients, sharding, stories, trial  # noqa: E402  the path comes first
from tests.bench.growing.document import updated  # noqa: E402
from tests.bench.growing.forecast import Unit  # noqa: E402
from tests.bench.ingest import DEFAULT_FOLDERS  # noqa: E402
from tests.bench.scaling.trials import rate, scene  # noqa: E402

PARTS = ("recipients", "feeds", "entries", "drafts", "stories", "shards", "trials")
NEED_TEXTS = {"feeds", "drafts", "shards"}
DRAFTS = (1000, 3000, 10_000, 30_000, 100_000)
BEYOND = 200_000  # entries of the draft that what the others say is held against

Numbers = dict[str, float]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print. 2: a part wants texts and there are none."""
    wanted = _arguments(arguments)
    parts = set(wanted.only or PARTS) - {"nothing"}
    if NEED_TEXTS & parts and wanted.corpora is None:
        print("error: there are no texts: set DIGEST_CORPORA, or name the folder with --corpora", file=sys.stderr)
        return 2
    told = measure(wanted, parts)
    if wanted.write:
        wanted.write.write_text(updated(wanted.write.read_text("utf-8"), told), "utf-8")
    rounded = {name: float(f"{value:.4g}") for name, value in told.items()}
    print(
        json.dumps(rounded) if wanted.json else "\n".join(f"{name:32}{value:>14,}" for name, value in rounded.items())
    )
    return 0


def measure(wanted: argparse.Namespace, parts: set[str]) -> Numbers:
    """The figures of these parts."""
    load = os.getloadavg()[0]
    told: Numbers = {}
    measures: dict[str, Callable[[], Numbers]] = {
        "recipients": lambda: _recipients(wanted.people, wanted.rounds),
        "feeds": lambda: _feeds(wanted.corpora, wanted.feeds),
        "entries": lambda: _entries(wanted.entries),
        "drafts": lambda: _drafts(wanted.corpora, wanted.largest_draft),
        "stories": lambda: stories.rendering(wanted.rounds * 3) | stories.archive(tuple(wanted.issues)),
        "shards": lambda: sharding.sharding(wanted.corpora),
        "trials": lambda: _trials(wanted.people // 4, wanted.rounds),
    }
    for part in PARTS:
        if part in parts:
            print(f"measuring {part}", file=sys.stderr, flush=True)
            told |= measures[part]()
    return told | ({"load": load} if parts else {})


def _recipients(people: int, rounds: int) -> Numbers:
    with recipients.a_server() as server:
        told = _median([recipients.recipients(None, people) | recipients.recipients(server, people)
                        for _ in range(rounds)])  # fmt: skip
    return (
        told
        | recipients.message()
        | {
            "message_trips": trial.trips(min(people, 300)),
            "sink_us": trial.sink_us(min(people, 5000)),
        }
    )


def _feeds(corpora: Path, sizes: Sequence[int]) -> Numbers:
    few, many = sizes
    folders = [corpora / "feeds" / name for name in DEFAULT_FOLDERS]
    with recipients.a_server() as server:
        told = feeds.rows(None, 20_000) | feeds.rows(server, 20_000)
    return told | feeds.listing(20_000) | feeds.rounds(folders, (few, many))


def _entries(count: int) -> Numbers:
    with recipients.a_server() as server:
        return entries.entries(None, count) | entries.entries(server, count)


def _drafts(corpora: Path, largest: int) -> Numbers:
    sizes = [size for size in DRAFTS if size <= max(largest, DRAFTS[1])]
    return entries.drafts(corpora, sizes, BEYOND if largest >= BEYOND else None)


def _trials(people: int, rounds: int) -> Numbers:
    """`digest send` on SQLite, one `digest worker` and two, each against the forecast from costs of the same hour.

    Of each the best round: the forecast knows of nobody else on the machine, and others only make things slower.
    """
    with recipients.a_server() as server:
        costs = recipients.recipients(None, people) | recipients.recipients(server, people)
    shared = {"elsewhere_us": trial.sink_us(people), "trips": min(trial.trips(300) for _ in range(rounds))}
    alone = Unit(worker_us=costs["recipient_us_send"], **shared)
    worker = Unit(worker_us=costs["recipient_pg_us_send"], database_us=costs["recipient_pg_us_send_server"], **shared)
    sent = max(trial.one_process(people) for _ in range(rounds))
    with scene() as at:
        one, two = (max(rate(at, people, workers, delay_ms=20) for _ in range(rounds)) for workers in (1, 2))
    found = {
        "send": trial.held_against(sent, alone, workers=1, in_jobs=False),
        "worker_1": trial.held_against(one, worker, workers=1, in_jobs=True),
        "worker_2": trial.held_against(two, worker, workers=2, in_jobs=True),
    }
    return {f"trial_{name}_{what}": value for name, each in found.items() for what, value in each.items()}


def _median(rounds: Sequence[Numbers]) -> Numbers:
    return {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    corpora = os.environ.get("DIGEST_CORPORA")
    parser.add_argument("--corpora", type=Path, default=Path(corpora) if corpora else None)
    parser.add_argument("--only", action="append", choices=(*PARTS, "nothing"), help="this part; may be given again")
    parser.add_argument("--rounds", type=int, default=3, help="of what is measured more than once (3)")
    parser.add_argument("--people", type=int, default=20_000, help="recipients of a mailing (20,000)")
    parser.add_argument("--feeds", type=int, nargs=2, default=(200, 1000), help="two sizes of a round (200 1000)")
    parser.add_argument("--entries", type=int, default=10_000, help="filed (10,000)")
    parser.add_argument("--largest-draft", type=int, default=BEYOND, help="the largest draft (200,000)")
    parser.add_argument("--issues", type=int, nargs=2, default=(26, 104), help="two sizes of an archive (26 104)")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the figures into the tables of this document")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object in the last line")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
