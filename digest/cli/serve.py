"""``digest serve``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from digest.cli.options import verb as make_verb

if TYPE_CHECKING:
    from digest.cli.session import Session


@make_verb("serve")
@click.option("--host", metavar="ADDRESS", help="Listen here, whatever digest.toml says.")
@click.option("--port", type=click.IntRange(0, 65535), help="Listen on this port; 0 takes any that is free.")
def verb(session: Session, *, host: str | None, port: int | None) -> int:
    """Show the pages on which people subscribe, choose, and leave; and the archive.

    The public address stands under [serve] in digest.toml; a web server with a certificate goes in front. Links in
    mails lead there from then on, and mail programs offer to unsubscribe with one click. It runs until it is stopped;
    whoever asked to subscribe meanwhile is not lost, even if it is killed.

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

    with session.project() as project:
        settings = project.settings.serve

        def say(place: str) -> None:
            url = settings.url if settings else ""
            session.result({"listens": place, "url": url}, lambda: session.line(f"{place} answers for {url}"))
            session.say("Ctrl+C ends it")

        if settings and not settings.is_safe:
            session.warn(f"{settings.url}: links and addresses can be read on the way; put https in front of it")
        serve(project, os.environ, clock=session.clock, host=host, port=port, on_ready=say)
    session.say("stopped")
    return 0
