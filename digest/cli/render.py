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
    from digest.production.editions import Readers
    from digest.project import Project

_MOST_READERS = 6  # editions that a line names
_MOST_LOST = 3  # topics that are warned of


@make_verb("render")
@click.argument("issue", required=False)
def verb(session: Session, *, issue: str | None) -> int:
    """Render the issue file into build/.

    Writes build/ISSUE/email.html, email.txt, email.eml (the whole message) and index.html (the web page), all from the
    one issue file; below build/ISSUE/variants/ the editions for those who follow some topics. Consumes nothing.

    \b
    Example:
      digest render
      digest render 2026-W47
    """
    from digest import pipeline

    with session.project() as project:
        checked, written = pipeline.render(project, now=session.now, name=issue)
        say_findings(session, checked)
        warn_of_lost_topics(session, project, checked)

        def show() -> None:
            show_files(session, project, written)
            show_editions(session, project, checked)

        session.result(render_data(project, checked, written), show)
        session.next_step("digest preview")
    return 0


def say_findings(session: Session, checked: Checked) -> None:
    """Name what the gate found, and what the size budget cut."""
    for note in checked.proof.mail.cut:
        session.warn(f"to keep the mail short: {note}")
    said = set(checked.proof.mail.cut)
    for mail in checked.proof.variants:
        for note in mail.cut:
            if note not in said:
                session.warn(f"to keep the edition {mail.variant} short: {note}")
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


def show_editions(session: Session, project: Project, checked: Checked) -> None:
    """Where the slices were written, and who gets what."""
    from digest.production.proof import variant_dir

    proof = checked.proof
    if proof.variants:
        folder = project.shown(variant_dir(project.build_dir(proof.record.name)))
        session.line(f"{folder}/  {count(len(proof.variants), 'edition')} for those who follow some topics")
    if said := readers_line(readers_of(project, checked)):
        session.line(said)


def readers_of(project: Project, checked: Checked) -> tuple[Readers, ...]:
    """Who gets which edition, if it were mailed now."""
    from digest.production.editions import readers

    with project.store.read() as connection:
        return readers(connection, checked.proof.issue, checked.proof.editions)


def readers_line(found: tuple[Readers, ...]) -> str:
    """How many readers get which edition, in a line; empty: all get the whole, or nobody gets anything."""
    if all(one.variant == "all" for one in found):
        return ""
    total = sum(one.count for one in found)
    names = {"all": "the whole issue", "nothing": "no mail (nothing on their topics)"}
    told = [f"{one.count:,} {names.get(one.variant, one.variant)}" for one in found[:_MOST_READERS]]
    rest = found[_MOST_READERS:]
    told += [f"{sum(one.count for one in rest):,} in {count(len(rest), 'other edition')}"] if rest else []
    return f"{count(total, 'reader')}: {', '.join(told)}"


def warn_of_lost_topics(session: Session, project: Project, checked: Checked) -> None:
    """Name what readers follow that is no section of digest.toml, for instance since one was renamed."""
    from digest.production.editions import lost_topics

    known = checked.proof.editions.known
    with project.store.read() as connection:
        lost = lost_topics(connection, known) if known else {}
    for topic, number in list(lost.items())[:_MOST_LOST]:
        follow = f"{count(number, 'reader')} {'follows' if number == 1 else 'follow'}"
        session.warn(f"{follow} “{topic}” besides other topics; digest.toml has no such section: they get none of it")
    if len(lost) > _MOST_LOST:
        session.warn(f"{count(len(lost) - _MOST_LOST, 'more topic')} that readers follow and digest.toml does not have")


def editions_data(checked: Checked, found: tuple[Readers, ...]) -> list[dict[str, Any]]:
    """Every edition, the whole first, with its active subscribers; "nothing": there is no story on their topics."""
    counts = {one.variant: one.count for one in found}
    topics = {one.id: list(one.topics) for one in checked.proof.editions.slices}
    names = dict.fromkeys(["all", *topics, *counts])
    return [{"edition": one, "topics": topics.get(one, []), "readers": counts.get(one, 0)} for one in names]


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
        "editions": editions_data(checked, readers_of(project, checked)),
        "findings": [finding_data(finding) for finding in checked.findings],
        "blocked": bool(checked.blocking),
    }
