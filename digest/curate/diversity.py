"""Which stories stand in the issue: the best, but not all of one source or under one heading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from digest.curate.origin import origin_name, origin_of
from digest.model import Reason, Source, Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many stories may stand in an issue."""

    stories: int
    per_source: int
    per_section: Mapping[str, int] = field(default_factory=dict)  # by title; a section that is not in it has no limit


def place(
    ranked: Sequence[Story], limits: Limits, *, sources: Mapping[str, Source]
) -> tuple[tuple[Story, ...], tuple[Story, ...]]:
    """The stories that fit the issue, and the bench with the ground for each, both in the order given.

    Each story is taken unless a limit is reached, so one that is left out makes room for the next.

    Args:
        ranked: best first.
        limits: of the issue.
        sources: by id.
    """
    placed: list[Story] = []
    bench: list[Story] = []
    of_source: Counter[str] = Counter()
    of_section: Counter[str] = Counter()
    for story in ranked:
        origin = origin_of(story.lead, sources)
        most = limits.per_section.get(story.section)
        if len(placed) >= limits.stories:
            bench.append(_benched(story, f"the issue is full at {limits.stories} (max_stories)"))
        elif of_source[origin] >= limits.per_source:
            name = origin_name(story.lead, sources)
            bench.append(_benched(story, f"{name} is full at {limits.per_source} (max_per_source)"))
        elif most is not None and of_section[story.section] >= most:
            bench.append(_benched(story, f"section {story.section} is full at {most} (its max_stories)"))
        else:
            placed.append(story)
            of_source[origin] += 1
            of_section[story.section] += 1
    return tuple(placed), tuple(bench)


def _benched(story: Story, why: str) -> Story:
    return replace(story, reasons=(*story.reasons, Reason(points=0.0, text=f"on the bench: {why}")))
