"""``digest candidates``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.cli.draft import story_data
from digest.cli.options import verb as make_verb

if TYPE_CHECKING:
    from digest.cli.session import Session
    from digest.model import Story
    from digest.project import Project


@make_verb("candidates")
@click.argument("issue", required=False)
@click.option("--paste", is_flag=True, help="Print the stories as they would stand in the issue file.")
def verb(session: Session, *, issue: str | None, paste: bool) -> int:
    """Show what the issue file does not have yet.

    Stories that came after the draft was edited, and those that found no room under its "Candidates", best first. What
    you deleted from the file is not offered again. Changes nothing.

    \b
    Example:
      digest candidates
      digest candidates --paste >> issues/2026-W47.md
    """
    from digest.curate.stories import summarised, word_rarity
    from digest.edit.draft import candidate_block
    from digest.errors import StateError
    from digest.production.base import base_file
    from digest.production.drafting import day_writer, make_briefing, missing_stories, named_sources
    from digest.project import period_of, read_issue_file, require_issue
    from digest.text.provenance import source_name

    with session.project(create_store=False) as project:
        with project.store.read() as connection:
            record = require_issue(project, connection, now=session.now, name=issue)
            if record.has_left:
                raise StateError(f"{record.name} is out already", hint="`digest draft` begins the next issue")
            briefing = make_briefing(project, connection, period_of(record), now=session.now)
            mine = read_issue_file(project, record.name)
            stories = missing_stories(briefing, mine, base_file(connection, mine))
            sources = named_sources(project, connection)
        day = day_writer(project)
        blocks = []
        if paste:
            settings = project.settings
            known = [entry for one in (*briefing.stories, *briefing.candidates) for entry in one.entries]
            weight = word_rarity(known, sources=sources, settings=settings)
            whole = (summarised(one, sources=sources, settings=settings, weight=weight) for one in stories)
            blocks = [candidate_block(story, sources, day) for story in whole]

        def show() -> None:
            if paste:
                session.line("\n".join(blocks))
                return
            rows = [
                (f"{story.score:.2f}", story.section, story.title, source_name(story.lead, sources),
                 day(story.lead.published) if story.lead.published else "", f"e-{story.lead.id}")
                for story in stories
            ]  # fmt: skip
            session.table(("score", "section", "story", "source", "date", "entry"), rows, right=(0,))

        told = [story_data(story) for story in stories]
        if paste:
            told = [one | {"markdown": block} for one, block in zip(told, blocks, strict=True)]
        session.result({"issue": record.name, "candidates": told}, show if stories else None)
        _say_next(session, project, stories, record.name, paste=paste)
    return 0


def _say_next(session: Session, project: Project, stories: tuple[Story, ...], name: str, *, paste: bool) -> None:
    path = project.shown(project.issue_path(name))
    if not stories:
        session.say(f"{path} has everything there is")
    elif paste:
        session.next_step(f"paste what you want into {path}")
    else:
        session.next_step("`digest candidates --paste` prints them for pasting; `digest why ENTRY` explains one")
