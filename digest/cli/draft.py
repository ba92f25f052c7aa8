"""``digest draft``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from digest.cli.options import verb as make_verb
from digest.cli.output import count
from digest.project import read_text
from digest.text.difference import unified

if TYPE_CHECKING:
    from digest.cli.session import Session
    from digest.model import Reason, Story
    from digest.pipeline import Drafted
    from digest.project import Project


@make_verb("draft")
@click.argument("issue", required=False)
@click.option("--explain", is_flag=True, help="Say for each story why it is there, and so high.")
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would change in the file.")
def verb(session: Session, *, issue: str | None, explain: bool, dry_run: bool) -> int:
    """Write the issue file, or leave an edited one alone.

    Everything eligible becomes a draft in issues/ISSUE.md: the best stories under their sections, the rest below
    "Candidates". As long as nobody has edited the file, drafting again writes it anew; once somebody has, it is never
    touched, and `digest candidates` shows what it does not have.

    \b
    Example:
      digest draft
      digest draft --explain
      digest draft 2026-W48 --dry-run
    """
    from digest import pipeline

    with session.project() as project:
        done = pipeline.draft(project, now=session.now, name=issue, dry_run=dry_run)
        session.result(
            draft_data(project, done), lambda: _show(session, project, done, explain=explain, dry_run=dry_run)
        )
        if not dry_run and done.outcome != "settled":
            session.next_step(f"edit {project.shown(done.path)}, then `digest preview`")
    return 0


def draft_line(project: Project, done: Drafted) -> str:
    """What was done, in one line."""
    path = project.shown(done.path)
    stories = (
        f"{count(len(done.briefing.stories), 'story', 'stories')} in {count(len(done.briefing.sections), 'section')}"
    )
    bench = f", {count(len(done.briefing.candidates), 'candidate')}" if done.briefing.candidates else ""
    repeats = f", {count(len(done.briefing.repeats), 'repeat')} left out" if done.briefing.repeats else ""
    waiting = f"; {count(len(done.waiting), 'new story', 'new stories')}: digest candidates" if done.waiting else ""
    said = {
        "written": f"{path}: {stories}{bench}{repeats}",
        "unchanged": f"{path}: nothing new: {stories}{bench}{repeats}",
        "edited": f"{path}: was edited, so it is left alone{waiting}",
        "settled": f"{path}: is approved or out, so it is left alone{waiting}",
        "shown": f"{path}: would have {stories}{bench}{repeats}",
    }
    return said[done.outcome]


def draft_data(project: Project, done: Drafted) -> dict[str, Any]:
    """What ``draft --json`` prints."""
    return {
        "issue": done.period.name,
        "path": project.shown(done.path),
        "outcome": done.outcome,
        "sections": [
            {"title": section.title, "stories": [story_data(story) for story in section.stories]}
            for section in done.briefing.sections
        ],
        "candidates": [story_data(story) for story in done.briefing.candidates],
        "repeats": [
            {"entry": repeat.entry.id, "title": repeat.entry.title, "why": repeat.why}
            for repeat in done.briefing.repeats
        ],
        "waiting": [story_data(story) for story in done.waiting],
    }


def story_data(story: Story) -> dict[str, Any]:
    """A story for --json, with its reasons."""
    return {
        "id": story.id,
        "title": story.title,
        "url": story.lead.url,
        "section": story.section,
        "score": round(story.score, 3),
        "entries": [entry.id for entry in story.entries],
        "reasons": [{"points": round(reason.points, 3), "text": reason.text} for reason in story.reasons],
    }


def _show(session: Session, project: Project, done: Drafted, *, explain: bool, dry_run: bool) -> None:
    session.line(draft_line(project, done))
    if dry_run and done.outcome == "shown":
        shown = project.shown(done.path)
        session.line(unified(read_text(done.path, shown) or "", done.text, shown, f"{shown} (new)"))
    if explain:
        _explain(session, done, project.settings.issue.max_candidates)


def _explain(session: Session, done: Drafted, max_candidates: int) -> None:
    """Each story of the file with its score, and every summand and ground of it: a table a section."""
    bench = done.briefing.candidates
    parts = [(section.title, section.stories) for section in done.briefing.sections]
    for title, stories in [*parts, ("Candidates", bench[:max_candidates])]:
        if stories:
            session.line()
            session.line(click.style(title, bold=True))
            rows = [row for story in stories for row in _rows(story)]
            session.table(("score", "points", "why"), rows, right=(0, 1))
    if len(bench) > max_candidates:
        session.line(f"{count(len(bench) - max_candidates, 'more candidate')}: `digest draft --json` explains them too")


def _rows(story: Story) -> list[tuple[str, str, str]]:
    """A story's title with its score, then its reasons."""
    return [
        (f"{story.score:.2f}", "", story.title),
        *(("", points_cell(reason), reason.text) for reason in story.reasons),
    ]


def points_cell(reason: Reason) -> str:
    """``+0.50``; nothing for a ground that moves no score."""
    return f"{reason.points:+.2f}" if reason.points else ""
