from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from digest.config.settings import Interests
from digest.curate.rank import rank
from digest.model import Entry, Source
from tests.curate.making import BODY, PERIOD, SOURCES, days_before, entry


def score(*group: Entry, **given: Any) -> float:
    return ranked(*group, **given)[0]


def ranked(
    *group: Entry, sources: dict[str, Source] = SOURCES, **interests: Any
) -> tuple[float, list[tuple[float, str]]]:
    total, reasons = rank(group, sources=sources, interests=Interests(**interests), period=PERIOD, language="en")
    return total, [(reason.points, reason.text) for reason in reasons]


def test_the_reasons_add_up_to_the_score() -> None:
    total, reasons = ranked(
        entry("Ofgem caps prices", published=days_before(2), url="https://harbour.example/a", text=BODY),
        entry("Ofgem caps prices", source_id="courier"),
        names=("Ofgem",),
        words=("price",),
    )

    assert reasons == [
        (1.1, "told by 2 sources: Harbour Daily, The Courier"),
        (0.55, "in 2 entries"),
        (1.0, "names “Ofgem”, an interest"),
        (0.5, "speaks of “price”, an interest"),
        (0.21, "2 days before the period's end"),
        (0.5, "from the primary source, harbour.example"),
        (0.5, "enough text to summarise"),
    ]
    assert total == pytest.approx(sum(points for points, _ in reasons)) == 4.36


def test_two_entries_of_one_source_are_one_source_and_count_less_than_two_sources() -> None:
    one = entry("A", organisation="Quay Port", source_id="local")
    two = entry("B", organisation="quay port", source_id="local")
    other = entry("B", organisation="Harbour Trust", source_id="local")

    assert pytest.approx(score(one, other) - score(one), abs=0.001) == (1.1 - 0.69) + (0.55 - 0.35)
    assert pytest.approx(score(one, two) - score(one), abs=0.001) == 0.55 - 0.35


def test_a_release_and_the_feed_of_who_sent_it_are_one_source() -> None:
    release = entry("A", organisation="The Courier", source_id="local")

    assert (0.69, "told by 1 source: The Courier") in ranked(release, entry("A", source_id="courier"))[1]


def test_many_sources_are_counted_and_six_are_named() -> None:
    group = [entry(f"A{number}", source_id=f"s{number}") for number in range(8)]

    assert "told by 8 sources: s0, s1, s2, s3, s4, s5, 2 more" in [text for _, text in ranked(*group)[1]]


@pytest.mark.parametrize(("weight", "points"), [(2.0, 1.0), (0.5, -1.0), (10.0, 3.32), (0.0, -10.0), (1.0, 0.0)])
def test_twice_the_weight_is_a_point_more_and_weight_nought_never_leads(weight: float, points: float) -> None:
    heavy = {**SOURCES, "harbour": replace(SOURCES["harbour"], weight=weight)}

    assert score(entry(), sources=heavy) == pytest.approx(score(entry()) + points)


def test_the_newer_stands_higher_and_the_undated_between() -> None:
    ages = [score(entry(published=days_before(days))) for days in (0, 2, 6, 20)]

    assert ages == sorted(ages, reverse=True)
    assert ages[1] > score(entry()) > ages[2]
    assert score(entry(published=days_before(20))) == score(entry(published=days_before(400)))
    assert score(entry(published=days_before(-3))) == score(entry(published=days_before(0)))


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (0.5, "of the period's last day"),
        (1.5, "1 day before the period's end"),
        (9, "9 days old at the period's end, older than the period"),
        (-1, "newer than the period"),
    ],
)
def test_the_age_is_told(days: float, text: str) -> None:
    assert text in [reason for _, reason in ranked(entry(published=days_before(days)))[1]]


def test_interest_is_capped() -> None:
    names = tuple(f"Name{number}" for number in range(9))

    assert score(entry(" ".join(names)), names=names) == pytest.approx(score(entry()) + 3.0)
    assert ranked(entry(" ".join(names)), names=names)[1][5] == (
        0.0, "names “Name3”, an interest (no more points for interests)",
    )  # fmt: skip


def test_a_publisher_of_interest_counts_as_a_name() -> None:
    made = entry("A", organisation="Quay Institute", source_id="local")

    assert (1.0, "comes from “quay institute”, an interest") in ranked(made, names=("quay institute",))[1]


def test_the_best_of_a_storys_entries_counts_wherever_it_stands() -> None:
    old = entry("Fees", published=days_before(20))
    new = entry("Fees", published=days_before(0), url="https://harbour.example/a", text=BODY, source_id="harbour")

    assert score(old, new) == score(new, old)
    for told in ("of the period's last day", "from the primary source, harbour.example", "enough text to summarise"):
        assert told in [text for _, text in ranked(old, new)[1]]


def test_a_light_source_does_not_pull_down_one_that_is_not_listed_any_more() -> None:
    light = {**SOURCES, "harbour": replace(SOURCES["harbour"], weight=0.0)}

    assert score(entry(), entry(source_id="gone"), sources=light) > score(entry(source_id="gone"), sources=light)


def test_too_little_text_costs_points() -> None:
    for little in ({}, {"text": "[link] [comments]"}, {"summary": "Fees at the port rise by four per cent."}):
        assert score(entry(**little)) == pytest.approx(score(entry(text=BODY)) - 0.5)
    assert score(entry(summary=BODY)) == score(entry(text="港湾局は一月から手数料を四パーセント引き上げると発表した。"))


def test_a_source_that_is_gone_is_named_by_its_id() -> None:
    assert "told by 1 source: gone" in [reason for _, reason in ranked(entry(source_id="gone"))[1]]


WEIGHTS = {
    **SOURCES,
    "harbour": replace(SOURCES["harbour"], weight=0.0),
    "courier": replace(SOURCES["courier"], weight=0.3),
    "links": replace(SOURCES["links"], weight=4.0),
}
tellings = st.builds(
    lambda title, source, text, days, url: entry(
        title, source_id=source, text=text, published=None if days is None else days_before(days), url=url
    ),
    st.sampled_from(["Port fees rise", "Ofgem caps prices", "The port and the price cap", ""]),
    st.sampled_from([*sorted(SOURCES), "gone"]),
    st.sampled_from(["", BODY, "Fees rise."]),
    st.sampled_from([None, -1, 0, 3, 6, 9]),
    st.sampled_from([None, "https://harbour.example/a", "https://elsewhere.example/a"]),
)
INTERESTS: dict[str, Any] = {"names": ("Ofgem", "The Courier"), "words": ("price cap", "fee", "port", "ship")}


@run(deadline=None)
@given(st.lists(tellings, min_size=1, max_size=6), tellings, st.randoms(use_true_random=False))
def test_one_more_source_never_lowers_a_story_and_the_order_does_not_matter(
    group: list[Entry], more: Entry, random: Random
) -> None:
    before, reasons = ranked(*group, sources=WEIGHTS, **INTERESTS)
    mixed = random.sample([*group, more], len(group) + 1)
    after = score(*mixed, sources=WEIGHTS, **INTERESTS)

    assert before == pytest.approx(sum(points for points, _ in reasons))
    assert after >= before
    assert after == score(*group, more, sources=WEIGHTS, **INTERESTS)
