"""Whom a correction is mailed to: those who have, or may have, the mail of the issue with the wrong words in it.

The list of such a mailing grows: who gets the issue later, because they were put off or came since, gets the
correction after it. Nobody gets it twice, for the ledger's key is the mailing and the subscriber.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, insert, literal, select, update

from digest.deliver.mailing import suppress_listed, to_mailing
from digest.model import Mailing
from digest.store import schema

VARIANTS = ("all",)
_HAVE_IT = ("sent", "uncertain", "sending")  # of the last two nobody knows
_delivery = schema.delivery.c
_mailing = schema.mailing.c
_subscriber = schema.subscriber.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Wronged:
    """Those who have the wrong words."""

    issue: str
    variants: tuple[str, ...]  # of the issue's mails, those that had them
    since: datetime | None = None  # only whose copy left after this; None: all


def correction_mailing_id(issue: str, content_sha256: str) -> str:
    """The id of the mailing of a correction's mail."""
    text = "\0".join((issue, "correction", content_sha256, *VARIANTS))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def count_wronged(connection: Connection, wronged: Wronged, *, mailing_id: str) -> int:
    """How many of them are still on the list and have no row in the correction's mailing."""
    query = select(func.count()).select_from(schema.subscriber).where(*_wanted(wronged, mailing_id))
    return connection.scalar(query) or 0


def open_correction(connection: Connection, wronged: Wronged, *, content_sha256: str, now: datetime) -> Mailing:
    """The mailing of a correction, with everybody in it who is to get it as of now; in a ``Store.write()``."""
    issue = wronged.issue
    mailing_id = correction_mailing_id(issue, content_sha256)
    columns: dict[str, ColumnElement[Any]] = {
        "mailing_id": literal(mailing_id),
        "subscriber_id": _subscriber.id,
        "address": _subscriber.address,
        "name": _subscriber.name,
        "variant": literal(VARIANTS[0]),
        "state": literal("queued"),
        "attempts": literal(0),
        "detail": literal(""),
        "changed": literal(now, schema.Utc()),
    }
    found = select(*columns.values()).where(*_wanted(wronged, mailing_id)).order_by(_subscriber.id)
    connection.execute(insert(schema.delivery).from_select(list(columns), found))
    suppress_listed(connection, mailing_id)
    count = connection.scalar(select(func.count()).where(_delivery.mailing_id == mailing_id)) or 0
    row = connection.execute(select(schema.mailing).where(_mailing.id == mailing_id)).mappings().first()
    if row is not None:
        connection.execute(update(schema.mailing).where(_mailing.id == mailing_id).values(recipients=count))
        return replace(to_mailing(row), recipients=count)
    mailing = Mailing(
        id=mailing_id,
        issue=issue,
        kind="correction",
        content_sha256=content_sha256,
        variants=VARIANTS,
        frozen=now,
        recipients=count,
    )
    values = {name: getattr(mailing, name) for name in Mailing.__slots__}
    connection.execute(insert(schema.mailing).values({**values, "variants": list(VARIANTS)}))
    return mailing


def _wanted(wronged: Wronged, mailing_id: str) -> tuple[ColumnElement[bool], ...]:
    """Of the subscribers, those who are active, have the wrong words, and are not in the mailing yet."""
    own = select(_mailing.id).where(_mailing.issue == wronged.issue, _mailing.kind == "issue")
    has_it = [
        _delivery.mailing_id.in_(own),
        _delivery.subscriber_id == _subscriber.id,
        _delivery.state.in_(_HAVE_IT),
        _delivery.variant.in_(wronged.variants),
    ]
    if wronged.since is not None:
        has_it.append(_delivery.changed > wronged.since)
    there = exists().where(_delivery.mailing_id == mailing_id, _delivery.subscriber_id == _subscriber.id)
    return _subscriber.state == "active", exists().where(*has_it), ~there
