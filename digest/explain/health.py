"""How a feed is doing: how often it has news, and whether it has gone quiet, fails, has moved or is gone. Pure.

A feed's rhythm is told in days. Within one day there is no telling an hourly feed from twenty items put out at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Final

from digest.gather.web.politeness import offers_move

if TYPE_CHECKING:
    from datetime import tzinfo

    from digest.model import FetchState

LAST_DAYS: Final = 20
"""Days with new items that tell a feed's rhythm: four weeks of a feed that rests at weekends."""
LEAST_DAYS: Final = 4
"""Fewer tell none."""
SILENT_GAPS: Final = 3
LONG_WEEKEND: Final = timedelta(days=4)
"""A daily feed that stops on Thursday before Easter is back on Tuesday: nobody is silent before this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What is known of a feed at one moment."""

    last_item: datetime | None = None  # the newest; None: it never told anything
    usual_gap_days: float | None = None  # from one day with new items to the next; None: too few to say
    silent_since: datetime | None = None  # its newest item, if it has been quiet for too long
    silent_days: int = 0  # from then to the last time it answered
    never_read: bool = False
    failing_since: datetime | None = None
    failing_days: int = 0
    gone_since: datetime | None = None
    has_moved: bool = False  # for good, and for long enough to be believed
    paused_until: datetime | None = None  # its server asked to be left alone

    @property
    def silent_gaps(self) -> float | None:
        """How many of its usual gaps it has been quiet for; None: it is not silent."""
        return self.silent_days / self.usual_gap_days if self.silent_since and self.usual_gap_days else None

    @property
    def is_well(self) -> bool:
        return not (self.failing_since or self.gone_since or self.has_moved or self.silent_since)


def health(
    state: FetchState,
    days: Sequence[datetime],
    *,
    location: str,
    interval: timedelta,
    now: datetime,
) -> Health:
    """How a feed is doing.

    Args:
        state: what was remembered at the last fetch.
        days: the newest item of each of the last days that had one, newest first.
        location: the feed's address as feeds.toml has it.
        interval: how often it is asked; a silence that is no longer was not seen.
        now: the time of asking.
    """
    last = max(days, default=None)
    gap = usual_gap_days(days)
    quiet = state.last_fetched - last if last and state.last_fetched else timedelta(0)
    silent = (
        gap is not None
        and "://" in location  # a file on disk is written by somebody here
        and state.failing_since is None  # then nobody knows
        and quiet > max(SILENT_GAPS * timedelta(days=gap), LONG_WEEKEND, interval)
    )
    return Health(
        last_item=last,
        usual_gap_days=gap,
        silent_since=last if silent else None,
        silent_days=quiet.days if silent else 0,
        never_read=state.last_fetched is None and state.failing_since is None,
        failing_since=state.failing_since,
        failing_days=(now - state.failing_since).days if state.failing_since else 0,
        gone_since=state.gone_since,
        has_moved=offers_move(state, location, now=now),
        paused_until=state.retry_after if state.retry_after and state.retry_after > now else None,
    )


def usual_gap_days(days: Sequence[datetime]) -> float | None:
    """The median number of days from one day with new items to the next; None if there are fewer than four."""
    dates = sorted({moment.date() for moment in days}, reverse=True)[:LAST_DAYS]
    return float(median(_gaps(dates))) if len(dates) >= LEAST_DAYS else None


def rhythm(gap_days: float) -> str:
    """A usual gap in words: ``daily``, ``every 3 days``, ``weekly``, ``monthly``."""
    named = {1: "daily", 7: "weekly", 14: "fortnightly", 28: "monthly", 29: "monthly", 30: "monthly", 31: "monthly"}
    whole = round(gap_days)
    return named.get(whole, f"every {whole} days")


def complaint(found: Health, state: FetchState, zone: tzinfo) -> str | None:
    """What an editor should know of a feed, by dates, so that it reads the same all day; None: it is well.

    Args:
        found: how it is doing.
        state: what was remembered at the last fetch, without passwords.
        zone: the newsletter's.
    """
    if found.gone_since:
        return f"gone since {_day(found.gone_since, zone)}: the publisher has taken it down"
    if found.failing_since:
        return f"failing since {_day(found.failing_since, zone)}: {state.last_problem or 'no answer'}"
    if found.has_moved:
        since = f" since {_day(state.moved_since, zone)}" if state.moved_since else ""
        return f"moved to {state.moved_to}{since}"
    if found.silent_since and found.usual_gap_days:
        return f"silent since {_day(found.silent_since, zone)}, usually {rhythm(found.usual_gap_days)}"
    return None


def _gaps(dates: Sequence[date]) -> list[int]:
    return [(later - earlier).days for later, earlier in pairwise(dates)]


def _day(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).date().isoformat()
