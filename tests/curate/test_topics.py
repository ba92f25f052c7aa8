from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.curate import topics
from digest.curate.topics import Known, Verdict, judge

SEA, SKY = ("ship", "port"), ("bird", "cloud")


def text(words: str) -> Counter[str]:
    return Counter(words.split())


def found(*texts: str, known: tuple[Known, ...] = ()) -> list[int | None]:
    return [verdict.topic for verdict in judge([text(one) for one in texts], (SEA, SKY), known)]


def test_seeds_decide_first() -> None:
    assert found("ship sails", "cloud passes", "bread bakes") == [0, 1, None]


def test_the_words_that_go_with_the_seeds_decide_next() -> None:
    sea = ("ship anchor", "port anchor crane", "ship crane anchor")
    sky = ("bird nest", "cloud rain nest", "bird rain")

    assert found(*sea, *sky, "anchor crane", "nest rain", "bread oven")[6:] == [0, 1, None]


def test_words_that_go_with_other_words_can_outweigh_one_seed() -> None:
    sea = ("ship anchor crane", "port anchor crane mast", "ship crane anchor mast")

    assert found(*sea, "cloud", "anchor crane mast bird")[-1] == 0


def test_what_only_foreign_texts_share_stays_outside() -> None:
    foreign = ("oven bread flour", "bread flour dough", "dough oven bread", "flour oven dough")

    assert found("ship anchor", "bird nest", *foreign)[2:] == [None] * 4


def test_known_texts_teach_as_much_as_they_weigh() -> None:
    known = (Known(terms=text("kite wind"), topic=1, weight=4.0), Known(terms=text("kite reef"), topic=0, weight=0.5))

    assert found("kite", known=known) == [1]
    assert found("kite", known=(known[0], Known(terms=text("kite reef"), topic=0, weight=40.0))) == [0]


def test_a_verdict_names_the_seeds_and_the_other_words_that_decided() -> None:
    texts = [text(one) for one in ("ship anchor the", "port anchor ship the", "bird nest the", "cloud anchor nest the")]
    verdict = judge(texts, (SEA, SKY))[1]

    assert (verdict.topic, set(verdict.seeds), verdict.learnt) == (0, {"ship", "port"}, ("anchor",))
    assert judge(texts, (SEA, SKY))[3].learnt == ("nest",)


def test_without_topics_or_texts_there_is_nothing_to_say() -> None:
    assert judge([text("ship")], ()) == [Verdict(topic=None)]
    assert judge([], (SEA,)) == []


def test_an_empty_text_is_outside() -> None:
    assert found("", "ship") == [None, 0]


def test_one_topic_alone_takes_what_speaks_of_it() -> None:
    assert [one.topic for one in judge([text("ship"), text("bread")], (SEA,))] == [0, None]


def test_of_many_texts_some_are_learnt_from_and_all_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topics, "MOST_TO_LEARN_FROM", 6)
    sea = ["ship anchor", "port anchor"] * 6
    sky = ["bird nest", "cloud nest"] * 6

    assert found(*(one for pair in zip(sea, sky, strict=True) for one in pair)) == [0, 1] * 12


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from([*"abcdef", *SEA, *SKY]), max_size=6), max_size=8))
def test_any_texts_get_a_verdict_each_whose_words_are_theirs(texts: list[list[str]]) -> None:
    verdicts = judge([Counter(words) for words in texts], (SEA, SKY))

    assert len(verdicts) == len(texts)
    for words, verdict in zip(texts, verdicts, strict=True):
        assert set(verdict.seeds) | set(verdict.learnt) <= set(words)
        assert set(verdict.seeds) <= set((SEA, SKY)[verdict.topic] if verdict.topic is not None else ())
        assert verdict.next != verdict.topic or verdict.topic is None
