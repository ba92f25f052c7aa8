import json

import pytest

from digest.curate import frequencies
from digest.curate.features import features_of
from digest.curate.frequencies import Frequencies, count_frequencies, load_frequencies
from tests.curate.making import entry

WEEK = count_frequencies(
    features_of(entry(title), "en") for title in ("harbour fees for Marlow", "harbour strike", "whales")
)


def test_a_term_counts_once_an_entry() -> None:
    assert WEEK.entries == 3
    assert WEEK.terms == {"harbou": 2, "fees": 1, "marlow": 1, "strike": 1, "whales": 1}
    assert WEEK.names == {"marlow": 1}


def test_two_weeks_add_up_as_if_counted_at_once() -> None:
    both = WEEK.plus(WEEK)

    assert (both.entries, both.terms["harbou"], both.names["marlow"]) == (6, 4, 2)
    assert Frequencies().plus(WEEK) == WEEK


def test_what_is_carried_loses_half_and_forgets_what_was_seen_once() -> None:
    assert WEEK.plus(WEEK).aged() == Frequencies(
        entries=3, terms={"harbou": 2, "fees": 1, "marlow": 1, "strike": 1, "whales": 1}, names={"marlow": 1}
    )
    assert WEEK.aged() == Frequencies(entries=1, terms={"harbou": 1}, names={})


def test_carrying_for_years_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frequencies, "MOST", 2)
    carried = Frequencies()
    for week in range(30):
        batch = count_frequencies(features_of(entry(f"harbour w{week} x{week} y{week}"), "en") for _ in range(8))
        carried = carried.plus(batch).aged()

    assert carried.entries < 8 * 2
    assert len(carried.terms) == 2
    assert carried.terms["harbou"] == carried.entries


def test_a_dump_reads_back_and_does_not_depend_on_the_order() -> None:
    turned = Frequencies(entries=3, terms=dict(reversed(list(WEEK.terms.items()))), names=WEEK.names)

    assert load_frequencies(WEEK.dump()) == WEEK
    assert turned.dump() == WEEK.dump()


@pytest.mark.parametrize("dumped", ["", "{", "[]", "{}", json.dumps({"entries": 1, "terms": [], "names": {}})])
def test_what_is_no_dump_is_refused(dumped: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  JSON's own error is one too
        load_frequencies(dumped)
