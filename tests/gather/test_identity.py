from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.identity import Earlier, Marks, entry_ids


def marks(guid: str | None = None, url: str | None = None, content: str = "") -> Marks:
    return Marks(guid=guid, url_key=url, content=content)


def test_an_item_is_its_guid_else_its_link_else_its_words() -> None:
    one, two = entry_ids("s", [marks("g", "u", "c")]), entry_ids("s", [marks("g", "other", "other")])
    assert one == two
    assert entry_ids("s", [marks(None, "u", "c")]) == entry_ids("s", [marks(None, "u", "changed")])
    assert entry_ids("s", [marks(None, None, "c")]) != entry_ids("s", [marks(None, None, "d")])


def test_the_same_guid_in_two_feeds_is_two_items() -> None:
    assert entry_ids("one", [marks("g")]) != entry_ids("two", [marks("g")])


def test_a_guid_that_several_links_share_names_none_of_them() -> None:
    last_week = entry_ids("s", [marks("https://example.org/", "a"), marks("https://example.org/", "b")])
    this_week = entry_ids("s", [marks("https://example.org/", "new"), marks("https://example.org/", "a")])
    assert this_week[1] == last_week[0]
    assert this_week[0] not in last_week


def test_an_item_that_stands_twice_in_a_document_is_numbered() -> None:
    first, second = entry_ids("s", [marks("g", "u"), marks("g", "u")])
    assert first == entry_ids("s", [marks("g", "u")])[0]
    assert second != first


@given(st.lists(st.builds(Marks, guid=st.none() | st.sampled_from("ab"), url_key=st.none() | st.sampled_from("uv"),
                          content=st.sampled_from(["", "x"])), max_size=12))  # fmt: skip
def test_no_two_items_of_a_document_have_one_id(items: list[Marks]) -> None:
    ids = entry_ids("s", items)
    assert len(set(ids)) == len(items)
    assert all(re.fullmatch("[0-9a-f]{12}", one) for one in ids)


JUNE = datetime(2026, 6, 1, tzinfo=UTC)


def item(guid: str | None, url: str | None, title: str, day: int | None = 1) -> Marks:
    published = JUNE + timedelta(days=day) if day is not None else None
    return Marks(guid=guid, url_key=url, content=title, title=title, published=published)


def stored(items: list[Marks], ids: tuple[str, ...]) -> Callable[[Collection[str]], Mapping[str, Earlier]]:
    earlier = {
        name: Earlier(url_key=one.url_key, title=one.title, published=one.published)
        for name, one in zip(ids, items, strict=True)
    }
    return lambda _: earlier


def test_a_known_item_keeps_its_id_when_a_twin_of_its_guid_comes() -> None:
    old = [item("g", "a", "Old")]
    first = entry_ids("s", old)
    both = entry_ids("s", [item("g", "b", "New", 8), *old], known=stored(old, first))
    assert both[1] == first[0]
    assert both[0] != first[0]


def test_an_item_that_stands_there_unchanged_leaves_its_id_to_nobody() -> None:
    old = [item("g", "a", "Old")]
    first = entry_ids("s", old)
    assert entry_ids("s", [item("g", "b", "New", 8)], taken=set(first), known=stored(old, first)) != first


def test_one_guid_for_everything_does_not_hide_the_news() -> None:
    old = [item("https://example.org/", "a", "Last week's", 1)]
    first = entry_ids("s", old)
    assert entry_ids("s", [item("https://example.org/", "b", "This week's", 8)], known=stored(old, first)) != first


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(item("g", "moved", "Old"), id="another address"),
        pytest.param(item("g", "a", "Corrected"), id="another title"),
        pytest.param(item("g", "moved", "Corrected"), id="another address and title, the same date"),
        pytest.param(item("g", "moved", "Old", 9), id="another address and date"),
    ],
)
def test_a_corrected_item_is_the_same_item(now: Marks) -> None:
    old = [item("g", "a", "Old")]
    first = entry_ids("s", old)
    assert entry_ids("s", [now], known=stored(old, first)) == first


def test_without_a_guid_a_new_title_and_date_at_an_old_address_are_another_item() -> None:
    old = [item(None, "example.org/daily", "Monday", 1)]
    first = entry_ids("s", old)
    assert entry_ids("s", [item(None, "example.org/daily", "Tuesday", 2)], known=stored(old, first)) != first
    assert entry_ids("s", [item(None, "example.org/daily", "Monday, corrected", 1)], known=stored(old, first)) == first
    undated = [item(None, "example.org/daily", "Monday", None)]
    corrected = [item(None, "example.org/daily", "Monday, corrected", None)]
    first = entry_ids("s", undated)
    assert entry_ids("s", corrected, known=stored(undated, first)) == first


@given(st.lists(st.lists(st.tuples(st.sampled_from([None, "g", "h"]), st.sampled_from(["a", "b"]), st.integers(0, 4)),
                         min_size=1, max_size=5, unique=True), min_size=2, max_size=6), st.data())  # fmt: skip
def test_whatever_comes_and_goes_an_item_keeps_its_id_while_it_is_told(
    weeks: list[list[Any]], data: st.DataObject
) -> None:
    """An item is its guid and address, else its address and title; each week some are told, in any order."""
    weeks = [list(dict.fromkeys(one if one[0] is None else (*one[:2], ord(one[1])) for one in week)) for week in weeks]
    store: dict[str, Earlier] = {}
    ids: dict[Any, str] = {}
    for week in weeks:
        items = {one: item(one[0], one[1], f"Title {one[2]}", one[2]) for one in week}
        sifted = [one for one in week if one not in ids or data.draw(st.booleans())]
        names = entry_ids(
            "s",
            [items[one] for one in sifted],
            taken={ids[one] for one in week if one not in sifted},
            known=lambda _: store,
        )
        assert len(set(names)) == len(names)
        for one, name in zip(sifted, names, strict=True):
            assert ids.setdefault(one, name) == name
            store[name] = Earlier(url_key=items[one].url_key, title=items[one].title, published=items[one].published)
        assert len({ids[one] for one in week}) == len(week)
