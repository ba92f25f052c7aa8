"""No text holds a mark that is filled in for each reader."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.deliver.body import body_of
from digest.text.readermarks import NAME_MARK, without_marks

PIECES = st.sampled_from(
    ["@", "@@", "name", "|", "@@name@@", "@@name|", "unsubscribe", "@@unsub", "scribe@@", "preferences@@", "\n", "x"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("".join), st.lists(PIECES, max_size=6).map("".join))
@example("@@name|", "x@@")
@example("@@na@@unsubscribe@@me@@", "")
@example("@@@@name@@unsubscribe@@", "")
def test_what_is_left_holds_no_mark_even_beside_another_text(text: str, other: str) -> None:
    kept = without_marks(text)
    assert body_of(kept, is_html=False).marks == ()
    assert "@@name|" not in kept
    assert body_of(without_marks(f"{kept}<br>{without_marks(other)}"), is_html=True).marks == ()
    assert without_marks(kept) == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Dear @@name|reader@@,", "Dear reader,"),
        ("Dear @@name@@,", "Dear ,"),
        ("Write to me@@example.org", "Write to me@@example.org"),
        ("Go @@unsub@@unsubscribe@@scribe@@", "Go "),
        ("@@NAME@@", "@@NAME@@"),
    ],
)
def test_what_stands_in_a_mark_for_want_of_a_name_stays(written: str, kept: str) -> None:
    assert without_marks(written) == kept


def test_a_mark_is_what_is_filled_in() -> None:
    found = NAME_MARK.search("a @@name|dear reader@@ b")
    assert found is not None
    assert body_of("a @@name|dear reader@@ b", is_html=False).marks == ((found[0], "dear reader"),)
