"""A press release saved from a wire, a press office's page or a mail, as text.

What the first wire read here looks like; others leave lines out, add some, and put them in another order:

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
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from digest.gather.embargo_time import moment_of
from digest.gather.files.contacts import Parts, part
from digest.gather.files.document import Document, UnreadableError
from digest.gather.files.entry import finish
from digest.gather.files.kicker import LONGEST_KICKER, is_kind, sentence_case
from digest.gather.files.plaintext import as_html, paragraphs
from digest.gather.files.wire import Marks, marks_of, without_dateline
from digest.gather.quotes import quotes
from digest.model import Entry, Html, Quote
from digest.text.sentences import sentences
from digest.text.urls import clean_url

_LONGEST_HEADLINE = 250
_LONGEST_STANDFIRST = 500  # letters; more is a text whose paragraphs ran together
_SUMMARY_WORDS = 40  # that the beginning of such a text has at least
_NARROWEST, _WIDEST = 40, 90  # letters in the longest line of a text that was wrapped at a margin
_WHOLE: Final = re.compile(r"[.!?…][\"'”’»)\]]*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release as its text gives it."""

    title: str
    article: tuple[str, ...]  # paragraphs
    appendix: tuple[str, ...]  # paragraphs for editors
    summary: str
    kind: str | None
    organisation: str | None
    contact: str
    date: str | None  # as written
    link: str | None
    authors: tuple[str, ...]
    notices: tuple[str, ...]  # of an embargo
    truncated: bool

    @property
    def text(self) -> str:
        return "\n\n".join(self.article)

    @property
    def body(self) -> Html:
        """All of it, what is for editors below a line."""
        return Html(as_html(list(self.article)) + ("<hr>" + as_html(list(self.appendix)) if self.appendix else ""))

    @property
    def quotes(self) -> tuple[Quote, ...]:
        return quotes(self.text)


def is_press_release(text: str) -> bool:
    """Whether a text bears a mark that only releases have, or two that notes hardly have together."""
    return marks_of(text).is_release


def read(document: Document) -> Entry:
    """The entry of a release; its standfirst is the summary.

    Raises:
        UnreadableError: it is empty, no text, holds nothing but marks or several releases, or has an embargo whose time
            cannot be read: then it must not get out by mistake.
    """
    release = parse(document.text())
    return finish(
        document,
        title=release.title,
        body=release.body,
        text=release.text,
        url=clean_url(release.link) if release.link else None,
        published=moment(document, release.date),
        notices=release.notices,
        summary=release.summary,
        authors=release.authors,
        organisation=release.organisation,
        kind=release.kind,
        truncated=release.truncated,
        quotes=release.quotes,
        contact=release.contact,
    )


def moment(document: Document, date: str | None) -> datetime | None:
    """A date as releases and mails write it; its zone may be one that only wires and embargoes have ("9:00 ET")."""
    found = moment_of(date, near=document.modified, zone=document.zone) if date else None
    return found or document.moment(date)


def parse(text: str) -> Release:
    """Read a release.

    Raises:
        UnreadableError: it holds nothing but marks, or several releases.
    """
    marks = marks_of(text)
    if marks.releases > 1:
        raise UnreadableError(f"holds {marks.releases} press releases", hint="save each of them in a file of its own")
    if not any(marks.lines):
        raise UnreadableError("holds no article, only the marks of a press release")
    _take_sender(marks)
    title, kicker, lines = _headline(marks.lines)
    parts = part(lines, marks.organisation)
    article = _unwrapped(_trimmed(parts.article))
    date = marks.date
    for number, paragraph in enumerate(article[:4]):
        words, dated, _ = without_dateline(paragraph)
        if words != paragraph:
            article[number], date = words, date or dated
            break
    return Release(
        title=title,
        article=tuple(article),
        appendix=tuple(paragraphs(list(parts.appendix))),
        summary=_summary(article),
        kind=kicker or marks.kind,
        organisation=marks.organisation or parts.sender,
        contact=_contact(marks, parts),
        date=date,
        link=marks.link,
        authors=marks.authors,
        notices=marks.notices,
        truncated=marks.truncated,
    )


def _take_sender(marks: Marks) -> None:
    """Take for the sender what follows "Press release –" if a headline follows it; a lone place for none at all."""
    filled = [number for number, line in enumerate(marks.lines) if line]
    if len(filled) < 3 or not _may_be_headline(marks.lines[filled[1]]):
        return
    first = marks.lines[filled[0]]
    if first == marks.labelled:
        marks.organisation = marks.organisation or first
    elif not (marks.kind and marks.date and len(first.split()) <= 2 and first.istitle() and not is_kind(first)):
        return
    marks.lines[filled[0]] = ""


def _may_be_headline(line: str) -> bool:
    return len(line.split()) > 3 and len(line) <= _LONGEST_HEADLINE and not _WHOLE.search(line)


def is_headline(line: str) -> bool:
    """Whether a line can be one: it is no sentence of a text, nor a whole paragraph."""
    return len(line) <= _LONGEST_HEADLINE and not _WHOLE.search(line)


def _contact(marks: Marks, parts: Parts) -> str:
    return "\n".join(dict.fromkeys([*marks.contact, *parts.contact.split("\n")])).strip()


def _headline(lines: Sequence[str]) -> tuple[str, str | None, list[str]]:
    """The headline, the kicker in sentence case, and the lines that follow.

    The kicker stands after the headline or before it; a line in capitals before it is one if a headline follows.
    """
    filled = [number for number, line in enumerate(lines) if line]
    kicker = None
    while len(filled) > 1 and _is_kicker_before(lines, filled):
        kicker = sentence_case(lines[filled[0]])
        filled = filled[1:]
    first = filled[0]
    title, following = _whole_headline(lines, first)
    rest = [number for number in filled if number >= following]
    if rest and len(filled) > 1 and (is_kind(lines[rest[0]]) or (kicker is None and _is_shouted(lines[rest[0]]))):
        kicker, following = sentence_case(lines[rest[0]]), rest[0] + 1
    return title.strip("#* "), kicker, list(lines[following:])


def _is_kicker_before(lines: Sequence[str], filled: Sequence[int]) -> bool:
    first, second = lines[filled[0]], lines[filled[1]]
    if is_kind(first):
        return not is_kind(second) or len(filled) > 2
    follows = len(filled) > 2 and not _WHOLE.search(second) and not _is_shouted(second) and len(second) > len(first)
    return _is_shouted(first) and follows and not is_kind(second)


def _is_shouted(line: str) -> bool:
    letters = any(char.isalpha() for char in line)
    return letters and len(line) <= LONGEST_KICKER and line == line.upper() and not line.endswith((".", "!", "?"))


def _whole_headline(lines: Sequence[str], first: int) -> tuple[str, int]:
    """The headline, which goes on over lines where all were wrapped at a margin, and where it ends."""
    end = first + 1
    if max(map(len, lines)) <= _WIDEST:
        shouted = lines[first].isupper()
        while (
            end < len(lines) and len(lines[end - 1]) >= _WIDEST // 2 and not _ends_headline(lines[end], shouted=shouted)
        ):
            end += 1
        alone = end == len(lines) or _ends_headline(lines[end], shouted=shouted)
        title = " ".join(lines[first:end])
        if alone and end < len(lines) and len(title) <= _LONGEST_HEADLINE and not _WHOLE.search(title):
            return title, end
    return lines[first], first + 1


def _ends_headline(line: str, *, shouted: bool) -> bool:
    return not line or is_kind(line) or (_is_shouted(line) and not shouted)


def _unwrapped(lines: Sequence[str]) -> list[str]:
    """Lines as paragraphs. Of wrapped ones without blank lines, a short one with a full stop ends a paragraph."""
    filled = [line for line in lines if line]
    widest = max(map(len, filled), default=0)
    full = sum(len(line) * 5 >= widest * 4 for line in filled)
    broken = sum(line[-1].isalnum() or line[-1] in ",;-–—" for line in filled)
    if "" in [*lines] or not _NARROWEST <= widest <= _WIDEST or full * 2 < len(filled) or broken * 3 < len(filled):
        return paragraphs(list(lines))
    blocks: list[list[str]] = [[]]
    for line in filled:
        blocks[-1].append(line)
        if len(line) * 5 < widest * 4 and _WHOLE.search(line):
            blocks.append([])
    return [" ".join(block) for block in blocks if block]


def _trimmed(lines: Sequence[str]) -> list[str]:
    """Lines without the empty ones at both ends."""
    filled = [number for number, line in enumerate(lines) if line]
    return list(lines[filled[0] : filled[-1] + 1]) if filled else []


def _summary(article: Sequence[str]) -> str:
    """The standfirst: the first paragraph that is one of whole sentences; of a very long one, its beginning."""
    first = next((text for text in article if _WHOLE.search(text)), article[0] if article else "")
    if len(first) <= _LONGEST_STANDFIRST:
        return first
    taken: list[str] = []
    for sentence in sentences(first, None):
        taken.append(sentence)
        if sum(len(one.split()) for one in taken) >= _SUMMARY_WORDS:
            break
    return " ".join(taken)
