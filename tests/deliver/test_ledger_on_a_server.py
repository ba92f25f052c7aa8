"""What the ledger promises where several may send: leases, claims side by side, connections that break."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, literal, select

from digest.deliver.leases import is_known, is_live, nobody_sends, sender
from digest.deliver.ledger import Ledger
from digest.errors import BusyError, StoreError
from digest.model import Delivery, Mailing
from digest.store import outcomes, schema
from digest.store.database import Store, open_store
from tests.deliver.helpers import NOON, OWNER, subscribe
from tests.deliver.test_ledger import addresses, open_issue
from tests.support.postgres import Cluster, lend

OTHER = "boot-1:2"


@pytest.fixture
def store(cluster: Cluster, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(cluster.fresh(), tmp_path)
    subscribe(opened, addresses(6))
    lend(opened, OWNER, OTHER)
    yield opened
    opened.close()


def ids(rows: tuple[Delivery, ...]) -> list[int]:
    return [row.subscriber_id for row in rows]


def claimed(ledger: Ledger) -> tuple[Mailing, tuple[Delivery, ...]]:
    mailing = open_issue(ledger)
    return mailing, ledger.claim(mailing.id, 1, 4, owner=OWNER, now=NOON)


def cut_connections(store: Store, cluster: Cluster) -> None:
    cluster.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
        f"'{store.engine.url.database}' AND pid <> pg_backend_pid()"
    )


@pytest.mark.parametrize(
    ("lease", "policy", "expected"),
    [
        (60.0, "hold", ["claimed", "sending", "sent", "claimed"]),  # alive: all is its own
        (-1.0, "hold", ["queued", "uncertain", "sent", "queued"]),  # ran out: what was not begun was not begun
        (None, "hold", ["uncertain", "uncertain", "sent", "uncertain"]),  # the server crashed, and lost marks perhaps
        (None, "resend", ["queued", "queued", "sent", "queued"]),
    ],
)
def test_recovery_knows_by_the_lease_what_is_in_doubt(
    store: Store, lease: float | None, policy: Any, expected: list[str]
) -> None:
    with Ledger(store) as ledger:
        mailing, rows = claimed(ledger)
        ledger.sending(rows[1], owner=OWNER, now=NOON)
        ledger.sent(rows[2], owner=OWNER, now=NOON, code=250, detail="taken")
        with store.write() as connection:
            connection.execute(schema.lease.delete().where(schema.lease.c.owner == OWNER))
        if lease is not None:
            lend(store, OWNER, seconds=lease)

        held = ledger.recover(mailing.id, owner=OTHER, policy=policy, now=NOON)

        assert [row.state for row in ledger.rows(mailing.id)] == [*expected, "queued", "queued"]
        assert held == expected.count("uncertain")


def test_who_was_taken_over_cannot_begin_a_message(store: Store) -> None:
    with Ledger(store) as ledger:
        mailing, rows = claimed(ledger)
        lend(store, OWNER, seconds=-1)
        ledger.recover(mailing.id, owner=OTHER, policy="hold", now=NOON)
        ledger.claim(mailing.id, 1, 4, owner=OTHER, now=NOON)
        lend(store, OWNER)  # it wakes up and goes on

        with pytest.raises(BusyError, match="taken over subscriber 1"):
            ledger.sending(rows[0], owner=OWNER, now=NOON)
        assert ledger.release(mailing.id, 1, 9, owner=OWNER, now=NOON) == 0


def test_who_has_no_lease_claims_and_gives_back_nothing(store: Store) -> None:
    with Ledger(store) as ledger:
        mailing, _ = claimed(ledger)
        with store.write() as connection:
            connection.execute(schema.lease.delete())

        with pytest.raises(BusyError, match="broke down"):
            ledger.claim(mailing.id, 5, 6, owner=OWNER, now=NOON)
        assert ledger.release(mailing.id, 1, 9, owner=OWNER, now=NOON) == 0
        assert ledger.tally(mailing.id).left == 6


def test_a_claim_passes_over_what_another_is_claiming_without_waiting(store: Store) -> None:
    with Ledger(store) as ledger:
        mailing = open_issue(ledger)
        row = schema.delivery.c
        with store.share() as connection:
            locked = select(row.subscriber_id).where(row.subscriber_id.in_((2, 3))).with_for_update()
            connection.execute(locked)
            assert ids(ledger.claim(mailing.id, 1, 6, owner=OWNER, now=NOON)) == [1, 4, 5, 6]
        assert ids(ledger.claim(mailing.id, 1, 6, owner=OTHER, now=NOON)) == [2, 3]


def test_many_claim_at_once_and_nobody_is_claimed_twice(store: Store) -> None:
    subscribe(store, addresses(200, start=7))
    found: list[int] = []
    with Ledger(store) as ledger:
        mailing = open_issue(ledger)

        def claim_all(owner: str) -> None:
            for lo in range(1, 207, 20):
                found.extend(ids(ledger.claim(mailing.id, lo, lo + 19, owner=owner, now=NOON)))

        threads = [threading.Thread(target=claim_all, args=(owner,)) for owner in (OWNER, OTHER) * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(found) == list(range(1, 207))


def test_an_outcome_is_written_though_the_connection_was_cut(store: Store, cluster: Cluster) -> None:
    with Ledger(store) as ledger:
        mailing, rows = claimed(ledger)
        ledger.sending(rows[0], owner=OWNER, now=NOON)
        cut_connections(store, cluster)
        ledger.sent(rows[0], owner=OWNER, now=NOON, code=250, detail="taken")
        assert ledger.tally(mailing.id).sent == 1


def test_an_outcome_that_was_written_when_the_connection_broke_is_no_error(store: Store, cluster: Cluster) -> None:
    with Ledger(store) as ledger:
        mailing, rows = claimed(ledger)
        ledger.sending(rows[0], owner=OWNER, now=NOON)
        told: list[int] = []

        @event.listens_for(ledger._marks._free[0], "after_cursor_execute")
        def break_off(connection: Any, *_: Any) -> None:
            told.append(1)
            cut_connections(store, cluster)
            connection.exec_driver_sql("SELECT 1")  # where it is noticed

        ledger.sent(rows[0], owner=OWNER, now=NOON, code=250, detail="taken")
        assert told
        assert ledger.tally(mailing.id).sent == 1


def test_no_body_leaves_when_the_connection_is_cut_before_it(store: Store, cluster: Cluster) -> None:
    with Ledger(store) as ledger:
        mailing, rows = claimed(ledger)
        cut_connections(store, cluster)
        with pytest.raises(StoreError, match="cannot be written"):
            ledger.sending(rows[0], owner=OWNER, now=NOON)
        ledger.sending(rows[0], owner=OWNER, now=NOON)  # over a new connection
        assert [row.subscriber_id for row in ledger.rows(mailing.id, ["sending"])] == [rows[0].subscriber_id]


def test_a_sender_has_a_lease_while_it_lives_and_a_name_of_its_own(store: Store, tmp_path: Path) -> None:
    def known_and_alive(name: str) -> tuple[bool, bool]:
        with store.read() as connection:
            known, alive = connection.execute(select(is_known(literal(name)), is_live(literal(name)))).one()
            return known, alive

    with sender(store, tmp_path) as one, sender(store, tmp_path) as other:
        assert one != other
        assert known_and_alive(one) == known_and_alive(other) == (True, True)
        with pytest.raises(BusyError, match="is sending"), nobody_sends(store, tmp_path):
            pass
    assert known_and_alive(one) == (True, False)


@pytest.mark.parametrize(("lease", "uncertain"), [(60.0, 0), (-1.0, 1), (None, 1)])
def test_who_is_on_the_way_is_uncertain_only_when_the_sender_is_dead(
    store: Store, lease: float | None, uncertain: int
) -> None:
    with Ledger(store) as ledger:
        mailing, rows = claimed(ledger)
        ledger.sending(rows[0], owner=OWNER, now=NOON)
        ledger.sent(rows[1], owner=OWNER, now=NOON, code=250, detail="taken")
        with store.write() as connection:
            connection.execute(schema.lease.delete().where(schema.lease.c.owner == OWNER))
        if lease is not None:
            lend(store, OWNER, seconds=lease)

        tally = ledger.tally(mailing.id)
        with store.read() as connection:
            counted = outcomes.by_code(connection, mailing.id, ("uncertain", "sending"))
            listed = outcomes.first_rows(connection, mailing.id, ("uncertain", "sending"), most=10)

        assert (tally.sent, tally.uncertain, tally.left) == (1, uncertain, 5 - uncertain)
        assert (sum(counted.values()), len(listed)) == (uncertain, uncertain)


def test_a_lease_is_renewed_until_the_end(store: Store, tmp_path: Path) -> None:
    def until(name: str) -> Any:
        with store.read() as connection:
            return connection.scalar(select(schema.lease.c.until).where(schema.lease.c.owner == name))

    with sender(store, tmp_path, lease_s=0.2) as name:
        first = until(name)
        while until(name) == first:
            pass


def test_in_sqlite_there_is_one_sender_and_no_lease(tmp_path: Path) -> None:
    local = open_store("sqlite:///state/digest.db", tmp_path)
    with sender(local, tmp_path), pytest.raises(BusyError, match="is sending"), sender(local, tmp_path):
        pass
    with nobody_sends(local, tmp_path), local.read() as connection:
        assert connection.scalar(select(func.count()).select_from(schema.lease)) == 0
    local.close()
