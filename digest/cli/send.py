"""``digest send``."""

from __future__ import annotations

import getpass
import os
import secrets
from typing import TYPE_CHECKING, Any

import click

from digest.cli.options import verb as make_verb
from digest.cli.output import count
from digest.errors import StateError, UsageError
from digest.store import issues

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from digest.cli.session import Session
    from digest.deliver.carrier import Carrier
    from digest.model import Delivery, IssueRecord, Mailing, Tally
    from digest.production.mailout import Sent
    from digest.project import Project


@make_verb("send")
@click.argument("issue", required=False)
@click.option("--test", "test_address", metavar="ADDR", help="Mail it to this address only, marked as a test.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; do nothing.")
@click.option("--status", is_flag=True, help="Say how far the sending is.")
@click.option("--new", "include_new", is_flag=True, help="Mail those too who subscribed after the list was frozen.")
@click.option("--resend-uncertain", is_flag=True, help="Mail those again of whom it is not known whether they have it.")
@click.option("--accept-refusals", is_flag=True, help="Go on although the server refuses many; mark those as failed.")
@click.option("--after-restore", is_flag=True, help="The store was restored: send all the same, nobody has it.")
@click.option("--yes", is_flag=True, help="Do not ask; approve a draft.")
@click.option("--by", metavar="NAME", help="Who approves, if it is a draft; else the login name.")
@click.option("--offline", is_flag=True, envvar="DIGEST_OFFLINE", help="Approving, do not ask whether the links work.")
def verb(session: Session, **given: Any) -> int:
    """Mail the issue to every subscriber, once.

    A draft is asked about, approved and published first. The list is frozen at the first message; killed or stopped at
    any moment, sending again goes on with those who do not have it. Exits with 3 if somebody was deferred, refused or
    is uncertain.

    \b
    Example:
      digest send --test me@example.org
      digest send --dry-run
      digest send --yes
      digest send --status
    """
    issue: str | None = given["issue"]
    if sum(bool(given[key]) for key in ("test_address", "dry_run", "status")) > 1:
        raise UsageError("--test, --dry-run and --status exclude each other", hint="give one of them")
    with session.project() as project:
        if given["test_address"]:
            return _test(session, project, given["test_address"], issue)
        if given["status"]:
            return _status(session, project, issue)
        if given["dry_run"]:
            return _dry_run(session, project, issue)
        return _send(session, project, issue, given)


class _Clock:
    """The session's clock, as deliver wants one."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def now(self) -> datetime:
        return self._session.clock()


def _send(session: Session, project: Project, issue: str | None, given: dict[str, Any]) -> int:
    from digest import pipeline
    from digest.production import mailout
    from digest.production.outgoing import is_published

    again = given["include_new"] or given["resend_uncertain"]
    record = mailout.issue_to_send(project, now=session.now, name=issue, again=again)
    if not again and mailout.settle(project, record, now=session.now):
        return _closed(session, project, record)
    people = mailout.still_to_send(project, record)
    if not given["after_restore"]:
        mailout.refuse_after_restore(project)
    with mailout.open_transport(project, os.environ) as transport:
        transport.check()  # before anything is approved, published or spent
        if record.state == "draft":
            record = _approve(session, project, record, people, given)
        with project.store.read() as connection:
            published = record.has_left and is_published(connection, record)
        if not published:
            pipeline.publish(project, now=session.now, name=record.name)
            session.say(f"{record.name} is published below {project.shown(project.site_dir)}")
            with project.store.read() as connection:
                record = issues.get_issue(connection, record.name) or record
        sent = _hand_over(session, project, transport, record, given)
    return _report(session, sent)


def _approve(
    session: Session, project: Project, record: IssueRecord, people: int, given: dict[str, Any]
) -> IssueRecord:
    """Ask about a draft, and approve it."""
    from digest import pipeline

    question = f"{record.name} is a draft. Approve it, publish it and mail it to {count(people, 'subscriber')}?"
    if not session.confirm(question, yes=given["yes"]):
        raise StateError(
            f"{record.name} is a draft, and nobody said yes",
            hint="approve it with `digest approve --by NAME`, or send with --yes",
        )
    by = given["by"] or getpass.getuser()
    approved = pipeline.approve(
        project,
        by=by,
        now=session.now,
        name=record.name,
        online=not given["offline"],
        environ=os.environ,
        say=session.say,
    ).proof.record
    session.say(f"{approved.name} (issue {approved.number}) is approved by {by}")
    return approved


def _hand_over(
    session: Session, project: Project, transport: Carrier, record: IssueRecord, given: dict[str, Any]
) -> Sent:
    from digest.production import mailout

    def on_delivery(delivery: Delivery) -> None:
        advance(delivery.state)

    with session.progress("sending", mailout.still_to_send(project, record)) as advance:
        return mailout.send(
            project,
            transport,
            record,
            clock=_Clock(session),
            fresh_secret=lambda: secrets.token_hex(32),
            include_new=given["include_new"],
            resend_uncertain=given["resend_uncertain"],
            accept_refusals=given["accept_refusals"],
            after_restore=given["after_restore"],
            on_delivery=on_delivery,
        )


def _report(session: Session, sent: Sent) -> int:
    from digest.deliver.watch import INTERRUPTED

    tally = sent.tally
    session.result(_data(sent.record, [(sent.mailing, tally)]), lambda: session.line(_sum(sent.record.name, tally)))
    if tally.stopped:
        session.warn(f"stopped: {tally.stopped}")
    if tally.uncertain:
        held = count(tally.uncertain, "recipient")
        session.warn(f"{held} may or may not have it (the line dropped after the message) and are not tried again; "
                     f"to send it once more: `digest send {sent.record.name} --resend-uncertain`")  # fmt: skip
    if tally.left or tally.deferred:
        when = f" from {tally.next_try:%Y-%m-%d %H:%M} UTC on" if tally.next_try and not tally.left else ""
        session.next_step(f"`digest send {sent.record.name}` goes on{when}")
    else:
        session.next_step("`digest draft` begins the next issue")
    if tally.stopped == INTERRUPTED:
        return 130
    return 3 if tally.left or tally.deferred or tally.failed or tally.uncertain else 0


def _closed(session: Session, project: Project, record: IssueRecord) -> int:
    from digest.production import mailout

    rows = mailout.sending_status(project, record)
    session.result(_data(record, rows), lambda: session.line(f"{record.name} is closed: everybody has it already"))
    name = record.name
    session.next_step(f"`digest draft` begins the next issue; `digest send {name} --new` mails those who came since")
    return 0


def _test(session: Session, project: Project, address: str, issue: str | None) -> int:
    from digest.production import mailout

    with mailout.open_transport(project, os.environ) as transport:
        outcome = mailout.send_test(project, transport, address, now=session.now, name=issue)
    data = {"test": address, "result": outcome.result, "code": outcome.code, "detail": outcome.detail}
    said = f": {outcome.code or ''} {outcome.detail}".rstrip() if outcome.detail else ""
    session.result(data, lambda: session.line(f"test to {address}: {outcome.result}{said}"))
    return 0 if outcome.result == "sent" else 1


def _status(session: Session, project: Project, issue: str | None) -> int:
    from digest.production import mailout

    record = mailout.issue_to_send(project, now=session.now, name=issue)
    rows = mailout.sending_status(project, record)

    def show() -> None:
        if not rows:
            session.line(f"{record.name} is {record.state}; no mail of it has been sent")
        for _, tally in rows:
            session.line(_sum(record.name, tally))

    session.result(_data(record, rows), show)
    return 0


def _dry_run(session: Session, project: Project, issue: str | None) -> int:
    from digest import pipeline
    from digest.cli.render import say_findings
    from digest.production import mailout

    record = mailout.issue_to_send(project, now=session.now, name=issue)
    left = mailout.still_to_send(project, record)
    mailout.refuse_after_restore(project)
    checked = pipeline.check(project, now=session.now, name=record.name)
    html_bytes = len(checked.proof.mail.html.encode("utf-8"))
    say_findings(session, checked)
    data = {
        "issue": record.name,
        "state": record.state,
        "subject": checked.proof.mail.subject,
        "recipients": left,
        "html_bytes": html_bytes,
        "stories": len(checked.proof.issue.stories),
        "blocked": bool(checked.blocking),
        "host": project.settings.send.host,
    }

    def show() -> None:
        steps = {"draft": "be approved, published and mailed", "approved": "be published and mailed"}
        session.line(
            f"{record.name} ({record.state}) would {steps.get(record.state, 'be mailed')} to {count(left, 'recipient')}"
        )
        session.line(f"subject: {checked.proof.mail.subject}")
        session.line(f"{count(len(checked.proof.issue.stories), 'story', 'stories')}, HTML part {html_bytes:,} bytes")
        session.line(f"server: {project.settings.send.host or 'none in digest.toml'}")

    session.result(data, show)
    return 4 if checked.blocking else 0


def _data(record: IssueRecord, rows: Sequence[tuple[Mailing, Tally]]) -> dict[str, Any]:
    return {
        "issue": record.name,
        "number": record.number,
        "mailings": [_mailing(mailing, tally) for mailing, tally in rows],
    }


def _mailing(mailing: Mailing, tally: Tally) -> dict[str, Any]:
    return {
        "id": mailing.id,
        "kind": mailing.kind,
        "list": tally.total,
        "sent": tally.sent,
        "deferred": tally.deferred,
        "failed": tally.failed,
        "uncertain": tally.uncertain,
        "suppressed": tally.suppressed,
        "left": tally.left,
        "next_try": tally.next_try,
        "stopped": tally.stopped,
    }


def _sum(name: str, tally: Tally) -> str:
    parts = [
        f"{number:,} {word}"
        for word in ("sent", "deferred", "failed", "uncertain", "suppressed", "left")
        if (number := getattr(tally, word)) or word == "sent"
    ]
    return f"{name}: {' + '.join(parts)} = {count(tally.total, 'recipient')}"
