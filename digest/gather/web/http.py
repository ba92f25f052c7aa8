"""Feeds over HTTP: politely, within limits, and never into a private network unless told so.

Limits: connect 10 s, silence 15 s, total and size from the settings (of the inflated body), 10 redirects, one
connection a host. Nothing here knows what a feed is; an answer is bytes and headers, or a sentence that says why not.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal, Self

import aiohttp
from yarl import URL

from digest.config.settings import GatherSettings
from digest.gather.web.addresses import guarded_socket, private_literal
from digest.gather.web.answers import (
    PRIVATE_HINT,
    Answer,
    RefusalError,
    headers_of,
    host_of,
    refusal,
    refuse_unreadable,
    shown,
    why,
)
from digest.gather.web.login import login_of
from digest.gather.web.politeness import FIRST_WAIT, Headers, place_of, retry_after
from digest.gather.web.proxies import Proxies
from digest.gather.web.redirects import REDIRECTS, Trail, bare
from digest.model import FetchState, Source
from digest.text.urls import shown_url

CONNECT_S = 10.0
SILENCE_S = 15.0
IDLE_S = 1.0
"""A line that a server keeps open though it was asked to close it; the next feed of a host follows at once."""
ACCEPT: Final = (
    "application/atom+xml, application/rss+xml, application/feed+json;q=0.9, application/xml;q=0.8, text/xml;q=0.8, "
    "*/*;q=0.1"
)
LOOK_S = 20.0
"""For one link of an issue, redirects and all; nobody waits longer for a page."""
_NO_VARIABLES: Final[Mapping[str, str]] = MappingProxyType({})
_NO_PAUSES: Final[Mapping[str, datetime]] = MappingProxyType({})
_BUSY: Final = frozenset([429, 503])
_WEB: Final = frozenset(["http", "https"])


@dataclass(slots=True)
class _Place:
    """One host and port: asked one thing at a time, and not before it wants to be."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    wanted: int = 0  # askings that wait here, and the one under way
    paused: datetime | None = None


@dataclass(slots=True)
class _Asking:
    """How far the asking of one feed has come."""

    trail: Trail
    validators: dict[str, str]
    verify: bool
    left_s: float
    method: Literal["GET", "HEAD"] = "GET"
    body_wanted: bool = True
    status: int = 0
    headers: Headers | None = None


class Fetcher:
    """Asks feeds. Use as an asynchronous context manager, from one event loop."""

    def __init__(
        self,
        settings: GatherSettings,
        *,
        user_agent: str,
        now: datetime,
        environ: Mapping[str, str] = _NO_VARIABLES,
        paused: Mapping[str, datetime] = _NO_PAUSES,
        accept: str = ACCEPT,
        room: asyncio.Event | None = None,
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            settings: the limits, the proxy, and whether private addresses may be asked.
            user_agent: who asks.
            now: what a Retry-After is counted from.
            environ: the variables that name proxies and hold passwords.
            paused: hosts to leave alone, and until when (``politeness.host_pauses``).
            accept: the Accept header.
            room: while it is not set nothing new is asked: the bodies that came wait to be read.
        """
        self._settings = settings
        self._now = now
        self._environ = environ
        self._headers = {"User-Agent": user_agent, "Accept": accept, "Accept-Encoding": _packings()}
        self._proxies = Proxies.read(settings.proxy, environ)
        self._slots = asyncio.Semaphore(settings.connections)
        self._room = room
        self._places: defaultdict[str, _Place] = defaultdict(_Place)
        for place, until in paused.items():
            self._places[place].paused = until
        self._direct: aiohttp.ClientSession | None = None
        self._proxied: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        # Names are looked up in threads. The loop's own few would let one dead name server hold up every feed.
        threads = ThreadPoolExecutor(max_workers=self._settings.connections, thread_name_prefix="digest-names")
        asyncio.get_running_loop().set_default_executor(threads)
        self._direct = self._session(guarded=not self._settings.allow_private)
        return self

    async def __aexit__(self, *_: object) -> None:
        for session in (self._direct, self._proxied):
            if session is not None:
                await session.close()

    async def fetch(self, source: Source, state: FetchState) -> Answer:
        """Ask for a feed, with the validators of the last answer; never raises for what the network does.

        An address that fails is asked for where it last moved to for good, if that is known; but not where a host
        only asks for patience.
        """
        started = time.monotonic()
        answer = await self._ask(source.location, source, state)
        target = state.moved_to
        if answer.kind == "failed" and target and answer.status not in _BUSY and answer.url != target:
            second = await self._ask(target, source, state)
            if second.kind in {"body", "not modified"}:
                answer = replace(second, moved_to=second.moved_to or target)
        return replace(answer, seconds=time.monotonic() - started)

    async def look(self, url: str) -> Answer:
        """Ask whether something is at an address, and read nothing of it; never raises for what the network does.

        HEAD first. Where the answer is no, or none, GET has the last word: many servers know no HEAD, some answer it
        with 403, 404 or a dropped line (RFC 9110 §9.3.2 has HEAD and GET answer alike). Whatever is there (2xx) is a
        ``body`` of no bytes.
        """
        answer = await self._look(url, "HEAD")
        if answer.trouble == "broken" or (answer.status >= 400 and answer.status not in _BUSY):
            return await self._look(url, "GET")
        return answer

    async def _look(self, url: str, method: Literal["GET", "HEAD"]) -> Answer:
        try:
            asking = _Asking(
                trail=Trail(URL(url), login=None),
                validators={},
                verify=True,
                left_s=min(LOOK_S, self._settings.total_timeout_s),
                method=method,
                body_wanted=False,
            )
        except ValueError:
            return _failed(shown_url(url), None, RefusalError(f"{shown_url(url)[:200]}: is no web address"))
        return await self._settle(asking)

    async def _ask(self, address: str, source: Source, state: FetchState) -> Answer:
        try:
            listed = URL(source.location)
            start = listed if address == source.location else URL(address)
        except ValueError:
            return _failed(shown_url(address), None, RefusalError(f"{shown_url(address)[:200]}: is no web address"))
        try:
            trail = Trail(start, login_of(source, listed, self._environ))
        except RefusalError as error:
            return _failed(bare(start), None, error)
        except ValueError as error:
            return _failed(bare(start), None, why(error, start, total_s=self._settings.total_timeout_s))
        return await self._settle(_Asking(trail, _validators(state), source.verify, self._settings.total_timeout_s))

    async def _settle(self, asking: _Asking) -> Answer:
        """Ask, and go where redirects lead, until there is an answer or a reason why there is none."""
        total_s = asking.left_s
        try:
            return await self._follow(asking)
        except RefusalError as error:
            trouble = error
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            trouble = why(error, asking.trail.url, total_s=total_s)
        return _failed(bare(asking.trail.url), asking, trouble)

    async def _follow(self, asking: _Asking) -> Answer:
        while True:
            answer = await self._hop(asking)
            if answer is not None:
                return answer

    async def _hop(self, asking: _Asking) -> Answer | None:
        """One request. None: it led on, and ``asking`` says where."""
        url = asking.trail.url
        if url.scheme not in _WEB or not url.raw_host:
            raise RefusalError(f"leads to {shown(url)}, which is no web address")
        place = self._places[place_of(url)]
        place.wanted += 1
        try:
            async with place.lock, self._slots:
                await asyncio.sleep(0)  # whoever wants the same host has said so after this
                if place.paused is not None:
                    return Answer(kind="paused", url=bare(url), until=place.paused)
                if self._room is not None:
                    await self._room.wait()
                started = time.monotonic()
                async with asyncio.timeout(asking.left_s):
                    answer = await self._request(asking, place, alone=place.wanted == 1)
                asking.left_s = max(0.001, asking.left_s - (time.monotonic() - started))
                return answer
        finally:
            place.wanted -= 1

    async def _request(self, asking: _Asking, place: _Place, *, alone: bool) -> Answer | None:
        """Ask. ``alone``: nobody else waits for this host, so an open line would only burden its server, and us."""
        url = asking.trail.url
        headers = {**asking.validators, "Connection": "close"} if alone else {**asking.validators}
        if login := asking.trail.login_header:
            headers["Authorization"] = login
        proxy = self._proxies.proxy_for(url)
        session = self._session_for(url, proxy)
        async with session.request(
            asking.method, url, headers=headers, allow_redirects=False, ssl=asking.verify, proxy=proxy
        ) as response:
            asking.status, asking.headers = response.status, headers_of(response)
            if response.status in REDIRECTS and "Location" in response.headers:
                asking.trail.follow(response.status, response.headers["Location"])
                return None
            return await self._answer(asking, response, place)

    async def _answer(self, asking: _Asking, response: aiohttp.ClientResponse, place: _Place) -> Answer:
        status, url = response.status, asking.trail.url
        if status in _BUSY:
            place.paused = retry_after(asking.headers or Headers(), now=self._now) or place.paused
            if status == 429 and place.paused is None:
                place.paused = self._now + FIRST_WAIT
        if status == 304 and asking.validators:
            body = None
        elif not asking.body_wanted and 200 <= status < 300:
            body = b""
        elif status == 200 or (status == 226 and "A-IM" in asking.validators):
            body = await self._body(response, url)
        else:
            challenge = response.headers.get("cf-mitigated") == "challenge"
            raise refusal(status, host=host_of(url), challenge=challenge)
        return Answer(
            kind="not modified" if body is None else "body",
            url=bare(url),
            status=status,
            headers=asking.headers,
            body=body or b"",
            moved_to=asking.trail.moved_to,
        )

    async def _body(self, response: aiohttp.ClientResponse, url: URL) -> bytes:
        """The inflated body; aiohttp inflates in pieces, so a bomb costs one piece more than the limit."""
        limit = int(self._settings.max_mb * 1_000_000)
        host = host_of(url)
        chunks: list[bytes] = []
        size = response.content_length or 0  # as announced: why transfer what will be refused?
        if size <= limit:
            size = 0
            async for chunk in response.content.iter_chunked(65536):
                size += len(chunk)
                if size > limit:
                    break
                chunks.append(chunk)
        if size > limit:
            raise RefusalError(f"{host}: is larger than {self._settings.max_mb:g} MB",
                               hint="raise max_mb under [gather] in digest.toml")  # fmt: skip
        body = b"".join(chunks)
        refuse_unreadable(response, body, host=host)
        return body

    def _session_for(self, url: URL, proxy: URL | None) -> aiohttp.ClientSession:
        """The session to ask an address with. Where a proxy connects no guard can stand: only the name is looked at."""
        if self._direct is None:
            raise AssertionError("a Fetcher is used inside `async with`")
        if proxy is None:
            return self._direct
        private = None if self._settings.allow_private else private_literal(url.raw_host or "")
        if private is not None:
            raise RefusalError(f"{host_of(url)}: leads to a private address ({private})", hint=PRIVATE_HINT)
        if self._proxied is None:
            self._proxied = self._session(guarded=False)
        return self._proxied

    def _session(self, *, guarded: bool) -> aiohttp.ClientSession:
        """Connections; ``guarded`` against private addresses. How many there are, the places and slots decide."""
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,
                keepalive_timeout=IDLE_S,
                socket_factory=guarded_socket if guarded else None,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=self._headers,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=SILENCE_S),
            max_line_size=16384,
            max_field_size=65536,
        )


def _packings() -> str:
    """What aiohttp can undo here, but not deflate: of one that breaks off it never says so (seen with 3.14.5)."""
    return aiohttp.ClientRequest.DEFAULT_HEADERS[aiohttp.hdrs.ACCEPT_ENCODING].replace("deflate, ", "")


def _validators(state: FetchState) -> dict[str, str]:
    """What was last said of the feed, exactly as it was said; and that a part will do (A-IM, RFC 3229)."""
    headers = {}
    if state.etag:
        headers = {"If-None-Match": state.etag, "A-IM": "feed"}
    if state.last_modified:
        headers["If-Modified-Since"] = state.last_modified
    return headers


def _failed(url: str, asking: _Asking | None, trouble: RefusalError) -> Answer:
    return Answer(
        kind="failed",
        url=url,
        status=asking.status if asking else 0,
        headers=asking.headers if asking else None,
        problem=trouble.problem,
        hint=trouble.hint,
        trouble=trouble.trouble,
    )
