"""Sends a mailing: what is left of it, or a range of its subscriber ids. The threads that do it are in crew.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from digest.deliver.carrier import Carrier
from digest.deliver.crew import Clock, Crew, Render, ReturnPath
from digest.deliver.ledger import FIRST, LAST, RANGE, Ledger, OnUncertain
from digest.deliver.line import Envelope, Outcome, stuffed
from digest.deliver.watch import Watch
from digest.model import Delivery, Mailing, Tally
from digest.text.address import address_problem, smtp_address

__all__ = ["Clock", "Render", "ReturnPath", "deliver", "deliver_one", "deliver_range"]


def deliver(
    ledger: Ledger,
    transport: Carrier,
    render: Render,
    mailing: Mailing,
    *,
    owner: str,
    clock: Clock,
    on_uncertain: OnUncertain = "hold",
    on_delivery: Callable[[Delivery], None] = lambda _: None,
    return_path: ReturnPath | None = None,
    watch: Watch | None = None,
) -> Tally:
    """Send what is left of a mailing, and is due, to its end or until something stops it.

    Call it while holding the send lock. ``on_delivery`` is called in this thread for every outcome; without a
    ``return_path`` all comes back to the carrier's sender. Ctrl-C lets the messages on their way finish; what has not
    begun stays queued. ``Tally.stopped`` says why it ended early.

    Raises:
        ConnectError: the server cannot be reached at the start, or not safely; nothing was changed.
        LoginError: it does not take the login; nothing was changed.
        StoreError: an outcome could not be written. Whatever else goes wrong is in the tally.
    """
    ledger.recover(mailing.id, owner=owner, policy=on_uncertain, now=clock.now())
    return deliver_range(
        ledger,
        transport,
        render,
        mailing.id,
        FIRST,
        LAST,
        owner,
        connections=transport.connections,
        clock=clock,
        on_uncertain=on_uncertain,
        on_delivery=on_delivery,
        return_path=return_path,
        watch=watch,
    )


def deliver_range(
    ledger: Ledger,
    transport: Carrier,
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
    return_path: ReturnPath | None = None,
    watch: Watch | None = None,
) -> Tally:
    """Send the due rows with lo ≤ subscriber id ≤ hi; the tally is of these ids.

    This is what one process does with a whole list, and a worker with its part of it. Raises as deliver.
    """
    watch = watch or Watch()
    ranges = ledger.ranges(mailing_id, lo, hi, now=clock.now(), size=RANGE // 2)
    if ranges and not watch.stop.is_set():
        with transport.connection():  # kept for the first thread; if there is no way in, nothing is claimed
            pass
    run = Crew(
        ledger, transport, render, mailing_id, ranges, owner=owner, clock=clock, on_uncertain=on_uncertain,
        return_path=return_path, watch=watch,
    )  # fmt: skip
    run.run(connections, on_delivery)
    return replace(ledger.tally(mailing_id, lo, hi), stopped=watch.reason)


def deliver_one(transport: Carrier, address: str, data: bytes) -> Outcome:
    """Send one message outside any mailing: a test. Nothing is written down.

    Raises:
        ConnectError: the server cannot be reached, or not safely.
        LoginError: it does not take the login.
    """
    problem = address_problem(address)
    if problem is not None:
        return Outcome(result="failed", detail=f"the address {problem}")
    with transport.connection() as line:
        return line.hand_over(Envelope(transport.sender, smtp_address(address)), stuffed(data), lambda: None)
