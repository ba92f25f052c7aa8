"""Clean HTML as the lines of a text mail: links become ``[1]``, and their addresses go below the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from digest.model import Html
from digest.render.markup import Tag, walk
from digest.text.wrap import WIDTH, columns, wrap

_BLOCKS = frozenset(
    {
        *("p", "div", "section", "article", "header", "footer", "main", "aside", "address", "details", "summary"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "dt", "dd", "figure", "figcaption", "caption"),
        *("blockquote", "pre", "hr", "table", "li"),
    }
)
_LINE_END = "\x1e"  # a <br>, until its paragraph is wrapped; clean text holds no control characters
_GAP = "  "  # between a table's columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """Text whose links are numbered."""

    text: str  # wrapped; paragraphs apart by a blank line
    urls: tuple[str, ...]  # of note 1, 2, …


def as_text(source: Html, *, notes: Sequence[str] = (), width: int = WIDTH, indent: str = "") -> Noted:
    """Clean HTML as lines of text.

    Args:
        source: clean HTML.
        notes: addresses that have their numbers already; new ones go on from there.
        width: columns.
        indent: what every line begins with.
    """
    page = _Page(width=width, prefixes=[indent], urls=list(notes))
    for part in walk(source):
        if isinstance(part, str):
            page.words(part)
        elif part.closes:
            page.end(part.name)
        else:
            page.start(part)
    page.flush()
    return Noted(text="\n".join(page.lines).strip("\n"), urls=tuple(page.urls))


def note(url: str, urls: Sequence[str]) -> tuple[int, tuple[str, ...]]:
    """The number of an address, and the addresses with it."""
    known = tuple(urls)
    return (known.index(url) + 1, known) if url in known else (len(known) + 1, (*known, url))


@dataclass(slots=True)
class _Table:
    """A table being read."""

    rows: list[list[str]] = field(default_factory=list)
    headed: bool = False
    depth: int = 1  # of tables inside it


@dataclass(slots=True, kw_only=True)
class _Page:
    """The lines so far, and what is being collected."""

    width: int
    prefixes: list[str]  # what a line begins with, outermost first
    urls: list[str]
    lines: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    marker: str = ""  # of a list item whose first line has not come
    counters: list[int | None] = field(default_factory=list)  # of open lists; None: no numbers
    links: list[tuple[str, int]] = field(default_factory=list)  # of open links: address, where its text begins
    pre: int = 0
    table: _Table | None = None
    apart: bool = False  # a blank line is due before the next text

    def words(self, text: str) -> None:
        self.inline.append(text if self.pre else re.sub(r"[ \t\n\r\f]+", " ", text))

    def start(self, tag: Tag) -> None:
        if tag.name == "a":
            self.links.append((_web(tag.attributes.get("href", "")), len(self.inline)))
        elif tag.name == "img":
            alt = tag.attributes.get("alt", "").strip()
            self.words(f"[{alt}]" if alt else "")
        elif tag.name == "br":
            self.inline.append("\n" if self.pre else _LINE_END)
        elif tag.name == "q":
            self.words("“")
        elif self.table:
            self._in_table(tag)
        elif tag.name in _BLOCKS:
            self._block(tag)

    def end(self, name: str) -> None:
        if name == "a" and self.links:
            self._link(*self.links.pop())
        elif name == "q":
            self.words("”")
        elif self.table:
            self._table_end(name)
        elif name in _BLOCKS:
            self._block_end(name)

    def flush(self) -> None:
        """Write what was collected as a paragraph."""
        text = "".join(self.inline)
        self.inline.clear()
        if self.pre:
            self._write([line.rstrip() for line in text.expandtabs(4).strip("\n").split("\n")], verbatim=True)
        elif text.replace(_LINE_END, " ").strip():
            self._write([line.strip() for line in text.split(_LINE_END)])

    def _write(self, texts: list[str], *, verbatim: bool = False) -> None:
        while texts and not texts[-1]:
            texts.pop()
        if self.apart:
            self._blank()
        for text in texts:
            indent = "".join(self.prefixes)
            first = None
            if self.marker:
                first = "".join(self.prefixes[:-1]) + self.marker
                self.marker = ""
            kept = re.match(r"\s*", text)[0] if verbatim else ""  # type: ignore[index]  # always matches
            if verbatim and columns(indent + text) <= self.width:
                self.lines.append(((first or indent) + text).rstrip())
            else:
                self.lines += wrap(text, self.width, indent=indent + kept[: self.width // 2], first=first).split("\n")

    def _block(self, tag: Tag) -> None:
        self.flush()
        match tag.name:
            case "ul" | "ol":
                start = tag.attributes.get("start", "1")
                number = int(start) if start.isascii() and start.isdigit() and len(start) < 7 else 1
                self.apart = self.apart or not self.counters
                self.counters.append(number if tag.name == "ol" else None)
            case "li":
                self._item()
            case "blockquote":
                self._blank()
                self._indent("> ")
            case "pre":
                self.apart = True
                self.pre += 1
            case "hr":
                self.apart = True
                self._write(["* * *"])
                self.apart = True
            case "table":
                self.apart = True
                self.table = _Table()
            case _:
                self.apart = self.apart or not self.marker

    def _item(self) -> None:
        number = self.counters[-1] if self.counters else None
        if number is not None:
            self.counters[-1] = number + 1
        self.marker = "- " if number is None else f"{number}. "
        self._indent(" " * len(self.marker))

    def _block_end(self, name: str) -> None:
        self.flush()
        match name:
            case "li":
                self.marker = ""
                self._outdent()
                self.apart = False
            case "ul" | "ol":
                if self.counters:
                    self.counters.pop()
                self.apart = not self.counters
            case "blockquote":
                self._outdent()
                self.apart = True
            case "pre":
                self.pre = max(0, self.pre - 1)
                self.apart = True
            case _:
                self.apart = True

    def _blank(self) -> None:
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append("".join(self.prefixes).rstrip())
        self.apart = False

    def _indent(self, prefix: str) -> None:
        room = columns("".join(self.prefixes)) < self.width // 2  # what is nested deeper stays where it is
        self.prefixes.append(prefix if room else "")

    def _outdent(self) -> None:
        if len(self.prefixes) > 1:
            self.prefixes.pop()

    def _link(self, url: str, begins: int) -> None:
        text = "".join(self.inline[begins:]).strip()
        if not url or not text or url in {text, f"mailto:{text}"}:
            return
        if url.startswith("mailto:"):
            self.inline.append(f" ({url.removeprefix('mailto:')})")
            return
        number, urls = note(url, self.urls)
        self.urls = list(urls)
        self.inline.append(f"\u00a0[{number}]")

    def _in_table(self, tag: Tag) -> None:
        if self.table is None:
            return
        if tag.name == "table":
            self.table.depth += 1
        elif tag.name in {"td", "th"} and self.table.depth == 1:
            self.table.headed = self.table.headed or (tag.name == "th" and len(self.table.rows) == 1)
            self.inline.clear()
        elif tag.name == "tr" and self.table.depth == 1:
            self.table.rows.append([])
        else:
            self.inline.append(" ")

    def _table_end(self, name: str) -> None:
        table = self.table
        if table is None:
            return
        if name in {"td", "th"} and table.depth == 1 and table.rows:
            table.rows[-1].append(" ".join("".join(self.inline).replace(_LINE_END, " ").split()))
            self.inline.clear()
        elif name == "caption":
            self.flush()
        elif name == "table":
            table.depth -= 1
            if not table.depth:
                self.table = None
                self.inline.clear()
                self._write_table([row for row in table.rows if any(row)], headed=table.headed)
                self.apart = True
        else:
            self.inline.append(" ")

    def _write_table(self, rows: list[list[str]], *, headed: bool) -> None:
        """Columns where they fit the line, else each row as a list of ``head: cell``."""
        if not rows:
            return
        count = max(len(row) for row in rows)
        rows = [row + [""] * (count - len(row)) for row in rows]
        widths = [max(columns(row[index]) for row in rows) for index in range(count)]
        room = self.width - columns("".join(self.prefixes))
        if count > 1 and sum(widths) + len(_GAP) * (count - 1) <= room:
            texts = [_GAP.join(_padded(*cell) for cell in zip(row, widths, strict=True)).rstrip() for row in rows]
            if headed:
                texts.insert(1, _GAP.join("-" * size for size in widths))
            self._write(texts, verbatim=True)
            return
        heads = rows.pop(0) if headed and len(rows) > 1 else [""] * count
        for row in rows:
            self._write([f"{head}: {cell}" if head else cell for head, cell in zip(heads, row, strict=True) if cell])
            self.apart = True


def _padded(text: str, width: int) -> str:
    return text + " " * (width - columns(text))


def _web(href: str) -> str:
    """The address a reader can open; a blank in it would end it."""
    try:
        web = urlsplit(href).scheme in {"http", "https", "mailto"}
    except ValueError:
        return ""
    return re.sub(r"\s+", "%20", href.strip()) if web else ""
