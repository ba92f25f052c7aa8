"""``digest build``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from digest.cli.draft import draft_data, draft_line, model_lines
from digest.cli.fetch import fetch_data, fetch_summary, run_fetch
from digest.cli.options import verb as make_verb
from digest.cli.render import render_data, say_findings, show_editions, show_files, show_sections

if TYPE_CHECKING:
    from digest.cli.session import Session


@make_verb("build")
@click.option("--no-assist", is_flag=True, help="Leave the model of [assist] out, and what it answered before.")
def verb(session: Session, *, no_assist: bool) -> int:
    """fetch + draft + render + check.

    Reads what is new, drafts the issue (into an edited file comes only what is new), renders it and reports what the
    gate finds.
    Consumes nothing, so it can be run as often as one likes.

    \b
    Example:
      digest build
      digest -C my-brief build --now 2026-11-19T12:00Z
    """  # noqa: D403
    from digest import pipeline

    with session.project() as project:
        fetched = run_fetch(session, project)
        session.say(fetch_summary(fetched))
        drafted = pipeline.draft(project, now=session.now, model=not no_assist, environ=os.environ, say=session.say)
        session.say(draft_line(project, drafted))
        if drafted.quiet:
            session.say(drafted.quiet)
        for line in model_lines(drafted):
            session.say(line)
        checked, written = pipeline.render(project, now=session.now, name=drafted.period.name)
        say_findings(session, checked)
        data = {
            "fetch": fetch_data(fetched),
            "draft": draft_data(project, drafted),
            **render_data(project, checked, written),
        }

        def show() -> None:
            show_sections(session, checked)
            show_files(session, project, written)
            show_editions(session, project, checked)

        session.result(data, show)
        session.next_step(f"edit {project.shown(drafted.path)}, then `digest preview`")
    return 0
