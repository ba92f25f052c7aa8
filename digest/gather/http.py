"""Feeds over HTTP: politely, within limits, and never into a private network unless told so.

Limits: connect 10 s, silence 15 s, total and size from the settings (of the inflated body), 10 redirects, one
connection a host. Nothing here knows what a feed is; an answer is bytes and headers, or a sentence that says why not.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal, Self

import aiohttp
from yarl import URL

from digest.config.settings import GatherSettings
from digest.gather.addresses import PrivateAddressError, guarded_socket
from digest.gather.politeness import Headers, retry_after
from digest.model import FetchState
from digest.text.urls import shown_url

CONNECT_S = 10.0
SILENCE_S = 15.0
MAX_REDIRECTS = 10
ACCEPT: Final = (
    "application/atom+xml, application/rss+xml, application/feed+json;q=0.9, application/xml;q=0.8, text/xml;q=0.8, "
    "*/*;q=0.1"
)
_PERMANENT: Final = frozenset([301, 308])
_REDIRECTS: Final = frozenset([301, 302, 303, 307, 308])
_PRIVATE_HINT = "set allow_private = true under [gather] in digest.toml if this feed is on your own network"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What asking one address gave."""

    kind: Literal["body", "not modified", "paused", "failed"]
    url: str  # the last one asked, after redirects; without name and password
    status: int = 0
    headers: Headers | None = None  # None: nothing answered
    body: bytes = b""  # inflated
    moved_to: str | None = None  # if every redirect was permanent
    problem: str = ""
    hint: str | None = None
    until: datetime | None = None  # of a pause
    seconds: float = 0.0


class _RefusalError(Exception):
    """The asking stops here, for a reason a person understands."""

    def __init__(self, problem: str, *, hint: str | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint


@dataclass(slots=True)
class _Hops:
    """How far one asking has come."""

    url: URL
    left_s: float
    permanent: bool = True
    count: int = 0
    headers: Headers | None = None
    status: int = 0


@dataclass(slots=True)
class _Hosts:
    """One lock and one pause for each host and port."""

    locks: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    paused: dict[str, datetime] = field(default_factory=dict)


class Fetcher:
    """Asks feeds. Use as an asynchronous context manager, from one event loop."""

    def __init__(self, settings: GatherSettings, *, user_agent: str, now: datetime) -> None:
        self._settings = settings
        self._now = now
        self._user_agent = user_agent
        self._hosts = _Hosts()
        self._slots = asyncio.Semaphore(settings.connections)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            limit=self._settings.connections,
            limit_per_host=1,
            socket_factory=None if self._settings.allow_private else guarded_socket,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self._user_agent, "Accept": ACCEPT},
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=SILENCE_S),
            max_line_size=16384,
            max_field_size=65536,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def fetch(self, url: str, state: FetchState) -> Answer:
        """Ask for a feed, with the validators of the last answer; never raises for what the network does.

        An address that is gone (404, 410) is asked for where it last moved to for good, if that is known.
        """
        started = time.monotonic()
        answer = await self._ask(url, state)
        if answer.status in {404, 410} and state.moved_to and state.moved_to != url:
            second = await self._ask(str(_as_user_of(URL(state.moved_to), URL(url))), state)
            if second.kind in {"body", "not modified"}:
                answer = replace(second, moved_to=second.moved_to or state.moved_to)
        return replace(answer, seconds=time.monotonic() - started)

    async def _ask(self, url: str, state: FetchState) -> Answer:
        try:
            hops = _Hops(url=URL(url), left_s=self._settings.total_timeout_s)
        except ValueError:
            return Answer(kind="failed", url=shown_url(url), problem=f"{shown_url(url)}: is no web address")
        try:
            while True:
                answer = await self._hop(hops, state)
                if answer is not None:
                    return answer
        except _RefusalError as refusal:
            return _failed(hops, refusal.problem, refusal.hint)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            return _failed(hops, *self._why(error, hops))

    async def _hop(self, hops: _Hops, state: FetchState) -> Answer | None:
        """One request. None: it led on, and ``hops`` says where."""
        if hops.url.scheme not in {"http", "https"} or not hops.url.host:
            raise _RefusalError(f"leads to {_shown(hops.url)}, which is no web address")
        place = f"{hops.url.host}:{hops.url.port}"
        async with self._hosts.locks[place], self._slots:
            until = self._hosts.paused.get(place)
            if until is not None:
                return Answer(kind="paused", url=_without_user(hops.url), until=until)
            started = time.monotonic()
            async with asyncio.timeout(hops.left_s):
                answer = await self._request(hops, state)
            hops.left_s = max(0.001, hops.left_s - (time.monotonic() - started))
            if answer is not None and answer.status in {429, 503} and answer.headers is not None:
                wait = retry_after(answer.headers, now=self._now)
                if wait is not None:
                    self._hosts.paused[place] = wait
            return answer

    async def _request(self, hops: _Hops, state: FetchState) -> Answer | None:
        if self._session is None:
            raise AssertionError("a Fetcher is used inside `async with`")
        validators = {"If-None-Match": state.etag, "If-Modified-Since": state.last_modified}
        asked = {name: value for name, value in validators.items() if value}
        async with self._session.get(hops.url, headers=asked, allow_redirects=False) as response:
            hops.status, hops.headers = response.status, _headers(response)
            if response.status in _REDIRECTS and "Location" in response.headers:
                self._follow(hops, response)
                return None
            moved_to = _without_user(hops.url) if hops.count and hops.permanent else None
            answer = Answer(kind="not modified", url=_without_user(hops.url), status=response.status,
                            headers=hops.headers, moved_to=moved_to)  # fmt: skip
            if response.status == 304:
                return answer
            if response.status != 200:
                raise_for = _refusal(response, hops)
                return replace(answer, kind="failed", problem=raise_for.problem, hint=raise_for.hint, moved_to=None)
            return replace(answer, kind="body", body=await self._body(response, hops))

    def _follow(self, hops: _Hops, response: aiohttp.ClientResponse) -> None:
        hops.count += 1
        if hops.count > MAX_REDIRECTS:
            raise _RefusalError(f"{_host(hops.url)}: more than {MAX_REDIRECTS} redirects")
        hops.permanent = hops.permanent and response.status in _PERMANENT
        hops.url = hops.url.join(URL(response.headers["Location"].strip(), encoded=True))

    async def _body(self, response: aiohttp.ClientResponse, hops: _Hops) -> bytes:
        """The inflated body; aiohttp inflates in pieces, so a bomb costs one piece more than the limit."""
        limit = int(self._settings.max_mb * 1_000_000)
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.content.iter_chunked(65536):
            size += len(chunk)
            if size > limit:
                raise _RefusalError(f"{_host(hops.url)}: is larger than {self._settings.max_mb:g} MB",
                                    hint="raise max_mb under [gather] in digest.toml")  # fmt: skip
            chunks.append(chunk)
        return b"".join(chunks)

    def _why(self, error: Exception, hops: _Hops) -> tuple[str, str | None]:
        """A failure of the network as a sentence, and what to do."""
        host, hint = _host(hops.url), None
        cause = getattr(error, "os_error", None) or error.__cause__ or error
        if _private(error):
            problem, hint = f"{host}: {_private(error)}", _PRIVATE_HINT
        elif isinstance(error, TimeoutError):
            problem = f"{host}: no complete answer within {self._settings.total_timeout_s:g} s"
            if isinstance(error, aiohttp.ServerTimeoutError):
                problem = f"{host}: does not answer"
        elif isinstance(error, aiohttp.ClientConnectorDNSError):
            problem, hint = f"{host}: no such host", "check the address and your connection"
        elif isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
            problem = f"{host}: the connection is not secure: {_ssl_reason(cause)}"
        elif isinstance(cause, ConnectionRefusedError):
            problem = f"{host}: refused the connection on port {hops.url.port}"
        elif isinstance(error, aiohttp.ClientPayloadError | aiohttp.ServerDisconnectedError | ConnectionResetError):
            problem = f"{host}: the answer broke off"
        elif isinstance(error, aiohttp.InvalidURL | ValueError) and not isinstance(error, aiohttp.ClientResponseError):
            problem = f"{_shown(hops.url)}: is no web address"
        else:
            problem = f"{host}: {_first_line(error)}"
        return problem, hint


def _failed(hops: _Hops, problem: str, hint: str | None) -> Answer:
    return Answer(
        kind="failed", url=_without_user(hops.url), status=hops.status, headers=hops.headers, problem=problem, hint=hint
    )


def _refusal(response: aiohttp.ClientResponse, hops: _Hops) -> _RefusalError:
    problem, hint = f"{response.status} {response.reason or ''}".strip(), None
    if response.headers.get("cf-mitigated") == "challenge":
        problem, hint = f"{_host(hops.url)}: asks for a person at a browser (Cloudflare challenge)", (
            "ask the publisher to let feed readers through, or save the articles into feeds/"
        )  # fmt: skip
    elif response.status == 410:
        problem, hint = "410 Gone: the publisher has taken this feed down", "remove it from feeds/feeds.toml"
    elif response.status in {401, 403}:
        hint = "the publisher refuses; some want a contact: set contact under [gather] in digest.toml"
    elif response.status == 404:
        hint = "look for the feed's new address on the publisher's site"
    return _RefusalError(problem, hint=hint)


def _headers(response: aiohttp.ClientResponse) -> Headers:
    get = response.headers.get
    return Headers(
        etag=get("ETag"),
        last_modified=get("Last-Modified"),
        cache_control=", ".join(response.headers.getall("Cache-Control", [])),
        expires=get("Expires"),
        date=get("Date"),
        retry_after=get("Retry-After"),
        content_type=get("Content-Type"),
    )


def _private(error: BaseException) -> str | None:
    """What the guard said, however deep aiohttp wrapped it."""
    waiting: list[BaseException | None] = [error]
    while waiting:
        found = waiting.pop()
        if isinstance(found, PrivateAddressError):
            return str(found)
        if found is not None:
            waiting += [getattr(found, "os_error", None), found.__cause__, *getattr(found, "exceptions", ())]
    return None


def _host(url: URL) -> str:
    return url.host or _shown(url)


def _shown(url: URL) -> str:
    return shown_url(str(url))[:200]


def _without_user(url: URL) -> str:
    """The address without name and password, which must get neither into an entry's links nor into the store."""
    return str(url.with_user(None)) if url.raw_host else shown_url(str(url))


def _as_user_of(url: URL, other: URL) -> URL:
    """The address with the name and password of another one of the same host."""
    if other.raw_user is None or (url.host, url.scheme) != (other.host, other.scheme):
        return url
    return url.with_user(other.user).with_password(other.password)


def _ssl_reason(cause: BaseException) -> str:
    found = re.search(r"certificate verify failed: ([^(]+)", str(cause))
    return found[1].strip() if found else _first_line(cause)


def _first_line(error: BaseException) -> str:
    lines = shown_url(str(error)).splitlines()
    return lines[0][:200] if lines else type(error).__name__
