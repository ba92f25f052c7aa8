"""Watches a sending: stops it when asked, when the server keeps failing, or when it refuses too much."""

from __future__ import annotations

import threading

PATIENCE_S = (0.0, 1.0, 3.0, 9.0)  # waits between failures in a row on one connection; after one more it is over
PROBATION = 200  # the first outcomes, which show whether the server means the recipients or us
MAX_REFUSED = PROBATION // 10
FIRST_REFUSED = 5  # so many at the start, and not one taken: it is us

INTERRUPTED = "interrupted"
"""Tally.stopped of a sending that Ctrl-C ended."""


class Watch:
    """The state of one run that its threads share."""

    def __init__(self, *, patience_s: tuple[float, ...] = PATIENCE_S, breaker: bool = True) -> None:
        self.stop = threading.Event()
        self.reason: str | None = None
        self.connections = 1  # in use: each may fail a few times in a row
        self._guard = threading.Lock()
        self._patience_s = patience_s
        self._troubles = 0  # in a row
        self._breaker = breaker
        self._seen = 0
        self._refused = 0
        self._last_refusal = ""

    def halt(self, reason: str) -> None:
        """Begin no further message. The first reason is the one that is told."""
        with self._guard:
            self.reason = self.reason or reason
            self.stop.set()

    def trouble(self, reason: str) -> None:
        """The server failed before anyone was touched: wait, longer each time, or give up."""
        with self._guard:
            self._troubles += 1
            troubles = self._troubles
        if troubles > len(self._patience_s) * self.connections:
            self.halt(f"{troubles} failures in a row, the last: {reason}")
            return
        self.stop.wait(self._patience_s[(troubles - 1) // self.connections])

    @property
    def on_probation(self) -> bool:
        return self._breaker and self._seen < PROBATION

    def answered(self, *, refused: str = "") -> None:
        """The server took a message or put it off; or ``refused`` is what it said when it refused it for good."""
        with self._guard:
            self._troubles = 0
            self._seen += 1
            if refused:
                self._refused += 1
                self._last_refusal = refused
            first_all = self._refused == self._seen >= FIRST_REFUSED
            over = self._breaker and self._seen <= PROBATION and (self._refused > MAX_REFUSED or first_all)
        if over and refused:
            self.accuse()

    @property
    def all_refused(self) -> bool:
        """Whether there were several answers and all of them refusals."""
        return self._breaker and self._seen == self._refused > 1

    def accuse(self) -> None:
        """Stop because so many refusals are about us, not about the recipients."""
        self.halt(
            f"the server refused {self._refused} of the first {self._seen} messages, so nobody was marked as failed; "
            f"it said: {self._last_refusal}"
        )
