"""Mails an issue with a progress bar and a gentle end: what ``digest send`` and ``digest run`` share."""

from __future__ import annotations

import contextlib
import secrets
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from digest.cli.output import count
from digest.cli.progress import sending_bar, sending_lines
from digest.cli.sendstatus import adds_up_line
from digest.cli.session import is_terminal
from digest.cli.signals import gentle_end
from digest.errors import StoreError
from digest.store import issues, outcomes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from digest.cli.session import Session
    from digest.cli.signals import Ending
    from digest.deliver.carrier import Carrier
    from digest.deliver.watch import Watch
    from digest.model import Delivery, IssueRecord, Tally
    from digest.production.mailout import Sent
    from digest.project import Project

Done = TypeVar("Done")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A sending that has ended, and the exit code that says how."""

    sent: Sent
    exit_code: int


class SessionClock:
    """The session's clock, as deliver wants one."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def now(self) -> datetime:
        return self._session.clock()


def publish_first(session: Session, project: Project, record: IssueRecord) -> IssueRecord:
    """Publish the issue if it is not yet: links in the mail must lead somewhere."""
    from digest import pipeline
    from digest.production.schedule import needs_publishing

    if not needs_publishing(project, record):
        return record
    pipeline.publish(project, now=session.clock(), name=record.name)
    session.say(f"{record.name} is published below {project.shown(project.site_dir)}")
    with project.store.read() as connection:
        return issues.get_issue(connection, record.name) or record


def hand_over(
    session: Session,
    project: Project,
    transport: Carrier,
    record: IssueRecord,
    *,
    include_new: bool = False,
    resend_uncertain: bool = False,
    accept_refusals: bool = False,
    after_restore: bool = False,
) -> Ended:
    """Mail the published issue to those who do not have it, and remember how that ended.

    The first Ctrl-C or SIGTERM lets what is on its way finish, the second ends the process. Raises as mailout.send.
    """
    from digest.production import mailout
    from digest.production.schedule import drop_time

    total = _expected(project, record, now=session.clock(), include_new=include_new, again=resend_uncertain)

    def send(watch: Watch, on_delivery: Callable[[Delivery], None]) -> Sent:
        return mailout.send(
            project,
            transport,
            record,
            clock=SessionClock(session),
            fresh_secret=lambda: secrets.token_hex(32),
            include_new=include_new,
            resend_uncertain=resend_uncertain,
            watch=watch,
            after_restore=after_restore,
            on_delivery=on_delivery,
        )

    sent, ending = begin(session, project, record.name, send, total=total, accept_refusals=accept_refusals)
    drop_time(project, record.name)
    return Ended(sent=sent, exit_code=end(session, project, record.name, sent.tally, ending))


def begin(
    session: Session,
    project: Project,
    name: str,
    send: Callable[[Watch, Callable[[Delivery], None]], Done],
    *,
    total: int,
    accept_refusals: bool,
) -> tuple[Done, Ending]:
    """Send, with a progress bar and a gentle end; ``name`` is what is sent, for whoever asks how it was stopped."""
    from digest.deliver.watch import INTERRUPTED, Watch
    from digest.production.schedule import note_stop

    note_stop(project, name, None)  # whoever sends again has decided
    watch = Watch(breaker=not accept_refusals)

    def on_delivery(delivery: Delivery) -> None:
        advance(delivery.state)

    def on_signal(ending: Ending) -> None:
        watch.halt(INTERRUPTED)
        with contextlib.suppress(StoreError):  # it is tried again at the end, where it can be told
            _note_interrupted(session, project, name, ending)

    with _progress(session, total) as advance, gentle_end(on_signal) as ending:
        done = send(watch, on_delivery)
    return done, ending


def end(session: Session, project: Project, name: str, tally: Tally, ending: Ending) -> int:
    """Remember how a sending ended; the exit code that says it."""
    from digest.deliver.watch import INTERRUPTED
    from digest.production.schedule import Stop, note_stop, waits_for_a_person

    is_due = tally.next_try is not None and tally.next_try <= session.clock()  # put off, and not claimed yet
    if tally.stopped == INTERRUPTED and (tally.left or is_due):
        _note_interrupted(session, project, name, ending)
        return ending.exit_code
    stop = None
    reason = tally.stopped or ""
    if tally.stopped not in {None, INTERRUPTED}:  # a signal that came when all was done has stopped nothing
        stop = Stop(at=session.clock(), reason=reason, waits=waits_for_a_person(reason))
    note_stop(project, name, stop)
    partly = tally.left or tally.deferred or tally.failed or tally.uncertain
    return 3 if partly else 0


def _note_interrupted(session: Session, project: Project, name: str, ending: Ending) -> None:
    from digest.production.schedule import Stop, note_stop

    reason = "stopped by hand" if ending.by_hand else "the machine stopped it"
    note_stop(project, name, Stop(at=session.clock(), reason=reason, waits=ending.by_hand))


def _expected(project: Project, record: IssueRecord, *, now: datetime, include_new: bool, again: bool) -> int:
    """About how many outcomes there will be; a bar needs no more."""
    from digest.deliver import subscribers

    with project.store.read() as connection:
        done = outcomes.progress(connection, record.name, now=now)
        active = subscribers.count(connection).get("active", 0) if done is None or include_new else 0
    if done is None:
        return active
    newcomers = max(0, active - done.total) if include_new else 0
    return done.to_send + (done.uncertain if again else 0) + newcomers


@contextlib.contextmanager
def _progress(session: Session, total: int) -> Iterator[Callable[[str], None]]:
    if session.options.quiet or session.options.as_json:
        yield lambda _state: None
        return
    with sending_bar(total) if is_terminal(sys.stderr) else sending_lines(total, session.say) as advance:
        yield advance


def say_end(session: Session, sent: Sent) -> None:
    """What there is to say to a person about a sending that has ended, besides its numbers."""
    tally, name = sent.tally, sent.record.name
    if tally.stopped:
        session.warn(f"stopped: {tally.stopped}")
    if tally.uncertain:
        held = count(tally.uncertain, "recipient")
        session.warn(f"{held} may or may not have it (the line dropped after the message) and are not tried again; "
                     f"to send it once more: `digest send {name} --resend-uncertain`")  # fmt: skip
    session.next_step(_next_step(name, tally))


def sent_line(sent: Sent) -> str:
    """What a sending came to, on one line that adds up."""
    return adds_up_line(sent.record.name, sent.tally)


def _next_step(name: str, tally: Tally) -> str:
    if not tally.left and not tally.deferred:
        return "`digest draft` begins the next issue"
    when = f" from {tally.next_try:%Y-%m-%d %H:%M} UTC on" if tally.next_try and not tally.left else ""
    by_itself = "" if tally.stopped else "; so does `digest run`"
    return f"`digest send {name}` goes on{when}{by_itself}"
