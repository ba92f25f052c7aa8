"""Which feeds are to be asked now, and by whom; found out without what it takes to ask them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.gather.web.politeness import is_due, place_of
from digest.model import FetchState, Source
from digest.store import claims
from digest.store.sources import SourceRow, load_sources, paused_sources

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from digest.project import Project
    from digest.store.claims import Claim, Listing

WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The sources that are read now."""

    sources: tuple[Source, ...]
    states: Mapping[str, FetchState]  # what is remembered of each, and of what else lies on this disk; by id
    elsewhere: tuple[Source, ...] = ()  # feeds that are not, for workers ask them or others of their hosts


def due_feeds(project: Project, *, now: datetime) -> tuple[str, ...]:
    """The ids of the feeds on the web that a fetch would ask now. Files are read whenever an issue is drafted."""
    with project.store.read() as connection:
        wanted = wanted_here(project, connection, now=now)
    return tuple(
        source.id
        for source in wanted.sources
        if source.location.startswith(WEB)
        and is_due(wanted.states.get(source.id, FetchState()), now=now, ask_all=False)
    )


def wanted_here(project: Project, connection: Connection, *, now: datetime) -> Wanted:
    """Everything, but for the hosts that workers are at: those are to be asked one thing at a time, by whomever."""
    busy = claims.hosts_out(connection, now=now)
    listed = project.config.sources
    elsewhere = tuple(source for source in listed if busy and host_of(source) in busy)
    taken = {source.id for source in elsewhere}
    return Wanted(
        sources=tuple(source for source in listed if source.id not in taken) if taken else listed,
        states=_states(project, load_sources(connection)),
        elsewhere=elsewhere,
    )


def wanted_by(project: Project, connection: Connection, claim: Claim, *, now: datetime) -> Wanted:
    """The feeds of a claim as feeds.toml has them, and those of the same hosts whose server wants to be left alone.

    The others are not due, and so not asked; but what a server said to one feed holds for all.
    """
    mine = tuple(source for source in project.config.sources if source.id in claim.ids)
    paused = paused_sources(connection, claim.ids, now=now)
    others = tuple(_as_source(row) for row in paused.values() if row.id not in claim.ids)
    rows = paused | load_sources(connection, claim.ids)
    return Wanted(sources=(*mine, *others), states=_states(project, rows))


def list_feeds(project: Project) -> Listing | None:
    """Make the store know the feeds of feeds.toml, if they are not those it knows; None: they are."""
    mark = claims.fingerprint(project.config.sources)
    with project.store.read() as connection:
        if claims.is_listed(connection, mark):
            return None
    with project.store.write() as connection:
        return claims.list_sources(connection, project.config.sources, host_of)


def host_of(source: Source) -> str | None:
    """The host and port that a feed is asked at, as politeness compares them; None: it is a file here."""
    return place_of(source.location) if source.location.startswith(WEB) else None


def _states(project: Project, rows: Mapping[str, SourceRow]) -> dict[str, FetchState]:
    """What is remembered of each source; nothing of one whose address was changed: it is another feed.

    Unless it was changed to where the feed has said that it moved for good.
    """
    listed = {source.id: source.location for source in project.config.sources}
    return {
        row.id: row.state
        for row in rows.values()
        if listed.get(row.id, row.location) in {row.location, row.state.moved_to}
    }


def _as_source(row: SourceRow) -> Source:
    return Source(id=row.id, kind="feed", location=row.location, name=row.name)
