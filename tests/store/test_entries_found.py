"""Finding entries again: what may go into an issue, what ran before, what a local file held."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event

from digest.model import Entry, Period
from digest.store import entries, issues
from digest.store.database import Store, open_store
from digest.store.entries import file_entries
from digest.store.schema import entry as table
from digest.store.schema import issue as issue_table
from digest.text.titles import title_key
from tests.support.stores import store_url

NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def emptied(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:  # noqa: ARG001
    """One store for all the examples of a test; each begins by emptying it."""
    root = tmp_path_factory.mktemp("emptied")
    with closing(open_store(store_url(root), root)) as store:
        yield store


def entry(number: int, **values: Any) -> Entry:
    fields: dict[str, Any] = {"title": f"Title {number}", "url_key": f"a.example/{number}", "fingerprint": "1"}
    return Entry(id=f"{number:012x}", source_id=values.pop("source_id", "a"), first_seen=NOW, **(fields | values))


def file(store: Store, *found: Entry, now: datetime = NOW) -> None:
    with store.write() as connection:
        file_entries(connection, found, now=now, news_from=None)


def eligible(store: Store, *, issue: str) -> list[str]:
    with store.read() as connection:
        return sorted(one.id[-1] for one in entries.eligible(connection, now=NOW, issue=issue))


def test_a_corrected_title_is_found_and_the_one_before_is_not(store: Store) -> None:
    file(store, entry(1))
    file(store, entry(1, title="Port fees rise", fingerprint="2"))
    with store.write() as connection:
        connection.execute(table.update().values(state="used"))

        assert entries.spent_like(connection, [entry(9, title="Port Fees Rise!")])
        assert not entries.spent_like(connection, [entry(9, title="Title 1")])


def test_what_ran_before_is_looked_up_in_the_indexes(store: Store) -> None:
    asked: list[tuple[str, Any]] = []
    event.listen(store.engine, "before_cursor_execute", lambda _c, _k, sql, values, *_: asked.append((sql, values)))
    explain = "EXPLAIN QUERY PLAN" if store.path else "EXPLAIN"
    with store.read() as connection:
        if store.path is None:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # as for a table that is not empty
        entries.spent_like(connection, [entry(1)])
        plans = [
            " ".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {sql}", values))
            for sql, values in list(asked)
            if sql.startswith("SELECT")
        ]

    assert [re.findall(r"entry_by_\w+", plan) for plan in plans] == [["entry_by_url_key"], ["entry_by_title_key"]]


def make_issue(connection: Connection, name: str, state: str) -> None:
    issues.ensure_issue(connection, Period(name=name, start=NOW, end=NOW), now=NOW)
    connection.execute(issue_table.update().where(issue_table.c.name == name).values(state=state))


def offer(connection: Connection, number: int, name: str, state: str) -> None:
    make_issue(connection, name, state)
    connection.execute(table.update().where(table.c.id == entry(number).id).values(state="offered", issue=name))


def test_what_an_approved_issue_offers_goes_into_no_other(store: Store) -> None:
    file(store, entry(1), entry(2), entry(3), entry(4))
    with store.write() as connection:
        offer(connection, 1, "2026-W47", "approved")
        offer(connection, 2, "2026-W46", "out")  # passed over there
        offer(connection, 3, "2026-W45", "draft")

    assert eligible(store, issue="2026-W48") == ["2", "3", "4"]
    assert eligible(store, issue="2026-W47") == ["1", "2", "3", "4"]  # its own draft goes on having it
    with store.write() as connection:
        issues.reopen_issue(connection, "2026-W47")
    assert eligible(store, issue="2026-W48") == ["1", "2", "3", "4"]


def test_the_fingerprint_of_a_local_file_is_that_of_its_last_text(store: Store) -> None:
    local = {"source_id": "files", "path": "feeds/a.txt"}
    file(store, entry(1, **local), entry(2, source_id="files"), entry(3, path="feeds/grid.xml"))
    file(store, entry(4, **local, fingerprint="4"), now=NOW + timedelta(hours=1))
    file(store, entry(5, source_id="files", path="feeds/b.md", fingerprint="5"))

    def known() -> dict[str, str]:
        with store.read() as connection:
            return {row[0]: row[2] for row in entries.local_files(connection)}

    assert known() == {"feeds/a.txt": "4", "feeds/b.md": "5"}
    file(store, entry(1, **local, fingerprint="6"), now=NOW + timedelta(hours=2))
    assert known() == {"feeds/a.txt": "6", "feeds/b.md": "5"}


def test_entries_are_found_by_id_address_or_file(store: Store) -> None:
    file(store, entry(1, path="feeds/a.txt"))
    file(store, entry(2, url_key="a.example/1"))
    file(store, entry(3, url_key=None))
    one, two, three = (entry(number).id for number in (1, 2, 3))

    with store.read() as connection:
        assert entries.find_ids(connection, entry_id=three) == (three,)
        assert entries.find_ids(connection, url_key="a.example/1") == (one, two)
        assert entries.find_ids(connection, url_key="a.example/7", path="feeds/a.txt") == (one,)
        assert entries.find_ids(connection, url_key="") == entries.find_ids(connection) == ()


def test_what_waits_is_told_in_the_order_in_which_it_is_free(store: Store) -> None:
    until = {1: NOW + timedelta(days=3), 2: NOW + timedelta(days=1), 3: NOW + timedelta(days=2)}
    file(store, entry(4), *(entry(number, embargo=moment) for number, moment in until.items()), entry(5))
    with store.write() as connection:
        connection.execute(table.update().where(table.c.id == entry(4).id).values(state="held"))
        found = entries.waiting(connection)

    assert [one.id[-1] for one in found] == ["4", "2", "3", "1"]
    assert found[1] == entries.Waiting(id=entry(2).id, title="Title 2", hold_until=until[2], embargo=until[2])


some_titles = st.sampled_from(["Port fees rise", "PORT  FEES: rise!", "Fees", "", "…", "U.S. fees", "US fees"])
some_keys = st.sampled_from([None, "", "a.example/1", "a.example/2"])
some_states = st.sampled_from(["new", "offered", "used", "grouped", "dropped", "held", "backlog", "left"])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            some_titles, some_keys, some_states, st.sampled_from([None, "2026-W46", "2026-W47", "2026-W48"]),
            st.sampled_from([None, NOW, NOW + timedelta(days=1)]), st.sampled_from([None, NOW + timedelta(days=1)]),
        ),
        max_size=12,
    ),
    st.lists(st.tuples(some_titles, some_keys), max_size=4),
    st.lists(st.sampled_from(["draft", "approved", "out"]), min_size=2, max_size=2),
)  # fmt: skip
def test_what_is_asked_for_is_what_reading_every_entry_would_find(
    emptied: Store,
    stored: list[tuple[str, str | None, str, str | None, datetime | None, datetime | None]],
    wanted: list[tuple[str, str | None]],
    issue_states: list[str],
) -> None:
    every = [
        entry(number, title=title, url_key=key, state=state, issue=issue, hold_until=until, embargo=embargo)
        for number, (title, key, state, issue, until, embargo) in enumerate(stored)
    ]
    asked = [entry(100 + number, title=title, url_key=key) for number, (title, key) in enumerate(wanted)]
    with emptied.write() as connection:
        connection.execute(table.delete())
        file_entries(connection, every, now=NOW, news_from=None)
        for name, state in zip(("2026-W46", "2026-W47"), issue_states, strict=True):
            make_issue(connection, name, state)
        for one in every:
            values = {"state": one.state, "issue": one.issue, "hold_until": one.hold_until}
            connection.execute(table.update().where(table.c.id == one.id).values(**values))
        spent = entries.spent_like(connection, asked)
        free = entries.eligible(connection, now=NOW, issue="2026-W48")
        count = entries.count_eligible(connection, now=NOW, issue="2026-W48")

    keys, titles = {one.url_key for one in asked} - {None, ""}, {title_key(one.title) for one in asked} - {""}
    approved = {name for name, state in zip(("2026-W46", "2026-W47"), issue_states, strict=True) if state == "approved"}
    assert {one.id for one in spent} == {
        one.id
        for one in every
        if one.state in {"used", "grouped", "dropped"} and (one.url_key in keys or title_key(one.title) in titles)
    }
    assert {one.id for one in free} == {one.id for one in every if _may_go(one, approved)}
    assert count == len(free)


def _may_go(one: Entry, approved: set[str]) -> bool:
    if one.embargo is not None and one.embargo > NOW:
        return False
    if one.state == "held":
        return one.hold_until <= NOW if one.hold_until else one.issue != "2026-W48"
    return one.state == "new" or (one.state == "offered" and one.issue not in approved)
