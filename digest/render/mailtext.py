"""Clean HTML as the lines of a text mail: links become ``[1]``, and their addresses go below the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from digest.model import Html
from digest.render.mailnotes import NOTE, WEB_ADDRESS, escaped, is_same, mailbox, web_address, without_ends
from digest.render.mailtable import Rows, as_columns, as_records, unwrapped
from digest.render.markup import Tag, walk
from digest.render.raised import shifted
from digest.text.wrap import WIDTH, columns, wrap

_BLOCKS = frozenset(
    {
        *("p", "div", "section", "article", "header", "footer", "main", "aside", "address", "details", "summary"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "dt", "dd", "figure", "figcaption", "caption"),
        *("blockquote", "pre", "hr", "table", "li"),
    }
)
_MARKED = frozenset({"a", "sup", "sub", "s", "del", "code"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
# Signs for what is decided when its paragraph is whole; clean text holds no control characters.
_LINE_END = "\x1e"  # a <br>
_AS_IS = "\x02"  # stands in an address that is code
_ITEM_END = "\x03"  # of a list in a table's cell
_NOTED = re.compile(rf"{NOTE}(\d+){NOTE}|<?({WEB_ADDRESS.pattern})>?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """Text whose links are numbered."""

    text: str  # wrapped; paragraphs apart by a blank line
    urls: tuple[str, ...]  # of note 1, 2, …


def as_text(
    source: Html, *, notes: Sequence[str] = (), width: int = WIDTH, indent: str = "", picture: str = "[{alt}]"
) -> Noted:
    """Clean HTML as lines of text.

    Addresses stand in the notes, not in the text, unless one is a paragraph by itself or code. Lines of code that are
    too long are broken like any other, at a blank where there is one: no program shows a wider line better.

    Args:
        source: clean HTML.
        notes: addresses that have their numbers already; new ones go on from there.
        width: columns.
        indent: what every line begins with.
        picture: what stands for an image, with ``{alt}`` for its description; without one it is left out.
    """
    page = _Page(width=width, prefixes=[indent], urls=list(notes), picture=picture)
    for part in unwrapped(walk(source)):
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
    known, url = tuple(urls), escaped(url)
    return (known.index(url) + 1, known) if url in known else (len(known) + 1, (*known, url))


@dataclass(slots=True)
class _Open:
    """An element within a line whose end has not come."""

    name: str
    begins: int  # where its text begins
    url: str = ""  # of a link that has no note yet


@dataclass(slots=True, kw_only=True)
class _Page:
    """The lines so far, and what is being collected."""

    width: int
    prefixes: list[str]  # what a line begins with, outermost first
    urls: list[str]
    picture: str
    lines: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    markers: list[str] = field(default_factory=lambda: [""])  # beside each prefix, what stands there on the first line
    counters: list[int | None] = field(default_factory=list)  # of open lists; None: no numbers
    opened: list[_Open] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    pre: int = 0
    table: Rows | None = None
    cell: Tag | None = None
    apart: bool = False  # a blank line is due before the next text

    def words(self, text: str) -> None:
        if self.pre and not self.table:
            self.inline.append(text)
            return
        text = re.sub(r"[ \t\n\r\f]+", " ", text)
        in_code = any(each.name == "code" for each in self.opened)
        self.inline.append(text.replace("://", f":{_AS_IS}//") if in_code else text)

    def start(self, tag: Tag) -> None:
        if tag.name in _MARKED:
            self.opened.append(_Open(tag.name, len(self.inline), web_address(tag.attributes.get("href", ""))))
        elif tag.name == "img":
            alt = " ".join(tag.attributes.get("alt", "").split())
            self.words(self.picture.format(alt=alt) if alt else "")
        elif tag.name == "br":
            self.inline.append("\n" if self.pre and not self.table else _LINE_END)
        elif tag.name == "q":
            self.words("“")
        elif self.table:
            self._in_table(self.table, tag)
        elif tag.name in _BLOCKS:
            self._block(tag)

    def end(self, name: str) -> None:
        if name in _MARKED:
            if self.opened:
                self._mark(self.opened.pop())
        elif name == "q":
            self.words("”")
        elif self.table:
            self._table_end(self.table, name)
        elif name in _BLOCKS:
            self._block_end(name)

    def flush(self) -> None:
        """Write what was collected as a paragraph."""
        text = self._taken()
        if self.pre:
            text = _NOTED.sub(self._number, text) if NOTE in text else text
            self._write([line.rstrip() for line in text.expandtabs(4).strip("\n").split("\n")], verbatim=True)
        elif text.replace(_LINE_END, " ").strip():
            lines = [self._noted(line.strip()) for line in text.split(_LINE_END)]
            first = next(index for index, line in enumerate(lines) if line)
            self.apart = self.apart or (first > 0 and not any(self.markers))
            self._write(lines[first:])

    def _taken(self) -> str:
        """What was collected; of an element that goes on, what came so far is marked."""
        for each in reversed(self.opened):  # the innermost first: the places of the others stay good
            self._mark(each)
            each.begins = 0
        text = "".join(self.inline)
        self.inline.clear()
        return text

    def _noted(self, text: str) -> str:
        """Addresses replaced by numbers, in the order they are read, but for one that stands alone."""
        alone = _NOTED.fullmatch(text)
        text = self._address(alone)[0] if alone else _NOTED.sub(self._number, text)
        return text.replace(_AS_IS, "")

    def _address(self, found: re.Match[str]) -> tuple[str, str]:
        return (self.links[int(found[1])], "") if found[1] else without_ends(found[2])

    def _number(self, found: re.Match[str]) -> str:
        if self.pre and not found[1]:
            return found[0]
        url, ends = self._address(found)
        number, urls = note(url, self.urls)
        self.urls = list(urls)
        return f"[{number}]{ends}"

    def _mark(self, element: _Open) -> None:
        """Say in letters what an element within a line says by its look or its address."""
        text = "".join(self.inline[element.begins :])
        if not text.strip():
            return
        if element.name == "a":
            kept = text.rstrip(" ")
            self.inline[element.begins :] = [kept]
            self._link(element, kept.strip())
            self.inline.append(text[len(kept) :])
        elif element.name in {"s", "del"}:
            said = text.strip(" ")
            self.inline[element.begins :] = [text.replace(said, f"~~{said}~~", 1)]
        elif element.name in {"sup", "sub"}:
            self.inline[element.begins :] = [shifted(text, "".join(self.inline[: element.begins]), element.name)]

    def _link(self, element: _Open, text: str) -> None:
        url, element.url = element.url, ""
        if url.startswith("mailto:"):
            address = mailbox(url)
            self.inline.append("" if address in text else f" ({address})")
        elif url:
            self.links.append(url)
            place = f"{NOTE}{len(self.links) - 1}{NOTE}"
            if not is_same(text, url):
                self.inline.append(f"\u00a0{place}")
            elif not self.pre:
                self.inline[element.begins :] = [place]

    def _write(self, texts: list[str], *, verbatim: bool = False) -> None:
        while texts and not texts[-1]:
            texts.pop()
        if self.apart:
            self._blank()
        indent = "".join(self.prefixes)
        for text in texts:
            first = "".join(marker or prefix for marker, prefix in zip(self.markers, self.prefixes, strict=True))
            self.markers = [""] * len(self.prefixes)
            if verbatim and columns(first + text) <= self.width:
                self.lines.append((first + text).rstrip())
                continue
            kept = text[: len(text) - len(text.lstrip())][: self.width // 2] if verbatim else ""
            lines = wrap(text, self.width, indent=indent + kept, first=first + kept, verbatim=verbatim)
            self.lines += lines.split("\n")

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
            case "dd":
                self._indent("  ", "  ")  # a marker: what follows is not apart
            case "blockquote":
                if not any(self.markers):
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
                self.table = Rows()
            case _:
                self.apart = self.apart or not any(self.markers)

    def _item(self) -> None:
        number = self.counters[-1] if self.counters else None
        if number is not None:
            self.counters[-1] = number + 1
        marker = "- " if number is None else f"{number}. "
        self._indent(" " * len(marker), marker)

    def _block_end(self, name: str) -> None:
        written = len(self.lines)
        self.flush()
        match name:
            case "li":
                self._outdent()
                self.apart = False
            case "ul" | "ol":
                if self.counters:
                    self.counters.pop()
                self.apart = not self.counters
            case "dt":
                self.apart = False
            case "blockquote" | "dd":
                self._outdent()
                self.apart = True
            case "pre":
                self.pre = max(0, self.pre - 1)
                self.apart = True
            case _:
                if name in _HEADINGS:
                    self._underline(self.lines[written:])
                self.apart = True

    def _underline(self, heading: list[str]) -> None:
        """Tell a heading from a short paragraph. Never by two hyphens: they begin a signature."""
        prefix = "".join(self.prefixes)
        indent = columns(prefix)
        size = max((columns(line) for line in heading), default=0) - indent
        if size > 0:
            self.lines.append(prefix + "-" * min(max(size, 3), self.width - indent))

    def _blank(self) -> None:
        if self.lines and self.lines[-1].strip("|> "):
            self.lines.append("".join(self.prefixes).rstrip())
        self.apart = False

    def _indent(self, prefix: str, marker: str = "") -> None:
        room = columns("".join(self.prefixes)) < self.width // 2  # what is nested deeper stays where it is
        self.prefixes.append(prefix if room else "")
        self.markers.append(marker)

    def _outdent(self) -> None:
        if len(self.prefixes) > 1:
            self.prefixes.pop()
            self.markers.pop()

    def _in_table(self, table: Rows, tag: Tag) -> None:
        if tag.name == "table":
            table.depth += 1
        elif tag.name in {"td", "th"} and table.depth == 1:
            self._taken()
            self.cell = tag
        elif tag.name == "tr" and table.depth == 1:
            table.start_row()
        elif tag.name == "thead" and table.depth == 1:
            table.in_head = True
        else:
            self.inline.append(" ")

    def _table_end(self, table: Rows, name: str) -> None:
        if name in {"td", "th"} and table.depth == 1 and self.cell:
            text = _NOTED.sub(self._number, self._taken()).replace(_AS_IS, "").replace(_LINE_END, " ")
            items = (" ".join(filter(None, item.split(" "))) for item in text.split(_ITEM_END))
            table.add("; ".join(filter(None, items)), self.cell)
            self.cell = None
        elif name == "thead" and table.depth == 1:
            table.in_head = False
        elif name == "caption":
            self.flush()
        elif name == "table":
            table.depth -= 1
            if not table.depth:
                self.table = None
                self._taken()
                self._write_table(*table.done())
                self.apart = True
        else:
            self.inline.append(_ITEM_END if name == "li" and self.cell else " ")

    def _write_table(self, titles: list[str], rows: list[list[str]], heads: int) -> None:
        """Columns where they fit the line, else each row as a list of ``head: cell``."""
        self._write(titles)
        if not rows:
            return
        if lines := as_columns(rows, heads, self.width - columns("".join(self.prefixes))):
            self._write(lines, verbatim=True)
            return
        for record in as_records(rows, heads):
            self._write([f"{head}: {cell}" if head else cell for head, cell in record])
            self.apart = True
