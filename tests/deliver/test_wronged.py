"""Whom a correction is mailed to, in each kind of database."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, update

from digest.deliver import subscribers
from digest.deliver.forget import forget
from digest.deliver.mailing import freeze
from digest.deliver.wronged import Wronged, correction_mailing_id, count_wronged, open_correction
from digest.model import DeliveryState
from digest.store import schema
from digest.store.database import Store
from tests.support.project import at

ISSUE = "2026-W47"
SENT = at(18)
SHA, OTHER = "0" * 64, "1" * 64
ALL = Wronged(issue=ISSUE, variants=("all",))
ID = correction_mailing_id(ISSUE, OTHER)
_row = schema.delivery.c


def add(connection: Connection, name: str) -> int:
    return subscribers.add(connection, f"{name}@readers.example", now=at(1)).subscriber.id


def became(
    connection: Connection, id_: int, state: DeliveryState, *, variant: str = "all", when: datetime = SENT
) -> None:
    """What the issue's mailing came to for a subscriber."""
    mailing = select(schema.mailing.c.id).where(schema.mailing.c.kind == "issue")
    mine = update(schema.delivery).where(_row.mailing_id.in_(mailing), _row.subscriber_id == id_)
    connection.execute(mine.values(state=state, variant=variant, changed=when))


def frozen(connection: Connection) -> None:
    freeze(connection, ISSUE, "issue", SHA, ("all",), now=at(18), include_new=True)


def told(connection: Connection) -> list[tuple[str, str]]:
    query = select(_row.address, _row.state).where(_row.mailing_id == ID).order_by(_row.subscriber_id)
    return [(address.partition("@")[0], state) for address, state in connection.execute(query)]


def test_only_who_has_it_or_may_have_it_and_is_still_on_the_list(store: Store) -> None:
    states: tuple[DeliveryState, ...] = (
        "sent", "uncertain", "sending", "queued", "claimed", "deferred", "failed", "suppressed",
    )  # fmt: skip
    with store.write() as connection:
        ids = {state: add(connection, state) for state in states}
        other, left, gone, listed = (add(connection, name) for name in ("other", "left", "gone", "listed"))
        frozen(connection)
        for state, id_ in ids.items():
            became(connection, id_, state)
        became(connection, other, "sent", variant="world")
        for id_ in (left, gone, listed):
            became(connection, id_, "sent")
        add(connection, "stranger")
        subscribers.remove(connection, "left@readers.example", now=at(19))
        forget(connection, "gone@readers.example", now=at(19))
        subscribers.suppress(connection, [("listed@readers.example", "complained")], now=at(19))
        assert count_wronged(connection, ALL, mailing_id="") == 4
        mailing = open_correction(connection, ALL, content_sha256=OTHER, now=at(20))
        assert told(connection) == [
            ("sent", "queued"), ("uncertain", "queued"), ("sending", "queued"), ("listed", "suppressed"),
        ]  # fmt: skip
        assert (mailing.id, mailing.kind, mailing.recipients, mailing.frozen) == (ID, "correction", 4, at(20))
        assert count_wronged(connection, ALL, mailing_id=mailing.id) == 0
        wider = Wronged(issue=ISSUE, variants=("all", "world"))
        assert open_correction(connection, wider, content_sha256=OTHER, now=at(21)).recipients == 5
        assert told(connection)[-2:] == [("other", "queued"), ("listed", "suppressed")]


def test_the_list_grows_and_its_date_and_its_rows_stay(store: Store) -> None:
    with store.write() as connection:
        first, late = add(connection, "first"), add(connection, "late")
        frozen(connection)
        became(connection, first, "sent")
        became(connection, late, "deferred")
        open_correction(connection, ALL, content_sha256=OTHER, now=at(20))
        connection.execute(update(schema.delivery).where(_row.mailing_id == ID).values(state="sent"))
        became(connection, late, "sent", when=at(21))
        again = open_correction(connection, ALL, content_sha256=OTHER, now=at(22))
        assert (again.frozen, again.recipients) == (at(20), 2)
        assert told(connection) == [("first", "sent"), ("late", "queued")]


def test_only_copies_that_left_after_a_moment(store: Store) -> None:
    with store.write() as connection:
        before, same, after = add(connection, "before"), add(connection, "same"), add(connection, "after")
        frozen(connection)
        for id_, when in ((before, at(18)), (same, at(19)), (after, at(20))):
            became(connection, id_, "sent", when=when)
        late = Wronged(issue=ISSUE, variants=("all",), since=at(19))
        open_correction(connection, late, content_sha256=OTHER, now=at(21))
        assert told(connection) == [("after", "queued")]
        open_correction(connection, ALL, content_sha256=OTHER, now=at(21))
        assert [name for name, _ in told(connection)] == ["before", "same", "after"]


def test_who_has_another_issue_or_another_correction_of_this_one_has_no_wrong_words(store: Store) -> None:
    with store.write() as connection:
        id_ = add(connection, "anna")
        for issue, kind in (("2026-W46", "issue"), (ISSUE, "correction"), (ISSUE, "test")):
            row = {"id": f"{issue} {kind}", "issue": issue, "kind": kind, "content_sha256": SHA, "variants": ["all"],
                   "frozen": at(18), "recipients": 1}  # fmt: skip
            connection.execute(insert(schema.mailing).values(row))
            own = {"mailing_id": row["id"], "subscriber_id": id_, "address": "anna@readers.example", "name": "",
                   "variant": "all", "state": "sent", "attempts": 1, "detail": "", "changed": at(18)}  # fmt: skip
            connection.execute(insert(schema.delivery).values(own))
        assert count_wronged(connection, ALL, mailing_id="") == 0


def test_they_are_mailed_where_they_want_it_now(store: Store) -> None:
    with store.write() as connection:
        id_ = add(connection, "anna")
        frozen(connection)
        became(connection, id_, "sent")
        moved = update(schema.subscriber).where(schema.subscriber.c.id == id_)
        connection.execute(moved.values(address="anna@moved.example", name="Anna"))
        open_correction(connection, ALL, content_sha256=OTHER, now=at(20))
        query = select(_row.address, _row.name).where(_row.mailing_id == ID)
        assert connection.execute(query).one() == ("anna@moved.example", "Anna")


STATES: tuple[DeliveryState, ...] = ("queued", "deferred", "sent", "uncertain", "failed")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@given(st.lists(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(STATES)), max_size=4), max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
def test_whatever_happens_between_each_is_in_the_list_once_and_none_who_never_had_it(
    store: Store, rounds: list[list[tuple[int, DeliveryState]]]
) -> None:
    with store.write() as connection:
        for table in (schema.delivery, schema.mailing, schema.subscriber, schema.subscriber_event):
            connection.execute(delete(table))
        ids = [add(connection, f"r{number}") for number in range(5)]
        frozen(connection)
        had: set[int] = set()
        for changes in rounds:
            for number, state in changes:
                became(connection, ids[number], state)
            states = {
                row.subscriber_id: row.state
                for row in connection.execute(select(_row.subscriber_id, _row.state).where(_row.mailing_id != ID))
            }
            had |= {id_ for id_, state in states.items() if state in {"sent", "uncertain"}}
            open_correction(connection, ALL, content_sha256=OTHER, now=at(20))
            rows = connection.execute(select(_row.subscriber_id).where(_row.mailing_id == ID)).scalars().all()
            assert sorted(rows) == sorted(had)
