"""How high a story should stand: a sum of few summands, each of which can be printed.

There is no gold standard for this, so the sum is kept plain: what an editor disagrees with can be seen and weighed
anew with ``weight`` and ``[interests]``. Each summand is the best of what any entry of the story gives, so one more
source never lowers a story.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import log, log2

from digest.config.settings import Interests
from digest.curate.interests import interest_hits
from digest.curate.origin import origin_name, origin_of, primary_host, slug
from digest.curate.summary import says_enough
from digest.model import Entry, Period, Reason, Source

SOURCE_POINTS = 1.0  # times ln(1 + distinct sources): that others tell it too is the best sign of news
ENTRY_POINTS = 0.5  # times ln(1 + entries): less, for one source may tell it ten times
NAME_POINTS = 1.0
WORD_POINTS = 0.5
MOST_INTEREST = 3.0  # a page that lists every name is not the most interesting one
PRIMARY_POINTS = 0.5
LENGTH_POINTS = 0.5
NEVER_LEADS = -10.0  # weight 0
OLDEST = -1.0

TOLD_ONCE = round(SOURCE_POINTS * log(2), 2) + round(ENTRY_POINTS * log(2), 2)
"""What every story has: one source told it, once."""

_MOST_NAMED = 6  # sources in a reason


def rank(
    group: Sequence[Entry],
    *,
    sources: Mapping[str, Source],
    interests: Interests,
    period: Period,
    language: str,
) -> tuple[float, tuple[Reason, ...]]:
    """The score of a story and its summands, which add up to it (each rounded to a hundredth).

    The order of the entries does not matter to the score.

    Args:
        group: the entries that tell it, the lead first.
        sources: by id.
        interests: of digest.toml.
        period: what freshness is measured by.
        language: the lead's two-letter code.
    """
    reasons = (
        _from_sources(group, sources),
        _from_entries(group),
        *_from_weight(group, sources),
        *_from_interests(group, sources, interests, language),
        _from_freshness(group, period),
        *_from_primary(group, sources),
        _from_length(group),
    )
    return round(sum(reason.points for reason in reasons), 2), reasons


def _reason(points: float, text: str) -> Reason:
    return Reason(points=round(points, 2), text=text)


def _count(number: int, noun: str, plural: str) -> str:
    return f"{number} {noun if number == 1 else plural}"


def _from_sources(group: Sequence[Entry], sources: Mapping[str, Source]) -> Reason:
    names: dict[str, str] = {}
    for entry in group:  # a release in the folder and the feed of who sent it are one source
        name = origin_name(entry, sources)
        names.setdefault(slug(name) or origin_of(entry, sources), name)
    shown = list(names.values())[:_MOST_NAMED]
    more = [f"{len(names) - len(shown)} more"] if len(names) > len(shown) else []
    told = f"told by {_count(len(names), 'source', 'sources')}: {', '.join([*shown, *more])}"
    return _reason(SOURCE_POINTS * log(1 + len(names)), told)


def _from_entries(group: Sequence[Entry]) -> Reason:
    told = len({entry.url_key or entry.id for entry in group})  # some feeds list one article several times
    return _reason(ENTRY_POINTS * log(1 + told), f"in {_count(told, 'entry', 'entries')}")


def _from_weight(group: Sequence[Entry], sources: Mapping[str, Source]) -> Iterator[Reason]:
    """Twice the weight is one point more. A source that is not listed any more weighs 1."""
    known = [sources[entry.source_id] for entry in group if entry.source_id in sources]
    heaviest = max(known, key=lambda source: (source.weight, source.id), default=None)
    if heaviest is None or heaviest.weight == 1.0 or (heaviest.weight < 1.0 and len(known) < len(group)):
        return
    points = log2(heaviest.weight) if heaviest.weight > 0 else NEVER_LEADS
    yield _reason(max(points, NEVER_LEADS), f"weight {heaviest.weight:g} of {heaviest.name}")


def _from_interests(
    group: Sequence[Entry], sources: Mapping[str, Source], interests: Interests, language: str
) -> Iterator[Reason]:
    left = MOST_INTEREST
    for term, how in interest_hits(group, interests, language, publishers=_publishers(group, sources)):
        points = min(WORD_POINTS if how == "word" else NAME_POINTS, left)
        left -= points
        said = {"word": "speaks of", "name": "names", "publisher": "comes from"}[how]
        yield _reason(points, f"{said} “{term}”, an interest" + ("" if points else " (no more points for interests)"))


def _publishers(group: Sequence[Entry], sources: Mapping[str, Source]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(origin_name(entry, sources) for entry in group))


def _from_freshness(group: Sequence[Entry], period: Period) -> Reason:
    """Half a point at the period's end, minus half at its start, down to minus one before it; undated: nothing.

    Of several entries the freshest counts, where an undated one stands in the middle of the period.
    """
    found = [_freshness(entry, period) for entry in group]
    return max(found, key=lambda reason: (reason.points, reason.text != "no date", reason.text))


def _freshness(entry: Entry, period: Period) -> Reason:
    if entry.published is None:
        return _reason(0.0, "no date")
    long = period.end - period.start
    share = (entry.published - period.start) / long if long else 0.5
    points = max(OLDEST, min(share, 1.0) - 0.5)
    days = (period.end - entry.published).days
    if days < 0:
        age = "newer than the period"
    elif entry.published < period.start:
        age = f"{days} days old at the period's end, older than the period"
    elif days == 0:
        age = "of the period's last day"
    else:
        age = f"{_count(days, 'day', 'days')} before the period's end"
    return _reason(points, age)


def _from_primary(group: Sequence[Entry], sources: Mapping[str, Source]) -> Iterator[Reason]:
    host = next((host for entry in group if (host := primary_host(entry, sources))), None)
    if host:
        yield _reason(PRIMARY_POINTS, f"from the primary source, {host}")


def _from_length(group: Sequence[Entry]) -> Reason:
    if any(says_enough(entry) for entry in group):
        return _reason(LENGTH_POINTS, "enough text to summarise")
    return _reason(0.0, "too little text to summarise")
