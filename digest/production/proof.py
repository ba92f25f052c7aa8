"""A proof: one issue in every form it will leave in, made from the issue file before anything leaves.

Approval freezes a proof's bytes. Publishing and sending make the proof again and compare: what was approved is what
goes out, or nothing does.
"""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from digest.disk import inside, write_changed
from digest.edit.fates import entry_ids
from digest.errors import ChangedError, DigestError, StateError
from digest.model import Entry, Html, Issue, IssueRecord, Mail
from digest.project import read_issue_file
from digest.render.mail import render_mail
from digest.render.markup import local_images
from digest.render.page import render_content, render_page
from digest.render.templates import Templates
from digest.store import entries, issues

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from digest.project import Project

IMAGES = "images/"  # before the names of frozen pictures
VARIANT = "all"  # slices by topic come later; the tables are keyed by variant already


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """An issue, rendered."""

    record: IssueRecord
    issue: Issue
    mail: Mail
    page: str
    content: Html  # the stories alone, for the feed
    images: tuple[tuple[str, Path], ...]  # the editor's: path as written → the file
    entries: tuple[Entry, ...]  # what was known of the file's entries: kickers, languages, pictures, full texts

    def parts(self) -> dict[tuple[str, str], bytes]:
        """What approval freezes, by (variant, part)."""
        envelope = {"subject": self.mail.subject, "preheader": self.mail.preheader, "language": self.mail.language}
        texts = {
            "issue.md": self.issue.text,
            "email.html": self.mail.html,
            "email.txt": self.mail.text,
            "index.html": self.page,
            "content.html": self.content,
            "mail.json": json.dumps(envelope, ensure_ascii=False, sort_keys=True),
            "entries.json": entries.dump_entries(self.entries),
        }
        parts = {(VARIANT, name): text.encode("utf-8") for name, text in texts.items()}
        return parts | {(VARIANT, IMAGES + name): path.read_bytes() for name, path in self.images}


def make_proof(
    project: Project,
    connection: Connection,
    record: IssueRecord,
    *,
    number: int | None = None,
    known: tuple[Entry, ...] | None = None,
) -> Proof:
    """Render the issue as its file stands now.

    Args:
        number: the issue's number, if it is about to get another than the record's.
        known: the entries as they were at an approval; None: as the store has them now.

    Raises:
        IssueFileError, StateError: the file cannot be read.
        TemplateError: a template is wrong. Nothing is written.
    """
    issue = read_issue_file(project, record.name).issue
    told = entries.by_ids(connection, entry_ids(issue)) if known is None else known
    by_id = {entry.id: entry for entry in told}
    settings = project.settings
    templates = Templates(settings.newsletter.look, project.root)
    on = issue_date(project, record)
    printed = record.number if number is None else number
    return Proof(
        record=record,
        issue=issue,
        mail=render_mail(issue, settings=settings, templates=templates, entries=by_id, number=printed, on=on),
        page=render_page(issue, settings=settings, templates=templates, entries=by_id, number=printed, on=on),
        content=render_content(issue, settings=settings, templates=templates, entries=by_id),
        images=tuple((name, _image(project, issue, name)) for name in local_images(issue)),
        entries=told,
    )


def issue_date(project: Project, record: IssueRecord) -> date:
    """The day an issue is dated, everywhere: the local day on which its period ends."""
    return record.end.astimezone(project.zone).date()


def write_proof(project: Project, proof: Proof, mail: Mail, message: bytes) -> tuple[Path, ...]:
    """Write ``build/<issue>/``: the two parts of a mail, the whole message, the page and its pictures."""
    folder = project.build_dir(proof.record.name)
    files: dict[str, str | bytes] = {
        "email.html": mail.html,
        "email.txt": mail.text,
        "email.eml": message,
        "index.html": proof.page,
    }
    written = []
    try:
        for name, data in files.items():
            write_changed(folder / name, data)
            written.append(folder / name)
        for name, path in proof.images:
            write_changed(inside(folder, name), path.read_bytes())
    except OSError as error:
        msg = f"{project.shown(folder)}: cannot be written: {error.strerror}"
        raise DigestError(msg, hint="is the disk full, or the folder not writable?") from error
    return tuple(written)


def frozen_mail(parts: Mapping[tuple[str, str], bytes]) -> Mail:
    """The approved mail, from its frozen bytes."""
    envelope = json.loads(parts[VARIANT, "mail.json"])
    return Mail(
        html=parts[VARIANT, "email.html"].decode("utf-8"), text=parts[VARIANT, "email.txt"].decode("utf-8"), **envelope
    )


def require_unchanged(project: Project, connection: Connection, record: IssueRecord) -> Proof:
    """The proof of an approved issue, if it is byte for byte what was approved.

    Raises:
        StateError: the issue is not approved.
        ChangedError: the file, a template or digest.toml changed since; holds the difference.
    """
    frozen = issues.frozen_parts(connection, record.name)
    if record.state == "draft" or not frozen:
        raise StateError(f"{record.name} is not approved", hint="approve it with `digest approve --by NAME`")
    # What a source says of an entry today must not stop what was approved: only the file and the looks are compared.
    known = entries.load_entries(frozen[VARIANT, "entries.json"].decode("utf-8"))
    proof = make_proof(project, connection, record, known=known)
    now = proof.parts()
    # The file first: its difference explains the others.
    order = sorted(set(frozen) | set(now), key=lambda key: (key[1] != "issue.md", key))
    changed = [key for key in order if frozen.get(key) != now.get(key)]
    if changed:
        back = f"`digest restore {record.name} approved` brings the approved text back"
        undo = "" if record.state in {"out", "closed"} else "; or undo the approval with `digest reopen`"
        what = project.shown(project.issue_path(record.name)) if changed[0][1] == "issue.md" else changed[0][1]
        raise ChangedError(
            f"{record.name} is not what {record.approved_by} approved: {what} changed since",
            diff=_diff(frozen.get(changed[0], b""), now.get(changed[0], b""), changed[0][1]),
            hint=back + undo if changed[0][1] == "issue.md" else f"a template or digest.toml changed{undo}",
        )
    return proof


def _diff(old: bytes, new: bytes, name: str) -> str:
    before, after = (raw.decode("utf-8", "replace").splitlines() for raw in (old, new))
    return "\n".join(difflib.unified_diff(before, after, f"{name} (approved)", f"{name} (now)", lineterm="", n=2))


def _image(project: Project, issue: Issue, name: str) -> Path:
    path = inside(project.issues_dir, name)
    if not path.is_file():
        shown = project.shown(project.issue_path(issue.name))
        msg = f"{shown}: the picture {name} is not there"
        raise StateError(msg, hint=f"put it at {project.shown(project.issues_dir / name)}, or take it out of the text")
    return path
