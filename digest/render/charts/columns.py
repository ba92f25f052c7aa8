"""Charts whose categories stand side by side: columns on each other, columns beside each other, lines."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from digest.render.charts.shapes import SIZE, Blocks, Box, Label, Line, Rule, Shape
from digest.render.charts.sheet import Scale, scale_of

if TYPE_CHECKING:
    from digest.render.charts.chart import Chart
    from digest.render.charts.sheet import Sheet

_LINE = SIZE * 1.35
_MOST_WIDE = 56.0  # of one column: two of them are no wall
_MOST_NUMBERS = 16  # above columns: more are a row of figures nobody reads
_MOST_DOTS = 40


def columns(chart: Chart, sheet: Sheet, top: float, shapes: list[Shape]) -> float:
    """Add the picture below ``top``; where it ends."""
    height = min(260.0, max(150.0, sheet.width * 0.4))
    top += _unit(chart, sheet, top, shapes)
    scale = scale_of(chart, top + height, top)
    said = [sheet.short(value, chart.unit) for value in scale.steps]
    left = max(sheet.wide(one) for one in said) + 8
    for value, text in zip(scale.steps, said, strict=True):
        y = scale.at(value)
        shapes.append(Rule(left, y, sheet.width, y, strong=value == 0))
        shapes.append(Label(x=left - 8, y=y + SIZE * 0.35, text=text, side="right", quiet=True))
    gap = (sheet.width - left) / max(len(chart.categories), 1)
    middles = [left + gap * (place + 0.5) for place in range(len(chart.categories))]
    if chart.kind == "lines":
        shapes += _lines(chart, scale, middles)
    else:
        shapes += (
            _stacked(chart, scale, middles, gap) if chart.kind == "stacked" else _grouped(chart, scale, middles, gap)
        )
        _values(chart, sheet, scale, middles, gap, shapes)
    return _ticks(chart, sheet, middles, top + height, shapes)


def _unit(chart: Chart, sheet: Sheet, top: float, shapes: list[Shape]) -> float:
    """What the numbers count, above them; the room it takes, and that of half a number."""
    if not chart.unit or chart.unit == "%":
        return SIZE
    shapes.append(Label(x=0, y=top + SIZE, text=sheet.cut(chart.unit, sheet.width), quiet=True))
    return SIZE * 2.2


def _stacked(chart: Chart, scale: Scale, middles: list[float], gap: float) -> Iterator[Shape]:
    wide = _column(gap)
    floors = [0.0] * len(middles)
    for place, one in enumerate(chart.series):
        boxes = []
        for index, value in enumerate(one.values):
            if value and value > 0:
                high, low = scale.at(floors[index] + value), scale.at(floors[index])
                apart = min(1.0, (low - high) / 3) if floors[index] else 0.0  # a hair between two colours
                boxes.append(Box(middles[index] - wide / 2, high, wide, low - high - apart))
                floors[index] += value
        yield Blocks(boxes=tuple(boxes), paint=place)


def _grouped(chart: Chart, scale: Scale, middles: list[float], gap: float) -> Iterator[Shape]:
    count = len(chart.series)
    wide = _column(gap, count)
    zero = scale.at(0)
    for place, one in enumerate(chart.series):
        left = (place - count / 2) * wide
        yield Blocks(
            boxes=tuple(
                Box(
                    middle + left, min(zero, scale.at(value)), max(wide - (count > 1), 0.5), abs(zero - scale.at(value))
                )
                for middle, value in zip(middles, one.values, strict=True)
                if value
            ),
            paint=place,
        )


def _column(gap: float, count: int = 1) -> float:
    """How wide one is, where each category has ``gap``."""
    return min(_MOST_WIDE, gap * (0.72 if gap > 12 else 0.85)) / count


def _lines(chart: Chart, scale: Scale, middles: list[float]) -> Iterator[Shape]:
    for place, one in enumerate(chart.series):
        known = [(x, value) for x, value in zip(middles, one.values, strict=True)]
        runs = tuple(
            tuple((x, scale.at(value)) for x, value in run if value is not None)
            for is_known, run in itertools.groupby(known, lambda point: point[1] is not None)
            if is_known
        )
        yield Line(runs=runs, paint=place, dots=len(middles) <= _MOST_DOTS)


def _values(chart: Chart, sheet: Sheet, scale: Scale, middles: list[float], gap: float, shapes: list[Shape]) -> None:
    """Each number above its column, where there is room for all of one series."""
    if len(chart.series) > 1 or len(middles) > _MOST_NUMBERS:
        return
    said = [("" if value is None else sheet.short(value, chart.unit), value or 0.0) for value in chart.series[0].values]
    if max((sheet.wide(text) for text, _ in said), default=0) > gap - 2:
        return
    for (text, value), x in zip(said, middles, strict=True):
        y = scale.at(value) + (SIZE * 1.05 if value < 0 else -SIZE * 0.35)
        if text:
            shapes.append(Label(x=x, y=y, text=text, side="middle"))


def _ticks(chart: Chart, sheet: Sheet, middles: list[float], y: float, shapes: list[Shape]) -> float:
    """What stands below the columns: as many of the ticks as fit, evenly; where it ends."""
    named = [
        (x, *text.partition("\n")[::2])
        for x, text in zip(middles, chart.ticks or chart.categories, strict=True)
        if text.strip()
    ]
    are_names = not chart.ticks and chart.kind != "lines"
    named = _in_two_lines(named, sheet) if are_names else named
    named = _evenly(named, sheet, are_names=are_names)
    last = ""
    for x, text, below in named:
        shapes.append(_centred(text, x, y + _LINE, sheet))
        if below and (are_names or below != last):
            shapes.append(_centred(below, x, y + _LINE * 2, sheet))
            last = below
    lines = 1 + any(below for _, _, below in named)
    return y + _LINE * lines + SIZE * 0.5


def _centred(text: str, x: float, y: float, sheet: Sheet) -> Label:
    """A label in the middle below its column, but never outside the picture."""
    text = sheet.cut(text, sheet.width)
    half = sheet.wide(text) / 2
    if x - half < 0:
        return Label(x=0, y=y, text=text, quiet=True)
    if x + half > sheet.width:
        return Label(x=sheet.width, y=y, text=text, side="right", quiet=True)
    return Label(x=x, y=y, text=text, side="middle", quiet=True)


def _evenly(named: list[tuple[float, str, str]], sheet: Sheet, *, are_names: bool) -> list[tuple[float, str, str]]:
    """Every one of them, or every second, third …: the first of these that stand apart.

    Names cannot be told from their neighbours, as times can: they are rather cut than left out.
    """
    if len(named) < 2:
        return named
    wide = _widest(named, sheet)
    gaps = [two[0] - one[0] for one, two in itertools.pairwise(named)]
    if min(gaps) >= wide:
        return named
    if len(gaps) > 1 and min(gaps[1:]) >= wide:
        return named[1:]  # of the first month there is only the end
    gap = min(gaps[1:] or gaps)
    if gap >= 40 and (are_names or all(len(text) > 12 for _, text, _ in named)):
        return [(x, sheet.cut(text, gap - 3), sheet.cut(below, gap - 3)) for x, text, below in named]
    stride = next((size for size in (2, 3, 4, 6, 12) if gap * size >= wide), -(-wide // gap))
    return named[:: int(stride)]


def _in_two_lines(named: list[tuple[float, str, str]], sheet: Sheet) -> list[tuple[float, str, str]]:
    """Names, broken where they have no room beside each other."""
    if len(named) < 2 or named[1][0] - named[0][0] >= _widest(named, sheet):
        return named
    return [(x, *_halves(text)) for x, text, _ in named]


def _halves(text: str) -> tuple[str, str]:
    """A text in two lines, as even as its words allow."""
    words = text.split(" ")
    halves = ((" ".join(words[:place]), " ".join(words[place:])) for place in range(len(words), 0, -1))
    return min(halves, key=lambda both: max(map(len, both)))


def _widest(named: list[tuple[float, str, str]], sheet: Sheet) -> float:
    """Of their lines, with what parts it from the next."""
    return max(sheet.wide(part) for _, *parts in named for part in parts) + 8
