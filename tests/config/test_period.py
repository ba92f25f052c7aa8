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
ZONES = ["UTC", "Europe/London", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "America/Sao_Paulo",
         "Pacific/Apia", "Australia/Lord_Howe"]  # fmt: skip
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


EDGES = [
    # London's clocks go back at 01:00 UTC on 25 October 2026: 01:30 comes twice, and the first one counts.
    ("Europe/London", "week", "sunday 01:30", "2026-10-25T00:29:59+00:00", "2026-W43", "2026-10-25T00:30+00:00"),
    ("Europe/London", "week", "sunday 01:30", "2026-10-25T00:30:00+00:00", "2026-W44", "2026-11-01T01:30+00:00"),
    ("Europe/London", "week", "sunday 01:30", "2026-10-25T01:30:00+00:00", "2026-W44", "2026-11-01T01:30+00:00"),
    # and forward at 01:00 UTC on 28 March 2027: there is no 01:30, so it is 02:30.
    ("Europe/London", "week", "sunday 01:30", "2027-03-28T01:29:59+00:00", "2027-W12", "2027-03-28T01:30+00:00"),
    ("Europe/London", "week", "sunday 01:30", "2027-03-28T01:30:00+00:00", "2027-W13", "2027-04-04T00:30+00:00"),
    ("America/New_York", "day", "02:30", "2027-03-14T07:29:59+00:00", "2027-03-14", "2027-03-14T07:30+00:00"),
    ("America/New_York", "day", "02:30", "2027-03-14T07:30:00+00:00", "2027-03-15", "2027-03-15T06:30+00:00"),
    ("America/New_York", "day", "01:30", "2026-11-01T06:29:00+00:00", "2026-11-02", "2026-11-02T06:30+00:00"),
    # Lord Howe's change by half an hour.
    ("Australia/Lord_Howe", "day", "02:15", "2026-10-03T15:44:00+00:00", "2026-10-04", "2026-10-03T15:45+00:00"),
    ("Australia/Lord_Howe", "day", "02:15", "2026-10-03T15:45:00+00:00", "2026-10-05", "2026-10-04T15:15+00:00"),
    # Samoa had no 30 December 2011, a Friday; what would close then closes at that hour of the 31st.
    ("Pacific/Apia", "day", "07:00", "2011-12-30T09:59:00+00:00", "2011-12-31", "2011-12-30T17:00+00:00"),
    ("Pacific/Apia", "week", "friday 07:00", "2011-12-30T17:00:00+00:00", "2012-W01", "2012-01-05T17:00+00:00"),
    # Ends of years: of 52 weeks, of 53, of months, of days; in a zone ahead of UTC and in one behind.
    ("Europe/London", "week", "friday 07:00", "2025-12-31T12:00:00+00:00", "2026-W01", "2026-01-02T07:00+00:00"),
    ("Europe/London", "week", "friday 07:00", "2025-12-26T06:59:00+00:00", "2025-W52", "2025-12-26T07:00+00:00"),
    ("Europe/London", "week", "friday 07:00", "2026-12-31T12:00:00+00:00", "2026-W53", "2027-01-01T07:00+00:00"),
    ("Europe/London", "week", "friday 07:00", "2027-12-31T07:00:00+00:00", "2028-W01", "2028-01-07T07:00+00:00"),
    ("Asia/Kolkata", "month", "last 23:59", "2026-12-31T18:28:00+00:00", "2026-12", "2026-12-31T18:29+00:00"),
    ("Asia/Kolkata", "month", "last 23:59", "2026-12-31T18:29:00+00:00", "2027-01", "2027-01-31T18:29+00:00"),
    ("Asia/Kolkata", "month", "last 23:59", "2028-02-10T12:00:00+00:00", "2028-02", "2028-02-29T18:29+00:00"),
    ("America/New_York", "day", "18:00", "2026-12-31T22:59:00+00:00", "2026-12-31", "2026-12-31T23:00+00:00"),
    ("America/New_York", "day", "18:00", "2026-12-31T23:00:00+00:00", "2027-01-01", "2027-01-01T23:00+00:00"),
]


@pytest.mark.parametrize(("zone", "every", "closes", "moment", "name", "end"), EDGES)
def test_edges_when_clocks_change_and_years_end(
    zone: str, every: str, closes: str, moment: str, name: str, end: str
) -> None:
    period = period_at(datetime.fromisoformat(moment), settings(every, closes), ZoneInfo(zone))

    assert (period.name, period.end) == (name, datetime.fromisoformat(end))


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
