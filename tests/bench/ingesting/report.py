"""What was measured, as a table for people and as numbers with the names that were agreed on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench.ingesting.parsing import Parsed
from tests.bench.ingesting.race import COMPARED, SIDES, Race
from tests.bench.ingesting.server import Plan
from tests.bench.ingesting.sides import WORKERS, Side

_TITLES = {
    "first_run": "first run, every entry",
    "poll_304": "all unchanged (304)",
    "poll_new": "one new item in most",
    "poll_bare": "no validators, unchanged",
    "first_run_news": "first run, only news read",
}
_SHOWN = 8  # documents that are named where the sides differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that was measured."""

    race: Race
    parsed: Parsed
    plan: Plan

    def numbers(self) -> dict[str, float]:
        """Ratios are those of digest to the other, more than 1: digest is faster. Times in s, memory in 10^6 bytes."""
        runs, found = self.race.runs, dict[str, float]()
        for name in COMPARED:
            found[f"{name}_vs_reader"] = self._ratio(name)
        ours, theirs, cli = runs["poll_304", "digest"], runs["poll_304", "reader"], runs["cli_304", "digest"]
        found |= {
            "parse_vs_feedparser": self.parsed.ratio,
            "poll_304_s": ours.wall,
            "rss_mb": ours.peak_mb,
            "reader_rss_mb": theirs.peak_mb,
            "cli_304_s": cli.wall,
            "cli_304_rss_mb": cli.peak_mb,
            "poll_304_process_vs_reader": theirs.wall / ours.wall,
        }
        for (name, side), run in runs.items():
            prefix = "reader_" if side == "reader" else ""
            if run.call_s:
                found |= {f"{prefix}{name}_call_s": run.call, f"{prefix}{name}_rss_mb": run.peak_mb}
        return found | {
            "first_run_per_entry_vs_reader": self._ratio_per_entry(),
            "pool": runs["first_run", "digest"].helpers,
            "first_run_largest_mb": runs["first_run", "digest"].largest_mb,
            "entries": self._stored("digest"),
            "reader_entries": self._stored("reader"),
            "feedparser_entries": sum(self._expected().values()),
            "new": self.race.added["digest"],
            "reader_new": self.race.added["reader"],
            "renewed": self.race.renewed,
            "feeds": len(self.plan.shares),
            "documents": len(self.plan.documents),
        }

    def lines(self) -> Iterator[str]:
        """The table, and what must be known to judge it."""
        head = ("digest", "reader", "ratio", "CPU", "reader", "peak MB", "reader")
        yield f"{'':26}" + "".join(f"{title:>10}" for title in head)
        for name in COMPARED:
            ours, theirs = self.race.runs[name, "digest"], self.race.runs[name, "reader"]
            yield (f"{_TITLES[name]:26}{ours.call:8.2f} s{theirs.call:8.2f} s{self._ratio(name):9.1f}x"
                   f"{ours.cpu:8.2f} s{theirs.cpu:8.2f} s{ours.peak_mb:10.0f}{theirs.peak_mb:10.0f}")  # fmt: skip
        for name in ("first_run_news", "poll_bare"):
            ours = self.race.runs[name, "digest"]
            yield f"{_TITLES[name]:26}{ours.call:8.2f} s{'':20}{ours.cpu:8.2f} s{'':10}{ours.peak_mb:10.0f}"
        yield from self._details()
        yield from self._entries()

    def _details(self) -> Iterator[str]:
        runs, parsed = self.race.runs, self.parsed
        ours, theirs, cli = runs["poll_304", "digest"], runs["poll_304", "reader"], runs["cli_304", "digest"]
        yield (
            f"all 304, whole process: pipeline.fetch {ours.wall:.2f} s, {ours.peak_mb:.0f} MB; digest fetch "
            f"{cli.wall:.2f} s, {cli.peak_mb:.0f} MB; reader {theirs.wall:.2f} s, {theirs.peak_mb:.0f} MB"
        )
        yield (f"first parse, CPU on one core: feedparser {parsed.plain_s:.2f} s, digest {parsed.digest_s:.2f} s: "
               f"{parsed.ratio:.2f}x (the document in the middle: {parsed.median_ratio:.2f}x)")  # fmt: skip
        first = runs["first_run", "digest"]
        yield (f"pools: digest had at most {first.helpers} helper processes on the first run (the largest process took "
               f"{first.largest_mb:.0f} MB), {runs['poll_new', 'digest'].helpers} with new items; reader {WORKERS} "
               "threads")  # fmt: skip
        said = runs["first_run_news", "digest"].said
        yield (f"only news read: on {parsed.captured:%d %B %Y} {said['new']} entries were news, {said['backlog']} "
               "older ones were filed as backlog")  # fmt: skip

    def _entries(self) -> Iterator[str]:
        """Whether both sides stored what feedparser sees, and where they did not."""
        expected, race = self._expected(), self.race
        yield (f"entries: {sum(expected.values())} by feedparser, digest stored {self._stored('digest')}, reader "
               f"{self._stored('reader')}; new items: {race.renewed} served, digest found {race.added['digest']}, "
               f"reader {race.added['reader']}")  # fmt: skip
        yield f"  first run for each entry that was stored: {self._ratio_per_entry():.1f}x"
        for side in SIDES:
            different = {
                self._document(feed): (stored, expected[feed])
                for feed, stored in race.counts[side].items()
                if stored != expected[feed]
            }
            yield f"  stored by {side}: {_named(different)}"
        pairs = zip(self.plan.documents, self.parsed.digest_counts, self.parsed.plain_counts, strict=True)
        yield f"  parsed by digest: {_named({Path(path).name: (a, b) for path, a, b in pairs if a != b})}"

    def _ratio(self, name: str) -> float:
        ours, theirs = self.race.runs[name, "digest"], self.race.runs[name, "reader"]
        return median(slow / quick for quick, slow in zip(ours.call_s, theirs.call_s, strict=True))

    def _ratio_per_entry(self) -> float:
        """The first run's ratio if each side is only asked for what it stored: reader skips what it calls broken."""
        return self._ratio("first_run") * self._stored("digest") / max(self._stored("reader"), 1)

    def _stored(self, side: Side) -> int:
        return sum(max(count, 0) for count in self.race.counts[side].values())

    def _expected(self) -> dict[str, int]:
        """What feedparser sees, by the number of the feed."""
        return {str(feed): self.parsed.plain_counts[share] for feed, share in enumerate(self.plan.shares)}

    def _document(self, feed: str) -> str:
        return Path(self.plan.documents[self.plan.shares[int(feed)]]).name


def _named(different: dict[str, tuple[int, int]]) -> str:
    """Documents, and how many entries of how many they gave."""
    if not different:
        return "as many entries as feedparser sees in every document"
    shown = [
        f"{name} ({'called broken' if count < 0 else count}, not {expected})"
        for name, (count, expected) in list(different.items())[:_SHOWN]
    ]
    more = f" and {len(different) - _SHOWN} more" if len(different) > _SHOWN else ""
    return f"{len(different)} of the documents differently: {', '.join(shown)}{more}"
