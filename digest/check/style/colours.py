"""Colours as mails write them, and how well one is read on another (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

_HEX: Final = re.compile(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})\Z", re.IGNORECASE)
_STEPS: Final = 64
READABLE: Final = 4.5
READABLE_LARGE: Final = 3.0
"""Least contrasts of text, and of large text (WCAG 2.2, 1.4.3)."""


class Colour(NamedTuple):
    """Red, green and blue from 0 to 255; alpha from 0.0 (nothing is seen) to 1.0."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0

    @property
    def hex(self) -> str:
        return "#" + "".join(f"{min(255, max(0, round(part))):02x}" for part in self[:3])

    def over(self, ground: Colour) -> Colour:
        """What is seen where this lies on an opaque ground."""
        if self.alpha >= 1:
            return self
        red, green, blue = (a * self.alpha + b * (1 - self.alpha) for a, b in zip(self[:3], ground[:3], strict=True))
        return Colour(red, green, blue)


BLACK: Final = Colour(0, 0, 0)
WHITE: Final = Colour(255, 255, 255)
CLEAR: Final = Colour(0, 0, 0, 0.0)


@lru_cache(maxsize=1024)
def read_colour(text: str) -> Colour | None:
    """A colour of CSS; None: it is none, or one that only the page around it knows (``currentcolor``)."""
    text = text.strip()
    if found := _HEX.match(text):
        digits = found.group(1)
        if len(digits) < 6:
            digits = "".join(digit * 2 for digit in digits)
        parts = [int(digits[at : at + 2], 16) for at in range(0, len(digits), 2)]
        red, green, blue, alpha = [*map(float, parts), 255.0][:4]
        return Colour(red, green, blue, alpha / 255)
    if text.startswith("#") or not text:
        return None
    from tinycss2 import color4  # noqa: PLC0415  not for fetching and drafting

    try:
        known = color4.parse_color(text)
        if known is None or isinstance(known, str):
            return None
        red, green, blue, alpha = (0.0 if part is None else float(part) for part in known.to("srgb"))
    except (NotImplementedError, ValueError, OverflowError, ZeroDivisionError):  # colours of other screens
        return None
    return Colour(red * 255, green * 255, blue * 255, alpha)


@lru_cache(maxsize=512)
def legacy_colour(text: str) -> Colour | None:
    """A colour of an attribute such as bgcolor, where the ``#`` may be missing."""
    return read_colour(text) or read_colour(f"#{text.strip()}")


def contrast(one: Colour, other: Colour) -> float:
    """From 1.0 (the same) to 21.0 (black on white); both opaque."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: Colour) -> float:
    """Relative luminance, from 0.0 to 1.0 (WCAG 2.2, definitions)."""
    red, green, blue = (_linear(part / 255) for part in colour[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@lru_cache(maxsize=512)
def readable(text: Colour, ground: Colour, least: float) -> Colour | None:
    """The colour nearest to a text's, darker or lighter, that is read on a ground; None: none is."""
    for step in range(_STEPS + 1):
        for end in (BLACK, WHITE):
            share = step / _STEPS
            red, green, blue = (float(round(a + (b - a) * share)) for a, b in zip(text[:3], end[:3], strict=True))
            tried = Colour(red, green, blue)
            if contrast(tried, ground) >= least:
                return tried
    return None


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
