"""Periods follow each other without a gap, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config.period import next_period, period_at
from digest.config.settings import IssueSettings
from digest.config.table import table_of

LONDON = ZoneInfo("Europe/London")
ZONES = ["UTC", "Europe/London", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "America/Sao_Paulo"]
WAYS = [("day", "07:00"), ("day", "00:00"), ("day", "02:30"), ("week", "friday 07:00"), ("week", "sunday 02:30"),
        ("week", "monday 00:00"), ("month", "28 07:00"), ("month", "last 07:00"), ("month", "1 00:00")]  # fmt: skip


def settings(every: str = "week", closes: str = "friday 07:00") -> IssueSettings:
    return table_of(IssueSettings, {"every": every, "closes": closes})


@pytest.mark.parametrize(
    ("moment", "name", "start", "end"),
    [
        ("2026-11-19T12:00+00:00", "2026-W47", "2026-11-13T07:00+00:00", "2026-11-20T07:00+00:00"),
        ("2026-11-20T06:59:59+00:00", "2026-W47", "2026-11-13T07:00+00:00", "2026-11-20T07:00+00:00"),
        ("2026-11-20T07:00+00:00", "2026-W48", "2026-11-20T07:00+00:00", "2026-11-27T07:00+00:00"),
        # Summer time ends on 25 October 2026: the period is an hour longer.
        ("2026-10-25T12:00+00:00", "2026-W44", "2026-10-23T06:00+00:00", "2026-10-30T07:00+00:00"),
        ("2026-12-30T12:00+00:00", "2026-W53", "2026-12-25T07:00+00:00", "2027-01-01T07:00+00:00"),
        ("2027-01-02T12:00+00:00", "2027-W01", "2027-01-01T07:00+00:00", "2027-01-08T07:00+00:00"),
    ],
)
def test_a_week_is_named_for_its_end(moment: str, name: str, start: str, end: str) -> None:
    period = period_at(datetime.fromisoformat(moment), settings(), LONDON)

    assert (period.name, period.start, period.end) == (name, datetime.fromisoformat(start), datetime.fromisoformat(end))


def test_days_and_months_have_names_of_their_own() -> None:
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)

    assert period_at(noon, settings("day", "18:00"), LONDON).name == "2026-11-22"
    assert period_at(noon, settings("day", "07:00"), LONDON).name == "2026-11-23"
    assert period_at(noon, settings("month", "last 07:00"), LONDON).name == "2026-11"
    assert period_at(noon, settings("month", "15 07:00"), LONDON).name == "2026-12"


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(ZONES),
    st.sampled_from(WAYS),
)
def test_every_moment_is_in_one_period_and_they_are_seamless(moment: datetime, zone: str, way: tuple[str, str]) -> None:
    chosen, where = settings(*way), ZoneInfo(zone)
    period = period_at(moment, chosen, where)
    after = next_period(period, chosen, where)

    assert period.start <= moment < period.end
    assert after.start == period.end
    assert after.name > period.name
    assert period_at(period.end - timedelta(microseconds=1), chosen, where) == period
