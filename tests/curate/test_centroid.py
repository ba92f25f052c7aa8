import math
from itertools import permutations

import pytest

from digest.curate.centroid import Telling, pick, rarity
from digest.curate.passages import passages
from tests.curate.making import entry

FEES = "The port of Saltmouth will raise its fees by four per cent in January."
LINES = "Shipping lines had asked the port for a delay of a year."
MUSEUM = "A museum of old toys opens in the town hall on Monday."


def telling(title: str, text: str) -> Telling:
    return Telling(title=title, passages=tuple(passages(entry(title, text=text), "text", "en")), language="en")


def picked(*tellings: Telling, limit: int = 65, most: int = 3) -> list[str]:
    return [one.passage.text for one in pick(tellings, limit=limit, most=most)]


def test_what_the_title_and_every_telling_speak_of_is_picked() -> None:
    story = (telling("Port fees rise", f"{MUSEUM} {FEES}"), telling("Saltmouth port fees", f"{LINES} {FEES}"))

    assert picked(*story, most=1) == [FEES]


def test_one_of_the_first_three_sentences_is_always_in() -> None:
    fillers = "The sun came up over the roofs. Gulls cried above the water. The clock struck seven times at once."
    found = picked(telling("Port fees of Saltmouth rise", f"{fillers} {FEES} {LINES}"))

    assert FEES in found
    assert any(one in fillers for one in found)


def test_a_sentence_that_leans_comes_only_with_the_one_before() -> None:
    leaning = "This surprised the port, the fees and the port of Saltmouth."
    text = f"{FEES} {MUSEUM} {leaning}"
    found = picked(telling("Port fees of Saltmouth", text), most=2)

    assert leaning not in found or MUSEUM in found


def test_nothing_is_said_twice() -> None:
    again = "The port of Saltmouth is to raise its fees by four per cent in January, it said."

    assert len(picked(telling("Port fees", FEES), telling("Port fees", again))) == 1


def test_nothing_comes_of_nothing() -> None:
    assert picked(telling("Port fees", "")) == []
    assert picked(telling("", "Read more")) == []


def test_the_order_of_the_entries_does_not_change_how_rare_a_word_is() -> None:
    entries = [entry(f"Port {number}", text=text) for number, text in enumerate((FEES, LINES, MUSEUM))]
    found = [rarity(order, lambda _: "en") for order in permutations(entries)]

    assert {weight("port") for weight in found} == {math.log(4 / 3.5)}
    assert {weight("museum") for weight in found} == {math.log(4 / 1.5)}
    assert {weight("ferri") for weight in found} == {math.log(4 / 0.5)}


@pytest.mark.parametrize("count", [1, 1_000, 1_001, 2_500])
def test_of_many_entries_some_are_counted(count: int) -> None:
    entries = [entry(f"Port number {number}", id=f"{number:012x}", text=FEES) for number in range(count)]
    weight = rarity(entries, lambda _: "en")

    assert weight("port") <= math.log((min(count, 1_000) + 1) / (min(count, 1_000) * 0.5))
    assert weight("port") > 0


def test_a_weight_from_outside_is_taken() -> None:
    story = telling("Fees and museums", f"{FEES} {MUSEUM}")
    toys = pick((story,), limit=65, most=1, weight=lambda word: 1.0 if word in {"museum", "toy"} else 0.0)

    assert [one.passage.text for one in toys] == [MUSEUM]
