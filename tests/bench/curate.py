"""How long digest needs to curate: python tests/bench/curate.py [--corpora DIR] [--json].

10,000 entries of one week, then 100,000 of ten weeks, each in a process of its own: from the entries in memory to the
briefing (repeats, same items, stories, rank, sections, summaries of what is shown). The entries are made of real titles
and sentences (the training and development parts below ``$DIGEST_CORPORA/briefing``): each week tells most of them
again, their sentences in another order, one of another text between them, and with names of its own, as each week has.

entries_10k_s and entries_100k_s are CPU seconds of one core, growth the exponent between the two, rss_mb and
rss_100k_mb the most memory (VmHWM) of each, with the entries in it. Garbage is collected as rarely as the command does
(digest/cli/main.py).
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from math import log10
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # this file is run as a script

from digest.config.settings import Settings  # noqa: E402  the path comes first
from digest.config.table import table_of  # noqa: E402
from digest.curate.briefing import brief  # noqa: E402
from digest.model import Entry, Period, Source  # noqa: E402

TEXTS = (
    "neus/train-safe.clusters.jsonl",
    "allsides2021/dev.clusters.jsonl",
    "agnews-test/dev.topics.jsonl",
    "uci-sample/dev.clusters.jsonl",
    "bbc/dev.topics.jsonl",
    "masakhanews/eng.dev.topics.jsonl",
)
A_WEEK = 10_000
SIZES = (("entries_10k_s", "rss_mb", 1), ("entries_100k_s", "rss_100k_mb", 10))  # and weeks
FEEDS = 200
_MOST = 800  # characters of a text: what a feed gives
_WEEK = timedelta(days=7)
_END = datetime(2026, 11, 20, 7, tzinfo=UTC)
_NAME = re.compile(r"\b[A-Z]")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")

SETTINGS = table_of(
    Settings,
    {
        "newsletter": {"title": "The Bench", "from": "desk@bench.example"},
        "section": [
            {"title": "World", "about": "war, treaty, sanctions, diplomacy, border, troops"},
            {"title": "Politics", "about": "election, congress, senate, president, vote, campaign"},
            {"title": "Business", "about": "market, shares, profit, oil, bank, economy"},
            {"title": "Science", "about": "study, research, software, space, health, virus"},
        ],
        "interests": {"names": ["Federal Reserve", "Supreme Court"], "words": ["climate", "interest rate"]},
    },
)


def texts(corpora: Path) -> list[tuple[str, list[str]]]:
    """Titles and the sentences under them."""
    found = []
    for name in TEXTS:
        for line in (corpora / "briefing" / name).read_text("utf-8").splitlines():
            row = json.loads(line)
            found.append((row["title"], _SENTENCE.split(row["text"][:_MOST].replace("\n", " "))))
    return found


def entries(told: Sequence[tuple[str, list[str]]], weeks: int) -> Iterator[Entry]:
    """So many weeks of entries, the last one ending with the period; the same ones each time."""
    random = Random(7)
    for week in range(weeks):
        for place in random.sample(range(len(told)), A_WEEK):
            title, own = told[place]
            _, foreign = told[random.randrange(len(told))]
            sentences = [*own, random.choice(foreign)]
            random.shuffle(sentences)
            published = _END - week * _WEEK - random.random() * _WEEK
            title, summary = (_NAME.sub(f"{chr(65 + week)}\\g<0>", text) for text in (title, " ".join(sentences)))
            yield Entry(
                id=sha256(f"{week} {place}".encode()).hexdigest()[:12],
                source_id=f"feed-{random.randrange(FEEDS)}",
                title=title,
                url=f"https://feed.example/{week}/{place}",
                url_key=f"https://feed.example/{week}/{place}",
                summary=summary,
                language="en",
                published=published,
                first_seen=published,
            )


def measure(corpora: Path, weeks: int) -> dict[str, float]:
    """Curate once, in this process."""
    sources = {
        f"feed-{n}": Source(id=f"feed-{n}", kind="feed", location=f"https://{n}.example/feed", name=f"Feed {n}")
        for n in range(FEEDS)
    }
    gc.set_threshold(50_000, 10, 10)
    batch = list(entries(texts(corpora), weeks))
    began = time.process_time()
    made = brief(
        batch, sources=sources, settings=SETTINGS, period=Period(name="2026-W47", start=_END - _WEEK, end=_END)
    )
    seconds = time.process_time() - began
    status = Path("/proc/self/status").read_text("utf-8")
    peak = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    stories = len(made.stories) + len(made.candidates)
    return {"seconds": seconds, "rss_mb": int(peak[1]) / 1024 if peak else 0.0, "stories": stories}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure both sizes and print what was found. 2: there are no texts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    corpora = os.environ.get("DIGEST_CORPORA")
    parser.add_argument("--corpora", type=Path, default=Path(corpora) if corpora else None)
    parser.add_argument("--weeks", type=int, help="only measure so many weeks, in this process")
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON in the last line")
    wanted = parser.parse_args(arguments)
    if wanted.corpora is None or not (wanted.corpora / "briefing").is_dir():
        print("error: there are no texts: set DIGEST_CORPORA, or name the folder with --corpora", file=sys.stderr)
        return 2
    if wanted.weeks:
        print(json.dumps(measure(wanted.corpora, wanted.weeks)))
        return 0
    numbers: dict[str, float] = {}
    for name, memory, weeks in SIZES:
        command = [sys.executable, __file__, "--corpora", str(wanted.corpora), "--weeks", str(weeks)]
        told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        numbers[name] = round(told["seconds"], 2)
        numbers[memory] = round(told["rss_mb"])
        print(f"{weeks * A_WEEK} entries: {told['seconds']:.1f} s, {told['stories']} stories, {told['rss_mb']:.0f} MB")
    numbers["growth"] = round(log10(numbers["entries_100k_s"] / numbers["entries_10k_s"]), 3)
    print(f"growth {numbers['growth']}")
    if wanted.json:
        print(json.dumps(numbers))
    return 0


if __name__ == "__main__":
    sys.exit(main())
