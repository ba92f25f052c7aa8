"""What the head of a document that was made to be printed says: its title, its author, its date.

The properties of such a file are what its program filled in, or what was left of the file it was made from; they count
only where they can be meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from digest.gather.files.document import Document
from digest.gather.files.kicker import is_kind, sentence_case
from digest.gather.repair import body_text
from digest.model import Html
from digest.text.dates import EARLIEST_YEAR
from digest.text.plain import plain
from digest.text.titles import LONGEST, tidy_title, title_key
from digest.text.words import tokens

_NO_TITLE: Final = re.compile(
    r"(?:microsoft (?:word|powerpoint|excel|office)|powerpoint|word|adobe|layout|slide|folie|diapositive|document|"
    r"dokument|documento|doc|untitled|unbenannt|sans titre|sin t[íi]tulo|title|titel|titre|t[íi]tulo|template|vorlage|"
    r"mod[èe]le|plantilla|blank|scan|print|draft|entwurf|letterhead|briefkopf|press release|pressemitteilung|"
    r"communiqu[ée] de presse|comunicado de prensa|nota de prensa)\b[\s\d._-]*(?:-.*)?\Z|"
    r".*\.(?:docx?|dotx?|pdf|indd|qxd|qxp|pptx?|xlsx?|rtf|odt|tex|dvi|ai|eps|pages)\Z|[\W\d_]*\Z|\S{25,}\Z|[\w-]+_\S*\Z",
    re.IGNORECASE,
)
_NO_AUTHOR: Final = re.compile(
    r"(?:microsoft|windows|office|user|author|admin|administrator|owner|guest|unknown|benutzer|verfasser|utilisateur|"
    r"auteur|usuario|autor|pc|laptop|desktop|adobe|acrobat|default|test|root|python-docx|apache poi|un-named|none)\b.*|"
    r".*[@\\/\d].*|\(.*\)|\S{1,3}|[a-z][a-z.]*",
    re.IGNORECASE,
)
_LABEL: Final = re.compile(
    r"(?:date|issued|published|released?|press release|news release|media release|for immediate release|datum|stand|"
    r"pressemitteilung|communiqu[ée] de presse|comunicado de prensa|nota de prensa|le|del|publi[ée] le|veröffentlicht)"
    r"\b[\s:,–|-]*",
    re.IGNORECASE,
)
_DAY: Final = re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:montag|dienstag|mittwoch|donnerstag|freitag|"
                         r"samstag|sonntag)|(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)|(?:lunes|martes|"
                         r"mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo)", re.IGNORECASE)  # fmt: skip
_PLACE: Final = re.compile(r"[^\W\d_][^\d,]{1,40},\s*(?:den\s+|le\s+|a\s+)?(?=\d|\w+ \d)")
_AT_ONCE: Final = re.compile(
    r"for immediate (?:release|use)|zur sofortigen veröffentlichung|pour diffusion immédiate|para difusión inmediata",
    re.IGNORECASE,
)
_BLOCK: Final = re.compile(r"\s*<(h[1-6]|p)\b[^<>]*>(.*?)</\1>", re.DOTALL)
_WITH_DATES: Final = frozenset("st nd rd th of the at de le à um uhr h am pm gmt utc bst cet cest est edt".split())  # noqa: SIM905
_HEAD_BLOCKS = 10
_LONGEST_ASIDE = 80
_LONGEST_DATE_LINE = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the head of a document says, and the rest of it."""

    title: str  # may be empty
    kind: str | None
    date: datetime | None
    body: Html  # without title, date and kind
    text: str  # of the body, without what stood above the title


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """A heading or a paragraph of clean HTML."""

    tag: str
    text: str
    start: int
    end: int


def real_title(title: str) -> bool:
    """Whether a title in a file's properties can be meant: no program's own, no file's name, no template's."""
    return 4 <= len(title) <= 300 and _NO_TITLE.match(title) is None


def is_said(title: str, text: str) -> bool:
    """Whether a text bears a title out. Who writes a release over the last one leaves the last one's title."""
    words = set(title_key(title).split())
    said = {word for line in text.split("\n") for word in title_key(line[:LONGEST]).split()}
    return bool(words) and len(words & said) * 10 >= len(words) * 7


def real_author(name: str) -> tuple[str, ...]:
    """The people in a file's properties, if they are people: no program, account or initials."""
    people = (tidy_title(part) for part in re.split(r"\s*;\s*", name))
    return tuple(dict.fromkeys(one for one in people if one and len(one) <= 80 and not _NO_AUTHOR.fullmatch(one)))


def split_head(body: Html, told: str, document: Document) -> Head:
    """The head of a document and what follows it.

    The title is a heading of the first order near the top; else the one in the file's properties, if it can be meant
    and the text bears it out; else the first line. Lines above and below it that say nothing but a date, or what kind
    of text this is, are no text.

    Args:
        body: the whole document.
        told: the title in the file's properties; may be empty.
        document: where it comes from.
    """
    blocks = _leading(body)
    heading = next((block for block in blocks if block.tag == "h1"), None)
    words = plain(body)
    if heading is None and real_title(told) and is_said(told, words[:20_000]):
        title = told
    else:
        heading = heading or next(
            (block for block in blocks if not _is_label(block.text) and not date_of(block.text, document)), None
        )
        title = heading.text if heading and len(heading.text) <= LONGEST else ""
    kinds: list[str] = []
    dates: list[datetime] = []
    aside: list[_Block] = []
    dropped: list[_Block] = []
    for block in blocks:
        moment = date_of(block.text, document)
        if moment:
            dates.append(moment)
        elif _is_label(block.text):
            kinds += [sentence_case(block.text)] if is_kind(block.text) else []
        elif block is heading and title:
            pass
        elif heading and title and block.start < heading.start and len(block.text) < _LONGEST_ASIDE:
            aside.append(block)  # a letterhead: of the document, but not of its text
            continue
        else:
            break
        dropped.append(block)
    kept = _without(body, dropped)
    return Head(
        title=title,
        kind=kinds[0] if kinds else None,
        date=dates[0] if dates else None,
        body=kept,
        text=body_text(_without(body, [*dropped, *aside]) if aside else kept),
    )


def property_date(document: Document, values: Iterable[str]) -> datetime | None:
    """The first date of the properties that can be: a computer's clock that is ahead means no later publication."""
    moments = (document.moment(value) for value in values if value)
    return next((one for one in moments if one and one.year >= EARLIEST_YEAR and one <= document.now), None)


def date_of(line: str, document: Document) -> datetime | None:
    """The date of a line that says nothing else: "Berlin, 17. November 2026", "Date: 17/11/2026"."""
    if len(line) > _LONGEST_DATE_LINE or not re.search(r"\d", line):
        return None
    bare = _PLACE.sub("", _DAY.sub("", _LABEL.sub("", line.strip(), count=1)).strip(" ,.|–-")).strip(" ,.|–-")
    moment = document.moment(bare)
    others = [word for word in tokens(bare) if not word[0].isdigit() and word not in _WITH_DATES]
    return moment if moment and len(others) <= 1 else None


def _is_label(line: str) -> bool:
    """Whether a line says nothing but what kind of text this is, or that it may go out."""
    return is_kind(line) or _AT_ONCE.fullmatch(line.strip(" :–-")) is not None


def _leading(body: Html) -> list[_Block]:
    """The first headings and paragraphs that nothing else stands between."""
    blocks: list[_Block] = []
    place = 0
    while len(blocks) < _HEAD_BLOCKS and (found := _BLOCK.match(body, place)):
        text = plain(found[2])
        if text:
            blocks.append(_Block(tag=found[1], text=text, start=found.start(), end=found.end()))
        place = found.end()
    return blocks


def _without(body: Html, blocks: Sequence[_Block]) -> Html:
    kept, place = [], 0
    for block in sorted(blocks, key=lambda block: block.start):
        kept.append(body[place : block.start])
        place = block.end
    return Html("".join([*kept, body[place:]]).strip())
