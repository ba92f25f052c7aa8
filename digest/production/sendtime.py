"""The time at which an issue is to be sent, as people say it: in the newsletter's zone, whatever its clocks do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from digest.errors import UsageError
from digest.text.dates import FARTHEST, parse_date

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = r"([01]?\d|2[0-3])[:.]([0-5]\d)"
_DAY_AND_CLOCK = re.compile(rf"(?:({'|'.join(f'{day}|{day[:3]}' for day in _DAYS)}|today|tomorrow)\s+)?{_CLOCK}")
_NAMES_A_CLOCK = re.compile(r"\d[:.h]\d\d|t\d{4}|\d\s*[ap]\.?m|\b(noon|midday|midnight)\b")
_ELSEWHERE = ZoneInfo("Etc/GMT+7")
_HINT = 'say "friday 07:00", "07:00", "2026-11-27 07:00" or "2026-11-27T07:00+01:00", in quotes; or never'


@dataclass(frozen=True, slots=True, kw_only=True)
class SendTime:
    """A moment to come, and what had to be decided to find it."""

    at: datetime  # aware, in UTC
    remark: str = ""  # which of two was taken, if the clocks change there


def parse_send_time(text: str, *, zone: ZoneInfo, now: datetime) -> SendTime:
    """The moment that ``text`` names.

    A clock time alone, or with a weekday, is the next such one. A time that the clocks skip is taken as much later as
    they skip; of one that comes twice the first is taken that is still ahead (PEP 495).

    Raises:
        UsageError: it names none, or one that is past or more than a year ahead.
    """
    said = " ".join(text.lower().split())
    named = _DAY_AND_CLOCK.fullmatch(said)
    found = _next(named, zone, now) if named else _dated(said, zone, now)
    if found is None:
        raise UsageError(f"--at {text!r}: is no day and time", hint=_HINT)
    if found.at <= now:
        past = f"{found.at.astimezone(zone):%Y-%m-%d %H:%M}"
        raise UsageError(f"--at {text!r}: {past} is past", hint="`digest send` sends now; " + _HINT)
    if found.at > now + FARTHEST:
        raise UsageError(f"--at {text!r}: is more than a year ahead", hint=_HINT)
    return found


def _next(named: re.Match[str], zone: ZoneInfo, now: datetime) -> SendTime:
    """The next time that the clock shows this, on that day if one is named."""
    day, clock = named[1], time(int(named[2]), int(named[3]))
    today = now.astimezone(zone).date()
    ahead = range(8)
    if day in {"today", "tomorrow"}:
        ahead = range(1) if day == "today" else range(1, 2)
    wanted = next((number for number, name in enumerate(_DAYS) if day in {name, name[:3]}), None)
    days = [today + timedelta(days=more) for more in ahead]
    fitting = [one for one in days if wanted is None or one.weekday() == wanted]
    times = [_local(datetime.combine(one, clock), zone, now) for one in fitting]
    return next((one for one in times if one.at > now), times[-1])


def _dated(said: str, zone: ZoneInfo, now: datetime) -> SendTime | None:
    """A time with its date, and perhaps with a zone of its own."""
    if not _NAMES_A_CLOCK.search(said):
        return None
    upper = said.upper()  # zones are told from words by their capitals
    here, elsewhere = parse_date(upper, zone=ZoneInfo("UTC")), parse_date(upper, zone=_ELSEWHERE)
    if here is None or elsewhere is None:
        return None
    return SendTime(at=here) if here == elsewhere else _local(here.replace(tzinfo=None), zone, now)


def _local(wall: datetime, zone: ZoneInfo, now: datetime) -> SendTime:
    """What the clocks on the wall show, as a moment."""
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    shown = first.astimezone(zone)
    if shown.replace(tzinfo=None) != wall:
        skipped = f"{wall:%H:%M} does not come on {wall:%Y-%m-%d}: the clocks go forward; {shown:%H:%M} is taken"
        return SendTime(at=first, remark=skipped)
    if first == second:
        return SendTime(at=first)
    at, which = (first, "first") if first > now else (second, "second")
    return SendTime(at=at, remark=f"{wall:%H:%M} comes twice on {wall:%Y-%m-%d}: the {which} is taken ({at:%H:%M} UTC)")
