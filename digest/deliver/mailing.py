"""Opens a mailing: the list is copied and frozen, and an issue goes out with one content only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    RowMapping,
    Table,
    Text,
    and_,
    bindparam,
    cast,
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
_subscriber = schema.subscriber.c
_TOPICS = cast(_subscriber.topics, Text)  # as written: two columns of JSON cannot be compared in PostgreSQL
_chosen = Table(  # while a list is frozen: what those get who follow some topics; the others get the whole
    "chosen",
    MetaData(),
    Column("topics", Text, primary_key=True),
    Column("variant", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("detail", Text, nullable=False),
    prefixes=["TEMPORARY"],
)

VariantFor = Callable[[Collection[str]], str | None]
"""Says which variant those get who follow some topics; None: no mail, for there is nothing on them."""
_EMPTY = "nothing"
_EMPTY_DETAIL = "nothing on their topics this time"


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
    variant_for: VariantFor | None = None,
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
    _copy_subscribers(connection, mailing_id, variant_for, now)
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


def topic_sets(connection: Connection) -> dict[tuple[str, ...], int]:
    """How many active subscribers follow exactly these topics, as they were written; (): those who want everything."""
    return {tuple(json.loads(text)): count for text, count in _topic_counts(connection)}


def _topic_counts(connection: Connection) -> list[tuple[str, int]]:
    query = select(_TOPICS, func.count()).where(_subscriber.state == "active").group_by(_TOPICS)
    return [(str(text), int(count)) for text, count in connection.execute(query.order_by(_TOPICS))]


def _copy_subscribers(connection: Connection, mailing_id: str, variant_for: VariantFor | None, now: datetime) -> None:
    """Copy the active subscribers that the mailing does not have yet; mark those on the suppression list."""
    found = [(text, variant_for(json.loads(text))) for text, _ in _topic_counts(connection)] if variant_for else []
    others = [
        {"topics": text, "variant": variant or _EMPTY, "state": "queued" if variant else "suppressed",
         "detail": "" if variant else _EMPTY_DETAIL}
        for text, variant in found
        if variant != "all"
    ]  # fmt: skip
    if others:
        _chosen.create(connection, checkfirst=False)
        connection.execute(insert(_chosen), others)
    _copy(connection, mailing_id, now, has_others=bool(others))
    if others:
        _chosen.drop(connection, checkfirst=False)
    suppress_listed(connection, mailing_id)


def _copy(connection: Connection, mailing_id: str, now: datetime, *, has_others: bool) -> None:
    """Copy everybody in one statement, in the order of the key."""
    there = exists().where(_delivery.mailing_id == mailing_id, _delivery.subscriber_id == _subscriber.id)

    def own(name: str, usual: str) -> ColumnElement[Any]:
        return func.coalesce(_chosen.c[name], usual) if has_others else literal(usual)

    columns: dict[str, ColumnElement[Any]] = {
        "mailing_id": literal(mailing_id),
        "subscriber_id": _subscriber.id,
        "address": _subscriber.address,
        "name": _subscriber.name,
        "variant": own("variant", "all"),
        "state": own("state", "queued"),
        "attempts": literal(0),
        "detail": own("detail", ""),
        "changed": literal(now, schema.Utc()),
    }
    copied = select(*columns.values()).where(_subscriber.state == "active", ~there)
    if has_others:
        copied = copied.select_from(schema.subscriber.outerjoin(_chosen, _chosen.c.topics == _TOPICS))
    connection.execute(insert(schema.delivery).from_select(list(columns), copied.order_by(_subscriber.id)))


def suppress_listed(connection: Connection, mailing_id: str) -> None:
    """Mark those of a mailing's queue who are on the suppression list."""
    suppressed = set(connection.execute(select(schema.suppression.c.address_sha256)).scalars())
    if not suppressed:
        return
    mine = and_(_delivery.mailing_id == mailing_id, _delivery.subscriber_id == _subscriber.id)
    queued = select(_subscriber.id, _subscriber.address_key).join(schema.delivery, mine)
    rows = connection.execute(queued.where(_delivery.state == "queued").execution_options(yield_per=1000))
    gone = [{"of": id_} for id_, key in rows if hashlib.sha256(key.encode()).hexdigest() in suppressed]
    if gone:
        its = and_(_delivery.mailing_id == mailing_id, _delivery.subscriber_id == bindparam("of"))
        values = {"state": "suppressed", "detail": "on the suppression list"}
        connection.execute(update(schema.delivery).where(its).values(values), gone)
