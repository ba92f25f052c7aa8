"""``digest status``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from digest.cli.feeds import source_data
from digest.cli.options import verb as make_verb
from digest.cli.sendstatus import schedule_data, scheduled_line
from digest.store.schedule import all_schedules

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from zoneinfo import ZoneInfo

    from digest.cli.session import Session
    from digest.explain.standing import IssueStanding, MailingStanding, SourceAccount, Standing
    from digest.store.schedule import Scheduled

OUTCOMES = ("sent", "deferred", "failed", "uncertain", "suppressed", "left")
MOST_SHOWN = 8  # of held entries, and of sources with trouble


@make_verb("status")
@click.option("--cluster", is_flag=True, help="Show the workers: queues, rates, who is alive, what is stalled or held.")
def verb(session: Session, *, cluster: bool) -> int:
    """Show where everything stands.

    The issue in work and when it is to be sent, the entries by what became of them (the numbers add up), what is
    held and until when, sources with trouble, subscribers, how far the last mailing is, and what to do next. Changes
    nothing. With --cluster it ends with 3 if something wants a person.

    \b
    Example:
      digest status
      digest status --json
      digest status --cluster
    """
    from dataclasses import replace

    from digest.explain.standing import last_mailing, next_step, standing

    with session.project() as project:
        if cluster:
            from digest.cli.statuscluster import show_cluster

            return show_cluster(session, project)
        with project.store.read() as connection:
            stands = standing(project, connection, now=session.now)
            times = all_schedules(connection)
        if stands.last_out:
            stands = replace(stands, mailing=last_mailing(project, stands.last_out))
        step = _scheduled_step(stands, times) or next_step(stands, can_send=bool(project.settings.send.host))
        zone = project.zone

        def show() -> None:
            session.line(click.style(project.settings.newsletter.title, bold=True))
            for line in _lines(stands, zone):
                session.line(line)
            for time in times:
                late = ", and nothing has sent it" if time.at <= session.now else ""
                session.line(f"scheduled    {time.issue}, {scheduled_line(time, zone)}{late}")

        scheduled = [schedule_data(time) for time in times]
        session.result(_data(stands, zone) | {"scheduled": scheduled, "next": step}, show)
        session.next_step(step)
    return 0


def _scheduled_step(stands: Standing, times: Sequence[Scheduled]) -> str | None:
    """What to do about an approved issue that has a time: nothing, as long as somebody calls ``digest run``."""
    record = stands.issue.record
    if record is None or record.state != "approved" or record.name not in {time.issue for time in times}:
        return None
    return f"`digest run` sends {record.name} at its time; `digest send {record.name} --at never` takes it off"


def _lines(stands: Standing, zone: ZoneInfo) -> Iterator[str]:
    from digest.explain.standing import FATES

    yield from _issue_lines(stands.issue, zone)
    totals = stands.totals
    parts = " + ".join(f"{totals[name]:,} {name}" for name in FATES)
    verdict = "" if stands.adds_up else "  (this does NOT add up: please report it)"
    yield f"entries      {totals['seen']:,} seen = {parts}{verdict}"
    if stands.eligible_now != totals["eligible"]:
        yield f"             {stands.eligible_now:,} of them may go into the next draft now"
    yield from _held_lines(stands, zone)
    yield from _source_lines(stands, zone)
    listed = [f"{number:,} {state}" for state, number in stands.subscribers.items() if number]
    yield f"subscribers  {', '.join(listed) or 'none yet'}"
    if stands.last_out:
        yield f"last issue   {_last_line(stands.last_out.name, stands.last_out.state, stands.mailing, zone)}"


def _issue_lines(issue: IssueStanding, zone: ZoneInfo) -> Iterator[str]:
    from digest.explain.standing import local_time

    period = f"{local_time(issue.period.start, zone)} to {local_time(issue.period.end, zone)}"
    if issue.record is None:
        yield f"issue        {issue.period.name}, not drafted yet ({period})"
        return
    record = issue.record
    by = f" by {record.approved_by}" if record.approved_by else ""
    number = f"number {record.number}" if record.state != "draft" else f"to be number {record.number}"
    yield f"issue        {record.name}, {number}, {record.state}{by} ({period})"
    if not issue.written:
        yield f"             {issue.file} is not there"
    elif issue.problem:
        yield f"             cannot be read: {issue.problem}"
    else:
        yield f"             {issue.file}, {'edited' if issue.edited else 'as digest wrote it'}"


def _held_lines(stands: Standing, zone: ZoneInfo) -> Iterator[str]:
    from digest.explain.fate import hold_reason
    from digest.explain.standing import local_time

    for position, entry in enumerate(stands.held[:MOST_SHOWN]):
        until = f"until {local_time(entry.hold_until, zone)}" if entry.hold_until else "for the next issue"
        lead = "held         " if position == 0 else "             "
        yield f"{lead}{entry.title} ({until}: {hold_reason(entry)})"
    if len(stands.held) > MOST_SHOWN:
        yield f"             and {len(stands.held) - MOST_SHOWN} more"


def _source_lines(stands: Standing, zone: ZoneInfo) -> Iterator[str]:
    from digest.explain.standing import condition

    trouble = _troubled(stands)
    verdict = f"{len(trouble):,} with trouble:" if trouble else "all well"
    yield f"sources      {len(stands.sources):,}, {verdict}" if stands.sources else "sources      none yet"
    for source in trouble[:MOST_SHOWN]:
        yield f"             {source.id}: {condition(source, zone)}"
    if len(trouble) > MOST_SHOWN:
        yield f"             and {len(trouble) - MOST_SHOWN} more: digest feeds"
    for notice in stands.missing:
        yield f"             {notice.message}"


def _troubled(stands: Standing) -> list[SourceAccount]:
    return [source for source in stands.sources if source.problem]


def _last_line(name: str, state: str, mailing: MailingStanding | None, zone: ZoneInfo) -> str:
    from digest.explain.standing import local_time

    if mailing is None:
        return f"{name}, {state}; not mailed"
    tally = mailing.tally
    parts = [f"{getattr(tally, part):,} {part}" for part in OUTCOMES if getattr(tally, part)]
    again = f"; next try {local_time(tally.next_try, zone)}" if tally.next_try else ""
    return f"{name}, {state}; mailed to {tally.total:,}: {', '.join(parts) or 'nobody'}{again}"


def _data(stands: Standing, zone: ZoneInfo) -> dict[str, Any]:
    from digest.explain.fate import hold_reason
    from digest.explain.standing import condition

    issue, record, last = stands.issue, stands.issue.record, stands.last_out
    return {
        "issue": {
            "name": issue.period.name,
            "number": record.number if record else None,
            "state": record.state if record else None,
            "start": issue.period.start,
            "end": issue.period.end,
            "file": issue.file if issue.written else None,
            "edited": issue.edited,
            "problem": issue.problem,
            "approved": record.approved if record else None,
            "approved_by": record.approved_by if record else None,
        },
        "totals": stands.totals,
        "adds_up": stands.adds_up,
        "eligible_now": stands.eligible_now,
        "held": [
            {"id": entry.id, "title": entry.title, "until": entry.hold_until, "why": hold_reason(entry)}
            for entry in stands.held
        ],
        "sources": [source_data(source, zone) for source in stands.sources],
        "problems": [
            {"source": source.id, "location": source.location, "message": condition(source, zone)}
            for source in _troubled(stands)
        ],
        "missing": [{"path": notice.path, "message": notice.message, "hint": notice.hint} for notice in stands.missing],
        "subscribers": stands.subscribers,
        "last_issue": {"name": last.name, "number": last.number, "state": last.state, "out": last.out}
        if last
        else None,
        "mailing": _mailing_data(stands.mailing),
    }


def _mailing_data(mailing: MailingStanding | None) -> dict[str, Any] | None:
    if mailing is None:
        return None
    tally = mailing.tally
    counts = {part: getattr(tally, part) for part in OUTCOMES}
    return {"id": mailing.mailing.id, "recipients": tally.total, **counts, "next_try": tally.next_try}
