"""Sends the mails that are owed. What is owed stands in the store, so a killed server owes no less than before."""

from __future__ import annotations

import asyncio
import logging
import re
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from digest.deliver import optin, subscribers
from digest.deliver.delivery import deliver_one
from digest.deliver.line import Outcome
from digest.deliver.optin import Due
from digest.errors import BusyError, DeliveryError, DigestError
from digest.text.address import address_problem, smtp_address

if TYPE_CHECKING:
    from digest.deliver.carrier import Carrier
    from digest.deliver.tokens import Keyring
    from digest.serve.letters import Letters
    from digest.store.database import Store

LOOK_EVERY_S = 60.0
TIDY_EVERY_S = 3600.0
HOUR = timedelta(hours=1)
PATIENCE_S = (60.0, 300.0, 900.0, 3600.0)
"""Before a mail is tried again that was put off; the last one from then on (RFC 5321 §4.5.4.1 asks relays for 30
minutes at least; whoever waits at a screen does not)."""
GIVE_UP = timedelta(days=2)
TROUBLE_S = (10.0, 60.0, 300.0)
"""While no mail at all can be handed over."""

logger = logging.getLogger(__name__)


class Outbox:
    """A loop of its own, woken by whoever writes down that a mail is owed."""

    def __init__(
        self,
        store: Store,
        transport: Carrier,
        letters: Letters,
        *,
        keyring: Callable[[], Keyring],
        clock: Callable[[], datetime],
        per_hour: int,
    ) -> None:
        self._store, self._transport, self._letters = store, transport, letters
        self._keyring, self._clock, self._per_hour = keyring, clock, per_hour
        self._woken = asyncio.Event()
        self._ending = threading.Event()
        self._mark: int | None = None  # None: nothing was looked at yet
        self._recent: deque[datetime] = deque()  # when the mails of the last hour left
        self._tries: dict[int, tuple[int, float]] = {}  # by number of the asking: how many, and when the next is due
        self._held_up: dict[int, int] = {}  # by number of the asking: how often all had to wait because of it
        self._unwritten: dict[int, Outcome] = {}  # likewise: what came of mails, for a store that could not be written
        self._troubles = 0
        self._tidied = -TIDY_EVERY_S
        self.waiting = 0  # mails that are owed

    def wake(self) -> None:
        """A mail may be owed now."""
        self.waiting += 1
        self._woken.set()

    def end(self) -> None:
        """Let the mail that is on its way leave, and begin no other."""
        self._ending.set()
        self._woken.set()

    async def run(self) -> None:
        """Send until the end."""
        while not self._ending.is_set():
            self._woken.clear()
            wait_s = await asyncio.to_thread(self.sweep)
            try:
                async with asyncio.timeout(wait_s):
                    await self._woken.wait()
                    while self._troubles and not self._ending.is_set():  # wakes are for readers: one more is no cure
                        self._woken.clear()
                        await self._woken.wait()
            except TimeoutError:
                continue

    def sweep(self) -> float:
        """Send what is owed and due, one after another; the seconds until there may be more to do."""
        try:
            with self._store.alone("outbox", wait_s=0.0, busy="another digest serve mails what is owed", hint=""):
                with self._store.read() as connection:
                    owed = optin.outstanding(connection, after=self._mark or 0)
                if self._mark is None:
                    self._recent.extend(at for at in owed.mailed if at > self._clock() - HOUR)
                self._mark, self.waiting = owed.mark, len(owed.due)
                self._tidy()
                return self._send(owed.due)
        except BusyError:  # theirs will be gone when this one looks again
            return TROUBLE_S[0]
        except DigestError as error:  # the store, a template, the keys: somebody mends it while this goes on
            logger.warning("mails wait: %s", error.message)
            return TROUBLE_S[0]
        except Exception:
            logger.exception("mails wait, for there is a bug")
            return LOOK_EVERY_S

    def _tidy(self) -> None:
        if time.monotonic() - self._tidied >= TIDY_EVERY_S:
            with self._store.read() as connection:
                old = optin.lapsed(connection, now=self._clock())
            if old:
                with self._store.write() as connection:
                    optin.lapse(connection, now=self._clock())
            self._tidied = time.monotonic()

    def _send(self, owed: tuple[Due, ...]) -> float:
        numbers = {due.asked.number for due in owed}
        self._tries = {number: tried for number, tried in self._tries.items() if number in numbers}
        self._held_up = {number: often for number, often in self._held_up.items() if number in numbers}
        # Who held up all the others before is served after them: a server may say 421 because of one address.
        for due in sorted(owed, key=lambda one: self._held_up.get(one.asked.number, 0)):
            if self._ending.is_set():
                break
            if self._tries.get(due.asked.number, (0, 0.0))[1] > time.monotonic():
                continue
            if (until := self._full_until()) is not None:
                return min(LOOK_EVERY_S, max(1.0, (until - self._clock()).total_seconds()))
            self._held_up[due.asked.number] = self._held_up.get(due.asked.number, 0) + 1  # unless it goes well
            try:
                self._settle(due, self._hand_over(due))
            except DeliveryError as error:
                wait_s = TROUBLE_S[min(self._troubles, len(TROUBLE_S) - 1)]
                self._troubles += 1
                said = _without(due.subscriber.address, error.message)
                logger.warning("mails wait, and are tried again in %d seconds: %s", wait_s, said)
                return wait_s
            self._troubles = 0
            del self._held_up[due.asked.number]
        next_try = min((tried[1] for tried in self._tries.values()), default=float("inf"))
        return max(1.0, min(LOOK_EVERY_S, next_try - time.monotonic()))

    def _full_until(self) -> datetime | None:
        """When the next may leave; None: now."""
        while self._recent and self._recent[0] <= self._clock() - HOUR:
            self._recent.popleft()
        return self._recent[0] + HOUR if len(self._recent) >= self._per_hour else None

    def _hand_over(self, due: Due) -> Outcome:
        if known := self._unwritten.get(due.asked.number):
            return known  # while a disk is full, nobody gets the same mail every few seconds
        if address_problem(due.subscriber.address):
            return Outcome(result="failed")  # the list had it already: the form takes no such address
        message = self._letters.message(due, self._keyring(), now=self._clock())
        outcome = deliver_one(self._transport, due.subscriber.address, message)
        if outcome.result in {"again", "stop"}:  # nothing to do with this reader
            raise DeliveryError(f"{outcome.code or ''} {outcome.detail}".strip())
        return outcome

    def _settle(self, due: Due, outcome: Outcome) -> None:
        now, number = self._clock(), due.asked.number
        if outcome.result in {"deferred", "uncertain"} and now - due.asked.at < GIVE_UP:
            # Uncertain: better one mail twice than a reader who never hears of it; it has the same Message-ID.
            tries = self._tries.get(number, (0, 0.0))[0]
            self._tries[number] = (tries + 1, time.monotonic() + PATIENCE_S[min(tries, len(PATIENCE_S) - 1)])
            return
        sent = outcome.result in {"sent", "uncertain"}
        self._tries.pop(number, None)
        self._unwritten[number] = outcome
        with self._store.write() as connection:
            if subscribers.of_id(connection, due.subscriber.id) is not None:  # or they were forgotten meanwhile
                said = "" if sent else str(outcome.code or outcome.result)  # a server's words may tell the address
                event = optin.MAILED if sent else optin.REFUSED
                subscribers.note(connection, due.subscriber.id, event, now=now, detail=said)
        del self._unwritten[number]
        if sent:
            self._recent.append(now)
        self.waiting -= 1


def _without(address: str, text: str) -> str:
    """What a mail server said, but for the address it said it of."""
    for known in {address, smtp_address(address)}:
        text = re.sub(re.escape(known), "…", text, flags=re.IGNORECASE)
    return text
