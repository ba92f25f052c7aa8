"""What goes for every answer: its headers, the time it may take, and a line in the log that tells nobody's secret."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

WRITE_WITHIN_S = 30.0  # a piece of an answer
YEAR_S = 365 * 24 * 3600
PURPOSES = ("unsubscribe", "subscribe", "confirm", "preferences", "health", "metrics")

logger = logging.getLogger(__name__)


class Guard:
    """Around the application."""

    def __init__(self, app: ASGIApp, *, path: str, is_https: bool) -> None:
        self._app, self._path = app, path
        self._everywhere = {
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "X-Frame-Options": "DENY",
        }
        if is_https:
            self._everywhere["Strict-Transport-Security"] = f"max-age={YEAR_S}"
        self._of_pages = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        purpose = purpose_of(scope["path"], self._path)
        said = 0

        async def tell(message: Message) -> None:
            nonlocal said
            if message["type"] == "http.response.start":
                said = message["status"]
                headers = MutableHeaders(scope=message)
                own = self._of_pages if purpose != "site" or said >= 400 else {}
                for name, value in {**self._everywhere, **own}.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", "frame-ancestors 'none'")
            async with asyncio.timeout(WRITE_WITHIN_S):
                await send(message)

        try:
            await self._app(scope, receive, tell)
        except TimeoutError:  # nobody takes the answer: the server closes the line on what is unfinished
            logger.info("%s %s: the answer was not taken", scope["method"], purpose)
            return
        logger.info("%s %s %d", scope["method"], purpose, said)


def purpose_of(path: str, prefix: str) -> str:
    """What an address is for, without the secret in it: "unsubscribe", "site"."""
    first = path.removeprefix(prefix).partition("/")[0] if path.startswith(prefix) else ""
    return first if first in PURPOSES else "site"


def allowed(methods: Sequence[str]) -> dict[str, str]:
    """The header that answers OPTIONS."""
    return {"Allow": ", ".join(methods)}
