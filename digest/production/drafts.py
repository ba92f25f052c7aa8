"""A draft: the issue file written for the first time, written anew, or brought up to date where an editor has been."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from digest.disk import write_whole
from digest.edit.draft import write_issue
from digest.edit.issuefile import raw_stories, read_issue
from digest.errors import BusyError, IssueFileError
from digest.production import drafting
from digest.production.base import base_file
from digest.production.clipping import clip_addresses
from digest.production.desk import other_desk, require_desk
from digest.production.memory import remember
from digest.production.owed import owed_stories
from digest.production.refreshing import keep_version, refreshed, save_draft
from digest.project import current_period, read_issue_file, read_text
from digest.render.furniture import words
from digest.store import issues

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from digest.edit.issuefile import IssueFile
    from digest.edit.merge import Change, Merged
    from digest.model import Briefing, Period, Source, Story
    from digest.production.assisting import Assisted
    from digest.production.clipping import Clipped
    from digest.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """What ``draft`` did."""

    period: Period
    path: Path
    briefing: Briefing
    sources: Mapping[str, Source]  # by id, with the names readers see
    text: str  # what digest would write
    outcome: str  # written, refreshed (edited before), unchanged, edited (and nothing new), settled (approved or out:
    # left alone), shown (dry run)
    waiting: tuple[Story, ...] = ()  # stories an edited file did not have, best first
    edited: bool = False  # the file had been
    clipped: tuple[Clipped, ...] = ()  # addresses that stood alone in the file
    changes: tuple[Change, ...] = ()  # what a refresh of an edited file did, or would do, and let be
    quiet: str = ""  # why the week is a quiet one; empty if it is not
    assisted: Assisted | None = None  # what a model did to the summaries; None: none was to


@dataclass(frozen=True, slots=True, kw_only=True)
class _There:
    """The issue file as it is."""

    text: str | None  # None: there is none
    is_settled: bool  # the issue is approved or out
    mine: IssueFile | None  # read; only where it was edited, or is settled
    base: IssueFile | None  # what it started from, if that is known

    @property
    def is_fresh(self) -> bool:
        """Whether digest may write it as it likes."""
        return self.mine is None and not self.is_settled


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What digest would say if nobody had edited anything."""

    briefing: Briefing
    sources: Mapping[str, Source]
    quiet: tuple[str, ...]
    write: Callable[[Briefing], str]


def make_draft(
    project: Project,
    *,
    now: datetime,
    name: str | None,
    dry_run: bool,
    model: bool,
    environ: Mapping[str, str],
    say: Callable[[str], object],
    read_files: Callable[[], object],
) -> Drafted:
    """``pipeline.draft``, for one that holds ``project.working()``. ``read_files`` files what is new in feeds/.

    Raises:
        StateError: the issue is edited in another folder (digest.production.desk). Else as ``pipeline.draft``.
    """
    with project.store.read() as connection:
        period = current_period(project, connection, now=now, name=name)
        _mind_the_desk(project, connection, period, say)
    clipped = clip_addresses(project, period, now=now, environ=environ, read_files=read_files, dry_run=dry_run, say=say)
    plan, there = _plan(project, period, now=now), _there(project, period)
    briefing, assisted = plan.briefing, None
    if model and (settings := project.settings.assist):
        from digest.production.assisting import assist  # noqa: PLC0415  a model only where one is configured

        ask = there.is_fresh and not dry_run
        assisted = assist(project, briefing, settings, sources=plan.sources, ask=ask, environ=environ, now=now, say=say)
        briefing = assisted.briefing
    done = Drafted(
        period=period,
        path=project.issue_path(period.name),
        briefing=briefing,
        sources=plan.sources,
        text=plan.write(briefing),
        outcome="shown",
        waiting=drafting.missing_stories(briefing, there.mine, there.base) if there.mine else (),
        quiet=plan.quiet[0] if plan.quiet and not there.is_settled else "",
        clipped=clipped,
        assisted=assisted,
    )
    if there.is_settled:
        if there.text is not None and not dry_run:
            keep_version(project, period, there.text, now=now)
        return replace(done, outcome="settled")
    return _written(project, done, there, now=now, dry_run=dry_run)


def _mind_the_desk(project: Project, connection: Connection, period: Period, say: Callable[[str], object]) -> None:
    """Refuse to begin anew, or to go on from an older text, what somebody edits in another folder.

    Raises:
        StateError: so it would be.
    """
    record = issues.get_issue(connection, period.name)
    if record is None or record.state != "draft":
        return
    require_desk(project, connection, period.name)
    if desk := other_desk(project, connection, period.name):
        say(
            f"{period.name} was last drafted in {desk.root} on {desk.host}: what was changed there since is not in here"
        )


def _plan(project: Project, period: Period, *, now: datetime) -> _Plan:
    with project.store.read() as connection:
        briefing = drafting.make_briefing(project, connection, period, now=now)
        known = drafting.named_sources(project, connection)
        memory = remember(project, connection, briefing, sources=known)
        briefing = memory.told(briefing)
        quiet = drafting.quiet_note(project, briefing)
        write = partial(
            write_issue,
            title=project.settings.newsletter.title,
            sources=known,
            day=drafting.day_writer(project),
            max_candidates=project.settings.issue.max_candidates,
            waiting=drafting.waiting_stories(connection),
            missing=drafting.missing_sources(project, connection, now=now),
            quiet=quiet,
            before=memory.before,
            ran=memory.ran,
            owed=owed_stories(project, connection),
            owed_under=words(project.settings.newsletter.language, project.root).corrections,
        )
    return _Plan(briefing=briefing, sources=known, quiet=quiet, write=write)


def _there(project: Project, period: Period) -> _There:
    path = project.issue_path(period.name)
    with project.store.read() as connection:
        record = issues.get_issue(connection, period.name)
        text = read_text(path, project.shown(path))
        is_settled = record is not None and record.state != "draft"
        edited = text is not None and not issues.is_generated(connection, period.name, text)
        mine = read_issue_file(project, period.name) if text is not None and (edited or is_settled) else None
        base = base_file(connection, mine) if mine else None
    return _There(text=text, is_settled=is_settled, mine=mine, base=base)


def _require_readable(project: Project, done: Drafted, merged: Merged | None) -> None:
    """Stop before a file is written that the next draft could not read: that would be a bug, and cost the editor more.

    Raises:
        IssueFileError: it is such a file.
    """
    shown = project.shown(done.path)
    try:
        file = read_issue(done.text, path=shown)
        if merged and merged.base:
            read_issue(merged.base, path=shown, known=raw_stories(file))
    except IssueFileError as error:
        raise IssueFileError(
            f"the draft would not be readable ({error}); nothing was written",
            path=shown,
            line=error.line,
            hint="report it with the file; `digest candidates` shows what is new",
        ) from error


def _written(project: Project, done: Drafted, there: _There, *, now: datetime, dry_run: bool) -> Drafted:
    """Write the file, or what is new into an edited one."""
    merged = None
    text = done.text
    if there.mine:
        limit = project.settings.issue.max_candidates
        merged = refreshed(there.mine, there.base, text, max_candidates=limit)
        done = replace(done, text=merged.text, changes=merged.changes, edited=True)
    if dry_run:
        return done
    _require_readable(project, done, merged)
    save_draft(project, done.briefing, text, old=there.text, merged=merged, now=now)
    if there.text == done.text:
        return replace(done, outcome="edited" if merged else "unchanged")
    shown = project.shown(done.path)
    if read_text(done.path, shown) != there.text:
        raise BusyError(
            f"{shown}: was saved while digest was at work; nothing was written", hint="run `digest draft` again"
        )
    # After the commit: a text that stands in the file but not in the store would pass for an editor's.
    write_whole(done.path.resolve(), done.text)  # a link stays a link
    return replace(done, outcome="refreshed" if merged else "written")
