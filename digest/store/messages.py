"""The messages a subscriber had, as the ledger knows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from digest.store import schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message that a subscriber had, or was to have."""

    issue: str
    kind: str
    state: str
    detail: str
    changed: datetime


def messages_to(connection: Connection, subscriber_id: int) -> tuple[Message, ...]:
    """Every message a subscriber had or was to have, oldest first."""
    delivery, mailing = schema.delivery.c, schema.mailing.c
    query = (
        select(mailing.issue, mailing.kind, delivery.state, delivery.detail, delivery.changed)
        .join_from(schema.delivery, schema.mailing, mailing.id == delivery.mailing_id)
        .where(delivery.subscriber_id == subscriber_id)
        .order_by(mailing.frozen, mailing.id)
    )
    return tuple(Message(**row) for row in connection.execute(query).mappings())
