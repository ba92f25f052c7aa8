from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from digest.errors import UsageError
from digest.store import schema
from digest.store.database import Store, open_store
from digest.store.search import MARK, Hit, index_entries, search_entries, search_ids
from tests.support.postgres import store_address


def row(id_: str, title: str, *, summary: str = "", text: str = "", day: int | None = 20) -> dict[str, object]:
    published = None if day is None else datetime(2026, 11, day, 9, tzinfo=UTC)
    return {
        "id": id_, "source_id": "gazette", "title": title, "url": f"https://gazette.example/{id_}", "body": "",
        "text": text, "summary": summary, "authors": (), "image_alt": "", "quotes": (), "tags": (),
        "truncated": False, "published": published, "fingerprint": id_, "notes": [],
        "first_seen": datetime(2026, 11, 21, tzinfo=UTC), "last_seen": datetime(2026, 11, 21, tzinfo=UTC),
        "state": "used", "issue": "2026-W47", "carried": 0,
    }  # fmt: skip


ROWS = (
    row("01", "Regulator lowers the price cap", summary="Bills fall in January.", text="The price cap falls by 4%."),
    row("02", "Harbour dues rise", text="The cap on harbour dues was lifted. A price list follows.", day=21),
    row("03", "Sanctions: a fifth round", text="The sanctioned firms were named.", day=19),
    row("04", "Sanctioning the shadow fleet", text="Insurers are asked to help.", day=18),
    row("05", "欧盟公布新的港口气候政策", text="新政策自明年一月起施行。", day=17),
    row("06", "Die Übertragungsnetze wachsen", text="Der Ausbau der Netze kostet mehr als geplant.", day=16),
    row("07", "Twin", text="lighthouse keepers", day=11),
    row("08", "Twin", text="lighthouse keepers", day=12),
    row("09", "Twin", text="lighthouse keepers", day=12),
    row("10", "Twin", text="lighthouse keepers", day=None),
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    root: Path = tmp_path_factory.mktemp("project")
    store = open_store(store_address(request), root)
    with store.write() as connection:
        connection.execute(insert(schema.entry), list(ROWS))
        index_entries(connection)
    yield store
    store.close()


def search(store: Store, query: str, *, limit: int = 20) -> tuple[Hit, ...]:
    with store.read() as connection:
        return search_entries(connection, query, limit=limit)


def ids(store: Store, query: str) -> list[str]:
    found = [hit.entry_id for hit in search(store, query)]
    with store.read() as connection:
        assert list(search_ids(connection, query, limit=20)) == found
    return found


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("price cap", ["01", "02"]),  # the title weighs more
        ('"price cap"', ["01"]),  # together
        ("PRICE Cap", ["01", "02"]),
        ("the price of the cap", ["01", "02"]),  # stop words ask for nothing
        ("price NOT cap", []),  # no operators: a word like any other
        ("price OR harbour", ["02"]),
        ("sanction*", ["03", "04"]),
        ("sanction", []),
        ('"shadow fl"*', ["04"]),
        ("ubertragungsnetze", ["06"]),  # accents do not matter
        ("气候政策", ["05"]),  # inside a clause without blanks
        ("气候政策 港口", ["05"]),
        ("政策 price", []),
        ("100% (price) AND title:cap ^ NEAR( - \"", []),
        ("lighthouse", ["08", "09", "07", "10"]),  # equals: newest first, then by id, undated last
        ("nowhere-to-be-found", []),
    ],
)  # fmt: skip
def test_a_query_finds_the_entries_that_hold_its_words(store: Store, query: str, expected: list[str]) -> None:
    assert ids(store, query) == expected


def test_stop_words_alone_are_looked_for(store: Store) -> None:
    assert set(ids(store, "the")) == {"01", "02", "03", "04"}


def test_a_hit_says_what_became_of_the_entry_and_marks_the_words(store: Store) -> None:
    (hit,) = search(store, "insurers")
    assert hit == Hit(
        entry_id="04",
        title="Sanctioning the shadow fleet",
        url="https://gazette.example/04",
        source_id="gazette",
        published=datetime(2026, 11, 18, 9, tzinfo=UTC),
        state="used",
        issue="2026-W47",
        snippet=f"{MARK}Insurers{MARK} are asked to help.",
    )


def test_a_word_found_letter_by_letter_is_marked_too(store: Store) -> None:
    (hit,) = search(store, "一月")
    assert f"{MARK}一月{MARK}" in hit.snippet


def test_no_more_hits_than_asked_for(store: Store) -> None:
    assert [hit.entry_id for hit in search(store, "lighthouse", limit=2)] == ["08", "09"]
    assert search(store, "lighthouse", limit=0) == ()


@pytest.mark.parametrize("query", ["", "   ", '""', "*", "-- ; !", '"*"*', "\x00", "😀"])
def test_a_query_without_a_word_is_refused_with_a_hint(store: Store, query: str) -> None:
    with pytest.raises(UsageError) as caught:
        search(store, query)
    assert caught.value.hint is not None
    assert "digest search" in caught.value.hint


FTS_WORDS = st.sampled_from(['"', "'", "*", "NEAR(", ")", "AND", "OR", "NOT", "title:", "{a b}:", "^", "+", "-", ";--"])


@given(query=st.lists(st.one_of(FTS_WORDS, st.text(max_size=6), st.just("price"))).map(" ".join))
def test_no_query_is_a_syntax_error(store: Store, query: str) -> None:
    try:
        hits = search(store, query)
    except UsageError:
        assert "price" not in query
    else:
        assert all(hit.title for hit in hits)
