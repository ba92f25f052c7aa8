"""The ledger writes down what became of whom, in each kind of database the same."""

from __future__ import annotations

import hashlib
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from digest.deliver import subscribers
from digest.deliver.ledger import Ledger, next_try
from digest.errors import BusyError, StateError
from digest.model import Mailing, Tally
from digest.store.database import Store, put_meta
from tests.deliver.helpers import NOON, OWNER, SHA, opened, subscribe
from tests.support.postgres import lend

OK: dict[str, Any] = {"owner": OWNER, "now": NOON, "code": 250, "detail": "taken"}


def addresses(count: int, start: int = 1) -> list[str]:
    return [f"reader{number}@readers.example" for number in range(start, start + count)]


@pytest.fixture(autouse=True)
def everybody_is_alive(request: pytest.FixtureRequest) -> None:
    """On a server the senders of these tests have leases."""
    if "store" in request.fixturenames:
        lend(request.getfixturevalue("store"), OWNER, "boot-1:2")


def open_issue(ledger: Ledger, content: str = SHA, **more: Any) -> Mailing:
    return ledger.open_mailing("2026-W47", "issue", content, ("all",), now=NOON, **more)


def suppress(store: Store, address: str) -> None:
    with store.write() as connection:
        subscribers.suppress(connection, [(address, "complained")], now=NOON)


def test_opening_copies_the_active_and_marks_the_suppressed(store: Store) -> None:
    with Ledger(store) as ledger:
        subscribe(store, addresses(5))
        with store.write() as connection:
            subscribers.remove(connection, "reader2@readers.example", now=NOON)
        suppress(store, "Reader4@Readers.example")

        mailing = open_issue(ledger)

        assert (mailing.recipients, mailing.frozen, mailing.kind) == (4, NOON, "issue")
        assert [(row.subscriber_id, row.state) for row in ledger.rows(mailing.id)] == [
            (1, "queued"), (3, "queued"), (4, "suppressed"), (5, "queued"),
        ]  # fmt: skip
        assert ledger.tally(mailing.id) == Tally(left=3, suppressed=1)


def test_opening_again_adds_nobody_unless_asked(store: Store) -> None:
    with Ledger(store) as ledger:
        subscribe(store, addresses(2))
        first = open_issue(ledger)
        subscribe(store, addresses(2, start=3))

        assert open_issue(ledger) == first
        assert ledger.tally(first.id).total == 2

        wider = open_issue(ledger, include_new=True)
        assert (wider.id, wider.recipients) == (first.id, 4)
        assert ledger.tally(first.id) == Tally(left=4)
        assert ledger.mailings("2026-W47") == ledger.mailings() == (wider,)
        assert ledger.mailings("2026-W48") == ()


def test_other_content_replaces_what_nobody_got_and_is_refused_once_somebody_has(store: Store) -> None:
    with Ledger(store) as ledger:
        subscribe(store, addresses(2))
        old = open_issue(ledger, "a" * 64)
        new = open_issue(ledger, "b" * 64)

        assert old.id != new.id
        assert ledger.mailings() == (new,)
        assert ledger.rows(old.id) == ()

        row = ledger.claim(new.id, 1, 1, owner=OWNER, now=NOON)[0]
        ledger.sending(row, owner=OWNER, now=NOON)
        with pytest.raises(StateError, match="begun to go out with other content"):
            open_issue(ledger, "c" * 64)
        correction = ledger.open_mailing("2026-W47", "correction", "c" * 64, ("all",), now=NOON)
        assert ledger.tally(correction.id).left == 2


def test_ranges_cover_what_is_due_and_nothing_else(store: Store) -> None:
    with Ledger(store) as ledger:
        subscribe(store, addresses(7))
        mailing = open_issue(ledger)
        row = ledger.claim(mailing.id, 2, 2, owner=OWNER, now=NOON)[0]
        later = ledger.deferred(row, **OK)
        assert later.next_try is not None

        assert ledger.ranges(mailing.id, now=NOON, size=3) == ((1, 4), (5, 7))
        assert ledger.ranges(mailing.id, now=later.next_try, size=3) == ((1, 3), (4, 6), (7, 7))
        assert ledger.ranges("unknown", now=NOON) == ()


def test_a_claim_takes_each_row_once_and_only_within_the_range(store: Store) -> None:
    with Ledger(store) as ledger:
        subscribe(store, addresses(6))
        mailing = open_issue(ledger)

        assert [row.subscriber_id for row in ledger.claim(mailing.id, 2, 4, owner=OWNER, now=NOON)] == [2, 3, 4]
        assert [row.subscriber_id for row in ledger.claim(mailing.id, 1, 9, owner="boot-1:2", now=NOON)] == [1, 5, 6]
        assert ledger.claim(mailing.id, 1, 9, owner=OWNER, now=NOON) == ()
        assert ledger.release(mailing.id, 1, 9, owner=OWNER, now=NOON) == 3
        assert [row.subscriber_id for row in ledger.claim(mailing.id, 1, 9, owner=OWNER, now=NOON)] == [2, 3, 4]


def test_who_leaves_after_the_freeze_gets_nothing(store: Store) -> None:
    with Ledger(store) as ledger:
        subscribe(store, addresses(3))
        mailing = open_issue(ledger)
        with store.write() as connection:
            subscribers.remove(connection, "reader2@readers.example", now=NOON)

        claimed = ledger.claim(mailing.id, 1, 3, owner=OWNER, now=NOON)

        assert [row.subscriber_id for row in claimed] == [1, 3]
        assert ledger.tally(mailing.id) == Tally(left=2, suppressed=1)


def test_a_row_of_another_owner_cannot_be_marked(store: Store) -> None:
    with Ledger(store) as ledger:
        subscribe(store, addresses(1))
        mailing = open_issue(ledger)
        row = ledger.claim(mailing.id, 1, 1, owner=OWNER, now=NOON)[0]

        with pytest.raises(BusyError, match="taken over subscriber 1"):
            ledger.sending(row, owner="boot-1:2", now=NOON)
        ledger.sending(row, owner=OWNER, now=NOON)
        with pytest.raises(BusyError):
            ledger.sending(row, owner=OWNER, now=NOON)
        ledger.sent(row, **OK)
        with pytest.raises(BusyError):
            ledger.failed(row, **OK)


@pytest.mark.parametrize(
    ("owner", "policy", "claimed", "sending"),
    [
        ("boot-1:999", "hold", "queued", "uncertain"),
        ("boot-1:999", "resend", "queued", "queued"),
        ("boot-2:4711", "hold", "uncertain", "uncertain"),
        ("boot-2:4711", "resend", "queued", "queued"),
        ("boot-:4711", "hold", "uncertain", "uncertain"),
    ],
)
def test_recovery_knows_by_the_boot_what_is_in_doubt(
    tmp_path: Path, owner: str, policy: Any, claimed: str, sending: str
) -> None:
    with opened(tmp_path) as store, Ledger(store) as ledger:
        subscribe(store, addresses(4))
        mailing = open_issue(ledger)
        rows = ledger.claim(mailing.id, 1, 3, owner=OWNER, now=NOON)
        ledger.sending(rows[1], owner=OWNER, now=NOON)
        ledger.sent(rows[2], **OK)

        held = ledger.recover(mailing.id, owner=owner, policy=policy, now=NOON)

        assert [row.state for row in ledger.rows(mailing.id)] == [claimed, sending, "sent", "queued"]
        assert held == [claimed, sending].count("uncertain")
        assert ledger.resend_uncertain(mailing.id, now=NOON) == held
        assert ledger.tally(mailing.id) == Tally(sent=1, left=3)


def test_marks_do_not_wait_for_the_disk_and_nobody_else_gets_that_setting(store: Store) -> None:
    # 1 is NORMAL, 2 is FULL: https://sqlite.org/pragma.html#pragma_synchronous
    question, lazy, safe = (
        ("SHOW synchronous_commit", "off", "on") if store.path is None else ("PRAGMA synchronous", 1, 2)
    )
    with Ledger(store) as ledger:
        assert ledger._marks._free[0].exec_driver_sql(question).scalar() == lazy
    for transaction in (store.write, store.share, store.read):
        with transaction() as connection:
            assert connection.exec_driver_sql(question).scalar() == safe


def test_marking_waits_for_another_writer(store: Store) -> None:
    with Ledger(store) as ledger:
        subscribe(store, addresses(1))
        mailing = open_issue(ledger)
        row = ledger.claim(mailing.id, 1, 1, owner=OWNER, now=NOON)[0]
        writing, written = threading.Event(), []

        def write_slowly() -> None:
            with store.write() as connection:
                put_meta(connection, "fetch", "is writing too")
                writing.set()
                time.sleep(0.2)
                written.append(True)

        thread = threading.Thread(target=write_slowly)
        thread.start()
        writing.wait()
        ledger.sending(row, owner=OWNER, now=NOON)
        assert bool(written) == (store.path is not None)  # a server lets both write
        thread.join()

        assert ledger.rows(mailing.id, ["sending"])[0].subscriber_id == 1


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 30), (2, 60), (3, 120), (4, 240), (9, 240)])
def test_waits_grow_and_are_spread(attempts: int, minutes: int) -> None:
    waits = {next_try(attempts, number, NOON) - NOON for number in range(50)}

    assert min(waits) >= timedelta(minutes=minutes)
    assert max(waits) <= timedelta(minutes=minutes * 1.1)
    assert len(waits) > 20


def test_a_mailing_is_named_by_what_it_is(store: Store) -> None:
    with Ledger(store) as ledger:
        mailing = open_issue(ledger)

    expected = hashlib.sha256(f"2026-W47\0issue\0{SHA}\0all".encode()).hexdigest()[:16]
    assert mailing == Mailing(
        id=expected, issue="2026-W47", kind="issue", content_sha256=SHA, variants=("all",), frozen=NOON, recipients=0
    )
