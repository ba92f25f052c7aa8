"""Stories that went on: which printings of the archive tell one story."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from digest.model import ISSUE_ITSELF, Printed


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A story, from its first printing to its last."""

    title: str  # as last printed
    first: date
    last: date
    parts: int

    @property
    def days(self) -> int:
        return (self.last - self.first).days


def threads_of(printed: Sequence[Printed], dates: Mapping[str, date]) -> tuple[Thread, ...]:
    """Every story once, by its first day; what two later stories go on with is one story with both.

    Args:
        printed: what issues printed, in any order; a row that goes on with one that is not there begins a story.
        dates: of the issues; what an issue without one printed does not count.
    """
    rows = {(one.issue, one.place): one for one in printed if one.place != ISSUE_ITSELF and one.issue in dates}
    roots: dict[tuple[str, int], tuple[str, int]] = {key: key for key in rows}

    def root(key: tuple[str, int]) -> tuple[str, int]:
        while roots[key] != key:
            roots[key] = roots[roots[key]]  # halves the way for the next who asks
            key = roots[key]
        return key

    for key, one in rows.items():
        if one.earlier in rows:
            roots[root(key)] = root(one.earlier)
    told: dict[tuple[str, int], list[Printed]] = {}
    for key, one in rows.items():
        told.setdefault(root(key), []).append(one)
    made = []
    for parts in told.values():
        parts.sort(key=lambda one: (dates[one.issue], one.issue, one.place))
        first, last = parts[0], parts[-1]
        made.append(Thread(title=last.title, first=dates[first.issue], last=dates[last.issue], parts=len(parts)))
    return tuple(sorted(made, key=lambda one: (one.first, one.last, one.title)))
