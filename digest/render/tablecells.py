"""The cells of a table in clean or dressed HTML: which columns hold numbers, and what room their words take."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from digest.text.wrap import columns

_ROW = re.compile(r"<tr\b[^<>]*>.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<(t[hd])((?:[^<>\"]|\"[^\"]*\")*)>(.*?)</\1>", re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_BLANKS = re.compile(r"[ \t\n\r\f]+")  # where a line may end; not at U+00A0
_NUMBER = re.compile(
    r"""[(<>≤≥~≈]?\s*[-−–+±]?\s*[$€£¥]?\s*
        \d[\d.,:/’'\s\u00a0\u202f]*+           # 1,204  36.2  1 204  12:30
        (?:%|‰|[^\W\d_]{1,3}|[$€£¥°])?\)?""",
    re.VERBOSE,
)
_EMPTY = frozenset({"", "-", "–", "—", "…", "n/a", "n. a."})


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it is written."""

    name: str  # td, th
    attributes: str  # with the blank before them
    inside: str

    @property
    def text(self) -> str:
        return html.unescape(_TAG.sub("", self.inside)).strip()


def columns_of_numbers(table: str) -> frozenset[int]:
    """The columns whose cells are numbers; none where a cell reaches over several: the third is not in column three."""
    if _spans(table):
        return frozenset()
    found: dict[int, list[str]] = {}
    for row in _rows(table):
        for index, cell in enumerate(row):
            if cell.name == "td":
                found.setdefault(index, []).append(cell.text)
    return frozenset(
        index
        for index, cells in found.items()
        if any(map(_NUMBER.fullmatch, cells)) and all(cell in _EMPTY or _NUMBER.fullmatch(cell) for cell in cells)
    )


def changed(table: str, columns_: frozenset[int], change: Callable[[Cell], Cell]) -> str:
    """The table with the cells of these columns changed."""
    return _ROW.sub(lambda row: _row(row[0], columns_, change), table) if columns_ else table


def widths(table: str) -> list[int] | None:
    """The display columns that each column of a table takes if no word is broken; None: it cannot be told."""
    if _spans(table):
        return None
    found: list[int] = []
    for row in _rows(table):
        found += [0] * (len(row) - len(found))
        for index, cell in enumerate(row):
            found[index] = max(found[index], *map(columns, _BLANKS.split(cell.text)))
    return found


def _rows(table: str) -> Sequence[Sequence[Cell]]:
    return [[Cell(*cell) for cell in _CELL.findall(row)] for row in _ROW.findall(table)]


def _spans(table: str) -> bool:
    return "colspan" in table or "rowspan" in table


def _row(row: str, columns_: frozenset[int], change: Callable[[Cell], Cell]) -> str:
    index = -1

    def one(found: re.Match[str]) -> str:
        nonlocal index
        index += 1
        cell = Cell(*found.groups())
        cell = change(cell) if index in columns_ else cell
        return f"<{cell.name}{cell.attributes}>{cell.inside}</{cell.name}>"

    return _CELL.sub(one, row)
