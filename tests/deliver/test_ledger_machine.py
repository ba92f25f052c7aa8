"""The ledger adds up at every moment, whoever dies when."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from digest.deliver.ledger import MAX_ATTEMPTS, Ledger, OnUncertain
from digest.model import Delivery
from digest.store import schema
from digest.store.database import Store
from tests.deliver.helpers import NOON, subscribe
from tests.deliver.test_ledger import addresses, open_issue
from tests.support.postgres import lend

OUTCOMES = ["sent", "deferred", "put off", "failed", "dropped", "given back", "lost", "lost, to be sent again"]


class LedgerMachine(RuleBasedStateMachine):
    """Anything that can happen, in any order, against a model of what was handed to the server."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        with store.write() as connection:
            for table in schema.metadata.sorted_tables:
                connection.execute(table.delete())
        self.ledger = Ledger(store)
        self.now = NOON
        self.boot, self.pid = 1, 1
        lend(store, self.owner)
        self.claimed: dict[int, Delivery] = {}
        self.sending: dict[int, Delivery] = {}
        self.accepted: Counter[int] = Counter()  # what the server has
        self.settled: dict[int, str] = {}
        self.again: Counter[int] = Counter()  # how often somebody chose to mail them though they may have it
        self.gone: set[int] = set()  # who left the list
        self.people = 0

    def teardown(self) -> None:
        self.ledger.close()

    @property
    def owner(self) -> str:
        return f"boot-{self.boot}:{self.pid}"

    def outcome(self, code: int) -> dict[str, Any]:
        return {"owner": self.owner, "now": self.now, "code": code, "detail": "said so"}

    @initialize(count=st.integers(1, 8))
    def freeze(self, count: int) -> None:
        subscribe(self.store, addresses(count))
        self.people = count
        self.mailing = open_issue(self.ledger)

    @rule(count=st.integers(1, 3))
    def people_come(self, count: int) -> None:
        subscribe(self.store, addresses(count, start=self.people + 1))
        self.people += count
        assert open_issue(self.ledger).recipients == self.mailing.recipients
        self.mailing = open_issue(self.ledger, include_new=True)

    @rule(lo=st.integers(1, 12), size=st.integers(0, 6))
    def claim(self, lo: int, size: int) -> None:
        for row in self.ledger.claim(self.mailing.id, lo, lo + size, owner=self.owner, now=self.now):
            assert row.subscriber_id not in self.settled
            self.claimed[row.subscriber_id] = row

    @precondition(lambda self: self.claimed)
    @rule(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.claimed)))
        row = self.claimed.pop(number)
        if self.ledger.sending(row, owner=self.owner, now=self.now):
            assert number not in self.gone
            self.sending[number] = row
        else:
            assert number in self.gone
            self.settled[number] = "suppressed"

    @precondition(lambda self: self.people)
    @rule(data=st.data())
    def somebody_leaves(self, data: st.DataObject) -> None:
        number = data.draw(st.integers(1, self.people))
        self.gone.add(number)
        with self.store.write() as connection:
            of = schema.subscriber.c.id == number
            connection.execute(schema.subscriber.update().where(of).values(state="unsubscribed"))

    @precondition(lambda self: self.sending)
    @rule(data=st.data(), what=st.sampled_from(OUTCOMES))
    def finish(self, data: st.DataObject, what: str) -> None:
        number = data.draw(st.sampled_from(sorted(self.sending)))
        row = self.sending.pop(number)
        if what == "sent":
            self.accepted[number] += 1
            self.settled[number] = self.ledger.sent(row, **self.outcome(250)).state
        elif what == "deferred":
            done = self.ledger.deferred(row, **self.outcome(451))
            assert done.attempts == row.attempts + 1 <= MAX_ATTEMPTS
            if done.state == "failed":
                self.settled[number] = "failed"
        elif what == "put off":
            done = self.ledger.put_off(row, **self.outcome(454))
            assert (done.state, done.attempts) == ("deferred", row.attempts)
        elif what == "failed":
            self.settled[number] = self.ledger.failed(row, **self.outcome(550)).state
        elif what == "dropped":
            self.ledger.step_back(row, owner=self.owner, now=self.now)
            self.claimed[number] = row
        elif what == "given back":
            self.ledger.give_back(row, owner=self.owner, now=self.now)
        elif what == "lost, to be sent again":
            self.accepted[number] += data.draw(st.integers(0, 1))
            done = self.ledger.uncertain(row, **self.outcome(0), policy="resend")
            self.again[number] += 1
            if done.state == "uncertain":
                self.settled[number] = "uncertain"
        else:
            self.accepted[number] += data.draw(st.integers(0, 1))
            self.settled[number] = self.ledger.uncertain(row, **self.outcome(0), policy="hold").state

    @rule()
    def give_back(self) -> None:
        self.ledger.release(self.mailing.id, 1, 99, owner=self.owner, now=self.now)
        self.claimed.clear()

    @rule()
    def uncertain_ones_are_to_be_sent_again(self) -> None:
        held = [number for number, state in self.settled.items() if state == "uncertain"]
        assert self.ledger.resend_uncertain(self.mailing.id, now=self.now) == len(held)
        self.again.update(held)
        for number in held:
            del self.settled[number]

    @rule(data=st.data(), reboot=st.booleans(), resends=st.booleans())
    def die_and_come_back(self, data: st.DataObject, *, reboot: bool, resends: bool) -> None:
        doubtful = set(self.sending) | (set(self.claimed) if reboot else set())
        for number in self.sending:
            self.accepted[number] += data.draw(st.integers(0, 1))
        if reboot and self.store.path is None:  # the server's crash, which empties the leases
            with self.store.write() as connection:
                connection.execute(schema.lease.delete())
        else:
            lend(self.store, self.owner, seconds=-1)
        self.boot, self.pid = self.boot + reboot, self.pid + 1
        lend(self.store, self.owner)
        policy: OnUncertain = "resend" if resends else "hold"
        held = self.ledger.recover(self.mailing.id, owner=self.owner, policy=policy, now=self.now)
        if resends:
            assert held == 0
            self.again.update(doubtful)
        else:
            assert held == len(doubtful)
            self.settled.update(dict.fromkeys(doubtful, "uncertain"))
        self.claimed.clear()
        self.sending.clear()

    @rule(minutes=st.integers(1, 300))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @invariant()
    def everything_adds_up(self) -> None:
        if not self.people:
            return
        tally = self.ledger.tally(self.mailing.id)
        counts = Counter(self.settled.values())
        assert tally.total == self.mailing.recipients == self.people
        assert (tally.sent, tally.failed) == (counts["sent"], counts["failed"])
        on_its_way = (
            0 if self.store.path is None else len(self.sending)
        )  # on a server a lease says that the sender lives
        assert tally.uncertain == counts["uncertain"] + on_its_way

    @invariant()
    def nothing_is_doubled_and_nothing_lost(self) -> None:
        if not self.people:
            return
        assert all(count <= 1 + self.again[number] for number, count in self.accepted.items())
        sent = {row.subscriber_id for row in self.ledger.rows(self.mailing.id, ["sent"])}
        held = {row.subscriber_id for row in self.ledger.rows(self.mailing.id, ["uncertain"])}
        assert sent <= set(self.accepted)
        assert {number for number, count in self.accepted.items() if count} <= sent | held | set(self.again)


def test_in_any_order_it_adds_up(store: Store) -> None:
    chosen = settings(max_examples=25 if store.path else 10, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(lambda: LedgerMachine(store), settings=chosen)  # type: ignore[arg-type]  # it calls it
