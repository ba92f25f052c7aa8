from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.dates import parse_date, sane

LONDON = ZoneInfo("Europe/London")
BERLIN = ZoneInfo("Europe/Berlin")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-03-24", utc(2025, 3, 24)),
        ("2025-07-24", utc(2025, 7, 23, 23)),
        ("20250324", utc(2025, 3, 24)),
        ("2025-03-24T10:00:00Z", utc(2025, 3, 24, 10)),
        ("2025-07-24T10:00", utc(2025, 7, 24, 9)),
        ("2025-03-24 10:00:00 +0100", utc(2025, 3, 24, 9)),
        ("2026-02-17T17:36:36-0500", utc(2026, 2, 17, 22, 36, 36)),
        ("2025-03-24T10:00:00.123456789Z", utc(2025, 3, 24, 10, 0, 0, 123456)),
        ("Mon, 24 Mar 2025 10:00:00 GMT", utc(2025, 3, 24, 10)),
        ("Mon, 24 Mar 2025 10:00:00 +0100", utc(2025, 3, 24, 9)),
        ("Mon, 24 Mar 2025 10:00:00 EST", utc(2025, 3, 24, 15)),
        ("Mon, 24 Mar 2025 10:00:00 -0000", utc(2025, 3, 24, 10)),
        ("24 March 2025", utc(2025, 3, 24)),
        ("Monday, 24th March 2025", utc(2025, 3, 24)),
        ("March 24, 2025", utc(2025, 3, 24)),
        ("Mar. 24, 2025 5:30 p.m.", utc(2025, 3, 24, 17, 30)),
        ("24. März 2025", utc(2025, 3, 24)),
        ("1er août 2025", utc(2025, 7, 31, 23)),
        ("24 de marzo de 2025", utc(2025, 3, 24)),
        ("24.03.2025", utc(2025, 3, 24)),
        ("24/03/2025", utc(2025, 3, 24)),
        ("03/24/2025", utc(2025, 3, 24)),
        ("2025/03/24 noon", utc(2025, 3, 24, 12)),
        ("00:01 Tuesday 22 September 2026 BST", utc(2026, 9, 21, 23, 1)),
        ("00:01 BST on 22 September 2026", utc(2026, 9, 21, 23, 1)),
        ("EMBARGOED UNTIL 9AM, TUESDAY 22 SEPTEMBER 2026", utc(2026, 9, 22, 8)),
        ("22 September 2026, 12 am", utc(2026, 9, 21, 23)),
        ("22 September 2026 at 10:00 (UTC+02:00)", utc(2026, 9, 22, 8)),
    ],
)
def test_a_date_is_read_as_people_and_programs_write_it(text: str, expected: datetime) -> None:
    assert parse_date(text, zone=LONDON) == expected


@pytest.mark.parametrize(
    "text",
    ["", "soon", "03/04/2025", "31 February 2025", "2025-13-01", "0000-01-01", "25:00 on 1 May 2025", "June 2025",
     "13pm 1 May 2025", "x" * 500, "9999-12-31T23:59:59-23:59"],
)  # fmt: skip
def test_what_is_no_date_or_could_be_two_is_none(text: str) -> None:
    assert parse_date(text, zone=LONDON) is None


def test_a_date_without_a_time_is_midnight_where_the_newsletter_is() -> None:
    assert parse_date("2026-03-29", zone=BERLIN) == utc(2026, 3, 28, 23)
    assert parse_date("2026-03-30", zone=BERLIN) == utc(2026, 3, 29, 22)


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)))
def test_iso_and_rfc_822_round_trip(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert parse_date(whole.isoformat(), zone=BERLIN) == whole
    assert parse_date(whole.strftime("%a, %d %b %Y %H:%M:%S +0000"), zone=BERLIN) == whole


@given(st.text(max_size=130))
def test_no_text_makes_it_fail(text: str) -> None:
    moment = parse_date(text, zone=BERLIN)
    assert moment is None or moment.tzinfo is UTC


def test_what_a_source_cannot_have_meant_is_none() -> None:
    now = utc(2026, 11, 22, 12)
    assert sane(None, now=now) is None
    assert sane(utc(1, 1, 1), now=now) is None
    assert sane(utc(1989, 12, 31), now=now) is None
    assert sane(utc(1990, 1, 1), now=now) == utc(1990, 1, 1)
    assert sane(now + timedelta(days=366), now=now) == now + timedelta(days=366)
    assert sane(now + timedelta(days=366, seconds=1), now=now) is None
