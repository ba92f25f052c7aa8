"""Embargo notices in what sources send: found, cut out, and read as the moment before which nothing may be public.

A notice is an order to the reader of a release: "EMBARGOED until 00:01 25 November 2026", "Sperrfrist: …", "Sous
embargo jusqu'au …", "Embargado hasta …", "Not for publication before …". A text that speaks about an embargo is none:
a notice begins its line or its title, or stands apart from it in brackets or in capitals.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from digest.gather.embargo_time import Run, find_run, moment_of, run_at
from digest.gather.embargo_words import BRIDGE, HAS_UNTIL, LABEL, LIFTED, NONE, UNTIL, mentions
from digest.model import Html
from digest.text.clean import clean
from digest.text.plain import plain

HINT: Final = 'write it as "Embargoed until 00:01 BST 22 September 2026", or take the line out'
EDGE_LINES = 40
"""Lines with words at either end of a document in which a notice is looked for; releases have it in the first ten."""

_SHORT = 120
_BRIEF = 600  # letters of HTML in which looking for the words costs less than looking for its lines
_FAR = 400  # letters of a line, after which no notice begins
_PREFIX = 40  # letters before a notice in small letters: "Press release: embargoed until …"
_MOST = 3  # notices in one line
_LINES = 4  # over which a notice may run
_PART: Final = re.compile(r"\s+[-–—|/]{1,2}\s+|\s*[|•·]\s*|:\s+|[.!?]\s+(?=[A-ZÄÖÜÉ]{5})")
_BRACKET: Final = re.compile(r"\[[^\[\]]{5,200}\]|\([^()]{5,200}(?:\([^()]{1,60}\)[^()]{0,60})?\)")
_CLOSE: Final = re.compile(r"\s*(?:[)\]*_\s]*(?:[.:;!|–—*_]+|-(?=\s)|\Z)[)\]*_\s]*|[)\]]+)")
_SOON: Final = re.compile(r"(?:[.!?](?=\s+[^\W\d_a-z])|:(?=\s)|\s[–—|-](?=\s)|[|\])]|\*\*|\Z)")
_TRIM: Final = " \t\u00a0-–—|:;,./·•*_#>=~[]()"
_BLOCK: Final = re.compile(
    r"</?(?:p|div|section|article|header|footer|main|aside|address|details|summary|h[1-6]|ul|ol|dl|li|dt|dd|blockquote|"
    r"pre|table|caption|thead|tbody|tfoot|tr|td|th|figure|figcaption|hr|br)(?:\s(?:\"[^\"]*+\"|[^<>\"])*+)?>"
)
_EVENT: Final = re.compile(
    r"[\s,–—-]+(?:redebeginn|beginn|ende|start|begin)[\w ]{0,20}[.!]?\s*\Z|"
    r"[\s,–—-]+(?:check against|on) delivery[.!]?\s*\Z",
    re.IGNORECASE,
)
_EMPTY: Final = re.compile(r"<(p|h[1-6]|li|div|section|blockquote|td|tr|tbody|table|ul|ol|header)>\s*</\1>")


class EmbargoError(ValueError):
    """There is an embargo, but no notice of it says until when."""

    def __init__(self, line: str) -> None:
        super().__init__(f"has an embargo whose time cannot be read: {line[:120]}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A notice in a line: where it stands, what it says of the time, and whether its label stands out."""

    start: int
    end: int
    run: Run | None = None
    loud: bool = False

    @property
    def has_day(self) -> bool:
        return self.run is not None and self.run.has_day

    @property
    def has_clock(self) -> bool:
        return self.run is not None and self.run.has_clock


def until(notices: Sequence[str], *, near: datetime, zone: ZoneInfo) -> datetime | None:
    """When the embargo ends that these notices set, in UTC; None without a notice.

    Args:
        notices: as the functions below give them.
        near: the date of the document; what a date without a year means depends on it.
        zone: what a time without a zone means.

    Raises:
        EmbargoError: none of them can be read. Of several that can, the latest counts.
    """
    moments = [moment for line in notices if (moment := moment_of(line, near=near, zone=zone))]
    if notices and not moments:
        raise EmbargoError(max(notices, key=len))
    return max(moments, default=None)


def cut_title(title: str) -> tuple[str, tuple[str, ...]]:
    """A title without its notices, and the notices."""
    return _cut(title, in_title=True) if mentions(title) else (title, ())


def cut_lines(
    lines: Sequence[str], *, first: int = EDGE_LINES, last: int = EDGE_LINES
) -> tuple[list[str], tuple[str, ...]]:
    """Lines with nothing in place of each notice, and the notices.

    Args:
        lines: of plain text or Markdown.
        first: how many lines with words are looked at from the beginning on.
        last: how many before the end.
    """
    kept: list[str] = list(lines)
    if not any(mentions(line) for line in lines):
        return kept, ()
    notices: list[str] = []
    filled = [number for number, line in enumerate(lines) if line.strip()]
    for place in sorted({*range(min(first, len(filled))), *range(max(0, len(filled) - last), len(filled))}):
        number = filled[place]
        if not mentions(kept[number]):
            continue
        group = filled[place : place + _LINES]
        texts, said = _over_lines([kept[other] for other in group])
        for other, text in zip(group, texts, strict=True):
            kept[other] = text
        notices += said
        kept[number], more = _cut(kept[number], in_title=False)
        notices += more
    return kept, tuple(notices)


def cut_text(text: str, *, first: int = EDGE_LINES, last: int = EDGE_LINES) -> tuple[str, tuple[str, ...]]:
    """Plain text without its notices, and the notices; paragraphs stay apart by one blank line."""
    if not mentions(text):
        return text, ()
    lines, notices = cut_lines(text.split("\n"), first=first, last=last)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n"), notices


def cut_html(html: Html, *, first: int = EDGE_LINES, last: int = EDGE_LINES) -> tuple[Html, tuple[str, ...]]:
    """Clean HTML without its notices, and the notices."""
    if len(html) <= _BRIEF and not mentions(html):
        return html, ()
    spans = _spans(html, most=None if last else first + _LINES - 1)
    if not mentions(html[: spans[-1][1]]):
        return html, ()
    lines = [" ".join(plain(html[start:end]).split()) for start, end in spans]
    kept, notices = cut_lines(lines, first=first, last=last)
    if kept == lines:
        return html, ()
    pieces, position = [], 0
    for (start, end), before, after in zip(spans, lines, kept, strict=True):
        pieces += [html[position:start], html[start:end] if before == after else _rest(html[start:end], after)]
        position = end
    whole = clean("".join([*pieces, html[position:]]))
    while (less := _EMPTY.sub("", whole)) != whole:
        whole = Html(less)
    return Html(whole.strip()), notices


def _spans(html: str, *, most: int | None) -> list[tuple[int, int]]:
    """Where the lines of HTML stand: all, or so many from its beginning that ``most`` of them have words."""
    spans: list[tuple[int, int]] = []
    position = filled = 0
    for tag in _BLOCK.finditer(html):
        start, end = tag.span()
        spans.append((position, start))
        if most is not None and start > position and _has_words(html[position:start]):
            filled += 1
            if filled == most:
                return spans
        position = end
    return [*spans, (position, len(html))]


def _has_words(piece: str) -> bool:
    """Whether a piece of HTML between blocks is a line with words; quick where it begins with one."""
    return piece[0].isalnum() or (not piece.isspace() and bool(plain(piece).strip()))


def _cut(line: str, *, in_title: bool) -> tuple[str, tuple[str, ...]]:
    notices: list[str] = []
    if NONE.fullmatch(line) or (not in_title and LIFTED.fullmatch(line)):
        return "", ()
    while len(notices) < _MOST and (found := _notice(line, in_title=in_title)):
        notices.append(line[found.start : found.end].strip(_TRIM))
        line = _without(line, found)
    return line, tuple(notices)


def _over_lines(lines: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """Lines without the notice that begins on the first and has its time, or the end of it, on those that follow."""
    best, used = _notice(lines[0], in_title=False), 1
    text = joined = lines[0]
    for count, line in enumerate(lines[1:], 2):
        begin, joined = len(joined) + 1, f"{joined} {line.strip()}"
        whole = _notice(joined, in_title=False)
        if whole is not None and whole.run is not None and whole.run.end > begin:
            more = whole.has_clock and not (best and best.has_clock) and _is_time(line)
            if whole.has_day and (more or not (best and best.has_day)):
                best, used, text = whole, count, joined
        if not _is_time(line):
            break
    if best is None or used == 1:
        return lines, ()
    rest = [lines[0][: best.start].rstrip(_TRIM), *[""] * (used - 2), text[best.end :].lstrip(_TRIM)]
    return [*rest, *lines[used:]], (text[best.start : best.end],)


def _is_time(line: str) -> bool:
    """Whether a line says nothing but when."""
    run = run_at(line, len(line) - len(line.lstrip(" (*_")))
    return run is not None and not line[run.end :].strip(_TRIM)


def _notice(line: str, *, in_title: bool) -> _Found | None:
    """The first notice of a line."""
    if not mentions(line):
        return None
    for bracket in _BRACKET.finditer(line[: 2 * _FAR]):
        found = _read(bracket.group()[1:-1], apart=True)
        if found is not None and (found.has_day or bracket.group()[0] == "["):
            return replace(found, start=bracket.start(), end=bracket.end())
    for start in (0, *(part.end() for part in _PART.finditer(line[:_FAR]))):
        found = _read(line[start:], apart=False)
        if found is None:
            continue
        named = (in_title or (start <= _PREFIX and found.has_day)) and HAS_UNTIL.search(line, start, start + found.end)
        if start == 0 or found.loud or named:
            run = found.run
            moved = replace(run, start=run.start + start, end=run.end + start) if run else None
            return replace(found, start=start + found.start, end=start + found.end, run=moved)
    return None


def _read(text: str, *, apart: bool) -> _Found | None:
    """The notice with which a text begins."""
    begin = len(text) - len(text.lstrip("\ufeff \t\u00a0*_#>=~-–—•!"))
    label = LABEL.match(text, begin)
    if label is None:
        return None
    bridge = BRIDGE.match(text, label.end())
    place = bridge.end() if bridge else label.end()
    between = text[label.start() : place]
    if label["lead"] and not HAS_UNTIL.search(between):
        return None
    run = run_at(text, place)
    strong = apart or _in_capitals(label.group()) or between.lower().startswith("strictly")
    if run is None or not run.has_day:
        later = find_run(text[: place + 160], place) if strong or HAS_UNTIL.search(between) else None
        run = later if later and (strong or _leads_to(text[place : later.start])) else run
    if run is not None and (run.has_day or label.lastgroup != "release"):
        if not (strong or _stands_alone(text, label, between, run)):
            return None
        return _Found(start=begin, end=_end(text, run), run=run, loud=_in_capitals(label.group()))
    end = _untimed(text, label, between, strong=strong) if label["this"] or not label["lead"] else 0
    return _Found(start=begin, end=end, loud=_in_capitals(label.group())) if end else None


def _stands_alone(text: str, label: re.Match[str], between: str, run: Run) -> bool:
    """Whether what follows the time says that this is no sentence: "Embargo until 2 May extended by the EU"."""
    closed = _CLOSE.match(text, run.end) is not None
    if label.lastgroup == "alone":  # roads are, too: "Gesperrt bis 24. November: die alte Brücke"
        return not text[run.end :].strip(_TRIM)
    if label.lastgroup == "noun":
        return (closed or _EVENT.match(text, run.end) is not None) and (run.has_day or ":" in between)
    if label.lastgroup == "release":
        return closed
    if label.lastgroup == "adjective" and HAS_UNTIL.search(between) is None:
        return closed
    return closed or len(text) <= _SHORT


def _untimed(text: str, label: re.Match[str], between: str, *, strong: bool) -> int:
    """Where a notice ends that says "until Tuesday", "until further notice" or just "EMBARGOED"; 0 if it is none."""
    rest = text[label.end() :]
    if label.lastgroup == "release":
        return 0
    if HAS_UNTIL.search(between):
        orders = strong or (label.lastgroup in {"adjective", "order"} and len(text) <= _SHORT)
        return _soon(text, label.end()) if orders else 0
    closed = _CLOSE.match(rest)
    if strong and (closed or not _in_capitals(rest)):
        return label.end() + (closed.end() if closed else 0)
    return len(text) if label.lastgroup == "adjective" and not rest.strip(_TRIM) else 0


def _leads_to(text: str) -> bool:
    """Whether the words right before a time are "until" or "before"."""
    return re.search(rf"\b(?:{UNTIL})\W+(?:\w{{2,4}}\W+)?\Z", text, re.IGNORECASE) is not None


def _end(text: str, run: Run) -> int:
    """Where a notice ends: at the mark after its time, else before the headline that follows, else with its clause."""
    closed = _CLOSE.match(text, run.end) or _EVENT.match(text, run.end)
    if closed is not None:
        return closed.end()
    if re.match(r"[\s,]*[A-ZÄÖÜÉ“\"‘]", text[run.end :]) and not _in_capitals(text):
        return run.end
    return _soon(text, run.end)


def _soon(text: str, start: int) -> int:
    found = _SOON.search(text, start)
    return found.end() if found else len(text)


def _without(line: str, found: _Found) -> str:
    before, after = line[: found.start].rstrip(_TRIM), line[found.end :].lstrip(_TRIM)
    if not before:
        return after if re.search(r"\w", after) else ""
    joint = " – " if after and not after.startswith((",", ".")) else ""
    return f"{before}{joint}{after}" if re.search(r"\w", before) else after


def _rest(html: str, words: str) -> str:
    """The end of a piece of HTML that says these words, with its links; tags that lack their beginning are cleaned."""
    places = [0, *(match.end() for match in re.finditer(r"<[^<>]*>|[^<>\s]\s+|[^<>]", html[: 3 * _FAR]))]
    found = (html[place:] for place in places if " ".join(plain(html[place:]).split()) == words)
    return next(found, escape(words)) if words else ""


def _in_capitals(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return len(letters) > 3 and sum(char.isupper() for char in letters) * 10 >= len(letters) * 8
