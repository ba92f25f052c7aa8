"""Entries → Briefing: what an issue would say before an editor touches it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from digest.config.settings import IssueSettings, Settings
from digest.curate.labels import Example
from digest.curate.origin import origin_name, origin_of
from digest.curate.repeats import split_repeats
from digest.curate.same import same_items
from digest.curate.stories import StoryIds, stories, summarised
from digest.model import Briefing, Entry, Period, Reason, Section, Source, Story

_EPOCH = datetime.fromtimestamp(0, UTC)


def brief(
    entries: Sequence[Entry],
    *,
    sources: Mapping[str, Source],
    settings: Settings,
    period: Period,
    earlier: Sequence[Entry] = (),
    story_ids: Mapping[str, str] | None = None,
    taken: Collection[str] = (),
    examples: Sequence[Example] = (),
    other: str = "Other",
    news: str = "News",
) -> Briefing:
    """The briefing that these entries make: every entry in exactly one of its stories, candidates and repeats.

    What stands in the issue file has its summary: every story, and the first ``max_candidates`` of the bench. The
    rest of the bench has "" until ``digest.curate.stories.summarised`` gives it one.

    Pure: the order of the entries does not matter, and the same arguments give the same briefing.

    Args:
        entries: the eligible ones, of different ids, none under an embargo.
        sources: by id; entries of a source that is gone are taken all the same.
        settings: limits, sections, interests and language.
        period: names the issue and measures freshness; it decides nothing else.
        earlier: entries that earlier issues used, grouped or dropped.
        story_ids: by the id of an entry, the id of the story that had it in an earlier draft of this issue.
        taken: ids of stories that exist and that no new one may have.
        examples: the sections that editors gave to past stories, newest first.
        other: the section of what fits none, in the newsletter's language; it stands last unless it is configured.
        news: the section of everything where none are configured.
    """
    eligible, repeats = split_repeats(entries, earlier)
    groups = same_items(eligible, sources=sources, language=settings.newsletter.language)
    made = stories(
        groups,
        examples=examples,
        sources=sources,
        settings=settings,
        period=period,
        ids=StoryIds(by_entry=story_ids or {}, taken=taken),
        other=other,
        news=news,
    )
    placed, bench = _place(sorted(made, key=_best_first), settings.issue, sources)
    shown = settings.issue.max_candidates
    titles = (*(rule.title for rule in settings.section), news, other)
    return Briefing(
        period=period,
        sections=_sections([summarised(story, sources=sources, settings=settings) for story in placed], titles),
        candidates=(
            *(summarised(story, sources=sources, settings=settings) for story in bench[:shown]),
            *bench[shown:],
        ),
        repeats=repeats,
    )


def _best_first(story: Story) -> tuple[float, float, str]:
    """By score, then the newer, then the lead's id; undated last."""
    published = story.lead.published
    return -story.score, -((published or _EPOCH) - _EPOCH).total_seconds(), story.lead.id


def _place(
    ranked: Sequence[Story], limits: IssueSettings, sources: Mapping[str, Source]
) -> tuple[list[Story], tuple[Story, ...]]:
    """The stories that fit the issue, and the bench, both best first."""
    placed: list[Story] = []
    bench: list[Story] = []
    of_source: Counter[str] = Counter()
    for story in ranked:
        origin = origin_of(story.lead, sources)
        if len(placed) >= limits.max_stories:
            bench.append(_benched(story, f"the issue is full at {limits.max_stories} (max_stories)"))
        elif of_source[origin] >= limits.max_per_source:
            name = origin_name(story.lead, sources)
            bench.append(_benched(story, f"{name} is full at {limits.max_per_source} (max_per_source)"))
        else:
            placed.append(story)
            of_source[origin] += 1
    return placed, tuple(bench)


def _benched(story: Story, why: str) -> Story:
    return replace(story, reasons=(*story.reasons, Reason(points=0.0, text=f"on the bench: {why}")))


def _sections(placed: Sequence[Story], titles: Sequence[str]) -> tuple[Section, ...]:
    """The sections in the order of the titles, which name them all; empty ones left out."""
    sections = (
        Section(title=title, stories=tuple(story for story in placed if story.section == title))
        for title in dict.fromkeys(titles)
    )
    return tuple(section for section in sections if section.stories)
