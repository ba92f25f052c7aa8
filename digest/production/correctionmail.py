"""Mailing corrections: to those who have the wrong words, once each, by the ledger that mails issues.

The bytes of a correction's mail are frozen when it is first mailed, so whoever gets it later gets the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.check.gate import check_letter
from digest.check.letter import letter_of
from digest.deliver.ledger import Ledger
from digest.deliver.wronged import open_correction
from digest.disk import write_changed
from digest.errors import BlockedError, StateError
from digest.production.faults import find_embargoed, refuse_embargoed
from digest.production.frozen import VARIANT, content_sha256, current_issue, mail_parts
from digest.production.mailout import deliver_mailing, only_sender, refuse_after_restore, settle
from digest.production.outgoing import is_published, sample_mail, sample_message
from digest.production.proof import issue_date
from digest.production.wronged import NOBODY, standing_corrections
from digest.render.correctionmail import render_correction
from digest.render.templates import Templates
from digest.store import entries, issues
from digest.store.corrections import freeze_mail, frozen_mail_parts, note_mailing
from digest.store.printed import all_printed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from digest.check.galley import Part
    from digest.deliver.carrier import Carrier
    from digest.deliver.delivery import Clock
    from digest.deliver.watch import Watch
    from digest.model import Correction, Delivery, Finding, IssueRecord, Mail, Mailing, Tally
    from digest.production.frozen import Parts
    from digest.production.wronged import Standing
    from digest.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionSent:
    """What became of the mailing of a correction so far."""

    correction: Correction
    mailing: Mailing
    tally: Tally


def make_correction_mail(
    project: Project, connection: Connection, record: IssueRecord, correction: Correction, *, now: datetime
) -> tuple[Mail, tuple[Finding, ...]]:
    """The mail of a correction as it would be now, and what the gate says of it.

    Raises:
        BlockedError: the issue tells what is under embargo.
        TemplateError: a template is wrong.
    """
    settings = project.settings
    issue = current_issue(connection, record.name)
    data = issues.frozen_part(connection, record.name, VARIANT, "entries.json")
    known = entries.load_entries(data.decode("utf-8")) if data else ()
    slugs = {one.place: one.slug for one in all_printed(connection, issue=record.name)}
    mail = render_correction(
        issue,
        correction.place,
        note=correction.note,
        slug=slugs.get(correction.place, ""),
        settings=settings,
        templates=Templates(settings.newsletter.look, project.root),
        entries={entry.id: entry for entry in known},
        number=record.number,
        on=issue_date(project, record),
    )
    refuse_embargoed(find_embargoed(project, connection, issue, mail, now=now))
    letter = letter_of(mail, clients=settings.check.clients, raw=sample_message(project, mail, record, now=now))
    folder = project.shown(mail_folder(project, correction))
    paths: dict[Part, str] = {
        "html": f"{folder}/email.html",
        "text": f"{folder}/email.txt",
        "message": f"{folder}/email.eml",
        "settings": "digest.toml",
    }
    return mail, check_letter(letter, settings.check, paths)


def mail_folder(project: Project, correction: Correction) -> Path:
    """Where the mail of a correction can be looked at."""
    return project.build_dir(correction.issue) / f"correction-{correction.number}"


def freeze_corrections(
    project: Project, record: IssueRecord, *, asked: Collection[int], now: datetime
) -> tuple[Standing, ...]:
    """Freeze the mails that are to go out and have never been; the corrections there is somebody to tell of.

    Args:
        project: the newsletter.
        record: of the issue.
        asked: the numbers of corrections that are to go to all who have the wrong words.
        now: the time.

    Raises:
        BlockedError: the gate found something that must not go out; nothing is frozen, and the mail can be looked at.
    """
    with project.store.read() as connection:
        standing = standing_corrections(connection, record, asked=asked)
        new: list[tuple[Correction, Mail]] = []
        for one in standing:
            if one.parts or not one.waiting:
                continue
            mail, findings = make_correction_mail(project, connection, record, one.correction, now=now)
            _write(project, record, one.correction, mail, now=now)
            _refuse_blocked(one.correction, findings)
            new.append((one.correction, mail))
    with project.store.write() as connection:
        for correction, mail in new:
            if frozen_mail_parts(connection, correction):  # another sender was quicker
                continue
            freeze_mail(connection, correction, mail_parts(mail, project.settings))
        for one in standing_corrections(connection, record, asked=asked):
            if one.correction.number in asked and one.mailing_id != NOBODY:
                note_mailing(connection, one.correction.number, one.mailing_id)
                if one.waiting:  # killed from here on, `digest run` goes on: it looks at no closed issue
                    issues.mark_closed(connection, record.name, now=None)
        found = standing_corrections(connection, record, asked=asked)
    return tuple(one for one in found if one.parts)


def send_corrections(
    project: Project,
    transport: Carrier,
    record: IssueRecord,
    *,
    asked: Collection[int] = (),
    clock: Clock,
    fresh_secret: Callable[[], str],
    resend_uncertain: bool = False,
    watch: Watch | None = None,
    on_delivery: Callable[[Delivery], None] = lambda _delivery: None,
) -> tuple[CorrectionSent, ...]:
    """Mail the corrections of an issue to those who have the wrong words and were not told; done twice, nobody twice.

    Args:
        project: the newsletter.
        transport: what takes the messages.
        record: of the issue.
        asked: the numbers of corrections that are to go to all who have the wrong words; the others go to those whose
            copy left after them.
        clock: the clock.
        fresh_secret: makes a key, the first time.
        resend_uncertain: whether those get it again of whom it is not known whether they have it.
        watch: stops it.
        on_delivery: is told every outcome.

    Raises:
        StateError: the corrected pages are not published: the link would lead to the wrong words.
        BlockedError: the gate found something in a mail; nothing was sent.
        BusyError: another digest is sending it, or from this project.
        StaleError: the store was migrated by a newer digest.
        ConnectError, LoginError: the mail server is out of reach; nobody was touched.
    """
    refuse_after_restore(project)
    done: list[CorrectionSent] = []
    with only_sender(project, record) as name, Ledger(project.store) as ledger:
        with project.store.read() as connection:
            if not is_published(connection, record):
                raise StateError(
                    f"{record.name}: its corrected pages are not published",
                    hint=f"`digest publish {record.name}` first",
                )
        for one in freeze_corrections(project, record, asked=asked, now=clock.now()):
            mailing = _opened(project, record, one.parts, one, now=clock.now())
            tally = deliver_mailing(
                project,
                ledger,
                transport,
                mailing,
                one.parts,
                owner=name,
                date=mailing.frozen,
                clock=clock,
                fresh_secret=fresh_secret,
                resend_uncertain=resend_uncertain,
                watch=watch,
                on_delivery=on_delivery,
            )
            done.append(CorrectionSent(correction=one.correction, mailing=mailing, tally=tally))
            if tally.stopped:
                break
    settle(project, record, now=clock.now())
    return tuple(done)


def _opened(project: Project, record: IssueRecord, parts: Parts, standing: Standing, *, now: datetime) -> Mailing:
    with project.store.write() as connection:
        # A closed issue is never asked again about those who were put off.
        issues.mark_closed(connection, record.name, now=None)
        return open_correction(connection, standing.wronged, content_sha256=content_sha256(parts), now=now)


def _write(project: Project, record: IssueRecord, correction: Correction, mail: Mail, *, now: datetime) -> None:
    """For looking at: nothing is read from there."""
    shown, folder = sample_mail(project, mail), mail_folder(project, correction)
    write_changed(folder / "email.html", shown.html)
    write_changed(folder / "email.txt", shown.text)
    write_changed(folder / "email.eml", sample_message(project, mail, record, now=now))


def _refuse_blocked(correction: Correction, findings: tuple[Finding, ...]) -> None:
    blocking = [finding for finding in findings if finding.blocks]
    if blocking:
        raise BlockedError(
            f"the mail of correction {correction.number} of {correction.issue} cannot leave: {blocking[0].message}",
            findings=findings,
            hint=f"correct the story once more with `digest correct {correction.issue}`; nobody was mailed",
        )
