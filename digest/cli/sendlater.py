"""``digest send --at``: the time at which ``digest run`` publishes and mails an issue."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Any

from digest.cli.output import count
from digest.cli.sendstatus import schedule_data, scheduled_line
from digest.project import require_issue
from digest.store import schedule

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.cli.session import Session
    from digest.model import IssueRecord
    from digest.project import Project

NEVER = "never"


def send_later(
    session: Session,
    project: Project,
    issue: str | None,
    when: str,
    *,
    by: str | None,
    approve: Callable[[IssueRecord, str], IssueRecord],
) -> int:
    """Keep the time at which an issue is to be sent, or with "never" forget it.

    Args:
        session: of the verb.
        project: the newsletter.
        issue: its name; None: the one in work.
        when: the time, as it was typed.
        by: who says so; None: the login name.
        approve: asks about a draft, with these words, and approves it.
    """
    from digest.production import mailout
    from digest.production.schedule import is_run_regularly, refuse_begun, set_time
    from digest.production.sendtime import parse_send_time

    if when.strip().lower() == NEVER:
        return _never(session, project, issue)
    found = parse_send_time(when, zone=project.zone, now=session.now)
    people = mailout.recipients(project)
    mailout.refuse_after_restore(project)
    with project.store.read() as connection:
        record = require_issue(project, connection, now=session.now, name=issue)
        refuse_begun(connection, record)
    if found.remark:
        session.say(found.remark)
    local = f"{found.at.astimezone(project.zone):%A %Y-%m-%d %H:%M} ({project.zone.key})"
    if record.state == "draft":
        who = count(people, "subscriber")
        record = approve(record, f"Approve it now, and publish it and mail it to {who} on {local}?")
    scheduled = set_time(project, record, at=found.at, by=by or getpass.getuser(), now=session.now)
    data: dict[str, Any] = {"issue": record.name, "scheduled": schedule_data(scheduled), "recipients": people}
    session.result(data, lambda: session.line(f"{record.name} is {scheduled_line(scheduled, project.zone)}"))
    if not is_run_regularly(project, now=session.now):
        worker = "" if project.store.path else "; or start a `digest worker`"
        session.warn(
            f"nothing calls `digest run`, which sends it then: see docs/systemd, or add the line for cron there{worker}"
        )
    session.next_step(f"`digest send {record.name} --at never` takes it off; `digest send {record.name}` sends it now")
    return 0


def _never(session: Session, project: Project, issue: str | None) -> int:
    from digest.production.schedule import drop_time

    with project.store.read() as connection:
        times = schedule.all_schedules(connection)
        only = times[0].issue if issue is None and len(times) == 1 else None
        name = only or require_issue(project, connection, now=session.now, name=issue).name
    had = drop_time(project, name)
    said = f"{name} is no longer to be sent by itself" if had else f"{name} was not to be sent by itself"
    session.result({"issue": name, "scheduled": None, "had": had}, lambda: session.line(said))
    return 0
