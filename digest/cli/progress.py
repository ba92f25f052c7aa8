"""How a sending goes, as it goes: how many, how fast, how long still; on a terminal a bar, else a line now and then."""

from __future__ import annotations

import contextlib
import sys
import time
from collections import Counter, deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WINDOW_S = 10.0  # the rate is that of the last seconds
SAMPLE_S = 0.25  # between two points that the rate is measured from
REDRAW_S = 0.1  # a bar drawn for each of 2,000 messages a second would cost more than sending them
LINE_S = 30.0  # without a terminal: a line at least so often,
TENTH_S = 1.0  # and one for each tenth, but not more often than this
_TROUBLE = ("deferred", "failed", "uncertain")


class Meter:
    """Counts outcomes and measures their rate. Told the time; keeps none of its own."""

    def __init__(self, total: int, *, begun_s: float) -> None:
        self.total = total
        self.counts: Counter[str] = Counter()
        self.done = 0
        self._points = deque([(begun_s, 0)])  # when, and how many were done; the first is as old as the window

    def add(self, state: str, *, moment_s: float) -> None:
        """One more recipient has this outcome."""
        self.counts[state] += 1
        self.done += 1
        if moment_s - self._points[-1][0] >= SAMPLE_S:
            self._points.append((moment_s, self.done))
        while len(self._points) > 1 and self._points[1][0] <= moment_s - WINDOW_S:
            self._points.popleft()

    def per_second(self, *, moment_s: float) -> float:
        """Outcomes a second over the last WINDOW_S, or since the beginning; 0.0 before anything can be said."""
        while len(self._points) > 1 and self._points[1][0] <= moment_s - WINDOW_S:
            self._points.popleft()
        since_s, done = self._points[0]
        return (self.done - done) / (moment_s - since_s) if moment_s > since_s else 0.0

    def left_s(self, *, moment_s: float) -> float | None:
        """Seconds until all are done at this rate; None: nobody can tell."""
        rate = self.per_second(moment_s=moment_s)
        return max(0, self.total - self.done) / rate if rate else None

    def line(self, *, moment_s: float) -> str:
        """``3,000 of 30,000 (10 %), 812/s, 33 s left, 3 deferred, 1 failed``."""
        share = f" ({self.done * 100 // self.total} %)" if self.total else ""
        rate, left_s = self.per_second(moment_s=moment_s), self.left_s(moment_s=moment_s)
        parts = [f"{self.done:,} of {self.total:,}{share}", f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s"]
        parts += [f"{lasting(left_s)} left"] if left_s is not None else []
        parts += [f"{self.counts[state]:,} {state}" for state in _TROUBLE if self.counts[state]]
        return ", ".join(parts)


class Pulse:
    """Says when a line is due where nobody watches: with every tenth that is done, and at least every LINE_S."""

    def __init__(self, *, begun_s: float) -> None:
        self._last_s = begun_s
        self._tenths = 0

    def beats(self, meter: Meter, *, moment_s: float) -> bool:
        tenths = meter.done * 10 // meter.total if meter.total else 0
        lapse_s = moment_s - self._last_s
        if lapse_s < LINE_S and (tenths <= self._tenths or lapse_s < TENTH_S):
            return False
        self._last_s, self._tenths = moment_s, tenths
        return True


def lasting(seconds: float) -> str:
    """``35 s``, ``4 min 10 s``, ``2 h 05 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


@contextlib.contextmanager
def sending_bar(total: int) -> Iterator[Callable[[str], None]]:
    """A bar on standard error, which is a terminal; ``advance(state)`` counts one outcome."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("sending"), BarColumn(bar_width=30), TextColumn("{task.fields[note]}"))
    meter = Meter(total, begun_s=time.monotonic())
    drawn_s = 0.0
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task("", total=total, note=f"0 of {total:,}")

        def advance(state: str) -> None:
            nonlocal drawn_s
            moment_s = time.monotonic()
            meter.add(state, moment_s=moment_s)
            if moment_s - drawn_s >= REDRAW_S:
                drawn_s = moment_s
                bar.update(task, completed=meter.done, note=meter.line(moment_s=moment_s))

        yield advance


@contextlib.contextmanager
def sending_lines(total: int, say: Callable[[str], None]) -> Iterator[Callable[[str], None]]:
    """A line now and then, said by ``say``; ``advance(state)`` counts one outcome."""
    begun_s = time.monotonic()
    meter, pulse = Meter(total, begun_s=begun_s), Pulse(begun_s=begun_s)

    def advance(state: str) -> None:
        moment_s = time.monotonic()
        meter.add(state, moment_s=moment_s)
        if pulse.beats(meter, moment_s=moment_s):
            say(f"sending: {meter.line(moment_s=moment_s)}")

    yield advance
