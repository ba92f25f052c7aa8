"""Which period a moment belongs to, and what that period is called.

The edge is a local time ("friday 07:00" in Europe/London), so a period that holds a change of the clocks is an hour
longer or shorter in UTC; nothing depends on its length. A name is taken from the local date of the end:
ISO 8601 week ("2026-W47"), day ("2026-11-20") or month ("2026-11").
"""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from digest.config.settings import WEEKDAYS
from digest.model import Period

if TYPE_CHECKING:
    from digest.config.settings import IssueSettings


def period_at(moment: datetime, settings: IssueSettings, zone: ZoneInfo) -> Period:
    """The period that ``moment`` falls in: start ≤ moment < end."""
    today = moment.astimezone(zone).date()
    # Begin one edge early: "today" may lie behind this day's edge, or before it.
    edges = [_edge(day, settings, zone) for day in _edge_days(today, settings)]
    end = next(edge for edge in edges if edge > moment)
    start = max(edge for edge in edges if edge <= moment)
    return Period(name=_name(end, settings, zone), start=start, end=end)


def next_period(period: Period, settings: IssueSettings, zone: ZoneInfo) -> Period:
    """The period after this one."""
    return period_at(period.end, settings, zone)


def _edge_days(today: date, settings: IssueSettings) -> list[date]:
    """Days on which a period may end, from before the one that ``today`` is in to after it, in order."""
    if settings.every == "day":
        return [today + timedelta(days=offset) for offset in range(-2, 3)]
    wanted = settings.closes.lower().split()[0]
    if settings.every == "week":
        ahead = (WEEKDAYS.index(wanted) - today.weekday()) % 7
        return [today + timedelta(days=ahead + 7 * week) for week in (-2, -1, 0, 1, 2)]
    days = []
    for offset in range(-2, 3):
        year, month = divmod(today.year * 12 + today.month - 1 + offset, 12)
        last = calendar.monthrange(year, month + 1)[1]
        days.append(date(year, month + 1, last if wanted == "last" else int(wanted)))
    return days


def _edge(day: date, settings: IssueSettings, zone: ZoneInfo) -> datetime:
    hour, minute = settings.closes.split()[-1].split(":")
    # A local time that the clocks skip or repeat is taken as its first reading (fold 0), PEP 495.
    return datetime.combine(day, time(int(hour), int(minute)), tzinfo=zone).astimezone(UTC)


def _name(end: datetime, settings: IssueSettings, zone: ZoneInfo) -> str:
    day = end.astimezone(zone).date()
    if settings.every == "day":
        return day.isoformat()
    if settings.every == "month":
        return f"{day:%Y-%m}"
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"
