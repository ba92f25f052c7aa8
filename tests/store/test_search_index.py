"""The index is brought up to date when somebody searches, and stays in step with whatever changes or goes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, update

from digest.store import schema
from digest.store.database import Store, open_store
from digest.store.search import index_new, is_behind, search_ids
from digest.store.searchindex import ENTRIES
from tests.store.test_search import row
from tests.support.stores import store_url

WORDS = ("harbour", "tariff", "港口")


@pytest.fixture(scope="module")
def store(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:  # noqa: ARG001
    root: Path = tmp_path_factory.mktemp("project")
    opened = open_store(store_url(root), root)
    yield opened
    opened.close()


step = st.one_of(
    st.tuples(st.just("add"), st.sampled_from(WORDS)),
    st.tuples(st.just("change"), st.integers(0, 5), st.sampled_from(WORDS)),
    st.tuples(st.just("remove"), st.integers(0, 5)),
    st.tuples(st.just("index")),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(step, max_size=25))
def test_after_any_changes_the_index_finds_what_is_there(store: Store, steps: list[tuple[object, ...]]) -> None:
    entry = schema.entry
    with store.write() as connection:
        connection.execute(delete(entry))
        connection.execute(delete(schema.meta).where(schema.meta.c.key == ENTRIES.noted))
        if connection.dialect.name == "sqlite":
            connection.execute(text("DELETE FROM entry_search_stale"))
            connection.execute(text("INSERT INTO entry_search(entry_search) VALUES ('rebuild')"))
    for count, (what, *args) in enumerate(steps):
        with store.write() as connection:
            ids = list(connection.execute(select(entry.c.id).order_by(entry.c.number)).scalars())
            if what == "add":
                connection.execute(insert(entry), [row(f"n{count}", "A title", text=f"about {args[0]} here")])
            elif what == "index":
                index_new(connection)
            elif ids and what == "change":
                known = ids[int(str(args[0])) % len(ids)]
                connection.execute(update(entry).where(entry.c.id == known).values(text=f"now {args[1]} there"))
            elif ids:
                connection.execute(delete(entry).where(entry.c.id == ids[int(str(args[0])) % len(ids)]))
    with store.write() as connection:
        index_new(connection)
        assert not is_behind(connection)
        if connection.dialect.name == "sqlite":
            connection.execute(text("INSERT INTO entry_search(entry_search, rank) VALUES ('integrity-check', 1)"))
        for word in WORDS:
            told = connection.execute(select(entry.c.id).where(entry.c.text.contains(word))).scalars()
            assert sorted(search_ids(connection, word, limit=100)) == sorted(told)


def test_a_new_entry_is_found_once_it_is_indexed(store: Store) -> None:
    with store.write() as connection:
        connection.execute(insert(schema.entry), [row("late", "A late title", text="lanterns")])
        assert is_behind(connection)
        assert search_ids(connection, "lanterns", limit=9) == ()
        index_new(connection)
        assert search_ids(connection, "lanterns", limit=9) == ("late",)
