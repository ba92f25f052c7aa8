"""A chart before it is a picture: its numbers and its words; and the same as a table."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Literal

from digest.render.charts.numbers import plainly, spoken

Kind = Literal["stacked", "grouped", "lines", "bars"]
"""stacked, grouped, lines: categories stand side by side, as times do; bars: they lie below each other.
What is stacked has no number below 0."""

MOST_SERIES = 6
"""More colours and patterns than these nobody tells apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Numbers of one kind."""

    name: str
    values: tuple[float | None, ...]  # one a category; None: not known


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Numbers to be drawn, with all the words that go with them. Every word is plain text."""

    kind: Kind
    title: str
    unit: str  # what the numbers count: "stories"; "%" is written behind each
    heading: str  # what the categories are: "Month"
    categories: tuple[str, ...]  # in the order in which they are read
    series: tuple[Series, ...]
    note: str = ""  # a sentence that says what the picture shows
    ticks: tuple[str, ...] = ()  # what stands below the columns, if not the categories; "Nov\n2026" is in two lines
    change: str = ""  # heads the change from the second series to the first; empty: they are not so compared

    @property
    def alt(self) -> str:
        """What stands for the picture where it is not seen."""
        ended = self.title if self.title.endswith((".", "!", "?", "。")) else f"{self.title}."
        return f"{ended} {self.note}".strip()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(value for one in self.series for value in one.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Cells in rows, as a file of numbers has them; the first of a row says what the row is."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]  # each as long as the head


def table_of(chart: Chart, language: str) -> Table:
    """The numbers as people in a language write them.

    Args:
        chart: the chart.
        language: BCP 47.
    """
    own = [[_said(value, chart.unit, language) for value in one.values] for one in chart.series]
    if chart.change:
        own.append([spoken(value, language, signed=True) for value in _changes(chart)])
    rows = tuple((category, *(column[place] for column in own)) for place, category in enumerate(chart.categories))
    return Table(head=_head(chart), rows=rows)


def csv_of(chart: Chart) -> str:
    """The numbers as a file, as other programs read them: RFC 4180, a point before decimals, no sign for thousands."""
    own = [[_plain(value, chart.unit) for value in one.values] for one in chart.series]
    if chart.change:
        own.append([plainly(value) for value in _changes(chart)])
    rows = [[category, *(column[place] for column in own)] for place, category in enumerate(chart.categories)]
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([list(_head(chart)), *rows])
    return written.getvalue()


def _head(chart: Chart) -> tuple[str, ...]:
    more = (chart.change,) if chart.change else ()
    return (chart.heading, *(one.name for one in chart.series), *more)


def _changes(chart: Chart) -> list[float | None]:
    now, before = chart.series[0].values, chart.series[1].values
    return [None if one is None or other is None else one - other for one, other in zip(now, before, strict=True)]


def _said(value: float | None, unit: str, language: str) -> str:
    return spoken(value, language, percent=unit == "%")


def _plain(value: float | None, unit: str) -> str:
    return plainly(value) + ("%" if unit == "%" and value is not None else "")
