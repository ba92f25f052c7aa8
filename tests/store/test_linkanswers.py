"""Answers are found by their address, replaced by newer ones, and swept when they are old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from digest.store.database import Store
from digest.store.linkanswers import load_link_answers, save_link_answers

NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def save(store: Store, answers: dict[str, str], *, asked: datetime = NOW) -> None:
    with store.write() as connection:
        save_link_answers(connection, answers, asked=asked, sweep_before=asked - DAY)


def load(store: Store, *urls: str) -> dict[str, str]:
    with store.read() as connection:
        return load_link_answers(connection, urls)


def test_an_answer_is_found_by_its_address_and_replaced(store: Store) -> None:
    save(store, {"https://a.example/ü": "1", "https://b.example/": "2"})
    save(store, {"https://a.example/ü": "3"}, asked=NOW + DAY / 2)

    assert load(store, "https://a.example/ü", "https://b.example/", "https://c.example/") == {
        "https://a.example/ü": "3",
        "https://b.example/": "2",
    }
    assert load(store) == {}


def test_more_addresses_than_one_question_takes_are_found(store: Store) -> None:
    many = {f"https://a.example/{n}": str(n) for n in range(1_203)}
    save(store, many)

    assert load(store, *many) == many


def test_old_answers_are_swept_and_those_of_a_clock_that_was_wrong(store: Store) -> None:
    save(store, {"future": "1"}, asked=NOW + 9 * DAY)
    save(store, {"old": "1"}, asked=NOW - DAY)
    save(store, {"new": "1"}, asked=NOW)
    save(store, {}, asked=NOW + timedelta(seconds=1))

    assert load(store, "future", "old", "new") == {"new": "1"}
