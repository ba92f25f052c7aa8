"""``digest serve``."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

import click

from digest.cli.logs import FORMATS, LogFormat, last_words, set_up
from digest.cli.options import verb as make_verb

if TYPE_CHECKING:
    from digest.cli.session import Session


@make_verb("serve")
@click.option("--host", metavar="ADDRESS", help="Listen here, whatever digest.toml says.")
@click.option("--port", type=click.IntRange(0, 65535), help="Listen on this port; 0 takes any that is free.")
@click.option("--log-format", type=click.Choice(FORMATS), default="text", help="Of what it says, a line each.")
def verb(session: Session, *, host: str | None, port: int | None, log_format: LogFormat) -> int:
    """Show the pages on which people subscribe, choose, and leave; and the archive.

    The public address stands under [serve] in digest.toml; a web server with a certificate goes in front. Links in
    mails lead there from then on, and mail programs offer to unsubscribe with one click. It runs until it is stopped;
    whoever asked to subscribe meanwhile is not lost, even if it is killed. For whoever watches over it, /health says
    whether the store answers, and /metrics tells Prometheus on this machine what there is.

    \b
    Example:
      digest serve
      digest serve --host 0.0.0.0 --port 8080
    """
    from digest.errors import UsageError

    try:
        from digest.serve.server import serve
    except ModuleNotFoundError as error:
        if error.name not in {"starlette", "uvicorn", "anyio", "h11"}:
            raise
        raise UsageError(
            f"`digest serve` needs {error.name}, which is not installed", hint="pip install 'digest-desk[serve]'"
        ) from error

    level = logging.getLogger().level  # as -v and -q say
    in_json = log_format == "json"  # then every line is
    set_up(log_format, min(level, logging.INFO) if in_json and not session.options.quiet else level)
    logger = logging.getLogger(__name__)
    say, warn = (logger.info, logger.warning) if in_json else (session.say, session.warn)
    with last_words(log_format), session.project() as project:
        settings = project.settings.serve

        def on_ready(place: str) -> None:
            url = settings.url if settings else ""
            session.result({"listens": place, "url": url}, lambda: session.line(f"{place} answers for {url}"))
            say("listens" if in_json else "Ctrl+C ends it")

        if settings and not settings.is_safe:
            warn(f"{settings.url}: links and addresses can be read on the way; put https in front of it")
        serve(project, os.environ, clock=session.clock, host=host, port=port, on_ready=on_ready)
    say("stopped")
    return 0
