"""What a chart is drawn on: how wide, in which language, with which letters."""

from __future__ import annotations

from dataclasses import dataclass

from digest.render.charts.chart import Chart
from digest.render.charts.numbers import shortly, steps
from digest.render.charts.shapes import SIZE, Measure, cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The ground of a chart."""

    width: float
    language: str
    measure: Measure

    def wide(self, text: str, size: float = SIZE) -> float:
        return self.measure(text, size, False)

    def cut(self, text: str, room: float) -> str:
        return cut(text, room, self.measure)

    def short(self, value: float, unit: str) -> str:
        return shortly(value, self.language, percent=unit == "%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """From numbers to places."""

    steps: tuple[float, ...]
    start: float  # where the first step is
    end: float  # where the last is

    def at(self, value: float) -> float:
        low, high = self.steps[0], self.steps[-1]
        return self.start + (value - low) / (high - low) * (self.end - self.start)


def scale_of(chart: Chart, start: float, end: float) -> Scale:
    """The scale on which all numbers of a chart have their place, and nothing has its own."""
    if chart.kind == "stacked":
        known = [sum(max(value or 0.0, 0.0) for value in column) for column in _columns(chart)]
    else:
        known = [value for one in chart.series for value in one.values if value is not None]
    whole = all(value == int(value) for value in known)
    low, high = min([0.0, *known]), max([0.0, *known])
    return Scale(steps=steps(low, high, whole=whole), start=start, end=end)


def _columns(chart: Chart) -> list[tuple[float | None, ...]]:
    return list(zip(*(one.values for one in chart.series), strict=True))
