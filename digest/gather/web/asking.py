"""One address asked for a person who waits: by `digest add`, which also finds the feed of a page, and `digest clip`."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from digest.config.settings import GatherSettings
from digest.gather.web.answers import Answer
from digest.gather.web.discovery import Candidate, candidates
from digest.gather.web.http import ACCEPT, Fetcher
from digest.model import FetchState, Source

MAX_FOUND: Final = 5
MAX_TRIED: Final = 20
_PAGE: Final = re.compile(rb"(?i)<(?:!doctype\s+html|html|head|body)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    """A feed that answers."""

    url: str  # to be listed: where it has moved for good, if it has
    title: str  # its own; may be empty
    entries: int
    newest: datetime | None  # None: no entry has a date
    how: str  # "given", or how the page led to it (Candidate.how)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What looking for a feed came to."""

    answer: Answer  # of the address that was given
    feeds: tuple[FoundFeed, ...] = ()  # best first; if the address is a feed itself, that one alone
    tried: tuple[str, ...] = ()  # addresses besides the given one, in order
    problem: str = ""  # why there is none
    hint: str | None = None


def ask_once(
    url: str,
    *,
    settings: GatherSettings,
    user_agent: str,
    now: datetime,
    environ: Mapping[str, str],
    accept: str = ACCEPT,
) -> Answer:
    """Ask for one address, as politely and within the same limits as feeds are; never raises for what the network does.

    Args:
        url: an http(s) address; a name and a password in it are used as a login.
        settings: limits, proxy, and whether private addresses may be asked.
        user_agent: who asks.
        now: what a Retry-After is counted from.
        environ: where the proxy stands, if the settings name none.
        accept: the Accept header.
    """

    async def ask() -> Answer:
        async with Fetcher(settings, user_agent=user_agent, now=now, environ=environ, accept=accept) as fetcher:
            return await _ask(fetcher, url)

    return asyncio.run(ask())


def find_feeds(
    url: str, *, settings: GatherSettings, user_agent: str, now: datetime, environ: Mapping[str, str]
) -> Search:
    """The feed at an address; or, if a web page is there, the feeds it leads to.

    What the page names is tried, five feeds at most; the usual places only if nothing it names is a feed. The
    arguments are those of ``ask_once``.
    """

    async def search() -> Search:
        async with Fetcher(settings, user_agent=user_agent, now=now, environ=environ) as fetcher:
            return await _search(fetcher, url, now)

    return asyncio.run(search())


async def _search(fetcher: Fetcher, url: str, now: datetime) -> Search:
    answer = await _ask(fetcher, url)
    if answer.kind != "body":
        return Search(answer=answer, problem=answer.problem or "the host asked to be left alone", hint=answer.hint)
    feed, problem = _read(answer, url, "given", now)
    if feed is not None:
        return Search(answer=answer, feeds=(feed,))
    headers = answer.headers
    content_type = (headers.content_type if headers else None) or ""
    if not _PAGE.search(answer.body[:4096]) and "html" not in content_type:
        return Search(answer=answer, problem=problem)
    found, tried = await _try(fetcher, candidates(answer.body, answer.url, content_type=content_type), now)
    nothing = "" if found else "is a web page, and no feed of it was found"
    return Search(answer=answer, feeds=tuple(found), tried=tuple(tried), problem=nothing)


async def _try(fetcher: Fetcher, places: tuple[Candidate, ...], now: datetime) -> tuple[list[FoundFeed], list[str]]:
    found: dict[str, FoundFeed] = {}
    tried: list[str] = []
    for place in places[:MAX_TRIED]:
        if len(found) == MAX_FOUND or (found and place.how == "usual place"):
            break
        answer = await _ask(fetcher, place.url)
        if answer.kind == "paused":
            break
        tried.append(place.url)
        feed, _ = _read(answer, place.url, place.how, now)
        if feed is not None:
            found.setdefault(feed.url, feed)
    return list(found.values()), tried


async def _ask(fetcher: Fetcher, url: str) -> Answer:
    return await fetcher.fetch(_source(url), FetchState())


def _read(answer: Answer, url: str, how: str, now: datetime) -> tuple[FoundFeed | None, str]:
    """The feed in an answer, or why it is none."""
    if answer.kind != "body":
        return None, answer.problem
    from digest.gather.feeds.feed import read_feed  # noqa: PLC0415  a whole parser, for what may not answer

    content_type = answer.headers.content_type if answer.headers else None
    feed = read_feed(answer.body, source=_source(url), url=answer.url, content_type=content_type, now=now)
    if feed.problem is not None and not feed.entries:
        return None, feed.problem.message
    dates = [entry.published for entry in feed.entries if entry.published]
    # An address with a login in it is kept as it was typed: the new one has none, and would not answer.
    listed = url if "@" in url.partition("//")[2].partition("/")[0] else answer.moved_to or url
    return FoundFeed(
        url=listed, title=feed.title, entries=len(feed.entries), newest=max(dates, default=None), how=how
    ), ""


def _source(url: str) -> Source:
    return Source(id="asked", kind="feed", location=url, name="")
