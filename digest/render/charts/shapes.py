"""What a picture is made of: a few flat shapes, which an SVG and a PNG both are written from."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import wcwidth

Side = Literal["left", "middle", "right"]
Measure = Callable[[str, float, bool], float]
"""How wide a text is: text, size of its letters, whether it is bold. All in the units of the drawing."""

SIZE = 12.0
"""Of letters, in the units of the drawing: pixels, where it is shown as large as it was laid out."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; y grows downwards."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """Rectangles of one series: in its colour and pattern, or only framed."""

    boxes: tuple[Box, ...]
    paint: int  # the place of the series
    hollow: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of one series, broken where a number is not known."""

    runs: tuple[tuple[tuple[float, float], ...], ...]  # of points (x, y)
    paint: int
    dots: bool = True  # whether its points are marked


@dataclass(frozen=True, slots=True)
class Rule:
    """A thin line behind or below everything."""

    x1: float
    y1: float
    x2: float
    y2: float
    strong: bool = False  # where nothing is


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A line of text; y is where its letters stand."""

    x: float
    y: float
    text: str
    side: Side = "left"  # which of its ends, as seen, is at x
    size: float = SIZE
    bold: bool = False
    quiet: bool = False


Shape = Blocks | Line | Rule | Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A picture, laid out."""

    width: float
    height: float
    shapes: tuple[Shape, ...]

    def mirrored(self) -> Drawing:
        """As it is drawn where people read from the right."""
        return replace(self, shapes=tuple(_mirrored(one, self.width) for one in self.shapes))


def _mirrored(shape: Shape, width: float) -> Shape:
    match shape:
        case Blocks():
            turned = (Box(width - one.x - one.width, one.y, one.width, one.height) for one in shape.boxes)
            return replace(shape, boxes=tuple(turned))
        case Line():
            return replace(shape, runs=tuple(tuple((width - x, y) for x, y in run) for run in shape.runs))
        case Rule():
            return replace(shape, x1=width - shape.x1, x2=width - shape.x2)
        case Label():
            sides: dict[Side, Side] = {"left": "right", "right": "left", "middle": "middle"}
            return replace(shape, x=width - shape.x, side=sides[shape.side])


_NARROW = frozenset("iljI|.,:;'!’ \u00a0\u202f")
_SLIM = frozenset('frt()-[]{}/“”"')
_BROAD = frozenset("mwMW@%…—")


def estimated(text: str, size: float, bold: bool) -> float:
    """About how wide a text is in a usual sans-serif font, rather too wide: the reader's font is not known here."""
    ems = 0.0
    for letter in text:
        columns = max(wcwidth.wcwidth(letter), 0)
        if letter in _NARROW:
            ems += 0.30
        elif letter in _SLIM:
            ems += 0.42
        elif letter in _BROAD:
            ems += 0.92
        elif columns == 2:
            ems += 1.0
        elif columns:
            ems += 0.72 if letter.isupper() else 0.58
    return ems * size * (1.06 if bold else 1.0)


def runs_from_the_right(text: str) -> bool:
    """Which way a line runs: as the first letter in it that runs any way (UAX #9, P2); numbers alone as numbers do."""
    kinds = (unicodedata.bidirectional(letter) for letter in text)
    return next((kind for kind in kinds if kind in {"L", "R", "AL"}), "L") != "L"


def cut(text: str, room: float, measure: Measure, *, size: float = SIZE, bold: bool = False) -> str:
    """As much of a text as there is room for."""
    if measure(text, size, bold) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(text[:middle].rstrip() + "…", size, bold) <= room:
            low = middle
        else:
            high = middle - 1
    while low and not wcwidth.wcwidth(text[low : low + 1] or "a"):
        low -= 1  # a mark goes with its letter
    return text[:low].rstrip() + "…"
