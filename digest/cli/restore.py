"""``digest restore``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.cli.options import verb as make_verb

if TYPE_CHECKING:
    from digest.cli.session import Session


@make_verb("restore")
@click.argument("issue")
@click.argument("version", required=False)
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would change in the file.")
def verb(session: Session, *, issue: str, version: str | None, dry_run: bool) -> int:
    """Bring back an earlier text of the issue file.

    VERSION is a number from `digest diff ISSUE --versions`, "approved" (the text that was approved), "corrected" (the
    same as last corrected) or "generated" (the last that digest wrote); without it, the last kept text that differs
    from the present one. The present text is kept first, so restoring can be undone by restoring again.

    \b
    Example:
      digest restore 2026-W47
      digest restore 2026-W47 3 --dry-run
      digest restore 2026-W47 approved
    """
    from digest.explain.history import restore

    with session.project(create_store=False) as project:
        done = restore(project, now=session.now, name=issue, version=version, dry_run=dry_run)
        data = {
            "issue": done.record.name,
            "file": done.path,
            "version": done.kept.number,
            "origin": done.kept.version.origin,
            "written": done.written,
            "diff": done.diff,
        }

        def show() -> None:
            if done.written:
                session.line(f"{done.path} is {done.kept.name} again")
            elif done.diff:
                session.line(done.diff)

        session.result(data, show)
        if not done.diff:
            session.say(f"{done.path} is {done.kept.name} already")
        elif done.written:
            session.next_step("`digest preview` shows it; the same command again undoes this")
        else:
            session.say("nothing was written")
    return 0
