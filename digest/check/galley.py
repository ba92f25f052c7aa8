"""What the rules look at, and what they say."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from digest.model import Entry, Issue, Mail

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.check.issue.picturefile import PictureFile
    from digest.check.letter import Letter
    from digest.check.online.answers import DomainRecords, LinkAnswer
    from digest.config.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Galley:
    """What the rules about an issue look at: the issue, its mail, and what the store knows of its entries."""

    issue: Issue
    mail: Mail
    letter: Letter
    settings: Settings
    entries: Mapping[str, Entry]  # by id: those the file names, and embargoed ones that share an address
    ran: Mapping[str, str]  # canonical address, or the id of an entry kept out as a repeat → the earlier issue
    path: str
    now: datetime
    scores: Mapping[str, float] = field(default_factory=dict)  # of the stories that digest placed, by id; points
    last_subject: str = ""  # of the newest issue that is out; empty: there is none
    other_sections: tuple[str, ...] = ()  # titles that digest gives to what no rule of digest.toml places
    pictures: Mapping[str, PictureFile] = field(default_factory=dict)  # the editor's, by their paths as written
    answers: Mapping[str, LinkAnswer] = field(default_factory=dict)  # by address; empty: nobody asked
    domain: DomainRecords | None = None  # of the sender; None: nobody asked
    owed: tuple[str, ...] = ()  # the corrections of earlier issues that this one could tell of and does not, in words


Part = Literal["issue", "html", "text", "message", "settings"]
"""The file a remark is about: the issue file, a part of the mail, the whole message, digest.toml."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What a rule has to say, before it is decided whether that blocks."""

    rule: str
    message: str
    part: Part = "issue"
    line: int | None = None
    hint: str | None = None
    advice: bool = False  # advises even where the rule blocks
