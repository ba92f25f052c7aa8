"""Which colour and which pattern is which series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.render.charts.shapes import SIZE, Blocks, Box, Label, Line, Shape

if TYPE_CHECKING:
    from digest.render.charts.chart import Chart
    from digest.render.charts.sheet import Sheet

_SWATCH = 18.0
_GAP = 16.0  # between two
_ROW = 19.0


def legend(chart: Chart, sheet: Sheet, top: float, shapes: list[Shape]) -> float:
    """Add the legend, in rows as long as there is room; where it ends. One series alone needs none."""
    if len(chart.series) < 2:
        return top
    x, y = 0.0, top
    for place, one in enumerate(chart.series):
        name = sheet.cut(one.name, sheet.width - _SWATCH - 8)
        width = _SWATCH + 6 + sheet.wide(name)
        if x and x + width > sheet.width:
            x, y = 0.0, y + _ROW
        shapes.append(_swatch(chart, place, x, y))
        shapes.append(Label(x=x + _SWATCH + 6, y=y + SIZE - 1, text=name))
        x += width + _GAP
    return y + _ROW + 6


def _swatch(chart: Chart, place: int, x: float, y: float) -> Shape:
    if chart.kind == "lines":
        middle = y + SIZE / 2 + 1
        return Line(runs=(((x + 1, middle), (x + _SWATCH - 1, middle)),), paint=place, dots=False)
    if chart.kind == "bars" and chart.change and place:
        return Blocks(boxes=(Box(x, y + 1, _SWATCH, SIZE - 1),), paint=place, hollow=True)
    return Blocks(boxes=(Box(x, y, _SWATCH, SIZE + 1),), paint=place)
