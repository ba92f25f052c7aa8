"""What issues printed and what was read, found together: in one list, each once, narrowed in every way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, update

from digest.errors import UsageError
from digest.model import ISSUE_ITSELF, Named, Printed
from digest.store import schema
from digest.store.database import Store, open_store
from digest.store.printed import save_printed
from digest.store.search import Filter, Found, count_new, index_new, is_behind, search
from digest.store.searchfilters import names_like
from digest.store.searchindex import ENTRIES, NAMES, PRINTED, TOLD
from tests.store.test_search import row
from tests.support.stores import store_url


def day(number: int) -> datetime:
    return datetime(2026, 11, number, 7, tzinfo=UTC)


def an_issue(name: str, number: int, end: datetime) -> dict[str, Any]:
    return {"name": name, "number": number, "state": "closed", "start": end, "end": end, "drafted": end, "out": end}


def a_story(issue: str, place: int, title: str, **values: Any) -> Printed:
    kept = {
        "anchor": f"s-{place}",
        "slug": f"story-{place}",
        "story_id": f"s-{issue[-2:]}{place}",
        "section": "Harbours",
    }
    return Printed(issue=issue, place=place, title=title, **(kept | values))


GAZETTE = Named(kind="organisation", name="Théâtre & Harbour Board", why="published it")
RASK = Named(kind="person", name="Hanne Råsk", why="is quoted in it")

STORIES = {
    "2026-W46": (
        a_story("2026-W46", ISSUE_ITSELF, "A quiet week", section="", slug="", story_id=None, text="Cranes and lamps."),
        a_story("2026-W46", 0, "The crane fell", text="Nobody was hurt when the crane fell.", names=(GAZETTE, RASK),
                entries=("01", "02")),
    ),
    "2026-W47": (
        a_story("2026-W47", ISSUE_ITSELF, "The lamps are lit", section="", slug="", story_id=None, text=""),
        a_story("2026-W47", 0, "Pilots wanted", text="The crane needs hands, too.", section="Jobs & pay", names=(RASK,),
                entries=("03",)),
    ),
}  # fmt: skip

ENTRIES_READ = (
    row("01", "Crane accident at berth four", text="A crane toppled at dawn, a witness said.", day=11),
    row("02", "Berth closed", text="The berth stays shut after the accident.", day=12) | {"state": "grouped"},
    row("03", "Pilots are sought", text="Ten pilots by spring.", day=18),
    row("04", "A crane for the museum", text="It is painted red.", day=13)
    | {"state": "dropped", "organisation": "Théâtre & Harbour Board"},
    row("05", "Tide tables", text="The berth and the crane are mentioned once.", day=None)
    | {"state": "new", "issue": None, "organisation": "Tide Office"},
)


@pytest.fixture(scope="module")
def store(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:  # noqa: ARG001
    root: Path = tmp_path_factory.mktemp("project")
    store = open_store(store_url(root), root)
    with store.write() as connection:
        connection.execute(insert(schema.issue), [an_issue("2026-W46", 1, day(13)), an_issue("2026-W47", 2, day(20))])
        columns = [{"organisation": None, **dict(one)} for one in ENTRIES_READ]
        columns[0]["issue"] = columns[1]["issue"] = "2026-W46"
        connection.execute(insert(schema.entry), columns)
        for name, rows in STORIES.items():
            save_printed(connection, name, rows)
        assert is_behind(connection)
        assert count_new(connection) == 4 + 5
        index_new(connection)
        assert not is_behind(connection)
        assert count_new(connection) == 0
    yield store
    store.close()


def found(store: Store, query: str = "", *, limit: int = 20, **only: Any) -> Found:
    with store.read() as connection:
        return search(connection, query, only=Filter(**only), limit=limit)


def hits(store: Store, query: str = "", **only: Any) -> list[str | None]:
    """The ids of what is found; of an issue its name."""
    return [hit.issue if hit.kind == "issue" else hit.id for hit in found(store, query, **only).hits]


def test_what_was_printed_comes_first_and_its_sources_do_not_repeat_it(store: Store) -> None:
    assert hits(store, "crane") == ["s-460", "s-470", "04", "05"]  # 01 told s-460


def test_a_story_whose_sources_alone_have_the_words_comes_once_through_the_best_of_them(store: Store) -> None:
    first, second = found(store, "berth").hits

    assert (first.kind, first.id, first.through, first.issue, first.section) == (
        "story", "s-460", "02", "2026-W46", "Harbours",
    )  # fmt: skip
    assert "berth" in first.marked("", "").lower()
    assert (second.kind, second.id) == ("entry", "05")


def test_an_issue_itself_is_found(store: Store) -> None:
    (hit,) = found(store, "lamps cranes").hits

    assert (hit.kind, hit.id, hit.issue, hit.slug, hit.title) == ("issue", None, "2026-W46", "", "A quiet week")
    assert hit.marked() == "**Cranes** and **lamps**."
    assert hit.at == day(13)


def test_an_issue_that_only_repeats_its_stories_is_left_out(store: Store) -> None:
    with store.write() as connection:
        rows = (a_story("2026-W47", ISSUE_ITSELF, "Pilots wanted; lamps", section="", slug="", story_id=None),)
        save_printed(connection, "2026-W47", (*rows, *STORIES["2026-W47"][1:]))
        index_new(connection)
    try:
        assert hits(store, "pilots wanted") == ["s-470"]
        assert hits(store, "pilots lamps") == ["2026-W47"]
    finally:
        with store.write() as connection:
            save_printed(connection, "2026-W47", STORIES["2026-W47"])
            index_new(connection)


@pytest.mark.parametrize(
    ("query", "only", "expected"),
    [
        ("crane", {"sections": ("Harbours",)}, ["s-460"]),
        ("crane", {"sections": ("Jobs & pay", "Harbours")}, ["s-460", "s-470"]),
        ("berth", {"sections": ("Harbours",)}, ["s-460"]),  # through its sources
        ("crane", {"people": ("Hanne Råsk",), "sections": ("Jobs & pay",)}, ["s-470"]),
        ("crane", {"organisations": ("Théâtre & Harbour Board",)}, ["s-460", "04"]),
        ("crane", {"since": day(14)}, ["s-470", "05"]),  # undated: of the day on which it was seen
        ("crane", {"until": day(14)}, ["s-460", "04"]),
        ("crane", {"since": day(12), "until": day(14)}, ["s-460", "04"]),
        ("crane", {"used": True}, ["s-460", "s-470"]),
        ("crane", {"used": False}, ["04", "05"]),
        ("crane", {"kind": "stories"}, ["s-460", "s-470"]),
        ("berth", {"kind": "stories"}, ["s-460"]),
        ("berth", {"kind": "entries"}, ["02", "01", "05"]),
        ("", {"kind": "stories"}, ["s-470", "s-460"]),
        ("", {"people": ("Hanne Råsk",)}, ["s-470", "s-460"]),
        ("", {"organisations": ("Théâtre & Harbour Board",)}, ["04", "s-460"]),
        ("", {"organisations": ("Tide Office",), "used": False}, ["05"]),
        ("", {"used": False}, ["04", "05"]),
        ("", {"since": day(19)}, ["s-470", "05"]),
    ],
)  # fmt: skip
def test_filters_narrow_together(store: Store, query: str, only: dict[str, Any], expected: list[str]) -> None:
    assert hits(store, query, **only) == expected


def test_a_listing_shows_how_the_texts_begin(store: Store) -> None:
    shown = {hit.id: hit.snippet for hit in found(store, organisations=("Théâtre & Harbour Board",)).hits}

    assert shown == {"s-460": "Nobody was hurt when the crane fell.", "04": "It is painted red."}


def test_no_more_than_asked_for_and_it_is_said(store: Store) -> None:
    assert [(len(found(store, "crane", limit=limit).hits), found(store, "crane", limit=limit).more)
            for limit in (0, 1, 3, 4, 5)] == [(0, True), (1, True), (3, True), (4, False), (4, False)]  # fmt: skip
    assert found(store, used=False, limit=1).more


@pytest.mark.parametrize(
    ("by", "asked", "expected"),
    [
        ("section", "HARBOURS", "Harbours"),
        ("section", "jobs and", None),
        ("section", "Law", "Law"),
        ("organisation", "theatre harbour board", "Théâtre & Harbour Board"),
        ("organisation", "tide office", "Tide Office"),
        ("person", "hanne rask", "Hanne Råsk"),
        ("person", "", None),
    ],
)  # fmt: skip
def test_names_are_known_without_case_and_accents(store: Store, by: Any, asked: str, expected: str | None) -> None:
    with store.read() as connection:
        if expected:
            assert names_like(connection, by, asked, known=("Law",)) == (expected,)
        else:
            with pytest.raises(UsageError):
                names_like(connection, by, asked)


@pytest.mark.parametrize(
    ("by", "asked", "hint"),
    [
        ("section", "Harbors", "did you mean 'Harbours'?"),
        ("organisation", "Harbour Board", "did you mean 'Théâtre & Harbour Board'?"),
        ("person", "Rask", "did you mean 'Hanne Råsk'?"),
        ("section", "Zebras", "known are: Harbours, Jobs & pay"),
    ],
)  # fmt: skip
def test_an_unknown_name_is_an_error_that_says_the_nearest(store: Store, by: Any, asked: str, hint: str) -> None:
    with store.read() as connection, pytest.raises(UsageError) as caught:
        names_like(connection, by, asked)
    assert caught.value.hint == hint


def test_nothing_to_look_for_is_an_error(store: Store) -> None:
    with pytest.raises(UsageError):
        found(store, "")
    with pytest.raises(UsageError):
        found(store, "---", used=True)


WORDS = ("harbour", "tariff", "港口")
step = st.one_of(
    st.tuples(st.just("print"), st.integers(0, 3), st.lists(st.sampled_from(WORDS), max_size=3)),
    st.tuples(st.just("forget"), st.integers(0, 3)),
    st.tuples(st.just("reword"), st.integers(0, 3), st.sampled_from(WORDS)),
    st.tuples(st.just("index")),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(step, max_size=20))
def test_after_any_changes_the_index_finds_what_is_printed(empty: Store, steps: list[tuple[Any, ...]]) -> None:
    printed = schema.printed
    with empty.write() as connection:
        connection.execute(delete(printed))
        index_new(connection)
    for what, *args in steps:
        with empty.write() as connection:
            name = f"2026-W{args[0]:02}" if args else ""
            if what == "print":
                rows = [a_story(name, place, "A title", text=f"of {word}", names=(RASK,), entries=(f"e{place}",))
                        for place, word in enumerate(args[1])]  # fmt: skip
                save_printed(connection, name, rows)
            elif what == "forget":
                connection.execute(printed.delete().where(printed.c.issue == name, printed.c.place == 0))
            elif what == "reword":
                connection.execute(update(printed).where(printed.c.issue == name).values(text=f"now {args[1]}"))
            else:
                index_new(connection)
    with empty.write() as connection:
        index_new(connection)
        assert not is_behind(connection)
        if connection.dialect.name == "sqlite":
            for index in (ENTRIES, PRINTED):
                check = f"INSERT INTO {index.name}({index.name}, rank) VALUES ('integrity-check', 1)"
                connection.execute(text(check))
        there = connection.execute(select(printed.c.number, printed.c.story_id, printed.c.text)).all()
        for word in WORDS:
            told = [one.id for one in search(connection, word, only=Filter(kind="stories"), limit=99).hits]
            assert sorted(filter(None, told)) == sorted(one.story_id or "" for one in there if word in one.text)
        for noted in (NAMES, TOLD):
            assert set(connection.execute(select(noted.c.number)).scalars()) == {one.number for one in there}


@pytest.fixture(scope="module")
def empty(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:  # noqa: ARG001
    """A store in which issues are known, and nothing else."""
    root = tmp_path_factory.mktemp("empty")
    opened = open_store(store_url(root), root)
    with opened.write() as connection:
        connection.execute(
            insert(schema.issue), [an_issue(f"2026-W{number:02}", number + 1, day(1)) for number in range(4)]
        )
    yield opened
    opened.close()
