"""Entries → Briefing: what an issue would say before an editor touches it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from digest.config.settings import Settings
from digest.curate.diversity import Limits, place
from digest.curate.frequencies import Frequencies
from digest.curate.grouping import group_items
from digest.curate.labels import Example
from digest.curate.repeats import split_repeats
from digest.curate.same import same_items
from digest.curate.stories import StoryIds, stories, summarised, word_rarity
from digest.model import Briefing, Entry, Period, Section, Source, Story

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
    carried: Frequencies | None = None,
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
        carried: how often words stood in the entries of earlier weeks; None: only these entries tell.
        examples: the sections that editors gave to past stories, newest first.
        other: the section of what fits none, in the newsletter's language; it stands last unless it is configured. If
            there is but one section, and it has neither words nor sources, that takes its place.
        news: the section of everything where none are configured.
    """
    other = _takes_all(settings) or other
    eligible, repeats = split_repeats(entries, earlier)
    items = same_items(eligible, sources=sources, language=settings.newsletter.language)
    groups, doubts = group_items(
        items,
        sources=sources,
        language=settings.newsletter.language,
        strictness=settings.issue.strictness,
        carried=carried,
    )
    made = stories(
        groups,
        doubts=doubts,
        examples=examples,
        sources=sources,
        settings=settings,
        period=period,
        ids=StoryIds(by_entry=story_ids or {}, taken=taken),
        other=other,
        news=news,
    )
    placed, bench = place(sorted(made, key=_best_first), _limits(settings), sources=sources)
    weight = word_rarity(eligible, sources=sources, settings=settings)

    def told(some: Sequence[Story]) -> tuple[Story, ...]:
        return tuple(summarised(story, sources=sources, settings=settings, weight=weight) for story in some)

    shown = settings.issue.max_candidates
    titles = (*(rule.title for rule in settings.section), news, other)
    return Briefing(
        period=period,
        sections=_sections(told(placed), titles),
        candidates=(*told(bench[:shown]), *bench[shown:]),
        repeats=repeats,
    )


def _takes_all(settings: Settings) -> str | None:
    """The title of the only section, if it says nothing of what belongs to it."""
    only = settings.section[0] if len(settings.section) == 1 else None
    return only.title if only and not only.about and not only.sources else None


def _best_first(story: Story) -> tuple[float, float, str]:
    """By score, then the newer, then the lead's id; undated last."""
    published = story.lead.published
    return -story.score, -((published or _EPOCH) - _EPOCH).total_seconds(), story.lead.id


def _limits(settings: Settings) -> Limits:
    return Limits(
        stories=settings.issue.max_stories,
        per_source=settings.issue.max_per_source,
        per_section={rule.title: rule.max_stories for rule in settings.section if rule.max_stories is not None},
    )


def _sections(placed: Sequence[Story], titles: Sequence[str]) -> tuple[Section, ...]:
    """The sections in the order of the titles, which name them all; empty ones left out."""
    sections = (
        Section(title=title, stories=tuple(story for story in placed if story.section == title))
        for title in dict.fromkeys(titles)
    )
    return tuple(section for section in sections if section.stories)
