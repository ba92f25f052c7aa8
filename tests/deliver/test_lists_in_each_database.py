"""Long lists are written straight through the driver; each database must read back what was meant."""

from __future__ import annotations

from datetime import timedelta

from digest.deliver import subscribers
from digest.deliver.forget import forget
from digest.deliver.listfile import BATCH, export_csv, import_csv
from digest.store.database import Store
from tests.deliver.helpers import NOON

COUNT = BATCH * 2 + 7
"""Enough for batches that are all new, which are written without asking."""


def listed(*more: str) -> bytes:
    rows = [f'reader.{number}@mail{number % 7}.example,Zoë {number},en,"a; b"' for number in range(COUNT)]
    return "\n".join(("address,name,language,topics", *rows, *more, "")).encode()


def test_a_long_list_is_imported_imported_again_and_exported(store: Store) -> None:
    with store.write() as connection:
        subscribers.remove(connection, "reader.7@mail0.example", now=NOON)
    with store.write() as connection:
        first = import_csv(connection, listed("Reader.5@mail5.example", "nonsense"), now=NOON, origin="from a list")
    with store.write() as connection:
        again = import_csv(connection, listed("new@readers.example"), now=NOON + timedelta(days=1))

    assert (first.added, first.duplicates, first.suppressed, first.bad_rows) == (COUNT - 1, 1, 1, 1)
    assert (again.added, again.already, again.suppressed) == (1, COUNT - 1, 1)
    with store.read() as connection:
        person = subscribers.find(connection, "reader.1@mail1.example")
        assert person is not None
        assert (person.name, person.language, person.topics) == ("Zoë 1", "en", ("a", "b"))
        assert (person.state, person.added, person.changed) == ("active", NOON, NOON)
        (event,) = subscribers.history(connection, person.id)
        assert (event.event, event.at, event.detail) == ("added", NOON, "from a list")
        assert len("".join(export_csv(connection)).splitlines()) == COUNT + 1


def test_addresses_in_the_last_batch_that_are_there_undo_nothing_else(store: Store) -> None:
    with store.write() as connection:
        subscribers.add(connection, f"reader.{BATCH + 3}@mail{(BATCH + 3) % 7}.example", now=NOON)
    with store.write() as connection:
        report = import_csv(connection, listed(), now=NOON)

    assert (report.added, report.updated) == (COUNT - 1, 1)
    with store.read() as connection:
        ids = [one.id for one in subscribers.listing(connection)]
        assert ids == list(range(1, COUNT + 1))


def test_somebody_is_forgotten(store: Store) -> None:
    with store.write() as connection:
        subscribers.add(connection, "anna@readers.example", name="Anna", now=NOON)
    with store.write() as connection:
        gone = forget(connection, "anna@readers.example", now=NOON)

    assert (gone.subscriber, gone.reason) == (True, "unsubscribed")
    assert store.scrub()
    with store.read() as connection:
        assert subscribers.find(connection, "anna@readers.example") is None
