"""A drawing as PNG, for a mail: drawn by Pillow, on an opaque light ground that no dark mode turns around.

Only programs that show SVG show one in a mail, and few do (https://www.caniemail.com/features/image-svg/).
"""

from __future__ import annotations

import io
import itertools
import math
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont, PngImagePlugin, features

from digest.render.charts.colours import rgb, series_colours
from digest.render.charts.shapes import Blocks, Box, Drawing, Label, Line, Rule, runs_from_the_right
from digest.text.plain import drop_controls

if TYPE_CHECKING:
    from digest.render.theme import Palette

SCALE = 3
"""Pixels to one of the drawing's units, for screens that have more pixels than they say."""
PADDING = 16
"""Units of ground around the drawing: in a mail that is dark the picture is a light card."""

_TILE = 6 * SCALE
_INSTEAD = {"−": "-", "–": "-", "…": "...", "’": "'", "“": '"', "”": '"'}
"""What stands for signs that a font may lack and whose place another takes without loss."""
_COMPLEX = frozenset({"R", "AL"})
_Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A font: its two files; None: the one that comes with Pillow."""

    regular: Path | None
    bold: Path | None


class Letters:
    """Fonts, each text in the first that has all its letters. How wide a text is, is known by them: a Measure."""

    def __init__(self, faces: Sequence[Face]) -> None:
        self._faces = tuple(faces)
        self._fonts: dict[tuple[int, float, bool], ImageFont.FreeTypeFont] = {}
        self._known: dict[tuple[int, str], bool] = {}
        self._shapes_letters = bool(features.check("raqm"))

    def missing(self, texts: Iterable[str]) -> str:
        """The letters that cannot be drawn, each once: no font has them, or none all of their text."""
        found: dict[str, None] = {}
        for text in texts:
            found |= dict.fromkeys(self._lacks(self._best(text), text))
        return "".join(found)

    def measure(self, text: str, size: float, bold: bool) -> float:
        """The width of a text in the units of the drawing."""
        said, font = self.line(text, size, bold=bold)
        return float(font.getlength(said, direction=way(font, said))) / SCALE

    def line(self, text: str, size: float, *, bold: bool) -> tuple[str, ImageFont.FreeTypeFont]:
        """A text as it is drawn, and its font: the first that has its letters."""
        text = " ".join(drop_controls(text).split())
        place = self._best(text)
        key = place, size, bold
        if key not in self._fonts:
            face = self._faces[place]
            self._fonts[key] = _font(face.bold if bold else face.regular, size)
        said = "".join(letter if self._can(place, letter) else _INSTEAD.get(letter, letter) for letter in text)
        return said, self._fonts[key]

    def _best(self, text: str) -> int:
        return min(range(len(self._faces)), key=lambda place: len(self._lacks(place, text)))

    def _lacks(self, place: int, text: str) -> list[str]:
        return [one for one in dict.fromkeys(text) if one not in _INSTEAD and not self._can(place, one)]

    def _can(self, place: int, letter: str) -> bool:
        if letter.isspace() or unicodedata.category(letter)[0] in "CM":
            return True
        if not self._shapes_letters and unicodedata.bidirectional(letter) in _COMPLEX:
            return False  # letters that are joined stand apart and the wrong way round
        key = place, letter
        if key not in self._known:
            face = self._faces[place]
            self._known[key] = _has_glyph(_font(face.regular, 12), letter)
        return self._known[key]


def paint(drawing: Drawing, *, palette: Palette, letters: Letters) -> bytes:
    """The drawing as a PNG file; the same bytes for the same drawing, fonts and Pillow.

    Args:
        drawing: what is drawn.
        palette: its colours.
        letters: its fonts; what they lack is drawn as a box: ask ``missing`` before.
    """
    size = (round((drawing.width + 2 * PADDING) * SCALE), round((drawing.height + 2 * PADDING) * SCALE))
    page = _Page(Image.new("RGB", size, palette.paper), palette, letters)
    for shape in drawing.shapes:
        match shape:
            case Blocks():
                page.blocks(shape)
            case Line():
                page.line(shape)
            case Rule():
                page.rule(shape)
            case Label():
                page.label(shape)
    written = io.BytesIO()
    told = PngImagePlugin.PngInfo()
    told.add_text("Software", "digest")  # so that no picture of somebody else's is drawn over
    page.image.save(written, "PNG", optimize=True, pnginfo=told)
    return written.getvalue()


class _Page:
    """What is drawn on."""

    def __init__(self, image: Image.Image, palette: Palette, letters: Letters) -> None:
        self.image = image
        self._draw = ImageDraw.Draw(image)
        self._palette = palette
        self._letters = letters
        self._colours = series_colours(palette)

    def blocks(self, shape: Blocks) -> None:
        for box in shape.boxes:
            corners = _corners(box)
            if shape.hollow:
                self._draw.rectangle(corners, outline=self._palette.ink, width=round(1.5 * SCALE))
                continue
            self._draw.rectangle(corners, fill=self._colours[shape.paint])
            for x, y in _pattern(shape.paint, corners):
                self.image.putpixel((x, y), rgb(self._palette.paper))

    def line(self, shape: Line) -> None:
        colour = self._colours[shape.paint]
        for run in shape.runs:
            points = [(_pixel(x), _pixel(y)) for x, y in run]
            for dash in _dashed(points, _DASHES[shape.paint]):
                self._draw.line(dash, fill=colour, width=2 * SCALE, joint="curve")
            for x, y in points if shape.dots or len(points) == 1 else ():
                self._draw.circle((x, y), 3 * SCALE, fill=colour)

    def rule(self, shape: Rule) -> None:
        colour = self._palette.ink if shape.strong else self._palette.rule
        places = [round(_pixel(at)) for at in (shape.x1, shape.y1, shape.x2, shape.y2)]
        self._draw.line(places, fill=colour, width=SCALE)

    def label(self, shape: Label) -> None:
        anchor = {"left": "l", "middle": "m", "right": "r"}[shape.side] + "s"
        text, font = self._letters.line(shape.text, shape.size, bold=shape.bold)
        self._draw.text(
            (_pixel(shape.x), _pixel(shape.y)),
            text,
            fill=self._palette.muted if shape.quiet else self._palette.ink,
            font=font,
            anchor=anchor,
            direction=way(font, text),
        )


def way(font: ImageFont.FreeTypeFont, text: str) -> str | None:
    """Which way a text runs, as Pillow calls it; None where it does not ask: without Raqm, and in its own font."""
    if font.layout_engine != ImageFont.Layout.RAQM:
        return None
    return "rtl" if runs_from_the_right(text) else "ltr"


_DASHES = ((), (7, 4), (2, 4), (10, 4, 2, 4), (5, 2), (1, 5))
"""As in the SVG: how long each line and each gap is; () is a line without a gap."""
_IN_PATTERN: tuple[Callable[[int, int], bool], ...] = (
    lambda _x, _y: False,
    lambda x, y: (x + y) % _TILE < SCALE,
    lambda x, y: _TILE // 3 <= x % _TILE < 2 * _TILE // 3 and _TILE // 3 <= y % _TILE < 2 * _TILE // 3,
    lambda _x, y: y % _TILE < SCALE,
    lambda x, y: (x + y) % _TILE < SCALE or (x - y) % _TILE < SCALE,
    lambda x, _y: x % _TILE < SCALE,
)


def _pattern(paint: int, corners: tuple[int, int, int, int]) -> Iterator[tuple[int, int]]:
    """The pixels within the corners that are of the ground's colour."""
    drawn = _IN_PATTERN[paint]
    left, top, right, bottom = corners
    if paint:
        yield from ((x, y) for x in range(left, right + 1) for y in range(top, bottom + 1) if drawn(x, y))


def _corners(box: Box) -> tuple[int, int, int, int]:
    left, top = round(_pixel(box.x)), round(_pixel(box.y))
    right, bottom = round(_pixel(box.x + box.width)) - 1, round(_pixel(box.y + box.height)) - 1
    return left, top, max(left, right), max(top, bottom)


def _dashed(points: _Points, dashes: Sequence[int]) -> Iterator[list[tuple[float, float]]]:
    """The pieces of a line between its gaps."""
    if not dashes:
        yield list(points)
        return
    piece: list[tuple[float, float]] = list(points[:1])
    place, left = 0, float(dashes[0] * SCALE)
    for (x1, y1), (x2, y2) in itertools.pairwise(points):
        length, done = math.hypot(x2 - x1, y2 - y1), 0.0
        while length - done > left:
            done += left
            at = x1 + (x2 - x1) * done / length, y1 + (y2 - y1) * done / length
            if place % 2 == 0:
                yield [*piece, at]
            place, piece = (place + 1) % len(dashes), [at]
            left = float(dashes[place] * SCALE)
        left -= length - done
        piece.append((x2, y2))
    if place % 2 == 0 and len(piece) > 1:
        yield piece


def _pixel(value: float) -> float:
    return (value + PADDING) * SCALE


def _font(path: Path | None, size: float) -> ImageFont.FreeTypeFont:
    if path:
        return ImageFont.truetype(path, size * SCALE)
    own = ImageFont.load_default(size * SCALE)
    if not isinstance(own, ImageFont.FreeTypeFont):
        msg = "Pillow was built without FreeType"
        raise OSError(msg)
    return own


def _has_glyph(font: ImageFont.FreeTypeFont, letter: str) -> bool:
    """Whether a font has a letter: what it lacks looks like a letter that there is not, or like nothing."""
    drawn = font.getmask(letter)
    none = font.getmask("\U0010fffe")
    return drawn.getbbox() is not None and (drawn.size, bytes(drawn)) != (none.size, bytes(none))
