"""Colours that stand apart: from the ground by their lightness, from each other by hue and lightness both.

The hues are those of Okabe and Ito, chosen so that people who see few colours tell them apart
(https://jfly.uni-koeln.de/color/); beside that each series has a pattern, so that nobody needs the colour.
"""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from digest.render.charts.chart import MOST_SERIES

if TYPE_CHECKING:
    from digest.render.theme import Palette

LEAST = 3.0
"""Contrast of what a picture says to its ground: WCAG 2.2, 1.4.11."""

_HUES = ("#0072b2", "#d55e00", "#009e73", "#7d4fa8", "#b58900", "#6b7280")
_CONTRASTS = (3.4, 7.0, 4.2, 3.3, 8.5)
"""To their ground, by the place of the series after the first: neighbours differ in grey as well."""


@lru_cache(maxsize=16)  # every picture asks for the same two; finding them takes hundredths of a second
def series_colours(palette: Palette) -> tuple[str, ...]:
    """A colour for each series, the look's accent first; each at least 3:1 to what charts of the palette stand on.

    Args:
        palette: of a look, by day or by night.
    """
    grounds = palette.paper, palette.wash
    nearest = min(_HUES[:-1], key=lambda hue: _between(hue, palette.accent))
    others = [hue for hue in _HUES if hue != nearest][: MOST_SERIES - 1]
    first = palette.accent if _least(palette.accent, grounds) >= LEAST else at_contrast(palette.accent, grounds, LEAST)
    return (first, *(at_contrast(hue, grounds, wanted) for hue, wanted in zip(others, _CONTRASTS, strict=True)))


def at_contrast(colour: str, grounds: Sequence[str], wanted: float) -> str:
    """The colour, mixed with as much black or white as brings it near the wanted contrast, and never below it.

    Args:
        colour: ``#rrggbb``.
        grounds: what it stands on, likewise.
        wanted: from 3 to 21; where the grounds allow less, the most there is.
    """
    found = [_mixed(colour, end, part / 64) for end in ("#000000", "#ffffff") for part in range(65)]
    enough = [one for one in found if _least(one, grounds) >= wanted]
    if enough:
        return min(enough, key=lambda one: _least(one, grounds))
    return max(found, key=lambda one: _least(one, grounds))


def _least(colour: str, grounds: Sequence[str]) -> float:
    return min(contrast(colour, ground) for ground in grounds)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21, as WCAG 2.2 defines it."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def rgb(colour: str) -> tuple[int, int, int]:
    """The parts of ``#rrggbb``."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    parts = (part / 255 for part in rgb(colour))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mixed(colour: str, other: str, share: float) -> str:
    mixed = (round(one + (two - one) * share) for one, two in zip(rgb(colour), rgb(other), strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _between(one: str, other: str) -> float:
    """How far two hues are from each other; grey has none."""
    (hue, _, strong), (other_hue, _, other_strong) = (_hls(colour) for colour in (one, other))
    if strong < 0.15 or other_strong < 0.15:
        return 1.0
    apart = abs(hue - other_hue)
    return min(apart, 1 - apart)


def _hls(colour: str) -> tuple[float, float, float]:
    red, green, blue = (part / 255 for part in rgb(colour))
    return colorsys.rgb_to_hls(red, green, blue)
