"""When a feed is asked again, and what is remembered of an answer. Pure: every time comes from ``now``.

The rules are those of RFC 9111 (caching), RFC 9110 §10.2.3 (Retry-After) and of Miniflux, FreshRSS and reader.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from digest.model import FetchState

LONGEST_WAIT = timedelta(hours=24)
"""No header is believed further: max-ages of 16 years have been seen (NetNewsWire)."""
GONE_WAIT = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Headers:
    """The headers of an answer that matter for when to ask again; as they came."""

    etag: str | None = None
    last_modified: str | None = None
    cache_control: str = ""
    expires: str | None = None
    date: str | None = None
    retry_after: str | None = None
    content_type: str | None = None


def is_due(state: FetchState, *, now: datetime, ask_all: bool) -> bool:
    """Whether a feed may be asked now. Nothing overrides a Retry-After."""
    if state.retry_after is not None and state.retry_after > now:
        return False
    return ask_all or state.next_due is None or state.next_due <= now


def after_body(
    state: FetchState, headers: Headers, *, sha256: str | None, title: str | None, now: datetime, interval: timedelta
) -> FetchState:
    """What is remembered after a body that could be read; ``sha256`` is None for one to be asked for again."""
    return replace(
        _answered(state, headers, now=now, interval=interval),
        etag=headers.etag if sha256 else None,
        last_modified=headers.last_modified if sha256 else None,
        body_sha256=sha256,
        first_fetched=state.first_fetched or now,
        title=title or state.title,
    )


def after_unchanged(state: FetchState, headers: Headers, *, now: datetime, interval: timedelta) -> FetchState:
    """What is remembered after a 304, or a body that is the last one again. A 304 may renew the validators."""
    return replace(
        _answered(state, headers, now=now, interval=interval),
        etag=headers.etag or state.etag,
        last_modified=headers.last_modified or state.last_modified,
    )


def after_failure(
    state: FetchState,
    headers: Headers | None,
    *,
    problem: str,
    now: datetime,
    interval: timedelta,
    gone: bool = False,
) -> FetchState:
    """What is remembered after a failure: the wait doubles up to a day; a feed that is gone is asked once a week.

    ``headers`` is None if nothing answered. The validators stay those of the last body that could be read.
    """
    failures = state.failures + 1
    doubled = max(interval, timedelta(minutes=1)) * 2 ** min(failures - 1, 12)
    wait = GONE_WAIT if gone else max(interval, min(doubled, LONGEST_WAIT))
    asked = retry_after(headers, now=now) if headers else None
    return replace(
        state,
        last_fetched=state.last_fetched if headers is None else now,
        next_due=max(now + wait, asked or now),
        retry_after=asked,
        failing_since=state.failing_since or now,
        failures=failures,
        last_problem=problem,
    )


def after_pause(state: FetchState, until: datetime) -> FetchState:
    """What is remembered of a feed that was not asked because another feed of its host was told to wait."""
    return replace(state, retry_after=until, next_due=max(state.next_due or until, until))


def retry_after(headers: Headers, *, now: datetime) -> datetime | None:
    """When the server wants to be asked again, at most a day ahead; None if it does not say."""
    value = (headers.retry_after or "").strip()
    if not value:
        return None
    wait = (
        timedelta(seconds=min(int(value), 10**7)) if re.fullmatch(r"\d{1,12}", value) else _between(headers.date, value)
    )
    if wait is None or wait <= timedelta(0):
        return None
    return now + min(wait, LONGEST_WAIT)


def fresh_for(headers: Headers) -> timedelta:
    """How long the server says its answer will not change, at most a day; zero if it does not say."""
    directives = headers.cache_control.lower()
    if "no-cache" in directives or "no-store" in directives:
        return timedelta(0)
    max_age = re.search(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,12})", directives)
    if max_age:
        return min(timedelta(seconds=min(int(max_age[1]), 10**7)), LONGEST_WAIT)
    wait = _between(headers.date, headers.expires) if headers.expires and headers.date else None
    return min(max(wait or timedelta(0), timedelta(0)), LONGEST_WAIT)


def _answered(state: FetchState, headers: Headers, *, now: datetime, interval: timedelta) -> FetchState:
    return replace(
        state,
        last_fetched=now,
        next_due=now + max(interval, fresh_for(headers)),
        retry_after=None,
        failing_since=None,
        failures=0,
        last_problem=None,
    )


def _between(start: str | None, end: str | None) -> timedelta | None:
    """From one HTTP date to the other; the server's own clock on both sides."""
    first, second = _moment(start), _moment(end)
    return second - first if first and second else None


def _moment(value: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value or "")
    except (ValueError, TypeError, IndexError):  # "0", "-1", and what servers write besides
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
