"""How well copies of one item are found and look-alikes left apart: python tests/curate/near_duplicates.py [--json].

Needs the folder of corpora in DIGEST_CORPORA. The copies (copies.py) and look-alikes (lookalikes.py) were defined
before the rules and are drawn from real entries by a seed: 2,112 pairs of copies and 4,650 others, in one week's heap
of entries, which are all judged together. Precision is over every pair that was put together and of which the truth
is known; recall over all pairs of copies. What was put together beside them is counted apart: nearly all of it are
look-alikes and copies that were made of one entry.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from digest.curate.same import same_items
from digest.model import Entry, Source
from digest.text.urls import url_key
from tests.curate.copies import COPIES, Material, copied
from tests.curate.lookalikes import PAIRS, TEMPLATES, other_figures, roundup, series

START = datetime(2026, 11, 13, 7, tzinfo=UTC)
FILES = (
    "neus/train-safe.clusters.jsonl",
    "allsides2021/dev.clusters.jsonl",
    "bbc/dev.topics.jsonl",
    "masakhanews/fra.dev.topics.jsonl",
    "masakhanews/swa.dev.topics.jsonl",
)
SHARE = {"neus": 0.45}  # of a file; 1.0 if not named
A_KIND = 120  # pairs
SERIES = 18  # releases of one template


@dataclass(slots=True)
class Heap:
    """Entries of a week, and what is known of their pairs."""

    entries: dict[str, Entry] = field(default_factory=dict)
    truth: dict[tuple[str, str], bool] = field(default_factory=dict)  # ids in order → whether they are one item
    kinds: dict[tuple[str, str], str] = field(default_factory=dict)

    def pair(self, one: Entry, other: Entry, kind: str, *, same: bool) -> None:
        self.entries[one.id] = one
        self.entries[other.id] = other
        key = _key(one, other)
        self.truth[key] = same
        self.kinds[key] = kind


def _key(one: Entry, other: Entry) -> tuple[str, str]:
    return (one.id, other.id) if one.id < other.id else (other.id, one.id)


def rows(corpora: Path, random: Random) -> list[dict[str, Any]]:
    """Entries of the corpora, one of each title and text, shuffled."""
    found: dict[str, dict[str, Any]] = {}
    for name in FILES:
        lines = (corpora / "briefing" / name).read_text("utf-8").splitlines()
        share = SHARE.get(name.partition("/")[0], 1.0)
        for line in lines:
            row = json.loads(line)
            if random.random() < share and len(row["text"].split()) >= 30 and len(row["title"].split()) >= 4:
                found.setdefault(" ".join(row["text"].split()[:8]).casefold(), row)
    listed = list(found.values())
    random.shuffle(listed)
    return listed


def as_entry(row: dict[str, Any], random: Random) -> Entry:
    digits = sha256(f"{row['id']}{row['title']}".encode()).hexdigest()[:12]
    url = f"https://paper.example/news/{digits}" + ("?id=7" if random.random() < 0.2 else "")
    return Entry(
        id=digits,
        source_id=f"paper-{random.randint(0, 40)}",
        title=row["title"],
        url=url,
        url_key=url_key(url),
        text=row["text"],
        published=START + timedelta(hours=random.uniform(0, 168)),
        first_seen=START,
    )


def heap(corpora: Path, *, seed: int, a_kind: int = A_KIND) -> Heap:
    """The week's entries with their copies and look-alikes; the same for a seed."""
    random = Random(seed)
    listed = rows(corpora, random)
    stories: dict[str, list[str]] = {}
    for row in listed:
        stories.setdefault(row.get("cluster", row["id"]), []).append(row["title"])
    made = Heap()
    entries = [as_entry(row, random) for row in listed]
    titles = {entry.id: _titles(row, stories) for entry, row in zip(entries, listed, strict=True)}
    pool = iter(entries)
    for kind in COPIES:
        for _ in range(a_kind):
            entry = next(pool)
            material = Material(titles=titles[entry.id], other=random.choice(entries))
            made.pair(entry, copied(kind, entry, material, random), kind, same=True)
    for kind, make in PAIRS.items():
        for _ in range(2 * a_kind):
            entry = next(one for one in pool if kind != "new figures" or _has_figures(one, random))
            made.pair(*make(entry, random.choice(entries), random), kind, same=False)
    _series(made, entries, random)
    for _ in range(a_kind // 4):
        parts = [next(pool) for _ in range(5)]
        whole = roundup(parts, random)
        for part in parts:
            made.pair(part, whole, "roundup", same=False)
    for entry in pool:
        made.entries.setdefault(entry.id, entry)
    return made


def _titles(row: dict[str, Any], stories: dict[str, list[str]]) -> list[str]:
    return [title for title in stories[row.get("cluster", row["id"])] if title != row["title"]]


def _has_figures(entry: Entry, random: Random) -> bool:
    """Whether another report of its kind would differ in two numbers at least, within what a rule may look at."""
    head = " ".join(entry.text.split()[:150])
    return len(set(head.split()) ^ set(other_figures(head, random).split())) >= 6


def _series(made: Heap, entries: Sequence[Entry], random: Random) -> None:
    """Releases of one kind, of different things; and of each third one a copy, which belongs to it alone."""
    for template in TEMPLATES:
        releases = [series(template, random.choice(entries), number, random) for number in range(SERIES)]
        for place, one in enumerate(releases):
            for other in releases[:place]:
                made.pair(one, other, "series", same=False)
        for one in releases[::3]:
            kind = random.choice(("suffixed", "framed", "typeset", "upper", "tracked", "thinned"))
            copy = copied(kind, one, Material(titles=(), other=entries[0]), random)
            made.pair(one, copy, "copy of a series", same=True)
            for other in releases:
                if other is not one:
                    made.pair(other, copy, "series and copy", same=False)


def sources_of(entries: Sequence[Entry]) -> dict[str, Source]:
    names = sorted({entry.source_id for entry in entries})
    return {name: Source(id=name, kind="feed", location=f"https://{name}.example/feed", name=name) for name in names}


def together(groups: Sequence[Sequence[Entry]]) -> Iterator[tuple[str, str]]:
    for group in groups:
        for place, one in enumerate(group):
            for other in group[:place]:
                yield _key(one, other)


def score(made: Heap, groups: Sequence[Sequence[Entry]]) -> dict[str, Any]:
    """Precision and recall over the pairs, and how many of each kind went wrong."""
    found = set(together(groups))
    right = sum(same and key in found for key, same in made.truth.items())
    wrong = sum(not same and key in found for key, same in made.truth.items())
    copies = sum(made.truth.values())
    faults = Counter(made.kinds[key] for key, same in made.truth.items() if same != (key in found))
    return {
        "entries": len(made.entries),
        "copies": copies,
        "lookalikes": len(made.truth) - copies,
        "precision": round(right / max(1, right + wrong), 4),
        "recall": round(right / copies, 4),
        "unlabelled": len(found - made.truth.keys()),
        "faults": dict(sorted(faults.items())),
    }


def main() -> None:
    corpora = os.environ.get("DIGEST_CORPORA")
    if not corpora:
        print("near_duplicates.py: DIGEST_CORPORA names no folder", file=sys.stderr)
        raise SystemExit(2)
    made = heap(Path(corpora), seed=1)
    entries = list(made.entries.values())
    sources = sources_of(entries)
    began = time.process_time()
    groups = same_items(entries, sources=sources)
    told = {**score(made, groups), "cpu_s": round(time.process_time() - began, 2)}
    if "--json" in sys.argv:
        print(json.dumps(told))
    else:
        print("\n".join(f"{name:12}{value}" for name, value in told.items()))


if __name__ == "__main__":
    main()
