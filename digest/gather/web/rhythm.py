"""How often a feed's own document wants to be asked: ttl, sy:updatePeriod, skipHours and skipDays. Pure.

All of it is a floor: real feeds ask for a look every minute (of 454 captured ones 41 have a ttl, from 1 to 1,440
minutes, 78 an updatePeriod, none a skipHours).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

_PERIODS: Final = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LONGEST: Final = timedelta(hours=24)


def asked_wait(
    *,
    now: datetime,
    interval: timedelta,
    ttl: str | None = None,
    period: str | None = None,
    frequency: str | None = None,
    skip_hours: Iterable[str] = (),
    skip_days: Iterable[str] = (),
) -> timedelta:
    """How long the document wants to be left alone, at most a day; zero if it does not say, or says nonsense.

    Args:
        now: when it was read.
        interval: how long it is left alone anyway; the skipped hours are looked at from then on.
        ttl: minutes (RSS 2.0).
        period: hourly, daily, weekly, monthly or yearly (RSS 1.0 syndication module).
        frequency: times in a period; 1 if it is missing.
        skip_hours: 0 to 23, GMT; some write 24 for 0 (RSS 2.0).
        skip_days: Monday to Sunday, GMT (RSS 2.0).
    """
    hours = _PERIODS.get((period or "").strip().lower(), 0)
    wait = max(
        timedelta(minutes=_whole(ttl)),
        timedelta(hours=hours) / max(_whole(frequency), 1) if hours else timedelta(0),
    )
    wait = min(wait, _LONGEST)
    return max(wait, _over_skipped(now, max(wait, interval), skip_hours, skip_days))


def _over_skipped(now: datetime, wait: timedelta, hours: Iterable[str], days: Iterable[str]) -> timedelta:
    """The wait until the first hour that is not skipped; a day if there is none, zero if nothing is skipped."""
    closed_hours = {_whole(hour) % 24 for hour in hours if re.fullmatch(r"\s*[0-9]{1,2}\s*", hour)}
    closed_days = {_DAYS.index(day.strip().lower()) for day in days if day.strip().lower() in _DAYS}
    if not closed_hours and not closed_days:
        return timedelta(0)
    moment, last = (now + wait).astimezone(UTC), now + _LONGEST
    while moment <= last:
        if moment.hour not in closed_hours and moment.weekday() not in closed_days:
            return moment - now
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return _LONGEST


def _whole(value: str | None) -> int:
    found = re.fullmatch(r"\s*([0-9]{1,6})(?:\.[0-9]*)?\s*", value or "")
    return int(found[1]) if found else 0
