"""What is to be sent now without anybody asking: issues whose time has come, and sendings that ended early.

``decide`` is pure; the rest gathers what it wants to know. A sending that a person stopped, that the server's refusals
stopped, or that has waited for long is never gone on with by itself: what was right then may be wrong now.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from digest.disk import locked
from digest.errors import StateError
from digest.store import issues, outcomes, schedule
from digest.store.database import drop_meta, get_meta, put_meta

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from sqlalchemy import Connection

    from digest.model import IssueRecord
    from digest.project import Project
    from digest.store.outcomes import Progress
    from digest.store.schedule import Scheduled

LOCK = "state/run.lock"  # below the project folder
LAST_RUN = "last run"  # the name under which the store keeps when `digest run` was last called
MISSED = timedelta(hours=1)  # without a `digest run` for so long nobody seems to call it
_LINE_TROUBLE = " failures in a row, the last: "  # how digest.deliver.watch tells that the server was out of reach

Verdict = Literal["send", "ask", "refuse"]
"""send: nothing speaks against it. ask: a person has to decide. refuse: it is not as it was approved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """How the last sending of an issue ended before its end."""

    at: datetime
    reason: str
    waits: bool  # for a person: it ended by hand, or because of what the server says of us


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An issue that may have to be sent: all there is to decide by."""

    name: str
    record: IssueRecord | None  # None: there is no such issue any more
    scheduled: Scheduled | None = None
    progress: Progress | None = None  # None: no list is frozen yet
    stop: Stop | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An issue that is to be sent now, or would be if nothing spoke against it."""

    name: str
    verdict: Verdict
    begun: bool  # some of its readers have it, or may have it
    people: int | None = None  # who are left; None: everybody on the list
    why: str  # why it is due; and what speaks against sending it
    corrections: bool = False  # the mails of its corrections, not its own


def decide(waiting: Waiting, *, now: datetime, stale: timedelta, zone: ZoneInfo) -> Due | None:
    """Whether an issue is to be sent now; None: it is not its time.

    Args:
        waiting: the issue.
        now: the time.
        stale: what has waited for longer is not sent without asking.
        zone: of the times that are told.
    """
    if waiting.progress is not None:
        return _decide_begun(waiting, waiting.progress, now=now, stale=stale, zone=zone)
    scheduled, record = waiting.scheduled, waiting.record
    if scheduled is None or scheduled.at > now or (record is not None and record.state == "closed"):
        return None
    was_due = f"was to be sent at {_local(scheduled.at, zone)}"

    def due(verdict: Verdict, why: str) -> Due:
        return Due(name=waiting.name, verdict=verdict, begun=False, why=why)

    if record is None or record.approved is None:
        return due("refuse", f"{was_due}, but is not approved")
    if record.approved > scheduled.at:
        return due("refuse", f"{was_due}, but was approved only at {_local(record.approved, zone)}")
    if now - scheduled.at > stale:
        return due("ask", f"{was_due}, {_hours(now - scheduled.at)} ago")
    return due("send", was_due)


def _decide_begun(
    waiting: Waiting, progress: Progress, *, now: datetime, stale: timedelta, zone: ZoneInfo
) -> Due | None:
    if not progress.to_send:
        return None
    why, verdict = "has begun to go out", "send"
    idle_since = max(moment for moment in (progress.changed, progress.first_due) if moment is not None)
    if waiting.stop is not None and waiting.stop.waits:
        why, verdict = f"was stopped at {_local(waiting.stop.at, zone)}: {waiting.stop.reason}", "ask"
    elif abs(now - idle_since) > stale:  # or in a future that the clock has come back from
        why, verdict = f"has begun to go out, and nothing has moved since {_local(idle_since, zone)}", "ask"
    return Due(
        name=waiting.name,
        verdict="send" if verdict == "send" else "ask",
        begun=True,
        people=progress.to_send,
        why=why,
    )


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def _hours(lapse: timedelta) -> str:
    hours = int(lapse.total_seconds() // 3600)
    return f"{hours} hours" if hours < 48 else f"{hours // 24} days"


def due_issues(project: Project, *, now: datetime) -> tuple[Due, ...]:
    """What ``decide`` says of every issue that is scheduled or has begun to go out; the oldest first."""
    stale = timedelta(hours=project.settings.send.stale_hours)
    with project.store.read() as connection:
        found = [decide(one, now=now, stale=stale, zone=project.zone) for one in _waiting(connection, now=now)]
    return tuple(one for one in found if one is not None)


def due_corrections(project: Project, *, now: datetime) -> tuple[Due, ...]:
    """What ``decide`` says of the issues whose corrections are not with everybody whom they are for; oldest first."""
    from digest.production.wronged import standing_corrections  # noqa: PLC0415  few runs find an issue that is out

    stale = timedelta(hours=project.settings.send.stale_hours)
    found = []
    with project.store.read() as connection:
        for record in issues.all_issues(connection):
            standing = standing_corrections(connection, record) if record.state == "out" else ()
            if not standing:
                continue
            own = outcomes.progress(connection, record.name, now=now)
            done = outcomes.progress(connection, record.name, now=now, kind="correction") or outcomes.Progress()
            moved = [done.changed]
            if any(one.waiting for one in standing):
                moved += [own.changed if own else None, *(one.correction.at for one in standing if one.waiting)]
            left = replace(
                done,
                queued=done.queued + sum(one.waiting for one in standing),
                changed=max((moment for moment in moved if moment), default=None),
            )
            waiting = Waiting(name=record.name, record=record, progress=left,
                              stop=stop_of(connection, correction_label(record.name)))  # fmt: skip
            due = decide(waiting, now=now, stale=stale, zone=project.zone)
            found += [replace(due, why=f"has a correction that {due.why}", corrections=True)] if due else []
    return tuple(found)


def _waiting(connection: Connection, *, now: datetime) -> Iterator[Waiting]:
    times = {one.issue: one for one in schedule.all_schedules(connection)}
    records = {record.name: record for record in issues.all_issues(connection)}
    out = [name for name, record in records.items() if record.state == "out"]
    for name in dict.fromkeys((*out, *times)):
        begun = outcomes.is_begun(connection, name)
        if begun and outcomes.is_at_its_end(connection, name):
            continue
        yield Waiting(
            name=name,
            record=records.get(name),
            scheduled=times.get(name),
            progress=outcomes.progress(connection, name, now=now) if begun else None,
            stop=stop_of(connection, name),
        )


# -- the time of an issue


def set_time(project: Project, record: IssueRecord, *, at: datetime, by: str, now: datetime) -> Scheduled:
    """Have an approved issue sent at a time; the time it had is replaced.

    Raises:
        StateError: it is not approved, or its mailing has begun.
        ChangedError: its file, a template or digest.toml is not what was approved.
    """
    from digest.production.frozen import frozen_parts  # noqa: PLC0415  `digest run` seldom renders
    from digest.production.proof import require_unchanged  # noqa: PLC0415  likewise

    with project.store.read() as connection:
        require_unchanged(project, connection, record, frozen_parts(connection, record))
    scheduled = schedule.Scheduled(issue=record.name, at=at, by=by, made=now)
    with project.store.write() as connection:
        current = issues.get_issue(connection, record.name) or record
        refuse_begun(connection, current)
        if current.approved is None:
            raise StateError(f"{record.name} is not approved", hint="approve it with `digest approve --by NAME`")
        schedule.save_schedule(connection, scheduled)
    return scheduled


def refuse_begun(connection: Connection, record: IssueRecord) -> None:
    """What has begun to go out has no time any more.

    Raises:
        StateError: it has.
    """
    if record.state == "closed":
        raise StateError(f"{record.name} is closed: everybody has it already")
    if outcomes.is_begun(connection, record.name):
        raise StateError(
            f"{record.name} has begun to go out",
            hint=f"`digest send {record.name}` goes on; --status shows how far it is",
        )


def drop_time(project: Project, name: str) -> bool:
    """Have an issue sent by hand only; say whether it had a time."""
    with project.store.read() as connection:
        if schedule.get_schedule(connection, name) is None:
            return False
    with project.store.write() as connection:
        return schedule.drop_schedule(connection, name)


def drop_spent_times(project: Project) -> None:
    """Forget the times of issues that have begun to go out: from then on the ledger tells what is left."""
    with project.store.read() as connection:
        times = schedule.all_schedules(connection)
        spent = [one.issue for one in times if outcomes.is_begun(connection, one.issue)]
    for name in spent:
        drop_time(project, name)


def needs_publishing(project: Project, record: IssueRecord) -> bool:
    """Whether its pages are not out yet: links in the mail would lead nowhere."""
    from digest.production.outgoing import is_published  # noqa: PLC0415  it takes the renderer, which few runs need

    with project.store.read() as connection:
        return not (record.has_left and is_published(connection, record))


# -- how a sending ended


def note_stop(project: Project, name: str, stop: Stop | None) -> None:
    """Remember how the last sending of an issue ended; None: at its end."""
    with project.store.write() as connection:
        if stop is None:
            drop_meta(connection, _stop_key(name))
            return
        told = {"at": stop.at.isoformat(), "reason": stop.reason, "waits": stop.waits}
        put_meta(connection, _stop_key(name), json.dumps(told, ensure_ascii=False))


def stop_of(connection: Connection, name: str) -> Stop | None:
    """How the last sending of an issue ended; None: at its end, or it was killed."""
    text = get_meta(connection, _stop_key(name))
    if text is None:
        return None
    told = json.loads(text)
    return Stop(at=datetime.fromisoformat(told["at"]), reason=told["reason"], waits=told["waits"])


def waits_for_a_person(reason: str) -> bool:
    """Whether trying again cannot help by itself: all reasons to stop but a server that was out of reach."""
    return _LINE_TROUBLE not in reason


def correction_label(name: str) -> str:
    """Under which name, in place of an issue's, it is remembered how the mailing of its corrections ended."""
    return f"{name}/corrections"


def _stop_key(name: str) -> str:
    return f"stopped {name}"


# -- one run at a time


@contextlib.contextmanager
def run_lock(project: Project) -> Iterator[None]:
    """Be the only `digest run` of the newsletter, in its folder and in others with the same store.

    Raises:
        BusyError: another one is at it.
        StaleError: the store was migrated by a newer digest.
    """
    hint = "the next one goes on"
    here, elsewhere = project.root, f"{project.store.name}: another `digest run` is at work, elsewhere"
    with (
        locked(here / LOCK, wait_s=0, busy=f"{here}: another `digest run` is at work", hint=hint),
        project.store.alone("run", wait_s=0, busy=elsewhere, hint=hint),
    ):
        yield


def note_run(project: Project, *, now: datetime) -> None:
    """Remember that `digest run` was called; often enough for ``is_run_regularly``, seldom enough to cost nothing."""
    if is_run_regularly(project, now=now, within=MISSED / 2):
        return
    with project.store.write() as connection:
        put_meta(connection, LAST_RUN, now.isoformat())


def is_run_regularly(project: Project, *, now: datetime, within: timedelta = MISSED) -> bool:
    """Whether somebody calls `digest run`; else nothing is sent at its time."""
    with project.store.read() as connection:
        text = get_meta(connection, LAST_RUN)
    return text is not None and abs(now - datetime.fromisoformat(text)) <= within
