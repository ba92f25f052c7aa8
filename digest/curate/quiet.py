"""A week in which nothing significant happened: what makes one, and how the editor is told."""

from __future__ import annotations

from dataclasses import dataclass

from digest.curate.rank import TOLD_ONCE
from digest.model import Briefing

SIGNIFICANT = TOLD_ONCE
"""Points that a significant story has more than. A story that one source told once has as many if nothing else speaks
for it, or if its age takes away what does: fresh, long, from the primary source, of a heavy feed, of interest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """What there is in a quiet week."""

    floor: float  # points
    best: float | None  # points of the best story; None: there is none

    @property
    def sentence(self) -> str:
        """What the editor is told. It holds nothing of the stories, so it can stand anywhere."""
        if self.best is None:
            return "Nothing new this week."
        return f"Nothing significant this week: no story has more than {self.floor:g} points, the best {self.best:g}."


def quiet_week(briefing: Briefing, *, floor: float = SIGNIFICANT) -> Quiet | None:
    """What makes the week of this briefing a quiet one; None if a story of it is significant.

    Nothing is decided by it: the stories stay where they are. A quiet issue can be printed as it is, or with a few
    lines of the editor's own, or left out; what it offered is then offered again.
    """
    best = max((story.score for story in (*briefing.stories, *briefing.candidates)), default=None)
    return Quiet(floor=floor, best=best) if best is None or best <= floor else None
