"""How often workers give a sign of life, and how soon one that is silent is taken for dead: all from one number."""

from __future__ import annotations

from dataclasses import dataclass

_DIVISORS = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)  # of a minute: what a crontab's seconds can say


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds between what workers do by themselves."""

    heartbeat_s: float  # between two signs of life
    lease_s: float  # a sender's; what it holds is anybody's afterwards
    stalled_s: float  # a job whose worker was silent for longer goes to another
    reap_s: int  # between two looks for such jobs
    plan_s: int  # between two looks for what is to be mailed
    poll_s: float  # between two looks into a queue, where nothing tells of a new job

    @classmethod
    def of(cls, takeover_s: float) -> Timing:
        """What follows from ``[scale] takeover_seconds``.

        Five signs of life may be lost before a worker is taken for dead. Its lease ends no later than its jobs are
        handed on, or whoever gets them would find its rows still taken.
        """
        return cls(
            heartbeat_s=takeover_s / 6,
            lease_s=takeover_s,
            stalled_s=takeover_s,
            reap_s=_at_most(takeover_s / 4),
            plan_s=_at_most(takeover_s / 2),
            poll_s=min(5.0, takeover_s / 6),
        )


def _at_most(seconds: float) -> int:
    return max((one for one in _DIVISORS if one <= seconds), default=1)


def every(seconds: int) -> str:
    """So many seconds, a divisor of a minute, as a crontab whose sixth field is seconds; as croniter reads it."""
    return f"* * * * * */{seconds}" if seconds > 1 else "* * * * * *"
