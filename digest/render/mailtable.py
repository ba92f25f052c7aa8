"""Tables read cell by cell: in columns where they fit a line of text, else row by row; and those that only arrange."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from digest.render.markup import Tag
from digest.text.wrap import columns

_GAP = "  "  # between columns
_MOST_SPAN = 50
"""Columns or rows a cell may reach over; more is a mistake, or meant to make the text long."""
_PARTS = frozenset({"table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption"})
"""The tags of a table."""
_MANY = frozenset({"ul", "ol", "pre", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"})
"""What no cell of data holds."""
_NUMBER = re.compile(r"[^\w\s\[]{0,3}[ \u00a0\u202f]?\d[\d.,:/'’ \u00a0\u202f]*(?:[ \u00a0\u202f]?[^\w\s]{1,2})?")


@dataclass(slots=True)
class Rows:
    """The cells of a table, filled while it is read; a cell that reaches over several stands in each."""

    rows: list[list[str]] = field(default_factory=list)
    heads: int = 0  # rows at the top that hold nothing but heads
    in_head: bool = False
    depth: int = 1  # of tables inside it
    most: int = 0  # cells of any row, said or not
    _kinds: list[str] = field(default_factory=list)  # of the cells of this row
    _down: dict[int, tuple[int, str]] = field(default_factory=dict)  # by column: rows still to fill, and with what

    def start_row(self) -> None:
        self._end_row()
        self.rows.append([])

    def add(self, text: str, cell: Tag) -> None:
        """A cell of this row."""
        if not self.rows:
            self.rows.append([])
        self._fill()
        row = self.rows[-1]
        head = cell.name == "th"
        names = head and self.heads == len(self.rows) - 1  # each of the columns below it
        across, down = _span(cell, "colspan"), _span(cell, "rowspan")
        for index in range(across):
            said = text if names or not index else ""
            if down > 1:
                self._down[len(row)] = (down - 1, said)
            row.append(said)
        self._kinds.append("th" if head or self.in_head else "td" if text else "")

    def done(self) -> tuple[list[str], list[list[str]], int]:
        """Heads over all columns; the rows and columns that say anything; how many of the rows are heads."""
        self._end_row()
        heads = sum(any(row) for row in self.rows[: self.heads])
        said = [row for row in self.rows if any(row)]
        count = max(map(len, said), default=0)
        whole = [row + [""] * (count - len(row)) for row in said]
        kept = [index for index in range(count) if any(row[index] for row in whole)]
        rows = [[row[index] for index in kept] for row in whole]
        titles = []
        while heads > 1 and len(kept) > 1 and len(set(rows[0])) == 1:
            titles.append(rows.pop(0)[0])
            heads -= 1
        return titles, rows, heads

    def _fill(self) -> None:
        row = self.rows[-1]
        while len(row) in self._down:
            left, text = self._down.pop(len(row))
            if left > 1:
                self._down[len(row)] = (left - 1, text)
            row.append(text)

    def _end_row(self) -> None:
        if not self.rows:
            return
        if self.rows[-1]:
            self._fill()
        if "td" not in self._kinds and "th" in self._kinds and self.heads == len(self.rows) - 1:
            self.heads += 1
        self.most = max(self.most, len(self._kinds))
        self._kinds.clear()


def as_columns(rows: Sequence[Sequence[str]], heads: int, room: int) -> list[str]:
    """The rows as lines, numbers to the right, with a rule below the heads; nothing if ``room`` columns are too few."""
    count = len(rows[0])
    top = [row for row in _said_once(rows[:heads]) if any(row)]
    rows, heads = [*top, *rows[heads:]], len(top)
    widths = [max(columns(row[index]) for row in rows) for index in range(count)]
    if (count == 1 and not heads) or sum(widths) + len(_GAP) * (count - 1) > room:
        return []
    right = [_are_numbers(row[index] for row in rows[heads:]) for index in range(count)]
    lines = [_GAP.join(_padded(*cell) for cell in zip(row, widths, right, strict=True)).rstrip() for row in rows]
    if heads:
        lines.insert(heads, _GAP.join("-" * max(size, 3 if count == 1 else 1) for size in widths))
    return lines


def _said_once(heads: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """A head that reaches over several rows stands in the last, above its column."""
    for row, below in itertools.pairwise(heads):
        yield ["" if said == again else said for said, again in zip(row, below, strict=True)]
    yield from map(list, heads[-1:])


def as_records(rows: Sequence[Sequence[str]], heads: int) -> list[list[tuple[str, str]]]:
    """What each row says, cell by cell, and under which head; empty: under none."""
    names = [""] * max(map(len, rows), default=0)
    if 0 < heads < len(rows):
        names = [" ".join(dict.fromkeys(filter(None, column))) for column in zip(*rows[:heads], strict=True)]
        rows = rows[heads:]
    return [[(name, cell) for name, cell in zip(names, row, strict=True) if cell] for row in rows]


def unwrapped(parts: Iterable[Tag | str]) -> list[Tag | str]:
    """Clean HTML, walked, in which tables that only arrange a page have become ``div``.

    Such a table has no heads, and one cell a row, a table inside it, or cells with lists, headings or paragraphs.
    """
    found = list(parts)
    path: list[_Table] = []
    arranging: set[int] = set()
    for index, part in enumerate(found):
        if isinstance(part, str):
            continue
        if part.name == "table" and not part.closes:
            for outer in path[-1:]:
                outer.arranges = True
            path.append(_Table())
        if not path:
            continue
        path[-1].see(part)
        if part.name in _PARTS:
            path[-1].places.append(index)
        if part.name == "table" and part.closes:
            done = path.pop()
            arranging.update(done.places if done.is_layout else ())
    return [
        Tag("div", {}, closes=part.closes) if index in arranging and isinstance(part, Tag) else part
        for index, part in enumerate(found)
    ]


@dataclass(slots=True)
class _Table:
    """What a table looks like from outside."""

    places: list[int] = field(default_factory=list)  # of its own tags
    cells: int = 0  # of this row
    most: int = 0  # of any row
    blocks: int = 0  # of this cell
    headed: bool = False
    arranges: bool = False

    @property
    def is_layout(self) -> bool:
        return not self.headed and (self.arranges or self.most < 2)

    def see(self, tag: Tag) -> None:
        if tag.closes:
            return
        if tag.name == "tr":
            self.cells = 0
        elif tag.name in {"td", "th"}:
            self.cells, self.blocks = self.cells + 1, 0
            self.most = max(self.most, self.cells)
            self.headed = self.headed or tag.name == "th"
        elif tag.name in _MANY or tag.name in {"p", "div"}:
            self.blocks += 2 if tag.name in _MANY else 1
            self.arranges = self.arranges or self.blocks > 1


def _are_numbers(cells: Iterable[str]) -> bool:
    said = [cell for cell in cells if cell.strip("-–—.…? ")]
    return bool(said) and all(_NUMBER.fullmatch(cell) for cell in said)


def _padded(text: str, width: int, right: bool) -> str:
    blanks = " " * (width - columns(text))
    return blanks + text if right else text + blanks


def _span(cell: Tag, name: str) -> int:
    said = cell.attributes.get(name, "")
    return min(max(int(said), 1), _MOST_SPAN) if said.isascii() and said.isdigit() and len(said) < 6 else 1
