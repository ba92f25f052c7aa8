"""The threads that send ranges of the ledger over several connections, each outcome written down as it is known."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from digest.deliver.carrier import Carrier, Way
from digest.deliver.ledger import RANGE, Ledger, OnUncertain
from digest.deliver.line import Envelope, Outcome
from digest.deliver.watch import INTERRUPTED, Watch
from digest.errors import ConnectError, LoginError
from digest.model import Delivery
from digest.text.address import address_problem, smtp_address

MAX_TRIES = 3  # of one message in one run, when the line keeps dropping on it
LOOK_S = 0.2  # a waiting thread looks whether it is to stop

Render = Callable[[Delivery], bytes]
"""Writes one recipient's message as it goes over the wire: lines end in CRLF, none begins with a dot (see line.py)."""


ReturnPath = Callable[[int], str]
"""Where the message to a subscriber of this id comes back to if it cannot be delivered: an address in ASCII."""


class Clock(Protocol):
    """Tells the time, aware and in UTC."""

    def now(self) -> datetime: ...


class _LeftError(Exception):
    """The reader has left since the row was claimed."""


class Crew:
    """Ranges of rows, claimed one after the other, and the threads that send them.

    The next range is claimed while the last is being sent, so that no thread waits for another; but never so that more
    than RANGE rows are claimed and not settled: that many a power cut leaves in doubt.
    """

    def __init__(
        self,
        ledger: Ledger,
        transport: Carrier,
        render: Render,
        mailing_id: str,
        ranges: Sequence[tuple[int, int]],
        *,
        owner: str,
        clock: Clock,
        on_uncertain: OnUncertain,
        return_path: ReturnPath | None,
        watch: Watch,
    ) -> None:
        self.ledger = ledger
        self.transport = transport
        self.render = render
        self.mailing_id = mailing_id
        self.ranges = deque(ranges)  # not claimed yet
        self.owner = owner
        self.clock = clock
        self.on_uncertain = on_uncertain
        self.return_path = return_path or (lambda _: transport.sender)
        self.watch = watch
        self.waiting: deque[tuple[Delivery, int]] = deque()  # claimed, with the number of the try
        self.open = 0  # claimed, waiting or with a thread
        # Guards these three. Taken as it is, not by the condition, or Ctrl-C could come between the lock and ``with``.
        self.lock = threading.Lock()
        self.change = threading.Condition(self.lock)
        # Refused, or put off because of us, after so many were taken: not marked until it is clear who is to blame.
        self.refused: deque[tuple[Delivery, Outcome, int]] = deque()
        self.done: queue.SimpleQueue[Delivery | None] = queue.SimpleQueue()  # None wakes the reporter
        self.threads: list[Future[None]] = []

    def run(self, connections: int, on_delivery: Callable[[Delivery], None]) -> None:
        if not self.ranges:
            return
        first, last = self.ranges[0][0], self.ranges[-1][1]
        try:
            self._claim()
            needed = connections if self.ranges else min(connections, self.open)
            if needed and not self.watch.stop.is_set():
                self._send_all(needed, on_delivery)
        finally:
            self.ledger.release(self.mailing_id, first, last, owner=self.owner, now=self.clock.now())

    def _claim(self) -> None:
        """Claim ahead, within what may be in doubt."""
        while self.ranges and not self.watch.stop.is_set():
            claimed = self.open + len(self.refused)
            if claimed > RANGE // 2 and self.open:
                return
            rows = self.ledger.claim(self.mailing_id, *self.ranges[0], owner=self.owner, now=self.clock.now())
            with self.lock:
                self.ranges.popleft()
                self.waiting.extend((row, 1) for row in rows)
                self.open += len(rows)
                self.change.notify_all()

    def _send_all(self, connections: int, on_delivery: Callable[[Delivery], None]) -> None:
        self.watch.connections = connections
        with ThreadPoolExecutor(connections, "send") as pool:
            try:
                for _ in range(connections):
                    self.threads.append(pool.submit(self._work))
                self._report(on_delivery)
            except KeyboardInterrupt:
                self.watch.halt(INTERRUPTED)
                self._report(on_delivery)
            except BaseException:  # the reporting itself failed
                self.watch.stop.set()
                raise
        for thread in self.threads:
            thread.result()  # raises what a thread could not deal with
        if self.watch.takes_no_more or (self.watch.all_refused and self.ledger.tally(self.mailing_id).sent == 0):
            self.watch.accuse()
        self._settle_refused(on_delivery, at_the_end=True)

    def _report(self, on_delivery: Callable[[Delivery], None]) -> None:
        while not (all(thread.done() for thread in self.threads) and self.done.empty()):
            try:
                delivery = self.done.get(timeout=LOOK_S)
            except queue.Empty:
                delivery = None
            if delivery is not None:
                on_delivery(delivery)
            self._claim()
            self._settle_refused(on_delivery)

    def _settle_refused(self, on_delivery: Callable[[Delivery], None], *, at_the_end: bool = False) -> None:
        """Mark the refused ones of whom it is clear: of so many taken since, one at least was begun after them."""
        while self.refused and not self.watch.stop.is_set():  # else they stay queued: nothing of theirs was taken
            row, outcome, taken = self.refused[0]
            is_clear = not self.watch.on_probation and self.watch.taken - taken > self.watch.connections
            if not is_clear and not at_the_end:
                return
            self.refused.popleft()
            on_delivery(self._settle(row, outcome))

    # -- in the threads

    def _work(self) -> None:
        clean = False
        try:
            while self._has_work():
                # A line that is borrowed before its message's turn may have been hung up when the turn comes.
                in_turn = not self.transport.asks_ahead
                if in_turn:
                    self.transport.pace(self.watch.stop)
                try:
                    with self.transport.connection() as line:
                        self._feed(line, in_turn=in_turn)
                except LoginError as error:
                    self.watch.halt(error.message)
                except ConnectError as error:
                    self.watch.trouble(error.message)
            clean = True
        finally:
            if not clean:
                self.watch.stop.set()
            with self.lock:
                self.change.notify_all()
            self.done.put(None)

    def _has_work(self) -> bool:
        """Wait until there is a row to send, or there will be none."""
        with self.lock:
            while not self.watch.stop.is_set():
                if self.waiting:
                    return True
                if not self.ranges and not self.open:
                    return False
                self.change.wait(LOOK_S)
        return False

    def _finished(self, delivery: Delivery | None) -> None:
        """A row is no longer any thread's; it is reported if it is settled."""
        with self.lock:
            self.open -= 1
            if not self.open:
                self.change.notify_all()
        self.done.put(delivery)

    def _feed(self, line: Way, *, in_turn: bool) -> None:
        """Send over a line: one message whose turn it is, or as many as the line bears while nobody has to wait."""
        ahead: tuple[Delivery, int] | None = None
        try:
            while line.alive and not line.worn and (ahead or self._has_work()):
                taken, ahead = ahead or self._next(), None
                if taken is None:
                    continue  # another thread was faster
                row, attempt = taken
                problem = address_problem(row.address)
                if problem is not None:  # nothing the server could have an opinion on
                    self._finished(self._settle(row, Outcome(result="failed", detail=f"the address {problem}")))
                    continue
                if self.transport.asks_ahead:
                    ahead = self._next()
                if not in_turn:
                    self.transport.pace(self.watch.stop)
                self._send(line, row, attempt, ahead[0] if ahead else None)
                if not self.transport.asks_ahead:
                    return
        finally:
            if ahead:
                self.waiting.appendleft(ahead)

    def _next(self) -> tuple[Delivery, int] | None:
        try:
            return self.waiting.popleft()
        except IndexError:
            return None

    def _send(self, line: Way, row: Delivery, attempt: int, following: Delivery | None) -> None:
        data = self.render(row)
        if self.watch.stop.is_set():
            return

        outcome = self._hand_over(line, row, data, following)
        if outcome is None:
            self._finished(replace(row, state="suppressed"))
            return
        if outcome.throttles:
            self.transport.slow()
        if outcome.result == "again":
            if attempt < MAX_TRIES:
                self.ledger.step_back(row, owner=self.owner, now=self.clock.now())
                self.waiting.append((row, attempt + 1))
            else:
                self.ledger.give_back(row, owner=self.owner, now=self.clock.now())
                self._finished(None)
            self.watch.trouble(_said(outcome))
        elif outcome.result == "stop":
            self.ledger.step_back(row, owner=self.owner, now=self.clock.now())
            self.watch.halt(f"the server refuses every message from {self.transport.sender}: {_said(outcome)}")
        elif outcome.is_about_us or (outcome.result == "failed" and self.watch.suspects):
            self.ledger.step_back(row, owner=self.owner, now=self.clock.now())
            self.refused.append((row, outcome, self.watch.taken))
            self.watch.refused(_said(outcome), for_good=outcome.result == "failed")
            self._finished(None)
        elif outcome.result == "uncertain":
            self._finished(self._settle(row, outcome))
            self.watch.in_doubt(_said(outcome))  # a server that does this to everyone must not get everyone
        else:
            self._finished(self._settle(row, outcome))
            self.watch.answered(taken=outcome.result == "sent")

    def _hand_over(self, line: Way, row: Delivery, data: bytes, following: Delivery | None) -> Outcome | None:
        """None: the reader has left, and nothing was sent."""

        def on_body() -> None:
            if not self.ledger.sending(row, owner=self.owner, now=self.clock.now()):
                raise _LeftError

        after = self._envelope(following) if following and address_problem(following.address) is None else None
        try:
            return line.hand_over(self._envelope(row), data, on_body, after)
        except _LeftError:
            return None

    def _envelope(self, row: Delivery) -> Envelope:
        return Envelope(self.return_path(row.subscriber_id), smtp_address(row.address))

    def _settle(self, row: Delivery, outcome: Outcome) -> Delivery:
        told: dict[str, Any] = {"now": self.clock.now(), "code": outcome.code, "detail": outcome.detail}
        if outcome.result == "uncertain":
            return self.ledger.uncertain(row, owner=self.owner, policy=self.on_uncertain, **told)
        if outcome.is_about_us:
            return self.ledger.put_off(row, owner=self.owner, **told)
        ways = {"sent": self.ledger.sent, "deferred": self.ledger.deferred, "failed": self.ledger.failed}
        return ways[outcome.result](row, owner=self.owner, **told)


def _said(outcome: Outcome) -> str:
    return f"{outcome.code} {outcome.detail}" if outcome.code else outcome.detail
