"""The list of a mailing is frozen, each with the variant that their topics ask for."""

from __future__ import annotations

from collections.abc import Collection

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, select

from digest.deliver import subscribers
from digest.deliver.mailing import freeze, topic_sets
from digest.model import Mailing
from digest.store import schema
from digest.store.database import Store
from tests.support.project import at

SHA = "0" * 64


def add(connection: Connection, name: str, *topics: str) -> None:
    subscribers.add(connection, f"{name}@readers.example", topics=topics, now=at(1))


def variant(topics: Collection[str]) -> str | None:
    """None for gardeners, the whole for most, else the topics by their initials."""
    if "Gardening" in topics:
        return None
    return "".join(sorted(topic[0] for topic in topics)) or "all"


def frozen(connection: Connection, *, include_new: bool = False) -> Mailing:
    return freeze(
        connection, "2026-W47", "issue", SHA, ("all", "W"), now=at(20), include_new=include_new, variant_for=variant
    )


def rows(connection: Connection) -> list[tuple[str, str, str, str]]:
    table = schema.delivery.c
    query = select(table.address, table.variant, table.state, table.detail).order_by(table.subscriber_id)
    return [(row[0].partition("@")[0], *row[1:]) for row in connection.execute(query)]


def test_each_row_has_the_variant_of_its_topics(store: Store) -> None:
    with store.write() as connection:
        add(connection, "anna")
        add(connection, "bert", "World")
        add(connection, "cleo", "Gardening")
        add(connection, "dora", "World", "Energy")
        subscribers.add(connection, "eric@readers.example", topics=("World",), now=at(1))
        subscribers.remove(connection, "eric@readers.example", now=at(2))
        assert frozen(connection).recipients == 4
        assert rows(connection) == [
            ("anna", "all", "queued", ""),
            ("bert", "W", "queued", ""),
            ("cleo", "nothing", "suppressed", "nothing on their topics this time"),
            ("dora", "EW", "queued", ""),
        ]


def test_who_came_since_is_added_with_a_variant_of_their_own_and_the_others_stay(store: Store) -> None:
    with store.write() as connection:
        add(connection, "anna", "World")
        frozen(connection)
        add(connection, "anna", "Energy")
        add(connection, "bert", "Energy")
        assert frozen(connection, include_new=True).recipients == 2
        assert rows(connection) == [("anna", "W", "queued", ""), ("bert", "E", "queued", "")]


def test_who_is_suppressed_stays_so_whatever_they_follow(store: Store) -> None:
    with store.write() as connection:
        add(connection, "anna", "World")
        subscribers.suppress(connection, [("anna@readers.example", "complained")], now=at(2))
        frozen(connection)
        assert rows(connection) == [("anna", "W", "suppressed", "on the suppression list")]


def test_the_sets_of_topics_are_counted_of_active_subscribers(store: Store) -> None:
    with store.write() as connection:
        assert topic_sets(connection) == {}
        for name, topics in (("a", ()), ("b", ("World", "Énergie «x»")), ("c", ("World", "Énergie «x»")), ("d", ())):
            add(connection, name, *topics)
        subscribers.remove(connection, "d@readers.example", now=at(2))
        assert topic_sets(connection) == {(): 1, ("World", "Énergie «x»"): 2}


TOPIC = st.sampled_from(["World", "Energy", "Gardening", "C'\"\\%", "能源", " "])


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(TOPIC, max_size=3, unique=True), min_size=1, max_size=8))
def test_everybody_is_copied_once_whatever_they_follow(store: Store, chosen: list[list[str]]) -> None:
    with store.write() as connection:
        for table in (schema.delivery, schema.mailing, schema.subscriber):
            connection.execute(delete(table))
        for number, topics in enumerate(chosen):
            add(connection, f"r{number}", *topics)
        assert frozen(connection).recipients == len(chosen)
        told = [(name, variant_) for name, variant_, _, _ in rows(connection)]
        assert told == [(f"r{number}", variant(topics) or "nothing") for number, topics in enumerate(chosen)]
