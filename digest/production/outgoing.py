"""An approved issue on its way out: its entries spent, its pages published, its messages handed over."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from email.utils import parseaddr
from typing import TYPE_CHECKING

from digest.deliver.body import body_of
from digest.deliver.dkim import signer_of
from digest.deliver.keys import keyring
from digest.deliver.message import build_message, personal
from digest.deliver.splice import Splice
from digest.deliver.stamp import Recipient, Stamp
from digest.deliver.tokens import Key, Keyring
from digest.deliver.verp import SECRET
from digest.edit.fates import entry_ids, fates
from digest.errors import DigestError
from digest.production.base import base_issue
from digest.production.frozen import (
    Parts,
    frozen_issue,
    frozen_mail,
    frozen_settings,
    frozen_variants,
    whole_parts,
)
from digest.production.owed import settle_corrections
from digest.store import entries, issues
from digest.store.corrections import corrections
from digest.store.database import get_meta, put_meta
from digest.store.frequencies import save_frequencies

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from sqlalchemy import Connection

    from digest.model import Delivery, Issue, IssueRecord, IssueStory, Mail
    from digest.project import Project


def mark_out(project: Project, record: IssueRecord, *, now: datetime) -> bool:
    """Record that an approved issue leaves, and spend its entries, in one transaction; says if it was the first.

    What its entries tell of how common words are is kept for the drafts to come.
    """
    from digest.production.drafting import frequencies_after  # noqa: PLC0415  grouping words is no business of a render

    if record.has_left:
        return False
    with project.store.read() as connection:  # it takes a second or two: not while others wait to write
        frequencies = frequencies_after(project, connection, record.name)
    with project.store.write() as connection:
        issue = frozen_issue(whole_parts(connection, record), record.name)
        base = base_issue(connection, issue)
        placed = issues.placements(connection, issue=issue.name)
        concerned = {one.entry_id for one in placed} | set(entry_ids(issue)) | set(entry_ids(base) if base else ())
        repeats = {one.entry_id: one.earlier for one in placed if one.place in {"repeat", "dropped"}}
        decided = fates(
            _without(issue, repeats),
            base=base,
            bench=[one.entry_id for one in placed if one.place == "bench"],
            repeats=repeats,
            dropped={one.entry_id for one in placed if one.place == "dropped"},
            carried={entry.id: entry.carried for entry in entries.by_ids(connection, concerned)},
            carry=project.settings.issue.carry,
        )
        first = issues.mark_out(connection, issue.name, decided, now=now)
        if first:
            save_frequencies(connection, issue.name, frequencies.dump())
            settle_corrections(connection, issue, base)
        return first


def _without(issue: Issue, repeats: Collection[str]) -> Issue:
    """The issue less the candidates that only recall what ran before; those nobody moved up are not offered on."""

    def recalls(story: IssueStory) -> bool:
        return bool(story.sources) and all(ref.entry_id in repeats for ref in story.sources)

    return replace(issue, candidates=tuple(story for story in issue.candidates if not recalls(story)))


def run_publish_command(project: Project) -> None:
    """Run the command that carries build/site/ to the web, in the project's folder.

    Raises:
        DigestError: it failed; the pages are written and the issue is out all the same.
    """
    command = project.settings.publish.command
    if not command:
        return
    done = subprocess.run(  # noqa: S602  the editor's own command line
        command, shell=True, cwd=project.root, check=False, capture_output=True, text=True, errors="replace"
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise DigestError(
            f"[publish] command failed with {done.returncode}: {said[-1] if said else command}",
            hint="the pages are written below build/site; correct the command and run `digest publish` again",
        )


def mark_published(project: Project, record: IssueRecord, *, told: int | None = None) -> None:
    """Remember that the pages, and what carries them to the web, are done: links in the mail will work.

    Not if there are not just as many corrections as the ``told`` that are on them: one was kept meanwhile, and they
    have to be published again.
    """
    with project.store.write() as connection:
        if told is not None and len(corrections(connection, issue=record.name)) != told:
            return
        put_meta(connection, f"published {record.name}", record.name)


def is_published(connection: Connection, record: IssueRecord) -> bool:
    """Whether ``publish`` came to its end for this issue."""
    return get_meta(connection, f"published {record.name}") is not None


def sample_stamp(project: Project, mailing_id: str = "sample") -> Stamp:
    """What samples are made with; no link in them is for use."""
    keys = Keyring(list_id="sample", keys=(Key(version=1, secret="sample"),))  # noqa: S106
    return Stamp(settings=project.settings, mailing_id=mailing_id, secret="sample", keyring=keys)  # noqa: S106


def sample_recipient(project: Project, to: str | None = None) -> Recipient:
    """Whom a sample is addressed to: the newsletter itself, or one address; by no name, as many readers are."""
    return Recipient(subscriber_id=0, address=to or parseaddr(project.settings.newsletter.sender)[1])


def sample_mail(project: Project, mail: Mail) -> Mail:
    """Both parts as one recipient would see them, for looking at."""
    who = personal(sample_stamp(project), sample_recipient(project))
    html, text = body_of(mail.html, is_html=True).filled(who), body_of(mail.text, is_html=False).filled(who)
    return replace(mail, html=html.replace("\r\n", "\n"), text=text.replace("\r\n", "\n"))


def sample_message(project: Project, mail: Mail, record: IssueRecord, *, now: datetime, to: str | None = None) -> bytes:
    """The whole message as one address would get it (the newsletter's own by default), for looking at."""
    # Every test is a message of its own: mail programs hide a second one with the same Message-ID.
    mailing_id = f"sample {record.name} {now.isoformat() if to else ''}"
    stamp = sample_stamp(project, mailing_id)
    return build_message(mail, stamp, sample_recipient(project, to), date=record.approved or now)


def make_stamp(project: Project, parts: Parts, mailing_id: str, *, now: datetime, fresh: Callable[[], str]) -> Stamp:
    """What makes the messages of a mailing ours; the keys are made once, and kept in the store and its backups."""
    with project.store.write() as connection:
        secret = get_meta(connection, SECRET)
        if secret is None:
            secret = fresh()
            put_meta(connection, SECRET, secret)
        keys = keyring(connection, now=now, fresh=fresh)
    settings = frozen_settings(parts, project.settings)
    return Stamp(settings=settings, mailing_id=mailing_id, secret=secret, keyring=keys)


def message_writer(project: Project, parts: Parts, stamp: Stamp, *, date: datetime) -> Callable[[Delivery], bytes]:
    """Writes the approved message for one recipient: pure, so one that is tried again is the same to the byte."""
    splices = {variant: Splice(frozen_mail(parts, variant), stamp, date=date) for variant in frozen_variants(parts)}
    signer = signer_of(project.settings, project.root)

    def write(row: Delivery) -> bytes:
        who = Recipient(subscriber_id=row.subscriber_id, address=row.address, name=row.name)
        message = splices[row.variant].message(who)
        return signer.signed(message, when=date) if signer else message

    return write
