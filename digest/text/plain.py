"""Clean HTML to plain text."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)
_BREAKS = re.compile("\r\n?|\u0085|\u2028")
# Possessive, so that no input makes it try twice; a tag ends at the first ">" outside double quotes.
_TAG: Final = re.compile(r'<(/?)([a-zA-Z][a-zA-Z0-9]*+)((?:[\s/][^<>"]*+(?:"[^"]*+"[^<>"]*+)*+)?+)>')
_PARAGRAPHS = frozenset(
    """
    p div section article header footer main aside address details summary h1 h2 h3 h4 h5 h6 ul ol dl
    blockquote pre table figure figcaption hr caption
    """.split()  # noqa: SIM905  read by people
)
_LINES = frozenset(["tr", "dt", "dd", "thead", "tbody", "tfoot"])
_CELLS = frozenset(["td", "th"])


def drop_controls(text: str) -> str:
    """Without control characters, lone surrogates and bidirectional overrides; every line break is a line feed.

    The overrides (U+202A–202E, U+2066–2069) can make text read as something else and, unclosed, run on into what
    follows; XML 1.0 §2.2 forbids most of the others, so the archive's feed could not hold them.
    """
    return _UNWANTED.sub("", _BREAKS.sub("\n", text))


def plain(html: str) -> str:
    """The text of HTML that ``digest.text.clean`` made: entities decoded, white space folded, ``pre`` kept.

    Paragraphs stand apart by one blank line; a list item is a line that begins with ``- ``; ``br`` and a table's row
    end a line, cells stand apart by `` | ``. Takes time linear in the length; nesting costs nothing.
    """
    page = _Page()
    position = 0
    for tag in _TAG.finditer(html):
        page.words(unescape(html[position : tag.start()]))
        position = tag.end()
        page.tag(tag.group(2).lower(), closes=bool(tag.group(1)))
    page.words(unescape(html[position:]))
    return page.text()


class _Page:
    """Collects paragraphs; a paragraph is a run of lines, a line a run of pieces."""

    __slots__ = ("_line", "_lists", "_paragraph", "_paragraphs", "_pre", "_separator", "_start", "_worded")

    def __init__(self) -> None:
        self._paragraphs: list[str] = []
        self._paragraph: list[str] = []
        self._line: list[str] = []
        self._start = ""  # stands before the first word of the line: a list item's dash
        self._separator = False  # whether a cell ended
        self._worded = False  # whether the line has words
        self._pre = 0
        self._lists = 0

    def words(self, text: str) -> None:
        if not text:
            return
        if text.strip():
            if self._start:
                self._line.append(self._start)
                self._start = ""
            elif self._separator and self._worded:
                self._line.append(" | ")
            self._separator = False
            self._worded = True
        self._line.append(text)

    def tag(self, name: str, *, closes: bool) -> None:
        if name == "li":
            self._end_item(closes=closes)
        elif name in _PARAGRAPHS:
            self._end_paragraph(name, closes=closes)
        elif name == "br" or name in _LINES:
            self._end_line(keep_blank=name == "br")
        elif name in _CELLS:
            self._separator = True
        elif name == "q":
            self.words("”" if closes else "“")

    def text(self) -> str:
        self._flush()
        return "\n\n".join(self._paragraphs)

    def _end_item(self, *, closes: bool) -> None:
        self._end_line()
        self._start = "" if closes else "- "

    def _end_paragraph(self, name: str, *, closes: bool) -> None:
        step = -1 if closes else 1
        if name in {"ul", "ol"}:
            self._lists = max(0, self._lists + step)
        if self._lists and name != "pre":  # a list is one paragraph, however its items are made
            self._end_line()
        else:
            self._flush()
        if name == "pre":
            self._pre = max(0, self._pre + step)

    def _end_line(self, *, keep_blank: bool = False) -> None:
        text = "".join(self._line)
        self._line = []
        self._separator = self._worded = False
        if self._pre:
            self._paragraph.append(text)
            return
        folded = " ".join(text.split())
        if folded:
            self._paragraph.append(folded)
        elif keep_blank:
            self._flush()

    def _flush(self) -> None:
        self._end_line()
        text = "\n".join(self._paragraph)
        text = text.strip("\n").rstrip() if self._pre else text
        if text.strip():
            self._paragraphs.append(text)
        self._paragraph = []
