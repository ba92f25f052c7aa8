"""Times as charts of them are divided: by issue where there are few, else by month, quarter or year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from babel.dates import format_interval, format_skeleton

from digest.render.furniture import locale_of, long_date

if TYPE_CHECKING:
    from digest.render.furniture import Words

MOST = 53
"""Columns that can be told apart on a telephone: the weeks of a year."""

_EVERY_QUARTER = 24  # months, from which on only quarters are named below them


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Stretches of time in their order, without a gap."""

    heading: str  # what each is: "Month"
    names: tuple[str, ...]
    ticks: tuple[str, ...]
    place: Mapping[str, int]  # by issue


def times_of(dates: Mapping[str, date], *, language: str, said: Words) -> Times:
    """The finest division of the issues' dates that does not have too many parts.

    Args:
        dates: of each issue; not empty.
        language: BCP 47.
        said: the words of the furniture.
    """
    first, last = min(dates.values()), max(dates.values())
    if len(dates) <= MOST:
        return _issues(dates, language, said)
    length = next((months for months in (1, 3) if _number(last) // months - _number(first) // months < MOST), 12)
    heading, name = {1: (said.chart_month, _month), 3: (said.chart_quarter, _quarter), 12: (said.chart_year, _year)}[
        length
    ]
    start, count = _number(first) // length, _number(last) // length - _number(first) // length + 1
    numbers = range(start, start + count)
    return Times(
        heading=heading,
        names=tuple(name(_first_day(number * length), language) for number in numbers),
        ticks=tuple(_tick(_first_day(number * length), length, count, language) for number in numbers),
        place={issue: _number(day) // length - start for issue, day in dates.items()},
    )


def monthly(days: Sequence[date], *, until: date, months: int = 24) -> tuple[int, ...]:
    """How many of the days are in each month, the last being that of ``until``: for ``sparkline``."""
    counts = [0] * months
    for day in days:
        place = months - 1 - (_number(until) - _number(day))
        if 0 <= place < months:
            counts[place] += 1
    return tuple(counts)


def stretch(since: date, until: date, language: str) -> str:
    """``21 Nov 2025 – 20 Nov 2026``."""
    said = format_interval(since, until, "yMMMd", locale=locale_of(language))
    return str(said).replace("\u2009", " ")  # a thin blank, which many fonts do not have


def _issues(dates: Mapping[str, date], language: str, said: Words) -> Times:
    order = sorted(dates, key=lambda issue: (dates[issue], issue))
    days = [dates[issue] for issue in order]
    ticks = []
    for place, day in enumerate(days):
        is_first = not place or _number(days[place - 1]) != _number(day)
        ticks.append(_named_month(day, language) if is_first else "")
    return Times(
        heading=said.chart_issue,
        names=tuple(long_date(day, language) for day in days),
        ticks=tuple(ticks),
        place={issue: place for place, issue in enumerate(order)},
    )


def _tick(day: date, length: int, count: int, language: str) -> str:
    if length == 12:
        return _year(day, language)
    if length > 1 or count > _EVERY_QUARTER:
        return _year(day, language) if day.month == 1 else ""
    return _named_month(day, language)


def _named_month(day: date, language: str) -> str:
    return f"{format_skeleton('MMM', day, locale=locale_of(language))}\n{day.year}"


def _month(day: date, language: str) -> str:
    return str(format_skeleton("yMMMM", day, locale=locale_of(language)))


def _quarter(day: date, language: str) -> str:
    return str(format_skeleton("yQQQ", day, locale=locale_of(language)))


def _year(day: date, _language: str) -> str:
    return str(day.year)


def _number(day: date) -> int:
    """Months since the year 0."""
    return day.year * 12 + day.month - 1


def _first_day(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)
