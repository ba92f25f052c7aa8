"""One question to an OpenAI-compatible endpoint, and its answer or what went wrong.

Nothing here trusts the other side: the answer is bounded in time and bytes, redirects are not followed (they would take
the key along), certificates are checked.
"""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from ssl import SSLError
from typing import IO, Any, Literal
from urllib.parse import urlsplit

from digest import __version__
from digest.assist.settings import AssistSettings
from digest.errors import DigestError

ANSWER_BYTES = 400_000
"""More than a batch of summaries can need; what is longer is no answer."""

_LONGEST_WAIT_S = 30.0  # what a Retry-After may ask; the issue is not held up for longer
_PIECE = 16_384  # bytes
_PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})
"""Statuses that another attempt may turn into an answer (RFC 9110 §15, Cloudflare's 52x, 529 "overloaded")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a model said."""

    text: str
    tokens_in: int = 0  # as the server counts; 0 where it does not say
    tokens_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why there is no answer."""

    message: str
    kind: Literal["passing", "final", "lasting"] = "passing"
    """final: asking again would not help. lasting: nor would another question; the key is wrong, the model unknown."""
    asked: bool = True  # False: not even tried, after others failed
    wait_s: float | None = None  # what the server asked for; None: nothing


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> None:
        """None: the redirect itself is the answer, which is then a failure."""


class Endpoint:
    """An endpoint that can be asked from several threads."""

    def __init__(self, settings: AssistSettings, *, key: str | None, now: datetime) -> None:
        """Look at the settings.

        Args:
            settings: where and how.
            key: goes out as a bearer token; None: without.
            now: for a Retry-After that names a date.

        Raises:
            DigestError: no http(s) address, or a key would go over an open line.
        """
        parts = urlsplit(settings.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise DigestError(
                f"[assist] url: “{settings.url}” is no web address",
                hint='write one such as "https://api.example.org/v1"',
            )
        if key and parts.scheme == "http" and not _is_near(parts.hostname):
            raise DigestError(
                f"[assist] url: the key would go to {parts.hostname} unencrypted", hint="use https, or no key_env"
            )
        self._settings = settings
        self._url = f"{settings.url.rstrip('/')}/chat/completions"
        self._key = key
        self._now = now
        self._began = time.monotonic()
        self._opener = urllib.request.build_opener(_NoRedirects)

    def ask(self, messages: list[dict[str, str]], *, sleep: Callable[[float], object] = time.sleep) -> Answer | Trouble:
        """The model's answer; tried again, with longer and longer pauses, where the trouble may pass."""
        pause = self._settings.backoff_s
        found: Answer | Trouble = Trouble(message="was never asked")
        for attempt in range(max(1, self._settings.attempts)):
            found = self._once(messages)
            if isinstance(found, Answer) or found.kind != "passing":
                return found
            wait = pause if found.wait_s is None else found.wait_s
            if attempt + 1 == self._settings.attempts or wait > _LONGEST_WAIT_S:
                break
            sleep(wait)
            pause *= 2
        return found

    def _once(self, messages: list[dict[str, str]]) -> Answer | Trouble:
        question = {"model": self._settings.model, "messages": messages, "temperature": 0, "stream": False}
        request = urllib.request.Request(  # noqa: S310  the scheme was checked
            self._url,
            data=json.dumps(question, ensure_ascii=False).encode("utf-8", "replace"),
            headers={
                "Content-Type": "application/json",
                "Accept": "application/json",
                "User-Agent": f"digest/{__version__}",
            }
            | ({"Authorization": f"Bearer {self._key}"} if self._key else {}),
        )
        deadline = time.monotonic() + self._settings.timeout_s
        try:
            with self._opener.open(request, timeout=self._settings.timeout_s) as response:
                body = _read(response, deadline)
        except urllib.error.HTTPError as error:
            return self._refused(error)
        except (OSError, http.client.HTTPException) as error:
            return self._lost(error)
        return Trouble(message="the answer is far too long", kind="final") if body is None else _answer(body)

    def _lost(self, error: Exception) -> Trouble:
        """What became of a line that gave no answer. A slow server is not asked twice: that would be slower still."""
        cause = error.reason if isinstance(error, urllib.error.URLError) else error
        if isinstance(cause, TimeoutError):
            return Trouble(message=f"no answer within {self._settings.timeout_s:g} s", kind="final")
        told = str(getattr(cause, "strerror", None) or cause)[:200]
        return Trouble(
            message=f"cannot be reached: {told}", kind="lasting" if isinstance(cause, SSLError) else "passing"
        )

    def _refused(self, error: urllib.error.HTTPError) -> Trouble:
        with error:
            status, headers = error.code, error.headers
        if status not in _PASSING:
            return Trouble(message=f"refused with status {status}{_known(status)}", kind="lasting")
        now = self._now.timestamp() + time.monotonic() - self._began
        return Trouble(message=f"failed with status {status}", wait_s=_asked_wait(headers.get("Retry-After"), now))


def _read(response: IO[bytes], deadline: float) -> bytes | None:
    """The body; None if it is too long. Raises OSError when it dribbles beyond the deadline or breaks off."""
    body = bytearray()
    while piece := getattr(response, "read1", response.read)(_PIECE):
        body += piece
        if len(body) > ANSWER_BYTES:
            return None
        if time.monotonic() > deadline:
            raise TimeoutError
    if getattr(response, "length", 0):  # of the body, still to come
        raise ConnectionResetError("the line dropped in the middle of the answer")
    return bytes(body)


def _answer(body: bytes) -> Answer | Trouble:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return Trouble(message="the answer is no JSON")
    try:
        text = told["choices"][0]["message"]["content"]
    except (KeyError, IndexError, TypeError):
        return Trouble(message="the answer is not of the shape that OpenAI's has")
    if not isinstance(text, str) or not text.strip():
        return Trouble(message="the answer is empty")
    usage = told.get("usage")
    usage = usage if isinstance(usage, Mapping) else {}
    return Answer(text=text, tokens_in=_count(usage, "prompt_tokens"), tokens_out=_count(usage, "completion_tokens"))


def _count(usage: Mapping[str, Any], name: str) -> int:
    value = usage.get(name)
    return value if type(value) is int and 0 <= value < 10**9 else 0


def _asked_wait(header: str | None, now: float) -> float | None:
    """The seconds of a Retry-After, given as such or as a date (RFC 9110 §10.2.3)."""
    if not header:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        when = parsedate_to_datetime(header)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, when.timestamp() - now)


def _known(status: int) -> str:
    return {
        400: " (it does not understand the question)",
        401: " (the key is missing or wrong)",
        403: " (the key may not do this)",
        404: " (no such model, or the url is not that of the API)",
    }.get(status, "")


def _is_near(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
