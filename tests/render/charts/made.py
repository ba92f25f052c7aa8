"""Charts for the tests, of every kind, and how they are drawn in them."""

from __future__ import annotations

from pathlib import Path

from digest.disk import shipped
from digest.render.charts.chart import Chart, Series
from digest.render.charts.coverage import Coverage, by_section, lives, most_covered
from digest.render.charts.layout import Manner, lay_out
from digest.render.charts.shapes import Drawing
from digest.render.furniture import Words, words
from digest.render.templates import Templates
from digest.render.theme import Palette, make_theme
from tests.render.charts.archive import archive
from tests.support.sample import sample_settings

SAID: Words = words("en", Path())
LOOKS = ("brief", "magazine", "plain")


def palettes() -> dict[str, Palette]:
    """The colours of every look, by day and by night."""
    found: dict[str, Palette] = {}
    for look in LOOKS:
        theme = make_theme(Templates(look, shipped("templates").parent), sample_settings())
        found |= {f"{look}-day": theme.light, f"{look}-night": theme.dark}
    return found


DAY = palettes()["brief-day"]


def covered(weeks: int) -> Coverage:
    rows, dates = archive(weeks)
    return Coverage.of(rows, dates, language="en", said=SAID)


PRICES = Chart(
    kind="lines",
    title="Price of power",
    unit="%",
    heading="Month",
    categories=("January 2026", "February 2026", "March 2026", "April 2026"),
    series=(
        Series(name="Household", values=(4.5, None, -1.5, 2.0)),
        Series(name="Industry & <trade>", values=(3.0, 3.5, 0.0, -2.25)),
    ),
    note="Dear in January, cheap in March.",
)

CHARTS = {
    "sections-weekly": by_section(covered(40)),
    "sections-monthly": by_section(covered(120)),
    "organisations": most_covered(covered(120)),
    "lives": lives(covered(120))[0],
    "parts": lives(covered(120))[1],
    "prices": PRICES,
}


def drawn(chart: Chart, *, width: float = 640, language: str = "en", titled: bool = False) -> Drawing:
    return lay_out(chart, Manner(width=width, language=language, titled=titled))
