from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.web.rhythm import asked_wait

NOW = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)  # a Friday
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ({}, timedelta(0)),
        ({"ttl": "60"}, HOUR),
        ({"ttl": " 5 "}, timedelta(minutes=5)),
        ({"ttl": "90.0"}, timedelta(minutes=90)),
        ({"ttl": "999999"}, 24 * HOUR),
        ({"ttl": "-5"}, timedelta(0)),
        ({"ttl": "an hour"}, timedelta(0)),
        ({"period": "hourly"}, HOUR),
        ({"period": "hourly", "frequency": "2"}, HOUR / 2),
        ({"period": " Daily ", "frequency": "4"}, 6 * HOUR),
        ({"period": "daily", "frequency": "0"}, 24 * HOUR),
        ({"period": "weekly"}, 24 * HOUR),
        ({"period": "yearly", "frequency": "365"}, 24 * HOUR),
        ({"period": "always"}, timedelta(0)),
        ({"frequency": "4"}, timedelta(0)),
        ({"ttl": "120", "period": "hourly"}, 2 * HOUR),
    ],
)
def test_what_a_document_asks_for(said: dict[str, Any], wait: timedelta) -> None:
    assert asked_wait(now=NOW, interval=HOUR, **said) == wait


@pytest.mark.parametrize(
    ("hours", "days", "until"),
    [
        (["3"], [], datetime(2026, 11, 20, 8, 30, tzinfo=UTC)),  # after the interval, which is outside
        (["8", "9"], [], datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ([" 8 ", "what"], [], datetime(2026, 11, 20, 9, tzinfo=UTC)),
        (["8", "23", "24"], [], datetime(2026, 11, 20, 9, tzinfo=UTC)),
        ([str(hour) for hour in range(24)], [], NOW + 24 * HOUR),
        ([], ["Saturday"], datetime(2026, 11, 20, 8, 30, tzinfo=UTC)),
        ([], ["friday"], datetime(2026, 11, 21, tzinfo=UTC)),
        ([], ["Friday", "Saturday"], NOW + 24 * HOUR),
        (["0", "1"], ["Friday"], datetime(2026, 11, 21, 2, tzinfo=UTC)),
    ],
)
def test_skipped_hours_and_days_are_skipped_in_gmt(hours: list[str], days: list[str], until: datetime) -> None:
    assert NOW + asked_wait(now=NOW, interval=HOUR, skip_hours=hours, skip_days=days) == until


@given(
    st.fixed_dictionaries({}, optional={
        "ttl": st.text(max_size=8), "period": st.sampled_from(["hourly", "weekly", "x"]),
        "frequency": st.text("0123456789-. ", max_size=8), "skip_hours": st.lists(st.text(max_size=3)),
        "skip_days": st.lists(st.sampled_from(["Monday", "friday", "x"])),
    }),
    st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=8)),
)  # fmt: skip
def test_nothing_a_document_says_makes_it_fail_or_wait_more_than_a_day(said: dict[str, Any], wait: timedelta) -> None:
    assert timedelta(0) <= asked_wait(now=NOW, interval=wait, **said) <= timedelta(hours=24)
