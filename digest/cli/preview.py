"""``digest preview``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from digest.cli.options import verb as make_verb
from digest.cli.render import render_data, say_findings, show_files
from digest.cli.session import is_terminal

if TYPE_CHECKING:
    from digest.cli.session import Session


@make_verb("preview")
@click.argument("issue", required=False)
@click.option("--page", is_flag=True, help="Open the web page instead of the mail.")
@click.option("--no-open", is_flag=True, help="Only say where the files are.")
def verb(session: Session, *, issue: str | None, page: bool, no_open: bool) -> int:
    """Render the issue and open it in a browser.

    Opens build/ISSUE/email.html (or, with --page, index.html). Consumes nothing.

    \b
    Example:
      digest preview
      digest preview --page
      digest preview --no-open
    """
    from digest import pipeline

    with session.project() as project:
        checked, written = pipeline.render(project, now=session.now, name=issue)
        say_findings(session, checked)
        session.result(render_data(project, checked, written), lambda: show_files(session, project, written))
        wanted = next(path for path in written if path.name == ("index.html" if page else "email.html"))
        # A script, or a server without a screen, has the paths; only a person is shown a window.
        person = is_terminal(sys.stdout) and not no_open and not session.options.as_json
        if person and click.launch(str(wanted)) != 0:
            session.say(f"no browser could be opened; open {wanted} yourself")
        session.next_step("digest approve --by NAME")
    return 0
