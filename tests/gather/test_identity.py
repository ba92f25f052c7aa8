from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from digest.gather.identity import Marks, entry_ids


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
