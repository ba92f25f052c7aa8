"""Groups → stories: how high each stands and where it belongs; and then how it is summed up.

A summary costs more than all the rest, so a story has none until somebody will read it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from digest.config.settings import Settings
from digest.curate.centroid import Weight, rarity
from digest.curate.grounds import told_probability
from digest.curate.grouping import Doubt, Group
from digest.curate.labels import Example
from digest.curate.origin import language_of
from digest.curate.rank import rank
from digest.curate.sections import sections_of
from digest.curate.summary import summary_of, told
from digest.model import Entry, Period, Reason, Source, Story
from digest.text.provenance import source_name


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryIds:
    """The ids that exist already."""

    by_entry: Mapping[str, str]  # entry id → the id of the story that had it
    taken: Collection[str]  # ids that no new story may have


@dataclass(frozen=True, slots=True, kw_only=True)
class _Likeness:
    """Another story that may be the same."""

    story_id: str
    ground: str
    reason: Reason


def stories(
    groups: Sequence[Group],
    *,
    sources: Mapping[str, Source],
    settings: Settings,
    period: Period,
    ids: StoryIds,
    doubts: Sequence[Doubt] = (),
    examples: Sequence[Example] = (),
    other: str = "Other",
    news: str = "News",
) -> tuple[Story, ...]:
    """A story for each group, unplaced and without a summary, in the order of the groups.

    Args:
        groups: disjoint.
        sources: by id.
        settings: sections, interests, the newsletter's language.
        period: names the issue, and measures freshness.
        ids: what is minted already.
        doubts: which groups may be one story.
        examples: the sections that editors gave to past stories.
        other: the section of what fits none.
        news: the section of everything where none are configured.
    """
    members = [group.entries for group in groups]
    names = story_names(members, period=period, ids=ids)
    languages = [language_of(group.lead, sources, settings.newsletter.language) for group in groups]
    sections = sections_of(
        members,
        rules=settings.section,
        sources=sources,
        languages=languages,
        examples=examples,
        other=other,
        news=news,
    )
    doubtful = _doubtful(doubts, names)
    made = []
    for group, language, (section, ground) in zip(groups, languages, sections, strict=True):
        score, reasons = rank(
            group.entries, sources=sources, interests=settings.interests, period=period, language=language
        )
        like = doubtful.get(group.lead.id, ())
        made.append(
            Story(
                id=names[group.lead.id],
                title=group.lead.title,
                summary="",
                entries=group.entries,
                section=section,
                score=score,
                reasons=(*reasons, ground, *group.grounds, *(one.reason for one in like)),
                like=tuple((one.story_id, one.ground) for one in like),
            )
        )
    return tuple(made)


def _doubtful(doubts: Sequence[Doubt], names: Mapping[str, str]) -> Mapping[str, Sequence[_Likeness]]:
    """By a lead's id, which stories its own may be one with, the likeliest first."""
    told: dict[str, list[_Likeness]] = defaultdict(list)
    for doubt in doubts:
        for here, there in ((doubt.one.lead, doubt.other.lead), (doubt.other.lead, doubt.one.lead)):
            name = names[there.id]
            why = f"{doubt.ground} ({told_probability(doubt.probability)})"
            reason = Reason(points=0.0, text=f"perhaps one with “{there.title}” ({name}): {why}")
            told[here.id].append(_Likeness(story_id=name, ground=doubt.ground, reason=reason))
    return told


def word_rarity(entries: Sequence[Entry], *, sources: Mapping[str, Source], settings: Settings) -> Weight:
    """How much a word tells in a batch, for the summaries of its stories."""
    return rarity(entries, lambda entry: language_of(entry, sources, settings.newsletter.language))


def summarised(
    story: Story, *, sources: Mapping[str, Source], settings: Settings, weight: Weight | None = None
) -> Story:
    """The story with its summary: whole sentences of its entries in the lead's language; "" if they say too little.

    Where they are of several sources, each source's end with its name.

    Args:
        story: without a summary.
        sources: by id.
        settings: how long a summary may be, and the newsletter's language.
        weight: of the batch the story is from; None: only the story tells which words are rare.
    """
    default = settings.newsletter.language
    language = language_of(story.lead, sources, default)
    entries = [entry for entry in story.entries if language_of(entry, sources, default) == language]
    found = summary_of(entries, words=settings.issue.summary_words, language=language, weight=weight)
    return replace(
        story, summary=told(found, {entry.id: source_name(entry, sources) for entry in entries}), sentences=found
    )


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
