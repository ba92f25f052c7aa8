"""Somebody who is forgotten is nowhere in the store's files, and is never mailed again."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from digest.deliver import subscribers
from digest.deliver.forget import forget
from digest.deliver.ledger import Ledger
from digest.deliver.listfile import import_csv
from digest.errors import UsageError
from digest.store import schema
from digest.store.database import Store
from tests.deliver.helpers import NOON, SHA, opened, subscribe
from tests.support.postgres import lend

pytestmark = pytest.mark.usefixtures("in_each_database")

ANNA, NAME = "anna.forgettable@readers.example", "Anna Vergissmein"


def mailed(store: Store) -> str:
    """Anna and Bo are on a frozen list; to Anna a server said something with her address in it."""
    with store.write() as connection:
        subscribers.add(connection, ANNA, name=NAME, topics=("ports",), now=NOON)
    subscribe(store, ["bo@readers.example"])
    with Ledger(store) as ledger:
        mailing = ledger.open_mailing("2026-W47", "issue", SHA, ("all",), now=NOON)
        lend(store, "boot:1")
        (row,) = ledger.claim(mailing.id, 1, 1, owner="boot:1", now=NOON)
        ledger.failed(row, owner="boot:1", now=NOON, code=550, detail=f"<{ANNA}>: no such mailbox")
    with store.write() as connection:
        said = {"severity": "soft", "status": "4.2.2", "detail": f"<{ANNA}>: mailbox full"}
        connection.execute(insert(schema.bounce).values(subscriber_id=1, mailing_id=mailing.id, at=NOON, **said))
        subscribers.note(connection, 1, "asked", now=NOON, detail=f'{{"name": "{NAME}"}}')
    return mailing.id


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # a server's files are its keeper's
def test_nothing_personal_is_left_in_any_file_and_the_ledger_still_adds_up(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        mailing_id = mailed(store)
        with store.write() as connection:
            gone = forget(connection, ANNA.upper(), now=NOON)
        assert store.scrub()
        with Ledger(store) as ledger:
            rows = ledger.rows(mailing_id)
            assert [(row.subscriber_id, row.address, row.state) for row in rows] == [
                (1, "", "failed"),
                (2, "bo@readers.example", "queued"),
            ]

        with store.read() as connection:
            assert connection.scalar(select(func.count()).select_from(schema.bounce)) == 0
            assert [one.event for one in subscribers.history(connection, 1)] == ["forgotten"]

    assert (gone.subscriber, gone.deliveries, gone.reason) == (True, 1, "unsubscribed")
    held = b"".join(path.read_bytes() for path in (tmp_path / "state").iterdir())
    assert b"bo@readers.example" in held
    assert b"forgettable" not in held.lower()
    assert b"Vergissmein" not in held


def test_who_is_forgotten_is_not_imported_again_and_nobody_gets_their_id(tmp_path: Path) -> None:
    with opened(tmp_path) as store, store.write() as connection:
        subscribers.add(connection, ANNA, now=NOON)
        forget(connection, ANNA, now=NOON)

        report = import_csv(connection, f"{ANNA}\nbo@readers.example\n".encode(), now=NOON)

        assert (report.suppressed, report.added) == (1, 1)
        assert [person.id for person in subscribers.listing(connection)] == [2]
        assert [event.event for event in subscribers.history(connection, 1)] == ["forgotten"]


def test_a_message_that_still_waited_is_suppressed(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        mailing_id = mailed(store)
        with store.write() as connection:
            forget(connection, "bo@readers.example", now=NOON)
        with Ledger(store) as ledger:
            assert ledger.claim(mailing_id, 1, 9, owner="boot:1", now=NOON) == ()
            assert [row.state for row in ledger.rows(mailing_id)] == ["failed", "suppressed"]


def test_a_stranger_and_one_forgotten_before_are_suppressed_quietly(tmp_path: Path) -> None:
    with opened(tmp_path) as store, store.write() as connection:
        subscribers.add(connection, ANNA, now=NOON)
        subscribers.remove(connection, ANNA, now=NOON, state="complained")
        found = [forget(connection, one, now=NOON) for one in (ANNA, ANNA, "stranger@readers.example")]

        assert [(one.subscriber, one.reason) for one in found] == [
            (True, "complained"),
            (False, "complained"),
            (False, "unsubscribed"),
        ]
        with pytest.raises(UsageError):
            forget(connection, "anna", now=NOON)
