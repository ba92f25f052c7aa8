"""What became of each mailing for each subscriber, written down so that a kill at any moment loses and doubles nothing.

    queued → claimed → sending → sent | deferred | failed | uncertain      (+ suppressed)

A range of rows is claimed in a durable commit; "sending" is written before a body leaves and the outcome after the
reply, both without waiting for the disk: that survives the death of the process, and after the death of the machine,
which the boot id in the owner shows, or the lost lease on a server, the durable claim tells which rows are in doubt.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Update,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    update,
)

from digest.deliver.leases import is_known, is_live
from digest.deliver.mailing import VariantFor, freeze, to_mailing
from digest.deliver.marks import Marks
from digest.errors import BusyError
from digest.model import Delivery, DeliveryState, Mailing, Tally
from digest.store import schema
from digest.store.database import Store
from digest.store.outcomes import RETRY_AFTER_MIN, is_due, is_on_its_way

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

RANGE = 200  # rows claimed at once: one durable commit (3.5 ms), and at most so many in doubt after a power cut
MAX_ATTEMPTS = 5
FIRST, LAST = 0, 2**31 - 1  # ids of subscribers: PostgreSQL's INTEGER
AT_ONCE = 10_000  # ids in memory while ranges are made of them

LEFT = "left the list after it was frozen"

OnUncertain = Literal["hold", "resend"]

_COLUMNS = tuple(schema.delivery.c[name] for name in Delivery.__slots__)
_OUTCOME = ("state", "attempts", "next_try", "code", "detail", "changed")
_row = schema.delivery.c


def _marking(was: tuple[DeliveryState, ...], *columns: str) -> Update:
    """An update of one row of ours, made once: making it costs three times what executing it does."""
    mine = (
        _row.mailing_id == bindparam("of_mailing"),
        _row.subscriber_id == bindparam("of_subscriber"),
        _row.owner == bindparam("of_owner"),
        or_(*(_row.state == state for state in was)),
    )
    return update(schema.delivery).where(*mine).values({name: bindparam(f"to_{name}") for name in columns})


# Who has left since the range was claimed is not begun: at a slow rate that may be long ago.
_ACTIVE = exists().where(schema.subscriber.c.id == _row.subscriber_id, schema.subscriber.c.state == "active")
_BEGIN = _marking(("claimed",), "state", "changed").where(_ACTIVE)
_LEAVE = _marking(("claimed",), "state", "changed", "detail").where(~_ACTIVE)
_STEP_BACK = _marking(("claimed", "sending"), "state", "changed")
_SETTLE = _marking(("claimed", "sending"), *_OUTCOME)
_SETTLE_AGAIN = _marking(("claimed", "sending", "sent", "deferred", "failed", "uncertain"), *_OUTCOME)


def next_try(attempts: int, subscriber_id: int, now: datetime) -> datetime:
    """When to try again after so many attempts: in 30 minutes to 4 hours, spread over 10 % so not all come at once."""
    wait = timedelta(minutes=RETRY_AFTER_MIN[min(max(attempts, 1), len(RETRY_AFTER_MIN)) - 1])
    return now + wait * (1 + (subscriber_id * 7919 % 100) / 1000)


class Ledger:
    """The tables ``mailing`` and ``delivery``. Threads may share one; ``close`` it at the end."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._shared = store.path is None  # among senders on a server
        self._marks = Marks(store)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._marks.close()

    # -- the list

    def open_mailing(
        self,
        issue: str,
        kind: Literal["issue", "correction"],
        content_sha256: str,
        variants: Sequence[str],
        *,
        now: datetime,
        include_new: bool = False,
        variant_for: VariantFor | None = None,
    ) -> Mailing:
        """The mailing of this content; the first time, the active subscribers are copied: the list is frozen.

        Later the same mailing comes back; only ``include_new`` adds subscribers who came since.

        Raises:
            StateError: the issue has begun to go out with other content.
        """
        with self.store.write() as connection:
            return freeze(
                connection,
                issue,
                kind,
                content_sha256,
                tuple(variants),
                now=now,
                include_new=include_new,
                variant_for=variant_for,
            )

    def mailings(self, issue: str | None = None) -> tuple[Mailing, ...]:
        """Every mailing, or those of one issue, oldest first."""
        table = schema.mailing
        query = select(table).order_by(table.c.frozen, table.c.id)
        with self.store.read() as connection:
            rows = connection.execute(query if issue is None else query.where(table.c.issue == issue)).mappings()
            return tuple(to_mailing(row) for row in rows)

    def ranges(
        self, mailing_id: str, lo: int = FIRST, hi: int = LAST, *, now: datetime, size: int = RANGE
    ) -> tuple[tuple[int, int], ...]:
        """First and last subscriber id of each run of ``size`` rows that are to be sent now, of lo ≤ id ≤ hi."""
        due = and_(_row.mailing_id == mailing_id, _row.subscriber_id.between(lo, hi), _due(now))
        query = select(_row.subscriber_id).where(due).order_by(_row.subscriber_id)
        with self.store.read() as connection:
            some = connection.execute(query.execution_options(yield_per=AT_ONCE))
            batches = some.scalars().partitions(size)
            return tuple((batch[0], batch[-1]) for batch in batches)

    # -- before

    def claim(self, mailing_id: str, lo: int, hi: int, *, owner: str, now: datetime) -> tuple[Delivery, ...]:
        """Take the due rows with lo ≤ subscriber id ≤ hi, durably. Who has left since the freeze is suppressed.

        Raises:
            BusyError: the sender's lease is gone, or another digest is writing.
        """
        within = and_(_row.mailing_id == mailing_id, _row.subscriber_id.between(lo, hi), _due(now))
        gone = {"state": "suppressed", "detail": LEFT, "changed": now}
        with self.store.share() as connection:
            if self._shared:
                self._require_lease(connection, owner)
                # What another sender is about to take is left to it, unseen.
                free = select(_row.subscriber_id).where(within).with_for_update(skip_locked=True)
                ids = connection.execute(free).scalars().all()
                within = and_(_row.mailing_id == mailing_id, _row.subscriber_id.in_(ids), _due(now))
            connection.execute(update(schema.delivery).where(within, ~_ACTIVE).values(**gone))
            query = update(schema.delivery).where(within).values(state="claimed", owner=owner, changed=now)
            rows = connection.execute(query.returning(*_COLUMNS)).mappings().all()
        return tuple(sorted(map(_to_delivery, rows), key=lambda row: row.subscriber_id))

    def _require_lease(self, connection: Connection, owner: str) -> None:
        if not connection.scalar(select(is_known(literal(owner)))):
            raise BusyError(
                f"{self.store.name}: the server broke down meanwhile, and may have lost what was noted last",
                hint="run `digest send` again: nobody is mailed twice; whoever is in doubt is listed as uncertain",
            )

    def sending(self, row: Delivery, *, owner: str, now: datetime) -> bool:
        """The body is about to leave; False: it must not, because the reader has left meanwhile, and is suppressed now.

        Raises:
            BusyError: the row is no longer ours. The body must not leave.
            StoreError: the disk is full, or the store damaged. Nor then.
        """
        if self._marked(_BEGIN, row, owner=owner, state="sending", changed=now):
            return True
        self._mark(_LEAVE, row, owner=owner, state="suppressed", changed=now, detail=LEFT)
        return False

    # -- after

    def sent(self, row: Delivery, *, owner: str, now: datetime, code: int | None, detail: str) -> Delivery:
        """The server has it."""
        return self._settle(row, "sent", owner=owner, now=now, code=code, detail=detail)

    def deferred(self, row: Delivery, *, owner: str, now: datetime, code: int | None, detail: str) -> Delivery:
        """Not now: to be tried again, at most MAX_ATTEMPTS times in all."""
        if row.attempts + 1 < MAX_ATTEMPTS:
            return self._settle(row, "deferred", owner=owner, now=now, code=code, detail=detail)
        why = f"given up after {MAX_ATTEMPTS} attempts: {detail}"
        return self._settle(row, "failed", owner=owner, now=now, code=code, detail=why)

    def put_off(self, row: Delivery, *, owner: str, now: datetime, code: int | None, detail: str) -> Delivery:
        """Not now, because of us: to be tried again, and none of this recipient's MAX_ATTEMPTS is used up."""
        return self._settle(row, "deferred", owner=owner, now=now, code=code, detail=detail, counts=False)

    def failed(self, row: Delivery, *, owner: str, now: datetime, code: int | None, detail: str) -> Delivery:
        """Never: the server refuses this recipient or this message."""
        return self._settle(row, "failed", owner=owner, now=now, code=code, detail=detail)

    def uncertain(
        self, row: Delivery, *, owner: str, now: datetime, code: int | None, detail: str, policy: OnUncertain
    ) -> Delivery:
        """No answer after the body: held for a person, or with "resend" tried again later like a deferred one."""
        again = policy == "resend" and row.attempts + 1 < MAX_ATTEMPTS
        return self._settle(row, "deferred" if again else "uncertain", owner=owner, now=now, code=code, detail=detail)

    def step_back(self, row: Delivery, *, owner: str, now: datetime) -> None:
        """The final dot never left: the row is claimed again, as if nothing had been tried."""
        self._mark(_STEP_BACK, row, owner=owner, state="claimed", changed=now)

    def give_back(self, row: Delivery, *, owner: str, now: datetime) -> None:
        """The same, but this sender does not try it any more: it is not to be in doubt if the machine dies."""
        self._mark(_STEP_BACK, row, owner=owner, state="queued", changed=now)

    def release(self, mailing_id: str, lo: int, hi: int, *, owner: str, now: datetime) -> int:
        """Give back what was claimed and not begun. Say how many rows that was.

        Nothing, if the sender's lease is gone: marks of rows that were begun may be lost.
        """
        query = update(schema.delivery).where(
            _row.mailing_id == mailing_id,
            _row.subscriber_id.between(lo, hi),
            _row.state == "claimed",
            _row.owner == owner,
            is_known(literal(owner)) if self._shared else true(),
        )
        with self.store.share() as connection:
            return connection.execute(query.values(state="queued", owner=None, next_try=None, changed=now)).rowcount

    def recover(self, mailing_id: str, *, owner: str, policy: OnUncertain, now: datetime) -> int:
        """Settle what a dead sender left behind; say how many rows are uncertain because of it.

        In SQLite call it only while holding the send lock: every row in work is taken for abandoned. On the same boot a
        claimed row has not begun; after another boot the marks since the claim may be lost, so it is in doubt too. On a
        server the rows of a sender whose lease is alive are its own; see digest.deliver.leases for the others.
        """
        if self._shared:
            abandoned, unharmed = ~is_live(_row.owner), is_known(_row.owner)
        else:
            abandoned, unharmed = true(), _row.owner.startswith(f"{owner.partition(':')[0]}:", autoescape=True)
        untouched = and_(_row.state == "claimed", unharmed, abandoned)
        claimed = and_(_row.state == "claimed", or_(_row.owner.is_(None), ~unharmed))
        doubtful = and_(or_(_row.state == "sending", claimed), abandoned)
        queued = {"state": "queued", "owner": None, "next_try": None, "changed": now}
        held = {
            "state": "uncertain",
            "owner": None,
            "detail": "the sender, or the store's server, died while this was on its way",
            "changed": now,
        }
        with self.store.write() as connection:
            ours = update(schema.delivery).where(_row.mailing_id == mailing_id)
            connection.execute(ours.where(untouched).values(**queued))
            in_doubt = connection.execute(ours.where(doubtful).values(**(held if policy == "hold" else queued)))
            return in_doubt.rowcount if policy == "hold" else 0

    def resend_uncertain(self, mailing_id: str, *, now: datetime) -> int:
        """Queue the uncertain ones once more: the operator would rather have some twice than some not at all."""
        query = update(schema.delivery).where(_row.mailing_id == mailing_id, _row.state == "uncertain")
        with self.store.write() as connection:
            return connection.execute(query.values(state="queued", next_try=None, changed=now)).rowcount

    # -- looking

    def tally(self, mailing_id: str, lo: int | None = None, hi: int | None = None) -> Tally:
        """Recipients by state. One in "sending" counts as left while its sender is known to live, else as uncertain."""
        where = [_row.mailing_id == mailing_id]
        if lo is not None and hi is not None:
            where.append(_row.subscriber_id.between(lo, hi))
        query = select(_row.state, func.count(), func.min(_row.next_try)).where(*where).group_by(_row.state)
        with self.store.read() as connection:
            rows = connection.execute(query).all()
            on_the_way = connection.execute(select(func.count()).where(*where, is_on_its_way())).scalar_one()
        counts: Counter[str] = Counter({state: count for state, count, _ in rows})
        return Tally(
            sent=counts["sent"],
            deferred=counts["deferred"],
            failed=counts["failed"],
            uncertain=counts["uncertain"] + counts["sending"] - on_the_way,
            suppressed=counts["suppressed"],
            left=counts["queued"] + counts["claimed"] + on_the_way,
            next_try=next((earliest for state, _, earliest in rows if state == "deferred"), None),
        )

    def rows(
        self, mailing_id: str, states: Collection[DeliveryState] = get_args(DeliveryState)
    ) -> tuple[Delivery, ...]:
        """The rows in one of these states, by subscriber id."""
        query = select(*_COLUMNS).where(_row.mailing_id == mailing_id, _row.state.in_(states))
        with self.store.read() as connection:
            found = connection.execute(query.order_by(_row.subscriber_id)).mappings()
            return tuple(map(_to_delivery, found))

    # -- marking

    def _settle(
        self,
        row: Delivery,
        state: DeliveryState,
        *,
        owner: str,
        now: datetime,
        code: int | None,
        detail: str,
        counts: bool = True,
    ) -> Delivery:
        attempts = row.attempts + counts
        again = next_try(attempts, row.subscriber_id, now) if state == "deferred" else None
        settled = replace(row, state=state, attempts=attempts, next_try=again, code=code, detail=detail, changed=now)
        values = {name: getattr(settled, name) for name in _OUTCOME}
        self._mark(_SETTLE, row, owner=owner, again=_SETTLE_AGAIN, **values)
        return settled

    def _marked(
        self, marking: Update, row: Delivery, *, owner: str, again: Update | None = None, **values: Any
    ) -> bool:
        which = {"of_mailing": row.mailing_id, "of_subscriber": row.subscriber_id, "of_owner": owner}
        given = which | {f"to_{name}": value for name, value in values.items()}
        return self._marks.write(marking, given, again=again) == 1

    def _mark(self, marking: Update, row: Delivery, *, owner: str, again: Update | None = None, **values: Any) -> None:
        if not self._marked(marking, row, owner=owner, again=again, **values):
            raise BusyError(
                f"mailing {row.mailing_id}: another sender has taken over subscriber {row.subscriber_id}",
                hint="let it finish; see `digest send --status`",
            )


def _due(now: datetime) -> ColumnElement[bool]:
    return or_(_row.state == "queued", is_due(now))


def _to_delivery(row: RowMapping) -> Delivery:
    return Delivery(**row)
