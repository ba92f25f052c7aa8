"""The time of `digest send --at`: what people say, in the newsletter's zone, on the days when the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import UsageError
from digest.production.sendtime import SendTime, parse_send_time

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)  # a Wednesday


def read(text: str, *, now: datetime = NOW, zone: ZoneInfo = LONDON) -> SendTime:
    return parse_send_time(text, zone=zone, now=now)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("friday 07:00", "2026-11-20T07:00Z"),
        ("  Fri  7:00 ", "2026-11-20T07:00Z"),
        ("wednesday 11:00", "2026-11-25T11:00Z"),  # today at 11 is past
        ("wednesday 13:00", "2026-11-18T13:00Z"),
        ("07:00", "2026-11-19T07:00Z"),
        ("12:00", "2026-11-19T12:00Z"),  # now is not to come
        ("12:01", "2026-11-18T12:01Z"),
        ("today 18:30", "2026-11-18T18:30Z"),
        ("tomorrow 18:30", "2026-11-19T18:30Z"),
        ("2026-11-27 07:00", "2026-11-27T07:00Z"),
        ("2026-11-27T07:00", "2026-11-27T07:00Z"),
        ("2027-06-04 07:00", "2027-06-04T06:00Z"),  # summer
        ("2026-11-27T07:00+01:00", "2026-11-27T06:00Z"),
        ("2026-11-27T07:00Z", "2026-11-27T07:00Z"),
        ("27 November 2026, 7am", "2026-11-27T07:00Z"),
        ("27 november 2026 07:00 CET", "2026-11-27T06:00Z"),
    ],
)
def test_a_time_is_read_as_people_say_it(text: str, at: str) -> None:
    assert read(text) == SendTime(at=datetime.fromisoformat(at))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("friday", "is no day and time"),
        ("2026-11-27", "is no day and time"),
        ("soon", "is no day and time"),
        ("", "is no day and time"),
        ("25:00", "is no day and time"),
        ("2026-11-31 07:00", "is no day and time"),
        ("2026-11-18 11:59", "2026-11-18 11:59 is past"),
        ("2026-11-18 12:00", "is past"),
        ("today 07:00", "2026-11-18 07:00 is past"),
        ("2062-11-27 07:00", "more than a year ahead"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_an_example(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as refused:
        read(text)

    assert '"friday 07:00"' in (refused.value.hint or "")


def test_a_time_that_the_clocks_skip_is_taken_as_much_later_and_said_so() -> None:
    found = read("2027-03-28 01:30")

    assert found.at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)  # 02:30 in summer time
    assert found.remark == "01:30 does not come on 2027-03-28: the clocks go forward; 02:30 is taken"


def test_of_a_time_that_comes_twice_the_first_is_taken_that_is_still_ahead() -> None:
    before = read("2027-10-31 01:30", now=datetime(2027, 10, 30, 12, tzinfo=UTC))
    between = read("01:30", now=datetime(2027, 10, 31, 0, 45, tzinfo=UTC))

    assert before.at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert "comes twice on 2027-10-31: the first is taken (00:30 UTC)" in before.remark
    assert between.at == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    assert "the second is taken (01:30 UTC)" in between.remark


ZONES = st.sampled_from(
    [
        "UTC",
        "Europe/London",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "Pacific/Apia",
        "Africa/Cairo",
    ]
).map(ZoneInfo)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2031, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))


@given(now=MOMENTS, zone=ZONES, clock=st.times())
def test_the_next_such_time_is_ahead_within_a_day_and_shows_that_time(
    now: datetime, zone: ZoneInfo, clock: datetime
) -> None:
    found = read(f"{clock:%H:%M}", now=now, zone=zone)
    shown = found.at.astimezone(zone)

    assert now < found.at <= now + timedelta(hours=26)
    assert found.remark or (shown.hour, shown.minute) == (clock.hour, clock.minute)


@given(wall=st.datetimes(datetime(2026, 12, 1), datetime(2027, 11, 1)), zone=ZONES)
def test_a_dated_time_is_that_time_on_the_wall_or_says_why_not(wall: datetime, zone: ZoneInfo) -> None:
    wall = wall.replace(second=0, microsecond=0)
    found = read(f"{wall:%Y-%m-%d %H:%M}", zone=zone)
    shown = found.at.astimezone(zone).replace(tzinfo=None)

    assert (shown == wall) != ("does not come" in found.remark)


@given(st.text(max_size=60))
def test_any_text_is_a_time_to_come_or_a_wrong_usage(text: str) -> None:
    try:
        assert read(text).at > NOW
    except UsageError as error:
        assert error.hint
