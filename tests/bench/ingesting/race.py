"""The scenarios: both sides poll the same server in turn, each time in a fresh process."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.ingesting.measure import ChildError, Measured, measure
from tests.bench.ingesting.server import Mode, Server
from tests.bench.ingesting.sides import Side

SIDES: tuple[Side, Side] = ("digest", "reader")
COMPARED = ("first_run", "poll_304", "poll_new")
"""first_run: every entry read and stored. poll_304: nothing changed. poll_new: one new item in nearly every feed."""


@dataclass(slots=True)
class Run:
    """What one side cost in one scenario, round by round."""

    call_s: list[float] = field(default_factory=list)  # from opening the database until the last feed is stored
    whole: list[Measured] = field(default_factory=list)
    said: dict[str, Any] = field(default_factory=dict)  # in the last round

    @property
    def call(self) -> float:
        return median(self.call_s)

    @property
    def wall(self) -> float:
        return median(one.wall_s for one in self.whole)

    @property
    def cpu(self) -> float:
        return median(one.cpu_s for one in self.whole)

    @property
    def peak_mb(self) -> float:
        return max(one.peak_mb for one in self.whole)

    @property
    def largest_mb(self) -> float:
        return max(one.largest_mb for one in self.whole)

    @property
    def helpers(self) -> int:
        return max(one.helpers for one in self.whole)


class Race:
    """Runs the scenarios in a folder that is thrown away, and keeps what they cost."""

    def __init__(self, server: Server, folder: Path, *, root: Path) -> None:
        self._server = server
        self._feeds = len(server.feeds)
        self._folder = folder
        self._root = root
        self._broken = dict.fromkeys(SIDES, 0)  # feeds that a side could not read, or not to the end
        self.renewed = server.turn("normal")["renewed"]  # feeds that have a new item in the mode "new"
        self.runs: dict[tuple[str, Side], Run] = defaultdict(Run)
        self.counts: dict[Side, dict[str, int]] = {}  # entries by the number of the feed after the first run
        self.added: dict[Side, int] = {}  # entries that were found in the scenario poll_new
        (folder / "urls.json").write_text(json.dumps(server.feeds), "utf-8")

    def round(self, number: int, *, captured: str) -> None:
        """Every scenario once; who begins changes from round to round.

        Args:
            number: of the round.
            captured: about when the bodies were captured, in ISO 8601: what "now" is where only news is read.
        """
        sides = SIDES if number % 2 == 0 else SIDES[::-1]
        for side in sides:
            self._child(side, "prepare", number)
        for side in sides:
            self._poll("first_run", side, number, mode="normal", bodies=self._feeds)
        for side in sides:
            self.counts[side] = self._count(side, number)
            called_broken = sum(count < 0 for count in self.counts[side].values())
            self._broken[side] = self.runs["first_run", side].said.get("troubled", called_broken)
        for side in sides * 2:  # short, so twice
            self._poll("poll_304", side, number, mode="normal", bodies=0)
        self._poll_by_command_line(number)
        for side in sides:
            self._poll("poll_new", side, number, mode="new", bodies=self.renewed)
        for side in sides:
            after, before = self._count(side, number), self.counts[side]
            self.added[side] = sum(after[feed] - count for feed, count in before.items() if count >= 0)
        self._poll("poll_bare", "digest", number, mode="bare", bodies=self._feeds)
        self._child("digest", "prepare", f"{number}-news", captured)
        self._poll("first_run_news", "digest", f"{number}-news", captured, mode="normal", bodies=self._feeds)

    def _poll(
        self, scenario: str, side: Side, round_: int | str, now: str | None = None, *, mode: Mode, bodies: int
    ) -> None:
        self._server.turn(mode)
        measured = self._child(side, "poll", round_, now)
        self._check(scenario, side, mode, bodies)
        run = self.runs[scenario, side]
        run.said = json.loads(measured.output)
        run.call_s.append(run.said["wall_s"])
        run.whole.append(measured)
        tell(f"{scenario:15} {side:7} {run.call_s[-1]:8.2f} s {measured.peak_mb:6.0f} MB")

    def _poll_by_command_line(self, round_: int) -> None:
        """All feeds unchanged, as cron sees it."""
        self._server.turn("normal")
        folder = str(self._folder / f"digest-{round_}")
        measured = measure([sys.executable, "-m", "digest", "-C", folder, "fetch", "--all", "-q"], cwd=self._root)
        self._check("digest fetch", "digest", "normal", 0)
        self.runs["cli_304", "digest"].whole.append(measured)
        tell(f"digest fetch, all 304   {measured.wall_s:8.2f} s {measured.peak_mb:6.0f} MB")

    def _check(self, scenario: str, side: Side, mode: Mode, bodies: int) -> None:
        """That every feed was asked once and got what the scenario is about.

        A side keeps no validators of a feed that it had trouble with, and gets its body again.
        """
        counts = self._server.turn(mode)
        full, unchanged = counts["full"], counts["unchanged"]
        if full + unchanged != self._feeds or not bodies <= full <= bodies + self._broken[side]:
            raise ChildError(
                f"{scenario} of {side}: {bodies} bodies and {self._feeds - bodies} times 304 were expected, "
                f"but the server answered with {full} and {unchanged}"
            )

    def _count(self, side: Side, round_: int) -> dict[str, int]:
        counts: dict[str, int] = json.loads(self._child(side, "count", round_).output)
        return counts

    def _child(self, side: Side, what: str, round_: int | str, now: str | None = None) -> Measured:
        folder = str(self._folder / f"{side}-{round_}")
        command = [sys.executable, "-m", "tests.bench.ingesting.sides", side, what, folder]
        return measure([*command, now] if now else command, cwd=self._root)


def tell(line: str) -> None:
    """Say how far it has come."""
    print(line, file=sys.stderr, flush=True)
