from typing import Any

import pytest

from digest.config.settings import Interests, IssueSettings
from digest.curate.quiet import Every, Quiet, quiet_week
from digest.curate.rank import TOLD_ONCE, rank
from digest.model import Briefing, Section, Story
from tests.curate.making import BODY, PERIOD, SOURCES, days_before, entry

FLOOR = IssueSettings().significant


def ranked(title: str = "Port fees rise", **given: Any) -> Story:
    lead = entry(title, **given)
    score, _ = rank([lead], sources=SOURCES, interests=Interests(names=("Quay",)), period=PERIOD, language="en")
    return Story(id="s-00000001", title=title, summary="", entries=(lead,), section="News", score=score)


def week(*stories: Story, bench: tuple[Story, ...] = ()) -> Briefing:
    return Briefing(period=PERIOD, sections=(Section(title="News", stories=stories),), candidates=bench)


def test_a_week_without_stories_is_quiet() -> None:
    assert quiet_week(Briefing(period=PERIOD, sections=()), floor=FLOOR) == Quiet(every="week", floor=FLOOR, best=None)


def test_a_week_of_thin_old_or_undated_items_is_quiet() -> None:
    thin = (ranked(published=days_before(9)), ranked(), ranked(published=days_before(6), text="Fees rise."))
    found = quiet_week(week(*thin), floor=FLOOR)

    assert found is not None
    assert found.sentence == "Nothing significant this week: no story has more than 1.04 points, the best 1.04."


def test_an_ordinary_item_of_the_period_is_significant() -> None:
    assert quiet_week(week(ranked(published=days_before(6), text=BODY)), floor=FLOOR) is None
    assert quiet_week(week(ranked(published=days_before(1))), floor=FLOOR) is None


def test_an_old_item_of_interest_is_significant_also_on_the_bench() -> None:
    assert quiet_week(week(bench=(ranked("The Pier", published=days_before(9)),)), floor=FLOOR) is not None
    assert quiet_week(week(bench=(ranked("The Quay", published=days_before(9)),)), floor=FLOOR) is None


def test_an_editor_may_ask_for_more() -> None:
    found = quiet_week(week(ranked(published=days_before(1), text=BODY)), floor=2.5)

    assert found is not None
    assert found.best is not None
    assert FLOOR < found.best < 2.5


def test_by_default_a_story_told_once_with_nothing_else_for_it_is_not_significant() -> None:
    assert FLOOR == TOLD_ONCE


@pytest.mark.parametrize(
    ("every", "nothing_new", "nothing_much"),
    [
        ("day", "Nothing new today.", "Nothing significant today: no story has more than 2 points, the best 1.5."),
        (
            "week",
            "Nothing new this week.",
            "Nothing significant this week: no story has more than 2 points, the best 1.5.",
        ),
        (
            "month",
            "Nothing new this month.",
            "Nothing significant this month: no story has more than 2 points, the best 1.5.",
        ),
    ],
)
def test_the_editor_is_told_of_the_period_that_the_issue_has(every: Every, nothing_new: str, nothing_much: str) -> None:
    assert Quiet(every=every, floor=2.0, best=None).sentence == nothing_new
    assert Quiet(every=every, floor=2.0, best=1.5).sentence == nothing_much
