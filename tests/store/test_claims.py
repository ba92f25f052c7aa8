"""Feeds that are listed, handed out and given back: each is one worker's at a time, whoever dies or sleeps."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import select

from digest.gather.web import politeness
from digest.model import FetchState, Source
from digest.production.duefeeds import host_of
from digest.store import claims, schema
from digest.store.database import Store, open_store
from digest.store.sources import load_sources, save_sources
from tests.support.postgres import Cluster

NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
UNTIL = NOW + timedelta(minutes=15)


def feed(id_: str, location: str | None = None) -> Source:
    return Source(id=id_, kind="feed", location=location or f"https://{id_}.example/feed.xml", name="")


GRID, PORT, LOCK = feed("grid"), feed("port"), feed("lock")


def list_(store: Store, *sources: Source) -> claims.Listing:
    with store.write() as connection:
        return claims.list_sources(connection, sources, host_of)


def remember(store: Store, *told: tuple[Source, FetchState]) -> None:
    with store.write() as connection:
        save_sources(connection, told)


def hand_out(store: Store, token: str, *, now: datetime = NOW, most: int = 1000) -> set[str]:
    with store.share() as connection:
        due = claims.claim_due(connection, token=token, now=now, until=now + timedelta(minutes=15), most=most)
    return {one.id for one in due}


def take(store: Store, token: str, ids: Sequence[str], owner: str) -> claims.Claim:
    with store.share() as connection:
        return claims.take(connection, token, ids, owner=owner, until=UNTIL)


def held(store: Store, claim: claims.Claim) -> set[str]:
    with store.write() as connection:
        return set(claims.held(connection, claim, claim.ids))


def rows(store: Store) -> dict[str, tuple[bool, str | None, str]]:
    table = schema.source.c
    with store.read() as connection:
        return {
            row[0]: row[1:] for row in connection.execute(select(table.id, table.listed, table.host, table.location))
        }


@pytest.fixture
def server_store(cluster: Cluster, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(cluster.fresh(), tmp_path)
    yield opened
    opened.close()


# -- the list


def test_a_feed_that_is_only_listed_was_never_read(store: Store) -> None:
    assert list_(store, GRID, PORT) == claims.Listing(new=2)

    with store.read() as connection:
        assert load_sources(connection) == {}
    assert rows(store) == {
        "grid": (True, "grid.example", GRID.location),
        "port": (True, "port.example", PORT.location),
    }


def test_a_list_that_is_as_it_was_changes_nothing(store: Store) -> None:
    list_(store, GRID)

    assert list_(store, GRID) == claims.Listing()
    with store.read() as connection:
        assert claims.is_listed(connection, claims.fingerprint([GRID]))
        assert not claims.is_listed(connection, claims.fingerprint([GRID, PORT]))
        assert not claims.is_listed(connection, claims.fingerprint([feed("grid", "https://grid.example/other.xml")]))


def test_feeds_of_a_host_are_known_by_it_whatever_their_ports(store: Store) -> None:
    list_(
        store,
        feed("a", "https://user:word@Grid.EXAMPLE/a.xml"),
        feed("b", "http://grid.example:8080/b.xml"),
        feed("c", "http://grid.example/c.xml"),
    )

    assert [host for _, host, _ in rows(store).values()] == ["grid.example"] * 3


def test_files_of_this_disk_are_nobodys_to_hand_out(store: Store) -> None:
    folder = Source(id="files", kind="folder", location="feeds", name="Local files")
    remember(store, (folder, FetchState(last_fetched=NOW)), (feed("old", "feeds/old.xml"), FetchState()))

    assert list_(store, feed("old", "feeds/old.xml"), feed("new", "feeds/new.xml")) == claims.Listing(gone=1)
    assert hand_out(store, "one") == set()


def test_a_feed_taken_out_of_the_list_is_handed_out_no_more_and_one_never_asked_is_forgotten(store: Store) -> None:
    list_(store, GRID, PORT, LOCK)
    remember(store, (GRID, FetchState(last_fetched=NOW - DAY, title="Grid")))

    assert list_(store, LOCK) == claims.Listing(gone=2)
    assert {name: listed for name, (listed, *_) in rows(store).items()} == {"grid": False, "lock": True}
    assert hand_out(store, "one") == {"lock"}
    with store.read() as connection:
        assert load_sources(connection)["grid"].state.title == "Grid"

    assert list_(store, LOCK, GRID) == claims.Listing()  # back again, with what was known of it
    assert hand_out(store, "two") == {"grid"}


def test_a_feed_with_another_address_is_another_feed_and_whoever_asks_the_old_one_files_nothing(store: Store) -> None:
    list_(store, GRID)
    remember(store, (GRID, FetchState(next_due=NOW - HOUR, etag='"1"', failures=3)))
    assert hand_out(store, "old") == {"grid"}
    claim = take(store, "old", ["grid"], "old.me")

    assert list_(store, feed("grid", "https://other.example/feed.xml")) == claims.Listing(moved=1)

    assert held(store, claim) == set()
    with store.read() as connection:
        assert load_sources(connection) == {}
    assert rows(store)["grid"] == (True, "other.example", "https://other.example/feed.xml")
    assert hand_out(store, "new") == {"grid"}


def test_machines_that_disagree_on_an_address_do_not_have_the_feed_asked_at_each_planning(store: Store) -> None:
    there = feed("grid", "https://other.example/feed.xml")
    list_(store, GRID)
    remember(store, (GRID, FetchState(last_fetched=NOW, next_due=NOW + HOUR, etag='"1"')))

    for listed in (there, GRID, there):
        assert list_(store, listed) == claims.Listing(moved=1)
        assert hand_out(store, "early") == set()
    with store.read() as connection:
        assert load_sources(connection)["grid"].state == FetchState(next_due=NOW + HOUR)
    assert hand_out(store, "later", now=NOW + HOUR) == {"grid"}


def test_a_feed_listed_where_it_said_that_it_moved_is_the_same(store: Store) -> None:
    list_(store, GRID)
    there = "https://grid.example/new.xml"
    remember(store, (GRID, FetchState(next_due=NOW + HOUR, etag='"1"', moved_to=there, moved_since=NOW - DAY)))

    assert list_(store, feed("grid", there)) == claims.Listing(moved=1)
    with store.read() as connection:
        row = load_sources(connection)["grid"]
    assert (row.location, row.state) == (there, FetchState(next_due=NOW + HOUR, etag='"1"'))


# -- handing out

_MOMENTS = (None, *(NOW + wait for wait in (
    -HOUR, -SECOND, 0 * SECOND, SECOND, DAY - SECOND, DAY, DAY + SECOND, 7 * DAY, 7 * DAY + SECOND, 70 * DAY
)))  # fmt: skip


def test_those_feeds_are_handed_out_that_politeness_calls_due(store: Store) -> None:
    states = {
        f"feed-{number}": FetchState(last_fetched=NOW, next_due=due, retry_after=paused, gone_since=gone)
        for number, (due, paused, gone) in enumerate(product(_MOMENTS, _MOMENTS, (None, NOW - DAY)))
    }
    list_(store, *(feed(name) for name in states))
    remember(store, *((feed(name), state) for name, state in states.items()))

    expected = {name for name, state in states.items() if politeness.is_due(state, now=NOW, ask_all=False)}
    assert hand_out(store, "one") == expected
    assert 0 < len(expected) < len(states)


def test_the_bounds_of_a_clock_that_is_right_are_those_of_politeness() -> None:
    assert (claims.LONGEST_WAIT, claims.GONE_WAIT) == (politeness.LONGEST_WAIT, politeness.GONE_WAIT)


def test_those_come_first_that_were_never_read_and_then_those_that_waited_longest(store: Store) -> None:
    list_(store, GRID, PORT, LOCK)
    remember(store, (GRID, FetchState(next_due=NOW - HOUR)), (LOCK, FetchState(next_due=NOW - DAY)))

    assert [hand_out(store, name, most=1) for name in ("a", "b", "c", "d")] == [{"port"}, {"lock"}, {"grid"}, set()]


def test_what_is_handed_out_is_due_again_when_its_claim_has_run_out(store: Store) -> None:
    list_(store, GRID, PORT)

    assert hand_out(store, "one") == {"grid", "port"}
    assert hand_out(store, "two", now=UNTIL - SECOND) == set()
    with store.read() as connection:
        assert claims.count_out(connection, now=UNTIL - SECOND) == 2
        assert claims.hosts_out(connection, now=UNTIL - SECOND) == {"grid.example", "port.example"}
        assert claims.count_out(connection, now=UNTIL) == len(claims.hosts_out(connection, now=UNTIL)) == 0
    assert hand_out(store, "three", now=UNTIL) == {"grid", "port"}


def test_planners_at_once_hand_out_each_feed_once(server_store: Store) -> None:
    ids = {f"feed-{number}" for number in range(400)}
    list_(server_store, *map(feed, sorted(ids)))
    found: list[str] = []
    together = threading.Barrier(4)

    def plan(name: str) -> None:
        together.wait()
        for number in range(40):
            found.extend(hand_out(server_store, f"{name}-{number}", most=20))

    threads = [threading.Thread(target=plan, args=(f"planner-{number}",)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(found) == sorted(ids)


def test_a_feed_that_is_being_filed_is_passed_over_though_its_claim_has_run_out(server_store: Store) -> None:
    list_(server_store, GRID, PORT)
    hand_out(server_store, "one")
    claim = take(server_store, "one", ["grid"], "one.me")

    with server_store.write() as connection:
        assert claims.held(connection, claim, ["grid"]) == {"grid"}
        assert hand_out(server_store, "two", now=NOW + HOUR) == {"port"}


# -- asking


def test_a_batch_begun_again_belongs_to_whoever_began_it_last(store: Store) -> None:
    list_(store, GRID, PORT)
    hand_out(store, "one")
    first = take(store, "one", ["grid", "port"], "one.first")
    second = take(store, "one", ["grid", "port"], "one.second")

    assert first.ids == second.ids == {"grid", "port"}
    assert held(store, first) == set()
    assert held(store, second) == {"grid", "port"}


def test_a_claim_that_ran_out_and_was_given_to_another_takes_files_and_gives_back_nothing(store: Store) -> None:
    list_(store, GRID, PORT)
    hand_out(store, "one")
    mine = take(store, "one", ["grid"], "one.me")
    assert hand_out(store, "on", now=NOW + HOUR) == {"grid", "port"}  # a name that another begins with

    assert held(store, mine) == set()
    assert take(store, "one", ["grid", "port"], "one.again").ids == frozenset()
    with store.share() as connection:
        assert claims.renew(connection, mine, until=NOW + DAY) == 0
        assert claims.release(connection, mine) == 0
    assert hand_out(store, "three", now=NOW + HOUR) == set()


def test_a_claim_runs_on_while_it_is_renewed_and_what_is_given_back_is_due(store: Store) -> None:
    list_(store, GRID, PORT, LOCK)
    hand_out(store, "one")
    mine = take(store, "one", ["grid", "port"], "one.me")
    with store.share() as connection:
        assert claims.renew(connection, mine, until=NOW + DAY) == 2

    assert hand_out(store, "two", now=NOW + HOUR) == {"lock"}
    with store.share() as connection:
        assert claims.release(connection, mine, ["port", "lock"]) == 1
    assert hand_out(store, "three", now=NOW + HOUR) == {"port"}
    assert held(store, mine) == {"grid"}


def test_what_is_remembered_of_a_feed_leaves_its_claim_as_it_is(store: Store) -> None:
    list_(store, GRID)
    hand_out(store, "one")
    mine = take(store, "one", ["grid"], "one.me")

    remember(store, (GRID, FetchState(last_fetched=NOW)), (PORT, FetchState(last_fetched=NOW)))

    assert held(store, mine) == {"grid"}
    assert rows(store)["grid"] == (True, "grid.example", GRID.location)
