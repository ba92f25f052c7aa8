"""Dates that cannot be: a weekday that is another one, a day that its month does not have."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_DAYS = {
    name: number
    for number, names in enumerate(
        (
            "Monday Mon Montag lundi Lundi lunes Lunes",
            "Tuesday Tue Tues Dienstag mardi Mardi martes Martes",
            "Wednesday Wed Mittwoch mercredi Mercredi miércoles Miércoles",
            "Thursday Thu Thur Thurs Donnerstag jeudi Jeudi jueves Jueves",
            "Friday Fri Freitag vendredi Vendredi viernes Viernes",
            "Saturday Sat Samstag Sonnabend samedi Samedi sábado Sábado",
            "Sunday Sun Sonntag dimanche Dimanche domingo Domingo",
        )
    )
    for name in names.split()
}
_SPOKEN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "January Jan Januar Jänner janvier enero",
            "February Feb Februar février febrero",
            "March Mar März mars marzo",
            "April Apr avril abril",
            "May Mai mai mayo",
            "June Jun Juni juin junio",
            "July Jul Juli juillet julio",
            "August Aug août agosto",
            "September Sept Sep septembre septiembre",
            "October Oct Oktober octobre octubre",
            "November Nov novembre noviembre",
            "December Dec Dezember décembre diciembre",
        ),
        1,
    )
    for name in names.split()
}
_DAY = rf"(?P<weekday>{'|'.join(sorted(_DAYS, key=len, reverse=True))})\.?"
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?"
_NUMBER = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.)?"
_YEAR = r"(?:,?\s+(?:de\s+|del\s+)?(?P<year>(?:19|20)\d\d)\b)?"
_PATTERNS = (
    re.compile(rf"(?<!\w)(?:{_DAY},?\s+(?:(?:the|den|dem|le|el)\s+)?)?(?<!\d){_NUMBER}\s+(?:of\s+|de\s+)?{_MONTH}{_YEAR}"),
    re.compile(rf"(?<!\w)(?:{_DAY},?\s+)?{_MONTH}\s+{_NUMBER}(?![\d:.]){_YEAR}"),
    re.compile(rf"(?<!\w){_DAY},?\s+(?:den\s+)?(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.\s?(?P<year>(?:19|20)\d\d)\b"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongDate:
    """A date as written, and what is wrong with it."""

    written: str
    message: str
    is_certain: bool  # the year stands there, or no year has such a day


def wrong_dates(text: str, *, near: date) -> Iterator[WrongDate]:
    """The dates of a text (in English, German, French or Spanish) that cannot be.

    Args:
        text: plain text.
        near: a date without a year is taken for the one that is nearest to this day.
    """
    told: set[str] = set()
    for pattern in _PATTERNS:
        for found in pattern.finditer(text):
            wrong = _wrong(found, near)
            if wrong and wrong.written not in told:
                told.add(wrong.written)
                yield wrong


def _wrong(found: re.Match[str], near: date) -> WrongDate | None:
    said = found.groupdict()
    month = int(said["month"]) if said["month"].isdigit() else _MONTHS[said["month"]]
    day, year, written = int(said["day"]), said["year"], " ".join(found.group().split())
    if not 1 <= month <= 12:
        return None
    longest = monthrange(int(year) if year else 2024, month)[1]  # a leap year
    if not 1 <= day <= longest:
        # "May 68" and "32 March" are seldom dates, "31 November" is
        certain = bool(year or said["weekday"]) or day in {30, 31}
        return WrongDate(written=written, message="there is no such day", is_certain=bool(year)) if certain else None
    if not said["weekday"]:
        return None
    meant = date(int(year), month, day) if year else _nearest(month, day, near)
    if meant is None or meant.weekday() == _DAYS[said["weekday"]]:
        return None
    message = f"{meant.isoformat()} is a {_SPOKEN[meant.weekday()]}"
    return WrongDate(written=written, message=message, is_certain=bool(year))


def _nearest(month: int, day: int, near: date) -> date | None:
    possible = []
    for year in (near.year - 1, near.year, near.year + 1):
        try:
            possible.append(date(year, month, day))
        except ValueError:  # 29 February
            continue
    return min(possible, key=lambda one: (abs((one - near).days), one), default=None)
