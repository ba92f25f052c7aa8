"""Mailing in batches: an issue is begun once, its readers become jobs, and a planning finds whoever is still due."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from digest import pipeline
from digest.deliver.delivery import deliver_range
from digest.deliver.leases import sender
from digest.deliver.ledger import FIRST, LAST, Ledger
from digest.deliver.watch import INTERRUPTED
from digest.errors import BusyError, DeliveryError, DigestError, StateError
from digest.production import mailout, schedule
from digest.production.schedule import Stop
from digest.scale.queue import BATCH, BEGIN, CORRECT, DELIVER, AgainError, Queue, live_ranges, seconds_until
from digest.store import issues

if TYPE_CHECKING:
    from digest.model import IssueRecord, Tally
    from digest.production.schedule import Due
    from digest.project import Project
    from digest.scale.workplace import Workplace

logger = logging.getLogger(__name__)

REFUSED_S = 600.0  # until an issue is tried again that could not be begun
LOOKED_AFTER = timedelta(days=30)  # a mailing that is at its end and has uncertain ones: these wait for a person


def queue_batches(project: Project, queue: Queue, ledger: Ledger, mailing_id: str, *, now: datetime) -> int:
    """Make jobs of the readers who are due and whom no job has; says how many.

    Two plannings at once may leave two jobs for the same readers: the second finds nothing to claim. What has waited
    for longer than `digest run` would wait without asking is not sent by its job either: see ``deliver_batch``.
    """
    with project.store.read() as connection:
        live = live_ranges(connection, mailing_id, now=now)
    until = (now + timedelta(hours=project.settings.send.stale_hours)).isoformat()
    slots = project.settings.scale.mail_at_once
    batches = [
        batch for lo, hi in gaps(live, FIRST, LAST) for batch in ledger.ranges(mailing_id, lo, hi, now=now, size=BATCH)
    ]
    return queue.defer_many(
        DELIVER,
        (
            (f"mail-{(len(live) + number) % slots}", {"mailing_id": mailing_id, "lo": lo, "hi": hi, "until": until})
            for number, (lo, hi) in enumerate(batches)
        ),
    )


def gaps(taken: Sequence[tuple[int, int]], first: int, last: int) -> Iterator[tuple[int, int]]:
    """What of ``first`` to ``last`` lies in none of these ranges, which are sorted by their first number."""
    for lo, hi in taken:
        if first < lo:
            yield first, min(lo - 1, last)
        first = max(first, hi + 1)
    if first <= last:
        yield first, last


def deliver_batch(
    place: Workplace, mailing_id: str, lo: int, hi: int, *, attempts: int, until: str | None = None
) -> None:
    """Mail one batch: the task around ``deliver_range``.

    Args:
        place: of this worker.
        mailing_id: of an issue.
        lo: the first subscriber id.
        hi: the last one.
        attempts: how often the job was tried before.
        until: the end of its time. Afterwards the planning decides anew whether its readers are to be mailed unasked.

    Raises:
        AgainError: the mail server is out of reach, or this worker ends or cannot sign.
    """
    issue = _issue_of(place, mailing_id)
    if issue is None:
        logger.warning("there is no mailing %s any more", mailing_id)
        return
    if _is_to_wait(place, issue, until):
        return
    tally = _try(place, issue, mailing_id, lo, hi, attempts=attempts)
    if tally is None:
        return
    logger.info(
        "%s: a batch is done: %d sent, %d put off, %d refused, %d uncertain, %d left",
        issue, tally.sent, tally.deferred, tally.failed, tally.uncertain, tally.left,
        extra={"issue": issue, "lo": lo, "hi": hi, "sent": tally.sent, "uncertain": tally.uncertain},
    )  # fmt: skip
    if tally.stopped == INTERRUPTED:
        raise AgainError("this worker ends", seconds=0.0)
    if tally.stopped:
        waits = schedule.waits_for_a_person(tally.stopped)
        _note(place.project, issue, tally.stopped, now=place.now(), waits=waits)
        if not waits:
            raise AgainError(tally.stopped, seconds=seconds_until(attempts))
    else:
        _forget_trouble(place.project, issue)


def _is_to_wait(place: Workplace, issue: str, until: str | None) -> bool:
    """Whether its readers stay queued: for a person to decide, or for the planning."""
    with place.project.store.read() as connection:
        stop = schedule.stop_of(connection, issue)
    if stop is not None and stop.waits:
        return True
    if until is None or place.now() <= datetime.fromisoformat(until):
        return False
    logger.info("%s: a batch has waited too long, and is planned anew", issue, extra={"issue": issue})
    return True


def _try(place: Workplace, issue: str, mailing_id: str, lo: int, hi: int, *, attempts: int) -> Tally | None:
    """Mail it; None: its readers stay queued. Raises as deliver_batch."""
    project = place.project
    try:
        mailout.refuse_after_restore(project)
        return _deliver(place, mailing_id, lo, hi, recover=attempts > 0)
    except BusyError as error:  # slept past its lease, or the server broke down: the planning sees to the rest
        logger.warning("%s: %s", issue, error.message)
        return None
    except StateError as error:
        _note(project, issue, error.message, now=place.now(), waits=True)
        return None
    except DeliveryError as error:  # out of reach, or no key to sign with on this machine
        _note(project, issue, error.message, now=place.now(), waits=False)
        raise AgainError(error.message, seconds=seconds_until(attempts)) from error
    except (DigestError, OSError):
        raise  # the store is out of reach, or this machine is in trouble
    except BaseException as error:  # a fault of ours: the planning would lead into it again and again
        _note(project, issue, f"digest broke down: {error!r}", now=place.now(), waits=True)
        raise


def _issue_of(place: Workplace, mailing_id: str) -> str | None:
    return next((one.issue for one in place.ledger.mailings() if one.id == mailing_id and one.kind == "issue"), None)


def _deliver(place: Workplace, mailing_id: str, lo: int, hi: int, *, recover: bool) -> Tally:
    project, letters = place.project, place.letters(mailing_id)
    policy = project.settings.send.on_uncertain
    with (
        place.carrier() as carrier,
        place.watching(mailing_id) as watch,
        sender(project.store, project.root, lease_s=place.timing.lease_s) as owner,
    ):
        if recover:
            place.ledger.recover(mailing_id, owner=owner, policy=policy, now=place.now())
        return deliver_range(
            place.ledger,
            carrier,
            letters.write,
            mailing_id,
            lo,
            hi,
            owner,
            connections=carrier.connections,
            clock=place.clock,
            on_uncertain=policy,
            return_path=letters.stamp.envelope_sender,
            watch=watch,
        )


def _note(project: Project, name: str, reason: str, *, now: datetime, waits: bool) -> None:
    logger.warning("%s: %s", name, reason, extra={"issue": name, "waits": waits})
    with project.store.read() as connection:
        known = schedule.stop_of(connection, name)
    if known is not None and known.waits and not waits:
        return  # what another worker found is for a person, and stays
    schedule.note_stop(project, name, Stop(at=now, reason=reason, waits=waits))


def _forget_trouble(project: Project, name: str) -> None:
    """The mail server is there again: nothing is to tell of the time when it was not."""
    with project.store.read() as connection:
        stop = schedule.stop_of(connection, name)
    if stop is not None and not stop.waits:
        schedule.note_stop(project, name, None)


def begin(place: Workplace, issue: str) -> None:
    """Publish an issue whose time has come, freeze its list, and make jobs of its readers.

    Raises:
        DigestError: it cannot go out, as it stands.
    """
    project = place.project
    record = mailout.issue_to_send(project, now=place.now(), name=issue)
    mailout.refuse_after_restore(project)
    with mailout.open_transport(project, place.environ) as transport:
        transport.check()  # before anything is published or spent
    record = publish_first(project, record, now=place.now())
    mailing, _ = mailout.begin_mailing(project, place.ledger, record, now=place.now())
    batches = queue_batches(project, place.queue, place.ledger, mailing.id, now=place.now())
    schedule.drop_time(project, record.name)
    logger.info(
        "%s: begun for %d readers, in %d batches", record.name, mailing.recipients, batches,
        extra={"issue": record.name, "recipients": mailing.recipients, "batches": batches},
    )  # fmt: skip


def publish_first(project: Project, record: IssueRecord, *, now: datetime) -> IssueRecord:
    """Publish an issue if it is not yet: links in the mail must lead somewhere."""
    if not schedule.needs_publishing(project, record):
        return record
    pipeline.publish(project, now=now, name=record.name)
    with project.store.read() as connection:
        return issues.get_issue(connection, record.name) or record


# -- the planning


def plan_mail(place: Workplace) -> None:
    """Begin what is due, find whoever no job has, and close what has come to its end: in place of `digest run`."""
    project, now = place.project, place.now()
    try:
        mailout.refuse_after_restore(project)
    except StateError as error:
        logger.warning("%s", error.message)
        return
    schedule.note_run(project, now=now)
    due = schedule.due_issues(project, now=now)
    for one in due:
        if one.verdict != "send":
            logger.warning("%s %s; it is not sent unasked", one.name, one.why, extra={"issue": one.name})
        elif one.begun:
            _go_on(place, one.name)
        else:
            place.queue.defer(BEGIN, queueing_lock=f"begin {one.name}", issue=one.name)
    for one in schedule.due_corrections(project, now=now):
        if one.verdict == "send":
            place.queue.defer(CORRECT, lock="correct", queueing_lock=f"correct {one.name}", issue=one.name)
    schedule.drop_spent_times(project)
    _settle(place, due)


def _go_on(place: Workplace, name: str) -> None:
    """Take over what dead workers held, and make jobs of whoever has none."""
    project, now = place.project, place.now()
    for mailing in place.ledger.mailings(name):
        if mailing.kind == "issue":
            policy = project.settings.send.on_uncertain
            place.ledger.recover(mailing.id, owner="", policy=policy, now=now)
            batches = queue_batches(project, place.queue, place.ledger, mailing.id, now=now)
            if batches:
                logger.info("%s: %d more batches", name, batches, extra={"issue": name, "batches": batches})


def _settle(place: Workplace, due: Sequence[Due]) -> None:
    """Close the issues that have nobody left, and settle what dead workers left of them on its way."""
    project, now = place.project, place.now()
    going = {one.name for one in due}
    with project.store.read() as connection:
        out = {one.name: one for one in issues.all_issues(connection) if one.state == "out" and one.name not in going}
    for mailing in place.ledger.mailings() if out else ():
        if mailing.issue in out and mailing.kind == "issue" and now - mailing.frozen < LOOKED_AFTER:
            if place.ledger.rows(mailing.id, ("claimed", "sending")):
                policy = project.settings.send.on_uncertain
                place.ledger.recover(mailing.id, owner="", policy=policy, now=now)
            if mailout.settle(project, out[mailing.issue], now=now):
                logger.info("%s: everybody is settled", mailing.issue, extra={"issue": mailing.issue})
