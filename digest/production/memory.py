"""What a draft and its updates are told of the issues that are out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from digest.curate.frequencies import load_frequencies
from digest.curate.grouping import Group
from digest.curate.repeats import ran_stories, split_repeats, title_keys
from digest.curate.threads import PastStory, earlier_stories
from digest.edit.issuefile import read_issue
from digest.edit.notes import Before
from digest.model import Reason
from digest.production.owed import corrected_stories
from digest.production.past import past_issues, printed_by_hand, ran_elsewhere
from digest.render.markup import anchor, anchors
from digest.render.updates import EarlierStory
from digest.store import entries, issues
from digest.store.corrections import current_text
from digest.store.frequencies import frequencies_before
from digest.text.markdown import unescape
from digest.text.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from digest.curate.frequencies import Frequencies
    from digest.model import Briefing, Entry, Issue, IssueStory, Source, Story
    from digest.project import Project
    from digest.render.updates import Updates

LOOKS_BACK = 8
"""Issues in which a story is looked for that one of this week's goes on with. A matter that rested for longer is told
anew, and every one more costs the time of reading its entries."""
_MOST_LOOKED_AT = 200  # stories: two milliseconds each


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What a draft is told of the issues before it."""

    before: Mapping[str, Before]  # by a story's id
    ran: tuple[Story, ...]  # kept out of the draft's sections, best first

    def told(self, briefing: Briefing) -> Briefing:
        """The briefing whose stories name the earlier ones that they go on with among their reasons."""

        def with_reason(story: Story) -> Story:
            before = self.before.get(story.id)
            if before is None:
                return story
            text = f"continues “{before.title}” of {before.issue}: {before.ground}"
            return replace(story, reasons=(*story.reasons, Reason(points=0.0, text=text)))

        sections = tuple(
            replace(section, stories=tuple(map(with_reason, section.stories))) for section in briefing.sections
        )
        return replace(briefing, sections=sections, candidates=tuple(map(with_reason, briefing.candidates)))


def remember(project: Project, connection: Connection, briefing: Briefing, *, sources: Mapping[str, Source]) -> Memory:
    """What of the issues that are out the stories of a briefing repeat or go on with.

    What is looked at is what the file will show, the placed stories and the first candidates, up to 200.

    Args:
        project: the newsletter.
        connection: to its store.
        briefing: of the issue that is drafted.
        sources: by id.
    """
    shown = (*briefing.stories, *briefing.candidates[: project.settings.issue.max_candidates])[:_MOST_LOOKED_AT]
    threads = earlier_stories(
        [Group(entries=story.entries) for story in shown],
        past_stories(connection, but=briefing.period.name),
        sources=sources,
        language=project.settings.newsletter.language,
        carried=carried_frequencies(connection, briefing.period.name),
        of=sum(len(story.entries) for story in (*briefing.stories, *briefing.candidates)),
    )
    before = {
        story.id: Before(issue=thread.issue, title=thread.title, ground=thread.shared, again=False)
        for story in shown
        if (thread := threads.get(story.lead.id))
    }
    ran = ran_stories(
        briefing.repeats,
        sources=sources,
        settings=project.settings,
        period=briefing.period,
        taken={story.id for story in (*briefing.stories, *briefing.candidates)},
    )
    for story, repeat in ran:
        issue = repeat.earlier.issue or "an earlier issue"
        before[story.id] = Before(issue=issue, title=repeat.earlier.title, ground=repeat.why, again=True)
    return Memory(before=before, ran=tuple(story for story, _ in ran))


def carried_frequencies(connection: Connection, issue: str) -> Frequencies | None:
    """How common words were in the entries of the issues before; None if none has left."""
    kept = frequencies_before(connection, issue)
    return load_frequencies(kept).aged() if kept else None


def past_stories(connection: Connection, *, but: str) -> tuple[PastStory, ...]:
    """What the newest issues printed, but for one issue; what an editor wrote without an entry is left out."""
    found: list[tuple[str, str, IssueStory]] = []
    others = ((record.name, issue) for record, issue in past_issues(connection) if record.name != but)
    for name, issue in islice(others, LOOKS_BACK):
        found += [(name, anchor(story, place), story) for place, story in enumerate(issue.stories)]
    known = {
        entry.id: entry for entry in entries.by_ids(connection, [one for *_, story in found for one in _ids(story)])
    }
    told = (
        (issue, id_, story, tuple(known[one] for one in _ids(story) if one in known)) for issue, id_, story in found
    )
    return tuple(
        PastStory(id=id_, issue=issue, title=unescape(story.title), entries=told_by)
        for issue, id_, story, told_by in told
        if told_by
    )


def earlier_of_updates(
    project: Project, connection: Connection, issue: Issue, *, sources: Mapping[str, Source]
) -> Updates:
    """What each update of an issue is about: the earlier story of the same item, or the one that it goes on with.

    Args:
        project: the newsletter.
        connection: to its store.
        issue: as its file stands.
        sources: by id.
    """
    marked = {place: story for place, story in enumerate(issue.stories) if story.options & {"update", "correction"}}
    if not marked:
        return {}
    numbers = {record.name: record.number for record in issues.all_issues(connection)}
    by_hand = printed_by_hand(connection)
    found = _corrected(connection, issue, numbers)
    rest: dict[str, int] = {}
    groups: list[Group] = []
    for place, story in marked.items():
        if place in found:
            continue
        known = {entry.id: entry for entry in entries.by_ids(connection, _ids(story))}
        own = tuple(known[one] for one in _ids(story) if one in known)
        if same := _same_item(connection, issue.name, story, own, by_hand):
            found[place] = EarlierStory(issue=same[0], number=numbers[same[0]], anchor=same[1])
        elif own:
            rest[own[0].id] = place
            groups.append(Group(entries=own))
    threads = earlier_stories(
        groups,
        past_stories(connection, but=issue.name) if groups else (),
        sources=sources,
        language=project.settings.newsletter.language,
        carried=carried_frequencies(connection, issue.name),
        of=len(issues.placements(connection, issue=issue.name)),
    )
    for lead, thread in threads.items():
        number = numbers[thread.issue]
        found[rest[lead]] = EarlierStory(issue=thread.issue, number=number, anchor=thread.story_id)
    return dict(sorted(found.items()))


def _corrected(connection: Connection, issue: Issue, numbers: Mapping[str, int]) -> dict[int, EarlierStory]:
    """What those stories are about that digest wrote to tell of a correction."""
    found = {}
    for place, (name, of) in corrected_stories(connection, issue).items():
        text = current_text(connection, name)
        called = anchors(read_issue(text, path=name).issue) if text else ()
        found[place] = EarlierStory(issue=name, number=numbers[name], anchor=called[of] if of < len(called) else "")
    return found


def _same_item(
    connection: Connection, name: str, story: IssueStory, own: Sequence[Entry], by_hand: Mapping[str, str]
) -> tuple[str, str] | None:
    """The newest other issue that had an item of a story, and the anchor of its story there ("" if none is found)."""
    keys = {url_key(ref.url) for ref in story.sources if ref.url}
    like = entries.spent_like(connection, own, titles=[key for one in own for key in title_keys(one)])
    earlier = [one for one in like if ran_elsewhere(one, name)]
    same = [one for one in earlier if split_repeats(own, [one])[1]]
    same += [one for one in entries.with_url_keys(connection, keys) if ran_elsewhere(one, name)]
    named = {one.issue for one in same} | {by_hand[key] for key in sorted(keys) if key in by_hand}
    # Of an item that came several times, an issue may have printed one and grouped the others.
    same += [one for one in earlier if one.issue in named]
    ids, keys = {one.id for one in same}, keys | {one.url_key for one in same if one.url_key}
    for record, issue in past_issues(connection) if named - {name} else ():
        if record.name in named - {name}:
            for place, one in enumerate(issue.stories):
                if ids & set(_ids(one)) or keys & {url_key(ref.url) for ref in one.sources if ref.url}:
                    return record.name, anchor(one, place)
            return record.name, ""
    return None


def _ids(story: IssueStory) -> list[str]:
    return [ref.entry_id for ref in story.sources if ref.entry_id]
