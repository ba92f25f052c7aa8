"""``digest worker``."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

import click

from digest.cli.options import verb as make_verb

if TYPE_CHECKING:
    from digest.cli.logs import LogFormat
    from digest.cli.session import Session

QUEUES = ("mail", "desk", "fetch")


@make_verb("worker")
@click.option("--queues", default=",".join(QUEUES), show_default=True, metavar="NAMES",
              help="What to take over: mail (batches of readers), desk (drafts, pages, corrections, the inbox), fetch "
                   "(batches of feeds).")  # fmt: skip
@click.option("--log-format", type=click.Choice(["text", "json"]), default="text", help="Of what it says, a line each.")
def verb(session: Session, *, queues: str, log_format: LogFormat) -> int:
    """Take over mailing, fetching, drafting and publishing, beside other workers.

    Any number, on any number of machines, share a store on PostgreSQL; each does in batches what `digest run` does
    alone, and whoever dies, its work goes to another: nobody is mailed twice. desk needs the newsletter's folder, with
    issues/ and build/, so it belongs on one machine; mail and fetch need digest.toml and feeds.toml only. It runs until
    it is stopped; what is on its way is finished. `digest status --cluster` shows them all.

    \b
    Example:
      digest worker
      digest worker --queues mail,fetch --log-format json
    """
    from digest.cli.logs import last_words, set_up
    from digest.cli.sending import SessionClock
    from digest.errors import UsageError
    from digest.scale.queue import require_server

    wanted = tuple(dict.fromkeys(name.strip() for name in queues.split(",") if name.strip()))
    unknown = [name for name in wanted if name not in QUEUES]
    if unknown or not wanted:
        raise UsageError(
            f"no such queue: {', '.join(unknown) or 'none is named'}", hint=f"there are {', '.join(QUEUES)}"
        )
    level = _level(session)
    set_up(log_format, level)
    # They tell the beginning and end of each job and each line; what was done our own lines say.
    for name in ("procrastinate", "digest.deliver.smtp") if level > logging.DEBUG else ():
        logging.getLogger(name).setLevel(logging.WARNING)
    with last_words(log_format), session.project() as project:
        require_server(project.store)
        from digest.scale.worker import work

        # A line of JSON among lines of JSON, where those are asked for.
        say = logging.getLogger(__name__).info if log_format == "json" else session.say
        work(
            project,
            wanted,
            environ=os.environ,
            clock=SessionClock(session),
            on_ready=lambda name: say(f"{name} takes jobs of {', '.join(wanted)}"),
            on_stopping=lambda: say("stopping: what is on its way is finished; once more stops at once"),
        )
    return 0


def _level(session: Session) -> int:
    """A service tells what it did, unless it is to be quiet."""
    if session.options.quiet:
        return logging.WARNING
    return logging.DEBUG if session.options.verbose else logging.INFO
