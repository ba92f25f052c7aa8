"""``digest feeds``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digest.cli.moves import accept_moves_verb
from digest.cli.opml import export_verb, import_verb
from digest.cli.options import verb as make_verb
from digest.cli.options import verb_group

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from digest.cli.session import Session
    from digest.explain.standing import SourceAccount


@verb_group("feeds")
def verb(session: Session) -> int:
    """Show the feeds, and how each is doing.

    Every feed of feeds/feeds.toml, then the local files and feeds that are no longer listed: how many entries each has
    told, when it was last read and when it is due again, how new its newest entry is and how often it has any, and
    what is wrong with it: failing, silent for longer than it usually is, moved, gone.

    \b
    Example:
      digest feeds
      digest feeds list --json
      digest feeds import subscriptions.opml
    """
    return show_feeds(session)


@make_verb("list")
def list_verb(session: Session) -> int:
    """Show the feeds, and how each is doing.

    \b
    Example:
      digest feeds list
    """
    return show_feeds(session)


def show_feeds(session: Session) -> int:
    """Print every source."""
    from digest.explain.health import rhythm
    from digest.explain.standing import condition, local_time, source_accounts

    with session.project() as project:
        zone = project.zone
        with project.store.read() as connection:
            sources = source_accounts(project, connection, now=session.now)

        def show() -> None:
            rows = [
                (
                    source.id,
                    source.name,
                    source.entries,
                    local_time(source.state.last_fetched, zone),
                    local_time(source.state.next_due, zone),
                    local_time(source.health.last_item, zone)[:10],
                    rhythm(gap) if (gap := source.health.usual_gap_days) else None,
                    condition(source, zone),
                    source.location,
                )
                for source in sources
            ]
            columns = ("id", "name", "entries", "last read", "next due", "newest", "usually", "state", "where")
            session.table(columns, rows, right=(2,), machines=(3, 4, 8))

        session.result({"sources": [source_data(source, zone) for source in sources]}, show)
        if any(source.health.has_moved and source.listed for source in sources):
            session.next_step("digest feeds accept-moves")
        elif not sources:
            session.next_step("`digest add URL` adds a feed; files dropped into feeds/ are read as well")
        elif not any(source.state.last_fetched for source in sources):
            session.next_step("digest fetch")
    return 0


def source_data(source: SourceAccount, zone: ZoneInfo) -> dict[str, Any]:
    """A source for --json."""
    from digest.explain.standing import condition

    state, health = source.state, source.health
    return {
        "id": source.id,
        "name": source.name,
        "kind": source.kind,
        "location": source.location,
        "listed": source.listed,
        "entries": source.entries,
        "state": condition(source, zone),
        "last_fetched": state.last_fetched,
        "next_due": state.next_due,
        "retry_after": state.retry_after,
        "last_new": state.last_new,
        "failing_since": state.failing_since,
        "failures": state.failures,
        "last_problem": state.last_problem,
        "moved_to": state.moved_to,
        "moved_since": state.moved_since,
        "move_offered": health.has_moved and source.listed,
        "gone_since": state.gone_since,
        "paused_until": health.paused_until,
        "last_item": health.last_item,
        "usual_gap_days": health.usual_gap_days,
        "silent_since": health.silent_since,
        "silent_days": health.silent_days if health.silent_since else None,
        "silent_gaps": round(health.silent_gaps, 1) if health.silent_gaps else None,
    }


for command in (list_verb, import_verb, export_verb, accept_moves_verb):
    verb.add_command(command)
