"""Feeds that have moved for good, listed where they are now; each stays the same source with the same entries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from yarl import URL

from digest.config.feedlist import check_feeds, read_list, with_address
from digest.config.load import FEEDS_NAME
from digest.disk import write_whole
from digest.errors import StateError, UsageError
from digest.gather.web.politeness import offers_move
from digest.store.sources import load_sources, save_source
from digest.text.urls import shown_url, url_key

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from digest.model import FetchState, Source
    from digest.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A feed, and where it has moved."""

    source: Source
    state: FetchState
    url: str  # the new address, with the login of the old one


def find_moves(project: Project, wanted: Collection[str], *, now: datetime) -> tuple[Move, ...]:
    """The moves of the feeds with these ids, or if none is named, all that are offered.

    Raises:
        UsageError: there is no such feed.
        StateError: a named feed has not moved, or it cannot be listed under its new address.
    """
    with project.store.read() as connection:
        rows = load_sources(connection)
    listed = {source.id: source for source in project.config.sources}
    if unknown := [name for name in wanted if name not in listed]:
        raise UsageError(f"{unknown[0]}: there is no such feed", hint="`digest feeds` shows the ids")
    moves = []
    for source in listed.values():
        state = rows[source.id].state if source.id in rows and rows[source.id].location == source.location else None
        named = source.id in wanted
        if state and state.moved_to and (named or (not wanted and offers_move(state, source.location, now=now))):
            moves.append(_move(source, state, state.moved_to))
        elif named:
            raise StateError(f"{source.id}: has not moved", hint="`digest fetch` asks it where it is")
    _refuse_twins(moves, project)
    return tuple(moves)


def accept_moves(project: Project, moves: Collection[Move], *, dry_run: bool) -> None:
    """Write the new addresses into feeds.toml, and remember what was known of each feed under it.

    Raises:
        UsageError: feeds.toml writes an address in a form that is not found.
        DigestError: it cannot be written.
    """
    text = read_list(project.root)
    places = {source.id: index for index, source in enumerate(project.config.sources)}
    for move in moves:
        text = with_address(text, places[move.source.id], move.url, source_id=move.source.id)
    check_feeds(project.root, text)
    if dry_run or not moves:
        return
    write_whole(project.root / FEEDS_NAME, text)
    with project.store.write() as connection:
        rows = load_sources(connection)  # a fetch may have learnt more since
        for move in moves:
            row = rows[move.source.id]
            source = replace(move.source, location=move.url, name=row.name)
            save_source(connection, source, replace(row.state, moved_to=None, moved_since=None))


def _move(source: Source, state: FetchState, target: str) -> Move:
    old, new = URL(source.location), URL(target)
    if old.raw_user is None:
        return Move(source=source, state=state, url=target)
    if (old.host, old.scheme) != (new.host, new.scheme):
        raise StateError(
            f"{source.id}: its address holds a login, and {shown_url(target)} is another host",
            hint=f"if it is to have the login as well, write the new address into {FEEDS_NAME} yourself",
        )
    return Move(source=source, state=state, url=str(new.with_user(old.user).with_password(old.password)))


def _refuse_twins(moves: Collection[Move], project: Project) -> None:
    """Refuse a new address that is another feed's, listed already or moving as well."""
    known = {url_key(source.location): source.id for source in project.config.sources if "://" in source.location}
    for move in moves:
        other = known.setdefault(url_key(move.url), move.source.id)
        if other != move.source.id:
            raise StateError(
                f"{move.source.id}: has moved to {shown_url(move.url)}, which is listed already, as {other}",
                hint=f"take {move.source.id} out of {FEEDS_NAME}: its news comes from {other}",
            )
