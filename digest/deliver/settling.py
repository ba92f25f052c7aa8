"""What follows for a reader from what came back: how often a mailbox may refuse before it is mailed no more.

A mailing counts once, by the worst that came back of it, however many reports a server writes. Who complained or left
is never made "bounced" by what arrives later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, get_args

from sqlalchemy import and_, delete, insert, select, update

from digest.deliver import subscribers
from digest.deliver.severity import Severity
from digest.store import schema

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from digest.deliver.bounces import Notice
    from digest.deliver.claims import Claim
    from digest.model import Subscriber

Left = Literal["bounced", "unsubscribed", "complained"]
Outcome = Literal["bounced", "unsubscribed", "complained", "counted", "already"]
"""counted: a bounce that is not yet one too many. already: the reader was mailed no more before."""

OLDEST = timedelta(days=365)  # a date before that is a clock that is wrong

_WORST_FIRST: tuple[Severity, ...] = get_args(Severity)
_STRONGER: tuple[str, ...] = ("bounced", "unsubscribed", "complained")
_table = schema.bounce
_row = schema.bounce.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """What came back of one mailing to one reader."""

    at: datetime
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """So many mailings that came back like this, within so many days, are too many."""

    severities: frozenset[Severity]
    times: int
    days: int | None  # None: however long ago
    said: str


RULES = (
    Rule(severities=frozenset({"address"}), times=1, days=None, said="there is no such mailbox"),
    Rule(severities=frozenset({"address", "hard"}), times=2, days=None, said="refused for good twice"),
    Rule(severities=frozenset(_WORST_FIRST), times=5, days=30, said="came back 5 times in 30 days"),
)
"""As the large senders do it. "blocked" counts like a full mailbox only: a server that refuses us says nothing about
its users, and one bad day on a block list must not empty a list."""


def too_many(bounces: Sequence[Bounce], rules: Sequence[Rule] = RULES) -> str:
    """Why a reader with these bounces is mailed no more; "": goes on."""
    newest = max((one.at for one in bounces), default=None)
    for rule in rules:
        counted = [
            one
            for one in bounces
            if one.severity in rule.severities
            and (rule.days is None or newest is None or newest - one.at <= timedelta(days=rule.days))
        ]
        if len(counted) >= rule.times:
            return rule.said
    return ""


# --- in the store ----------------------------------------------------------------------------------------------


def settle(connection: Connection, claim: Claim, notice: Notice, *, now: datetime) -> tuple[Outcome, str]:
    """Do what follows from a believed bounce, complaint or wish; the outcome, and why.

    The same mail a second time changes nothing.
    """
    person = claim.subscriber
    if notice.kind == "complaint":
        return _leave(connection, person, "complained", now=now), notice.why
    if notice.kind == "unsubscribe":
        return _leave(connection, person, "unsubscribed", now=now), notice.why
    said = f"{notice.status} {notice.diagnostic}".strip() or notice.why
    if person.state not in subscribers.MAILABLE:
        return "already", said
    if not _count(connection, claim, notice, now=now):
        return "already", said
    subscribers.note(connection, person.id, "bounce", now=now, detail=f"{notice.severity}: {said}")
    rows = connection.execute(select(_row.at, _row.severity).where(_row.subscriber_id == person.id)).mappings()
    reason = too_many([Bounce(at=row["at"], severity=row["severity"]) for row in rows])
    if not reason:
        return "counted", said
    return _leave(connection, person, "bounced", now=now), f"{reason}: {said}"


def _count(connection: Connection, claim: Claim, notice: Notice, *, now: datetime) -> bool:
    """Write the bounce down, unless as bad a one of this mailing is there."""
    weight = notice.severity or "soft"
    at = notice.date if notice.date is not None and now - OLDEST <= notice.date <= now else now
    values = {"at": at, "severity": weight, "status": notice.status, "detail": notice.diagnostic}
    mailing_id = claim.mailing_id or next(iter(notice.message_ids), "")
    mine = and_(_row.subscriber_id == claim.subscriber.id, _row.mailing_id == mailing_id)
    known = connection.scalar(select(_row.severity).where(mine))
    if known is None:
        keys = {"subscriber_id": claim.subscriber.id, "mailing_id": mailing_id}
        connection.execute(insert(_table).values(**keys, **values))
        return True
    if _WORST_FIRST.index(known) <= _WORST_FIRST.index(weight):
        return False
    connection.execute(update(_table).where(mine).values(**values))
    return True


def _leave(connection: Connection, person: Subscriber, state: Left, *, now: datetime) -> Outcome:
    before = subscribers.left_because(connection, person.address)
    known = max((one for one in (before, person.state) if one in _STRONGER), key=_STRONGER.index, default=None)
    if before is not None and known is not None and _STRONGER.index(known) >= _STRONGER.index(state):
        return "already"
    subscribers.lift(connection, person.address)  # or the weaker reason would stay
    subscribers.remove(connection, person.address, now=now, state=state)
    # Whoever is taken back later starts anew; what happened stays in the history.
    connection.execute(delete(_table).where(_row.subscriber_id == person.id))
    return state
