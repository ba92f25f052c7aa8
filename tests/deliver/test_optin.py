"""The double opt-in, state by state: asking never changes anything, only who reads the mail does."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from digest.deliver import optin, subscribers
from digest.deliver.forget import forget
from digest.deliver.optin import GOOD_FOR, KEPT, MAIL_EVERY, Course, Step, Wish, course
from digest.deliver.settling import Left
from digest.model import SubscriberState
from digest.store.database import Store
from tests.deliver.helpers import NOON

ADA = "ada@readers.example"
HOUR = timedelta(hours=1)


def ask(store: Store, address: str = ADA, wish: Wish | None = None, *, now: datetime = NOON) -> None:
    with store.write() as connection:
        optin.ask(connection, address, wish or Wish(topics=()), now=now)


def mailed(store: Store, *, now: datetime = NOON) -> list[str]:
    """Whom the mails that are owed go to; they leave now."""
    with store.write() as connection:
        owed = optin.outstanding(connection).due
        for due in owed:
            subscribers.note(connection, due.subscriber.id, optin.MAILED, now=now)
        return [due.subscriber.address for due in owed]


def confirm(store: Store, subscriber_id: int = 1, *, now: datetime = NOON) -> str:
    with store.write() as connection:
        return optin.confirm(connection, subscriber_id, now=now)


def state(store: Store, address: str = ADA) -> SubscriberState | None:
    with store.read() as connection:
        known = subscribers.find(connection, address)
        return known.state if known else None


def events(store: Store, subscriber_id: int = 1) -> list[str]:
    with store.read() as connection:
        return [one.event for one in subscribers.history(connection, subscriber_id)]


def reason(store: Store, address: str = ADA) -> str | None:
    with store.read() as connection:
        return subscribers.left_because(connection, address)


def test_asking_subscribes_nobody_and_owes_one_mail(store: Store) -> None:
    ask(store)
    assert state(store) == "pending"
    assert mailed(store) == [ADA]
    assert mailed(store) == []


def test_who_confirms_is_on_the_list_with_what_they_wanted(store: Store) -> None:
    ask(store, wish=Wish(name="Ada", language="de", topics=("Ports",)))
    with store.read() as connection:
        found = subscribers.find(connection, ADA)
    assert found is not None
    assert (found.name, found.topics) == ("", ())  # nobody has said yet that it is true
    mailed(store)
    assert confirm(store) == "confirmed"
    with store.read() as connection:
        found = subscribers.find(connection, ADA)
    assert found is not None
    assert (found.name, found.language, found.topics, found.state) == ("Ada", "de", ("Ports",), "active")
    assert events(store) == ["added", "asked", "mailed", "confirmed"]


def test_confirming_twice_is_as_good_as_once(store: Store) -> None:
    ask(store)
    mailed(store)
    assert [confirm(store), confirm(store)] == ["confirmed", "already"]
    assert events(store).count("confirmed") == 1


def test_the_last_of_several_wishes_holds_and_one_mail_leaves(store: Store) -> None:
    ask(store, wish=Wish(name="Ada", topics=("Ports",)))
    mailed(store)
    ask(store, wish=Wish(name="Ada L", topics=()), now=NOON + HOUR)
    assert mailed(store, now=NOON + HOUR) == []
    confirm(store)
    with store.read() as connection:
        found = subscribers.find(connection, ADA)
    assert found is not None
    assert (found.name, found.topics) == ("Ada L", ())


def test_another_mail_leaves_a_day_after_the_last_left_not_after_it_was_asked(store: Store) -> None:
    ask(store)
    mailed(store, now=NOON + timedelta(hours=20))  # the mail server was away
    ask(store, now=NOON + timedelta(hours=25))
    assert mailed(store, now=NOON + timedelta(hours=25)) == []
    ask(store, now=NOON + timedelta(hours=44))
    assert mailed(store, now=NOON + timedelta(hours=44)) == [ADA]


def test_a_mail_that_was_refused_is_owed_no_more_and_may_be_asked_again(store: Store) -> None:
    ask(store)
    with store.write() as connection:
        subscribers.note(connection, 1, optin.REFUSED, now=NOON, detail="550")
    assert mailed(store) == []
    ask(store, now=NOON + HOUR)
    assert mailed(store) == [ADA]


@pytest.mark.parametrize("left", ["unsubscribed", "bounced", "complained"])
def test_who_is_gone_comes_back_only_by_confirming(store: Store, left: Left) -> None:
    with store.write() as connection:
        subscribers.add(connection, ADA, name="Ada", topics=("Ports",), now=NOON)
        subscribers.remove(connection, ADA, now=NOON, state=left)
    ask(store, wish=Wish(topics=()))
    assert (state(store), reason(store)) == (left, left)
    assert mailed(store) == [ADA]
    assert (state(store), reason(store)) == (left, left)
    assert confirm(store) == "confirmed"
    assert (state(store), reason(store)) == ("active", None)
    with store.read() as connection:
        found = subscribers.find(connection, ADA)
    assert found is not None
    assert (found.name, found.topics) == ("Ada", ())


def test_an_address_of_which_only_the_hash_is_left_may_come_back_too(store: Store) -> None:
    with store.write() as connection:
        subscribers.add(connection, ADA, now=NOON)
        forget(connection, ADA, now=NOON)
    ask(store)
    assert (state(store), reason(store)) == ("pending", "unsubscribed")
    mailed(store)
    assert confirm(store, 1) == "lapsed"  # who was forgotten
    assert confirm(store, 2) == "confirmed"
    assert (state(store), reason(store)) == ("active", None)


def test_an_old_link_brings_nobody_back_who_left_after_it(store: Store) -> None:
    ask(store)
    mailed(store)
    confirm(store)
    with store.write() as connection:
        optin.leave(connection, 1, now=NOON + HOUR)
    assert confirm(store, now=NOON + 2 * HOUR) == "lapsed"
    assert state(store) == "unsubscribed"
    ask(store, now=NOON + 3 * HOUR)  # within a day of the mail: nothing can follow
    assert mailed(store) == []
    assert confirm(store, now=NOON + 3 * HOUR) == "lapsed"


def test_who_left_by_mistake_comes_back_as_they_were(store: Store) -> None:
    with store.write() as connection:
        subscribers.add(connection, ADA, name="Ada", topics=("Ports",), now=NOON)
        optin.leave(connection, 1, now=NOON)
        assert optin.ask_back(connection, 1, now=NOON)
        assert not optin.ask_back(connection, 9, now=NOON)
    assert state(store) == "unsubscribed"
    assert mailed(store) == [ADA]
    confirm(store)
    with store.read() as connection:
        found = subscribers.find(connection, ADA)
    assert found is not None
    assert (found.name, found.topics, found.state) == ("Ada", ("Ports",), "active")


def test_a_stranger_who_asks_for_a_reader_changes_nothing_of_theirs(store: Store) -> None:
    with store.write() as connection:
        subscribers.add(connection, ADA, name="Ada", topics=("Ports",), now=NOON)
    ask(store, wish=Wish(name="Mallory", topics=("Tides",)))
    assert mailed(store) == [ADA]
    assert confirm(store) == "already"
    with store.read() as connection:
        found = subscribers.find(connection, ADA)
    assert found is not None
    assert (found.name, found.topics) == ("Ada", ("Ports",))


def test_leaving_twice_or_after_a_complaint_changes_nothing_more(store: Store) -> None:
    with store.write() as connection:
        subscribers.add(connection, ADA, now=NOON)
        subscribers.remove(connection, ADA, now=NOON, state="complained")
        optin.leave(connection, 1, now=NOON)
        optin.leave(connection, 1, now=NOON)
        optin.leave(connection, 77, now=NOON)
    assert (state(store), reason(store)) == ("complained", "complained")


def test_what_one_gets_is_changed_by_readers_only(store: Store) -> None:
    with store.write() as connection:
        subscribers.add(connection, ADA, name="Ada", language="de", now=NOON)
        assert optin.choose(connection, 1, Wish(name="", topics=("Ports",)), now=NOON)
        assert optin.choose(connection, 1, Wish(name="", topics=("Ports",)), now=NOON)
        found = subscribers.find(connection, ADA)
        assert found is not None
        assert (found.name, found.language, found.topics) == ("", "de", ("Ports",))
        optin.leave(connection, 1, now=NOON)
        assert not optin.choose(connection, 1, Wish(topics=()), now=NOON)
    assert events(store) == ["added", "updated", "unsubscribed"]


def test_who_never_confirms_is_forgotten_when_the_link_works_no_more(store: Store) -> None:
    ask(store)
    ask(store, "bea@readers.example", now=NOON + timedelta(days=5))
    with store.write() as connection:
        subscribers.add(connection, "cid@readers.example", now=NOON)
        optin.lapse(connection, now=NOON + GOOD_FOR)
        assert subscribers.find(connection, ADA) is not None
        optin.lapse(connection, now=NOON + KEPT)
        assert subscribers.find(connection, ADA) is None
        assert subscribers.of_id(connection, 2) is not None
        assert subscribers.next_id(connection) == 4  # whoever had the link that was mailed
    assert events(store, 1) == ["forgotten"]


def test_who_was_added_as_pending_is_left_alone(store: Store) -> None:
    with store.write() as connection:
        subscribers.add(connection, ADA, now=NOON)
        subscribers.change(connection, 1, {"state": "pending"}, now=NOON)
        assert optin.lapsed(connection, now=NOON + 10 * KEPT) == ()


def test_what_is_owed_is_found_from_a_mark_on(store: Store) -> None:
    ask(store)
    with store.read() as connection:
        first = optin.outstanding(connection)
        again = optin.outstanding(connection, after=first.mark)
    assert [due.subscriber.address for due in again.due] == [ADA]
    mailed(store)
    with store.write() as connection:
        for number in range(1200):
            optin.ask(connection, f"r{number}@readers.example", Wish(), now=NOON)
            if number < 600:
                subscribers.note(connection, number + 2, optin.MAILED, now=NOON)
    with store.read() as connection:
        whole = optin.outstanding(connection)
        part = optin.outstanding(connection, after=whole.mark)
    assert part.due == whole.due
    assert len(part.due) == 600
    assert whole.mark == part.mark > 1200  # what was mailed is not read again


def test_a_wish_is_kept_as_it_was() -> None:
    assert Wish().dump() == ""
    assert Wish.load("") == Wish()


@given(st.builds(Wish, name=st.text(), language=st.none() | st.just("de"), topics=st.none() | st.tuples(st.text())))
def test_any_wish_is_kept_as_it_was(wish: Wish) -> None:
    assert Wish.load(wish.dump()) == wish


EVENTS = ("added", "asked", "mailed", "not mailed", "confirmed", "unsubscribed", "bounce", "updated", "complained")


@given(st.lists(st.sampled_from(EVENTS), max_size=12))
def test_a_course_is_open_or_due_only_since_the_last_asking(named: list[str]) -> None:
    found = course(Step(number=i, at=NOON + i * HOUR, event=event) for i, event in enumerate(named))
    since = named[len(named) - 1 - named[::-1].index("asked") :] if "asked" in named else []
    ends = {"confirmed", "unsubscribed", "complained"}
    assert found.is_open == (bool(since) and not ends & set(since))
    assert found.is_due == (bool(since) and not (ends | {"mailed", "not mailed"}) & set(since))
    if found == Course():
        assert "asked" not in named


@dataclass
class _Model:
    """What ought to be so of one address."""

    state: str = ""  # none yet
    open: bool = False
    due: bool = False
    mailed: datetime | None = None
    mails: list[datetime] = field(default_factory=list)


class DoubleOptIn(RuleBasedStateMachine):
    """Whatever strangers, readers, mail servers and the clock do, in any order."""

    def __init__(self, store: Store, number: int) -> None:
        super().__init__()
        self.store, self.address = store, f"reader{number}@readers.example"
        self.now = NOON
        self.model = _Model()

    def known(self) -> int:
        with self.store.read() as connection:
            found = subscribers.find(connection, self.address)
        assert found is not None
        return found.id

    @rule(hours=st.sampled_from([1, 7, 25]))
    def time_passes(self, hours: int) -> None:
        self.now += hours * HOUR

    @rule()
    def somebody_asks(self) -> None:
        ask(self.store, self.address, now=self.now)
        model = self.model
        model.state = model.state or "pending"
        if not model.due and (model.mailed is None or self.now - model.mailed >= MAIL_EVERY):
            model.open = model.due = True

    @rule()
    def the_mail_leaves(self) -> None:
        sent = mailed(self.store, now=self.now)
        assert (self.address in sent) == self.model.due
        if self.model.due:
            self.model.mails.append(self.now)
            self.model.due, self.model.mailed = False, self.now

    @precondition(lambda self: self.model.state)
    @rule()
    def the_link_is_pressed(self) -> None:
        outcome = confirm(self.store, self.known(), now=self.now)
        wanted = "already" if self.model.state == "active" else "confirmed" if self.model.open else "lapsed"
        assert outcome == wanted
        if outcome == "confirmed":
            self.model.state, self.model.open, self.model.due = "active", False, False

    @precondition(lambda self: self.model.state)
    @rule()
    def the_reader_leaves(self) -> None:
        with self.store.write() as connection:
            optin.leave(connection, self.known(), now=self.now)
        if self.model.state in {"pending", "active", "bounced"}:
            self.model.state, self.model.open, self.model.due = "unsubscribed", False, False

    @precondition(lambda self: self.model.state)
    @rule(how=st.sampled_from(["bounced", "complained"]))
    def mail_comes_back(self, how: Left) -> None:
        with self.store.write() as connection:
            subscribers.lift(connection, self.address)
            subscribers.remove(connection, self.address, now=self.now, state=how)
        if self.model.state != how:
            self.model.state, self.model.open, self.model.due = how, False, False

    @precondition(lambda self: self.model.state)
    @rule()
    def the_operator_takes_them_back(self) -> None:
        with self.store.write() as connection:
            subscribers.add(connection, self.address, now=self.now, force=True)
        if self.model.state != "active":
            self.model.state, self.model.open, self.model.due = "active", False, False

    @invariant()
    def the_store_agrees(self) -> None:
        assert (state(self.store, self.address) or "") == self.model.state
        suppressed = reason(self.store, self.address)
        assert (suppressed is None) == (self.model.state in {"", "pending", "active"})

    @invariant()
    def no_two_mails_leave_within_a_day(self) -> None:
        mails = self.model.mails
        assert all(later - earlier >= MAIL_EVERY for earlier, later in itertools.pairwise(mails))


def test_the_double_opt_in_holds_whatever_happens(store: Store) -> None:
    numbers = itertools.count()
    examples = 40 if store.path else 10  # each step is some questions to a server
    chosen = settings(
        max_examples=examples, stateful_step_count=25, deadline=None, suppress_health_check=[*HealthCheck]
    )
    run_state_machine_as_test(
        lambda: DoubleOptIn(store, next(numbers)),  # type: ignore[arg-type]  # it is called, and no more
        settings=chosen,
    )
