"""``digest draft``."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from digest.cli.options import verb as make_verb
from digest.cli.output import count
from digest.project import read_text
from digest.text.difference import unified

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.cli.session import Session
    from digest.model import Reason, Source, Story
    from digest.production.assisting import Assisted
    from digest.production.clipping import Clipped
    from digest.production.drafts import Drafted
    from digest.project import Project

_DID = {"added": "added", "joined": "joined", "changed": "changed", "left": "left alone"}


@make_verb("draft")
@click.argument("issue", required=False)
@click.option("--explain", is_flag=True, help="Say for each story why it is there, and so high.")
@click.option("--dry-run", is_flag=True, help="Write nothing, ask no model; show what would change in the file.")
@click.option("--no-assist", is_flag=True, help="Leave the model of [assist] out, and what it answered before.")
def verb(session: Session, *, issue: str | None, explain: bool, dry_run: bool, no_assist: bool) -> int:
    """Write the issue file, or bring what is new into an edited one.

    Everything eligible becomes a draft in issues/ISSUE.md: the best stories under their sections, the rest below
    "Candidates". As long as nobody has edited the file, drafting again writes it anew. Once somebody has, what they
    wrote, moved or deleted stays: new stories go to the end of "Candidates", late entries become further sources of the
    story they belong to, and headlines, summaries and source lines follow their sources where nobody touched them.
    What was added, changed and left alone is printed. --dry-run shows it as a diff.

    With [assist] in digest.toml a model is asked to condense the summaries that will be printed. Each sentence of it
    must be carried by one of the story's own sources, or the summary of whole sentences stands. What it answered is
    kept: drafting again costs nothing. --dry-run never asks.

    \b
    Example:
      digest draft
      digest draft --explain
      digest draft 2026-W48 --dry-run
    """
    from digest import pipeline

    with session.project() as project:
        done = pipeline.draft(
            project,
            now=session.now,
            name=issue,
            dry_run=dry_run,
            model=not no_assist,
            environ=os.environ,
            say=session.say,
        )
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
    did = Counter[str](change.kind for change in done.changes)
    told = ", ".join(f"{did[kind]} {words}" for kind, words in _DID.items() if did[kind])
    if done.outcome == "shown" and done.edited:
        return f"{path}: was edited; {told or 'there is nothing new for it'}"
    said = {
        "written": f"{path}: {stories}{bench}{repeats}",
        "unchanged": f"{path}: nothing new: {stories}{bench}{repeats}",
        "refreshed": f"{path}: was edited, so only what is new came in: {told}",
        "edited": f"{path}: was edited, and there is nothing new for it{f': {told}' if told else ''}",
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
        "clipped": [
            {
                "outcome": one.outcome,
                "url": one.url,
                "line": one.line,
                "title": one.title,
                "path": one.path,
                "why": one.why,
            }
            for one in done.clipped
        ],
        "changes": [{"kind": one.kind, "story": one.title, "text": one.text} for one in done.changes],
        "waiting": [story_data(story) for story in done.waiting],
        "quiet": done.quiet or None,
        "assist": assist_data(done.assisted) if done.assisted else None,
    }


def clip_line(one: Clipped) -> str:
    """What became of an address that stood alone."""
    kept = f", kept as {one.path}" if one.path else ""
    why = f"; {one.why}" if one.why else ""
    return f"{one.url} stays: {one.why}" if one.outcome == "left" else f"{one.url} is now “{one.title}”{kept}{why}"


def model_lines(done: Drafted) -> list[str]:
    """What the model took, and where it gave nothing of use; nothing for a file that is left alone."""
    if done.assisted is None or done.outcome in {"edited", "refreshed", "settled"}:
        return []
    titles = {story.id: story.title for story in done.briefing.stories}
    by_note: dict[str, list[str]] = {}
    for name, note in done.assisted.notes.items():
        by_note.setdefault(note, []).append(titles[name])
    return [
        done.assisted.bill.line,
        *(f"  {named[0] if len(named) == 1 else f'{len(named)} stories'}: {note}" for note, named in by_note.items()),
    ]


def assist_data(assisted: Assisted) -> dict[str, Any]:
    """What a model did to a draft, for --json."""
    bill = assisted.bill
    return {
        "stories": bill.stories,
        "generated": bill.generated,
        "requests": bill.requests,
        "failed": bill.failed,
        "cached": bill.cached,
        "not_asked": bill.unasked,
        "tokens_in": bill.tokens_in,
        "tokens_out": bill.tokens_out,
        "cost": bill.cost,
        "sentences_kept": bill.kept,
        "sentences_refused": bill.refused,
        "troubles": list(bill.troubles),
        "notes": dict(assisted.notes),
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
        "summary": [
            {"text": one.shown, "entry": one.entry_id, "field": one.field, "start": one.start, "end": one.end}
            for one in story.sentences
        ],
        "generated": story.generated,
        "perhaps_one_with": [{"story": name, "ground": ground} for name, ground in story.like],
    }


def _show(session: Session, project: Project, done: Drafted, *, explain: bool, dry_run: bool) -> None:
    session.line(draft_line(project, done))
    if done.quiet:
        session.line(done.quiet)
    for line in model_lines(done):
        session.line(line)
    for one in done.clipped:
        session.line(f"  line {one.line}: {clip_line(one)}")
    for change in done.changes:
        session.line(f"  {change.kind:8}{change.title}: {change.text}")
    if dry_run and done.outcome == "shown":
        shown = project.shown(done.path)
        session.line(unified(read_text(done.path, shown) or "", done.text, shown, f"{shown} (new)"))
    if explain:
        _explain(session, done, project.settings.issue.max_candidates)


def _explain(session: Session, done: Drafted, max_candidates: int) -> None:
    """Each story of the file with its score, every summand and ground of it, and whence its summary is."""
    bench = done.briefing.candidates
    parts = [(section.title, section.stories) for section in done.briefing.sections]
    for title, stories in [*parts, ("Candidates", bench[:max_candidates])]:
        if stories:
            session.line()
            session.line(click.style(title, bold=True))
            rows = [row for story in stories for row in _rows(story, done.sources)]
            session.table(("score", "points", "why"), rows, right=(0, 1))
    if len(bench) > max_candidates:
        session.line(f"{count(len(bench) - max_candidates, 'more candidate')}: `digest draft --json` explains them too")


def _rows(story: Story, sources: Mapping[str, Source]) -> list[tuple[str, str, str]]:
    """A story's title with its score, then its reasons, then where each sentence of its summary stands."""
    from digest.text.provenance import source_name

    tellers = {entry.id: source_name(entry, sources) for entry in story.entries}
    return [
        (f"{story.score:.2f}", "", story.title),
        *(("", points_cell(reason), reason.text) for reason in story.reasons),
        *(
            ("", "", f"sentence {number}: {tellers[one.entry_id]}, {one.place} (e-{one.entry_id})")
            for number, one in enumerate(story.sentences, 1)
        ),
    ]


def points_cell(reason: Reason) -> str:
    """``+0.50``; nothing for a ground that moves no score."""
    return f"{reason.points:+.2f}" if reason.points else ""
