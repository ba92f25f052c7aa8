"""A draft of an issue whose file exists: what is new in it, and what of it the store keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.edit.draft import base_of
from digest.edit.issuefile import raw_stories, read_issue
from digest.edit.merge import Merged, merge
from digest.production.desk import take_desk
from digest.store import issues

if TYPE_CHECKING:
    from datetime import datetime

    from digest.edit.issuefile import IssueFile
    from digest.model import Briefing, Period
    from digest.project import Project


def refreshed(mine: IssueFile, base: IssueFile | None, text: str, *, max_candidates: int) -> Merged:
    """An edited file with what is new in ``text``, which digest would write if nobody had edited anything."""
    theirs = read_issue(text, path=f"{mine.issue.name} as generated", known=raw_stories(mine))
    return merge(mine, base, theirs, max_candidates=max_candidates)


def save_draft(
    project: Project, briefing: Briefing, text: str, *, old: str | None, merged: Merged | None, now: datetime
) -> None:
    """Keep what was read, and what is written next, before it is written.

    Of a refresh the version that the file is compared with next time is kept too; if that stayed the same, nothing.
    """
    name = briefing.period.name
    with project.store.write() as connection:
        issues.ensure_issue(connection, briefing.period, now=now)
        take_desk(project, connection, name)
        if old is not None and merged:
            issues.save_version(connection, name, old, origin="read", base=None, now=now)
        if merged is None:
            issues.save_version(connection, name, text, origin="generated", base=base_of(text), now=now)
        elif merged.base:
            issues.save_version(connection, name, merged.base, origin="base", base=base_of(merged.base), now=now)
            issues.save_version(connection, name, merged.text, origin="refreshed", base=base_of(merged.base), now=now)
        issues.save_placements(connection, briefing, max_candidates=project.settings.issue.max_candidates, now=now)


def keep_version(project: Project, period: Period, text: str, *, now: datetime) -> None:
    """Keep the text of an issue file as it was read, if it is new: then it is this folder that has the newest words."""
    with project.store.write() as connection:
        issues.ensure_issue(connection, period, now=now)
        if issues.save_version(connection, period.name, text, origin="read", base=None, now=now):
            take_desk(project, connection, period.name)
