"""Puts stories under sections as ``digest draft`` does: by seed words, and by what they teach in the batch.

    python tests/bench/sections.py IN.jsonl OUT.jsonl --sections FILE.toml [--batch 100]

IN has a line {"id", "title", "text"} for each story, OUT gets {"id", "label"} for each, in the same order. FILE has
the ``[[section]]`` tables of a digest.toml; tests/bench/sections/ holds some. A story that fits no section is labelled
"Other", as in a draft. If the lines of IN have a "label", the share of right ones is printed.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # this file is run as a script

from digest.config.settings import SectionRule  # noqa: E402  the path comes first
from digest.config.table import table_of  # noqa: E402
from digest.curate.origin import language_of  # noqa: E402
from digest.curate.sections import sections_of  # noqa: E402
from digest.model import Entry  # noqa: E402

SEEN = datetime(2026, 11, 20, 7, tzinfo=UTC)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, judge, write; the figures go to standard output."""
    wanted = _arguments(arguments)
    rows: list[dict[str, Any]] = [json.loads(line) for line in wanted.stories.read_text("utf-8").splitlines() if line]
    rules = [table_of(SectionRule, table) for table in tomllib.loads(wanted.sections.read_text("utf-8"))["section"]]
    began = time.process_time()
    labels: dict[str, str] = {}
    for batch in _batches(rows, wanted.batch):
        labels |= label(batch, rules, language=wanted.language)
    seconds = time.process_time() - began
    lines = [json.dumps({"id": row["id"], "label": labels[str(row["id"])]}, ensure_ascii=False) for row in rows]
    wanted.labelled.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    print(json.dumps(_figures(rows, labels, seconds)))
    return 0


def label(rows: Sequence[dict[str, Any]], rules: Sequence[SectionRule], *, language: str) -> dict[str, str]:
    """The section of each row by its id."""
    groups = [
        [
            Entry(
                id=str(row["id"]),
                source_id="bench",
                title=row.get("title") or "",
                text=row.get("text") or "",
                first_seen=SEEN,
            )
        ]
        for row in rows
    ]
    found = sections_of(
        groups,
        rules=rules,
        sources={},
        languages=[language_of(group[0], {}, language) for group in groups],
    )
    return {group[0].id: title for group, (title, _) in zip(groups, found, strict=True)}


def _batches(rows: Sequence[dict[str, Any]], size: int | None) -> Iterator[list[dict[str, Any]]]:
    """All of them, or so many at a time, mixed by the hashes of their ids."""
    if size is None:
        yield list(rows)
        return
    mixed = sorted(rows, key=lambda row: sha256(str(row["id"]).encode()).digest())
    number = max(1, round(len(mixed) / size))
    for start in range(number):
        yield mixed[start::number]


def _figures(rows: Sequence[dict[str, Any]], labels: dict[str, str], seconds: float) -> dict[str, Any]:
    other = sum(labels[str(row["id"])] == "Other" for row in rows)
    figures: dict[str, Any] = {"stories": len(rows), "seconds": round(seconds, 2), "other": other}
    if rows and all("label" in row for row in rows):
        figures["right"] = round(sum(labels[str(row["id"])] == row["label"] for row in rows) / len(rows), 4)
    return figures


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stories", type=Path, metavar="IN.jsonl")
    parser.add_argument("labelled", type=Path, metavar="OUT.jsonl")
    parser.add_argument("--sections", type=Path, required=True, metavar="FILE.toml")
    parser.add_argument("--batch", type=int, metavar="N", help="judge N at a time; default: all at once")
    parser.add_argument("--language", default="en", help="of texts whose words do not tell it; default: en")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
