"""Mails corrections to those who have the wrong words: what ``digest correct``, ``send`` and ``run`` share."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from digest.cli.output import count, finding_lines
from digest.cli.sending import SessionClock, begin, end, publish_first
from digest.cli.sendstatus import adds_up_line, mailing_data
from digest.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from digest.cli.session import Session
    from digest.deliver.carrier import Carrier
    from digest.deliver.watch import Watch
    from digest.model import Delivery, IssueRecord
    from digest.production.correctionmail import CorrectionSent
    from digest.project import Project

_WORSE = (0, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailed:
    """What became of the corrections of an issue."""

    exit_code: int
    data: dict[str, Any] = field(default_factory=dict)


def mail_corrections(
    session: Session, project: Project, issue: str, *, only: int | None = None, yes: bool, dry_run: bool
) -> Mailed:
    """Publish what was corrected of an issue, and mail one of its corrections, or all, to those who have it wrong.

    Raises:
        StateError: there is no correction; the issue was never mailed from here; or nobody said yes.
    """
    from digest.production import mailout
    from digest.production.wronged import standing_corrections
    from digest.project import require_issue

    with project.store.read() as connection:
        record = require_issue(project, connection, now=session.now, name=issue)
        if record.is_imported:
            raise StateError(f"{record.name} came with `digest import-issues`: nobody is mailed it")
        made = [one.correction.number for one in standing_corrections(connection, record)]
        numbers = made if only is None else [only]
        standing = standing_corrections(connection, record, asked=numbers)
    if not standing:
        raise StateError(f"{record.name} was never corrected", hint=f"`digest correct {record.name} STORY` does that")
    if dry_run:
        return _dry_run(session, project, record, numbers)
    waiting = [one.waiting for one in standing if one.correction.number in numbers and one.waiting]
    if waiting and not session.confirm(_question(record.name, waiting), yes=yes):
        raise StateError(
            f"nobody was mailed the correction of {record.name}",
            hint=f"`digest correct {record.name} --send` asks again; with --yes nobody is asked",
        )
    if not any(one.waiting or one.parts for one in standing if one.correction.number in numbers):
        session.say(f"nobody has {record.name} with the wrong words in a mail: there is nobody to tell")
    mailout.refuse_after_restore(project)
    with mailout.open_transport(project, os.environ) as transport:
        transport.check()  # before anything is published
        record = publish_first(session, project, record)
        return hand_over_corrections(session, project, transport, record, asked=numbers)


def _question(name: str, waiting: Sequence[int]) -> str:
    """What is asked before corrections are mailed to so many each."""
    if len(waiting) == 1:
        return f"Mail the correction of {name} to {count(waiting[0], 'recipient')}?"
    return f"Mail {count(len(waiting), 'correction')} of {name}, in {count(sum(waiting), 'message')} in all?"


def hand_over_corrections(
    session: Session,
    project: Project,
    transport: Carrier,
    record: IssueRecord,
    *,
    asked: Collection[int] = (),
    resend_uncertain: bool = False,
    accept_refusals: bool = False,
) -> Mailed:
    """Mail the corrections of an issue; without any there is nothing to do, and nothing is said.

    The first Ctrl-C or SIGTERM lets what is on its way finish. Raises as correctionmail.send_corrections.
    """
    from digest.production.correctionmail import send_corrections
    from digest.production.schedule import correction_label
    from digest.production.wronged import standing_corrections
    from digest.store import issues

    with project.store.read() as connection:
        record = issues.get_issue(connection, record.name) or record
        standing = standing_corrections(connection, record, asked=asked)
    if not any(one.waiting or one.parts for one in standing):
        return Mailed(exit_code=0)

    def send(watch: Watch, on_delivery: Callable[[Delivery], None]) -> tuple[CorrectionSent, ...]:
        return send_corrections(
            project,
            transport,
            record,
            asked=asked,
            clock=SessionClock(session),
            fresh_secret=lambda: secrets.token_hex(32),
            resend_uncertain=resend_uncertain,
            watch=watch,
            on_delivery=on_delivery,
        )

    label, total = correction_label(record.name), sum(one.waiting for one in standing)
    sent, ending = begin(session, project, label, send, total=total, accept_refusals=accept_refusals)
    code = 0
    for one in sent:
        now = end(session, project, label, one.tally, ending)
        code = max(code, now, key=lambda value: _WORSE.index(value) if value in _WORSE else value)
        if not session.options.as_json:
            session.line(adds_up_line(f"{record.name}, correction {one.correction.number}", one.tally))
        if one.tally.stopped:
            session.warn(f"stopped: {one.tally.stopped}")
    if code:
        session.next_step(f"`digest correct {record.name} --send` goes on; so does `digest run`")
    return Mailed(exit_code=code, data=_data(record, sent))


def _data(record: IssueRecord, sent: Collection[CorrectionSent]) -> dict[str, Any]:
    return {
        "issue": record.name,
        "mailings": [{"correction": one.correction.number, **mailing_data(one.mailing, one.tally)} for one in sent],
    }


def _dry_run(session: Session, project: Project, record: IssueRecord, numbers: Collection[int]) -> Mailed:
    from digest.production.correctionmail import make_correction_mail
    from digest.production.wronged import standing_corrections

    told, blocked = [], False
    with project.store.read() as connection:
        for one in standing_corrections(connection, record, asked=numbers):
            mail, findings = make_correction_mail(project, connection, record, one.correction, now=session.now)
            blocked = blocked or any(finding.blocks for finding in findings)
            told.append({"correction": one.correction.number, "subject": mail.subject, "recipients": one.waiting})
            if not session.options.as_json:
                for line in finding_lines(findings):
                    session.say(line)
                session.line(f"“{mail.subject}” would be mailed to {count(one.waiting, 'recipient')}")
    return Mailed(exit_code=4 if blocked else 0, data={"issue": record.name, "would_mail": told, "mailings": []})
