"""Lines of a plain-text mail: wrapped by what a screen shows, not by the count of characters.

textwrap leaves Chinese at twice the width and breaks web addresses; so this wraps by display width (UAX #11, as
wcwidth has it), breaks wide text between graphemes, and never breaks a web address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import wcwidth

WIDTH = 72
"""Columns of a text mail; RFC 5322 §2.1.1 asks for at most 78, and quoting takes some."""

_ADDRESS = re.compile(r"://|^mailto:|^www\.")
_CLOSING = frozenset("、。，．：；？！）」』】〕〉》”’…‥)]}.,:;?!")
"""What may not begin a line after wide text (JIS X 4051, the marks that matter)."""
_BLANKS = re.compile(r"[ \t\n\r\f\v]+")  # no-break spaces hold together


def wrap(text: str, width: int = WIDTH, *, indent: str = "", first: str | None = None) -> str:
    """One paragraph as lines of at most ``width`` columns, indent included.

    A web address is never broken: one too long for the line stands alone on a line of its own. Other words too long
    for a line (and Chinese, which has no blanks) are broken between graphemes.

    Args:
        text: a paragraph; blanks and line ends in it count as one blank.
        width: columns.
        indent: what every line begins with.
        first: what the first line begins with instead ("- "); None: the indent.
    """
    lines: list[str] = []
    lead = indent if first is None else first
    line, used = lead, columns(lead)
    empty = True  # nothing but the indent stands on the line yet
    for piece, glued in _pieces(text, max(1, width - columns(indent))):
        size = columns(piece)
        gap = 0 if empty or glued else 1
        if not empty and used + gap + size > width:
            lines.append(line)
            line, used, empty, gap = indent, columns(indent), True, 0
        line += " " * gap + piece
        used += gap + size
        empty = False
    lines.append(line)
    return "\n".join(each.rstrip() for each in lines)


def columns(text: str) -> int:
    """The columns a terminal or a monospaced mail shows ``text`` in; control characters count as none."""
    return len(text) if text.isascii() and text.isprintable() else max(0, wcwidth.width(text))


def _pieces(text: str, width: int) -> Iterator[tuple[str, bool]]:
    """What may stand on a line, and whether it follows the piece before it without a blank."""
    for token in _BLANKS.split(text):
        if not token:
            continue
        if _ADDRESS.search(token) or (columns(token) <= width and not _is_wide(token)):
            yield token, False
            continue
        glued = False
        for part in _split(token, width):
            yield part, glued
            glued = True


def _is_wide(token: str) -> bool:
    return columns(token) > len(token)


def _split(token: str, width: int) -> Iterator[str]:
    """Wide text grapheme by grapheme, so that lines fill up; a run of narrow text in pieces that fit."""
    piece, used, wide = "", 0, False
    for grapheme in wcwidth.iter_graphemes(token):
        size = columns(grapheme)
        closes = grapheme in _CLOSING and used + size <= width
        if piece and not closes and (size > 1 or wide or used + size > width):
            yield piece
            piece, used, wide = "", 0, False
        piece += grapheme
        used += size
        wide = wide or size > 1
    if piece:
        yield piece


def squeezed(text: str) -> str:
    """Text as it is mailed: no blanks at line ends, no more than two blank lines together, one line end last."""
    lines = [line.rstrip() for line in text.splitlines()]
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines)).strip("\n") + "\n"
