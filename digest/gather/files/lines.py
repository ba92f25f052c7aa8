"""The lines of printed pages to paragraphs and headings.

A PDF knows where letters stand, not what belongs together. What is put right here: headers, footers and page numbers
that run through the pages; words broken at a line's end; lines to paragraphs, also over pages; headings by their size.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from typing import Final

from digest.gather.files.kicker import is_kind
from digest.model import Html
from digest.text.clean import clean
from digest.text.plain import drop_controls

_LIGATURES: Final = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\u00a0": " ", "\u00ad": None}
)
_NUMBER: Final = re.compile(
    r"(?:page|seite|página|pagina|p\.|s\.)?\s*[-–—|]?\s*(?:\d{1,4}|[ivxlc]{1,6})\s*[-–—|]?(?:\s*(?:of|/|von|de|sur)\s*\d{1,4})?",
    re.IGNORECASE,
)
_PRINTED: Final = re.compile(r"(https?://[^\s…]+)\s+\d{1,4}/\d{1,4}")
_ENDS: Final = re.compile(r"[.!?:;…。！？][\"'”’»)\]]*\Z")
_ITEM: Final = re.compile(r"(?:[•▪■●‣◦·*–—-]|\(?\d{1,2}[.)]|\(?[a-z]\))\s+")
_BROKEN: Final = re.compile(r"([^\W\d_]{2,})[-‐]\Z")
_WORD: Final = re.compile(r"[^\W\d_]+")
_EDGE_LINES = 3
"""At the top and the bottom of a page, in which what runs through the pages can stand."""
_LARGER = 1.15
"""How many times as large as the text a heading is."""
_LONGEST_HEADING = 250
_LONGEST_WORD = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a page as it stands there."""

    text: str
    size: float = 0.0  # of its letters, in points; 0.0: not known
    x: float = 0.0  # of its beginning, from the left, in points
    y: float = 0.0  # of its foot, from below
    bold: bool = False


@dataclass(slots=True)
class _Block:
    """Lines that belong together."""

    lines: list[Line] = field(default_factory=list)
    page: int = 0

    @property
    def size(self) -> float:
        return self.lines[0].size

    @property
    def bold(self) -> bool:
        return all(line.bold for line in self.lines)


def as_html(pages: Sequence[Sequence[Line]]) -> Html:
    """The pages as clean HTML.

    The largest words of the first page are the first-order heading; other large ones, and lines in bold letters,
    second-order ones.
    """
    tidy = [[_tidied(line) for line in page if line.text.strip()] for page in pages]
    kept = _without_running(tidy)
    lines = [line for page in kept for line in page]
    usual = _usual_size(lines) or 1.0
    blocks = _blocks(kept, usual)
    title = _title(blocks, usual)
    said = Counter(re.findall(r"[^\W\d_]+(?:[-‐][^\W\d_]+)*", " ".join(line.text for line in lines).casefold()))
    return clean("\n".join(_element(block, title, usual, said) for block in blocks))


def printed_from(pages: Sequence[Sequence[Line]]) -> str | None:
    """The address that a browser printed at the edge of each page, beside the page's number."""
    found = [
        {match[1] for at in _edges(page) if (match := _PRINTED.fullmatch(page[at].text.strip()))}
        for page in pages
        if page
    ]
    shared = set.intersection(*found) if found else set()
    return min(shared, default=None)


def _tidied(line: Line) -> Line:
    broken = line.text.rstrip().endswith("\u00ad")  # a soft hyphen that is used
    text = " ".join(drop_controls(line.text.translate(_LIGATURES)).split()) + ("-" if broken else "")
    return Line(text=text, size=line.size, x=line.x, y=line.y, bold=line.bold)


def _without_running(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The pages without what stands apart at the edge of most of them, and without their numbers.

    Large words on the first page stay: a letterhead is repeated, a title too.
    """
    usual = _usual_size(line for page in pages for line in page)
    gap = _usual_gap(pages, usual) or 1.2 * usual
    seen = Counter(key for page in pages for key in {_key(page[at]) for at in _edges(page)})
    often = max(2, len(pages) * 2 // 5)

    kept = []
    for number, page in enumerate(pages):
        runs = [_is_numbering(line) or (seen[_key(line)] >= often and (number > 0 or line.size <= _LARGER * usual))
                for line in page]  # fmt: skip
        high = sorted(range(len(page)), key=lambda at: (-page[at].y, at))
        gone = {at for places in (high, high[::-1]) for at in _at_edge(page, places, runs, usual=usual, gap=gap)}
        kept.append([line for at, line in enumerate(page) if at not in gone])
    return kept if any(kept) else [list(page) for page in pages]


def _is_numbering(line: Line) -> bool:
    return _NUMBER.fullmatch(line.text) is not None or _PRINTED.fullmatch(line.text) is not None


def _at_edge(
    page: Sequence[Line], places: Sequence[int], runs: Sequence[bool], *, usual: float, gap: float
) -> Sequence[int]:
    """The places of the outermost lines, if they run through the pages and stand apart from what is further in.

    Of what is further in, lines count that stand apart again and are smaller than the text.
    """
    found = 0
    for count in range(1, min(_EDGE_LINES, len(places) - 1) + 1):
        line, inner = page[places[count - 1]], page[places[count]]
        if not runs[places[count - 1]] or (found and line.size > 0.95 * usual):
            break
        if abs(line.y - inner.y) >= 1.4 * gap:
            found = count
    return places[:found]


def _edges(page: Sequence[Line]) -> set[int]:
    """The places of the highest and the lowest lines; in the file they may stand anywhere."""
    by_height = sorted(range(len(page)), key=lambda at: (-page[at].y, at))
    return {*by_height[:_EDGE_LINES], *by_height[-_EDGE_LINES:]}


def _key(line: Line) -> tuple[str, int]:
    """What a header has in common on all pages: its words but for the page's number, and its height."""
    return re.sub(r"\d+", "#", line.text.casefold()), round(line.y / 2)


def _usual_size(lines: Iterable[Line]) -> float:
    """The size that most letters have."""
    letters: Counter[float] = Counter()
    for line in lines:
        letters[round(line.size, 1)] += len(line.text)
    return max(letters, key=lambda size: (letters[size], -size), default=0.0)


def _blocks(pages: Sequence[Sequence[Line]], usual: float) -> list[_Block]:
    gap, width = _usual_gap(pages, usual), _usual_width(pages)
    blocks: list[_Block] = []
    for number, page in enumerate(pages):
        before: Line | None = None  # on this page
        for line in page:
            last = blocks[-1].lines[-1] if blocks else None
            if last is None or _begins(line, last, same_page=before is not None, usual=usual, gap=gap, width=width):
                blocks.append(_Block(page=number))
            blocks[-1].lines.append(line)
            before = line
    return blocks


def _begins(line: Line, last: Line, *, same_page: bool, usual: float, gap: float, width: float) -> bool:
    """Whether a line begins a paragraph."""
    if abs(line.size - last.size) > 0.1 * max(line.size, last.size) or _ITEM.match(line.text):
        return True
    ended, small = _ENDS.search(last.text) is not None, line.text[:1].islower()
    if last.bold and not line.bold and not small:
        return True
    down = last.y - line.y
    if not same_page or down < 0:  # the next page or column
        return not small and (ended or len(last.text) < 0.7 * width)
    if gap and down > 1.3 * gap * max(1.0, line.size / usual):
        return True
    indented = 5 < line.x - last.x < 60
    return ended and not small and (indented or len(last.text) < 0.75 * width)


def _usual_gap(pages: Sequence[Sequence[Line]], usual: float) -> float:
    """The distance of two lines of one paragraph, in points; 0.0 if there are none. In short texts most are larger."""
    gaps = sorted(
        first.y - second.y
        for page in pages
        for first, second in pairwise(page)
        if abs(first.size - usual) < 0.5 and abs(second.size - usual) < 0.5
        if 0.8 * usual < first.y - second.y < 4 * usual
    )
    return gaps[len(gaps) // 4] if gaps else 0.0


def _usual_width(pages: Sequence[Sequence[Line]]) -> float:
    """Characters of a full line: of ten lines two are longer."""
    lengths = sorted(len(line.text) for page in pages for line in page)
    return float(lengths[len(lengths) * 8 // 10]) if lengths else 0.0


def _title(blocks: Sequence[_Block], usual: float) -> _Block | None:
    """The largest words of the first page, if they are larger than its text and more than a label."""
    large = [block for block in blocks if block.page == 0 and block.size > _LARGER * usual and _is_short(block)]
    named = [block for block in large if not is_kind(_joined(block.lines))]
    most = max((block.size for block in named), default=0.0)
    wordy = [block for block in named if block.size > 0.7 * most and len(_joined(block.lines).split()) > 2]
    return max(wordy or named, key=lambda block: block.size, default=None)


def _is_short(block: _Block) -> bool:
    return sum(len(line.text) for line in block.lines) <= _LONGEST_HEADING


def _element(block: _Block, title: _Block | None, usual: float, said: Counter[str]) -> str:
    text = escape(_joined(block.lines, said))
    if block is title:
        return f"<h1>{text}</h1>"
    large = block.size > _LARGER * usual or (block.bold and len(block.lines) <= 2 and not _ENDS.search(text))
    return f"<h2>{text}</h2>" if large and _is_short(block) and re.search(r"[^\W\d_]", text) else f"<p>{text}</p>"


def _joined(lines: Sequence[Line], said: Counter[str] | None = None) -> str:
    """Lines as one, and words that were broken whole again.

    A hyphen at the end stays where the word is written with one elsewhere in the text, and never without; and before
    a capital ("Anglo-American").
    """
    parts: list[str] = []
    for line in lines:
        parts += _continued(parts.pop(), line.text, said) if parts else [line.text]
    return " ".join(parts)


def _continued(last: str, following: str, said: Counter[str] | None) -> list[str]:
    """A line and the one below it: one text if a word was broken there, else two."""
    first = _BROKEN.search(last[-_LONGEST_WORD:])
    second = _WORD.match(following)
    if not first or not second:
        return [last, following]
    whole, parted = f"{first[1]}{second.group()}".casefold(), f"{first[1]}-{second.group()}".casefold()
    keep = not following[0].islower() or (said is not None and said[parted] > 0 and said[whole] == 0)
    return [(last if keep else last[:-1]) + following]
