"""One question to an OpenAI-compatible endpoint, and its answer or what went wrong.

Nothing here trusts the other side: the answer is bounded in time and bytes, redirects are not followed (they would take
the key along), certificates are checked, nothing compressed is unpacked, and the key is shown to nobody else.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from ssl import SSLError
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from yarl import URL

from digest import __version__
from digest.assist.answer import Answer, Trouble
from digest.assist.asking import Line
from digest.config.assist import AssistSettings
from digest.text.plain import drop_controls

ANSWER_BYTES = 400_000
"""More than a batch of summaries can need; what is longer is no answer."""
ATTEMPTS = 3
"""For one question, where waiting may help."""

_BACKOFF_S = 1.0  # before the second attempt; twice as long before each further one
_LONGEST_WAIT_S = 30.0  # what a Retry-After may ask; the issue is not held up for longer
_PIECE = 16_384  # bytes
_COMPLAINT_BYTES = 4_000
_COMPLAINT_CHARS = 160
_PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})
"""Statuses that another attempt may turn into an answer (RFC 9110 §15, Cloudflare's 52x, 529 "overloaded")."""


class Endpoint:
    """An endpoint that can be asked several things at once. Use as an asynchronous context manager."""

    def __init__(self, settings: AssistSettings, line: Line) -> None:
        """Take in where to ask, and how; the time that all questions have together begins."""
        self._settings = settings
        self._url = completions_url(settings.url)
        self._line = line
        self._began = time.monotonic()
        # Never those of the session: aiohttp gives these to a proxy too, and the key with them.
        self._headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": f"digest/{__version__}",
        } | ({"Authorization": f"Bearer {line.key}"} if line.key else {})
        self._steady = True  # whether it takes a temperature; some models of OpenAI's do not

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(auto_decompress=False, timeout=aiohttp.ClientTimeout(total=None))
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._session.close()

    async def ask(self, messages: list[dict[str, str]]) -> Answer | Trouble:
        """The model's answer; tried again, with longer and longer pauses, where the trouble may pass."""
        found: Answer | Trouble = Trouble(message="was never asked")
        pause = _BACKOFF_S
        for sent in range(1, ATTEMPTS + 1):
            if self._left_s <= 0:
                return Trouble(message=self._out_of_time, kind="lasting", sent=sent - 1)
            steady = self._steady
            found = replace(await self._once(messages), sent=sent)
            if steady and not self._steady:
                continue  # it was asked in a way it does not know, so it is asked anew
            if isinstance(found, Answer) or found.kind != "passing":
                return found
            wait = pause if found.wait_s is None else found.wait_s
            if sent == ATTEMPTS or wait > min(_LONGEST_WAIT_S, self._left_s):
                break
            await self._line.sleep(wait)
            pause *= 2
        return found

    @property
    def _left_s(self) -> float:
        return self._settings.total_timeout_s - (time.monotonic() - self._began)

    @property
    def _out_of_time(self) -> str:
        return f"all the time there is, {self._settings.total_timeout_s:g} s, is over (total_timeout_s)"

    async def _once(self, messages: list[dict[str, str]]) -> Answer | Trouble:
        question = {"model": self._settings.model, "messages": messages, "stream": False}
        question |= {"temperature": 0} if self._steady else {}
        body = json.dumps(question, ensure_ascii=False).encode("utf-8", "replace")
        own_s, left_s = self._settings.timeout_s, self._left_s
        try:
            async with asyncio.timeout(min(own_s, left_s)):
                asking = self._session.post(
                    self._url, data=body, headers=self._headers, allow_redirects=False, proxy=self._line.proxy
                )
                async with asking as response:
                    if not 200 <= response.status < 300:
                        return await self._refused(response)
                    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
                        return Trouble(message="the answer is compressed, though that was not asked for", kind="final")
                    told = await _read(response, ANSWER_BYTES)
        except TimeoutError:  # a slow server is not asked twice: that would be slower still
            if left_s < own_s:
                return Trouble(message=self._out_of_time, kind="lasting")
            return Trouble(message=f"no answer within {own_s:g} s", kind="final")
        except (aiohttp.ClientError, OSError) as error:
            return _lost(error)
        return Trouble(message="the answer is far too long", kind="final") if told is None else _answer(told)

    async def _refused(self, response: aiohttp.ClientResponse) -> Trouble:
        status = response.status
        if 300 <= status < 400:
            return Trouble(message=f"leads elsewhere (status {status}), where the key must not go", kind="lasting")
        said = self._shown(await _read(response, _COMPLAINT_BYTES))
        if status in {400, 422} and self._steady and "temperature" in said:
            self._steady = False
        if status not in _PASSING:
            return Trouble(message=f"refused with status {status}{_known(status)}{said}", kind="lasting")
        now = self._line.now.timestamp() + time.monotonic() - self._began
        wait_s = _asked_wait(response.headers.get("Retry-After"), now)
        return Trouble(message=f"failed with status {status}{said}", wait_s=wait_s)

    def _shown(self, body: bytes | None) -> str:
        """What a server complains of, on one line and without the key, which some repeat."""
        try:
            told = json.loads(body or b"")
            told = told.get("error", told) if isinstance(told, dict) else None
            told = told.get("message") if isinstance(told, dict) else told
        except (ValueError, RecursionError):
            return ""
        if not isinstance(told, str):
            return ""
        line = " ".join(drop_controls(told).split())
        line = re.sub(r"\b[\w-]*\*{3,}[\w-]*", "…", line.replace(self._line.key, "…") if self._line.key else line)
        return f": “{line[:_COMPLAINT_CHARS]}”" if line else ""


def completions_url(url: str) -> URL:
    """Where questions go: the address of the API and ``/chat/completions``, before a query if it has one."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    if not path.endswith("/chat/completions"):
        path += "/chat/completions"
    return URL(urlunsplit((parts.scheme, parts.netloc, path, parts.query, "")))


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes | None:
    """The body; None if it is longer."""
    body = bytearray()
    async for piece in response.content.iter_chunked(_PIECE):
        body += piece
        if len(body) > most:
            return None
    return bytes(body)


def _lost(error: Exception) -> Trouble:
    """What became of a line that gave no answer."""
    cause = getattr(error, "os_error", error)
    told = " ".join(str(getattr(cause, "strerror", None) or cause or type(cause).__name__).split())[:200]
    insecure = isinstance(error, (aiohttp.ClientSSLError, SSLError)) or isinstance(cause, SSLError)
    return Trouble(message=f"cannot be reached: {told}", kind="lasting" if insecure else "passing")


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
    if re.fullmatch(r"[0-9]{1,9}", header.strip()):
        return float(header)
    try:
        when = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, when.timestamp() - now)


def _known(status: int) -> str:
    return {
        400: " (it does not understand the question)",
        401: " (the key is missing or wrong)",
        402: " (it wants to be paid)",
        403: " (the key may not do this)",
        404: " (no such model, or the url is not that of the API)",
    }.get(status, "")
