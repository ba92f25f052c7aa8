"""A proof: one issue in every form it will leave in, made from the issue file before anything leaves.

Approval freezes a proof's bytes, and they are what leaves. Until the first of them has left, the proof is made again
and compared, so that nobody approves one thing and gets another; from then on only the file is compared, because a look
or a digest.toml made for the next issue must not strand the rest of this one.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from digest.archive.paths import is_safe
from digest.disk import inside, write_changed
from digest.edit.fates import entry_ids
from digest.errors import ChangedError, StateError
from digest.model import Entry, Html, Issue, IssueRecord, Mail
from digest.production.charting import numbers_beside
from digest.production.desk import require_desk
from digest.production.editions import SLICES, Editions, wanted_editions
from digest.production.frozen import (
    IMAGES,
    VARIANT,
    Parts,
    frozen_issue,
    mail_parts,
    whole_parts,
)
from digest.project import read_issue_file, read_text
from digest.render.mail import render_mails
from digest.render.markup import local_images
from digest.render.page import render_content, render_page
from digest.render.past import PastIssue
from digest.render.templates import Templates
from digest.render.theme import Theme, make_theme
from digest.render.updates import UNKNOWN, Updates, dump_updates, load_updates
from digest.store import entries, issues
from digest.store.corrections import current_text
from digest.text.difference import unified

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from digest.config.settings import Settings
    from digest.project import Project

_PRINTED = frozenset({"used", "grouped"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """An issue, rendered."""

    record: IssueRecord
    issue: Issue
    mail: Mail
    variants: tuple[Mail, ...]  # of the slices that subscribers ask for
    editions: Editions  # which these are
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
            "index.html": self.page,
            "content.html": self.content,
            "entries.json": entries.dump_entries(self.entries),
        }
        if self.editions.known:
            texts[SLICES] = self.editions.dump()
        if self.updates:
            texts["updates.json"] = dump_updates(self.updates)
        if self.previous:
            texts["previous.txt"] = self.previous
        parts = {(VARIANT, name): text.encode("utf-8") for name, text in texts.items()}
        for mail in (self.mail, *self.variants):
            parts |= mail_parts(mail, settings)
        return parts | {(VARIANT, IMAGES + name): path.read_bytes() for name, path in self.images}


def make_proof(project: Project, connection: Connection, record: IssueRecord) -> Proof:
    """Render the issue as its file stands now; once approved, with what was known of its entries then.

    Raises:
        IssueFileError, StateError: the file cannot be read, or is edited in another folder.
        TemplateError: a template is wrong. Nothing is written.
    """
    if not record.has_left:
        require_desk(project, connection, record.name)
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
    editions = _editions(connection, issue, settings, is_frozen=frozen is not None)
    images = tuple((name, _image(project, issue, name)) for name in local_images(issue))
    numbers = numbers_beside(images, shown=project.shown(project.issue_path(issue.name)))
    charts = {one.picture: one.table for one in numbers}
    mails = partial(
        render_mails, issue, settings=settings, templates=templates, entries=by_id, updates=updates, charts=charts
    )
    page = partial(
        render_page, issue, settings=settings, templates=templates, entries=by_id, updates=updates, charts=charts
    )
    mail, *variants = mails(editions.slices, number=number, on=on)
    return Proof(
        record=record,
        issue=issue,
        mail=mail,
        variants=tuple(variants),
        editions=editions,
        page=page(number=number, on=on, previous=previous),
        content=render_content(issue, settings=settings, templates=templates, entries=by_id, updates=updates),
        images=(
            *images,
            *((one.name, one.path) for one in numbers),
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
    issue = frozen_issue(whole_parts(connection, found), found.name)
    return PastIssue(issue=issue, number=found.number, on=issue_date(project, found))


def _editions(connection: Connection, issue: Issue, settings: Settings, *, is_frozen: bool) -> Editions:
    """The slices that subscribers ask for; once approved, those they asked for then."""
    if not is_frozen:
        return wanted_editions(connection, issue, settings)
    part = issues.frozen_part(connection, issue.name, VARIANT, SLICES)
    return Editions.load(part.decode("utf-8")) if part else Editions()


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


def variant_dir(built: Path, variant: str = "") -> Path:
    """Where a slice is written, below the folder of its issue."""
    return built / "variants" / variant


def write_proof(
    project: Project, proof: Proof, mail: Mail, message: bytes, variants: Sequence[Mail] = ()
) -> tuple[Path, ...]:
    """Write ``build/<issue>/``: the two parts of a mail, the whole message, the page and its pictures.

    Below ``variants/`` there, the two parts of each of the variants; what is left over of others is removed. Returned
    are the paths of the whole issue's files.
    """
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
    for one in variants:
        write_changed(variant_dir(folder, one.variant) / "email.html", one.html)
        write_changed(variant_dir(folder, one.variant) / "email.txt", one.text)
    kept = {variant_dir(folder, one.variant) for one in variants}
    for path in variant_dir(folder).glob("*/"):
        if path not in kept:
            shutil.rmtree(path, ignore_errors=True)
    return tuple(folder / name for name in files)


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
    elif text is not None and text not in _texts_out(connection, record.name):
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


def _texts_out(connection: Connection, name: str) -> set[str | None]:
    """The texts that an issue which is out has, or had before another correction."""
    known: set[str | None] = {one.text for one in issues.versions(connection, name) if one.origin == "corrected"}
    return known | {current_text(connection, name)}


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
    if not is_safe(name):
        shown = project.shown(project.issue_path(issue.name))
        msg = f"{shown}: the picture {name} cannot be published under this name"
        raise StateError(msg, hint="give it a plain one: no dot or blank at its ends, none that Windows reserves (con)")
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
