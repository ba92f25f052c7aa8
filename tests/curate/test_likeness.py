import pytest

from digest.curate.likeness import Judge, length_of, probability

FEW = Judge([3.0] * 50, entries=50, strictness="strict")
MANY = Judge([3.0] * 2000, entries=2000, strictness="strict")
PARAGRAPH = length_of(30)


def sure(judge: Judge = FEW, **given: float | None) -> float:
    measures: dict[str, float | None] = {"words": 0.2, "names": 0.3, "one_day": 3.0, "other_day": 3.0}
    measures |= given
    return probability(
        judge.logit(
            measures["words"] or 0.0,
            measures["names"],
            measures["one_day"],
            measures["other_day"],
            given.get("length") or PARAGRAPH,
        )
    )


def test_more_words_and_names_in_common_and_fewer_days_make_it_likelier() -> None:
    assert sure(words=0.3) > sure(words=0.2) > sure(words=0.0)
    assert sure(names=0.5) > sure(names=0.1)
    assert sure(other_day=3.0) > sure(other_day=4.0) > sure(other_day=9.0)


def test_the_order_of_the_two_does_not_matter() -> None:
    assert sure(one_day=2.0, other_day=5.0) == sure(one_day=5.0, other_day=2.0)


def test_what_has_no_names_at_all_is_not_held_against_it() -> None:
    assert sure(names=None) > sure(names=0.0)


def test_in_a_crowd_the_same_evidence_says_less() -> None:
    assert sure(MANY) < sure(FEW)
    assert sure(MANY, one_day=None) < sure(FEW, one_day=None)
    assert sure(MANY, one_day=40.0, other_day=40.0) == sure(FEW)  # nobody else was published then


def test_a_small_batch_is_judged_as_one_of_a_hundred() -> None:
    assert sure(Judge([3.0], entries=1, strictness="strict")) == sure(FEW)


def test_headlines_need_fewer_words_in_common() -> None:
    assert sure(length=length_of(8)) > sure() > sure(length=length_of(80))
    assert length_of(0) == length_of(3)


def test_lenient_joins_more() -> None:
    assert sure(Judge([3.0], entries=1, strictness="lenient")) > sure()


def test_a_probability_of_a_logit() -> None:
    assert probability(0.0) == 0.5
    assert probability(2.0) == pytest.approx(1 - probability(-2.0))


def test_one_source_tells_a_thing_once_and_one_pattern_hardly_ever_tells_it_twice() -> None:
    given = (0.2, 0.3, 3.0, 3.0, PARAGRAPH)

    assert FEW.logit(*given) > FEW.logit(*given, 0.5) > FEW.logit(*given, 1.0)
    assert FEW.logit(*given, 1.0) > FEW.logit(*given, 1.0, one_pattern=True)
    assert FEW.logit(*given, 0.0, one_pattern=True) == FEW.logit(*given)
