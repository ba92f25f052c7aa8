"""Dates as people and programs write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

EARLIEST_YEAR = 1990
LEAD = timedelta(hours=24)
"""How far ahead a date may lie (zones, clocks that are off) before its entry waits for it."""
FARTHEST = timedelta(days=366)
"""Farther ahead than this no date is meant."""

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier janv ene enero jänner",
            "feb february februar février fevrier févr febrero",
            "mar march märz maerz mrz mars marzo",
            "apr april avril avr abr abril",
            "may mai mayo",
            "jun june juni juin junio",
            "jul july juli juillet juil julio",
            "aug august août aout ago agosto",
            "sep sept september septembre septiembre setiembre",
            "oct october okt oktober octobre octubre",
            "nov november novembre noviembre",
            "dec december dez dezember décembre decembre déc dic diciembre",
        ),
        1,
    )
    for name in names.split()
}
_ZONES: Final = {
    "utc": 0, "gmt": 0, "z": 0, "wet": 0, "bst": 60, "ist": 330, "west": 60, "cet": 60, "mez": 60, "cest": 120,
    "mesz": 120, "eet": 120, "eest": 180, "msk": 180, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420,
    "mdt": -360, "pst": -480, "pdt": -420, "jst": 540, "aest": 600, "aedt": 660,
}  # fmt: skip
"""Minutes east of Greenwich. Of two meanings the one that wires use: India's IST, America's CST (RFC 822 §5)."""

_LONGEST = 120
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?!\d)")
_ISO_WHOLE = re.compile(r"(\d{4}-\d\d-\d\d)[T ]\d\d:?\d\d(:?\d\d([.,]\d+)?)?\s*(Z|z|[+-]\d\d(:?\d\d)?)?\Z")
_COMPACT = re.compile(r"\d{8}(T\d{4,6}(Z|[+-]\d\d:?\d\d)?)?\Z", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?!\d)")
_DAY_MONTH = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|\.)?\s*(?:de |of )?-?([^\W\d_]{3,10})\.?,?-?\s*(?:de )?(\d{4})\b"
)
_MONTH_DAY = re.compile(r"\b([^\W\d_]{3,10})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b")
_CLOCK = re.compile(r"(?<![\d+-])(\d{1,2})[:.h](\d\d)(?::(\d\d))?\s*(am|pm|a\.m\.|p\.m\.)?(?!\d)", re.IGNORECASE)
_HOUR = re.compile(r"(?<![\d:.])(\d{1,2})\s*(am|pm|a\.m\.|p\.m\.)(?!\w)", re.IGNORECASE)
_NAMED_HOUR = re.compile(r"\b(noon|midday|midnight)\b", re.IGNORECASE)
_OFFSET = re.compile(r"(?:\b(?:utc|gmt))?([+-])(\d\d):?(\d\d)\b", re.IGNORECASE)
_ZONE = re.compile(r"\b([A-Za-z]{1,4})\b")


def parse_date(text: str, *, zone: ZoneInfo) -> datetime | None:
    """The moment that ``text`` names, in UTC; None if it names none, or could name two.

    Reads ISO 8601, RFC 822, and dates in words in English, German, French and Spanish, with a time and a zone before
    or after ("00:01 BST, Tuesday 22 September 2026"). Without a time it is midnight, without a zone it is local, in
    ``zone``. ``03/04/2025`` could be two days, so it is None; ``24/03/2025`` is one.
    """
    text = " ".join(text.split())
    if not text or len(text) > _LONGEST:
        return None
    try:
        return _machine(text, zone) or _human(text, zone)
    except (ValueError, OverflowError):  # 31 February, year 0, hour 25
        return None


def sane(moment: datetime | None, *, now: datetime) -> datetime | None:
    """The moment, or None if a source cannot have meant it: before 1990 or more than a year ahead of ``now``.

    Of 454 real feeds 2.0 % have dates before 1990 (a program's year 1). A date less far ahead is one that was meant:
    the entry waits for it.
    """
    if moment is None or moment.year < EARLIEST_YEAR or moment > now + FARTHEST:
        return None
    return moment


def _machine(text: str, zone: ZoneInfo) -> datetime | None:
    if _ISO_WHOLE.match(text):
        return _utc(datetime.fromisoformat(text.replace(",", ".").replace(" ", "T", 1).replace(" ", "").upper()), zone)
    if _COMPACT.match(text):
        return _utc(datetime.fromisoformat(text.upper()), zone)
    return None


def _human(text: str, zone: ZoneInfo) -> datetime | None:
    found = _day(text)
    if found is None:
        return None
    (year, month, day), start, end = found
    rest = f"{text[:start]} , {text[end:]}"
    hour, minute, second, clock_end = _clock(rest)
    moment = datetime(year, month, day, hour, minute, second, tzinfo=_zone(rest, clock_end) or zone)
    return moment.astimezone(UTC)


def _day(text: str) -> tuple[tuple[int, int, int], int, int] | None:
    """Year, month and day, and where in the text they stand."""
    for pattern, order in (
        (_ISO, (0, 1, 2)),
        (_YEAR_FIRST, (0, 1, 2)),
        (_DAY_MONTH, (2, 1, 0)),
        (_MONTH_DAY, (2, 0, 1)),
    ):
        for match in pattern.finditer(text):
            year, month, day = (match.groups()[place] for place in order)
            number = int(month) if month.isdigit() else _MONTHS.get(month.lower().rstrip("."))
            if number is not None:
                return (int(year), number, int(day)), match.start(), match.end()
    numbers = _YEAR_LAST.search(text)
    if numbers is None:
        return None
    first, second, year = (int(part) for part in numbers.groups())
    if "." in numbers.group() or first > 12 or first == second:
        return (year, second, first), numbers.start(), numbers.end()
    return ((year, first, second), numbers.start(), numbers.end()) if second > 12 else None


def _clock(text: str) -> tuple[int, int, int, int]:
    """Hour, minute, second, and where the time ends in the text; midnight if there is none."""
    clock = _CLOCK.search(text)
    if clock:
        hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
        return _hour(hour, clock[4]), minute, second, clock.end()
    full_hour = _HOUR.search(text)
    if full_hour:
        return _hour(int(full_hour[1]), full_hour[2]), 0, 0, full_hour.end()
    named = _NAMED_HOUR.search(text)
    if named:
        return (0 if named[1].lower() == "midnight" else 12), 0, 0, named.end()
    return 0, 0, 0, -1


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        msg = f"no such hour: {hour} {half}"
        raise ValueError(msg)
    return hour % 12 + (12 if half.lower().startswith("p") else 0)


def _zone(text: str, start: int) -> tzinfo | None:
    """The zone named after the time; without a time a zone means nothing."""
    if start < 0:
        return None
    offset = _OFFSET.search(text, start, start + 12)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3])
        return timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes))
    for match in _ZONE.finditer(text, start):
        if match[1].lower() in _ZONES and (match[1].isupper() or match[1].lower() in {"gmt", "utc"}):
            return timezone(timedelta(minutes=_ZONES[match[1].lower()]))
    return None


def _utc(moment: datetime, zone: ZoneInfo) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
