"""``digest feeds accept-moves``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.cli.options import verb as make_verb

if TYPE_CHECKING:
    from digest.cli.session import Session


@make_verb("accept-moves")
@click.argument("feeds", metavar="[ID]...", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would change.")
def accept_moves_verb(session: Session, *, feeds: tuple[str, ...], dry_run: bool) -> int:
    """List feeds that have moved under their new addresses.

    A server that says for a week that a feed has moved for good is believed, and `digest feeds` shows it. This writes
    the new address into feeds/feeds.toml and changes nothing else there, but for the feed's id, which is written down
    if it was not: so the feed keeps its entries, and nothing comes twice. Without an ID all such moves are accepted.

    \b
    Example:
      digest feeds accept-moves
      digest feeds accept-moves chatham-house --dry-run
    """
    from digest.config.load import FEEDS_NAME
    from digest.setup.moves import accept_moves, find_moves
    from digest.text.urls import shown_url

    with session.project() as project:
        moves = find_moves(project, feeds, now=session.now)
        accept_moves(project, moves, dry_run=dry_run)

    def show() -> None:
        for move in moves:
            session.line(f"{move.source.id}: {shown_url(move.source.location)} → {shown_url(move.url)}")

    data = [
        {"id": move.source.id, "from": shown_url(move.source.location), "to": shown_url(move.url),
         "since": move.state.moved_since}
        for move in moves
    ]  # fmt: skip
    session.result({"moved": data, "file": FEEDS_NAME, "written": bool(moves) and not dry_run}, show)
    if not moves:
        session.say("no feed has moved for good (a move is believed after a week)")
    elif dry_run:
        session.say("nothing was written")
    return 0
