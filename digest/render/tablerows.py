"""Tables as a mail can show them on a telephone.

A mail cannot scroll sideways, and Gmail's programs know no media queries for foreign accounts, so a table has one form
for all widths. At 320 pixels 280 are left: five columns of 44 and their gaps still hold a number each. A table of more
becomes its rows, "Head: value" line by line, as in the text part; the web page has it as it was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from digest.model import Html
from digest.render.mailtable import Rows, as_records
from digest.render.markup import Tag, walk

MOST_COLUMNS = 5

_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*+)(?:[^<>"]|"[^"]*+")*+>')
_PARTS = frozenset({"caption", "thead", "tbody", "tfoot", "tr", "td", "th"})
_BLOCK = re.compile(r"<(?:p|div|ul|ol|dl|pre|blockquote|h[1-6]|hr|figure|section|article|details|address)\b")


@dataclass(slots=True)
class _Table:
    """A table that is being read."""

    raw: list[str]  # as it stands
    rows: Rows = field(default_factory=Rows)
    cells: list[str] = field(default_factory=list)
    cell: Tag | None = None  # that is open
    caption: str = ""
    part: list[str] = field(default_factory=list)  # what the open cell says, or the caption
    holds_table: bool = False

    def take(self, tag: str, name: str, *, closes: bool) -> None:
        """Read a tag of the table's own."""
        self.raw.append(tag)
        if name == "thead":
            self.rows.in_head = not closes
        elif name == "tr" and not closes:
            self.rows.start_row()
        elif name in {"td", "th"} and not closes:
            self.cell = next(part for part in walk(Html(tag)) if isinstance(part, Tag))
        elif name in {"td", "th", "caption"} and closes:
            self._end("".join(self.part).strip())

    def written(self, most: int | None) -> str:
        """The table in the form that fits."""
        if self.holds_table:  # it lays a page out, and each level would take its gaps from the width
            cells = "".join(f"<div>{cell}</div>" for cell in self.cells)
            return f"<div>{_paragraph(self.caption)}{cells}</div>"
        if most is None:
            return "".join(self.raw)
        titles, rows, heads = self.rows.done()
        if max(map(len, rows), default=0) <= most and self.rows.most <= most:
            return "".join(self.raw)
        records = (_paragraph(*(_line(*one) for one in record)) for record in as_records(rows, heads))
        return f"<div>{_paragraph(self.caption)}{_paragraph(*titles)}{''.join(records)}</div>"

    def _end(self, said: str) -> None:
        """The end of a cell, or of the caption."""
        if self.cell:
            self.cells.append(said)
            self.rows.add(said, self.cell)
            self.cell = None
        else:
            self.caption = said
        self.part.clear()


def fitting(source: Html) -> Html:
    """Clean HTML whose tables have at most MOST_COLUMNS columns, and none in another."""
    return _rewritten(source, MOST_COLUMNS)


def unnested(source: Html) -> Html:
    """Clean HTML without tables that hold tables: they lay a page out, and their cells follow each other as blocks."""
    return _rewritten(source, None) if source.count("<table") > 1 else source


def _rewritten(source: Html, most: int | None) -> Html:
    if "<table" not in source:
        return source
    page = _Page(most=most)
    at = 0
    for tag in _TAG.finditer(source):
        page.say(source[at : tag.start()])
        at = tag.end()
        if tag[2] == "table":
            page.table(tag[0], closes=bool(tag[1]))
        elif page.path and tag[2] in _PARTS:
            page.path[-1].take(tag[0], tag[2], closes=bool(tag[1]))
        else:
            page.say(tag[0])
    return Html("".join((*page.done, source[at:])))


@dataclass(slots=True)
class _Page:
    """What is written so far, and the tables that are open."""

    most: int | None  # columns; None: as many as there are
    done: list[str] = field(default_factory=list)
    path: list[_Table] = field(default_factory=list)

    def say(self, text: str) -> None:
        if self.path:
            self.path[-1].raw.append(text)
            self.path[-1].part.append(text)
        else:
            self.done.append(text)

    def table(self, tag: str, *, closes: bool) -> None:
        if closes and self.path:
            table = self.path.pop()
            table.raw.append(tag)
            self.say(table.written(self.most))
        elif not closes:
            for outer in self.path[-1:]:
                outer.holds_table = True
            self.path.append(_Table(raw=[tag]))


def _line(head: str, cell: str) -> str:
    return f"<b>{head}:</b> {cell}" if head else cell


def _paragraph(*lines: str) -> str:
    """Lines as a paragraph; what holds blocks itself is none."""
    if not any(lines):
        return ""
    if any(_BLOCK.search(line) for line in lines):
        return f"<div>{''.join(f'<div>{line}</div>' for line in lines)}</div>"
    return f"<p>{'<br>'.join(lines)}</p>"
