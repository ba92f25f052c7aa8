"""Watches a sending: stops it when asked, when the server keeps failing, or when it refuses too much."""

from __future__ import annotations

import threading

PATIENCE_S = (0.0, 1.0, 3.0, 9.0)  # waits between failures in a row on one connection; after one more it is over
PROBATION = 200  # the first outcomes, which show whether the server means the recipients or us
MAX_REFUSED = PROBATION // 10
FIRST_REFUSED = 5  # so many at the start or at the end, and not one taken: it is us
MAX_IN_A_ROW = 20  # anywhere, and not one taken between: a limit is reached, or we are blocked
MAX_IN_DOUBT = 25  # unanswered messages, if they are more than one in twenty: a person is to look first

INTERRUPTED = "interrupted"
"""Tally.stopped of a sending that Ctrl-C ended."""


class Watch:
    """The state of one run that its threads share."""

    def __init__(self, *, patience_s: tuple[float, ...] = PATIENCE_S, breaker: bool = True) -> None:
        self.stop = threading.Event()
        self.reason: str | None = None
        self.connections = 1  # in use: each may fail a few times in a row
        self.taken = 0
        self._guard = threading.Lock()
        self._patience_s = patience_s
        self._troubles = 0  # in a row
        self._any_trouble = False  # since the beginning
        self._breaker = breaker
        self._seen = 0
        self._refused = 0
        self._put_off = 0
        self._in_a_row = 0  # refused or put off
        self._in_doubt = 0
        self._last_refusal = ""

    def halt(self, reason: str) -> None:
        """Begin no further message. The first reason is the one that is told."""
        with self._guard:
            self.reason = self.reason or reason
            self.stop.set()

    def trouble(self, reason: str) -> None:
        """The server failed before anyone was touched: wait, longer each time, or give up."""
        with self._guard:
            self._any_trouble = True
            self._troubles += 1
            troubles = self._troubles
        if troubles > len(self._patience_s) * self.connections:
            self.halt(f"{troubles} failures in a row, the last: {reason}")
            return
        self.stop.wait(self._patience_s[(troubles - 1) // self.connections])

    def in_doubt(self, reason: str) -> None:
        """The server did not say whether it took a message."""
        with self._guard:
            self._in_doubt += 1
            too_many = self._in_doubt > max(MAX_IN_DOUBT, self._seen / 20)
        if too_many:
            self.halt(f"{self._in_doubt} messages were not answered, the last: {reason}")
        else:
            self.trouble(reason)

    @property
    def suspects(self) -> bool:
        """Whether a refusal may be about us: always, unless somebody has said that it is about the recipients.

        What the server itself says to be about us (Outcome.is_about_us) is so even then.
        """
        return self._breaker

    @property
    def on_probation(self) -> bool:
        return self._breaker and self._seen < PROBATION

    def answered(self, *, taken: bool = True) -> None:
        """The server took a message, or put its recipient off."""
        with self._guard:
            self._troubles = 0
            self._seen += 1
            if taken:
                self.taken += 1
                self._in_a_row = 0

    def refused(self, said: str, *, for_good: bool) -> None:
        """The server refused a message for good, or until it takes more; perhaps because of us."""
        with self._guard:
            self._troubles = 0
            self._seen += 1
            self._in_a_row += 1
            self._refused += for_good
            self._put_off += not for_good
            self._last_refusal = said
            first_all = self._refused == self._seen >= FIRST_REFUSED
            begins_badly = for_good and self._seen <= PROBATION and (self._refused > MAX_REFUSED or first_all)
            over = (self._breaker and begins_badly) or self._in_a_row >= MAX_IN_A_ROW
        if over:
            self.accuse()

    @property
    def all_refused(self) -> bool:
        """Whether all answers were refusals, and there were several, or the server did not even answer everything."""
        return self._breaker and self._seen == self._refused >= (1 if self._any_trouble else 2)

    @property
    def takes_no_more(self) -> bool:
        """Whether, at the end, several were refused or put off and none was taken since."""
        only_put_off = self._seen == self._put_off > 1
        return self._in_a_row >= FIRST_REFUSED or only_put_off

    def accuse(self) -> None:
        """Stop because so many refusals are about us, not about the recipients."""
        if self._seen <= PROBATION and self._refused:
            told = f"refused {self._refused} of the first {self._seen} messages, so nobody was marked as failed"
        else:
            told = f"took none of the last {self._in_a_row} messages, so nobody of these was marked as failed"
        self.halt(f"the server {told}; it said: {self._last_refusal}")
