"""How high a story should stand: a sum of few summands, each of which can be printed.

There is no gold standard for this, so the sum is kept plain: what an editor disagrees with can be seen and weighed
anew with ``weight`` and ``[interests]``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import log, log2

from digest.config.settings import Interests
from digest.curate.interests import interest_hits
from digest.curate.origin import origin_name, origin_of, primary_host
from digest.curate.summary import says_enough
from digest.model import Entry, Period, Reason, Source

NAME_POINTS = 1.0
WORD_POINTS = 0.5
MOST_INTEREST = 3.0  # a page that lists every name is not the most interesting one
PRIMARY_POINTS = 0.5
SUMMARY_POINTS = 0.5
NEVER_LEADS = -10.0  # weight 0
OLDEST = -1.0


def rank(
    group: Sequence[Entry],
    *,
    sources: Mapping[str, Source],
    interests: Interests,
    period: Period,
    language: str,
) -> tuple[float, tuple[Reason, ...]]:
    """The score of a story and its summands, which add up to it (each rounded to a hundredth).

    Args:
        group: the entries that tell it, the lead first.
        sources: by id.
        interests: of digest.toml.
        period: what freshness is measured by.
        language: the lead's two-letter code.
    """
    reasons = (
        _from_sources(group, sources),
        *_from_weight(group, sources),
        *_from_interests(group, interests, language),
        _from_freshness(group[0], period),
        *_from_lead(group[0], sources),
    )
    return round(sum(reason.points for reason in reasons), 2), reasons


def _reason(points: float, text: str) -> Reason:
    return Reason(points=round(points, 2), text=text)


def _from_sources(group: Sequence[Entry], sources: Mapping[str, Source]) -> Reason:
    names: dict[str, str] = {}
    for entry in group:
        names.setdefault(origin_of(entry, sources), origin_name(entry, sources))
    count = len(names)
    return _reason(log(1 + count), f"{count} source{'' if count == 1 else 's'}: {', '.join(names.values())}")


def _from_weight(group: Sequence[Entry], sources: Mapping[str, Source]) -> Iterator[Reason]:
    """Twice the weight is one point more."""
    known = [sources[entry.source_id] for entry in group if entry.source_id in sources]
    heaviest = max(known, key=lambda source: (source.weight, source.id), default=None)
    if heaviest is not None and heaviest.weight != 1.0:
        points = log2(heaviest.weight) if heaviest.weight > 0 else NEVER_LEADS
        yield _reason(max(points, NEVER_LEADS), f"weight {heaviest.weight:g} of {heaviest.name}")


def _from_interests(group: Sequence[Entry], interests: Interests, language: str) -> Iterator[Reason]:
    lead = group[0]
    titles = " / ".join(dict.fromkeys(entry.title for entry in group))
    left = MOST_INTEREST
    for term, is_name in interest_hits(titles, f"{lead.summary}\n{lead.text}", interests, language):
        points = min(NAME_POINTS if is_name else WORD_POINTS, left)
        left -= points
        yield _reason(points, f"{'names' if is_name else 'speaks of'} “{term}”, an interest")


def _from_freshness(lead: Entry, period: Period) -> Reason:
    """Half a point at the period's end, minus half at its start, down to minus one before it; undated: nothing."""
    if lead.published is None:
        return _reason(0.0, "no date")
    share = (lead.published - period.start) / (period.end - period.start) if period.end > period.start else 0.5
    points = max(OLDEST, min(share, 1.0) - 0.5)
    days = (period.end - lead.published).days
    if days < 0:
        age = "newer than the period"
    elif lead.published < period.start:
        age = f"{days} days old at the period's end, older than the period"
    else:
        age = (
            "of the period's last day" if days == 0 else f"{days} day{'' if days == 1 else 's'} before the period's end"
        )
    return _reason(points, age)


def _from_lead(lead: Entry, sources: Mapping[str, Source]) -> Iterator[Reason]:
    if host := primary_host(lead, sources):
        yield _reason(PRIMARY_POINTS, f"from the primary source, {host}")
    if says_enough(lead):
        yield _reason(SUMMARY_POINTS, "enough text to summarise")
    else:
        yield _reason(0.0, "too little text to summarise")
