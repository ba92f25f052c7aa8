"""Charts whose categories lie below each other, as names do that are too long to stand side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from digest.render.charts.numbers import shortly
from digest.render.charts.shapes import SIZE, Blocks, Box, Label, Rule, Shape, Side
from digest.render.charts.sheet import scale_of

if TYPE_CHECKING:
    from digest.render.charts.chart import Chart
    from digest.render.charts.sheet import Sheet

_BAR = 16.0
_GAP = 10.0  # between two categories
_BESIDE_FROM = 480.0
"""Of width: from here on names stand beside their bars, else above them."""
_MOST_BESIDE = 0.38  # of the width, for names
_MOST_BEHIND = 0.4  # of the room that bars have, for numbers on each of their sides


def bars(chart: Chart, sheet: Sheet, top: float, shapes: list[Shape]) -> float:
    """Add the picture below ``top``; where it ends."""
    beside = sheet.width >= _BESIDE_FROM
    names = max((sheet.wide(one) for one in chart.categories), default=0)
    start = min(names, sheet.width * _MOST_BESIDE) + 10 if beside else 0.0
    numbers = [_numbers(chart, sheet, place) for place in range(len(chart.categories))]
    longest = max((sheet.wide(text) for row in numbers for text in row), default=0) + 8
    behind = min(longest, (sheet.width - start) * _MOST_BEHIND)
    known = [value for one in chart.series for value in one.values if value is not None]
    left, right = any(value < 0 for value in known), any(value >= 0 for value in known)
    scale = scale_of(chart, start + left * behind, sheet.width - right * behind)
    zero = scale.at(0)
    drawn = 1 if chart.change else len(chart.series)  # the one before is a frame around the same place
    boxes: list[list[Box]] = [[] for _ in chart.series]
    y = top
    for place, category in enumerate(chart.categories):
        if not beside:
            shapes.append(Label(x=0, y=y + SIZE, text=sheet.cut(category, sheet.width)))
            y += SIZE * 1.7
        else:
            middle = y + _BAR * drawn / 2 + SIZE * 0.35
            shapes.append(Label(x=start - 10, y=middle, text=sheet.cut(category, start - 10), side="right"))
        for number, one in enumerate(chart.series):
            value = one.values[place] or 0.0
            end = scale.at(value)
            lower = 0 if chart.change else number
            box = Box(min(zero, end), y + lower * _BAR, abs(end - zero), _BAR - (drawn > 1))
            boxes[number] += [box] if value else []
        for number, text in enumerate(numbers[place]):
            compared = chart.series if chart.change else chart.series[number : number + 1]
            ends = [one.values[place] or 0.0 for one in compared]  # a number stands behind the frame of the one before
            _value(text, max(ends, key=abs), scale.at, y + number * _BAR, sheet, shapes)
        if not beside:
            shapes.append(Rule(zero, y - 2, zero, y + _BAR * drawn + 1, strong=True))
        y += _BAR * drawn + _GAP
    for number, own in enumerate(boxes):
        shapes.append(Blocks(boxes=tuple(own), paint=number, hollow=bool(chart.change and number)))
    if beside:
        shapes.append(Rule(zero, top - 4, zero, max(y - _GAP, top) + 4, strong=True))
    return max(y - _GAP, top + SIZE) + 6


def _numbers(chart: Chart, sheet: Sheet, place: int) -> tuple[str, ...]:
    """What stands behind the bars of a category: ``24``, or ``24 (+6)``."""
    said = tuple(
        "" if one.values[place] is None else sheet.short(one.values[place] or 0.0, chart.unit) for one in chart.series
    )
    if not chart.change:
        return said
    now, before = (one.values[place] for one in chart.series[:2])
    if now is None or before is None:
        return said[:1]
    return (f"{said[0]} ({shortly(now - before, sheet.language, signed=True)})",)


def _value(text: str, value: float, at: Callable[[float], float], y: float, sheet: Sheet, shapes: list[Shape]) -> None:
    """A number at the end of its bar, on the side where the bar ends; over the bar rather than outside the picture."""
    if not text:
        return
    side: Side = "right" if value < 0 else "left"
    wide = sheet.wide(text)
    x = max(at(value) - 6, wide) if value < 0 else min(at(value) + 6, sheet.width - wide)
    shapes.append(Label(x=x, y=y + _BAR / 2 + SIZE * 0.35, text=text, side=side))
