import pytest

from digest.curate.features import features_of
from digest.curate.wording import Own, Wording, own_words
from digest.model import Entry
from tests.curate.making import entry

PATTERN = (
    "PRESS RELEASE\n{}\n“One step of many,” said Ada Quill, who chairs the board.\nClick here for the full version."
)
QUAY = entry("New quay opens", text=PATTERN.format("Cranes from Selby empty ships of timber."))
PILOTS = entry("Pilots trained", text=PATTERN.format("A class of nine boards ships in Corran."))


def own(one: Entry, other: Entry) -> Own | None:
    first, second = (Wording(side, features_of(side, "en"), origin="office") for side in (one, other))
    found = own_words(first, second)
    assert found == own_words(second, first)
    return found


def test_what_a_source_always_writes_is_no_word_of_its_entries() -> None:
    found = own(QUAY, PILOTS)

    assert found is not None
    assert found.terms == found.names == {"ships"}


def test_without_a_run_of_four_words_nothing_is_taken_off() -> None:
    assert own(QUAY, entry("Pilots trained", text="A board of nine chairs was in the press at Selby.")) is None
    assert own(QUAY, entry("Pilots trained")) is None


def test_an_update_under_a_like_title_keeps_what_it_repeats() -> None:
    first = entry("Marlow bridge closes for repairs", text="The bridge at Marlow closes on Monday, the council said.")
    update = entry("Marlow bridge repairs begin", text=f"{first.text} Divers found cracks in a pillar.")

    assert own(first, update) is None


@pytest.mark.parametrize(("one", "other"), [("118", "121"), ("1,180", "2,000")])
def test_a_pattern_filled_in_with_other_figures_takes_the_words_of_the_headline_too(one: str, other: str) -> None:
    notices = [
        entry(f"Planning notice number {number}", text=f"The council has received application {number} for a porch.")
        for number in (one, other)
    ]
    found = own(*notices)

    assert found is not None
    assert not found.terms & {"planni", "notice", "applic", "counci"}


def test_a_word_of_the_pattern_that_stands_elsewhere_too_is_still_of_the_pattern() -> None:
    pair = [
        entry(title, text=f"Office news. {title}. Read the rest at the harbour office.") for title in ("Quay", "Fog")
    ]
    found = own(*pair)

    assert found is not None
    assert "office" not in found.terms


def test_two_pieces_of_a_series_share_nothing_that_counts() -> None:
    first, second, again = (
        entry(f"Lecture {number}: the unwritten books, part {part}", text="On the books that he never wrote.")
        for number, part in (("120", "one"), ("121", "two"), ("120", "one"))
    )

    assert own(first, second) == Own(terms=frozenset(), names=frozenset())
    assert own(first, again) is None
