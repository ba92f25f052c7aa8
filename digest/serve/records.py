"""The store as the pages use it: short transactions in threads, so that the event loop never waits for a disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import anyio.to_thread
from sqlalchemy.exc import IntegrityError

from digest.errors import BusyError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from digest.store.database import Store

Result = TypeVar("Result")

READERS = 4  # threads at once; together with the writers well below the connections SQLAlchemy lends
PATIENCE_S = 8.0  # in the queue; a page that is no longer waited for helps nobody


class Records:
    """Reads and writes of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._readers = asyncio.Semaphore(READERS)
        # One after another: SQLite lets nobody else write meanwhile, and has no queue of its own.
        self._writers = asyncio.Semaphore(1)

    async def read(self, question: Callable[[Connection], Result]) -> Result:
        """What the question finds, in a transaction that changes nothing."""

        def ask() -> Result:
            with self._store.read() as connection:
                return question(connection)

        return await self._in_thread(ask, self._readers)

    async def write(self, change: Callable[[Connection], Result]) -> Result:
        """Make the change whole, or not at all.

        Raises:
            BusyError: somebody else is writing, for longer than anybody waits for a page; nothing was changed.
            StoreError: the store cannot be written.
        """

        def make() -> Result:
            try:
                with self._store.write() as connection:
                    return change(connection)
            except IntegrityError as error:  # a server that lets two write at once: both were adding the same
                raise BusyError("two added the same at once", hint="try again") from error

        return await self._in_thread(make, self._writers)

    async def _in_thread(self, work: Callable[[], Result], turns: asyncio.Semaphore) -> Result:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await turns.acquire()
        except TimeoutError as error:
            raise BusyError("too many are waiting for the store", hint="try again in a moment") from error
        try:
            return await anyio.to_thread.run_sync(work)
        finally:
            turns.release()
