"""Mailing an issue: approved, published, then handed to each subscriber once, however often it is begun.

What a mailing holds are the bytes that were approved; the ledger says who has them. The caller brings the clock, the
environment (for the password) and the randomness.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from digest.deliver import subscribers
from digest.deliver.carrier import Carrier, open_carrier
from digest.deliver.delivery import Clock, deliver, deliver_one
from digest.deliver.dkim import signer_of
from digest.deliver.leases import sender
from digest.deliver.ledger import Ledger
from digest.deliver.line import Outcome
from digest.deliver.watch import Watch
from digest.errors import StateError
from digest.model import Delivery, IssueRecord, Mailing, Tally
from digest.production.editions import variant_for
from digest.production.faults import find_embargoed, refuse_embargoed
from digest.production.frozen import Parts, content_sha256, frozen_issue, frozen_mail, frozen_parts, frozen_variants
from digest.production.outgoing import is_published, make_stamp, message_writer, sample_message
from digest.production.proof import make_proof, require_unchanged
from digest.production.wronged import standing_corrections
from digest.project import require_issue
from digest.store import issues
from digest.store.backup import RESTORED
from digest.store.database import drop_meta, get_meta

if TYPE_CHECKING:
    from digest.config.settings import SendSettings
    from digest.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of a mailing so far."""

    record: IssueRecord
    mailing: Mailing
    tally: Tally


def open_transport(project: Project, environ: Mapping[str, str]) -> Carrier:
    """What takes the messages, as digest.toml says.

    Raises:
        ConnectError: digest.toml names no mail server.
        LoginError: it wants a password that is nowhere to be found.
        DeliveryError: the key to sign with is of no use.
    """
    signer_of(project.settings, project.root)  # now, and not after the issue is published
    return open_carrier(project.settings, root=project.root, environ=environ)


def carrier_name(send: SendSettings) -> str:
    """What takes the messages, in words."""
    if send.transport == "smtp":
        return send.host or "no mail server in digest.toml"
    return f"{send.transport} {send.folder if send.transport == 'folder' else send.sendmail}"


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


def issue_to_send(project: Project, *, now: datetime, name: str | None, again: bool = False) -> IssueRecord:
    """The named issue; else one whose mailing was begun and is not at its end; else the issue in work or the newest.

    Args:
        again: only an issue that is out will do: some of its readers are to be mailed after all.

    Raises:
        StateError: there is none, or it is not out.
        UsageError: there is none of that name.
    """
    with project.store.read() as connection:
        left = [one for one in issues.all_issues(connection) if one.has_left and not one.is_imported]
    if name is None and not again:
        for record in left:
            if record.state == "out" and any(tally.left or tally.deferred for tally in _own_tallies(project, record)):
                return record
    if name is None and again and left:
        return left[-1]
    with project.store.read() as connection:
        record = require_issue(project, connection, now=now, name=name)
    if record.is_imported:
        raise StateError(f"{record.name} came with `digest import-issues`: nobody is mailed it")
    if again and not record.has_left:
        raise StateError(f"{record.name} is not out yet", hint="`digest send` without this option sends it")
    return record


def settle(project: Project, record: IssueRecord, *, now: datetime) -> bool:
    """Close an issue all of whose recipients are settled, and have its corrections; says whether it is closed."""
    tallies = [tally for _, tally in sending_status(project, record)]
    if not tallies or any(tally.left or tally.deferred or tally.uncertain for tally in tallies):
        return False
    with project.store.write() as connection:
        if any(one.waiting for one in standing_corrections(connection, record)):
            return False
        issues.mark_closed(connection, record.name, now=now)
    return True


def send(
    project: Project,
    transport: Carrier,
    record: IssueRecord,
    *,
    clock: Clock,
    fresh_secret: Callable[[], str],
    include_new: bool = False,
    resend_uncertain: bool = False,
    watch: Watch | None = None,
    after_restore: bool = False,
    on_delivery: Callable[[Delivery], None] = lambda _delivery: None,
) -> Sent:
    """Hand the published issue to everyone who does not have it yet.

    Raises:
        StateError: it is not published: links in the mail would lead nowhere, and its entries would not be spent.
        ChangedError, BlockedError: its file is not what was approved, or a story is under embargo.
        BusyError: another digest is sending it, or from this project.
        StaleError: the store was migrated by a newer digest.
        ConnectError, LoginError: the mail server is out of reach; nobody was touched.
    """
    now = clock.now()
    if not after_restore:
        refuse_after_restore(project)
    with only_sender(project, record) as name, Ledger(project.store) as ledger:
        mailing, parts = begin_mailing(
            project, ledger, record, now=now, include_new=include_new, again=include_new or resend_uncertain
        )
        tally = deliver_mailing(
            project,
            ledger,
            transport,
            mailing,
            parts,
            owner=name,
            date=record.approved or now,
            clock=clock,
            fresh_secret=fresh_secret,
            resend_uncertain=resend_uncertain,
            watch=watch,
            on_delivery=on_delivery,
        )
    if after_restore:
        with project.store.write() as connection:
            drop_meta(connection, RESTORED)
    settle(project, record, now=clock.now())
    return Sent(record=record, mailing=mailing, tally=tally)


@contextlib.contextmanager
def only_sender(project: Project, record: IssueRecord) -> Iterator[str]:
    """Be the only one who sends an issue or its corrections by hand; gives the name to sign rows with.

    Workers do not ask: they share a sending with each other and with this one, by their leases.

    Raises:
        BusyError: another digest is sending it, or from this project.
        StaleError: the store was migrated by a newer digest.
    """
    store, name = project.store, record.name
    busy = f"{store.name}: another digest is sending {name}, or corrections of it"
    hint = (
        "wait for it to finish: `digest send --status` shows how far it is. To share a sending, start `digest worker`"
    )
    with (
        store.steady(),
        store.alone(f"send {name}", wait_s=0, busy=busy, hint=hint),
        sender(store, project.root) as signed,
    ):
        yield signed


def begin_mailing(
    project: Project,
    ledger: Ledger,
    record: IssueRecord,
    *,
    now: datetime,
    include_new: bool = False,
    again: bool = False,
) -> tuple[Mailing, Parts]:
    """The mailing of a published issue, its list frozen, and what it mails; nothing is sent yet.

    Args:
        project: the newsletter.
        ledger: its own.
        record: of the issue.
        now: the time.
        include_new: add who subscribed since the list was frozen.
        again: open an issue that is closed once more.

    Raises:
        StateError, ChangedError, BlockedError: as ``send``.
    """
    with project.store.read() as connection:
        if not record.has_left or not is_published(connection, record):
            raise StateError(f"{record.name} is not published", hint=f"`digest publish {record.name}` comes first")
        parts = frozen_parts(connection, record)
        require_unchanged(project, connection, record, parts)
        issue, mail = frozen_issue(parts, record.name), frozen_mail(parts)
        refuse_embargoed(find_embargoed(project, connection, issue, mail, now=now))
    if again:
        # Before anyone is added: a closed issue is never asked again about those who were put off.
        with project.store.write() as connection:
            issues.mark_closed(connection, record.name, now=None)
    mailing = ledger.open_mailing(
        record.name,
        "issue",
        content_sha256(parts),
        frozen_variants(parts),
        now=now,
        include_new=include_new,
        variant_for=variant_for(parts, record.name),
    )
    return mailing, parts


def deliver_mailing(
    project: Project,
    ledger: Ledger,
    transport: Carrier,
    mailing: Mailing,
    parts: Parts,
    *,
    owner: str,
    date: datetime,
    clock: Clock,
    fresh_secret: Callable[[], str],
    resend_uncertain: bool,
    watch: Watch | None,
    on_delivery: Callable[[Delivery], None],
) -> Tally:
    """Hand over what is left of a mailing, of an issue or of a correction; ``owner`` is one of ``leases.sender``.

    Every message is dated ``date``, so that one which is tried again is the same to the byte.
    """
    now = clock.now()
    stamp = make_stamp(project, parts, mailing.id, now=now, fresh=fresh_secret)
    policy = project.settings.send.on_uncertain
    if resend_uncertain:
        ledger.recover(mailing.id, owner=owner, policy=policy, now=now)  # what a killed run left counts as well
        ledger.resend_uncertain(mailing.id, now=now)
    return deliver(
        ledger,
        transport,
        message_writer(project, parts, stamp, date=date),
        mailing,
        owner=owner,
        clock=clock,
        on_uncertain=policy,
        on_delivery=on_delivery,
        return_path=stamp.envelope_sender,
        watch=watch,
    )


def refuse_after_restore(project: Project) -> None:
    """The ledger of a restored store does not know who was mailed, nor what was printed, after the copy was made.

    Raises:
        StateError: it was restored, and no sending since was told to go on all the same.
    """
    with project.store.read() as connection:
        restored = get_meta(connection, RESTORED)
    if restored:
        raise StateError(
            f"the store was restored from a copy on {restored[:10]}: what was mailed after that copy was made it does "
            "not know, and would mail again",
            hint="compare issues/ and your mail server's log; `digest send --after-restore` goes on, and asks no more",
        )


def still_to_send(project: Project, record: IssueRecord) -> int:
    """How many recipients are left; all active subscribers if the list is not frozen yet."""
    tallies = _own_tallies(project, record)
    return sum(tally.left + tally.deferred for tally in tallies) if tallies else recipients(project)


def _own_tallies(project: Project, record: IssueRecord) -> list[Tally]:
    """How far the mailing of an issue is, corrections apart: those go on by themselves."""
    return [tally for mailing, tally in sending_status(project, record) if mailing.kind == "issue"]


def send_test(project: Project, transport: Carrier, address: str, *, now: datetime, name: str | None) -> Outcome:
    """Mail the issue as it stands to one address, marked as a test. Nothing is written down or spent."""
    with project.store.read() as connection:
        record = require_issue(project, connection, now=now, name=name)
        proof = make_proof(project, connection, record)
        refuse_embargoed(find_embargoed(project, connection, proof.issue, proof.mail, now=now))
    mail = replace(proof.mail, subject=f"[Test] {proof.mail.subject}")
    message = sample_message(project, mail, replace(record, approved=None), now=now, to=address)
    signer = signer_of(project.settings, project.root)
    return deliver_one(transport, address, signer.signed(message, when=now) if signer else message)


def sending_status(project: Project, record: IssueRecord) -> tuple[tuple[Mailing, Tally], ...]:
    """Each mailing of an issue, and how far it is."""
    with Ledger(project.store) as ledger:
        return tuple((mailing, ledger.tally(mailing.id)) for mailing in ledger.mailings(record.name))
