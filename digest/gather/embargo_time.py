"""The time an embargo names: where in a line it stands, and which moment it means.

Where a name could mean two moments the later one is taken: news a day late is a nuisance, a day early a broken word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from digest.text.dates import parse_date

OVERDUE = timedelta(days=30)
"""A date without a year lies at most so far back: nobody sets an embargo eleven months ahead without the year."""

_WEEKDAYS: Final = {
    name: number
    for number, names in enumerate((
        "mon monday montag lundi lunes", "tue tues tuesday dienstag mardi martes",
        "wed weds wednesday mittwoch mercredi miércoles miercoles", "thu thur thurs thursday donnerstag jeudi jueves",
        "fri friday freitag vendredi viernes", "sat saturday samstag sonnabend samedi sábado sabado",
        "sun sunday sonntag dimanche domingo",
    ))
    for name in names.split()
}  # fmt: skip
_REGIONS: Final = {
    "BST": "Europe/London", "IST": "Europe/Dublin", "CEST": "Europe/Paris", "MESZ": "Europe/Berlin",
    "ET": "America/New_York", "EDT": "America/New_York", "CT": "America/Chicago", "CDT": "America/Chicago",
    "MT": "America/Denver", "MDT": "America/Denver", "PT": "America/Los_Angeles", "PDT": "America/Los_Angeles",
    "AKST": "America/Anchorage", "AKDT": "America/Anchorage", "HST": "Pacific/Honolulu", "AET": "Australia/Sydney",
    "NZST": "Pacific/Auckland", "NZDT": "Pacific/Auckland", "SGT": "Asia/Singapore", "HKT": "Asia/Hong_Kong",
    "KST": "Asia/Seoul", "SAST": "Africa/Johannesburg", "EAT": "Africa/Nairobi", "BRT": "America/Sao_Paulo",
    "ART": "America/Argentina/Buenos_Aires",
}  # fmt: skip
"""A summer time's name in winter ("BST" in November) means the clock on the wall. IST is India's too, but earlier."""
_CODES: Final = ("GMT", "UTC", "WET", "WEST", "CET", "MEZ", "EET", "EEST", "MSK", "EST", "CST", "MST", "PST", "JST",
                 "AEST", "AEDT")  # fmt: skip
"""Those that digest.text.dates knows."""
_PLACES: Final = (
    (r"london|uk|british|greenwich", "Europe/London"),
    (r"paris|brussels|bruxelles|berlin|madrid|frankfurt|central european|peninsular", "Europe/Paris"),
    (r"eastern|new york|washington", "America/New_York"),
    (r"central", "America/Chicago"),
    (r"mountain", "America/Denver"),
    (r"pacific", "America/Los_Angeles"),
)

_MONTH: Final = (
    r"(?:jan(?:uary|uar|vier|v)?|jänner|ene(?:ro)?|feb(?:ruary|ruar|rero)?|f[ée]v(?:rier|r)?|mar(?:ch|s|zo)?|märz|mrz|"
    r"maerz|apr(?:il)?|avr(?:il)?|abr(?:il)?|may|mayo|mai|june?|juni|juin|junio|july?|juli|juillet|juil|julio|"
    r"aug(?:ust)?|août|aout|ago(?:sto)?|sep(?:t(?:ember|embre|iembre)?)?|setiembre|o[ck]t(?:ober|obre|ubre)?|"
    r"nov(?:ember|embre|iembre)?|de[cz](?:ember|embre|iembre)?|déc(?:embre)?|dic(?:iembre)?)(?!\w)\.?"
)
_YEAR: Final = r"(?:(?:19|20)\d\d(?!\d|:\d)(?!\s*(?:hrs?|hours|uhr)\b))"
_ORDINAL: Final = r"(?:st|nd|rd|th|er|º|\.)?"
_LOCAL: Final = r"local\s+time|ortszeit|heure\s+locale|hora\s+local"
_NAMED: Final = "|".join([*_REGIONS, *_CODES])
_WEEKDAY: Final = "|".join(sorted(_WEEKDAYS, key=len, reverse=True))
_TOKEN: Final = re.compile(
    rf"""(?:(?<!\w)|(?<=\dT)(?=\d\d:)|(?<=\d)(?=(?-i:Z|{_NAMED})(?!\w))|(?<=T\d\d:\d\d)(?=[+−-]))(?:
    (?P<day>\d{{4}}-\d\d-\d\d(?:T(?=\d))?|\d{{4}}[/.]\d{{1,2}}[/.]\d{{1,2}}(?!\d)
      |\d{{1,2}}[/.]\d{{1,2}}[/.](?:\d{{4}}|\d\d)(?!\d)|\d{{1,2}}\.\s?\d{{1,2}}\.(?!\d)
      |(?:\d{{1,2}}\.?\s?[–/-]\s?)?\d{{1,2}}{_ORDINAL}\s*(?:de\s+|of\s+)?{_MONTH}(?:,?\s*(?:del?\s+)?{_YEAR})?
      |\d{{1,2}}-{_MONTH}-{_YEAR}
      |{_MONTH}\s+\d{{1,2}}(?![\d:.h]\d){_ORDINAL}(?:,?\s+{_YEAR})?)
    |(?P<clock>(?:12\s+)?(?:noon|midday|midnight|mittags?|mitternacht|midi|minuit|mediodía|mediodia|medianoche)(?!\w)
      |\d{{1,2}}\s?[:.h]\s?\d\d(?::\d\d(?:\.\d+)?)?(?!\d)(?:\s*[ap]\.?\s?m(?!\w)\.?)?
       (?:\s*(?:hrs?|hours?|uhr|h)(?!\w)(?:\.(?=\s+(?:\d|(?:{_WEEKDAY})\b)))?)?
      |\d{{4}}\s*(?:hrs?|hours?|h|uhr)(?!\w)|0\d{{3}}(?!\w)|\d{{4}}(?=\s*\(?(?-i:{_NAMED})(?!\w))
      |\d{{1,2}}\s*[ap]\.?\s?m(?!\w)\.?|\d{{1,2}}\s*(?:uhr|h|heures?|horas?|hrs?|o['’]clock)(?!\w)(?:\s*\d\d(?!\w))?)
    |(?P<zone>(?:(?:UTC|GMT)\s*)?[+\-−]\s?\d{{1,2}}(?::?\d\d)?(?!\d)|(?-i:Z|{_NAMED})(?!\w)
      |(?:london|uk|british|greenwich|paris|brussels|berlin|madrid|frankfurt|central\ european|eastern|new\ york
        |washington|central|mountain|pacific)\s+(?:mean\s+|summer\s+|standard\s+|daylight\s+)?time(?!\w)
      |heure\s+de\s+(?:paris|bruxelles)(?!\w)|hora\s+(?:de\s+)?(?:madrid|peninsular)(?!\w)|{_LOCAL}(?!\w))
    |(?P<weekday>(?:{_WEEKDAY})(?!\w)\.?|(?:mo|di|mi|do|fr|sa|so)[.,](?=\s))
    |(?P<filler>(?:at|on|the|of|by|del|um|am|den|dem|der|le|la|las|los|el|à|a|au|from|ab|vom|zum|time|hrs?
      |hours?|uhr|(?:and|to|und|bis|et|y)(?=\s+\d{{1,2}}(?:[:.h]\d\d|\s*[ap]\.?m)))(?!\w)(?:\.(?=\s*\d))?)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_GAP: Final = re.compile(r"[\s,;()/]*(?:[–—|-]\s+)?[\s(]*")
_STRANGE: Final = re.compile(r"[\s(,]*(?:([A-Z]{2,4}T)(?!\w)|([A-Z]\w+) time\b)")
_RANGE: Final = re.compile(r"\s*(?:[–—-]|and|to|und|bis|et|a|à|y)\s*", re.IGNORECASE)
_VAGUE: Final = re.compile(
    r"\b(?:next|week|nächste[nr]?|kommende[nr]?|woche|prochaine?|semaine|próxim[oa]|semana)\b", re.IGNORECASE
)
_EVENT: Final = re.compile(r"(?:rede|veranstaltungs)?beginn\b|\bon delivery\b|\bagainst delivery\b", re.IGNORECASE)
_SECOND_HALF: Final = re.compile(r"p\.?\s?m", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A stretch of a line that says nothing but when."""

    start: int
    end: int
    has_day: bool
    has_clock: bool


def run_at(text: str, start: int) -> Run | None:
    """The stretch that begins at ``start``, or None."""
    kinds: set[str | None] = set()
    position, end, token = start, start, _TOKEN.match(text, start)
    while token is not None:
        kinds.add(token.lastgroup)
        position = token.end()
        if token.lastgroup != "filler":
            end = position
        gap = _GAP.match(text, position)
        after = gap.end() if gap else position
        token = _TOKEN.match(text, after)
        if token and set(text[position:after]) & set("–—|-") and token.lastgroup not in {"day", "clock", "weekday"}:
            break
    if not kinds - {"filler", "zone", None}:
        return None
    return Run(start=start, end=end, has_day="day" in kinds, has_clock="clock" in kinds)


def find_run(text: str, start: int) -> Run | None:
    """The first stretch from ``start`` on that names a day."""
    for token in _TOKEN.finditer(text, start):
        found = run_at(text, token.start()) if token.lastgroup != "filler" else None
        if found and found.has_day:
            return found
    return None


def moment_of(text: str, *, near: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment a line names, in UTC; None if it names none, or contradicts itself.

    Args:
        text: as written; what is no date, time or zone in it is passed over.
        near: the date of the document: without a year, the next such day after it is meant (or one just past).
        zone: what a time without a zone means.
    """
    everywhere = list(_TOKEN.finditer(text))
    run = find_run(text, 0)
    inner = list(_TOKEN.finditer(text, run.start, run.end)) if run else everywhere
    clocks = [token for token in inner if token.lastgroup == "clock"] or [
        token for token in everywhere if token.lastgroup == "clock"
    ]
    if len(clocks) > 1 and _RANGE.fullmatch(text, clocks[0].end(), clocks[1].start()):
        clocks = clocks[1:]
    clock, extra = _clock(clocks[0].group()) if clocks else ("00:00", timedelta(0))
    if clock is None or (_is_strange(text, clocks[0].end()) if clocks else _EVENT.search(text)):
        return None
    zones = [token for token in everywhere if token.lastgroup == "zone"]
    after = [token for token in zones if clocks and token.start() >= clocks[0].end()] or zones
    code, region = _zone(after[0].group()) if after else ("", None)
    days = [token.group() for token in inner if token.lastgroup == "day"]
    weekdays = [token.group() for token in inner if token.lastgroup == "weekday"]
    weekday = _WEEKDAYS.get(weekdays[0].lower().rstrip(".,")) if len(weekdays) == 1 and len(days) < 2 else None
    if run is None:
        if not clocks or weekday is None or _VAGUE.search(text):
            return None
        days = [_next(weekday, near.astimezone(region or zone))]
    found = [_dated(day, f"{clock} {code}", region or zone, near, weekday) for day in days]
    moments = [moment for moment in found if moment is not None]
    return max(moments) + extra if len(moments) == len(days) else None


def _next(weekday: int, after: datetime) -> str:
    """The day of that name in the week after a date; none if it is the date's own, which could be either."""
    ahead = (weekday - after.weekday()) % 7
    return f"{after.date() + timedelta(days=ahead)}" if ahead else ""


def _dated(day: str, clock: str, zone: ZoneInfo, near: datetime, weekday: int | None) -> datetime | None:
    """One day at that time, in the year as written, else in the first in which it is not long past.

    A weekday that does not fit makes it none: one of the two is wrong, and nobody here can say which.
    """
    shape = re.sub(r"\bdel\b", "de", day.replace("º", "").lower()).rstrip("t,")
    shape = re.sub(r"\A\d{1,2}\.?\s?[–/-]\s?(?=\d{1,2}\W*[^\W\d])", "", shape)  # of "24–25 November" the second
    short = re.fullmatch(r"(\d{1,2})\.\s?(\d{1,2})\.(\d\d)?|(\d{1,2})/(\d{1,2})/(\d\d)", shape)
    years: tuple[str, ...] = ("",)
    if short and short.lastindex != 2:  # a year of two digits
        shape = f"{shape[:-2]}20{shape[-2:]}"
    elif short or not re.search(r"(?:19|20)\d\d", shape):
        shape = re.sub(r"\s", "", shape) if short else f"{shape} "
        years = tuple(str(year) for year in range(near.year - 1, near.year + 2))
    for year in years:
        bare = parse_date(f"{shape}{year}", zone=ZoneInfo("UTC"))
        moment = parse_date(f"{shape}{year} {clock}", zone=zone)
        if bare is None or moment is None:
            continue
        if not year or moment >= near.astimezone(UTC) - OVERDUE:
            return moment if weekday is None or bare.weekday() == weekday else None
    return None


def _clock(text: str) -> tuple[str | None, timedelta]:
    """A time of day as ``HH:MM``, and a day more for the midnight at its end."""
    lower = text.lower()
    if re.search(r"noon|midday|mittag|midi|mediod", lower) and "mitternacht" not in lower:
        return "12:00", timedelta(0)
    if re.search(r"midnight|mitternacht|minuit|medianoche", lower):
        return "00:00", timedelta(days=1)
    digits = re.findall(r"\d+", text)
    if len(digits) == 1 and len(digits[0]) == 4:
        digits = [digits[0][:2], digits[0][2:]]
    hour, minute = int(digits[0]), int(digits[1]) if len(digits) > 1 else 0
    half = re.search(r"[ap]\.?\s?m", lower)
    if half:
        if not 1 <= hour <= 12:
            return None, timedelta(0)
        hour = hour % 12 + (12 if _SECOND_HALF.search(text) else 0)
    if (hour, minute) == (24, 0):
        return "00:00", timedelta(days=1)
    return (f"{hour:02}:{minute:02}", timedelta(0)) if hour < 24 and minute < 60 else (None, timedelta(0))


def _zone(text: str) -> tuple[str, ZoneInfo | None]:
    """A zone as a code or offset that ``parse_date`` reads, or as a region."""
    offset = re.search(r"([+\-−])\s?(\d{1,2})(?::?(\d\d))?\Z", text)
    if offset:
        return f"{offset[1].replace('−', '-')}{int(offset[2]):02}:{offset[3] or '00'}", None
    if text.upper() in _REGIONS and text.isupper():
        return "", ZoneInfo(_REGIONS[text])
    if re.fullmatch(_LOCAL, text, re.IGNORECASE):
        return "", None
    for pattern, region in _PLACES:
        if re.search(rf"\b(?:{pattern})\b", text, re.IGNORECASE):
            return "", ZoneInfo(region)
    return "UTC" if text == "Z" else text, None


def _is_strange(text: str, after: int) -> bool:
    """Whether a zone nobody here knows follows the time: "00:01 XYT", "00:01 Tokyo time"."""
    found = _STRANGE.match(text, after)
    if found is None or (found[2] or "").lower() == "local":
        return False
    known = _TOKEN.match(text, found.start(1) if found[1] else found.start(2))
    return known is None or known.lastgroup == "filler"
