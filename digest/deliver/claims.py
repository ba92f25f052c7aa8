"""Whom a mail is about, and whether it can be believed: anybody can write a delivery report or a wish to leave.

Believed is what shows something that only we could make and only that reader's mail carries: the return path of a
message, the token of its unsubscribe link, or its Message-ID together with the reader's address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from digest.deliver import subscribers
from digest.deliver.stamp import message_id_digits
from digest.deliver.verp import read_return_path
from digest.store import schema

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from digest.deliver.bounces import Notice
    from digest.deliver.tokens import Keyring
    from digest.model import Subscriber

MOST_NAMED = 20  # addresses, tokens and Message-IDs of one mail that are looked up


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A reader whom a mail is about, and by what that is known."""

    subscriber: Subscriber
    mailing_id: str = ""  # "": the mail does not say which
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """What only this newsletter can have made: the address its messages come back to, and its keys."""

    return_address: str  # without the part of each message; "": messages come back to the sender
    secret: str  # of Message-IDs and return paths
    keyring: Keyring  # of links
    now: datetime


def believed(connection: Connection, notice: Notice, proofs: Proofs | None) -> Claim | None:
    """Whom the mail is about, proven; None: nobody we know, or nothing proves it.

    Args:
        connection: to the store.
        notice: the mail.
        proofs: None: nothing was ever sent, so nothing can come back.
    """
    if proofs is None:
        return None
    return (
        _by_return_path(connection, notice, proofs)
        or _by_token(connection, notice, proofs)
        or _by_message_id(connection, notice, proofs.secret)
    )


def _by_return_path(connection: Connection, notice: Notice, proofs: Proofs) -> Claim | None:
    for address in notice.sent_to[:MOST_NAMED] if proofs.return_address else ():
        named = read_return_path(address, proofs.return_address, secret=proofs.secret)
        person = subscribers.of_id(connection, named[1]) if named else None
        if named and person:
            return Claim(subscriber=person, mailing_id=named[0], by="its return path")
    return None


def _by_token(connection: Connection, notice: Notice, proofs: Proofs) -> Claim | None:
    for _, token in notice.tokens[:MOST_NAMED]:
        named = proofs.keyring.subscriber_of(token, "unsubscribe", now=proofs.now)
        person = subscribers.of_id(connection, named) if named else None
        if person:
            return Claim(subscriber=person, by="its unsubscribe link")
    return None


def _by_message_id(connection: Connection, notice: Notice, secret: str) -> Claim | None:
    given = {one.strip("<>").partition("@")[0].lower() for one in notice.message_ids[:MOST_NAMED]}
    if not given:
        return None
    people = [subscribers.find(connection, address) for address in notice.recipients[:MOST_NAMED]]
    mailings = connection.execute(select(schema.mailing.c.id)).scalars().all() if any(people) else []
    for person in people:
        for mailing_id in mailings if person else ():
            # What follows the @ is the newsletter's domain, which may have changed since.
            if person and message_id_digits(secret, mailing_id, person.id) in given:
                return Claim(subscriber=person, mailing_id=mailing_id, by="the Message-ID of what it is about")
    return None
