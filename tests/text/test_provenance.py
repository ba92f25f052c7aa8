from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from digest.text.provenance import cut, find_source, is_verbatim
from tests.curate.making import BODY, entry

FEES = "The port authority will raise its fees by four per cent in January."


def test_a_sentence_knows_its_entry_field_and_place() -> None:
    told = entry("Fees", summary="Fees rise.", text=BODY)
    found = cut(told, "text", 0, len(FEES))

    assert (found.text, found.entry_id, found.field, found.start, found.end) == (FEES, told.id, "text", 0, len(FEES))
    assert is_verbatim(found, [entry("Another"), told])


def test_a_source_that_was_changed_no_longer_says_it() -> None:
    told = entry("Fees", text=BODY)
    found = cut(told, "text", 0, len(FEES))

    assert not is_verbatim(found, [replace(told, text=BODY.replace("four", "five"))])
    assert not is_verbatim(found, [])


def test_a_sentence_is_found_where_it_stands_however_its_lines_are_broken() -> None:
    told = entry("Fees", text="The port authority\nwill raise its fees\n\nin January.")
    found = find_source("The port authority will  raise its fees", [entry("Another"), told])

    assert found is not None
    assert found.text == "The port authority\nwill raise its fees"
    assert found.shown == "The port authority will raise its fees"
    assert is_verbatim(found, [told])


def test_what_no_entry_says_is_not_found() -> None:
    assert find_source("The port closes.", [entry("Fees", text=BODY)]) is None
    assert find_source(" ", [entry("Fees", text=BODY)]) is None


@given(st.text(), st.integers(0, 40), st.integers(1, 40))
def test_whatever_is_cut_is_found_again(text: str, start: int, length: int) -> None:
    told = entry("", text=text)
    piece = text[start : start + length]
    found = find_source(piece, [told])

    assert (found is None) == (not piece.strip())
    if found is not None:
        assert found.text.split() == piece.split() or "".join(found.text.split()) == "".join(piece.split())
        assert is_verbatim(found, [told])
