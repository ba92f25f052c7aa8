"""Whether the store answers, for whoever watches over the process: a balancer, a container's keeper."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from digest.deliver import keys
from digest.errors import StoreError

if TYPE_CHECKING:
    from starlette.requests import Request

    from digest.serve.records import Records

WITHIN_S = 2.0


class Health:
    """``/health``: 200 while the store answers, else 503. It tells nothing that is not seen from outside anyway."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._question: asyncio.Task[bool] | None = None

    async def page(self, _request: Request) -> Response:
        """Ask the store; a server that hangs is asked once, however many want to know."""
        if self._question is None or self._question.done():
            self._question = asyncio.create_task(self._asked())
        try:
            async with asyncio.timeout(WITHIN_S):
                answers = await asyncio.shield(self._question)
        except TimeoutError:
            answers = False
        if answers:
            return JSONResponse({"status": "ok", "store": "answers"})
        told = {"status": "unavailable", "store": "does not answer"}
        return JSONResponse(told, 503, headers={"Retry-After": "5"})

    async def _asked(self) -> bool:
        try:
            await self._records.read(keys.known_keyring)
        except StoreError:
            return False
        return True
