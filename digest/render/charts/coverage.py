"""What a newsletter covered, as charts: its sections, its organisations, and how long its stories go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from digest.model import ISSUE_ITSELF, Printed
from digest.render.charts.chart import MOST_SERIES, Chart, Series
from digest.render.charts.numbers import spoken
from digest.render.charts.threads import Thread, threads_of
from digest.render.charts.times import stretch, times_of

if TYPE_CHECKING:
    from digest.render.furniture import Words

_MOST_NAMES = 10
_MOST_PARTS = 8
_MOST_TIED = 3  # names in a sentence
_YEAR = timedelta(days=365)
_LIVES = (7, 31, 92, 183, 366)  # days, each the most of a column


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What is counted, and in which language it is told."""

    printed: tuple[Printed, ...]  # stories only, of issues that have a date
    dates: Mapping[str, date]  # of every issue that is out, also one without a story
    language: str
    said: Words

    @classmethod
    def of(cls, printed: Sequence[Printed], dates: Mapping[str, date], *, language: str, said: Words) -> Coverage:
        """Args: see the fields; rows that are no stories, or of unknown issues, do not count."""
        stories = (one for one in printed if one.place != ISSUE_ITSELF and one.issue in dates)
        in_order = sorted(stories, key=lambda one: (dates[one.issue], one.issue, one.place))
        return cls(printed=tuple(in_order), dates=dict(dates), language=language, said=said)

    def between(self, since: date | None, until: date | None) -> Coverage:
        """The part of it that issues of these days printed, both included; None: all there is on that side."""
        low, high = since or date.min, until or date.max
        dates = {issue: day for issue, day in self.dates.items() if low <= day <= high}
        return replace(self, dates=dates, printed=tuple(one for one in self.printed if one.issue in dates))

    def count(self, number: float) -> str:
        return spoken(number, self.language)


def coverage_charts(
    printed: Sequence[Printed], dates: Mapping[str, date], *, language: str, said: Words
) -> tuple[Chart, ...]:
    """Every chart that has something to show, for the archive's page of coverage.

    Args:
        printed: all that issues which are out have printed.
        dates: of these issues.
        language: BCP 47.
        said: the words of the furniture.
    """
    known = Coverage.of(printed, dates, language=language, said=said)
    if not known.printed:
        return ()
    charts = by_section(known), most_covered(known), *lives(known)
    return tuple(chart for chart in charts if not chart.is_empty)


def by_section(known: Coverage) -> Chart:
    """Stories by section over time; of many sections those with most stories, and the others as one."""
    said = known.said
    titles = [one.section or said.other for one in known.printed]
    totals = Counter(titles)
    order = sorted(totals, key=lambda title: (title == said.other, -totals[title], title))
    kept = order if len(order) <= MOST_SERIES else order[: MOST_SERIES - 1]
    names = list(dict.fromkeys([*kept, *([said.other] if len(kept) < len(order) else [])]))
    times = times_of(known.dates, language=known.language, said=said) if known.dates else None
    rows = {name: [0.0] * len(times.names if times else ()) for name in names}
    for one, title in zip(known.printed, titles, strict=True):
        if times:
            rows[title if title in rows else said.other][times.place[one.issue]] += 1
    return Chart(
        kind="stacked",
        title=said.chart_sections,
        unit=said.chart_stories,
        heading=times.heading if times else said.chart_issue,
        categories=times.names if times else (),
        ticks=times.ticks if times else (),
        series=tuple(Series(name=name, values=tuple(rows[name])) for name in names),
        note=_most(known, totals),
    )


def most_covered(known: Coverage, *, since: date | None = None, until: date | None = None) -> Chart:
    """The organisations that most stories had to do with, beside how many they were in the time before.

    Args:
        known: all there is, also of the time before.
        since: from when on stories count; None: a year before ``until``.
        until: the last day; None: that of the newest issue.
    """
    newest = max(known.dates.values(), default=date(1970, 1, 1))
    oldest = min(known.dates.values(), default=newest)
    until = until or newest
    since = since or max(until - _YEAR + timedelta(days=1), min(oldest, until))
    start = since - (until - since) - timedelta(days=1)
    now, before = (
        _organisations(known.between(*days)) for days in ((since, until), (start, since - timedelta(days=1)))
    )
    names = sorted(now, key=lambda name: (-now[name], name))[:_MOST_NAMES]
    told = [(now, since, until), (before, start, since - timedelta(days=1))]
    said = known.said
    compared = oldest <= start + (until - since) / 12  # with less of the time before, everybody would have gained
    return Chart(
        kind="bars",
        title=said.chart_organisations,
        unit=said.chart_stories,
        heading=said.chart_organisation,
        categories=tuple(names),
        series=tuple(
            Series(name=stretch(first, last, known.language), values=tuple(float(counts[name]) for name in names))
            for counts, first, last in told[: 1 + compared]
        ),
        change=said.chart_change if compared else "",
        note=_most(known.between(since, until), now),
    )


def lives(known: Coverage, *, since: date | None = None, until: date | None = None) -> tuple[Chart, Chart]:
    """How long stories went on, and in how many parts; of those that began in the time.

    Args:
        known: all there is, so that a story is told to its end.
        since: the first day; None: from the beginning.
        until: the last day; None: to the end.
    """
    low, high = since or date.min, until or date.max
    every = [one for one in threads_of(known.printed, known.dates) if low <= one.first <= high]
    long = [one for one in every if one.parts > 1]
    return _days(known, long, len(every)), _parts(known, long)


def _days(known: Coverage, long: Sequence[Thread], total: int) -> Chart:
    said = known.said
    names = (said.chart_week, said.chart_one_month, said.chart_three_months, said.chart_half_year, said.chart_one_year,
             said.chart_longer)  # fmt: skip
    counts = Counter(sum(one.days > most for most in _LIVES) for one in long)
    note = ""
    if long:
        longest = max(long, key=lambda one: (one.days, one.parts))
        note = said.chart_lives_said.format(
            count=known.count(len(long)), total=known.count(total), days=known.count(longest.days),
            parts=known.count(longest.parts), title=longest.title,
        )  # fmt: skip
    return Chart(
        kind="grouped",
        title=said.chart_lives,
        unit=said.chart_stories,
        heading=said.chart_days,
        categories=names,
        series=(Series(name=said.chart_stories, values=tuple(float(counts[place]) for place in range(len(names)))),),
        note=note,
    )


def _parts(known: Coverage, long: Sequence[Thread]) -> Chart:
    said = known.said
    counts = Counter(min(one.parts, _MOST_PARTS) for one in long)
    sizes = range(2, max(counts, default=2) + 1)
    names = [known.count(size) + ("+" if size == _MOST_PARTS else "") for size in sizes]
    most = max(sizes, key=lambda size: (counts[size], -size))
    note = said.chart_parts_said.format(
        parts=names[most - 2], count=known.count(counts[most]), total=known.count(len(long))
    )
    return Chart(
        kind="grouped",
        title=said.chart_parts,
        unit=said.chart_stories,
        heading=said.chart_part,
        categories=tuple(names),
        series=(Series(name=said.chart_stories, values=tuple(float(counts[size]) for size in sizes)),),
        note=note if long else "",
    )


def _organisations(known: Coverage) -> Counter[str]:
    """How many stories each organisation has to do with."""
    counts: Counter[str] = Counter()
    for one in known.printed:
        counts.update({named.name for named in one.names if named.kind == "organisation"})
    return counts


def _most(known: Coverage, counts: Mapping[str, int]) -> str:
    """Who had most of what there is, in a sentence; nothing where too many share the place."""
    most = max(counts.values(), default=0)
    first = sorted(name for name, count in counts.items() if count == most)
    if not 0 < len(first) <= _MOST_TIED:
        return ""
    sentence = known.said.chart_most if len(first) == 1 else known.said.chart_most_each
    time = stretch(min(known.dates.values()), max(known.dates.values()), known.language)
    count, total = known.count(most), known.count(len(known.printed))
    return sentence.format(time=time, names=", ".join(first), count=count, total=total)
