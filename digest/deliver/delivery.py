"""Sends a mailing: ranges of the ledger, over several connections, each outcome written down as it is known."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from digest.deliver.ledger import Ledger, OnUncertain
from digest.deliver.line import Line, Outcome, hand_over
from digest.deliver.smtp import Transport
from digest.deliver.watch import INTERRUPTED, Watch
from digest.errors import ConnectError, LoginError
from digest.model import Delivery, Mailing, Tally
from digest.text.address import address_problem, smtp_address

MAX_TRIES = 3  # of one message in one run, when the line keeps dropping on it

Render = Callable[[Delivery], bytes]


class Clock(Protocol):
    """Tells the time, aware and in UTC."""

    def now(self) -> datetime: ...


def deliver(
    ledger: Ledger,
    transport: Transport,
    render: Render,
    mailing: Mailing,
    *,
    owner: str,
    clock: Clock,
    on_uncertain: OnUncertain = "hold",
    on_delivery: Callable[[Delivery], None] = lambda _: None,
    watch: Watch | None = None,
) -> Tally:
    """Send what is left of a mailing, and is due, to its end or until something stops it.

    Call it while holding the send lock. ``on_delivery`` is called in this thread for every outcome. Ctrl-C lets the
    messages on their way finish; what has not begun stays queued. ``Tally.stopped`` says why it ended early.

    Raises:
        ConnectError: the server cannot be reached at the start, or not safely; nothing was changed.
        LoginError: it does not take the login; nothing was changed.
        StoreError: an outcome could not be written. Whatever else goes wrong is in the tally.
    """
    watch = watch or Watch()
    ledger.recover(mailing.id, owner=owner, policy=on_uncertain, now=clock.now())
    ranges = ledger.ranges(mailing.id, now=clock.now())
    if ranges:
        with transport.connection():  # kept for the first thread; if there is no way in, nothing is claimed
            pass
    for lo, hi in ranges:
        deliver_range(
            ledger,
            transport,
            render,
            mailing.id,
            lo,
            hi,
            owner,
            connections=transport.send.connections,
            clock=clock,
            on_uncertain=on_uncertain,
            on_delivery=on_delivery,
            watch=watch,
        )
        if watch.stop.is_set():
            break
    return replace(ledger.tally(mailing.id), stopped=watch.reason)


def deliver_range(
    ledger: Ledger,
    transport: Transport,
    render: Render,
    mailing_id: str,
    lo: int,
    hi: int,
    owner: str,
    *,
    connections: int,
    clock: Clock,
    on_uncertain: OnUncertain = "hold",
    on_delivery: Callable[[Delivery], None] = lambda _: None,
    watch: Watch | None = None,
) -> Tally:
    """Send the due rows with lo ≤ subscriber id ≤ hi; the tally is of these ids. See deliver."""
    watch = watch or Watch()
    rows = ledger.claim(mailing_id, lo, hi, owner=owner, now=clock.now())
    work = _Range(ledger, transport, render, rows, owner=owner, clock=clock, on_uncertain=on_uncertain, watch=watch)
    try:
        work.run(connections, on_delivery)
    finally:
        ledger.release(mailing_id, lo, hi, owner=owner, now=clock.now())
    return replace(ledger.tally(mailing_id, lo, hi), stopped=watch.reason)


class _Range:
    """The claimed rows and the threads that send them."""

    def __init__(
        self,
        ledger: Ledger,
        transport: Transport,
        render: Render,
        rows: tuple[Delivery, ...],
        *,
        owner: str,
        clock: Clock,
        on_uncertain: OnUncertain,
        watch: Watch,
    ) -> None:
        self.ledger = ledger
        self.transport = transport
        self.render = render
        self.owner = owner
        self.clock = clock
        self.on_uncertain = on_uncertain
        self.watch = watch
        self.waiting = deque((row, 1) for row in rows)  # with the number of the try
        self.refused: list[tuple[Delivery, Outcome]] = []  # on probation: not marked until it is clear who is to blame
        self.done: queue.SimpleQueue[Delivery | None] = queue.SimpleQueue()  # None wakes the reporter
        self.running = 0
        self.guard = threading.Lock()

    def run(self, connections: int, on_delivery: Callable[[Delivery], None]) -> None:
        self.running = min(connections, len(self.waiting))
        if not self.running:
            return
        self.watch.connections = self.running
        with ThreadPoolExecutor(self.running, "send") as pool:
            threads = [pool.submit(self._work) for _ in range(self.running)]
            try:
                self._report(on_delivery)
            except KeyboardInterrupt:
                self.watch.halt(INTERRUPTED)
                self._report(on_delivery)
            finally:
                if self.running:  # the reporting itself failed
                    self.watch.stop.set()
        for thread in threads:
            thread.result()  # raises what a thread could not deal with
        self._settle_refused(on_delivery)

    def _report(self, on_delivery: Callable[[Delivery], None]) -> None:
        while self.running or not self.done.empty():
            delivery = self.done.get()
            if delivery is not None:
                on_delivery(delivery)

    def _settle_refused(self, on_delivery: Callable[[Delivery], None]) -> None:
        if self.watch.all_refused and self.ledger.tally(self.refused[0][0].mailing_id).sent == 0:
            self.watch.accuse()
        if self.watch.stop.is_set():
            return  # they stay queued: nothing of theirs was taken, so trying again is safe
        for row, outcome in self.refused:
            on_delivery(self._settle(row, outcome))

    # -- in the threads

    def _work(self) -> None:
        clean = False
        try:
            while self.waiting and not self.watch.stop.is_set():
                try:
                    with self.transport.connection() as line:
                        self._feed(line)
                except LoginError as error:
                    self.watch.halt(error.message)
                except ConnectError as error:
                    self.watch.trouble(error.message)
            clean = True
        finally:
            if not clean:
                self.watch.stop.set()
            with self.guard:
                self.running -= 1
            self.done.put(None)

    def _feed(self, line: Line) -> None:
        while line.alive and not self.watch.stop.is_set():
            try:
                row, attempt = self.waiting.popleft()
            except IndexError:
                return
            problem = address_problem(row.address)
            if problem is None:
                self._send(line, row, attempt)
            else:  # nothing the server could have an opinion on
                self.done.put(self._settle(row, Outcome(result="failed", detail=f"the address {problem}")))

    def _send(self, line: Line, row: Delivery, attempt: int) -> None:
        data = self.render(row)
        self.transport.pace(self.watch.stop)
        if self.watch.stop.is_set():
            return

        def on_body() -> None:
            self.ledger.sending(row, owner=self.owner, now=self.clock.now())

        outcome = hand_over(line, self.transport.sender, smtp_address(row.address), data, on_body)
        if outcome.result == "again":
            self.ledger.step_back(row, owner=self.owner, now=self.clock.now())
            if attempt < MAX_TRIES:
                self.waiting.append((row, attempt + 1))
            self.watch.trouble(_said(outcome))
        elif outcome.result == "stop":
            self.watch.halt(f"the server refuses every message from {self.transport.sender}: {_said(outcome)}")
        elif outcome.result == "failed" and self.watch.on_probation:
            self.ledger.step_back(row, owner=self.owner, now=self.clock.now())
            self.refused.append((row, outcome))
            self.watch.answered(refused=_said(outcome))
        elif outcome.result == "uncertain":
            self.done.put(self._settle(row, outcome))
            self.watch.trouble(_said(outcome))  # a server that does this to everyone must not get everyone
        else:
            self.done.put(self._settle(row, outcome))
            self.watch.answered()

    def _settle(self, row: Delivery, outcome: Outcome) -> Delivery:
        ledger, owner, now = self.ledger, self.owner, self.clock.now()
        code, detail = outcome.code, outcome.detail
        match outcome.result:
            case "sent":
                return ledger.sent(row, owner=owner, now=now, code=code, detail=detail)
            case "deferred":
                return ledger.deferred(row, owner=owner, now=now, code=code, detail=detail)
            case "uncertain":
                policy = self.on_uncertain
                return ledger.uncertain(row, owner=owner, now=now, code=code, detail=detail, policy=policy)
            case "failed":
                return ledger.failed(row, owner=owner, now=now, code=code, detail=detail)
            case "again" | "stop":
                raise AssertionError(outcome)


def _said(outcome: Outcome) -> str:
    return f"{outcome.code} {outcome.detail}" if outcome.code else outcome.detail


def deliver_one(transport: Transport, address: str, data: bytes) -> Outcome:
    """Send one message outside any mailing: a test. Nothing is written down.

    Raises:
        ConnectError: the server cannot be reached, or not safely.
        LoginError: it does not take the login.
    """
    problem = address_problem(address)
    if problem is not None:
        return Outcome(result="failed", detail=f"the address {problem}")
    with transport.connection() as line:
        return hand_over(line, transport.sender, smtp_address(address), data, lambda: None)
