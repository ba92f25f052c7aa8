"""Leaves a mailing to `digest worker` processes: ``digest send --workers``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digest.cli.output import count
from digest.cli.sendstatus import sending_data

if TYPE_CHECKING:
    from digest.cli.session import Session
    from digest.model import IssueRecord, Mailing
    from digest.project import Project


def leave_to_workers(session: Session, project: Project, record: IssueRecord, given: dict[str, Any]) -> int:
    """Freeze the list of a published issue and make jobs of its readers; the exit code.

    Raises:
        StateError: the store is one of SQLite, or the issue cannot be mailed.
    """
    from digest.deliver.ledger import Ledger
    from digest.production.schedule import drop_time, note_stop
    from digest.scale.mailjobs import queue_batches
    from digest.scale.queue import Queue, hurry, prepare_queue
    from digest.store.backup import RESTORED
    from digest.store.database import drop_meta

    prepare_queue(project.store)
    with Ledger(project.store) as ledger:
        mailing = _begin(session, project, ledger, record, given)
        note_stop(project, record.name, None)  # whoever sends again has decided; not if it was refused just now
        if given["after_restore"]:
            with project.store.write() as connection:
                drop_meta(connection, RESTORED)
        with project.store.share() as connection:
            hurry(connection, mailing.id)
        batches = queue_batches(project, Queue(project.store), ledger, mailing.id, now=session.clock())
        drop_time(project, record.name)
        tally = ledger.tally(mailing.id)

    def show() -> None:
        if batches:
            readers = count(tally.left + tally.deferred, "reader")
            session.line(f"{record.name} is left to the workers: {readers}, in {count(batches, 'batch', 'batches')}")
        else:
            session.line(f"{record.name} is with the workers already, or nobody is left")

    session.result(sending_data(record, [(mailing, tally)]) | {"batches": batches}, show)
    if not _has_hands(project):
        session.warn("no worker takes mail now: `digest worker` starts one")
    session.next_step(
        f"`digest send {record.name} --status` shows how far it is; `digest status --cluster` the workers"
    )
    return 0


def _begin(session: Session, project: Project, ledger: Any, record: IssueRecord, given: dict[str, Any]) -> Mailing:
    from digest.production import mailout

    again = given["include_new"] or given["resend_uncertain"]
    now = session.clock()
    mailing, _ = mailout.begin_mailing(project, ledger, record, now=now, include_new=given["include_new"], again=again)
    if given["resend_uncertain"]:
        ledger.recover(mailing.id, owner="", policy=project.settings.send.on_uncertain, now=now)
        ledger.resend_uncertain(mailing.id, now=now)
    return mailing


def _has_hands(project: Project) -> bool:
    """Whether a worker that was alive a moment ago takes mail."""
    from digest.store.workers import live_workers

    with project.store.read() as connection:
        alive = live_workers(connection, project.settings.scale.takeover_seconds)
    return any("mail" in one.queues and not one.ending for one in alive)
