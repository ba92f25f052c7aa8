"""``digest reopen``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.cli.options import verb as make_verb

if TYPE_CHECKING:
    from digest.cli.session import Session


@make_verb("reopen")
@click.argument("issue", required=False)
def verb(session: Session, *, issue: str | None) -> int:
    """Undo an approval before anything left.

    Once a page or a message has left, an approval stays: readers have it.

    \b
    Example:
      digest reopen
    """
    from digest import pipeline

    with session.project() as project:
        record = pipeline.reopen(project, now=session.now, name=issue)
        data = {"issue": record.name, "state": record.state}
        session.result(data, lambda: session.line(f"{record.name} is a draft again"))
        session.next_step(f"edit {project.shown(project.issue_path(record.name))}, then approve it again")
    return 0
