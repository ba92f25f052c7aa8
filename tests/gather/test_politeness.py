from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.web.politeness import (
    Headers,
    after_body,
    after_failure,
    after_pause,
    after_unchanged,
    fresh_for,
    host_pauses,
    is_due,
    offers_move,
    place_of,
    retry_after,
    user_agent,
    with_move,
)
from digest.model import FetchState
from tests.gather.making import source

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
        (Headers(cache_control="max-age=0", expires="Fri, 20 Nov 2026 12:00:00 GMT", date=DATE), timedelta(0)),
        (Headers(cache_control="no-cache", expires="Fri, 20 Nov 2026 12:00:00 GMT", date=DATE), timedelta(0)),
        (Headers(cache_control="private, x-max-age=60"), timedelta(0)),
        (Headers(cache_control="max-age=soon"), timedelta(0)),
        (Headers(expires="Sat, 01 Jan 2050 00:00:00 GMT", date=DATE), timedelta(hours=24)),
        (Headers(expires="-1", date=DATE), timedelta(0)),
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


def test_a_date_is_counted_from_our_clock_where_the_server_does_not_show_its_own() -> None:
    for date in (None, "the other day"):
        headers = Headers(retry_after="Fri, 20 Nov 2026 09:30:00 GMT", date=date)
        assert retry_after(headers, now=NOW) == NOW + timedelta(minutes=150)


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


@pytest.mark.parametrize(
    ("headers", "asks", "wait"),
    [
        (Headers(), timedelta(0), HOUR),
        (Headers(), timedelta(minutes=5), HOUR),
        (Headers(), 6 * HOUR, 6 * HOUR),
        (Headers(), timedelta(days=30), 24 * HOUR),
        (Headers(cache_control="max-age=10800"), 2 * HOUR, 3 * HOUR),
        (Headers(cache_control="max-age=10800"), 4 * HOUR, 4 * HOUR),
    ],
)
def test_the_longest_of_all_waits_counts(headers: Headers, asks: timedelta, wait: timedelta) -> None:
    for state in (
        after_body(FetchState(), headers, sha256="0", title=None, now=NOW, interval=HOUR, asks=asks),
        after_unchanged(FetchState(asks_s=int(asks.total_seconds())), headers, now=NOW, interval=HOUR),
    ):
        assert state.next_due == NOW + wait


def test_the_first_failures_wait_twice_as_long_each_time_up_to_a_day() -> None:
    state, waits = FetchState(etag='"1"'), []
    for number in range(8):
        state = after_failure(state, None, problem="no such host", now=NOW, interval=HOUR)
        assert state.next_due is not None
        waits.append((state.next_due - NOW) // HOUR)
        assert (state.failures, state.failing_since, state.last_fetched) == (number + 1, NOW, None)
    assert waits == [1, 2, 4, 8, 16, 24, 24, 24]
    assert state.etag == '"1"'


def test_a_feed_that_fails_is_asked_eleven_times_in_the_first_week_and_then_weekly_and_kept() -> None:
    state, now, asked = FetchState(), NOW, []
    while now < NOW + timedelta(days=40):
        state = after_failure(state, Headers(), problem="500", now=now, interval=HOUR)
        asked.append((now - NOW) / timedelta(days=1))
        assert state.next_due is not None
        now = state.next_due
    assert len([day for day in asked if day < 7]) == 11
    later = [day for day in asked if day >= 7]
    assert [round(second - first) for first, second in pairwise(later)] == [7] * (len(later) - 1)
    assert state.failing_since == NOW
    healed = after_body(state, Headers(), sha256="0", title=None, now=now, interval=HOUR)
    assert (healed.failing_since, healed.failures, healed.next_due) == (None, 0, now + HOUR)


def test_a_server_that_says_when_is_asked_then_however_often_it_failed() -> None:
    state = FetchState(failures=9, failing_since=NOW - timedelta(days=30))
    later = after_failure(state, Headers(retry_after="7200"), problem="503", now=NOW, interval=HOUR)
    assert (later.next_due, later.failures) == (NOW + 2 * HOUR, 10)
    soon = after_failure(state, Headers(retry_after="60"), problem="503", now=NOW, interval=HOUR)
    assert soon.next_due == NOW + HOUR


def test_a_feed_that_is_gone_is_asked_once_a_week_and_only_if_all_are() -> None:
    week = timedelta(days=7)
    state = after_failure(FetchState(), Headers(retry_after="60"), problem="410", now=NOW, interval=HOUR, gone=True)
    assert (state.gone_since, state.next_due) == (NOW, NOW + week)
    assert not is_due(state, now=NOW + week - HOUR, ask_all=True)
    assert not is_due(state, now=NOW + 10 * week, ask_all=False)
    assert is_due(state, now=NOW + week, ask_all=True)
    again = after_failure(state, None, problem="no such host", now=NOW + week, interval=HOUR)
    assert (again.gone_since, again.next_due) == (NOW, NOW + 2 * week)
    back = after_body(again, Headers(), sha256="0", title=None, now=NOW + 2 * week, interval=HOUR)
    assert (back.gone_since, back.next_due) == (None, NOW + 2 * week + HOUR)


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


def test_a_time_that_only_a_wrong_clock_can_have_set_is_not_waited_for() -> None:
    far = NOW + timedelta(days=400)
    assert is_due(FetchState(next_due=far, retry_after=far), now=NOW, ask_all=False)
    assert not is_due(FetchState(next_due=NOW + timedelta(days=7)), now=NOW, ask_all=False)
    assert host_pauses([source()], {"example": FetchState(retry_after=far)}, now=NOW) == {}


def test_a_pause_is_the_hosts_and_the_latest_counts() -> None:
    sources = [
        source("https://a.example/one", id="one"),
        source("https://user:pw@A.example:443/two", id="two"),
        source("http://a.example/plain", id="plain"),
        source("https://b.example/moved", id="moved"),
        source("https://b\u00fccher.example/", id="idn"),
        source("https://ended.example/", id="ended"),
        source("https://new.example/", id="new"),
        source("feeds/x.xml", id="file"),
    ]
    states = {
        "one": FetchState(retry_after=NOW + HOUR),
        "two": FetchState(retry_after=NOW + 3 * HOUR),
        "plain": FetchState(),
        "moved": FetchState(retry_after=NOW + HOUR, moved_to="https://c.example/"),
        "idn": FetchState(retry_after=NOW + HOUR),
        "ended": FetchState(retry_after=NOW),
        "file": FetchState(retry_after=NOW + HOUR),
    }
    assert host_pauses(sources, states, now=NOW) == {
        "a.example:443": NOW + 3 * HOUR,
        "b.example:443": NOW + HOUR,
        "c.example:443": NOW + HOUR,
        "xn--bcher-kva.example:443": NOW + HOUR,
    }


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("http://a.example/x", "a.example:80"),
        ("https://A.Example:8443/x", "a.example:8443"),
        ("https://u:p@[::1]/", "::1:443"),
        ("ftp://a.example/", "a.example:21"),
        ("feeds/x.xml", ""),
        ("http://[bad", ""),
        ("", ""),
    ],
)
def test_the_place_of_an_address_is_its_host_and_port(url: str, place: str) -> None:
    assert place_of(url) in {place, ""} if url.startswith("ftp") else place_of(url) == place


def test_a_pause_never_brings_a_feed_forward() -> None:
    state = after_pause(FetchState(next_due=NOW + 5 * HOUR), NOW + HOUR)
    assert (state.next_due, state.retry_after) == (NOW + 5 * HOUR, NOW + HOUR)
    assert after_pause(FetchState(), NOW + HOUR).next_due == NOW + HOUR


OLD, NEW, OTHER = "https://a.example/feed", "https://b.example/feed", "https://c.example/feed"
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("before", "moved_to", "expected"),
    [
        (FetchState(), NEW, (NEW, NOW)),
        (FetchState(moved_to=NEW, moved_since=NOW - DAY), NEW, (NEW, NOW - DAY)),
        (FetchState(moved_to=NEW), NEW, (NEW, NOW)),  # from before it was remembered since when
        (FetchState(moved_to=NEW, moved_since=NOW - DAY), OTHER, (OTHER, NOW)),
        (FetchState(moved_to=NEW, moved_since=NOW - DAY), None, (None, None)),
    ],
)
def test_a_move_is_dated_from_the_first_time_it_was_the_same(
    before: FetchState, moved_to: str | None, expected: tuple[str | None, datetime | None]
) -> None:
    after = with_move(FetchState(etag='"1"'), before, moved_to=moved_to, now=NOW)
    assert (after.moved_to, after.moved_since, after.etag) == (*expected, '"1"')


@pytest.mark.parametrize(
    ("location", "moved_to", "since", "offered"),
    [
        (OLD, NEW, NOW - 7 * DAY, True),
        (OLD, NEW, NOW - 6 * DAY, False),
        (OLD, NEW, None, False),
        (OLD, None, None, False),
        (OLD, OLD, NOW - 30 * DAY, False),
        ("http://a.example/feed", "https://a.example/feed", NOW, True),
        ("http://a.example/feed", "https://www.a.example/feed", NOW, False),
        ("http://a.example/feed", "https://a.example/other", NOW, False),
    ],
)
def test_a_move_is_offered_after_a_week_and_encryption_at_once(
    location: str, moved_to: str | None, since: datetime | None, *, offered: bool
) -> None:
    assert offers_move(FetchState(moved_to=moved_to, moved_since=since), location, now=NOW) is offered


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        ("https://example.org/", "digest/1.2 (+https://example.org/)"),
        ("desk@example.org", "digest/1.2 (+desk@example.org)"),
        ("", "digest/1.2"),
        ("x)\r\nEvil: 1 \u00fc", "digest/1.2 (+xEvil:1)"),
    ],
)
def test_who_asks_says_so_in_one_line(contact: str, expected: str) -> None:
    assert user_agent("1.2", contact) == expected
