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
from digest.store.search import Filter, Hit, index_new, search, search_ids
from digest.store.searchwords import MARKS, apart, folded, phrases_of, together
from tests.support.stores import store_url


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


@pytest.fixture(scope="module")
def store(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:  # noqa: ARG001
    root: Path = tmp_path_factory.mktemp("project")
    store = open_store(store_url(root), root)
    with store.write() as connection:
        connection.execute(insert(schema.entry), list(ROWS))
        index_new(connection)
    yield store
    store.close()


def entries_with(store: Store, query: str, *, limit: int = 20) -> tuple[Hit, ...]:
    with store.read() as connection:
        return search(connection, query, only=Filter(kind="entries"), limit=limit).hits


def ids(store: Store, query: str) -> list[str]:
    found = [hit.id or "" for hit in entries_with(store, query)]
    with store.read() as connection:
        assert list(search_ids(connection, query, limit=20)) == found
    return found


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("price cap", ["01", "02"]),  # the title weighs more
        ('"price cap"', ["01"]),  # together
        ("“price cap”", ["01"]),  # as a keyboard has made them
        ("„price cap“", ["01"]),
        ("« price cap »", ["01"]),
        ("PRICE Cap", ["01", "02"]),
        ("the price of the cap", ["01", "02"]),  # stop words ask for nothing
        ("price NOT cap", []),  # no operators: a word like any other
        ("price OR harbour", ["02"]),
        ("sanction*", ["03", "04"]),
        ("sanction", []),
        ('"shadow fl"*', ["04"]),
        ('"shadow fl*"', ["04"]),
        ("ubertragungsnetze", ["06"]),  # accents do not matter
        ("气候政策", ["05"]),  # inside a clause without blanks
        ("气候政策 港口", ["05"]),
        ("政策 price", []),
        ("100% (price) AND title:cap ^ NEAR( - \"", []),
        ("lighthouse", ["10", "09", "08", "07"]),  # equals: those that were seen last first
        ("nowhere-to-be-found", []),
    ],
)  # fmt: skip
def test_a_query_finds_the_entries_that_hold_its_words(store: Store, query: str, expected: list[str]) -> None:
    assert ids(store, query) == expected


def test_stop_words_alone_are_looked_for(store: Store) -> None:
    assert set(ids(store, "the")) == {"01", "02", "03", "04"}


def test_a_hit_says_what_became_of_the_entry_and_marks_the_words(store: Store) -> None:
    (hit,) = entries_with(store, "insurers")
    assert hit == Hit(
        kind="entry",
        id="04",
        title="Sanctioning the shadow fleet",
        url="https://gazette.example/04",
        source_id="gazette",
        at=datetime(2026, 11, 18, 9, tzinfo=UTC),
        state="used",
        issue="2026-W47",
        snippet=f"{MARKS[0]}Insurers{MARKS[1]} are asked to help.",
    )
    assert hit.marked() == "**Insurers** are asked to help."


def test_a_word_found_letter_by_letter_is_marked_too(store: Store) -> None:
    (hit,) = entries_with(store, "一月")
    assert hit.marked() == "新政策自明年**一月**起施行。"


def test_no_more_hits_than_asked_for(store: Store) -> None:
    assert [hit.id for hit in entries_with(store, "lighthouse", limit=2)] == ["10", "09"]
    assert entries_with(store, "lighthouse", limit=0) == ()


@pytest.mark.parametrize("query", ["", "   ", '""', "*", "-- ; !", '"*"*', "\x00", "😀"])
def test_a_query_without_a_word_is_refused_with_a_hint(store: Store, query: str) -> None:
    with pytest.raises(UsageError) as caught, store.read() as connection:
        search(connection, query)
    assert caught.value.hint is not None
    assert "digest search" in caught.value.hint


ODD = st.sampled_from(
    ['"', "'", "*", "NEAR(", ")", "AND", "OR", "NOT", "title:", "{a b}:", "^", "+", "-", ";--", "\x00", "\ud800", "😀",
     "%", "\\", "<->", "&", "|", "!", ":*", "策", "ก็", "e\u0301", "ﬀ", "²", "\u200b"]
)  # fmt: skip


@given(query=st.lists(st.one_of(ODD, st.text(max_size=6), st.just("price"))).map(" ".join))
def test_no_query_is_a_syntax_error(store: Store, query: str) -> None:
    try:
        hits = entries_with(store, query)
    except UsageError:
        assert "price" not in query
    else:
        assert all(hit.title for hit in hits)
        with store.read() as connection:
            everywhere = search(connection, query, only=Filter(since=datetime(2026, 11, 1, tzinfo=UTC), used=True))
        assert {hit.id for hit in everywhere.hits} == {hit.id for hit in hits}  # nothing was printed


@pytest.mark.parametrize("query", ["price " * 2000, "a" * 10_000, '"' * 9_999 + "price", "气" * 10_000, "b* " * 3000])
def test_a_query_of_ten_thousand_letters_is_a_query(store: Store, query: str) -> None:
    entries_with(store, query)


@given(st.text(st.one_of(st.characters(), st.sampled_from("策量ก の，。 ab")), max_size=30))
def test_letters_that_were_put_apart_come_together_again(text: str) -> None:
    told = " ".join(text.split())
    assert folded(apart(told)) == folded(told)
    assert together(apart(told)).replace(" ", "") == told.replace(" ", "")


@pytest.mark.parametrize(
    "text", ["新政策自明年一月起施行。", "能源（上限）：政策", "เปิดประตู", "Plain — words, only 3."]
)
def test_clauses_without_blanks_are_shown_without(text: str) -> None:
    assert together(apart(text)) == text


@given(st.lists(st.sampled_from(["sea", "seaside", "Über-Netz", "été", "a", "策略", "x1"]), max_size=6), st.data())
def test_what_is_found_by_reading_is_what_the_index_finds(words: list[str], data: st.DataObject) -> None:
    typed = data.draw(st.sampled_from(["sea*", "s*", '"a s"*', "uber netz", '"a sea"', "ete", "略", "x*"]))
    text = ", ".join(words)
    around = f" {folded(text)} "
    for phrase in phrases_of(typed):
        asked = f" {folded(phrase.words)}" + ("" if phrase.begins else " ")
        assert phrase.finder()(text) == (asked in around)
