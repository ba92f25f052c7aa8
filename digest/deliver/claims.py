"""Whom a mail is about, and whether it can be believed: anybody can write a delivery report or a wish to leave.

Believed is what shows something that only we could make and only that reader's mail carries: the return path of a
message, the token of its unsubscribe link, or its Message-ID together with the reader's address.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from email.utils import parseaddr
from typing import TYPE_CHECKING

from sqlalchemy import select

from digest.deliver import subscribers
from digest.deliver.message import Recipient, message_id
from digest.deliver.tokens import unsubscribe_token
from digest.deliver.verp import read_return_path
from digest.store import schema
from digest.text.address import tidy

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from digest.config.settings import Settings
    from digest.deliver.bounces import Notice
    from digest.model import Subscriber

MOST_NAMED = 20  # addresses, tokens and Message-IDs of one mail that are looked up


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A reader whom a mail is about, and by what that is known."""

    subscriber: Subscriber
    mailing_id: str = ""  # "": the mail does not say which
    by: str


def believed(connection: Connection, notice: Notice, settings: Settings, *, secret: str | None) -> Claim | None:
    """Whom the mail is about, proven; None: nobody we know, or nothing proves it.

    Args:
        connection: to the store.
        notice: the mail.
        settings: of the newsletter.
        secret: the key of our links and Message-IDs; None: nothing was ever sent, so nothing can come back.
    """
    if not secret:
        return None
    return (
        _by_return_path(connection, notice, settings, secret)
        or _by_token(connection, notice, secret)
        or _by_message_id(connection, notice, settings, secret)
    )


def _by_return_path(connection: Connection, notice: Notice, settings: Settings, secret: str) -> Claim | None:
    base = parseaddr(settings.inbox.address or "")[1] if settings.inbox else ""
    for address in notice.sent_to[:MOST_NAMED] if base else ():
        named = read_return_path(address, base, secret=secret)
        person = subscribers.of_id(connection, named[1]) if named else None
        if named and person:
            return Claim(subscriber=person, mailing_id=named[0], by="its return path")
    return None


def _by_token(connection: Connection, notice: Notice, secret: str) -> Claim | None:
    for address, token in notice.tokens[:MOST_NAMED]:
        person = subscribers.find(connection, address)
        if person is None:
            continue
        ours = unsubscribe_token(secret, person.id, tidy(person.address))
        if hmac.compare_digest(ours.encode(), token.encode("utf-8", "replace")):
            return Claim(subscriber=person, by="its unsubscribe link")
    return None


def _by_message_id(connection: Connection, notice: Notice, settings: Settings, secret: str) -> Claim | None:
    given = {one.strip("<>").partition("@")[0].lower() for one in notice.message_ids[:MOST_NAMED]}
    if not given:
        return None
    people = [subscribers.find(connection, address) for address in notice.recipients[:MOST_NAMED]]
    mailings = connection.execute(select(schema.mailing.c.id)).scalars().all() if any(people) else []
    for person in people:
        if person is None:
            continue
        recipient = Recipient(subscriber_id=person.id, address=person.address)
        for mailing_id in mailings:
            ours = message_id(settings, mailing_id=mailing_id, secret=secret, recipient=recipient)
            if ours.strip("<>").partition("@")[0] in given:  # the domain may have changed since
                return Claim(subscriber=person, mailing_id=mailing_id, by="the Message-ID of what it is about")
    return None
