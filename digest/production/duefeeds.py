"""Which feeds are to be asked now, found out without what it takes to ask them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.gather.web.politeness import is_due
from digest.model import FetchState
from digest.store.sources import load_sources

if TYPE_CHECKING:
    from datetime import datetime

    from digest.project import Project


def due_feeds(project: Project, *, now: datetime) -> tuple[str, ...]:
    """The ids of the feeds on the web that a fetch would ask now. Files are read whenever an issue is drafted."""
    with project.store.read() as connection:
        rows = load_sources(connection)
    due = []
    for source in project.config.sources:
        row = rows.get(source.id)
        same = row is not None and source.location in {row.location, row.state.moved_to}
        state = row.state if row is not None and same else FetchState()  # under another address it is another feed
        if "://" in source.location and is_due(state, now=now, ask_all=False):
            due.append(source.id)
    return tuple(due)
