"""A week in which nothing significant happened: what makes one, and how the editor is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from digest.model import Briefing

Every = Literal["day", "week", "month"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """What there is in a quiet week."""

    every: Every
    floor: float  # points
    best: float | None  # points of the best story; None: there is none

    @property
    def sentence(self) -> str:
        """What the editor is told. It holds nothing of the stories, so it can stand anywhere."""
        when = {"day": "today", "week": "this week", "month": "this month"}[self.every]
        if self.best is None:
            return f"Nothing new {when}."
        return f"Nothing significant {when}: no story has more than {self.floor:g} points, the best {self.best:g}."


def quiet_week(briefing: Briefing, *, floor: float, every: Every = "week") -> Quiet | None:
    """What makes the week (or day, or month) of this briefing a quiet one; None if a story of it is significant.

    Nothing is decided by it: the stories stay where they are. A quiet issue can be printed as it is, or with a few
    lines of the editor's own, or left out; what it offered is then offered again.

    Args:
        briefing: whose stories count, those on the bench as well.
        floor: points that a significant story has more than. By default (``[issue] significant``) those of a story that
            one source told once, if nothing else speaks for it or its age takes away what does: fresh, long, from the
            primary source, of a heavy feed, of interest.
        every: how often the issue is made.
    """
    best = max((story.score for story in (*briefing.stories, *briefing.candidates)), default=None)
    return Quiet(every=every, floor=floor, best=best) if best is None or best <= floor else None
