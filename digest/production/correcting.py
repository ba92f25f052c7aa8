"""A correction of an issue that is out: found, planned, kept.

What was sent stays as it was approved, to the byte. A correction is one more text of the issue, and a dated note; the
story's address, its id and what became of its entries stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from digest.disk import write_whole
from digest.edit.correction import (
    Filled,
    one_line,
    printed_blocks,
    read_form,
    refuse_note,
    retracted,
    with_story,
)
from digest.edit.issuefile import read_issue
from digest.errors import BusyError, ChangedError, StateError, UsageError
from digest.model import Mail
from digest.production.faults import find_embargoed, refuse_embargoed
from digest.production.frozen import IMAGES, VARIANT
from digest.production.printing import index_issue
from digest.project import read_text, require_issue
from digest.render.furniture import words
from digest.render.markup import inline, local_images
from digest.store import corrections, issues
from digest.store.database import drop_meta
from digest.store.frozen import frozen_names
from digest.text.difference import unified
from digest.text.plain import plain

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from digest.edit.issuefile import IssueFile
    from digest.edit.layout import Block
    from digest.model import Correction, Issue, IssueRecord
    from digest.project import Project

_NO_MAIL = Mail(subject="", preheader="", html="", text="", language="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Erring:
    """A story of an issue that is out."""

    record: IssueRecord
    file: IssueFile  # the issue as last corrected
    place: int  # of the story among Issue.stories
    block: Block  # of the story

    @property
    def title(self) -> str:
        """Its headline, plain."""
        return _line(self.block.story.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A correction that nobody has said yes to."""

    record: IssueRecord
    place: int
    title: str  # of the story as it was, plain
    note: str
    before: str  # the whole text of the issue
    text: str  # the same, corrected
    diff: str
    stays: tuple[str, ...] = ()  # the lines of the front matter that say the former headline too, and keep it


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A correction that is kept."""

    correction: Correction
    path: str | None  # of the issue file, if it was there and has the corrected text now


def find_story(project: Project, connection: Connection, *, issue: str, wanted: str, now: datetime) -> Erring:
    """The story of an issue that is out, by its id or by words of its headline.

    Raises:
        UsageError: there is no such issue or story, or more than one; names them.
        StateError: the issue is not out.
        ChangedError: the issue file is neither as it was approved nor as it was corrected.
    """
    record = require_issue(project, connection, now=now, name=issue)
    if not record.has_left:
        raise StateError(f"{record.name} is not out yet", hint="change its file; once approved, `digest reopen` first")
    file = _current(connection, record)
    _refuse_edited(project, connection, record, file.issue.text)
    told = [(place, one, _line(one.story.title)) for place, one in enumerate(printed_blocks(file))]
    said = [word.casefold() for word in wanted.split()]
    fitting = [one for one in told if one[1].story.id == wanted.strip().lstrip("#")]
    fitting = fitting or [one for one in told if " ".join(said) == one[2].casefold()]
    fitting = fitting or [one for one in told if said and all(word in one[2].casefold() for word in said)]
    if len(fitting) != 1:
        some = fitting or told
        named = "; ".join(f"{one.story.id or 'no id'} “{title}”" for _, one, title in some)
        how_many = "several stories" if fitting else "no story"
        raise UsageError(f"{record.name} has {how_many} called {wanted!r}", hint=f"say an id or more words: {named}")
    place, found, _ = fitting[0]
    return Erring(record=record, file=file, place=place, block=found)


def plan_correction(
    project: Project, connection: Connection, erring: Erring, filled: Filled, *, path: str, now: datetime
) -> Planned:
    """What a filled-in form comes to. Writes nothing.

    Args:
        project: the newsletter.
        connection: to its store.
        erring: the story.
        filled: the form.
        path: of the form, for messages.
        now: decides what is under embargo.

    Raises:
        UsageError: the note is empty, or no paragraph.
        IssueFileError: the story cannot be read, is two, or has another id.
        StateError: nothing was changed, or it shows a picture that was not approved with the issue.
        BlockedError: it tells what is under embargo.
    """
    refuse_note(filled.note)
    before = erring.file.issue
    made = with_story(erring.file, erring.place, filled, path=path)
    _refuse_new_pictures(connection, before, made.issue)
    held = {one.message for one in find_embargoed(project, connection, before, _NO_MAIL, now=now)}
    found = find_embargoed(project, connection, made.issue, _NO_MAIL, now=now)
    refuse_embargoed(tuple(one for one in found if one.message not in held))
    shown = project.shown(project.issue_path(before.name))
    return Planned(
        record=erring.record,
        place=erring.place,
        title=erring.title,
        note=filled.note,
        before=before.text,
        text=made.issue.text,
        diff=unified(before.text, made.issue.text, f"{shown} (as readers have it)", f"{shown} (corrected)"),
        stays=_still_said(before, erring.title, _line(made.issue.stories[erring.place].title)),
    )


def retraction(project: Project, erring: Erring, note: str) -> Filled:
    """The form that takes a story back: its headline stays at its address, and says so."""
    word = words(project.settings.newsletter.language, project.root).retracted
    note = one_line(note)
    return Filled(note=note, block=retracted(erring.block, note, word), line=1)


def read_correction(text: str, *, path: str, note: str | None) -> Filled:
    """A form as it was filled in; a note that was given by itself wins.

    Raises:
        IssueFileError: above the story stands something else than the note.
    """
    filled = read_form(text, path=path)
    return filled if note is None else Filled(note=one_line(note), block=filled.block, line=filled.line)


def keep_correction(project: Project, planned: Planned, *, by: str, now: datetime) -> Corrected:
    """Keep a correction; the archive and the issue file have it from now on, and what was sent is as it was.

    Raises:
        BusyError: another digest is at work on the issues, or has corrected this one meanwhile.
        ChangedError: the issue file was changed meanwhile; nothing is kept.
    """
    record, name = planned.record, planned.record.name
    path = project.issue_path(name)
    with project.working():
        with project.store.write() as connection:
            if corrections.current_text(connection, name) != planned.before:
                raise BusyError(f"{name}: was corrected meanwhile; nothing was changed", hint="correct it again")
            there = _refuse_edited(project, connection, record, planned.before)
            base = read_issue(planned.text, path=name).issue.base
            issues.save_version(connection, name, planned.text, origin="corrected", base=base, now=now)
            made = corrections.add_correction(connection, name, planned.place, at=now, by=by, note=planned.note)
            index_issue(project, connection, record)
            drop_meta(connection, f"published {name}")  # its pages are not what it says now
        if there:
            write_whole(path.resolve(), planned.text)  # a link stays a link
    return Corrected(correction=made, path=project.shown(path) if there else None)


def _current(connection: Connection, record: IssueRecord) -> IssueFile:
    text = corrections.current_text(connection, record.name)
    if text is None:
        raise StateError(f"{record.name}: its text is not in the store", hint="`digest restore-backup` brings it back")
    return read_issue(text, path=f"{record.name} as it is out")


def _refuse_edited(project: Project, connection: Connection, record: IssueRecord, current: str) -> bool:
    """Nobody's words are overwritten; says whether there is a file.

    Raises:
        ChangedError: the file has words that no digest knows.
    """
    path = project.issue_path(record.name)
    shown = project.shown(path)
    text = read_text(path, shown)
    if text in {None, current}:
        return text is not None
    # Of an earlier correction too: a run that was killed before it wrote the file leaves that one's text there.
    known = [one.text for one in issues.versions(connection, record.name) if one.origin in {"approved", "corrected"}]
    if text in known:
        return True
    raise ChangedError(
        f"{shown}: was changed since {record.name} went out, and nothing of it is overwritten",
        diff=unified(current, text or "", f"{shown} (as readers have it)", f"{shown} (now)"),
        hint=f"`digest restore {record.name} approved` brings the file back and keeps this text; then correct it",
    )


def _still_said(issue: Issue, former: str, title: str) -> tuple[str, ...]:
    """A first draft takes its subject from its first story; the issue's headline on the site is that subject."""
    if former.casefold() == title.casefold():
        return ()
    told = {"subject": issue.subject, "preheader": issue.preheader}
    return tuple(name for name, text in told.items() if former.casefold() in _line(text).casefold())


def _refuse_new_pictures(connection: Connection, before: Issue, after: Issue) -> None:
    known = {*local_images(before), *(part.removeprefix(IMAGES) for part in _frozen_pictures(connection, before.name))}
    new = [name for name in local_images(after) if name not in known]
    if new:
        raise StateError(
            f"the picture {new[0]} was not approved with {before.name}, so the archive has none of that name",
            hint="link to a picture that is on the web",
        )


def _frozen_pictures(connection: Connection, name: str) -> Sequence[str]:
    return [part for part in frozen_names(connection, name, VARIANT) if part.startswith(IMAGES)]


def _line(markdown: str) -> str:
    return " ".join(plain(inline(markdown)).split())
