"""``digest render``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from digest.cli.options import verb as make_verb
from digest.cli.output import count, finding_data, finding_lines

if TYPE_CHECKING:
    from pathlib import Path

    from digest.cli.session import Session
    from digest.pipeline import Checked
    from digest.project import Project


@make_verb("render")
@click.argument("issue", required=False)
def verb(session: Session, *, issue: str | None) -> int:
    """Render the issue file into build/.

    Writes build/ISSUE/email.html, email.txt, email.eml (the whole message) and index.html (the web page), all from the
    one issue file. Looking at them consumes nothing.

    \b
    Example:
      digest render
      digest render 2026-W47
    """
    from digest import pipeline

    with session.project() as project:
        checked, written = pipeline.render(project, now=session.now, name=issue)
        say_findings(session, checked)
        session.result(render_data(project, checked, written), lambda: show_files(session, project, written))
        session.next_step("digest preview")
    return 0


def say_findings(session: Session, checked: Checked) -> None:
    """Name what the gate found, and what the size budget cut."""
    for note in checked.proof.mail.cut:
        session.warn(f"to keep the mail short: {note}")
    for line in finding_lines(checked.findings, rest="; `digest check --all` lists them"):
        session.say(line)


def show_sections(session: Session, checked: Checked) -> None:
    """A table of the issue's sections."""
    rows = [
        (section.title, len(section.stories), _first(section.stories[0].title) if section.stories else "")
        for section in checked.proof.issue.sections
    ]
    session.table(("Section", "Stories", "First"), rows, right=(1,))
    total = len(checked.proof.issue.stories)
    session.line(f"{checked.proof.record.name}: {count(total, 'story', 'stories')} in {count(len(rows), 'section')}")


def _first(title: str) -> str:
    from digest.text.markdown import unescape

    plain = unescape(title)
    return plain if len(plain) <= 70 else plain[:69] + "…"


def show_files(session: Session, project: Project, written: tuple[Path, ...]) -> None:
    """The paths of what was written, one a line."""
    for path in written:
        session.line(f"{project.shown(path)}  {path.stat().st_size:,} bytes")


def render_data(project: Project, checked: Checked, written: tuple[Path, ...]) -> dict[str, Any]:
    """What ``render --json`` prints."""
    proof = checked.proof
    return {
        "issue": proof.record.name,
        "number": proof.record.number,
        "state": proof.record.state,
        "subject": proof.mail.subject,
        "sections": [{"title": one.title, "stories": len(one.stories)} for one in proof.issue.sections],
        "stories": len(proof.issue.stories),
        "files": [project.shown(path) for path in written],
        "html_bytes": len(proof.mail.html.encode("utf-8")),
        "cut": list(proof.mail.cut),
        "findings": [finding_data(finding) for finding in checked.findings],
        "blocked": bool(checked.blocking),
    }
