"""The double opt-in: what somebody asked for on a web page, and when it becomes so.

Anybody can type anybody's address. So asking changes nothing but the history ("asked"), one mail follows ("mailed"),
and only who reads it can confirm ("confirmed"). How far that is stands in the history alone, and so survives a crash.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from sqlalchemy import delete, func, select, update

from digest.deliver import subscribers
from digest.deliver.bounces import Notice
from digest.deliver.claims import Claim
from digest.deliver.settling import settle
from digest.model import Subscriber
from digest.store import schema
from digest.text.address import address_key, tidy

if TYPE_CHECKING:
    from sqlalchemy import Connection

MAIL_EVERY = timedelta(hours=24)
"""At most one mail to an address in this time, whoever asks and however often (research: delivery, fault plan)."""
GOOD_FOR = timedelta(days=7)
"""How long the link in such a mail works."""
KEPT = timedelta(days=8)
"""An address that nobody confirmed is kept no longer: a day more than its link works."""

ASKED, MAILED, REFUSED, CONFIRMED = "asked", "mailed", "not mailed", "confirmed"
_ENDS = frozenset({CONFIRMED, "returned", "unsubscribed", "bounced", "complained", "forgotten"})
_OUT_OF_ORDER = 1000  # numbers: where several write at once, a lower one may appear after a higher one

_event = schema.subscriber_event
_row = schema.subscriber_event.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wrote into the form; it becomes theirs when they confirm."""

    name: str = ""
    language: str | None = None
    topics: tuple[str, ...] | None = None  # empty: all; None: as they were

    def told(self) -> dict[str, object]:
        """What it changes, by the names the store has for it."""
        given = {"name": self.name or None, "language": self.language}
        said: dict[str, object] = {key: value for key, value in given.items() if value is not None}
        return said if self.topics is None else {**said, "topics": list(self.topics)}

    def dump(self) -> str:
        """As the history keeps it."""
        return json.dumps(self.told(), ensure_ascii=False) if self.told() else ""

    @staticmethod
    def load(text: str) -> Wish:
        """As ``dump`` wrote it."""
        said = json.loads(text or "{}")
        topics = said.get("topics")
        return Wish(
            name=said.get("name", ""),
            language=said.get("language"),
            topics=None if topics is None else tuple(topics),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of a subscriber's history."""

    number: int  # later ones are higher
    at: datetime
    event: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How far asking has come, for one subscriber."""

    asked: Step | None = None  # the last time they did
    mailed: datetime | None = None  # when the last mail about it left
    is_due: bool = False  # a mail is owed
    is_open: bool = False  # it can still be confirmed

    def may_ask(self, now: datetime) -> bool:
        """Whether another mail may follow."""
        return not self.is_due and (self.mailed is None or now - self.mailed >= MAIL_EVERY)


def course(history: Iterable[Step]) -> Course:
    """Read it from the history, oldest first."""
    asked: Step | None = None
    mailed: datetime | None = None
    due = still_open = False
    for step in history:
        if step.event == ASKED:
            asked, due, still_open = step, True, True
        elif step.event == MAILED:
            mailed, due = step.at, False
        elif step.event == REFUSED:
            due = False
        elif step.event in _ENDS:
            due = still_open = False
    return Course(asked=asked, mailed=mailed, is_due=due, is_open=still_open)


# --- in the store, in the caller's transaction -----------------------------------------------------------------


def ask(connection: Connection, address: str, wish: Wish, *, now: datetime) -> None:
    """Note that somebody asked for this address, which can be mailed (see address_problem); a mail is then due.

    Whether it is new, pending, on the list or had left, the same is written and nothing is said of which it was.
    Asking again before the next mail may leave changes what the last wish says, and no more.
    """
    known = subscribers.find(connection, address)
    if known is None:
        kept = tidy(address)
        known = Subscriber(
            id=subscribers.next_id(connection), address=kept, state="pending", added=now, changed=now
        )  # fmt: skip
        subscribers.insert_new(connection, {address_key(kept): known}, detail="by the web form")
    _ask(connection, known, wish.dump(), now=now)


def ask_back(connection: Connection, subscriber_id: int, *, now: datetime) -> bool:
    """Note that somebody who left by mistake wants to come back as they were; False: nobody has this id."""
    known = subscribers.of_id(connection, subscriber_id)
    if known is not None:
        _ask(connection, known, Wish().dump(), now=now)
    return known is not None


def _ask(connection: Connection, person: Subscriber, wish: str, *, now: datetime) -> None:
    so_far = course(_history(connection, person.id))
    if so_far.asked is None or so_far.may_ask(now):
        subscribers.note(connection, person.id, ASKED, now=now, detail=wish)
    else:  # a write in any case: how long the answer takes tells nothing
        last = so_far.asked
        text = wish if so_far.is_open else last.detail
        connection.execute(update(_event).where(_row.number == last.number).values(detail=text))


def confirm(connection: Connection, subscriber_id: int, *, now: datetime) -> Literal["confirmed", "already", "lapsed"]:
    """Do what was asked for, because who reads the address's mail confirms it.

    "already": they are on the list. "lapsed": nothing is open, for they left after it was asked, or are forgotten.
    """
    person = subscribers.of_id(connection, subscriber_id)
    if person is None:
        return "lapsed"
    if person.state == "active":
        return "already"
    so_far = course(_history(connection, person.id))
    if so_far.asked is None or not so_far.is_open:
        return "lapsed"
    values = Wish.load(so_far.asked.detail).told()
    subscribers.change(connection, person.id, {**values, "state": "active"}, now=now)
    subscribers.note(connection, person.id, CONFIRMED, now=now, detail=", ".join(sorted(values)))
    subscribers.lift(connection, person.address)
    connection.execute(delete(schema.bounce).where(schema.bounce.c.subscriber_id == person.id))  # they start anew
    return "confirmed"


def leave(connection: Connection, subscriber_id: int, *, now: datetime) -> None:
    """Mail them no more, because they said so; whoever is gone already stays as they are."""
    person = subscribers.of_id(connection, subscriber_id)
    if person is not None:
        notice = Notice(kind="unsubscribe", why="on the web page")
        settle(connection, Claim(subscriber=person, by="its unsubscribe link"), notice, now=now)


def choose(connection: Connection, subscriber_id: int, wish: Wish, *, now: datetime) -> bool:
    """Set what they want to read, as they say who proved who they are; False: they are not on the list."""
    person = subscribers.of_id(connection, subscriber_id)
    if person is None or person.state != "active":
        return False
    was = {"name": person.name, "language": person.language, "topics": list(person.topics)}
    changed = {key: value for key, value in {**wish.told(), "name": wish.name}.items() if value != was[key]}
    if changed:
        subscribers.change(connection, person.id, changed, now=now)
        subscribers.note(connection, person.id, "updated", now=now, detail=", ".join(sorted(changed)))
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A mail that is owed."""

    subscriber: Subscriber
    asked: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Outstanding:
    """What is owed, and where to look from the next time."""

    due: tuple[Due, ...] = ()  # the oldest first
    mailed: tuple[datetime, ...] = field(default=())  # when mails left, of those looked at
    mark: int = 0  # history before this number owes nothing


def outstanding(connection: Connection, *, after: int = 0) -> Outstanding:
    """The mails that are owed; of the history only what comes after a mark of before is read."""
    newest = connection.scalar(select(func.max(_row.number))) or 0
    wanted = (_row.number > after, _row.event.in_((ASKED, MAILED, REFUSED)))
    query = select(_row.number, _row.subscriber_id, _row.at, _row.event).where(*wanted).order_by(_row.number)
    rows = connection.execute(query).all()
    last = {row.subscriber_id: row.event for row in rows}
    due: list[Due] = []
    for subscriber_id in (one for one, event in last.items() if event == ASKED):
        so_far = course(_history(connection, subscriber_id))
        person = subscribers.of_id(connection, subscriber_id) if so_far.is_due else None
        if person is not None and so_far.asked is not None:
            due.append(Due(subscriber=person, asked=so_far.asked))
    due.sort(key=lambda one: one.asked.number)
    mark = due[0].asked.number - 1 if due else newest - _OUT_OF_ORDER
    left = tuple(row.at for row in rows if row.event == MAILED)
    return Outstanding(due=tuple(due), mailed=left, mark=max(after, mark))


def lapsed(connection: Connection, *, now: datetime) -> tuple[int, ...]:
    """The ids of those who never confirmed, and whose link works no more.

    Those somebody added as pending, and who never asked themselves, are left alone.
    """
    person = schema.subscriber.c
    fresh = select(_row.subscriber_id).where(_row.at > now - KEPT)
    asked = select(_row.subscriber_id).where(_row.event == ASKED)
    old = select(person.id).where(
        person.state == "pending", person.changed <= now - KEPT, person.id.in_(asked), person.id.not_in(fresh)
    )
    return tuple(connection.execute(old).scalars())


def lapse(connection: Connection, *, now: datetime) -> None:
    """Forget them, but for their ids, which nobody else gets."""
    for subscriber_id in lapsed(connection, now=now):
        connection.execute(delete(_event).where(_row.subscriber_id == subscriber_id))
        connection.execute(delete(schema.subscriber).where(schema.subscriber.c.id == subscriber_id))
        subscribers.note(connection, subscriber_id, "forgotten", now=now)


def _history(connection: Connection, subscriber_id: int) -> list[Step]:
    query = select(_row.number, _row.at, _row.event, _row.detail).where(_row.subscriber_id == subscriber_id)
    return [Step(**row) for row in connection.execute(query.order_by(_row.number)).mappings()]
