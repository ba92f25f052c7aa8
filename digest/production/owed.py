"""The corrections that readers are still to be told of: the next issue tells of each once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from digest.edit.correction import Owed, correction_id, retracted_summary
from digest.edit.issuefile import read_issue
from digest.render.furniture import words
from digest.store import corrections

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from digest.model import Correction, Issue
    from digest.project import Project


def owed_stories(project: Project, connection: Connection) -> tuple[Owed, ...]:
    """The corrections that readers are still to be told of, as stories of the next issue."""
    said = words(project.settings.newsletter.language, project.root)
    texts: dict[str, Issue] = {}
    found = []
    for one in corrections.owed_corrections(connection):
        if one.issue not in texts:
            text = corrections.current_text(connection, one.issue)
            if text is None:
                continue
            texts[one.issue] = read_issue(text, path=one.issue).issue
        stories = texts[one.issue].stories
        story = stories[one.place] if 0 <= one.place < len(stories) else None
        title = story.title if story else texts[one.issue].subject
        taken_back = retracted_summary(one.note, said.retracted)
        found.append(
            Owed(
                id=correction_id(one.number, one.issue),
                of=one.issue,
                title=said.correction_of.format(title=title),
                note=taken_back if story and story.summary == taken_back else one.note,
            )
        )
    return tuple(found)


def settle_corrections(connection: Connection, issue: Issue, base: Issue | None) -> None:
    """Note what of the corrections that were owed an issue tells, in the transaction that lets it go out.

    One that the generated version had and the file has not was deleted by its editor, so no other issue brings it up.

    Args:
        connection: a writing one.
        issue: as it goes out.
        base: the generated version that its file started from; None: nothing can be told to have been deleted.
    """
    printed = {story.id for story in issue.stories}
    kept = {story.id for story in (*issue.next_week, *issue.candidates)}
    offered = {story.id for story in (*base.stories, *base.next_week, *base.candidates)} if base else set()
    owed = {correction_id(one.number, one.issue): one.number for one in corrections.owed_corrections(connection)}
    told = [number for id_, number in owed.items() if id_ in printed]
    deleted = [number for id_, number in owed.items() if id_ in offered and id_ not in printed | kept]
    corrections.settle_owed(connection, told, printed_in=issue.name)
    corrections.settle_owed(connection, deleted, printed_in="")


def corrected_stories(connection: Connection, issue: Issue) -> Mapping[int, tuple[str, int]]:
    """Which stories of an issue tell of a correction: by their places, the issue and the place of what it corrects."""
    if not any("correction" in story.options for story in issue.stories):
        return {}
    known = {correction_id(one.number, one.issue): one for one in corrections.corrections(connection)}
    return {
        place: (known[story.id].issue, known[story.id].place)
        for place, story in enumerate(issue.stories)
        if story.id in known
    }


def untold(connection: Connection, issue: Issue) -> tuple[Correction, ...]:
    """The corrections that an issue could tell of and does not print, oldest first."""
    printed = {story.id for story in issue.stories}
    owed = corrections.owed_corrections(connection)
    return tuple(one for one in owed if one.issue != issue.name and correction_id(one.number, one.issue) not in printed)
