"""What the network said of an issue's links and of its sender's domain. The rules read it; they ask nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

GOOD_FOR: Final = timedelta(hours=6)
"""A page that is there in the morning is there when the issue is approved in the afternoon."""
DEAD_FOR: Final = timedelta(minutes=10)
"""So that an editor who corrects one link does not have the other dead ones asked again; short, for pages come back."""
NOT_KEPT: Final = timedelta(0)

LinkKind = Literal["there", "gone", "no host", "doubtful", "unasked"]
"""there: a page answered. gone: 404 or 410. no host: no such name. doubtful: it answered, or failed, in a way that says
nothing for certain of what a reader will see. unasked: nobody asked, or nobody could."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAnswer:
    """What asking one address came to."""

    url: str  # as it was asked: without fragment
    kind: LinkKind
    asked: datetime
    status: int = 0  # the last one; 0: nothing answered
    final: str = ""  # where redirects led, without name and password; empty: they led nowhere else
    permanent: bool = False  # every redirect was for good
    trouble: str = ""  # of the doubtful and the unasked: what went wrong, without the host's name


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainRecords:
    """What the DNS says of the domain that mails come from. None: it did not say."""

    domain: str
    exists: bool | None = None
    spf: tuple[str, ...] | None = None  # the texts that begin with v=spf1
    spf_lookups: int = 0  # what a receiver has to look up to follow them (RFC 7208 §4.6.4)
    dmarc: tuple[str, ...] | None = None  # the texts that begin with v=DMARC1
    dmarc_at: str = ""  # the domain they stand at: its own, or one above it
    selectors: tuple[str, ...] = ()  # DKIM selectors that were looked for
    dkim: tuple[str, ...] | None = None  # those of them that have a key
    mx: tuple[str, ...] | None = None  # hosts that take its mail; "." says that none does (RFC 7505)
    trouble: str = ""  # why something is not known


def believed_for(answer: LinkAnswer) -> timedelta:
    """How long an answer holds before the address is asked again; zero: it is not kept."""
    if answer.kind == "there":
        return GOOD_FOR
    return DEAD_FOR if answer.kind in {"gone", "no host"} else NOT_KEPT


def is_believed(answer: LinkAnswer, *, now: datetime) -> bool:
    """Whether an answer still holds. One from the future was given while a clock was wrong."""
    return answer.asked <= now < answer.asked + believed_for(answer)
