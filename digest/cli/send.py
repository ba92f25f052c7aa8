"""``digest send``."""

from __future__ import annotations

import getpass
import os
from typing import TYPE_CHECKING, Any

import click

from digest.cli.options import verb as make_verb
from digest.cli.output import count
from digest.cli.sendcorrections import hand_over_corrections
from digest.cli.sending import hand_over, publish_first, say_end, sent_line
from digest.cli.sendlater import send_later
from digest.cli.sendstatus import sending_data, show_status
from digest.cli.sendworkers import leave_to_workers
from digest.errors import StateError, UsageError

if TYPE_CHECKING:
    from digest.cli.session import Session
    from digest.model import IssueRecord
    from digest.project import Project

_ON_THE_LIST = ("include_new", "resend_uncertain", "accept_refusals", "after_restore")
_NOT_LATER = (*_ON_THE_LIST, "workers")


@make_verb("send")
@click.argument("issue", required=False)
@click.option("--test", "test_address", metavar="ADDR", help="Mail it to this address only, marked as a test.")
@click.option("--at", "when", metavar="TIME", help='Have it sent then: "friday 07:00"; never: not at all.')
@click.option("--dry-run", is_flag=True, help="Say what would be done; do nothing.")
@click.option("--status", is_flag=True, help="Say how far the sending is.")
@click.option("--new", "include_new", is_flag=True, help="Mail those too who subscribed after the list was frozen.")
@click.option("--resend-uncertain", is_flag=True, help="Mail those again of whom it is not known whether they have it.")
@click.option("--accept-refusals", is_flag=True, help="Go on although the server refuses many; mark those as failed.")
@click.option("--workers", is_flag=True, help="Leave it to the `digest worker` processes that share the store.")
@click.option("--after-restore", is_flag=True, help="The store was restored: send all the same, nobody has it.")
@click.option("--yes", is_flag=True, help="Do not ask: approve a draft; mail the uncertain ones again.")
@click.option("--by", metavar="NAME", help="Who approves, if it is a draft; else the login name.")
@click.option("--offline", is_flag=True, envvar="DIGEST_OFFLINE", help="Approving, do not ask whether the links work.")
def verb(session: Session, **given: Any) -> int:
    """Mail the issue to every subscriber, once.

    A draft is asked about, approved and published first. The list is frozen at the first message; killed or stopped at
    any moment, sending again goes on with those who do not have it. Exits with 3 if somebody was deferred, refused or
    is uncertain. With --at, `digest run` or a worker publishes and mails it at that time, in the newsletter's zone; a
    draft is approved now. Ctrl-C lets the messages on their way finish; a second one ends at once.

    \b
    Example:
      digest send --test me@example.org
      digest send --dry-run
      digest send --yes
      digest send --at "friday 07:00"
      digest send --status
    """
    from digest.production import mailout

    issue: str | None = given["issue"]
    _check(given)
    with session.project() as project:
        if given["when"]:
            return send_later(
                session,
                project,
                issue,
                given["when"],
                by=given["by"],
                approve=lambda record, question: _approve(session, project, record, question, given),
            )
        if given["test_address"]:
            return _test(session, project, given["test_address"], issue)
        if given["status"]:
            record = mailout.issue_to_send(project, now=session.now, name=issue)
            return show_status(session, project, record)
        if given["dry_run"]:
            return _dry_run(session, project, issue)
        return _send(session, project, issue, given)


def _check(given: dict[str, Any]) -> None:
    """Refuse options that cannot be meant together."""
    if sum(bool(given[key]) for key in ("test_address", "dry_run", "status", "when")) > 1:
        raise UsageError("--test, --dry-run, --status and --at exclude each other", hint="give one of them")
    if given["when"] and any(given[key] for key in _NOT_LATER):
        raise UsageError(
            "--at goes with the issue, --by, --yes and --offline only", hint="the other options are for sending now"
        )
    if given["workers"] and given["accept_refusals"]:
        raise UsageError(
            "--workers stop when the server refuses many", hint="`digest send --accept-refusals` sends from here"
        )


def _send(session: Session, project: Project, issue: str | None, given: dict[str, Any]) -> int:
    from digest.production import mailout
    from digest.scale.queue import require_server

    again = given["include_new"] or given["resend_uncertain"]
    record = mailout.issue_to_send(project, now=session.now, name=issue, again=again)
    if not again and mailout.settle(project, record, now=session.now):
        return _closed(session, project, record)
    if given["workers"]:
        require_server(project.store)  # before anything is approved or published
    people = mailout.still_to_send(project, record)
    if not given["after_restore"]:
        mailout.refuse_after_restore(project)
    if given["resend_uncertain"]:
        _ask_about_uncertain(session, project, record, yes=given["yes"])
    with mailout.open_transport(project, os.environ) as transport:
        transport.check()  # before anything is approved, published or spent
        if record.state == "draft":
            question = f"Approve it, publish it and mail it to {count(people, 'subscriber')}?"
            record = _approve(session, project, record, question, given)
        record = publish_first(session, project, record)
        if given["workers"]:
            return leave_to_workers(session, project, record, given)
        ended = hand_over(session, project, transport, record, **{key: given[key] for key in _ON_THE_LIST})
        data = sending_data(ended.sent.record, [(ended.sent.mailing, ended.sent.tally)])
        if not session.options.as_json:
            session.line(sent_line(ended.sent))
        mailed = None
        if ended.sent.tally.stopped is None:
            record = publish_first(session, project, record)  # a story may have been corrected meanwhile
            mailed = hand_over_corrections(
                session, project, transport, record, resend_uncertain=given["resend_uncertain"],
                accept_refusals=given["accept_refusals"],
            )  # fmt: skip
            data["mailings"] += mailed.data.get("mailings", [])
    session.result(data)
    say_end(session, ended.sent)
    return ended.exit_code or (mailed.exit_code if mailed else 0)


def _approve(
    session: Session, project: Project, record: IssueRecord, question: str, given: dict[str, Any]
) -> IssueRecord:
    """Ask about a draft, and approve it."""
    from digest import pipeline

    if not session.confirm(f"{record.name} is a draft. {question}", yes=given["yes"]):
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


def _ask_about_uncertain(session: Session, project: Project, record: IssueRecord, *, yes: bool) -> None:
    """Ask whether some may get it twice.

    Raises:
        StateError: nobody said yes.
    """
    from digest.production import mailout

    held = sum(tally.uncertain for _, tally in mailout.sending_status(project, record))
    if not held:
        return
    whom = count(held, "recipient")
    session.say(
        f"the line dropped after the message for {whom} had left and before the server said that it has it: "
        "it may have it, or not"
    )
    if not session.confirm(f"Mail {record.name} once more to {whom}? Whoever has it gets it twice.", yes=yes):
        raise StateError(
            f"{whom} of {record.name} may have it already, and nobody said yes",
            hint="`digest send --status` lists them: look for them in your mail server's log, then say --yes",
        )


def _closed(session: Session, project: Project, record: IssueRecord) -> int:
    from digest.production import mailout

    rows = mailout.sending_status(project, record)
    session.result(
        sending_data(record, rows), lambda: session.line(f"{record.name} is closed: everybody has it already")
    )
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


def _dry_run(session: Session, project: Project, issue: str | None) -> int:
    from digest import pipeline
    from digest.cli.render import editions_data, readers_line, readers_of, say_findings
    from digest.deliver.dkim import signer_of
    from digest.production import mailout

    record = mailout.issue_to_send(project, now=session.now, name=issue)
    left = mailout.still_to_send(project, record)
    mailout.refuse_after_restore(project)
    checked = pipeline.check(project, now=session.now, name=record.name)
    html_bytes = len(checked.proof.mail.html.encode("utf-8"))
    found, signer = readers_of(project, checked), signer_of(project.settings, project.root)
    dns = signer.record() if signer else None
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
        "goes_to": mailout.carrier_name(project.settings.send),
        "editions": editions_data(checked, found),
        "dns": {"name": dns[0], "txt": dns[1]} if dns else None,
    }

    def show() -> None:
        steps = {"draft": "be approved, published and mailed", "approved": "be published and mailed"}
        session.line(
            f"{record.name} ({record.state}) would {steps.get(record.state, 'be mailed')} to {count(left, 'recipient')}"
        )
        session.line(f"subject: {checked.proof.mail.subject}")
        session.line(f"{count(len(checked.proof.issue.stories), 'story', 'stories')}, HTML part {html_bytes:,} bytes")
        if said := readers_line(found):
            session.line(said)
        session.line(f"by: {mailout.carrier_name(project.settings.send)}")
        if dns:
            session.line(f"signed; the domain must publish: {dns[0]} TXT {dns[1]}")

    session.result(data, show)
    return 4 if checked.blocking else 0
