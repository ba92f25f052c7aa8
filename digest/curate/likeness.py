"""How likely two stories are one: a logit of a few measures, each of which can be told to an editor.

The weights were fitted (coordinate search on B-cubed F1, the mean of six English news sets with and without dates,
whole, thinned out, and thrown together with 1,900 unrelated articles into one week); one setting serves them all.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from math import exp, log, sqrt
from typing import Literal

Strictness = Literal["strict", "lenient"]

OFFSET: dict[Strictness, float] = {"strict": -3.7, "lenient": -3.3}
WORDS = 11.3  # times the square root of the cosine of the terms
NAMES = 4.4  # times the cosine of the names and numbers
NO_NAMES = 3.0  # if one of the two has none, as headlines in small letters or in Japanese have
MOST_BY_NAMES = max(NAMES, NO_NAMES)
DAYS = -3.25  # times ln(1 + days apart)
NO_DATE = -0.9  # if one of the two has none
CROWD = -0.7  # times ln(entries of those days / 100)
ONE_SOURCE = -1.0  # times the share of pairs that are of one source: it tells a thing once, and has one manner
ONE_PATTERN = -3.0  # the same where it is worded alike: of a thousand releases many name the same town
LENGTH = -1.45  # times ln(terms / 30), the mean of both: headlines alone share fewer words

_FEWEST = 100  # entries of those days; of a small batch it is not known how often its stories were told
_MOST = 3000  # more days' entries tell more stories, but also each more often
_FEWEST_TERMS = 6
_STEPS = 10  # of a day: a crowd is counted once for all that lie between two
_AROUND = 1.0  # days before and after at least: morning and evening are one news day


class Judge:
    """Holds the measures of two stories against a batch of entries."""

    def __init__(self, days: Iterable[float], *, entries: int, strictness: Strictness) -> None:
        """Take the days (since any) of the dated ones, and how many entries there are."""
        self._days = sorted(days)
        self._entries = entries
        self._offset = OFFSET[strictness]
        self._crowds: dict[tuple[int, int], float] = {}

    def logit(
        self,
        words: float,
        names: float | None,
        one_day: float | None,
        other_day: float | None,
        length: float,
        one_source: float = 0.0,
        *,
        one_pattern: bool = False,
    ) -> float:
        """The logit of the probability that two stories are one.

        Args:
            words: cosine of the terms, 0.0 … 1.0.
            names: cosine of the names; None if one story has none.
            one_day: the mean day of one story; None if it has no date.
            other_day: the same of the other.
            length: the mean of their ``length_of``.
            one_source: what share of the pairs of an entry of one and an entry of the other are of one source.
            one_pattern: whether such two share their wording.
        """
        sum_ = (
            self._offset
            + LENGTH * length
            + (ONE_PATTERN if one_pattern else ONE_SOURCE) * one_source
            + (WORDS * sqrt(words) if words > 0.0 else 0.0)
        )
        sum_ += NO_NAMES if names is None else NAMES * names
        if one_day is None or other_day is None:
            return sum_ + NO_DATE + CROWD * _crowd(self._entries)
        return sum_ + DAYS * log(1.0 + abs(one_day - other_day)) + self._crowd_between(one_day, other_day)

    def _crowd_between(self, one: float, other: float) -> float:
        """What the entries of those days weigh: the more there are, the less it says that two are of one day."""
        middle, reach = (one + other) / 2.0, max(abs(one - other) / 2.0, _AROUND)
        key = (int((middle - reach) * _STEPS), int((middle + reach) * _STEPS))
        crowd = self._crowds.get(key)
        if crowd is None:
            count = bisect_right(self._days, key[1] / _STEPS) - bisect_left(self._days, key[0] / _STEPS)
            crowd = self._crowds[key] = CROWD * _crowd(count)
        return crowd


def length_of(terms: int) -> float:
    """How long an entry is, by its distinct terms: 0.0 for a paragraph, less for a headline."""
    return log(max(terms, _FEWEST_TERMS) / 30.0)


def probability(logit: float) -> float:
    """0.0 … 1.0."""
    return 1.0 / (1.0 + exp(-logit))


def _crowd(entries: int) -> float:
    return log(min(max(entries, _FEWEST), _MOST) / 100.0)
