"""``digest diff``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.cli.options import verb as make_verb

if TYPE_CHECKING:
    from digest.cli.session import Session
    from digest.project import Project


@make_verb("diff")
@click.argument("issue", required=False)
@click.argument("version", required=False)
@click.option("--versions", is_flag=True, help="List every text of the file that is kept.")
def verb(session: Session, *, issue: str | None, version: str | None, versions: bool) -> int:
    """Show what changed in the issue file.

    The file as it stands against the approved text; if it was never approved, against the last text that digest read
    or wrote. Or against VERSION: a number from --versions, "approved", or "generated" (the text that the last `digest
    draft` left in it). Every text of the file that digest wrote or read is kept. Changes nothing.

    \b
    Example:
      digest diff
      digest diff 2026-W47 generated
      digest diff 2026-W47 --versions
    """
    from digest.explain.history import compare

    with session.project(create_store=False) as project:
        if versions:
            return _show_versions(session, project, issue)
        with project.store.read() as connection:
            found = compare(project, connection, now=session.now, name=issue, version=version)
        diff = found.diff
        data = {
            "issue": found.record.name,
            "file": found.path,
            "against": {"version": found.against.number, "origin": found.against.version.origin},
            "changed": bool(diff),
            "diff": diff,
        }
        session.result(data, (lambda: session.line(diff)) if diff else None)
        if not diff:
            session.say(f"{found.path} is as {found.against.name} was")
    return 0


def _show_versions(session: Session, project: Project, issue: str | None) -> int:
    from digest.explain.history import kept_texts
    from digest.explain.standing import local_time
    from digest.project import read_text, require_issue
    from digest.store.issues import text_sha256

    with project.store.read() as connection:
        record = require_issue(project, connection, now=session.now, name=issue)
        kept = kept_texts(connection, record.name)
    path = project.issue_path(record.name)
    present = read_text(path, project.shown(path))
    sha256 = text_sha256(present) if present is not None else None
    told = [
        {
            "version": one.number,
            "at": one.version.at,
            "origin": one.version.origin,
            "lines": one.version.text.count("\n"),
            "present": one.version.sha256 == sha256,
        }
        for one in kept
    ]

    def show() -> None:
        rows = [
            (one["version"], local_time(kept[index].version.at, project.zone), one["origin"], one["lines"],
             "the file now" if one["present"] else "")
            for index, one in enumerate(told)
        ]  # fmt: skip
        session.table(("version", "when", "origin", "lines", ""), rows, right=(0, 3))

    session.result({"issue": record.name, "versions": told}, show)
    session.next_step(f"`digest restore {record.name} VERSION` brings one back")
    return 0
