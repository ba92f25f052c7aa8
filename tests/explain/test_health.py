from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.explain.health import Health, complaint, health, rhythm, usual_gap_days
from digest.model import FetchState

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
URL = "https://a.example/feed"
LONDON = ZoneInfo("Europe/London")
READ = FetchState(first_fetched=datetime(2026, 9, 1, tzinfo=UTC), last_fetched=NOW)


def on(*days: str) -> list[datetime]:
    return [datetime.fromisoformat(f"2026-{day}T09:00+00:00") for day in days]


def every(days: int, *, times: int, last: datetime) -> list[datetime]:
    return [last - timedelta(days=days * number) for number in range(times)]


def weekdays(*, until: date, times: int) -> list[datetime]:
    """Nine in the morning of the last so many working days, newest first."""
    days = (until - timedelta(days=back) for back in range(60))
    return [datetime(day.year, day.month, day.day, 9, tzinfo=UTC) for day in days if day.weekday() < 5][:times]


def found(
    state: FetchState, days: Sequence[datetime], *, now: datetime = NOW, hours: int = 1, url: str = URL
) -> Health:
    return health(state, days, location=url, interval=timedelta(hours=hours), now=now)


@pytest.mark.parametrize(
    ("days", "gap"),
    [
        (on(), None),
        (on("11-17", "11-16", "11-15"), None),
        (on("11-17", "11-16", "11-15", "11-14"), 1.0),
        (on("11-17", "11-10", "11-03", "10-27"), 7.0),
        (on("11-17", "11-16", "11-13", "11-12", "11-11"), 1.0),
        (on("11-17", "11-15", "11-14", "11-11", "11-10"), 1.5),
        (on("11-17", "11-16", "11-15", "11-14", "01-01"), 1.0),
    ],
    ids=["nothing", "three", "daily", "weekly", "working days", "between", "one long gap"],
)
def test_the_usual_gap_is_the_median_and_needs_four_days(days: list[datetime], gap: float | None) -> None:
    assert usual_gap_days(days) == gap


@given(st.lists(st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 18), timezones=st.just(UTC)), max_size=40))
def test_the_gap_does_not_depend_on_order_or_on_how_much_one_day_brings(moments: list[datetime]) -> None:
    gap = usual_gap_days(moments)

    assert gap == usual_gap_days([*reversed(moments), *moments])
    assert gap is None or gap >= 1


@pytest.mark.parametrize(
    ("gap", "words"),
    [(1.0, "daily"), (1.4, "daily"), (3, "every 3 days"), (7, "weekly"), (6.6, "weekly"), (14, "fortnightly"),
     (30, "monthly"), (45, "every 45 days")],
)  # fmt: skip
def test_a_gap_has_a_name(gap: float, words: str) -> None:
    assert rhythm(gap) == words


def test_a_daily_feed_that_stopped_is_silent() -> None:
    last = NOW - timedelta(days=19)
    quiet = found(READ, every(1, times=20, last=last))

    assert (quiet.silent_since, quiet.silent_days, quiet.silent_gaps) == (last, 19, 19.0)
    assert complaint(quiet, READ, LONDON) == "silent since 2026-10-30, usually daily"
    assert not quiet.is_well


@pytest.mark.parametrize(
    ("last", "read"),
    [
        (date(2026, 11, 13), datetime(2026, 11, 16, 12, tzinfo=UTC)),
        (date(2026, 11, 13), datetime(2026, 11, 17, 8, tzinfo=UTC)),
    ],
    ids=["over a weekend", "over a bank holiday, until nine on Tuesday"],
)
def test_a_feed_of_working_days_is_not_silent(last: date, read: datetime) -> None:
    state = FetchState(last_fetched=read)

    assert found(state, weekdays(until=last, times=20), now=read).is_well


@pytest.mark.parametrize(
    ("gap", "quiet", "silent"),
    [(1, 4, False), (1, 5, True), (2, 6, False), (2, 7, True), (7, 20, False), (7, 22, True), (30, 80, False),
     (30, 91, True)],
)  # fmt: skip
def test_silence_is_more_than_three_usual_gaps(gap: int, quiet: int, silent: bool) -> None:
    days = every(gap, times=10, last=NOW - timedelta(days=quiet))

    assert (found(READ, days).silent_since is not None) is silent


@pytest.mark.parametrize(
    ("state", "arguments"),
    [
        (FetchState(last_fetched=NOW - timedelta(days=19), failing_since=NOW - timedelta(days=18)), {}),
        (FetchState(last_fetched=NOW - timedelta(days=18)), {}),
        (READ, {"hours": 24 * 20}),
        (READ, {"url": "feeds/grid.xml"}),
    ],
    ids=["it fails, so nobody knows", "nobody asked since", "it is asked more seldom", "a file of our own"],
)
def test_silence_that_was_not_heard_is_not_told(state: FetchState, arguments: dict[str, object]) -> None:
    days = every(1, times=20, last=NOW - timedelta(days=19))

    assert found(state, days, **arguments).silent_since is None  # type: ignore[arg-type]


def test_two_items_a_month_apart_tell_no_rhythm() -> None:
    assert found(READ, on("05-01", "04-01")).is_well


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (FetchState(last_fetched=NOW, failing_since=NOW - timedelta(days=3), failures=9, last_problem="504 Slow"),
         "failing since 2026-11-15: 504 Slow"),
        (FetchState(last_fetched=NOW, failing_since=NOW - timedelta(days=3)), "failing since 2026-11-15: no answer"),
        (FetchState(last_fetched=NOW, failing_since=NOW, gone_since=NOW - timedelta(days=8), last_problem="410 Gone"),
         "gone since 2026-11-10: the publisher has taken it down"),
        (FetchState(last_fetched=NOW, moved_to="https://b.example/f", moved_since=NOW - timedelta(days=8)),
         "moved to https://b.example/f since 2026-11-10"),
        (FetchState(last_fetched=NOW, moved_to="https://b.example/f", moved_since=NOW - timedelta(days=6)), None),
        (FetchState(last_fetched=NOW, retry_after=NOW + timedelta(hours=2)), None),
        (FetchState(), None),
    ],
    ids=["failing", "failing for no reason", "gone", "moved", "moved lately", "told to wait", "never read"],
)  # fmt: skip
def test_what_an_editor_should_know_is_told_by_its_date(state: FetchState, said: str | None) -> None:
    assert complaint(found(state, ()), state, LONDON) == said
    assert complaint(found(state, (), now=NOW + timedelta(hours=7)), state, LONDON) == said


def test_a_feed_that_waits_says_until_when_and_one_that_was_never_read_says_so() -> None:
    assert found(FetchState(retry_after=NOW + timedelta(hours=2)), ()).paused_until == NOW + timedelta(hours=2)
    assert found(FetchState(retry_after=NOW - timedelta(hours=2)), ()).paused_until is None
    assert found(FetchState(), ()).never_read
    assert not found(READ, ()).never_read
    assert found(READ, on("11-17", "11-15")).last_item == on("11-17")[0]
