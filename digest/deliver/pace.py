"""How fast messages leave: as digest.toml says, and slower while the server asks for that."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

RECOVERY = 1.1  # of the rate each minute after the server asked for less
DEAF_S = 5.0  # many connections hear of the same trouble: it counts once
SLOWEST = 1.0  # messages a second; the least a sandbox account of the big relays takes
BURST_S = 0.25  # of messages may follow at once when the threads were late


class Pace:
    """A token bucket that all connections share."""

    def __init__(self, per_second: float, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._limit = per_second or math.inf  # 0: none
        self._monotonic = monotonic
        self._guard = threading.Lock()
        self._next = -math.inf  # when the next message may leave
        self._slowed: tuple[float, float, float] | None = None  # when, to which rate, and the one before
        self._begin: float | None = None
        self._left = 0  # messages since then

    def rate(self) -> float:
        """Messages a second that may leave now; infinite: as many as the server takes."""
        if self._slowed is None:
            return self._limit
        since, rate, before = self._slowed
        recovered = rate * RECOVERY ** ((self._monotonic() - since) / 60)
        return self._limit if recovered >= before else recovered

    @property
    def is_free(self) -> bool:
        """Whether nobody has to wait."""
        return self.rate() == math.inf

    def turn(self) -> float:
        """Take the next turn; say in how many seconds it is."""
        with self._guard:
            moment = self._monotonic()
            self._left += 1
            if self._begin is None:
                self._begin = self._next = moment
            rate = self.rate()
            if rate == math.inf:
                return 0.0
            slot = max(self._next, moment - min(BURST_S, moment - self._begin))
            self._next = slot + 1.0 / rate
            return max(0.0, slot - moment)

    def wait(self, stop: threading.Event) -> None:
        """Wait for this message's turn, unless ``stop`` is set meanwhile."""
        seconds = self.turn()
        if seconds > 0:
            stop.wait(seconds)

    def slow(self) -> None:
        """The server asks for less: half as many from now on, and a tenth more each minute until all is as before."""
        with self._guard:
            moment = self._monotonic()
            if self._slowed is not None and moment - self._slowed[0] < DEAF_S:
                return
            rate = self.rate()
            if rate == math.inf:  # no limit was set: what really left
                lasted = moment - self._begin if self._begin is not None else 0.0
                rate = self._left / max(lasted, 0.1)
            self._slowed = (moment, max(rate / 2, min(SLOWEST, self._limit)), max(rate, SLOWEST))
            self._next = moment
