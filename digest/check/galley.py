"""What the rules look at, and what they say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from digest.model import Entry, Issue, Mail

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.config.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Galley:
    """What the rules look at: an issue, its mail, and what the store knows of its entries."""

    issue: Issue
    mail: Mail
    settings: Settings
    entries: Mapping[str, Entry]  # by id: those the file names, and embargoed ones that share an address
    ran: Mapping[str, str]  # canonical address, or the id of an entry kept out as a repeat → the earlier issue
    path: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What a rule has to say, before it is decided whether that blocks."""

    rule: str
    message: str
    line: int | None = None
    hint: str | None = None
    advice: bool = False  # advises even where the rule blocks
