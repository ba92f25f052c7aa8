from typing import Any

from digest.config.settings import Interests
from digest.curate.quiet import SIGNIFICANT, Quiet, quiet_week
from digest.curate.rank import rank
from digest.model import Briefing, Section, Story
from tests.curate.making import BODY, PERIOD, SOURCES, days_before, entry


def ranked(title: str = "Port fees rise", **given: Any) -> Story:
    lead = entry(title, **given)
    score, _ = rank([lead], sources=SOURCES, interests=Interests(names=("Quay",)), period=PERIOD, language="en")
    return Story(id="s-00000001", title=title, summary="", entries=(lead,), section="News", score=score)


def week(*stories: Story, bench: tuple[Story, ...] = ()) -> Briefing:
    return Briefing(period=PERIOD, sections=(Section(title="News", stories=stories),), candidates=bench)


def test_a_week_without_stories_is_quiet() -> None:
    assert quiet_week(Briefing(period=PERIOD, sections=())) == Quiet(floor=SIGNIFICANT, best=None)
    assert Quiet(floor=1.04, best=None).sentence == "Nothing new this week."


def test_a_week_of_thin_old_or_undated_items_is_quiet() -> None:
    thin = (ranked(published=days_before(9)), ranked(), ranked(published=days_before(6), text="Fees rise."))
    found = quiet_week(week(*thin))

    assert found is not None
    assert found.sentence == "Nothing significant this week: no story has more than 1.04 points, the best 1.04."


def test_an_ordinary_item_of_the_period_is_significant() -> None:
    assert quiet_week(week(ranked(published=days_before(6), text=BODY))) is None
    assert quiet_week(week(ranked(published=days_before(1)))) is None


def test_an_old_item_of_interest_is_significant_also_on_the_bench() -> None:
    assert quiet_week(week(bench=(ranked("The Pier", published=days_before(9)),))) is not None
    assert quiet_week(week(bench=(ranked("The Quay", published=days_before(9)),))) is None


def test_an_editor_may_ask_for_more() -> None:
    found = quiet_week(week(ranked(published=days_before(1), text=BODY)), floor=2.5)

    assert found is not None
    assert found.best is not None
    assert SIGNIFICANT < found.best < 2.5
