from dataclasses import replace
from typing import Any

import pytest

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
        (1.1, "2 sources: Harbour Daily, The Courier"),
        (1.0, "names “Ofgem”, an interest"),
        (0.5, "speaks of “price”, an interest"),
        (0.21, "2 days before the period's end"),
        (0.5, "from the primary source, harbour.example"),
        (0.5, "enough text to summarise"),
    ]
    assert total == pytest.approx(sum(points for points, _ in reasons)) == 3.81


def test_two_entries_of_one_source_are_one_source() -> None:
    one = entry("A", organisation="Quay Port", source_id="local")
    two = entry("B", organisation="quay port", source_id="local")

    assert score(one, two) == score(one)
    assert score(one, entry("B", organisation="Harbour Trust", source_id="local")) > score(one)


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


def test_too_little_text_costs_points() -> None:
    for little in ({}, {"text": "[link] [comments]"}, {"summary": "Fees at the port rise by four per cent."}):
        assert score(entry(**little)) == pytest.approx(score(entry(text=BODY)) - 0.5)
    assert score(entry(summary=BODY)) == score(entry(text="港湾局は一月から手数料を四パーセント引き上げると発表した。"))


def test_a_source_that_is_gone_is_named_by_its_id() -> None:
    assert "1 source: gone" in [reason for _, reason in ranked(entry(source_id="gone"))[1]]
