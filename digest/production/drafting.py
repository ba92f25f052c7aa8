"""What goes into a draft: the eligible entries as a briefing, and what an edited file does not have yet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digest.curate.briefing import brief
from digest.curate.grouping import count_entries
from digest.curate.quiet import quiet_week
from digest.curate.repeats import title_keys
from digest.edit.fates import entry_ids
from digest.edit.issuefile import PutOff, put_off, read_issue
from digest.explain.health import complaint
from digest.explain.standing import source_accounts
from digest.gather.known import Known
from digest.model import Source
from digest.production.lessons import lessons
from digest.production.memory import carried_frequencies
from digest.production.past import written_by_hand
from digest.render.furniture import long_date, words
from digest.store import entries, issues, sources

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from digest.curate.frequencies import Frequencies
    from digest.edit.issuefile import IssueFile
    from digest.model import Briefing, Entry, Period, Story
    from digest.project import Project


def make_briefing(project: Project, connection: Connection, period: Period, *, now: datetime) -> Briefing:
    """The briefing of everything that may go into the issue of this period."""
    usable = entries.eligible(connection, now=now, issue=period.name)
    minted = issues.story_ids(connection)
    named = words(project.settings.newsletter.language, project.root)
    known = named_sources(project, connection)
    return brief(
        usable,
        sources=known,
        settings=project.settings,
        period=period,
        earlier=_earlier(project, connection, usable),
        story_ids=minted,
        taken=frozenset(minted.values()),
        carried=carried_frequencies(connection, period.name),
        examples=lessons(project, connection, known),
        other=named.other,
        news=named.news,
    )


def _earlier(project: Project, connection: Connection, usable: Sequence[Entry]) -> tuple[Entry, ...]:
    """What past issues had that one of these may repeat; what may be in every issue never is."""
    like = entries.spent_like(connection, usable, titles=[key for one in usable for key in title_keys(one)])
    issue = project.settings.issue
    found = (*like, *written_by_hand(connection, usable))
    return tuple(one for one in found if not (one.url_key and issue.may_stand_again(one.url_key)))


def frequencies_after(project: Project, connection: Connection, issue: str) -> Frequencies:
    """The same with what this issue's draft had to choose from: for the issues after it."""
    placed = {one.entry_id for one in issues.placements(connection, issue=issue)}
    some = entries.by_ids(connection, placed)
    known = named_sources(project, connection)
    counted = count_entries(some, sources=known, language=project.settings.newsletter.language)
    before = carried_frequencies(connection, issue)
    return before.plus(counted) if before else counted


def waiting_stories(connection: Connection) -> tuple[PutOff, ...]:
    """What the editor put off in the newest issue that is out."""
    left = [record for record in issues.all_issues(connection) if record.has_left and not record.is_imported]
    newest = max(left, key=lambda record: (record.out or record.end, record.name), default=None)
    text = issues.frozen_part(connection, newest.name, "all", "issue.md") if newest else None
    return put_off(read_issue(text.decode("utf-8"), path="the last issue as approved")) if text else ()


def quiet_note(project: Project, briefing: Briefing) -> tuple[str, ...]:
    """What the editor is told of a week in which nothing significant happened; () if something did."""
    issue = project.settings.issue
    quiet = quiet_week(briefing, every=issue.every, floor=issue.significant)
    if quiet is None:
        return ()
    said: str = getattr(words(project.settings.newsletter.language, project.root), f"nothing_{issue.every}")
    return (
        quiet.sentence,
        "Print the issue as it is, or leave it out: what it offers is offered again. "
        "To tell the readers, move this line below the comment:",
        said,
    )


def missing_sources(project: Project, connection: Connection, *, now: datetime) -> tuple[str, ...]:
    """What did not report: listed feeds that fail, are gone, silent or have moved, and files that are there no more.

    A sentence each, with dates and not with spans of time, so that it stays the same for a day.
    """
    told = []
    for source in source_accounts(project, connection, now=now):
        if not source.listed:
            continue
        trouble = complaint(source.health, source.state, project.zone) if source.there else "there is no such file"
        if trouble:
            told.append(f"{source.name or source.id} ({source.location}): {trouble}")
    for path, file in sorted(Known.of(entries.local_files(connection)).files.items()):
        if not file.is_settled and not (project.root / path).exists():
            told.append(f"{path}: is gone; its entry “{file.title}” stays until you drop its story")
    return tuple(told)


def named_sources(project: Project, connection: Connection) -> dict[str, Source]:
    """Every source by id: as listed, with the name its feed gave itself if the list gives none."""
    rows = sources.load_sources(connection)
    known = {
        row.id: Source(
            id=row.id,
            kind="folder" if row.kind == "folder" else "feed",
            location=row.location,
            name=sources.source_name(None, row),
        )
        for row in rows.values()
    }
    for source in project.config.sources:
        row = rows.get(source.id)
        known[source.id] = replace(source, name=sources.source_name(source, row))
    return known


def day_writer(project: Project) -> Callable[[datetime], str]:
    """Writes a moment as its date, in the newsletter's zone and language."""
    language = project.settings.newsletter.language
    return lambda moment: long_date(moment.astimezone(project.zone).date(), language)


def missing_stories(briefing: Briefing, mine: IssueFile, base: IssueFile | None) -> tuple[Story, ...]:
    """Stories with an entry that neither the edited file nor the version it started from has, best first."""
    known = set(entry_ids(mine.issue))
    if base:
        known |= set(entry_ids(base.issue))
    stories = sorted((*briefing.stories, *briefing.candidates), key=lambda story: (-story.score, story.id))
    return tuple(story for story in stories if not known & {entry.id for entry in story.entries})
