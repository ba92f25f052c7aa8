"""What asking one address gave: bytes and headers, or a sentence that says why not, for a person, and what to do.

Nothing a server writes stands in these sentences but its host's name: not its reasons, its pages or its addresses'
passwords.
"""

from __future__ import annotations

import errno
import re
import socket
import ssl
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final, Literal

import aiohttp
from yarl import URL

from digest.gather.web.addresses import PrivateAddressError
from digest.gather.web.politeness import Headers
from digest.text.urls import shown_url

PRIVATE_HINT: Final = "set allow_private = true under [gather] in digest.toml if this feed is on your own network"
_READ: Final = frozenset(["gzip", "deflate", "br", "zstd"])
_TEXT: Final = re.compile(rb"\A(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\x00]*[<{]")
_CLOUDFLARE: Final = range(520, 531)

Trouble = Literal["", "no host", "no names", "broken"]
"""no host: the name server says that there is none. no names: it does not say. broken: the answer broke off, or is no
HTTP. Empty: anything else, or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What asking one address gave."""

    kind: Literal["body", "not modified", "paused", "failed"]
    url: str  # the last one asked, after redirects; without name and password
    status: int = 0
    headers: Headers | None = None  # None: nothing answered
    body: bytes = b""  # inflated
    moved_to: str | None = None  # if every redirect was permanent; without name and password
    problem: str = ""
    hint: str | None = None
    trouble: Trouble = ""
    until: datetime | None = None  # of a pause
    seconds: float = 0.0


class RefusalError(Exception):
    """The asking stops here, for a reason a person understands."""

    def __init__(self, problem: str, *, hint: str | None = None, trouble: Trouble = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint
        self.trouble = trouble


def headers_of(response: aiohttp.ClientResponse) -> Headers:
    """The headers that are remembered, as they came.

    aiohttp reads header bytes that are no UTF-8 as surrogates, which cannot be sent back as they were nor stored; a
    validator with them is as good as none.
    """
    found = response.headers
    get = found.get
    cache_control = found.getall("Cache-Control", ())
    return Headers(
        etag=_sendable(get("ETag")),
        last_modified=_sendable(get("Last-Modified")),
        cache_control=cache_control[0] if len(cache_control) == 1 else ", ".join(cache_control),
        expires=get("Expires"),
        date=get("Date"),
        retry_after=get("Retry-After"),
        content_type=_sendable(get("Content-Type")),
    )


def refusal(status: int, *, host: str, challenge: bool) -> RefusalError:
    """Why an answer with this status gives nothing; ``challenge``: it is a riddle of Cloudflare's for browsers."""
    problem, hint = _phrase(status), None
    if challenge:
        problem = f"{host}: asks for a person at a browser (Cloudflare challenge)"
        hint = "ask the publisher to let feed readers through, or save the articles into feeds/"
    elif status == 304:
        problem = "304 Not Modified, though nothing was known of this feed yet"
        hint = "the publisher's server is set up wrongly; it may pass"
    elif status == 410:
        problem = "410 Gone: the publisher has taken this feed down"
        hint = "remove it from feeds/feeds.toml; it is not asked again, but once a week by `digest fetch --all`"
    elif status in {401, 403}:
        hint = "the publisher refuses; some want a contact: set contact under [gather] in digest.toml"
    elif status == 404:
        hint = "look for the feed's new address on the publisher's site"
    elif status == 407:
        problem, hint = "407: the proxy wants a login", "write it into the proxy's address"
    elif status in _CLOUDFLARE:
        problem = f"{status}: Cloudflare cannot reach the publisher's server"
    return RefusalError(problem, hint=hint)


def refuse_unreadable(response: aiohttp.ClientResponse, body: bytes, *, host: str) -> None:
    """Refuse a body that is packed in a way that was not undone.

    Some servers name a character set where the packing stands, or one they did not use: what looks like a document is
    one, whatever is said of it.

    Raises:
        RefusalError: it is packed twice, or in a way that digest does not read.
    """
    said = ", ".join(response.headers.getall("Content-Encoding", ())).lower()
    packings = [name for part in said.split(",") if (name := part.strip()) not in {"", "identity"}]
    if not packings or (len(packings) == 1 and packings[0] in _READ) or _TEXT.match(body):
        return
    shown = re.sub(r"[^a-z0-9, +_-]", "", said)[:40]
    raise RefusalError(f"{host}: packs its answer in a way that digest does not read ({shown})")


def why(error: Exception, url: URL, *, total_s: float) -> RefusalError:
    """A failure of the network as a sentence, and what to do.

    Args:
        error: what was raised.
        url: what was asked when it was.
        total_s: the time that was allowed.
    """
    host = host_of(url) or shown(url)
    cause = getattr(error, "os_error", None) or error.__cause__ or error
    if private := _private(error):
        return RefusalError(f"{host}: {private}", hint=PRIVATE_HINT)
    if isinstance(error, TimeoutError):
        silent = isinstance(error, aiohttp.ServerTimeoutError)
        return RefusalError(f"{host}: " + ("does not answer" if silent else f"no complete answer within {total_s:g} s"))
    if isinstance(error, aiohttp.ClientProxyConnectionError | aiohttp.ClientHttpProxyError):
        return _proxy_trouble(error)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        unknown = getattr(cause, "errno", None) == socket.EAI_NONAME
        return RefusalError(f"{host}: no such host", hint="check the address and your connection",
                            trouble="no host" if unknown else "no names")  # fmt: skip
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return RefusalError(f"{host}: the connection is not secure: {_ssl_reason(cause)}")
    if isinstance(cause, ConnectionRefusedError):
        return RefusalError(f"{host}: refused the connection on port {url.port}")
    broken = isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientResponseError) or _is_reset(error)
    return RefusalError(_broken(error, url, host), trouble="broken" if broken else "")


def host_of(url: URL) -> str:
    """The host as people read it; empty if there is none. One that is wrongly encoded (``xn--a``) as it is written."""
    try:
        return url.host or ""
    except ValueError:
        return url.raw_host or ""


def shown(url: URL) -> str:
    """The address as people may see it."""
    return shown_url(str(url))[:200]


def _broken(error: Exception, url: URL, host: str) -> str:
    if isinstance(error, aiohttp.ClientPayloadError):
        packed = "Content-Encoding" in f"{error} {error.__cause__}" or "Can not decode" in f"{error} {error.__cause__}"
        return f"{host}: " + ("the answer is packed wrongly" if packed else "the answer broke off")
    if isinstance(error, aiohttp.ServerDisconnectedError) or _is_reset(error):
        return f"{host}: the answer broke off"
    if isinstance(error, aiohttp.ClientResponseError):
        return f"{host}: answers with something that is not HTTP, or far too long"
    if isinstance(error, aiohttp.InvalidURL | ValueError):
        return f"{shown(url)}: is no web address"
    return f"{host}: {_first_line(error)}"


def _is_reset(error: Exception) -> bool:
    """Whether the other side dropped the line; aiohttp raises an error of its own for that, with the number."""
    return isinstance(error, OSError) and error.errno in {errno.ECONNRESET, errno.EPIPE}


def _proxy_trouble(error: aiohttp.ClientError) -> RefusalError:
    hint = "see proxy under [gather] in digest.toml, and HTTPS_PROXY in the environment"
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return RefusalError(f"the proxy refuses: {_phrase(error.status)}", hint=hint)
    place = f"{error.host}:{error.port}" if isinstance(error, aiohttp.ClientConnectorError) else "the proxy"
    return RefusalError(f"the proxy cannot be reached ({place})", hint=hint)


def _phrase(status: int) -> str:
    """The number with its own words, not the server's."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _sendable(value: str | None) -> str | None:
    return value if value is None or value.isascii() or value.isprintable() else None


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


def _ssl_reason(cause: BaseException) -> str:
    found = re.search(r"certificate verify failed: ([^(]+)", str(cause))
    return found[1].strip() if found else _first_line(cause)


def _first_line(error: BaseException) -> str:
    lines = shown_url(str(error)).splitlines()
    return lines[0][:200] if lines else type(error).__name__
