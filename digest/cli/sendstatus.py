"""How far a sending is: the line that adds up, what comes next, and whom the server refused in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digest.cli.output import count
from digest.store import outcomes, schedule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from sqlalchemy import Connection

    from digest.cli.session import Session
    from digest.model import Delivery, DeliveryState, IssueRecord, Mailing, Tally
    from digest.production.schedule import Stop
    from digest.project import Project
    from digest.store.schedule import Scheduled

MOST_SHOWN = 10  # who were refused
MOST_TOLD = 100  # who are uncertain; and of each kind with --json
_STATES: dict[str, tuple[DeliveryState, ...]] = {
    "deferred": ("deferred",), "failed": ("failed",), "uncertain": ("uncertain", "sending"),
}  # fmt: skip


def adds_up_line(name: str, tally: Tally) -> str:
    """``2026-W47: 28 sent + 1 failed + 1 left = 30 recipients``."""
    parts = [
        f"{number:,} {word}"
        for word in ("sent", "deferred", "failed", "uncertain", "suppressed", "left")
        if (number := getattr(tally, word)) or word == "sent"
    ]
    return f"{name}: {' + '.join(parts)} = {count(tally.total, 'recipient')}"


def mailing_data(mailing: Mailing, tally: Tally) -> dict[str, Any]:
    """A mailing for --json; the numbers add up to ``list``."""
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


def sending_data(record: IssueRecord, rows: Sequence[tuple[Mailing, Tally]]) -> dict[str, Any]:
    """An issue and its mailings for --json."""
    return {
        "issue": record.name,
        "number": record.number,
        "mailings": [mailing_data(mailing, tally) for mailing, tally in rows],
    }


def schedule_data(scheduled: Scheduled | None) -> dict[str, Any] | None:
    """A time of sending for --json."""
    if scheduled is None:
        return None
    return {"issue": scheduled.issue, "at": scheduled.at, "by": scheduled.by, "made": scheduled.made}


def show_status(session: Session, project: Project, record: IssueRecord) -> int:
    """Print how far the sending of an issue is; changes nothing."""
    from digest.production import mailout
    from digest.production.schedule import correction_label, stop_of
    from digest.production.wronged import standing_corrections

    rows = mailout.sending_status(project, record)
    with project.store.read() as connection:
        scheduled, stop = schedule.get_schedule(connection, record.name), stop_of(connection, record.name)
        standing = standing_corrections(connection, record)
        numbers = {one.mailing_id: one.correction.number for one in standing}
        stops = {"issue": stop, "correction": stop_of(connection, correction_label(record.name))}
        lines = list(
            _lines(connection, record, rows, scheduled=scheduled, stops=stops, numbers=numbers, zone=project.zone)
        )
        lines += [
            f"{record.name}, correction {one.correction.number}: {count(one.waiting, 'recipient')} to be told"
            for one in standing
            if one.waiting
        ]
        data = sending_data(record, rows) | {
            "scheduled": schedule_data(scheduled),
            "stopped": {"at": stop.at, "reason": stop.reason, "by_hand_only": stop.waits} if stop else None,
        }
        for told, (mailing, _) in zip(data["mailings"], rows, strict=True):
            told.update(_troubles_data(connection, mailing))
            if mailing.kind == "correction":
                told["correction"] = numbers.get(mailing.id)

    def show() -> None:
        for line in lines:
            session.line(line)

    session.result(data, show)
    return 0


def _lines(
    connection: Connection,
    record: IssueRecord,
    rows: Sequence[tuple[Mailing, Tally]],
    *,
    scheduled: Scheduled | None,
    stops: Mapping[str, Stop | None],
    numbers: Mapping[str, int],
    zone: ZoneInfo,
) -> Iterator[str]:
    if not rows:
        yield f"{record.name} is {record.state}; no mail of it has been sent"
    if scheduled:
        yield f"  {scheduled_line(scheduled, zone)}"
    for mailing, tally in rows:
        is_correction, stop = mailing.kind == "correction", stops.get(mailing.kind)
        name = f"{record.name}, correction {numbers.get(mailing.id, '')}".rstrip() if is_correction else record.name
        yield adds_up_line(name, tally)
        if tally.next_try:
            yield f"  tried again from {tally.next_try.astimezone(zone):%Y-%m-%d %H:%M} on ({zone.key})"
        if stop and (tally.left or tally.deferred):
            yield f"  stopped at {stop.at.astimezone(zone):%Y-%m-%d %H:%M} ({zone.key}): {stop.reason}"
        yield from _trouble_lines(connection, mailing)


def scheduled_line(scheduled: Scheduled, zone: ZoneInfo) -> str:
    """``to be sent on Friday 2026-11-27 07:00 (Europe/London), as anna said``."""
    return f"to be sent on {scheduled.at.astimezone(zone):%A %Y-%m-%d %H:%M} ({zone.key}), as {scheduled.by} said"


def _trouble_lines(connection: Connection, mailing: Mailing) -> Iterator[str]:
    for kind, most in (("failed", MOST_SHOWN), ("uncertain", MOST_TOLD)):
        codes = outcomes.by_code(connection, mailing.id, _STATES[kind])
        if not codes:
            continue
        said = ", ".join(f"{number:,} × {code or 'no reply'}" for code, number in codes.items())
        yield f"  {kind}: {said}"
        rows = outcomes.first_rows(connection, mailing.id, _STATES[kind], most=most)
        for row in rows:
            yield f"    {row.address}  {_words(row)}".rstrip()
        if (more := sum(codes.values()) - len(rows)) > 0:
            yield f"    and {more:,} more"


def _words(row: Delivery) -> str:
    """What the server said, or what happened where it said nothing."""
    return f"{row.code or ''} {row.detail}".strip()


def _troubles_data(connection: Connection, mailing: Mailing) -> dict[str, Any]:
    """What went wrong: counts by the server's code, and the first of those concerned."""
    found: dict[str, Any] = {}
    for kind, states in _STATES.items():
        codes = outcomes.by_code(connection, mailing.id, states)
        rows = outcomes.first_rows(connection, mailing.id, states, most=MOST_TOLD) if codes else ()
        found[f"{kind}_codes"] = {str(code or "none"): number for code, number in codes.items()}
        found[f"{kind}_first"] = [
            {"address": row.address, "code": row.code, "detail": row.detail, "at": row.changed} for row in rows
        ]
    return found
