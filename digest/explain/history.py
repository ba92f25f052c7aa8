"""The texts an issue file had: which there are, what changed since, and bringing one back.

Nothing is lost: before an earlier text is brought back, the present one is kept.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.disk import write_whole
from digest.edit.issuefile import read_issue
from digest.errors import BusyError, DigestError, IssueFileError, StateError, UsageError
from digest.production.desk import take_desk
from digest.project import read_text, require_issue
from digest.store import issues
from digest.store.issues import text_sha256
from digest.text.difference import unified

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from digest.model import IssueRecord
    from digest.project import Project
    from digest.store.issues import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A kept text and its number, counted from 1 within its issue."""

    number: int
    version: Version

    @property
    def name(self) -> str:
        """What messages call it: ``version 3 (approved)``."""
        return f"version {self.number} ({self.version.origin})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The file as it stands against a kept text."""

    record: IssueRecord
    path: str
    present: str | None  # None: there is no file
    against: Kept

    @property
    def diff(self) -> str:
        """A unified diff; empty if nothing changed."""
        return unified(self.against.version.text, self.present or "", f"{self.path} ({self.against.name})", self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A text brought back."""

    record: IssueRecord
    path: str
    kept: Kept  # the text that is there now
    diff: str  # what that changed; empty: it was there already
    written: bool


def kept_texts(connection: Connection, name: str) -> tuple[Kept, ...]:
    """Every kept text of an issue, oldest first."""
    return tuple(
        Kept(number=number, version=version) for number, version in enumerate(issues.versions(connection, name), 1)
    )


def compare(
    project: Project, connection: Connection, *, now: datetime, name: str | None, version: str | None = None
) -> Comparison:
    """The file against a kept text.

    Args:
        project: the newsletter.
        connection: to its store.
        now: which issue is in work depends on it.
        name: of the issue; None: the one in work.
        version: a number, "approved", "generated" (what the draft that the file started from left in it), or None: the
            approved text; if it was never approved, the last one that digest read or wrote.

    Raises:
        UsageError, StateError: there is no such issue or version, no file, or nothing to compare it with.
        IssueFileError: the file is not UTF-8.
    """
    record = require_issue(project, connection, now=now, name=name)
    path = project.issue_path(record.name)
    shown = project.shown(path)
    present = read_text(path, shown)
    if present is None:
        raise StateError(f"{shown}: is not there", hint=f"`digest restore {record.name}` brings back its last text")
    kept = kept_texts(connection, record.name)
    if not kept:
        raise StateError(f"{shown}: no text of it is kept yet", hint="`digest draft` keeps the first")
    started = _started_from(kept, _base_named(present, shown)) if version == "generated" else None
    if version is None:
        against = next((one for one in reversed(kept) if one.version.origin == "approved"), kept[-1])
    else:
        against = started or _choose(kept, version, present, record.name)
    return Comparison(record=record, path=shown, present=present, against=against)


def _started_from(kept: tuple[Kept, ...], base: str | None) -> Kept | None:
    """What digest wrote into a file that says it started from ``base``; None if that is not known."""
    drafts = [one for one in kept if one.version.origin in {"generated", "refreshed"}]
    return next((one for one in reversed(drafts) if base and one.version.base == base), None)


def restore(
    project: Project, *, now: datetime, name: str, version: str | None = None, dry_run: bool = False
) -> Restored:
    """Bring back an earlier text of the issue file.

    Args:
        project: the newsletter.
        now: the time of the change.
        name: the issue.
        version: a number, "approved", "corrected", "generated", or None: the last kept text that differs from the
            present one.
        dry_run: change nothing; say what would change.

    Raises:
        UsageError: there is no such issue or version.
        StateError: the issue is approved or out, and this is not the approved text.
        BusyError: another digest is at work on the issues, or an editor saved the file meanwhile.
        DigestError: the file cannot be written.
    """
    with nullcontext() if dry_run else project.working():
        return _restore(project, now=now, name=name, version=version, dry_run=dry_run)


def _restore(project: Project, *, now: datetime, name: str, version: str | None, dry_run: bool) -> Restored:
    with project.store.read() as connection:
        record = require_issue(project, connection, now=now, name=name)
        kept = kept_texts(connection, record.name)
    path = project.issue_path(record.name)
    shown = project.shown(path)
    present = read_text(path, shown)
    wanted = _choose(kept, version, present, record.name)
    _refuse_other_than_approved(record, kept, wanted)
    text = wanted.version.text
    if text == present or dry_run:
        diff = unified(present or "", text, f"{shown} (now)", f"{shown} ({wanted.name})")
        return Restored(record=record, path=shown, kept=wanted, diff=diff, written=False)
    with project.store.write() as connection:
        if present is not None:
            issues.save_version(connection, record.name, present, origin="read", base=None, now=now)
        take_desk(project, connection, record.name)
        # Kept as restored, it is the editor's choice: the next draft must not take it for its own.
        issues.save_version(connection, record.name, text, origin="restored", base=wanted.version.base, now=now)
    if read_text(path, shown) != present:
        raise BusyError(f"{shown}: was saved while digest was at work; nothing was written", hint="restore it again")
    write_whole(path.resolve(), text)
    diff = unified(present or "", text, f"{shown} (before)", f"{shown} ({wanted.name})")
    return Restored(record=record, path=shown, kept=wanted, diff=diff, written=True)


def _choose(kept: tuple[Kept, ...], version: str | None, present: str | None, name: str) -> Kept:
    missing: DigestError
    if version is None:
        now_sha256 = text_sha256(present) if present is not None else None
        choices = [one for one in kept if one.version.sha256 != now_sha256]
        missing = StateError(f"{name}: no other text than the present one is kept", hint="there is nothing to restore")
    elif version.isdecimal():
        choices = [one for one in kept if one.number == int(version)]
        missing = UsageError(f"{name} has no version {version}; it has {len(kept)}", hint=_see_versions(name))
    elif version in {"approved", "corrected", "generated"}:
        choices = [one for one in kept if one.version.origin == version]
        missing = StateError(f"{name} was never {version}", hint=_see_versions(name))
    else:
        hint = f'write a number, "approved", "corrected" or "generated"; {_see_versions(name)}'
        raise UsageError(f"{version!r} is no version", hint=hint)
    if not choices:
        raise missing
    return choices[-1]


def _see_versions(name: str) -> str:
    return f"`digest diff {name} --versions` lists them"


def _refuse_other_than_approved(record: IssueRecord, kept: tuple[Kept, ...], wanted: Kept) -> None:
    if record.state == "draft":
        return
    approved = [one for one in kept if one.version.origin == "approved"]
    corrected = [one for one in kept if one.version.origin == "corrected"]
    if wanted.version.sha256 in {one[-1].version.sha256 for one in (approved, corrected) if one}:
        return
    undo = "undo the approval with `digest reopen`, or " if record.state == "approved" else ""
    raise StateError(
        f"{record.name} is {record.state}: only its approved text can be brought back, not {wanted.name}",
        hint=f"{undo}say `digest restore {record.name} approved`",
    )


def _base_named(text: str, shown: str) -> str | None:
    """The generated version a file says it started from; None if it says none or is half edited."""
    try:
        return read_issue(text, path=shown).issue.base
    except IssueFileError:
        return None
