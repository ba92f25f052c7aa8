"""How long a refresh of a large edited issue file takes: python tests/bench/refresh.py [--json].

500 stories of two sources and 5,000 candidates; the editor has retitled one, and another has a late entry
and a new summary. refresh_s: CPU seconds of one core for reading the file, the version it started from and the new
one, and for merging them.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # this file is run as a script

from digest.edit.draft import write_issue  # noqa: E402  the path comes first
from digest.edit.issuefile import raw_stories, read_issue  # noqa: E402
from digest.edit.merge import Merged, merge  # noqa: E402
from digest.model import Briefing, Entry, Period, Section, Source, Story  # noqa: E402

STORIES, CANDIDATES = 500, 5_000
BEGAN = datetime(2026, 11, 13, 7, tzinfo=UTC)
PAPERS = {
    key: Source(id=key, kind="feed", location=f"https://{key}.example/f", name=f"Paper {key.upper()}") for key in "abc"
}
_SUMMARY = "A sentence of a summary, as long as sentences are in news. " * 5


def entry(number: int, paper: str) -> Entry:
    """One entry; the same for the same number and paper."""
    return Entry(
        id=f"{'abc'.index(paper)}{number:011x}",
        source_id=paper,
        title=f"Headline {number} of a story that goes on",
        url=f"https://{paper}.example/articles/{number}",
        published=BEGAN + timedelta(minutes=number),
        first_seen=BEGAN,
    )


def draft(*, late: bool) -> str:
    """The issue as digest would write it."""
    placed: list[Story] = []
    bench: list[Story] = []
    for number in range(STORIES + CANDIDATES):
        told = [entry(number, "a"), *([entry(number, "b")] if number < STORIES else [])]
        is_late = late and number == 3
        made = Story(
            id=f"s-{number:08x}",
            title=told[0].title,
            summary="It was put right. " if is_late else _SUMMARY,
            entries=(*told, *([entry(number, "c")] if is_late else [])),
            section="News",
            score=1.0,
        )
        (placed if number < STORIES else bench).append(made)
    briefing = Briefing(
        period=Period(name="2026-W47", start=BEGAN, end=BEGAN + timedelta(days=7)),
        sections=(Section(title="News", stories=tuple(placed)),),
        candidates=tuple(bench),
    )
    return write_issue(
        briefing, title="The Bench", sources=PAPERS, day="{:%-d %B %Y}".format, max_candidates=CANDIDATES
    )


def refresh(mine: str, base: str, theirs: str) -> Merged:
    """As ``digest draft`` does it."""
    here = read_issue(mine, path="mine")
    known = raw_stories(here)
    before, now = read_issue(base, path="base", known=known), read_issue(theirs, path="theirs", known=known)
    return merge(here, before, now, max_candidates=CANDIDATES)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print what the refresh did."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON in the last line")
    wanted = parser.parse_args(arguments)
    gc.set_threshold(50_000, 10, 10)  # as the command line does
    base, theirs = draft(late=False), draft(late=True)
    mine = base.replace("### Headline 7 of", "### My headline 7 of")
    began = time.process_time()
    merged = refresh(mine, base, theirs)
    seconds = time.process_time() - began
    print(f"{len(mine) / 1e6:.1f} MB, {seconds:.2f} s: {', '.join(change.text for change in merged.changes)}")
    if wanted.json:
        print(json.dumps({"refresh_s": round(seconds, 3), "changes": len(merged.changes), "mb": len(mine) / 1e6}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
