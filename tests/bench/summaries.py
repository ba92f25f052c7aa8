"""Summaries of stories in a file, by the functions that `digest draft` uses.

    python tests/bench/summaries.py IN.jsonl OUT.jsonl [--words 65] [--sentences 3] [--language en]

Lines {"id", "docs": [{"title", "text"}, …]} become lines {"id", "summary": [sentences]}. How rare a word is, is counted
over the whole file. How long it took is told on stderr.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # this file is run as a script

from digest.curate.centroid import rarity  # noqa: E402  the path comes first
from digest.curate.summary import MOST_SENTENCES, summary_of  # noqa: E402
from digest.model import Entry  # noqa: E402

_SEEN = datetime(2026, 1, 1, tzinfo=UTC)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, sum up, write."""
    wanted = _arguments(arguments)
    rows = [json.loads(line) for line in wanted.file.read_text("utf-8").splitlines() if line.strip()]
    stories = [_entries(row) for row in rows]
    started = time.process_time()
    weight = rarity([entry for story in stories for entry in story], lambda _: wanted.language)
    found = [
        summary_of(story, words=wanted.words, language=wanted.language, most=wanted.sentences, weight=weight)
        for story in stories
    ]
    took_s = time.process_time() - started
    lines = [
        json.dumps({"id": row["id"], "summary": [sentence.shown for sentence in summary]}, ensure_ascii=False)
        for row, summary in zip(rows, found, strict=True)
    ]
    wanted.out.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    documents = sum(map(len, stories))
    print(
        f"{len(rows)} summaries of {documents} documents in {took_s:.2f} s, "
        f"{1000 * took_s / max(documents, 1):.2f} ms a document",
        file=sys.stderr,
    )
    return 0


def _entries(row: dict[str, Any]) -> list[Entry]:
    return [
        Entry(
            id=f"{row['id']}/{number}",
            source_id="file",
            title=document.get("title") or "",
            text=document.get("text") or "",
            first_seen=_SEEN,
        )
        for number, document in enumerate(row["docs"])
    ]


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path, metavar="IN.jsonl")
    parser.add_argument("out", type=Path, metavar="OUT.jsonl")
    parser.add_argument("--words", type=int, default=65, help="the limit of a summary")
    parser.add_argument("--sentences", type=int, default=MOST_SENTENCES)
    parser.add_argument("--language", default="en", help="a two-letter code")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
