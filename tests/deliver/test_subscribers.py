"""Who is on the list, how they got there, and who stays off it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from digest.deliver import subscribers
from digest.errors import StateError, UsageError
from digest.model import Subscriber
from tests.deliver.helpers import NOON, opened

pytestmark = pytest.mark.usefixtures("in_each_database")

LATER = NOON + timedelta(days=3)


def test_somebody_added_is_found_however_they_are_spelt(tmp_path: Path) -> None:
    with opened(tmp_path) as store, store.write() as connection:
        enrolled = subscribers.add(
            connection, " Anna@Häfen.Example", name="Anna\r\nÅgren", language="sv", topics=("ports",), now=NOON
        )

        assert enrolled.outcome == "added"
        assert enrolled.subscriber == Subscriber(
            id=1,
            address="Anna@häfen.example",
            name="Anna Ågren",
            language="sv",
            topics=("ports",),
            added=NOON,
            changed=NOON,
        )
        assert subscribers.find(connection, "anna@xn--hfen-loa.example") == enrolled.subscriber
        assert subscribers.find(connection, "anna@hafen.example") is None
        assert subscribers.count(connection)["active"] == 1


def test_added_again_it_is_there_already_or_updated(tmp_path: Path) -> None:
    with opened(tmp_path) as store, store.write() as connection:
        subscribers.add(connection, "anna@readers.example", name="Anna", now=NOON)

        assert subscribers.add(connection, "ANNA@readers.example", now=LATER).outcome == "already"
        again = subscribers.add(connection, "anna@readers.example", language="sv", now=LATER)

        assert again.outcome == "updated"
        assert (again.subscriber.name, again.subscriber.language, again.subscriber.changed) == ("Anna", "sv", LATER)
        assert subscribers.count(connection)["active"] == 1
        assert [event.event for event in subscribers.history(connection, 1)] == ["added", "updated"]


@pytest.mark.parametrize("state", ["unsubscribed", "bounced", "complained"])
def test_who_has_left_comes_back_only_by_force(tmp_path: Path, state: str) -> None:
    with opened(tmp_path) as store, store.write() as connection:
        subscribers.add(connection, "anna@readers.example", now=NOON)
        gone = subscribers.remove(connection, "Anna@readers.example", now=LATER, state=state)  # type: ignore[arg-type]
        assert gone is not None
        assert (gone.state, gone.changed) == (state, LATER)

        with pytest.raises(StateError, match=f"suppression list: {state}") as caught:
            subscribers.add(connection, "anna@readers.example", now=LATER)
        assert "--force" in str(caught.value.hint)

        back = subscribers.add(connection, "anna@readers.example", now=LATER, force=True)
        assert (back.outcome, back.subscriber.state, back.subscriber.id) == ("returned", "active", 1)
        assert subscribers.left_because(connection, "anna@readers.example") is None
        assert [event.event for event in subscribers.history(connection, 1)] == ["added", state, "returned"]


def test_removing_twice_and_removing_a_stranger_is_quiet(tmp_path: Path) -> None:
    with opened(tmp_path) as store, store.write() as connection:
        subscribers.add(connection, "anna@readers.example", now=NOON)
        first = subscribers.remove(connection, "anna@readers.example", now=NOON)
        second = subscribers.remove(connection, "anna@readers.example", now=LATER)

        assert first == second
        assert len(subscribers.history(connection, 1)) == 2
        assert subscribers.remove(connection, "bo@readers.example", now=NOON) is None
        with pytest.raises(StateError):
            subscribers.add(connection, "bo@readers.example", now=LATER)


def test_an_id_is_never_used_again(tmp_path: Path) -> None:
    with opened(tmp_path) as store, store.write() as connection:
        subscribers.add(connection, "anna@readers.example", now=NOON)
        connection.exec_driver_sql("DELETE FROM subscriber")

        assert subscribers.add(connection, "bo@readers.example", now=NOON).subscriber.id == 2


def test_what_cannot_be_mailed_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as store, store.write() as connection:
        with pytest.raises(UsageError, match="anna: the address has no @"):
            subscribers.add(connection, "anna", now=NOON)
        with pytest.raises(UsageError, match="Swedish, please: is no language tag"):
            subscribers.add(connection, "anna@readers.example", language="Swedish, please", now=NOON)
        assert subscribers.count(connection) == dict.fromkeys(
            ("pending", "active", "unsubscribed", "bounced", "complained"), 0
        )


def test_the_listing_can_be_of_some_states_only(tmp_path: Path) -> None:
    with opened(tmp_path) as store, store.write() as connection:
        for name in ("anna", "bo", "cy"):
            subscribers.add(connection, f"{name}@readers.example", now=NOON)
        subscribers.remove(connection, "bo@readers.example", now=NOON)

        assert [person.address for person in subscribers.listing(connection, ["active"])] == [
            "anna@readers.example",
            "cy@readers.example",
        ]
        assert len(list(subscribers.listing(connection))) == 3
