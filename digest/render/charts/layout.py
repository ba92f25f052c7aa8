"""Where everything of a chart stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.render.charts.bars import bars
from digest.render.charts.columns import columns
from digest.render.charts.legend import legend
from digest.render.charts.shapes import SIZE, Drawing, Label, Measure, Shape, estimated
from digest.render.charts.sheet import Sheet
from digest.text.direction import direction
from digest.text.wrap import wrap

if TYPE_CHECKING:
    from digest.render.charts.chart import Chart

_TITLE_SIZE = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How charts are laid out on one kind of ground."""

    width: float
    language: str  # BCP 47
    measure: Measure = estimated
    titled: bool = False  # the picture stands alone, so its title is in it


def lay_out(chart: Chart, manner: Manner) -> Drawing:
    """The shapes of a chart; the same for the same chart.

    Args:
        chart: what is drawn; it has one series at least, but may have no category.
        manner: how. Less than 200 wide there is no room for anything.
    """
    sheet = Sheet(width=manner.width, language=manner.language, measure=manner.measure)
    shapes: list[Shape] = []
    top = _titles(chart, manner, shapes) if manner.titled else 0.0
    top = legend(chart, sheet, top, shapes)
    draw = bars if chart.kind == "bars" else columns
    height = draw(chart, sheet, top, shapes)
    drawn = Drawing(width=manner.width, height=round(height, 1), shapes=tuple(shapes))
    return drawn.mirrored() if direction(manner.language) == "rtl" else drawn


def _titles(chart: Chart, manner: Manner, shapes: list[Shape]) -> float:
    """The title, in as many lines as it needs; where they end."""
    bottom = 0.0
    room = 8
    while (
        room < len(chart.title)
        and max(manner.measure(line, _TITLE_SIZE, True) for line in wrap(chart.title, room + 1).split("\n"))
        <= manner.width
    ):
        room += 1
    for line in wrap(chart.title, room).split("\n"):
        bottom += _TITLE_SIZE * 1.3
        shapes.append(Label(x=0, y=bottom - _TITLE_SIZE * 0.3, text=line, size=_TITLE_SIZE, bold=True))
    return bottom + SIZE * 0.4
