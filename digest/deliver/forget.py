"""Forgets a person: what is personal goes everywhere; the hash that keeps them from being mailed again stays."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import idna
from sqlalchemy import Connection, Select, case, delete, func, select, update

from digest.deliver import subscribers
from digest.errors import UsageError
from digest.store import schema
from digest.text.address import address_key, address_problem, tidy

_WAITING = ("queued", "claimed", "deferred")


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was known of somebody, in numbers."""

    subscriber: bool  # they were on the list
    deliveries: int  # rows of the ledger that lost address, name and the server's words
    reason: str  # why the address is on the suppression list from now on


def forget(connection: Connection, address: str, *, now: datetime) -> Forgotten:
    """Remove what is known of a person, in the caller's transaction, while nobody sends; see Store.scrub for the rest.

    The ledger keeps that there was a message and what became of it, so that its totals add up. The history keeps that
    the id was forgotten, so that nobody else gets it, and with it the links in mails already sent.

    Raises:
        UsageError: it is no address.
    """
    kept = tidy(address)
    if problem := address_problem(kept):
        raise UsageError(f"the address {problem}", hint="write it as name@example.org")
    reason = subscribers.left_because(connection, kept)
    known = subscribers.find(connection, kept)
    if reason is None:
        reason = known.state if known and known.state not in subscribers.MAILABLE else "unsubscribed"
        subscribers.suppress(connection, [(kept, reason)], now=now)
    ids: set[int] = set(connection.execute(_ids_in_ledger(kept)).scalars()) | ({known.id} if known else set())
    delivery = schema.delivery.c
    blanked = connection.execute(
        update(schema.delivery)
        .where(delivery.subscriber_id.in_(ids))
        .values(
            address="",
            name="",
            detail="forgotten",  # a server's reply may tell the address
            next_try=None,
            state=case((delivery.state.in_(_WAITING), "suppressed"), else_=delivery.state),
        )
    )
    # The history holds what they asked for on a web page and have not confirmed; a bounce, what a server said of them.
    for table in (schema.subscriber_event, schema.bounce):
        connection.execute(delete(table).where(table.c.subscriber_id.in_(ids)))
    connection.execute(delete(schema.subscriber).where(schema.subscriber.c.id.in_(ids)))
    for subscriber_id in sorted(ids):
        subscribers.note(connection, subscriber_id, "forgotten", now=now)
    return Forgotten(subscriber=known is not None, deliveries=blanked.rowcount, reason=reason)


def _ids_in_ledger(kept: str) -> Select[Any]:
    """The ids under which the address was mailed, should the subscriber be gone or have another by now."""
    delivery = schema.delivery.c
    local, _, domain = address_key(kept).rpartition("@")
    spelt = {f"{local}@{domain}", kept.lower()}
    with contextlib.suppress(idna.IDNAError):
        spelt.add(f"{local}@{idna.decode(domain)}")
    return select(delivery.subscriber_id).where(func.lower(delivery.address).in_(spelt)).distinct()
