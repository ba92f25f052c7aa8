"""All the rules. Each is a function that yields remarks; its name is the id that digest.toml knows it by.

A module has the rules of one matter, and their list at its end. What is a rule for issues, and in another form for
mails that are none, has one id: the second is called ``letter_…``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.check.html.foreign import FOREIGN_RULES
from digest.check.html.hidden import HIDDEN_RULES
from digest.check.html.markup import MARKUP_RULES
from digest.check.html.outlook import OUTLOOK_RULES
from digest.check.html.pictures import PICTURE_RULES
from digest.check.html.prologue import PROLOGUE_RULES
from digest.check.html.tables import TABLE_RULES
from digest.check.html.weblinks import WEBLINK_RULES
from digest.check.issue.addresses import ADDRESS_RULES
from digest.check.issue.contents import CONTENT_RULES
from digest.check.issue.front import FRONT_RULES, letter_subject
from digest.check.issue.wording import WORDING_RULES
from digest.check.message.headers import HEADER_RULES, by_mail_alone, one_click
from digest.check.message.mime import MIME_RULES
from digest.check.message.parts import (
    BOTH_RULES,
    PART_RULES,
    letter_empty,
    letter_repeat,
    letter_size,
    letter_todo,
    letter_unsubscribe,
)
from digest.check.message.plaintext import TEXT_RULES
from digest.check.online.links import ONLINE_RULES
from digest.check.style.clientsupport import CLIENT_SUPPORT_RULES
from digest.check.style.colourformat import COLOUR_FORMAT_RULES
from digest.check.style.contrast import CONTRAST_RULES
from digest.check.style.dark import DARK_RULES
from digest.check.style.headstyles import HEAD_STYLE_RULES
from digest.check.style.lettering import LETTERING_RULES
from digest.check.style.styles import STYLE_RULES
from digest.check.style.wordlayout import WORD_RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.check.galley import Galley, Remark
    from digest.check.letter import Letter

ISSUE_RULES: tuple[Callable[[Galley], Iterator[Remark]], ...] = (
    *WORDING_RULES,
    *CONTENT_RULES,
    *ADDRESS_RULES,
    *FRONT_RULES,
    *PART_RULES,
    *ONLINE_RULES,
)
"""About an issue: what the editor wrote, and what became of it."""

LETTER_RULES: tuple[Callable[[Letter], Iterator[Remark]], ...] = (
    *BOTH_RULES,
    *TEXT_RULES,
    *MIME_RULES,
    *HEADER_RULES,
    *PROLOGUE_RULES,
    *MARKUP_RULES,
    *FOREIGN_RULES,
    *HIDDEN_RULES,
    *TABLE_RULES,
    *OUTLOOK_RULES,
    *PICTURE_RULES,
    *WEBLINK_RULES,
    *HEAD_STYLE_RULES,
    *STYLE_RULES,
    *LETTERING_RULES,
    *COLOUR_FORMAT_RULES,
    *WORD_RULES,
    *CONTRAST_RULES,
    *DARK_RULES,
    *CLIENT_SUPPORT_RULES,
    one_click,
)
"""About any mail."""

OWN_RULES: tuple[Callable[[Letter], Iterator[Remark]], ...] = (by_mail_alone,)
"""About a mail of digest's own, of which it knows the remedy; their findings have the ids of other rules."""

ALONE_RULES: tuple[Callable[[Letter], Iterator[Remark]], ...] = (
    letter_subject,
    letter_size,
    letter_unsubscribe,
    letter_todo,
    letter_empty,
    letter_repeat,
)
"""About a mail that is no issue of digest's."""

EDITION_RULES: tuple[Callable[[Letter], Iterator[Remark]], ...] = (
    letter_size,
    letter_unsubscribe,
    letter_empty,
    *BOTH_RULES,
    *TEXT_RULES,
    *MIME_RULES,
    *HEADER_RULES,
    *MARKUP_RULES,
    *FOREIGN_RULES,
    *HIDDEN_RULES,
    *PICTURE_RULES,
    *WEBLINK_RULES,
)
"""About the mail of a slice. Its looks are those of the whole issue's mail, at which all the rules have looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleNote:
    """What people are told of a rule."""

    id: str
    about: str  # one sentence


def rule_id(rule: Callable[..., Iterator[Remark]]) -> str:
    """What digest.toml calls a rule."""
    return rule.__name__.removeprefix("letter_").replace("_", "-")


def rule_notes() -> tuple[RuleNote, ...]:
    """Every rule once, in the order they are run."""
    found: dict[str, str] = {}
    every: tuple[Callable[..., Iterator[Remark]], ...] = (*ISSUE_RULES, *LETTER_RULES, *ALONE_RULES)
    for rule in every:
        found.setdefault(rule_id(rule), (rule.__doc__ or "").strip().partition("\n")[0])
    return tuple(RuleNote(id=name, about=about) for name, about in found.items())
