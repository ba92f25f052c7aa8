"""The page of what the archive has covered: charts, each with a sentence and its numbers as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from markupsafe import Markup

from digest.model import ISSUE_ITSELF, Printed
from digest.render.charts.chart import Chart, Table, table_of
from digest.render.charts.colours import series_colours
from digest.render.charts.coverage import coverage_charts
from digest.render.charts.layout import Manner, lay_out
from digest.render.charts.numbers import spoken
from digest.render.charts.svg import svg
from digest.render.charts.times import stretch

if TYPE_CHECKING:
    from digest.render.archived import Frame

PATH = "coverage/index.html"
"""Below the folder of the home page."""

_WIDTHS = {"wide": 640.0, "narrow": 340.0}
"""Pixels; a telephone shows a layout of its own, for letters made smaller with their picture cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A chart as the template prints it."""

    name: str  # for ids
    title: str
    note: str
    wide: Markup
    narrow: Markup
    table: Table


def render_coverage(printed: Sequence[Printed], dates: Mapping[str, date], *, frame: Frame) -> str:
    """The page; without a story it says so.

    Args:
        printed: all that issues which are out have printed, without texts.
        dates: the day of each of these issues.
        frame: of the site.

    Raises:
        TemplateError: a template is wrong.
    """
    language = frame.settings.newsletter.language
    said = frame.words
    charts = coverage_charts(printed, dates, language=language, said=said)
    count = sum(one.place != ISSUE_ITSELF and one.issue in dates for one in printed)
    lead = said.coverage_none
    if charts:
        lead = said.coverage_lead.format(
            title=frame.settings.newsletter.title,
            stories=spoken(count, language),
            issues=spoken(len(dates), language),
            time=stretch(min(dates.values()), max(dates.values()), language),
        )
    return frame.render(
        "coverage.html",
        path=PATH,
        title=said.coverage,
        description=lead,
        lead=lead,
        pictures=[_picture(chart, f"chart-{number}", frame) for number, chart in enumerate(charts, start=1)],
        day=series_colours(frame.theme.light),
        night=series_colours(frame.theme.dark),
    )


def _picture(chart: Chart, name: str, frame: Frame) -> Picture:
    language = frame.settings.newsletter.language
    drawn = {
        size: svg(
            lay_out(chart, Manner(width=width, language=language)),
            name=f"{name}-{size}",
            title=chart.title,
            words=chart.note,
            palette=frame.theme.light,
        )
        for size, width in _WIDTHS.items()
    }
    return Picture(name=name, title=chart.title, note=chart.note, table=table_of(chart, language), **drawn)
