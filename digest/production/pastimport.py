"""Past issues from elsewhere, brought into the store as issues that are out and closed.

What is frozen of one is what approval freezes of an issue, less the mails: nobody will be mailed it again. Nothing is
written to ``issues/``, no entry is made or spent, and the pages come with the next ``publish``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from digest.errors import DigestError, IssueFileError, StateError, UsageError
from digest.gather.past.letter import Form, NotTaken, Reading, Shelf
from digest.gather.past.reading import find_form, read_past
from digest.gather.past.sifting import Sifted, Wanted, sift
from digest.production.pastissue import PastIssueParts, Renderer
from digest.store import issues
from digest.store.imported import (
    Imported,
    delete_imported,
    imported_issues,
    insert_imported,
    referred_to,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from digest.project import Project

ALL: Final = Wanted()
_AT_ONCE = 100  # issues written in one transaction: what was rendered of them is held until then


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A letter, and the issue it becomes."""

    sifted: Sifted
    name: str
    number: int  # 0: none
    stories: int
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import brought, or would bring."""

    form: Form
    batch: str
    taken: tuple[Planned, ...]
    there: int  # letters that an earlier import brought
    left_out: tuple[NotTaken, ...]

    @property
    def failed(self) -> tuple[NotTaken, ...]:
        """What should have come and could not."""
        return tuple(one for one in self.left_out if one.is_failure)


def import_issues(
    project: Project,
    path: Path,
    *,
    now: datetime,
    form: Form | None = None,
    wanted: Wanted = ALL,
    dry_run: bool = False,
    advance: Callable[[str], None] = lambda _name: None,
) -> ImportReport:
    """Bring the past issues at a path into the archive: those that are not there yet, a hundred in a transaction.

    Args:
        project: the newsletter.
        path: a folder, a mailbox, an export, a feed file.
        now: the time of the import; letters of later dates do not come.
        form: the format; None: found by looking.
        wanted: which letters.
        dry_run: change nothing.
        advance: is told of each issue.

    Raises:
        UsageError: there is nothing that can be read, or several senders and none is named.
        TemplateError: the look is wrong; nothing was changed.
        BusyError: another digest is at work on this newsletter.
    """
    found_form = form or find_form(path)
    batch = f"{now:%Y%m%d-%H%M%S}"
    with Shelf() as shelf:
        reading = Reading(zone=project.zone, now=now, shelf=shelf)
        sifted, left_out = sift(read_past(path, reading, form=found_form), wanted, reading)
        renderer = Renderer.of(project)
        if dry_run:
            with project.store.read() as connection:
                plans, there = _plan(connection, sifted)
            taken = tuple(_looked_at(renderer, plans, left_out, advance))
        else:
            with project.working():
                with project.store.read() as connection:
                    plans, there = _plan(connection, sifted)
                    batch = _free_batch(connection, batch)
                taken = tuple(_written(project, renderer, plans, shelf, batch, now, left_out, advance))
    return ImportReport(form=found_form, batch=batch, taken=taken, there=there, left_out=tuple(left_out))


def undo_import(project: Project, batch: str, *, dry_run: bool = False) -> tuple[str, ...]:
    """Remove what one import brought, all of it or nothing; gives the names of the issues.

    Raises:
        UsageError: there is no such import.
        StateError: something leads to one of its issues.
        BusyError: another digest is at work on this newsletter.
    """
    with project.working(), project.store.write() as connection:
        known = imported_issues(connection)
        names = [one.issue for one in known if one.batch == batch]
        if not names:
            batches = ", ".join(dict.fromkeys(one.batch for one in known)) or "none"
            raise UsageError(f"there is no import {batch}", hint=f"imports: {batches}")
        if referred := referred_to(connection, names):
            name, why = next(iter(referred.items()))
            raise StateError(
                f"{name} cannot be removed: {why}", hint="what readers were shown stays; nothing was changed"
            )
        if not dry_run:
            delete_imported(connection, names)
    return tuple(names)


def _plan(connection: Connection, sifted: Sequence[Sifted]) -> tuple[list[tuple[Sifted, str, int]], int]:
    """The letters that are new with their issues' names and numbers, and how many are there already."""
    known = imported_issues(connection)
    keys = {key for one in known for key in one.keys}
    new: list[Sifted] = []
    for one in sifted:
        own = {one.letter.key, one.identity}
        if not own & keys:
            new.append(one)
            keys |= own
    records = issues.all_issues(connection)
    taken = {record.name for record in records}
    own_out = any(record.state != "draft" and not record.is_imported for record in records)
    numbers = _numbers(new, known, own_out=own_out)
    planned = []
    for one, number in zip(new, numbers, strict=True):
        name = _free_name(f"{one.day}", taken)
        taken.add(name)
        planned.append((one, name, number))
    return planned, len(sifted) - len(new)


def _numbers(new: Sequence[Sifted], known: Sequence[Imported], *, own_out: bool) -> Iterator[int]:
    """A number for each new letter: those that go on with what is there count on, others have none.

    The numbers of issues that are out never change, so there is none for what comes between them.
    """
    last = max((one.number for one in known), default=0)
    newest = max((one.date for one in known), default=None)
    for one in new:
        if own_out or (newest is not None and one.letter.date < newest):
            yield 0
        else:
            last += 1
            yield last


def _free_name(wanted: str, taken: set[str]) -> str:
    name, count = wanted, 1
    while name in taken:
        count += 1
        name = f"{wanted}-{count}"
    return name


def _free_batch(connection: Connection, wanted: str) -> str:
    return _free_name(wanted, {one.batch for one in imported_issues(connection)})


def _looked_at(
    renderer: Renderer,
    plans: Sequence[tuple[Sifted, str, int]],
    left_out: list[NotTaken],
    advance: Callable[[str], None],
) -> Iterator[Planned]:
    for one, name, number in plans:
        try:
            issue = renderer.issue(one, name)
        except IssueFileError as error:
            left_out.append(_unread(one, error))
            continue
        advance(name)
        yield Planned(sifted=one, name=name, number=number, stories=len(issue.stories), doubts=one.doubts)


def _written(
    project: Project,
    renderer: Renderer,
    plans: Sequence[tuple[Sifted, str, int]],
    shelf: Shelf,
    batch: str,
    now: datetime,
    left_out: list[NotTaken],
    advance: Callable[[str], None],
) -> Iterator[Planned]:
    """Render and write the issues, some at a time; those that a killed import has written are there the next time."""
    for start in range(0, len(plans), _AT_ONCE):
        rendered: list[tuple[Planned, PastIssueParts]] = []
        for one, name, number in plans[start : start + _AT_ONCE]:
            try:
                made = renderer.render(one, name, number=number, on=one.day, batch=batch)
            except IssueFileError as error:
                left_out.append(_unread(one, error))
                continue
            stories = len(made.issue.stories)
            planned = Planned(sifted=one, name=name, number=number, stories=stories, doubts=one.doubts)
            rendered.append((planned, made))
            advance(name)
        with project.store.write() as connection:
            for planned, made in rendered:
                insert_imported(
                    connection,
                    planned.name,
                    made.parts(shelf.get),
                    number=planned.number,
                    date=planned.sifted.letter.date,
                    now=now,
                )
        yield from (planned for planned, _ in rendered)


def _unread(one: Sifted, error: DigestError) -> NotTaken:
    return NotTaken(origin=one.letter.origin, why=f"cannot be made an issue: {error.message}")
