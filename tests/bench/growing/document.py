"""docs/scale.md: the figures that were measured, and the tables that follow from them.

A row ``| `name` | 1,234 | …`` gives a measured figure, and so does ``1,234<!-- name -->`` anywhere else. A table that
follows stands between ``<!-- growth: NAME -->`` and ``<!-- end -->``, and is written by the function of that name in
tables.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.bench.growing.tables import TABLES

_NUMBER = r"(?P<value>[+-]?[\d,.]*\d)"
_FIGURES = (
    re.compile(rf"^(?P<before>\| `(?P<name>\w+)` \| ){_NUMBER}(?P<after> \|)", re.MULTILINE),
    re.compile(rf"(?P<before>){_NUMBER}(?P<after>(?: %)?<!-- (?P<name>\w+) -->)"),
)
_TABLE = re.compile(r"(<!-- growth: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def costs_of(document: str) -> dict[str, float]:
    """The measured figures that stand in it, by name."""
    return {
        one["name"]: float(one["value"].replace(",", "")) for figure in _FIGURES for one in figure.finditer(document)
    }


def updated(document: str, measured: Mapping[str, float]) -> str:
    """The document with these figures for those it names, and with all that follows from them."""

    def given(found: re.Match[str]) -> str:
        name = found["name"]
        return f"{found['before']}{told(measured[name])}{found['after']}" if name in measured else found[0]

    for figure in _FIGURES:
        document = figure.sub(given, document)
    costs = costs_of(document)
    return _TABLE.sub(lambda found: f"{found[1]}{TABLES[found[2]](costs)}\n{found[3]}", document)


def told(value: float) -> str:
    """Three figures, and no more: the rest is another day's."""
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 100 else f"{rounded:,.3g}"
