"""Mailing an issue: approved, published, then handed to each subscriber once, however often it is begun.

What a mailing holds are the bytes that were approved; the ledger says who has them. The caller brings the clock, the
environment (for the password) and the randomness.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from digest.deliver import subscribers
from digest.deliver.delivery import Clock, deliver, deliver_one
from digest.deliver.ledger import Ledger
from digest.deliver.line import Outcome
from digest.deliver.lock import boot_id, owner, send_lock
from digest.deliver.smtp import Transport, password
from digest.deliver.watch import Watch
from digest.errors import ConnectError, StateError
from digest.model import Delivery, IssueRecord, Mailing, Tally
from digest.pipeline import find_faults
from digest.production.outgoing import message_secret, message_writer, refuse_embargoed, sample_message
from digest.production.proof import VARIANT, frozen_mail, make_proof, require_unchanged
from digest.project import require_issue
from digest.store import issues

if TYPE_CHECKING:
    from digest.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of a mailing so far."""

    record: IssueRecord
    mailing: Mailing
    tally: Tally


def open_transport(project: Project, environ: Mapping[str, str]) -> Transport:
    """The mail server of digest.toml.

    Raises:
        ConnectError: digest.toml names none.
        LoginError: it wants a password that is nowhere to be found.
    """
    send = project.settings.send
    if not send.host:
        raise ConnectError(
            "digest.toml names no mail server",
            host="", port=send.port, security=send.security,
            hint='write host = "smtp.example.org" (and username, if it wants one) under [send]',
        )  # fmt: skip
    return Transport(project.settings, root=project.root, password=password(send, project.root, environ))


def recipients(project: Project) -> int:
    """How many active subscribers there are.

    Raises:
        StateError: there is none.
    """
    with project.store.read() as connection:
        count = subscribers.count(connection).get("active", 0)
    if not count:
        raise StateError(
            "there are no subscribers", hint="`digest subscribers add ADDRESS`, or `digest subscribers import FILE.csv`"
        )
    return count


def issue_to_send(project: Project, *, now: datetime, name: str | None) -> IssueRecord:
    """The named issue; else one whose mailing was begun and is not at its end; else the issue in work or the newest."""
    with project.store.read() as connection:
        if name is None:
            with_rest = [record for record in issues.all_issues(connection) if record.state == "out"]
        else:
            return require_issue(project, connection, now=now, name=name)
    with Ledger(project.store) as ledger:
        for record in with_rest:
            tallies = [ledger.tally(mailing.id) for mailing in ledger.mailings(record.name)]
            if any(tally.left or tally.deferred for tally in tallies):
                return record
    with project.store.read() as connection:
        return require_issue(project, connection, now=now, name=None)


def send(
    project: Project,
    transport: Transport,
    record: IssueRecord,
    *,
    clock: Clock,
    fresh_secret: Callable[[], str],
    include_new: bool = False,
    resend_uncertain: bool = False,
    accept_refusals: bool = False,
    on_delivery: Callable[[Delivery], None] = lambda _delivery: None,
) -> Sent:
    """Hand the published issue to everyone who does not have it yet.

    Raises:
        StateError, ChangedError, BlockedError: it is not approved, or not what was approved, or under embargo.
        BusyError: another digest is sending from this project.
        ConnectError, LoginError: the mail server is out of reach; nobody was touched.
    """
    now = clock.now()
    with send_lock(project.root), Ledger(project.store) as ledger:
        with project.store.read() as connection:
            proof = require_unchanged(project, connection, record)
            refuse_embargoed(find_faults(project, connection, proof, now=now))
            parts = issues.frozen_parts(connection, record.name)
        secret = message_secret(project, fresh=fresh_secret)
        content = b"\0".join(parts[VARIANT, part] for part in ("email.html", "email.txt", "mail.json"))
        mailing = ledger.open_mailing(
            record.name, "issue", hashlib.sha256(content).hexdigest(), (VARIANT,), now=now, include_new=include_new
        )
        sender, policy = owner(boot_id(), os.getpid()), project.settings.send.on_uncertain
        if resend_uncertain:
            ledger.recover(mailing.id, owner=sender, policy=policy, now=now)  # what a killed run left counts as well
            ledger.resend_uncertain(mailing.id, now=now)
        tally = deliver(
            ledger,
            transport,
            message_writer(project, frozen_mail(parts), record, mailing_id=mailing.id, secret=secret, now=now),
            mailing,
            owner=sender,
            clock=clock,
            on_uncertain=policy,
            on_delivery=on_delivery,
            watch=Watch(breaker=not accept_refusals),
        )
    if not tally.left and not tally.deferred and not tally.uncertain:
        with project.store.write() as connection:
            issues.mark_closed(connection, record.name, now=clock.now())
    return Sent(record=record, mailing=mailing, tally=tally)


def still_to_send(project: Project, record: IssueRecord) -> int:
    """How many recipients are left; all active subscribers if the list is not frozen yet."""
    rows = sending_status(project, record)
    return sum(tally.left + tally.deferred for _, tally in rows) if rows else recipients(project)


def send_test(project: Project, transport: Transport, address: str, *, now: datetime, name: str | None) -> Outcome:
    """Mail the issue as it stands to one address, marked as a test. Nothing is written down or spent."""
    with project.store.read() as connection:
        record = require_issue(project, connection, now=now, name=name)
        proof = make_proof(project, connection, record)
        refuse_embargoed(find_faults(project, connection, proof, now=now))
    mail = replace(proof.mail, subject=f"[Test] {proof.mail.subject}")
    message = sample_message(project, mail, replace(record, approved=None), now=now, to=address)
    return deliver_one(transport, address, message)


def sending_status(project: Project, record: IssueRecord) -> tuple[tuple[Mailing, Tally], ...]:
    """Each mailing of an issue, and how far it is."""
    with Ledger(project.store) as ledger:
        return tuple((mailing, ledger.tally(mailing.id)) for mailing in ledger.mailings(record.name))
