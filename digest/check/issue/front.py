"""Rules about the subject and the line after it: what decides whether a mail is opened.

Sources: what phones show (digest.text.limits); SpamAssassin's rules on subjects (SUBJ_ALL_CAPS, FAKE_REPLY).
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from digest.check.galley import Remark
from digest.check.issue.leftover import leftover
from digest.check.issue.printed import front_line
from digest.check.misread import misread
from digest.check.remarks import shortened
from digest.text.limits import PREHEADER_MOST_CHARS, SUBJECT_CHARS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.check.galley import Galley
    from digest.check.letter import Letter

_TEST = re.compile(r"(?i)\s*(?:[\[(](?:test|draft|entwurf|brouillon|borrador|preview)[\])]|(?:test|draft)\s*:)")
_REPLY = re.compile(r"(?i)\s*(?:re|fw|fwd|aw|wg|tr|rv|rép|sv|vs)\s*(?:\[\d+\])?\s*:")
_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\*\|\w+\|\*|%%\w+%%|\$\{\w+\}|\[\[\w+\]\]|<%.*?%>|\{[a-z]+_[a-z_]+\}")
_NOBODYS = frozenset(
    {
        "no subject",
        "untitled",
        "(no subject)",
        "newsletter",
        "subject",
        "betreff",
        "test",
        "objet",
        "asunto",
        "new issue",
    }
)
_SHORTEST = 4


def subject(galley: Galley) -> Iterator[Remark]:
    """A subject that is there, that a phone shows whole, and that is not last week's."""
    said = galley.mail.subject
    line = front_line(galley, "subject")
    for message, hint, blocks in _wrong_subject(said):
        yield Remark(rule="subject", line=line, message=message, hint=hint, advice=not blocks)
    if galley.last_subject and _folded(said) == _folded(galley.last_subject):
        yield Remark(rule="subject", line=line, message="the subject is that of the last issue",
                     hint="say what is new; mail programs put equal subjects into one thread")  # fmt: skip
    elif said and _folded(said) == _folded(galley.issue.title) and galley.issue.subject.strip():
        yield Remark(rule="subject", line=line, message="the subject is the newsletter's name, which stands beside it",
                     hint="say what is in the issue", advice=True)  # fmt: skip


def preheader(galley: Galley) -> Iterator[Remark]:
    """The line that mail programs show after the subject says more than it, and not too much."""
    said = galley.issue.preheader.strip()
    line = front_line(galley, "preheader")
    if len(said) > PREHEADER_MOST_CHARS:
        yield Remark(rule="preheader", line=line, advice=True, hint="let the most important words come first",
                     message=f"the preheader has {len(said)} characters; {PREHEADER_MOST_CHARS} are shown")  # fmt: skip
    if said and _folded(said) == _folded(galley.mail.subject):
        yield Remark(rule="preheader", line=line, message="the preheader says what the subject says", advice=True,
                     hint="say what else is in the issue")  # fmt: skip
    if not said and not galley.mail.preheader:
        yield Remark(rule="preheader", line=line, message="there is no preheader", advice=True,
                     hint="write `preheader: …` in the front matter")  # fmt: skip


def letter_subject(letter: Letter) -> Iterator[Remark]:
    """The same of a mail that is no issue of digest's."""
    if letter.message is None and not letter.subject:
        return  # a part alone
    for message, hint, blocks in _wrong_subject(letter.subject):
        yield Remark(rule="subject", part="message", message=message, hint=hint, advice=not blocks)
    if letter.preheader and _folded(letter.preheader) == _folded(letter.subject):
        yield Remark(rule="preheader", part="html", message="the preheader says what the subject says", advice=True,
                     hint="say what else is in the mail")  # fmt: skip


def _wrong_subject(said: str) -> Iterator[tuple[str, str, bool]]:
    """What is wrong, what to do, and whether that blocks."""
    if not said.strip():
        yield "there is no subject", "write `subject: …` in the front matter", True
        return
    letters = [one for one in said if one.isalpha()]
    cased = [one for one in letters if one.lower() != one.upper()]
    if len(said) > SUBJECT_CHARS:
        yield f"the subject has {len(said)} characters; phones show about {SUBJECT_CHARS}", "shorten it", False
    if len(cased) >= 8 and all(one.isupper() for one in cased):
        yield "the subject is all capitals: spam filters count that", "write it as a sentence", False
    if not letters and not any(one.isdigit() for one in said):
        yield "the subject has no words", "say what is in the issue", True
    elif len(said.strip()) < _SHORTEST or said.strip().casefold() in _NOBODYS:
        yield f"the subject says nothing: “{said.strip()}”", "say what is in the issue", False
    yield from _unfinished(said)
    if re.search(r"[!?]\s*[!?]|[$€£]{2,}", said):
        yield "the subject shouts: spam filters count that", "one mark is enough", False
    yield from _unseen(said)


def _unfinished(said: str) -> Iterator[tuple[str, str, bool]]:
    """What no subject has that is meant for readers."""
    if _REPLY.match(said):
        yield "the subject pretends to be an answer or a forward", "take that away: spam filters count it", True
    if left := _TEMPLATE.search(said) or None:
        yield f"{shortened(left.group(), 40)} was not filled in", "fill it in", True
    if _TEST.match(said):
        yield "the subject says that this is a test", "take that away; `digest send --test` adds it itself", False
    if read_wrong := misread(said):
        yield f"“{read_wrong}” in the subject is UTF-8 that was read as something else", "write it again", True
    if note := leftover(said):
        yield f"“{shortened(note, 40)}” is still in the subject", "finish it", True


def _unseen(said: str) -> Iterator[tuple[str, str, bool]]:
    hidden = [
        one
        for one in said
        if unicodedata.category(one) in {"Cc", "Cf", "Zl", "Zp", "Cs"} and one not in "\u200c\u200d\ufe0f"
    ]
    if hidden:
        yield f"the subject holds the invisible U+{ord(hidden[0]):04X}", "take it out", True
    elif said != said.strip() or "  " in said:
        yield "the subject has blanks too many", "take them out", False


def _folded(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


FRONT_RULES: tuple[Callable[[Galley], Iterator[Remark]], ...] = (subject, preheader)
