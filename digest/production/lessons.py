"""What the issues that have gone out teach about sections."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from digest.curate.labels import MOST, Example, examples_of
from digest.curate.origin import language_of
from digest.curate.sections import said_section
from digest.edit.fates import entry_ids
from digest.production.base import base_issue
from digest.production.past import past_issues
from digest.store import entries

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from digest.model import Entry, Source
    from digest.project import Project


def lessons(project: Project, connection: Connection, sources: Mapping[str, Source]) -> tuple[Example, ...]:
    """Where the editor put the stories of past issues, or let them stand, the newest issue first; at most MOST."""
    return tuple(islice(_lessons(project, connection, sources), MOST))


def _lessons(project: Project, connection: Connection, sources: Mapping[str, Source]) -> Iterator[Example]:
    rules, default = project.settings.section, project.settings.newsletter.language

    def said(group: Sequence[Entry]) -> str | None:
        found = said_section(group, rules=rules, sources=sources)
        return found[0] if found else None

    for _, issue in past_issues(connection) if rules else ():
        told = {entry.id: entry for entry in entries.by_ids(connection, entry_ids(issue))}
        yield from examples_of(
            issue,
            generated=base_issue(connection, issue),
            entries=told,
            language=lambda entry: language_of(entry, sources, default),
            said=said,
        )
