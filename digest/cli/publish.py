"""``digest publish``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.cli.options import verb as make_verb
from digest.cli.output import count

if TYPE_CHECKING:
    from digest.cli.session import Session


@make_verb("publish")
@click.argument("issue", required=False)
def verb(session: Session, *, issue: str | None) -> int:
    """Write the archive's pages; spends the entries.

    Writes what changed of the site below build/site/: the pages of the approved issue and of its stories, the lists
    they stand in, the home page, the feeds; then runs the command under [publish] in digest.toml. From here on the
    issue's entries count as used. Running it again repairs what is missing.

    \b
    Example:
      digest publish
    """
    from digest import pipeline
    from digest.production.browsersearch import NO_PAGEFIND, can_index
    from digest.project import require_issue

    with session.project() as project:
        if project.settings.publish.search and not can_index():
            session.say(NO_PAGEFIND)
        written = pipeline.publish(project, now=session.now, name=issue)
        data = {"site": project.shown(project.site_dir), "written": [project.shown(path) for path in written]}
        session.result(
            data, lambda: session.line(f"{count(len(written), 'file')} written below {project.shown(project.site_dir)}")
        )
        with project.store.read() as connection:
            record = require_issue(project, connection, now=session.now, name=issue)
        if not record.is_imported:
            session.next_step("digest send")
    return 0
