"""Numbers as people write them in a language, and as files do."""

from __future__ import annotations

import math
from decimal import Decimal

from babel.numbers import format_compact_decimal, format_decimal, format_percent

from digest.render.furniture import locale_of

MOST = 1e15
"""Beyond this a float has no whole numbers any more."""

_SHORT_FROM = 100_000


def spoken(value: float | None, language: str, *, percent: bool = False, signed: bool = False) -> str:
    """A number with as many decimals as it has, six at most: ``1,234.5``, ``1.234,5``; unknown is an empty text.

    Args:
        value: the number.
        language: BCP 47.
        percent: 12.5 is 12.5 %, written as the language writes it.
        signed: write a plus before what is more than nothing.
    """
    if value is None:
        return ""
    locale = locale_of(language)
    exact = Decimal(plainly(value))
    if percent:
        said = str(format_percent(exact / 100, locale=locale, decimal_quantization=False))
    else:
        said = str(format_decimal(exact, locale=locale, decimal_quantization=False))
    said = said.replace("-", "−")
    return f"+{said}" if signed and value > 0 else said


def shortly(value: float, language: str, *, percent: bool = False, signed: bool = False) -> str:
    """A number in a picture: from a hundred thousand on ``1.2M``, as the language shortens it; else as ``spoken``."""
    if abs(value) < _SHORT_FROM:
        return spoken(value, language, percent=percent, signed=signed)
    said = str(format_compact_decimal(value, locale=locale_of(language), fraction_digits=1)).replace("-", "−")
    return f"{'+' if signed and value > 0 else ''}{said}{'%' if percent else ''}"


def plainly(value: float | None) -> str:
    """A number as a file has it: ``1234.5``."""
    if value is None:
        return ""
    rounded = round(value, 6)
    return str(int(rounded)) if rounded == int(rounded) else format(Decimal(repr(rounded)), "f")


def steps(low: float, high: float, *, whole: bool, most: int = 5) -> tuple[float, ...]:
    """Round numbers from ``low`` or below to ``high`` or above: multiples of 1, 2 or 5 times a power of ten.

    Args:
        low: the least number that is drawn, or 0.
        high: the greatest, or 0.
        whole: there are no halves of what is counted.
        most: of gaps between them, about.
    """
    span = high - low
    if span < 1e-6:  # numbers are written with six decimals: less is nothing
        return (0.0, 1.0)
    power = 10.0 ** math.floor(math.log10(span / most))
    step = next(size * power for size in (1, 2, 5, 10) if span / (size * power) <= most or size == 10)
    step = max(step, 1.0) if whole else step
    first, last = math.floor(round(low / step, 9)), math.ceil(round(high / step, 9))
    return tuple(round(place * step, 9) for place in range(first, last + 1))
