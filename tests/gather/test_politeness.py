from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.politeness import (
    Headers,
    after_body,
    after_failure,
    after_unchanged,
    fresh_for,
    is_due,
    retry_after,
)
from digest.model import FetchState

NOW = datetime(2026, 11, 20, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)
DATE = "Fri, 20 Nov 2026 09:00:00 GMT"  # the server's clock is two hours ahead, which must not matter


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (Headers(), timedelta(0)),
        (Headers(cache_control="max-age=7200"), timedelta(hours=2)),
        (Headers(cache_control='public, Max-Age="60"'), timedelta(minutes=1)),
        (Headers(cache_control="s-maxage=7200"), timedelta(0)),
        (Headers(cache_control="max-age=7200, no-cache"), timedelta(0)),
        (Headers(cache_control="max-age=504576000"), timedelta(hours=24)),
        (Headers(expires="Fri, 20 Nov 2026 12:00:00 GMT", date=DATE), timedelta(hours=3)),
        (Headers(expires="0", date=DATE), timedelta(0)),
        (Headers(expires="Thu, 01 Jan 1970 00:00:00 GMT", date=DATE), timedelta(0)),
    ],
)
def test_how_long_an_answer_stays_fresh(headers: Headers, expected: timedelta) -> None:
    assert fresh_for(headers) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", NOW + timedelta(minutes=2)),
        ("Fri, 20 Nov 2026 09:30:00 GMT", NOW + timedelta(minutes=30)),
        ("99999999999", NOW + timedelta(hours=24)),
        ("0", None),
        ("soon", None),
        ("-5", None),
        ("Fri, 20 Nov 2026 08:00:00 GMT", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_of_the_servers_clock(value: str, expected: datetime | None) -> None:
    assert retry_after(Headers(retry_after=value, date=DATE), now=NOW) == expected


def test_a_good_answer_forgets_the_trouble_and_keeps_the_validators_as_they_came() -> None:
    troubled = FetchState(failures=3, failing_since=NOW - HOUR, last_problem="404 Not Found", retry_after=NOW)
    state = after_body(troubled, Headers(etag='W/"a b"', last_modified="yesterday, sort of"), sha256="f" * 64,
                       title="The Example", now=NOW, interval=HOUR)  # fmt: skip
    assert (state.etag, state.last_modified) == ('W/"a b"', "yesterday, sort of")
    assert (state.failures, state.failing_since, state.last_problem, state.retry_after) == (0, None, None, None)
    assert (state.first_fetched, state.last_fetched, state.next_due) == (NOW, NOW, NOW + HOUR)
    later = after_body(state, Headers(), sha256="0" * 64, title=None, now=NOW + HOUR, interval=HOUR)
    assert (later.etag, later.last_modified, later.title) == (None, None, "The Example")
    assert later.first_fetched == NOW


def test_a_304_renews_the_validators_it_names() -> None:
    before = FetchState(etag='"1"', last_modified="then")
    state = after_unchanged(before, Headers(etag='"2"', cache_control="max-age=10800"), now=NOW, interval=HOUR)
    assert (state.etag, state.last_modified) == ('"2"', "then")
    assert state.next_due == NOW + 3 * HOUR


def test_failures_wait_twice_as_long_each_time_up_to_a_day() -> None:
    state, waits = FetchState(etag='"1"'), []
    for number in range(8):
        state = after_failure(state, None, problem="no such host", now=NOW, interval=HOUR)
        assert state.next_due is not None
        waits.append((state.next_due - NOW) // HOUR)
        assert (state.failures, state.failing_since, state.last_fetched) == (number + 1, NOW, None)
    assert waits == [1, 2, 4, 8, 16, 24, 24, 24]
    assert state.etag == '"1"'


def test_a_feed_that_is_gone_is_asked_once_a_week() -> None:
    state = after_failure(FetchState(), Headers(), problem="410 Gone", now=NOW, interval=HOUR, gone=True)
    assert state.next_due == NOW + timedelta(days=7)


def test_retry_after_holds_even_if_all_are_asked() -> None:
    state = after_failure(FetchState(), Headers(retry_after="7200"), problem="429", now=NOW, interval=HOUR)
    assert state.retry_after == state.next_due == NOW + 2 * HOUR
    assert not is_due(state, now=NOW + HOUR, ask_all=True)
    assert is_due(state, now=NOW + 2 * HOUR, ask_all=False)


def test_asking_all_overrides_the_interval() -> None:
    state = FetchState(next_due=NOW + HOUR)
    assert not is_due(state, now=NOW, ask_all=False)
    assert is_due(state, now=NOW, ask_all=True)
    assert is_due(state, now=NOW + HOUR, ask_all=False)
    assert is_due(FetchState(), now=NOW, ask_all=False)


@given(st.builds(Headers, cache_control=st.text(max_size=40), expires=st.none() | st.text(max_size=40),
                 date=st.none() | st.text(max_size=40), retry_after=st.none() | st.text(max_size=40)))  # fmt: skip
def test_no_header_makes_it_fail_or_wait_more_than_a_day(headers: Headers) -> None:
    state = after_body(FetchState(), headers, sha256="", title=None, now=NOW, interval=HOUR)
    assert state.next_due is not None
    assert HOUR <= state.next_due - NOW <= timedelta(hours=24)
    asked = retry_after(headers, now=NOW)
    assert asked is None or NOW < asked <= NOW + timedelta(hours=24)
