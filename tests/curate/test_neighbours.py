from collections.abc import Sequence

import pytest

from digest.curate.features import Features, features_of
from digest.curate.frequencies import Frequencies, count_frequencies
from digest.curate.neighbours import Neighbours, Node, Rarity, node_of
from tests.curate.making import entry

TEXTS = (
    "Strike shuts Marlow harbour",
    "Marlow harbour strike goes on",
    "Whales off the cape",
    "Whales in Marlow",
)


def features(text: str) -> Features:
    return features_of(entry(text), "en")


def nodes(texts: Sequence[str], days: Sequence[float] = (), frequencies: Frequencies | None = None) -> list[Node]:
    rarity = Rarity(frequencies or count_frequencies(map(features, texts)))
    return [
        node_of(str(place), days[place] if days else 1.0, features(text), rarity, dated=True)
        for place, text in enumerate(texts)
    ]


def neighbours(texts: Sequence[str] = TEXTS) -> Neighbours:
    return Neighbours(count_frequencies(map(features, texts)))


def test_rare_terms_weigh_more_and_the_squares_of_all_add_up_to_one() -> None:
    (strike, *_) = nodes(TEXTS)
    weights = dict(zip(strike.terms, strike.term_weights, strict=True))

    assert weights["shuts"] > weights["strike"] > weights["marlow"]
    assert list(strike.term_weights) == sorted(strike.term_weights, reverse=True)
    assert sum(weight * weight for weight in strike.term_weights) == pytest.approx(1.0)


def test_in_three_entries_what_two_share_is_nearly_as_rare_as_what_one_has() -> None:
    (first, *_) = nodes(TEXTS[:3])
    weights = dict(zip(first.terms, first.term_weights, strict=True))

    assert weights["marlow"] > 0.7 * weights["shuts"]


def test_an_entry_finds_those_that_share_two_rare_terms() -> None:
    found = neighbours()

    assert [found.add(node) for node in nodes(TEXTS)] == [[], [0], [], []]


def test_looking_for_an_entry_does_not_add_it() -> None:
    found = neighbours()
    first, second, *_ = nodes(TEXTS)
    found.add(first)

    assert found.near(second) == found.near(second) == [0]


def test_what_is_older_than_a_week_is_found_no_more() -> None:
    found = neighbours()
    texts = (TEXTS[0], TEXTS[1], TEXTS[1], TEXTS[1])

    assert [found.add(node) for node in nodes(texts, (0.0, 7.0, 7.1, 14.05))] == [[], [0], [1], [2]]


def test_an_entry_without_a_word_finds_nothing() -> None:
    found = neighbours(("", ""))

    assert [found.add(node) for node in nodes(("", ""))] == [[], []]
