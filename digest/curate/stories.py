"""Items → stories: what is told, how high it stands, where it belongs; and then how it is summed up.

A summary costs more than all the rest, so a story has none until somebody will read it.

One story an item for now. Grouping different items on one event belongs here, between ``groups`` and the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from digest.config.settings import Settings
from digest.curate.labels import Example
from digest.curate.origin import language_of, origin_name
from digest.curate.rank import rank
from digest.curate.same import why_same
from digest.curate.sections import sections_of
from digest.curate.summary import summarise
from digest.model import Entry, Period, Reason, Source, Story


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryIds:
    """The ids that exist already."""

    by_entry: Mapping[str, str]  # entry id → the id of the story that had it
    taken: Collection[str]  # ids that no new story may have


def stories(
    groups: Sequence[Sequence[Entry]],
    *,
    sources: Mapping[str, Source],
    settings: Settings,
    period: Period,
    ids: StoryIds,
    examples: Sequence[Example] = (),
    other: str = "Other",
    news: str = "News",
) -> tuple[Story, ...]:
    """A story for each group, unplaced and without a summary, in the order of the groups.

    Args:
        groups: disjoint; the lead of each first.
        sources: by id.
        settings: sections, interests, the newsletter's language.
        period: names the issue, and measures freshness.
        ids: what is minted already.
        examples: the sections that editors gave to past stories.
        other: the section of what fits none.
        news: the section of everything where none are configured.
    """
    names = story_names(groups, period=period, ids=ids)
    languages = [language_of(group[0], sources, settings.newsletter.language) for group in groups]
    sections = sections_of(
        groups,
        rules=settings.section,
        sources=sources,
        languages=languages,
        examples=examples,
        other=other,
        news=news,
    )
    made = []
    for group, language, (section, ground) in zip(groups, languages, sections, strict=True):
        lead = group[0]
        score, reasons = rank(group, sources=sources, interests=settings.interests, period=period, language=language)
        made.append(
            Story(
                id=names[lead.id],
                title=lead.title,
                summary="",
                entries=tuple(group),
                section=section,
                score=score,
                reasons=(*reasons, ground, *_merged(group, sources)),
            )
        )
    return tuple(made)


def summarised(story: Story, *, sources: Mapping[str, Source], settings: Settings) -> Story:
    """The story with its summary: whole sentences of its lead, or "" if that says too little."""
    language = language_of(story.lead, sources, settings.newsletter.language)
    return replace(story, summary=summarise(story.lead, words=settings.issue.summary_words, language=language))


def _merged(group: Sequence[Entry], sources: Mapping[str, Source]) -> Iterator[Reason]:
    lead = group[0]
    for entry in group[1:]:
        yield Reason(points=0.0, text=f"the same item from {origin_name(entry, sources)}: {why_same(lead, entry)}")


def story_names(groups: Sequence[Sequence[Entry]], *, period: Period, ids: StoryIds) -> dict[str, str]:
    """An id for each group, by its lead's id: the one its lead had, else the one another member had, else a new one.

    New ids are "s-" and 8 hex digits of a hash of the issue and the lead, so that drafting twice mints the same.
    """
    names: dict[str, str] = {}
    in_order = sorted(groups, key=lambda group: group[0].id)
    given: set[str] = set()
    for members in (slice(0, 1), slice(1, None)):
        for group in in_order:
            name = next((ids.by_entry[entry.id] for entry in group[members] if entry.id in ids.by_entry), None)
            if name is not None and name not in given and group[0].id not in names:
                names[group[0].id] = name
                given.add(name)
    refused = given | set(ids.taken) | set(ids.by_entry.values())
    for group in in_order:
        lead = group[0].id
        if lead not in names:
            names[lead] = _mint(period.name, lead, refused)
            refused.add(names[lead])
    return names


def _mint(issue: str, lead: str, refused: Collection[str]) -> str:
    salt = 0
    while True:
        seed = f"{issue} {lead}" + (f" {salt}" if salt else "")
        name = f"s-{sha256(seed.encode()).hexdigest()[:8]}"
        if name not in refused:
            return name
        salt += 1
