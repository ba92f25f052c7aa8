"""Reads a mailbox once: each mail is looked at, what follows from it is done, and only then is it marked.

What a mail does and that it was looked at stand in one transaction, so a crash anywhere changes nothing twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from digest.deliver.bounces import Kind, read_mail
from digest.deliver.claims import Proofs, believed
from digest.deliver.letterbox import Box, Letter
from digest.deliver.settling import Outcome, settle
from digest.store import schema

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from digest.deliver.bounces import Notice
    from digest.store.database import Store

BATCH = 50  # mails in one transaction

ACTING: frozenset[Kind] = frozenset({"bounce", "complaint", "unsubscribe"})
"""The kinds from which something follows for a reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one mail came to."""

    kind: Kind
    outcome: Outcome | None  # None: nothing follows, or it is not believed
    address: str  # the reader's; else the one the mail names
    why: str

    @property
    def is_doubtful(self) -> bool:
        """Whether something would follow if only it were proven: a person decides."""
        return self.kind in ACTING and self.outcome is None

    @property
    def waits_for_a_person(self) -> bool:
        """Whether somebody may want to leave and is still mailed; the mail is left unread."""
        return self.is_doubtful and self.kind in {"unsubscribe", "complaint"}


def read_inbox(
    store: Store, box: Box, proofs: Proofs | None, *, now: datetime, dry_run: bool = False
) -> Iterator[Reading]:
    """Look at every mail that was not looked at before; with ``dry_run`` nothing is written or marked.

    Raises:
        ConnectError: the server went away. What was read until then is done.
        StoreError: it cannot be written.
    """

    def known(keys: Collection[str]) -> set[str]:
        with store.read() as connection:
            return _known(connection, keys)

    letters = box.letters(known)
    while batch := list(islice(letters, BATCH)):
        readings, settled = [], []
        with store.write() as connection:
            for letter in batch:
                notice = read_mail(letter.raw)
                is_new = _note(connection, letter, notice, now=now)
                reading = _take(connection, notice, proofs, now=now) if is_new else None
                if reading is not None:
                    readings.append(reading)
                if notice.is_settled and not (reading is not None and reading.waits_for_a_person):
                    settled.append(letter)
            if dry_run:
                connection.rollback()
        if not dry_run:
            box.mark(settled)
        yield from readings


def _known(connection: Connection, keys: Collection[str]) -> set[str]:
    key = schema.inbox_mail.c.key
    return set(connection.execute(select(key).where(key.in_(keys))).scalars())


def _note(connection: Connection, letter: Letter, notice: Notice, *, now: datetime) -> bool:
    """Write down that the mail was looked at; False: it, or its like, was before."""
    keys = dict.fromkeys(filter(None, (letter.content_key, letter.place)))
    before = _known(connection, keys)
    rows = [{"key": key, "at": now, "kind": notice.kind} for key in keys if key not in before]
    if rows:
        connection.execute(insert(schema.inbox_mail), rows)
    return letter.content_key not in before


def _take(connection: Connection, notice: Notice, proofs: Proofs | None, *, now: datetime) -> Reading:
    named = next(iter(notice.recipients), "") or notice.sender
    if notice.kind not in ACTING:
        return Reading(kind=notice.kind, outcome=None, address=named, why=notice.why)
    claim = believed(connection, notice, proofs)
    if claim is None:
        return Reading(kind=notice.kind, outcome=None, address=named, why=f"{notice.why}; nothing proves it")
    outcome, why = settle(connection, claim, notice, now=now)
    return Reading(kind=notice.kind, outcome=outcome, address=claim.subscriber.address, why=f"{why} ({claim.by})")
