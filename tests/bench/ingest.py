"""How fast digest reads feeds, against the PyPI package ``reader`` and plain ``feedparser``.

    python tests/bench/ingest.py [--bodies DIR …] [--feeds 1000] [--rounds 3] [--json]

The feeds are captured bodies, each at several addresses, served on loopback by a process of its own that answers
from memory: gzipped, with ETag and Last-Modified. Each side polls in a fresh process with its database on disk, in
turn with the other. Ratios are medians of the rounds; more than 1: digest is faster.

Both sides are timed from opening the database until the last feed is stored, with what asking needs imported before;
what is called the whole process has the interpreter's start and all imports in. The server counts what it was asked
for: a poll that asked for less than it should ends the benchmark.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # this file is run as a script

from tests.bench.ingesting.bodies import find_bodies, share_out  # noqa: E402  the path comes first
from tests.bench.ingesting.measure import ChildError  # noqa: E402
from tests.bench.ingesting.parsing import compare_parsing  # noqa: E402
from tests.bench.ingesting.race import Race, tell  # noqa: E402
from tests.bench.ingesting.report import Report  # noqa: E402
from tests.bench.ingesting.server import Plan, Server  # noqa: E402

DEFAULT_FOLDERS = ("fastfeedparser-bench", "codehollow-feedreader", "rbren-rss-parser", "miniflux")
"""Below ``$DIGEST_CORPORA/feeds``: those that hold captured bodies, not test cases."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it and print what was found. 1: it broke; 2: there is nothing to measure, or nothing to measure against."""
    wanted = _arguments(arguments)
    folders = wanted.bodies or _default_folders()
    bodies = find_bodies(folders)
    missing = _missing(folders, bodies)
    if missing:
        print(f"error: {missing}", file=sys.stderr)
        return 2
    plan = _plan(bodies, wanted.feeds)
    size = sum(Path(plan.documents[share]).stat().st_size for share in plan.shares)
    versions = ", ".join(f"{name} {version(name)}" for name in ("digest-desk", "reader", "feedparser", "aiohttp"))
    print(
        f"{wanted.feeds} feeds of {len(plan.documents)} captured bodies, {size / 1e6:.1f} MB; rounds: {wanted.rounds}"
    )
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores; {versions}", flush=True)
    try:
        report = _measure(plan, rounds=wanted.rounds)
    except ChildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for line in report.lines():
        print(line)
    if wanted.json:
        print(json.dumps({name: round(value, 3) for name, value in report.numbers().items()}))
    return 0


def _measure(plan: Plan, *, rounds: int) -> Report:
    parsed = compare_parsing(plan.documents, rounds=rounds, root=ROOT)
    tell(f"parsed in turn: {parsed.ratio:.2f}x")
    with tempfile.TemporaryDirectory(prefix="digest-bench-") as name:
        folder = Path(name)
        with Server(plan.write(folder / "plan.json"), root=ROOT) as server:
            race = Race(server, folder, root=ROOT)
            for number in range(rounds):
                race.round(number, captured=parsed.captured.isoformat())
    return Report(race=race, parsed=parsed, plan=plan)


def _plan(bodies: Sequence[Path], feeds: int) -> Plan:
    shares = share_out(bodies, feeds)
    used = sorted(set(shares))
    documents = tuple(str(bodies[place].resolve()) for place in used)
    return Plan(documents=documents, shares=tuple(used.index(share) for share in shares))


def _missing(folders: Sequence[Path], bodies: Sequence[Path]) -> str | None:
    """What keeps the benchmark from running."""
    if not folders:
        return "there are no captured feeds: set DIGEST_CORPORA, or name a folder of them with --bodies DIR"
    if not bodies:
        return f"no captured feed (2 kB or more) lies below {', '.join(map(str, folders))}"
    try:
        version("reader")
    except PackageNotFoundError:
        return "the package reader is not installed: `pip install --group bench` (pip 25.1 or newer)"
    return None


def _default_folders() -> list[Path]:
    corpora = os.environ.get("DIGEST_CORPORA")
    return [Path(corpora) / "feeds" / name for name in DEFAULT_FOLDERS] if corpora else []


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 on")
    return int(text)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How fast digest reads feeds, against reader and feedparser.")
    parser.add_argument("--bodies", type=Path, action="append", metavar="DIR",
                        help="a folder of captured feeds, with all in it; may be given more than once")  # fmt: skip
    parser.add_argument("--feeds", type=_count, default=1000, help="how many addresses are subscribed (1000)")
    parser.add_argument("--rounds", type=_count, default=3, help="how often everything is measured (3)")
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON in the last line")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
