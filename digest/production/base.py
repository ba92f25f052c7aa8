"""The generated version that an issue file started from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.edit.issuefile import raw_stories, read_issue
from digest.store import issues

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from digest.edit.issuefile import IssueFile
    from digest.model import Issue


def base_file(connection: Connection, mine: IssueFile) -> IssueFile | None:
    """The generated version an issue file started from, if this store knows it. Its lines have no numbers of use."""
    issue = mine.issue
    version = issues.generated_version(connection, issue.name, issue.base) if issue.base else None
    path = f"{issue.name} as generated"
    return read_issue(version.text, path=path, known=raw_stories(mine)) if version else None


def base_issue(connection: Connection, issue: Issue) -> Issue | None:
    """The generated version an issue file started from, if this store knows it."""
    version = issues.generated_version(connection, issue.name, issue.base) if issue.base else None
    return read_issue(version.text, path=f"{issue.name} as generated").issue if version else None
