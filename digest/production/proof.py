"""A proof: one issue in every form it will leave in, made from the issue file before anything leaves.

Approval freezes a proof's bytes, and they are what leaves. Until the first of them has left, the proof is made again
and compared, so that nobody approves one thing and gets another; from then on only the file is compared, because a look
or a digest.toml made for the next issue must not strand the rest of this one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from digest.disk import inside, write_changed
from digest.edit.fates import entry_ids
from digest.edit.issuefile import read_issue
from digest.errors import ChangedError, StateError
from digest.model import Entry, Html, Issue, IssueRecord, Mail
from digest.project import read_issue_file, read_text
from digest.render.mail import render_mail
from digest.render.markup import local_images
from digest.render.page import render_content, render_page
from digest.render.past import PastIssue
from digest.render.templates import Templates
from digest.render.theme import Theme, make_theme
from digest.render.updates import UNKNOWN, Updates, dump_updates, load_updates
from digest.store import entries, issues
from digest.text.difference import unified

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from digest.config.settings import Settings
    from digest.project import Project

Parts = dict[tuple[str, str], bytes]
"""What approval freezes, by (variant, part)."""

VARIANT = "all"  # slices by topic come later; the tables are keyed by variant already
_PRINTED = frozenset({"used", "grouped"})
IMAGES = "images/"  # before the names of frozen pictures


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
    updates: Updates  # what its updates are about
    previous: str | None = None  # the name of the newest issue that was out then

    def parts(self, settings: Settings) -> Parts:
        """What approval freezes: everything readers will get, and who it is from."""
        texts = {
            "issue.md": self.issue.text,
            "email.html": self.mail.html,
            "email.txt": self.mail.text,
            "index.html": self.page,
            "content.html": self.content,
            "mail.json": json.dumps(_envelope(self.mail, settings), ensure_ascii=False, sort_keys=True),
            "entries.json": entries.dump_entries(self.entries),
        }
        if self.updates:
            texts["updates.json"] = dump_updates(self.updates)
        if self.previous:
            texts["previous.txt"] = self.previous
        parts = {(VARIANT, name): text.encode("utf-8") for name, text in texts.items()}
        return parts | {(VARIANT, IMAGES + name): path.read_bytes() for name, path in self.images}


def make_proof(project: Project, connection: Connection, record: IssueRecord) -> Proof:
    """Render the issue as its file stands now; once approved, with what was known of its entries then.

    Raises:
        IssueFileError, StateError: the file cannot be read.
        TemplateError: a template is wrong. Nothing is written.
    """
    issue = read_issue_file(project, record.name).issue
    frozen = issues.frozen_part(connection, record.name, VARIANT, "entries.json")
    if frozen is None:
        known = entries.by_ids(connection, entry_ids(issue))
    else:  # what a source says of an entry today must not change what was approved
        known = entries.load_entries(frozen.decode("utf-8"))
    by_id = {entry.id: entry for entry in known}
    settings = project.settings
    templates = Templates(settings.newsletter.look, project.root)
    on, number = issue_date(project, record), record.number
    updates = _updates(project, connection, issue, is_frozen=frozen is not None)
    previous = _previous(project, connection, record, is_frozen=frozen is not None)
    mail = partial(render_mail, issue, settings=settings, templates=templates, entries=by_id, updates=updates)
    page = partial(render_page, issue, settings=settings, templates=templates, entries=by_id, updates=updates)
    return Proof(
        record=record,
        issue=issue,
        mail=mail(number=number, on=on),
        page=page(number=number, on=on, previous=previous),
        content=render_content(issue, settings=settings, templates=templates, entries=by_id, updates=updates),
        images=(
            *((name, _image(project, issue, name)) for name in local_images(issue)),
            *_logo(project, issue, make_theme(templates, settings)),
        ),
        entries=known,
        updates=updates,
        previous=previous.issue.name if previous else None,
    )


def _previous(project: Project, connection: Connection, record: IssueRecord, *, is_frozen: bool) -> PastIssue | None:
    """The newest issue that is out; once approved, the one that was newest then: a page is not changed afterwards."""
    if is_frozen:
        part = issues.frozen_part(connection, record.name, VARIANT, "previous.txt")
        found = issues.get_issue(connection, part.decode("utf-8")) if part else None
    else:
        out = [one for one in issues.all_issues(connection) if one.has_left and one.name != record.name]
        found = max(out, key=lambda one: (one.end, one.number), default=None)
    if found is None:
        return None
    issue = frozen_issue(frozen_parts(connection, found), found.name)
    return PastIssue(issue=issue, number=found.number, on=issue_date(project, found))


def _updates(project: Project, connection: Connection, issue: Issue, *, is_frozen: bool) -> Updates:
    """What the issue's updates are about; once approved, as it was known then."""
    if is_frozen:
        part = issues.frozen_part(connection, issue.name, VARIANT, "updates.json")
        return load_updates(part.decode("utf-8")) if part else UNKNOWN
    if not any(story.options & {"update", "correction"} for story in issue.stories):
        return UNKNOWN
    from digest.production.drafting import named_sources  # noqa: PLC0415  grouping words: for updates only
    from digest.production.memory import earlier_of_updates  # noqa: PLC0415  likewise

    return earlier_of_updates(project, connection, issue, sources=named_sources(project, connection))


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
    for name, data in files.items():
        write_changed(folder / name, data)
    for name, path in proof.images:
        write_changed(inside(folder, name), path.read_bytes())
    return tuple(folder / name for name in files)


def frozen_parts(connection: Connection, record: IssueRecord) -> Parts:
    """The approved bytes.

    Raises:
        StateError: the issue is not approved.
    """
    parts = issues.frozen_parts(connection, record.name)
    if record.state == "draft" or not parts:
        raise StateError(f"{record.name} is not approved", hint="approve it with `digest approve --by NAME`")
    return parts


def frozen_issue(parts: Parts, name: str) -> Issue:
    """The approved text, read."""
    return read_issue(parts[VARIANT, "issue.md"].decode("utf-8"), path=f"{name} as approved").issue


def frozen_variants(parts: Parts) -> tuple[str, ...]:
    """The slices that were approved."""
    return tuple(sorted(variant for variant, part in parts if part == "mail.json"))


def frozen_mail(parts: Parts, variant: str = VARIANT) -> Mail:
    """The approved mail."""
    envelope = json.loads(parts[variant, "mail.json"])
    return Mail(
        html=parts[variant, "email.html"].decode("utf-8"),
        text=parts[variant, "email.txt"].decode("utf-8"),
        subject=envelope["subject"],
        preheader=envelope["preheader"],
        language=envelope["language"],
        variant=variant,
    )


def frozen_settings(parts: Parts, settings: Settings) -> Settings:
    """The settings with the sender as approved: a message that is tried again is the same to the byte."""
    sender = json.loads(parts[VARIANT, "mail.json"])["sender"]
    newsletter = replace(settings.newsletter, **{key: sender[key] for key in ("title", "sender", "reply_to")})
    send = replace(settings.send, **{key: sender[key] for key in ("list_id", "unsubscribe")})
    return replace(settings, newsletter=newsletter, send=send)


def _envelope(mail: Mail, settings: Settings) -> dict[str, object]:
    newsletter, send = settings.newsletter, settings.send
    return {
        "subject": mail.subject,
        "preheader": mail.preheader,
        "language": mail.language,
        "sender": {
            "title": newsletter.title,
            "sender": newsletter.sender,
            "reply_to": newsletter.reply_to,
            "list_id": send.list_id,
            "unsubscribe": send.unsubscribe,
        },
    }


def require_unchanged(project: Project, connection: Connection, record: IssueRecord, frozen: Parts) -> None:
    """Refuse to let an issue leave that is not what was approved.

    Raises:
        ChangedError: the file changed since, or, before anything left, a template or digest.toml; holds the difference.
        IssueFileError, TemplateError: the issue cannot be rendered any more, before anything left.
        StateError: before anything left, another issue printed one of its entries.
    """
    path = project.issue_path(record.name)
    shown = project.shown(path)
    text = read_text(path, shown)
    now: Mapping[tuple[str, str], bytes] = frozen
    if record.state == "approved":
        _require_unspent(connection, record, frozen)
        now = make_proof(project, connection, record).parts(project.settings)
    elif text is not None:
        now = frozen | {(VARIANT, "issue.md"): text.encode("utf-8")}
    # The file first: its difference explains the others.
    order = sorted(set(frozen) | set(now), key=lambda key: (key[1] != "issue.md", key))
    changed = next((key for key in order if frozen.get(key) != now.get(key)), None)
    if changed is None:
        return
    in_file = changed[1] == "issue.md"
    undo = "" if record.has_left else ", or `digest reopen` to approve anew"
    hint = f"`digest restore {record.name} approved` brings the approved text back{undo}"
    raise ChangedError(
        f"{record.name} is not what {record.approved_by} approved: {shown if in_file else changed[1]} changed since",
        diff=_diff(frozen.get(changed, b""), now.get(changed, b""), changed[1]),
        hint=hint if in_file else f"a template, a picture, digest.toml or digest itself changed; put it back{undo}",
    )


def _require_unspent(connection: Connection, record: IssueRecord, frozen: Parts) -> None:
    """Nothing is printed twice because two issues were approved that both have it.

    Raises:
        StateError: another issue has printed an entry since this one was approved.
    """
    printed = {ref.entry_id for story in frozen_issue(frozen, record.name).stories for ref in story.sources}
    approved = entries.load_entries(frozen[VARIANT, "entries.json"].decode("utf-8"))
    free = {entry.id for entry in approved if entry.id in printed and entry.state not in _PRINTED}
    spent = next((entry for entry in entries.by_ids(connection, sorted(free)) if entry.state in _PRINTED), None)
    if spent:
        raise StateError(
            f"{record.name}: “{spent.title}” ran in {spent.issue} after {record.approved_by} approved this issue",
            hint="`digest reopen`, delete it and approve anew",
        )


def _diff(old: bytes, new: bytes, name: str) -> str:
    before, after = (raw.decode("utf-8", "replace") for raw in (old, new))
    return unified(before, after, f"{name} (approved)", f"{name} (now)")


def _image(project: Project, issue: Issue, name: str) -> Path:
    path = inside(project.issues_dir, name)
    if not path.is_file():
        shown = project.shown(project.issue_path(issue.name))
        msg = f"{shown}: the picture {name} is not there"
        raise StateError(msg, hint=f"put it at {project.shown(project.issues_dir / name)}, or take it out of the text")
    return path


def _logo(project: Project, issue: Issue, theme: Theme) -> tuple[tuple[str, Path], ...]:
    """The logo, if it is a file: published beside every issue.

    Raises:
        StateError: it is not there, or a picture of the issue has its name.
    """
    found = logo_file(project, theme)
    if found and found[0] in local_images(issue):
        raise StateError(f"a picture of the issue is called {found[0]}, as the logo is", hint="rename the picture")
    return (found,) if found else ()


def logo_file(project: Project, theme: Theme) -> tuple[str, Path] | None:
    """The newsletter's own picture, if it is a file: what it is called beside an issue, and where it lies.

    Raises:
        ProjectError: it lies outside the newsletter's folder.
        StateError: it is not there.
    """
    if theme.logo is None or not theme.logo.is_file:
        return None
    path = inside(project.root, theme.logo.source)
    if not path.is_file():
        msg = f"the logo {theme.logo.source} is not there"
        raise StateError(
            msg, hint="put it there, or correct logo under [theme] in digest.toml or the look's theme.toml"
        )
    return theme.logo.name, path
