"""Reading one document: digest's first full reading of it against plain ``feedparser.parse``, on one core each.

Two processes take the same documents in turn, because digest changes what feedparser does once it is imported. What
is compared is not the same work: digest also cleans, hashes and dates the entries and looks for embargoes in them.
"""

from __future__ import annotations

import calendar
import io
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Self

from tests.bench.ingesting.measure import ChildError

EARLIEST_S = 946_684_800  # the year 2000: what is dated before it has a wrong date
_WARMING = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>Warm</title><item><title>Up</title>'
    b"<link>https://example.org/1</link><pubDate>Tue, 17 Feb 2026 06:00:00 GMT</pubDate>"
    b"<description>&lt;p&gt;A &lt;a href='/x'&gt;text&lt;/a&gt;.&lt;/p&gt;</description></item></channel></rss>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What both sides made of all documents."""

    plain_s: float  # processor time, median of the rounds
    digest_s: float
    ratio: float  # feedparser's time to digest's, median of the rounds
    median_ratio: float  # the same for the document in the middle
    plain_counts: list[int]  # entries of each document
    digest_counts: list[int]
    captured: datetime  # when most of the newer documents were: nine in ten have nothing newer


class _Reader:
    """A process that reads documents one by one."""

    def __init__(self, side: str, root: Path) -> None:
        self._command = [sys.executable, "-m", "tests.bench.ingesting.parsing", side]
        self._process = subprocess.Popen(
            self._command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._process.communicate(timeout=60)

    def read(self, path: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(path, file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise ChildError(f"{path}: reading it ended the process {' '.join(self._command)}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def compare_parsing(documents: Sequence[str], *, rounds: int, root: Path) -> Parsed:
    """Read all documents on both sides, document by document, in alternating order."""
    sides = ("plain", "digest")
    spent: dict[str, list[list[float]]] = {side: [[] for _ in documents] for side in sides}
    answers: dict[str, list[dict[str, Any]]] = {}
    with ExitStack() as stack:
        readers = {side: stack.enter_context(_Reader(side, root)) for side in sides}
        for turn in range(rounds):
            answers = {side: [] for side in sides}
            for number, document in enumerate(documents):
                for side in sides if (turn + number) % 2 else sides[::-1]:
                    answers[side].append(answer := readers[side].read(document))
                    spent[side][number].append(answer["cpu_s"])
    totals = {side: [sum(times[turn] for times in spent[side]) for turn in range(rounds)] for side in sides}
    ratios = [plain / ours for plain, ours in zip(totals["plain"], totals["digest"], strict=True)]
    single = [median(plain) / median(ours) for plain, ours in zip(spent["plain"], spent["digest"], strict=True)]
    return Parsed(
        plain_s=median(totals["plain"]),
        digest_s=median(totals["digest"]),
        ratio=median(ratios),
        median_ratio=median(single),
        plain_counts=[answer["entries"] for answer in answers["plain"]],
        digest_counts=[answer["entries"] for answer in answers["digest"]],
        captured=_captured([answer["newest"] for answer in answers["plain"]]),
    )


def _captured(newest: Sequence[float | None]) -> datetime:
    dated = [moment for moment in newest if moment]
    tenths = quantiles(dated, n=10, method="inclusive") if len(dated) > 1 else dated
    return datetime.fromtimestamp(tenths[-1] if tenths else EARLIEST_S, UTC)


def _reading_plain() -> Callable[[bytes], dict[str, Any]]:
    import feedparser

    def read(body: bytes) -> dict[str, Any]:
        started = time.process_time()
        parsed = feedparser.parse(io.BytesIO(body))
        spent = time.process_time() - started
        dates = [dict.get(entry, "published_parsed") or dict.get(entry, "updated_parsed") for entry in parsed.entries]
        moments = [moment for date in dates if date and (moment := calendar.timegm(date)) > EARLIEST_S]
        return {"cpu_s": spent, "entries": len(parsed.entries), "newest": max(moments, default=None)}

    return read


def _reading_digest() -> Callable[[bytes], dict[str, Any]]:
    from digest.gather.feeds.feed import read_feed
    from digest.model import Source

    source = Source(id="f", kind="feed", location="https://example.org/feed", name="Feed")
    now = datetime(2026, 11, 19, tzinfo=UTC)

    def read(body: bytes) -> dict[str, Any]:
        started = time.process_time()
        feed = read_feed(body, source=source, url=source.location, content_type="application/xml", now=now)
        return {"cpu_s": time.process_time() - started, "entries": len(feed.entries)}

    return read


def _main(side: str) -> None:
    read = _reading_plain() if side == "plain" else _reading_digest()
    read(_WARMING)
    for line in sys.stdin:
        print(json.dumps(read(Path(line.rstrip("\n")).read_bytes())), flush=True)


if __name__ == "__main__":
    _main(sys.argv[1])
