from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.embargo_time import find_run, moment_of
from tests.gather.making import LONDON

NEAR = datetime(2026, 11, 18, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("until 00:01 25 November 2026", "2026-11-25T00:01"),
        ("00.01 hrs Tuesday 22 September 2026", "2026-09-21T23:01"),
        ("00.01 hrs. Tuesday 22 September 2026", "2026-09-21T23:01"),
        ("25th November 2026 at 0001hrs", "2026-11-25T00:01"),
        ("25 November 2026, 2030 hrs", "2026-11-25T20:30"),
        ("0001 GMT 25 November", "2026-11-25T00:01"),
        ("6am 3 January", "2027-01-03T06:00"),
        ("10 a.m. ET, Wednesday, November 25, 2026", "2026-11-25T15:00"),
        ("November 25 10:00 EST", "2026-11-25T15:00"),
        ("9:00 Eastern Time, 25 November 2026", "2026-11-25T14:00"),
        ("12 noon on Wednesday 25 November 2026 (London time)", "2026-11-25T12:00"),
        ("22 June 2027 10:00 CEST", "2027-06-22T08:00"),
        ("00:01 BST 22 June 2027", "2027-06-21T23:01"),
        ("25.11., 10 Uhr", "2026-11-25T10:00"),
        ("Mi., 25.11.26, 18 Uhr", "2026-11-25T18:00"),
        ("Mittwoch, 25. November 2026, 10.30 Uhr MEZ", "2026-11-25T09:30"),
        ("mercredi 25 novembre 2026 à 6h30", "2026-11-25T06:30"),
        ("le 1er décembre à 10 heures", "2026-12-01T10:00"),
        ("el 25 DE NOVIEMBRE del 2026 a las 10h", "2026-11-25T10:00"),
        ("10:00 horas del miércoles 25 de noviembre", "2026-11-25T10:00"),
        ("00:01 UTC+1 25 November 2026", "2026-11-24T23:01"),
        ("2026-11-25T10:00+02:00", "2026-11-25T08:00"),
        ("2026-11-25T00:01Z", "2026-11-25T00:01"),
        ("25/11/2026 10:00", "2026-11-25T10:00"),
        ("25 November 2026", "2026-11-25T00:00"),
        ("25-Nov-2026 10:00", "2026-11-25T10:00"),
        ("24–25 November 2026", "2026-11-25T00:00"),
        ("8:00 to 10:00 on 25 November 2026", "2026-11-25T10:00"),
        ("25 November 2026 at 10:00 local time", "2026-11-25T10:00"),
        ("10am Tuesday", "2026-11-24T10:00"),
        ("Dienstag, 10 Uhr", "2026-11-24T10:00"),
        ("midnight Tuesday", "2026-11-25T00:00"),
        ("10:00 for all media, Wednesday 25 November", "2026-11-25T10:00"),
    ],
)
def test_a_time_is_read_as_people_write_it(text: str, expected: str) -> None:
    assert moment_of(text, near=NEAR, zone=LONDON) == datetime.fromisoformat(f"{expected}Z")


def test_without_a_zone_it_is_the_newsletters() -> None:
    assert moment_of("25 November 2026, 10:00", near=NEAR, zone=ZoneInfo("Europe/Berlin")) == datetime(
        2026, 11, 25, 9, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("midnight, 25 November 2026", "2026-11-26T00:00"),  # at its beginning or at its end
        ("24:00, 25 November 2026", "2026-11-26T00:00"),
        ("00:01 BST 25 November 2026", "2026-11-25T00:01"),  # summer time in winter
        ("10:00 IST 25 November 2026", "2026-11-25T10:00"),  # India's is 5.5 hours earlier
        ("19:01 ET (24 November) / 00:01 GMT Wednesday 25 November 2026", "2026-11-26T00:01"),
        ("00:01 GMT / 19:01 ET (24 November) Wednesday 25 November 2026", "2026-11-25T00:01"),
    ],
)
def test_of_two_meanings_the_later_is_taken(text: str, expected: str) -> None:
    assert moment_of(text, near=NEAR, zone=LONDON) == datetime.fromisoformat(f"{expected}Z")


@pytest.mark.parametrize(
    "text",
    ["Tuesday", "10:00", "2027", "January 2027", "further notice", "31 February 2027", "10:61 25 November 2026",
     "13 pm 25 November 2026", "03/04/2027", "00:01 XYT 25 November 2026", "00:01 Tokyo time 25 November 2026",
     "Monday 25 November 2026", "10am Wednesday", "10am next Tuesday", "10am Tuesday or Thursday",
     "25 November, Redebeginn", ""],
)  # fmt: skip
def test_what_names_no_moment_or_contradicts_itself_is_none(text: str) -> None:
    assert moment_of(text, near=NEAR, zone=LONDON) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 November", datetime(2026, 11, 1, tzinfo=UTC)),
        ("18 October", datetime(2027, 10, 17, 23, tzinfo=UTC)),
        ("3 January", datetime(2027, 1, 3, tzinfo=UTC)),
        ("Thursday 25 November", None),
    ],
)
def test_without_a_year_it_is_the_next_such_day_or_one_just_past(text: str, expected: datetime | None) -> None:
    assert moment_of(text, near=NEAR, zone=LONDON) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x 25 November 2026 – 5 new studies", "25 November 2026"),
        ("x 25 November 2026. On Tuesday the study", "25 November 2026"),
        ("x at 00:01 on Wednesday, 25 November 2026: text", "00:01 on Wednesday, 25 November 2026"),
        ("x 24 Nov – 10:00 GMT, text", "24 Nov – 10:00 GMT"),
    ],
)
def test_a_stretch_ends_where_it_says_something_else(text: str, expected: str) -> None:
    run = find_run(text, 0)
    assert run is not None
    assert text[run.start : run.end] == expected


PIECES = st.sampled_from(
    ["25", " ", "November", "2026", "00:01", "GMT", "BST", "Z", "T", "+", "-", "1", ".", ":", "/", "de ", "Tuesday",
     "midnight", "am", "Uhr", "h", "(", "2026-11-25", "hrs", "UTC", "99", "time"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("".join))
def test_no_text_makes_reading_fail(text: str) -> None:
    moment = moment_of(text, near=NEAR, zone=LONDON)
    assert moment is None or moment.utcoffset() is not None
