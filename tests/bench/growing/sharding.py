"""What is missed if the entries of a week are grouped in parts, on entries whose stories people have named.

A pair of entries of one story that lies in two parts can never be found. The parts are what a newsletter might be
split by: the section its own rules give each entry, the day or the week, or nothing but a number.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

from digest.curate.sections import sections_of
from digest.model import Entry
from digest.text.language import base_language
from tests.bench.curate import SETTINGS
from tests.bench.growing.entries import END
from tests.bench.stories import _date, stories_of

Row = Mapping[str, Any]
SETS = ("uci-sample/dev", "allsides2021/dev", "basil/dev")
"""Below ``$DIGEST_CORPORA/briefing``: those with dates and with whole weeks in them."""


def sharding(corpora: Path) -> dict[str, float]:
    """Pairs found by digest in parts, over those found whole: of the pairs that belong together, all sets in one.

    ``shard_X_lost`` is the share of the true pairs found undivided that is not found in parts of kind X;
    ``shard_X_torn`` the share of the stories of two or more entries that lie in more than one part, whoever looks;
    ``shard_X_largest`` the largest part's share of the entries, on which the time of the slowest machine hangs.
    """
    told: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    largest: dict[str, list[float]] = defaultdict(list)
    entries = stories = 0
    for name in SETS:
        path = corpora / "briefing" / f"{name}.clusters.jsonl"
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        gold = {str(row["id"]): str(row["cluster"]) for row in rows}
        whole = _true_pairs(stories_of(rows, strictness="strict"), gold)
        for kind, key in _kinds(rows).items():
            parts: dict[str, list[Row]] = defaultdict(list)
            for row in rows:
                parts[key(row)].append(row)
            found = sum(
                _true_pairs(stories_of(part, strictness="strict"), gold) for part in parts.values()
            )  # fmt: skip
            told[kind].append((whole, found, _torn(parts, gold)))
            largest[kind].append(max(map(len, parts.values())) / len(rows))
        entries += len(rows)
        stories += sum(count > 1 for count in Counter(gold.values()).values())
    result = {"shard_entries": float(entries), "shard_stories": float(stories)}
    for kind, counts in told.items():
        whole, found, torn = (sum(column) for column in zip(*counts, strict=True))
        result |= {
            f"shard_{kind}_lost_percent": 100 * (1 - found / whole),
            f"shard_{kind}_torn_percent": 100 * torn / stories,
            f"shard_{kind}_largest_percent": 100 * max(largest[kind]),
        }
    return result


def _kinds(rows: Sequence[Row]) -> dict[str, Callable[[Row], str]]:
    section = _sections(rows)
    days = {str(row["id"]): _date(row) for row in rows}
    return {
        "section": lambda row: section[str(row["id"])],
        "week": lambda row: f"{days[str(row['id'])]:%G-%V}" if days[str(row["id"])] else "?",
        "day": lambda row: f"{days[str(row['id'])]:%F}" if days[str(row["id"])] else "?",
        "two_numbers": lambda row: str(crc32(str(row["id"]).encode()) % 2),
        "four_numbers": lambda row: str(crc32(str(row["id"]).encode()) % 4),
    }


def _sections(rows: Sequence[Row]) -> dict[str, str]:
    """The section that digest would give each entry standing alone, before it knows which belong together."""
    entries = [
        Entry(id=str(row["id"]), source_id="x", title=row["title"], text=row.get("text") or "", first_seen=END)
        for row in rows
    ]
    groups = [(entry,) for entry in entries]
    found = sections_of(groups, rules=SETTINGS.section, sources={}, languages=[base_language("en", "en")] * len(groups))
    return {entry.id: title for entry, (title, _) in zip(entries, found, strict=True)}


def _torn(parts: Mapping[str, Sequence[Row]], gold: Mapping[str, str]) -> int:
    """Stories that lie in more than one part."""
    seen = {(gold[str(row["id"])], name) for name, part in parts.items() for row in part}
    return sum(count > 1 for count in Counter(story for story, _ in seen).values())


def _true_pairs(found: Mapping[str, str], gold: Mapping[str, str]) -> int:
    """Pairs of entries that were put together and belong together."""
    return _pairs((story, gold[entry]) for entry, story in found.items())


def _pairs(names: Iterable[object]) -> int:
    return sum(count * (count - 1) // 2 for count in Counter(names).values())
