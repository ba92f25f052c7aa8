"""Days, weeks, months and years as people type them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from digest.errors import UsageError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_WRITTEN = re.compile(r"(\d{4})(?:-(?:W(\d{1,2})|(\d{1,2})(?:-(\d{1,2}))?))?", re.IGNORECASE)


def day_span(typed: str, option: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When the day, ISO week, month or year begins in the zone, and when it is over; both in UTC.

    Raises:
        UsageError: it is none.
    """
    found = _WRITTEN.fullmatch(typed.strip())
    try:
        first, after = _days(*(int(part) if part else None for part in found.groups())) if found else (None, None)
        if first and after:
            midnights = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (first, after))
            return next(midnights), next(midnights)
    except (ValueError, OverflowError):
        pass
    raise UsageError(f"--{option} {typed!r} is no date", hint="write 2026-11-20, 2026-W47, 2026-11 or 2026")


def _days(year: int | None, week: int | None, month: int | None, day: int | None) -> tuple[date, date]:
    """The first day, and the first one after it."""
    if week is not None:
        first = date.fromisocalendar(year or 0, week, 1)
        return first, first + timedelta(days=7)
    first = date(year or 0, month or 1, day or 1)
    if day is not None:
        return first, first + timedelta(days=1)
    months = first.year * 12 + first.month - 1 + (1 if month else 12)
    return first, date(months // 12, months % 12 + 1, 1)
