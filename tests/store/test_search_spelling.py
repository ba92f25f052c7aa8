"""Words that are written in more than one way are found in each."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from digest.store import schema
from digest.store.database import Store
from digest.store.search import index_new, search_ids
from tests.store.test_search import row

ROWS = (
    row("01", "Die Straße wird gesperrt", text="Der große Umbau dauert."),
    row("02", "DIE STRASSE WIRD FREI", text="Der grosse Umbau ist fertig."),
    row("03", "The press is free"),
)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Straße", {"01", "02"}),
        ("strasse", {"01", "02"}),
        ("STRASSE", {"01", "02"}),
        ("Strass*", {"01", "02"}),
        ('"große Umbau"', {"01", "02"}),
        ("strasse gesperrt", {"01"}),
        ("grosse straße frei", {"02"}),
        ("press", {"03"}),
        ("strase", set()),
    ],
)
def test_a_sharp_s_is_two(store: Store, query: str, expected: set[str]) -> None:
    with store.write() as connection:
        connection.execute(insert(schema.entry), list(ROWS))
        index_new(connection)
        assert set(search_ids(connection, query, limit=9)) == expected
