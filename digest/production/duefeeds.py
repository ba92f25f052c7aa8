"""Which feeds are to be asked now, and by whom; found out without what it takes to ask them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.gather.web.politeness import is_due, place_of
from digest.model import FetchState, Source
from digest.store import claims, workers
from digest.store.sources import SourceRow, load_sources, paused_sources

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from digest.project import Project
    from digest.store.claims import Claim, Listing

WEB = ("http://", "https://")
_FETCH = "fetch"  # the queue of batches of feeds, as workers name it (digest.scale.queue)


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


def wanted_here(project: Project, connection: Connection, *, now: datetime, ask_all: bool = False) -> Wanted:
    """Everything, but for what workers ask: those hosts are to be asked one thing at a time, by whomever.

    While workers fetch that is every feed, unless all are to be asked: they look each minute what is due, at the very
    second that a crontab does, and whatever was asked here would be asked by them as well.
    """
    every = not ask_all and _workers_fetch(project, connection)
    busy = frozenset() if every else claims.hosts_out(connection, now=now)
    listed = project.config.sources
    remote = (source for source in listed if source.location.startswith(WEB)) if every or busy else ()
    elsewhere = tuple(source for source in remote if every or host_of(source) in busy)
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
    paused = paused_sources(connection, claim.ids, now=now).values()
    others = [row for row in paused if row.id not in claim.ids and not is_due(row.state, now=now, ask_all=False)]
    states = _states(project, load_sources(connection, claim.ids)) | {row.id: row.state for row in others}
    return Wanted(sources=(*feeds_of(project, connection, claim), *map(_as_source, others)), states=states)


def feeds_of(project: Project, connection: Connection, claim: Claim) -> tuple[Source, ...]:
    """Those feeds of a claim that this machine's feeds.toml has where the list has them that they were handed out by.

    On a machine whose file is older they may lie at a host that another worker is at; and what came of the old address
    would be filed as the new one's.
    """
    mine = tuple(source for source in project.config.sources if source.id in claim.ids)
    told = claims.locations(connection, claim.ids)
    there = tuple(source for source in mine if told.get(source.id) == source.location)
    if there == mine or claims.is_listed(connection, claims.fingerprint(project.config.sources)):
        return mine  # of one list, whatever a fetch from another folder has noted since
    return there


def list_feeds(project: Project) -> Listing | None:
    """Make the store know the feeds of feeds.toml, if they are not those it knows; None: they are."""
    mark = claims.fingerprint(project.config.sources)
    with project.store.read() as connection:
        if claims.is_listed(connection, mark):
            return None
    with project.store.write() as connection:
        return claims.list_sources(connection, project.config.sources, host_of)


def host_of(source: Source) -> str | None:
    """The host that a feed is asked at, by whatever port; None: it is a file here.

    A feed listed by http is most often led on to https, so both are asked by one worker, and a pause holds for both.
    """
    return place_of(source.location).rpartition(":")[0] if source.location.startswith(WEB) else None


def _workers_fetch(project: Project, connection: Connection) -> bool:
    if project.store.path is not None:
        return False  # they need a server
    alive = workers.live_workers(connection, project.settings.scale.takeover_seconds)
    return any(_FETCH in one.queues and not one.ending for one in alive)


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
