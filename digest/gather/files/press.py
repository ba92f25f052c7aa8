"""A press release saved from a wire, as text.

What it looks like (a national press-release wire; the order of the lines varies from save to save, so everything is
found by its marks, never by its line number):

    date 2026-09-22 Institute of Examples
    Printable version
    The headline
    EXPERT COMMENT
    The standfirst, one paragraph.
    The text, a paragraph a line.
    Click here to continue reading the full version of this …
    Original article link: https://example.org/…
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from digest.gather.embargo import cut_lines
from digest.gather.files.document import Document, UnreadableError, finish
from digest.gather.files.kicker import KINDS, LONGEST_KICKER, sentence_case
from digest.gather.files.plaintext import as_html, paragraphs
from digest.model import Entry, Html, Quote
from digest.text.urls import clean_url

_HEAD_LINES = 25

_DATE: Final = re.compile(r"date:?\s+(\d{4}-\d\d-\d\d)\b[\s,:–-]*(.*)\Z", re.IGNORECASE)
_PRINTABLE: Final = re.compile(r"(?:printable|printer[- ]friendly) version\.?\Z", re.IGNORECASE)
_CLICK: Final = re.compile(r"click here (?:to (?:continue|read|view|see)|for)\b", re.IGNORECASE)
_LINK: Final = re.compile(r"original article link\s*:?\s*(\S*)\s*\Z", re.IGNORECASE)
_BOILERPLATE: Final = re.compile(
    r"(?:[-–—*\s]*(?:ends?|-?more-?)[-–—*\s]*|[#*\s]{3,}|"
    r"notes? (?:to|for) (?:the )?editors?.{0,20}|editors?['’]? notes?|"
    r"(?:(?:media|press|further) )?(?:contacts?|enquiries|inquiries)(?: (?:details|information))?|"
    r"(?:media|press) (?:contact|enquiries|inquiries|office)\b.{0,60}|"
    r"for (?:further|more) information,? ?(?:please )?(?:contact|call|visit)?.{0,80}|background notes?|about us|"
    r"about the (?:author|authors|organi[sz]ation|institute|company))\s*:?\s*\Z",
    re.IGNORECASE,
)
_NAME: Final = r"[^\W\d_a-zß-ÿ][\w.'’-]*(?:\s+(?:(?:de|van|von|der|den|bin|al|la)\s+){0,3}[^\W\d_a-zß-ÿ][\w.'’-]*){0,6}"
_SAID: Final = r"(?:said|says|added|adds|commented|explained|noted|warned|argued|told reporters|concluded)"
_PRONOUNS: Final = frozenset(["He", "She", "They", "It", "We", "I", "The"])
_QUOTE_FIRST: Final = re.compile(rf"[“\"]([^“”\"\n]{{15,800}})[”\"],?\s+{_SAID}\s+({_NAME})")
_SPEAKER_FIRST: Final = re.compile(
    rf"\b({_NAME})(?:,[^“”\"\n.]{{1,120}},)?\s+{_SAID}:?,?\s+[“\"]([^“”\"\n]{{15,800}})[”\"]"
)


@dataclass(slots=True)
class _Marks:
    """What the marks of a release say, and the lines that are none."""

    date: str | None = None
    organisation: str | None = None
    link: str | None = None
    notices: tuple[str, ...] = ()  # of an embargo
    truncated: bool = False
    marked: bool = False
    lines: list[str] = field(default_factory=list)


def is_press_release(text: str) -> bool:
    """Whether a text bears a mark of the wire."""
    return _marks(text).marked


def read(document: Document) -> Entry:
    """The entry of a release; its standfirst is the summary.

    Raises:
        UnreadableError: it is empty, no text, holds nothing but marks, or has an embargo whose time cannot be read:
            then it must not get out by mistake.
    """
    marks = _marks(document.text())
    if not any(marks.lines):
        raise UnreadableError("holds no article, only the marks of a press release")
    title, kind, lines = _headline(marks.lines)
    article, appendix = _without_boilerplate(paragraphs(lines), marks.organisation)
    return finish(
        document,
        title=title,
        body=Html(as_html(article) + ("<hr>" + as_html(appendix) if appendix else "")),
        text="\n\n".join(article),
        url=clean_url(marks.link) if marks.link else None,
        published=document.moment(marks.date),
        notices=marks.notices,
        summary=article[0] if article else "",
        organisation=marks.organisation,
        kind=kind,
        truncated=marks.truncated,
        quotes=quotes(article),
    )


def quotes(texts: list[str]) -> tuple[Quote, ...]:
    """What somebody said, verbatim, where it is plain who: “…,” said Name; Name said: “…”."""
    found: list[Quote] = []
    for text in texts:
        pairs = [(match[1], match[2]) for match in _QUOTE_FIRST.finditer(text)]
        pairs += [(match[2], match[1]) for match in _SPEAKER_FIRST.finditer(text)]
        found += [
            Quote(text=words.strip().rstrip(","), speaker=name.rstrip(".,’'"))
            for words, name in pairs
            if name not in _PRONOUNS
        ]
    return tuple(dict.fromkeys(found))


def _marks(text: str) -> _Marks:
    lines, notices = cut_lines(text.split("\n"))
    marks = _Marks(notices=notices, marked=bool(notices))
    waiting_for_link = False
    for number, raw in enumerate(lines):
        line = raw.strip().lstrip("\ufeff")
        if waiting_for_link and line:
            waiting_for_link = False
            if line.startswith(("http://", "https://")):
                marks.link = line.split()[0]
                continue
        link = _LINK.match(line)
        if link:
            marks.marked, waiting_for_link = True, not link[1]
            marks.link = link[1] or marks.link
        elif not _take(marks, line, in_head=number < _HEAD_LINES):
            marks.lines.append(line)
    return marks


def _take(marks: _Marks, line: str, *, in_head: bool) -> bool:
    """Whether the line is a mark; then ``marks`` knows it."""
    date = _DATE.match(line) if in_head and marks.date is None else None
    if date:
        marks.marked, marks.date, marks.organisation = True, date[1], " ".join(date[2].split()) or None
    elif in_head and _PRINTABLE.match(line):
        marks.marked = True
    elif _CLICK.match(line) and len(line) < 250:
        marks.marked = marks.truncated = True
    else:
        return False
    return True


def _headline(lines: list[str]) -> tuple[str, str | None, list[str]]:
    """The headline, the kicker in sentence case, and the lines that follow.

    The kicker stands after the headline, or before it where it is one of the known kinds.
    """
    filled = [number for number, line in enumerate(lines) if line]
    first = lines[filled[0]]
    if len(filled) == 1:
        return first, None, []
    second = lines[filled[1]]
    if first.strip(" :").casefold() in KINDS:
        return second, sentence_case(first), lines[filled[1] + 1 :]
    if _is_kicker(second):
        return first, sentence_case(second), lines[filled[1] + 1 :]
    return first, None, lines[filled[0] + 1 :]


def _is_kicker(line: str) -> bool:
    if line.strip(" :").casefold() in KINDS:
        return True
    letters = any(char.isalpha() for char in line)
    return letters and len(line) <= LONGEST_KICKER and line == line.upper() and not line.endswith((".", "!", "?"))


def _without_boilerplate(texts: list[str], organisation: str | None) -> tuple[list[str], list[str]]:
    """The article, and what is appended for editors: notes, contacts, "About us"."""
    about = re.compile(rf"about (?:the )?{re.escape(organisation)}\s*:?\Z", re.IGNORECASE) if organisation else None
    for number, text in enumerate(texts):
        if _BOILERPLATE.match(text) or (about and about.match(text)):
            tail = texts[number:]
            ends = not re.search(r"note|contact|about|information|quir|office", tail[0], re.IGNORECASE)
            return texts[:number], tail[1:] if ends else tail
    return texts, []
