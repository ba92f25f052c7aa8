"""Opens a mailing: the list is copied and frozen, and an issue goes out with one content only."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)

from digest.errors import StateError
from digest.model import Mailing
from digest.store import schema

_delivery = schema.delivery.c
_mailing = schema.mailing.c


def to_mailing(row: RowMapping) -> Mailing:
    """A row of the table as a value."""
    return Mailing(**{**row, "variants": tuple(row["variants"])})


def freeze(
    connection: Connection,
    issue: str,
    kind: Literal["issue", "correction"],
    content_sha256: str,
    variants: tuple[str, ...],
    *,
    now: datetime,
    include_new: bool,
) -> Mailing:
    """The mailing of this content; the first time, the active subscribers are copied. See Ledger.open_mailing.

    Raises:
        StateError: the issue has begun to go out with other content.
    """
    same = and_(_mailing.issue == issue, _mailing.kind == kind, _mailing.content_sha256 == content_sha256)
    row = connection.execute(select(schema.mailing).where(same)).mappings().first()
    found = None if row is None else to_mailing(row)
    if found is not None and not include_new:
        return found
    if found is None and kind == "issue":
        _replace_unsent(connection, issue)
    text = "\0".join((issue, kind, content_sha256, *variants))
    mailing_id = found.id if found else hashlib.sha256(text.encode()).hexdigest()[:16]
    _copy_subscribers(connection, mailing_id, now)
    count = connection.scalar(select(func.count()).where(_delivery.mailing_id == mailing_id)) or 0
    mailing = Mailing(
        id=mailing_id,
        issue=issue,
        kind=kind,
        content_sha256=content_sha256,
        variants=found.variants if found else variants,
        frozen=found.frozen if found else now,
        recipients=count,
    )
    if found is not None:
        connection.execute(update(schema.mailing).where(same).values(recipients=count))
    else:
        values = {name: getattr(mailing, name) for name in Mailing.__slots__}
        connection.execute(insert(schema.mailing).values({**values, "variants": list(variants)}))
    return mailing


def _replace_unsent(connection: Connection, issue: str) -> None:
    """Drop what was frozen for the issue before it was changed, unless a message of it may have left."""
    of_issue = select(_mailing.id).where(_mailing.issue == issue, _mailing.kind == "issue")
    begun = exists().where(
        _delivery.mailing_id.in_(of_issue), _delivery.state.not_in(("queued", "suppressed", "failed"))
    )
    if connection.scalar(select(begun)):
        raise StateError(
            f"{issue}: has begun to go out with other content, and nobody is to get it twice",
            hint=f"`digest send --status` shows how far it is; changes go out with `digest correct {issue}`",
        )
    connection.execute(delete(schema.delivery).where(_delivery.mailing_id.in_(of_issue)))
    connection.execute(delete(schema.mailing).where(_mailing.issue == issue, _mailing.kind == "issue"))


def _copy_subscribers(connection: Connection, mailing_id: str, now: datetime) -> None:
    """Copy the active subscribers that the mailing does not have yet; mark those on the suppression list."""
    subscriber = schema.subscriber.c
    there = exists().where(_delivery.mailing_id == mailing_id, _delivery.subscriber_id == subscriber.id)
    columns: dict[str, ColumnElement[Any]] = {
        "mailing_id": literal(mailing_id),
        "subscriber_id": subscriber.id,
        "address": subscriber.address,
        "name": subscriber.name,
        "variant": literal("all"),
        "state": literal("queued"),
        "attempts": literal(0),
        "detail": literal(""),
        "changed": literal(now, schema.Utc()),
    }
    copied = select(*columns.values()).where(subscriber.state == "active", ~there)
    connection.execute(insert(schema.delivery).from_select(list(columns), copied))
    suppressed = set(connection.execute(select(schema.suppression.c.address_sha256)).scalars())
    if not suppressed:
        return
    mine = and_(_delivery.mailing_id == mailing_id, _delivery.subscriber_id == subscriber.id)
    queued = select(subscriber.id, subscriber.address_key).join(schema.delivery, mine)
    rows = connection.execute(queued.where(_delivery.state == "queued").execution_options(yield_per=1000))
    gone = [{"of": id_} for id_, key in rows if hashlib.sha256(key.encode()).hexdigest() in suppressed]
    if gone:
        its = and_(_delivery.mailing_id == mailing_id, _delivery.subscriber_id == bindparam("of"))
        values = {"state": "suppressed", "detail": "on the suppression list"}
        connection.execute(update(schema.delivery).where(its).values(values), gone)
