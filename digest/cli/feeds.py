"""``digest feeds``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    told, when it was last read and when it is due again, and what is wrong with it.

    \b
    Example:
      digest feeds
      digest feeds list --json
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
    from digest.explain.standing import condition, local_time, source_accounts

    with session.project() as project:
        zone = project.zone
        with project.store.read() as connection:
            sources = source_accounts(project, connection)

        def show() -> None:
            rows = [
                (
                    source.id,
                    source.name,
                    source.entries,
                    local_time(source.state.last_fetched, zone),
                    local_time(source.state.next_due, zone),
                    condition(source, zone),
                    source.location,
                )
                for source in sources
            ]
            session.table(("id", "name", "entries", "last read", "next due", "state", "where"), rows, right=(2,))

        session.result({"sources": [source_data(source, zone) for source in sources]}, show)
        if not sources:
            session.next_step("`digest add URL` adds a feed; files dropped into feeds/ are read as well")
        elif not any(source.state.last_fetched for source in sources):
            session.next_step("digest fetch")
    return 0


def source_data(source: SourceAccount, zone: ZoneInfo) -> dict[str, Any]:
    """A source for --json."""
    from digest.explain.standing import condition

    state = source.state
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
    }


verb.add_command(list_verb)
