"""When a feed is asked again, and what is remembered of an answer. Pure: every time comes from ``now``.

The rules are those of RFC 9111 (caching), RFC 9110 §10.2.3 (Retry-After) and of Miniflux, FreshRSS and reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from yarl import URL

from digest.model import FetchState, Source

LONGEST_WAIT = timedelta(hours=24)
"""No header is believed further: max-ages of 16 years have been seen (NetNewsWire)."""
FIRST_WAIT = timedelta(hours=1)
"""After the first failure; doubled with each one more, up to ``LONGEST_WAIT``."""
GONE_WAIT = timedelta(days=7)
"""Of a feed that is gone, or has failed for as long."""
MOVED_AFTER = timedelta(days=7)
"""A permanent redirect is believed when it has been the same for so long; some are mistakes of an afternoon."""
NOTHING = timedelta(0)


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


def user_agent(version: str, contact: str) -> str:
    """Who asks: ``digest/1.0 (+https://example.org/)``. ``contact`` is a URL or a mail address; it may be empty."""
    printable = re.sub(r"[^\x21-\x7e]|[()\\]", "", contact)
    return f"digest/{version}" + (f" (+{printable})" if printable else "")


def is_due(state: FetchState, *, now: datetime, ask_all: bool) -> bool:
    """Whether a feed may be asked now. Nothing overrides a Retry-After, nor the week's wait of a feed that is gone.

    A time further ahead than any that is ever set was set by a clock that was wrong, and is not kept.
    """
    if state.retry_after is not None and now < state.retry_after <= now + LONGEST_WAIT:
        return False
    waits = state.next_due is not None and now < state.next_due <= now + GONE_WAIT
    if state.gone_since is not None:
        return ask_all and not waits
    return ask_all or not waits


def host_pauses(sources: Iterable[Source], states: Mapping[str, FetchState], *, now: datetime) -> dict[str, datetime]:
    """Until when each host asked to be left alone: host and port → the latest Retry-After of any of its feeds.

    What a server says to one feed holds for all of them, also after a restart, and for feeds listed since.

    Args:
        sources: the feeds that are listed.
        states: what is remembered of each, by id.
        now: pauses that have ended, or that no header could have set, are left out.
    """
    pauses: dict[str, datetime] = {}
    for source in sources:
        state = states.get(source.id)
        if state is None or state.retry_after is None or not now < state.retry_after <= now + LONGEST_WAIT:
            continue
        for url in (source.location, state.moved_to):
            if place := place_of(url or ""):
                pauses[place] = max(state.retry_after, pauses.get(place, now))
    return pauses


def place_of(url: str | URL) -> str:
    """The host and port that a web address leads to: ``example.org:443``; empty if it leads nowhere."""
    try:
        parsed = URL(url)
        host, port = parsed.raw_host, parsed.port
    except ValueError:
        return ""
    return f"{host}:{port}" if host and port else ""


def after_body(
    state: FetchState,
    headers: Headers,
    *,
    sha256: str | None,
    title: str | None,
    now: datetime,
    interval: timedelta,
    asks: timedelta = NOTHING,
) -> FetchState:
    """What is remembered after a body that could be read.

    Args:
        state: what was remembered before.
        headers: of the answer.
        sha256: of the body; None for one to be asked for again.
        title: the feed's own.
        now: when the answer came.
        interval: the feed is not asked more often.
        asks: how long the document itself wants to be left alone (``rhythm.asked_wait``); a floor, never faster.
    """
    return replace(
        _answered(state, headers, now=now, interval=interval, asks=asks),
        asks_s=int(asks.total_seconds()),
        etag=headers.etag if sha256 else None,
        last_modified=headers.last_modified if sha256 else None,
        body_sha256=sha256,
        first_fetched=state.first_fetched or now,
        title=title or state.title,
    )


def after_unchanged(state: FetchState, headers: Headers, *, now: datetime, interval: timedelta) -> FetchState:
    """What is remembered after a 304, or a body that is the last one again. A 304 may renew the validators."""
    after = _answered(state, headers, now=now, interval=interval, asks=timedelta(seconds=state.asks_s))
    etag, last_modified = headers.etag or state.etag, headers.last_modified or state.last_modified
    if (etag, last_modified) == (state.etag, state.last_modified):
        return after
    return replace(after, etag=etag, last_modified=last_modified)


def after_failure(
    state: FetchState,
    headers: Headers | None,
    *,
    problem: str,
    now: datetime,
    interval: timedelta,
    gone: bool = False,
) -> FetchState:
    """What is remembered after a failure. The validators stay those of the last body that could be read.

    The wait doubles from an hour to a day, and is a week once it has failed for a week; a server that says when it
    wants to be asked again is asked then; a feed that is gone only once a week, and only if all are asked.

    Args:
        state: what was remembered before.
        headers: of the answer; None if nothing answered.
        problem: the sentence that people are told.
        now: when it failed.
        interval: the feed is not asked more often.
        gone: the publisher says that it has been taken down (410).
    """
    failures, since = state.failures + 1, state.failing_since or now
    gone_since = state.gone_since or (now if gone else None)
    asked = retry_after(headers, now=now) if headers else None
    if gone_since or now - since >= GONE_WAIT:
        wait = GONE_WAIT
    else:
        wait = min(FIRST_WAIT * 2 ** min(failures - 1, 12), LONGEST_WAIT)
    if asked and not gone_since:
        wait = asked - now
    return replace(
        state,
        last_fetched=state.last_fetched if headers is None else now,
        next_due=now + max(interval, wait),
        retry_after=asked,
        failing_since=since,
        failures=failures,
        last_problem=problem,
        gone_since=gone_since,
    )


def after_pause(state: FetchState, until: datetime) -> FetchState:
    """What is remembered of a feed that was not asked because another feed of its host was told to wait."""
    return replace(state, retry_after=until, next_due=max(state.next_due or until, until))


def with_move(after: FetchState, before: FetchState, *, moved_to: str | None, now: datetime) -> FetchState:
    """The state after a good answer, with where the feed has moved for good and since when it has said the same.

    Args:
        after: the state after the answer.
        before: the state before it.
        moved_to: the target, if every redirect was permanent and what came could be read; else None.
        now: when the answer came.
    """
    same = moved_to is not None and moved_to == before.moved_to
    since = (before.moved_since or now) if same else (now if moved_to else None)
    if (moved_to, since) == (after.moved_to, after.moved_since):
        return after
    return replace(after, moved_to=moved_to, moved_since=since)


def offers_move(state: FetchState, location: str, *, now: datetime) -> bool:
    """Whether an editor is to be told to list the new address of a feed that has moved for good.

    At once if the same address is there by https too; else when the answer has been the same for a week.
    """
    if state.moved_to is None or state.moved_to == location:
        return False
    if location.startswith("http://") and state.moved_to == "https://" + location.removeprefix("http://"):
        return True
    return state.moved_since is not None and now - state.moved_since >= MOVED_AFTER


def retry_after(headers: Headers, *, now: datetime) -> datetime | None:
    """When the server wants to be asked again, at most a day ahead; None if it does not say.

    A date is taken relative to the server's own clock, where the answer shows it.
    """
    value = (headers.retry_after or "").strip()
    if re.fullmatch(r"[0-9]{1,12}", value):
        wait = timedelta(seconds=min(int(value), 10**7))
    elif moment := _moment(value):
        wait = moment - (_moment(headers.date) or now)
    else:
        return None
    return now + min(wait, LONGEST_WAIT) if wait > NOTHING else None


def fresh_for(headers: Headers) -> timedelta:
    """How long the server says its answer will not change, at most a day; zero if it does not say."""
    directives = headers.cache_control.lower()
    if "no-cache" in directives or "no-store" in directives:
        return NOTHING
    max_age = re.search(r"(?:^|[\s,])max-age\s*=\s*\"?([0-9]{1,12})", directives)
    if max_age:
        return min(timedelta(seconds=min(int(max_age[1]), 10**7)), LONGEST_WAIT)
    sent, until = _moment(headers.date), _moment(headers.expires)
    return min(max(until - sent, NOTHING), LONGEST_WAIT) if sent and until else NOTHING


def _answered(
    state: FetchState, headers: Headers, *, now: datetime, interval: timedelta, asks: timedelta
) -> FetchState:
    return replace(
        state,
        last_fetched=now,
        next_due=now + max(interval, fresh_for(headers), min(asks, LONGEST_WAIT)),
        retry_after=None,
        failing_since=None,
        failures=0,
        last_problem=None,
        gone_since=None,
    )


def _moment(value: str | None) -> datetime | None:
    if not value:
        return None
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):  # "0", "-1", and what servers write besides
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
