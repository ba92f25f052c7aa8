"""Lines of a plain-text mail: wrapped by what a screen shows, not by the count of characters.

textwrap leaves Chinese at twice the width and breaks web addresses; so this wraps by display width (UAX #11, as
wcwidth has it), breaks wide text between graphemes, and never breaks a web address. Nothing is hyphenated.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

import wcwidth

WIDTH = 72
"""Columns of a text mail; RFC 5322 §2.1.1 asks for at most 78, and quoting takes some."""

_TOKEN = re.compile(
    "([ \t\n\r\f\v\x1c-\x1f\x85\u1680\u2000-\u2006\u2008-\u200b\u2028\u2029\u205f\u3000]*+)"  # no no-break spaces
    "([^ \t\n\r\f\v\x1c-\x1f\x85\u1680\u2000-\u2006\u2008-\u200b\u2028\u2029\u205f\u3000]++)"
)
_ADDRESS = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9+.-]{0,20}://|^mailto:|^www\.)[^\s、。，；：？！「」『』【】（）〔〕《》“”‘’]*+"
)
_BESIDE = 8
"""Columns of what may stand before and after an address and never leaves it: brackets, a full stop."""
_WIDE = re.compile(
    "[\u2e80-\u312f\u3190-\ua4cf\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\U0001f000-\U0003fffd]"
)
"""Between these a line may end anywhere. Hangul is as wide, but Korean has blanks between its words."""
_HOLDS_BEFORE = frozenset(
    "、。，．：；？！）」』】〕〉》｝］”’…‥・ーゝゞヽヾ々〜％)]}.,:;?!%\u00a0\u202f"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ"
    "\u0e2f\u0e30\u0e32\u0e33\u0e45\u0e46\u0eb0\u0eb2\u0eb3\u0eaf\u0ec6"
)
"""What may not begin a line: JIS X 4051 §6.1 a, c–e; Thai and Lao vowels and signs written after their consonant."""
_HOLDS_AFTER = frozenset(
    "（「『【〔〈《｛［“‘$£¥€＄￡￥([{\u00a0\u202f\u0e40\u0e41\u0e42\u0e43\u0e44\u0ec0\u0ec1\u0ec2\u0ec3\u0ec4"
    "\u1039\u17d2"
)
"""What may not end a line: JIS X 4051 §6.1 b; Thai and Lao vowels written before; signs that join two consonants."""
_HELD_MOST = 4
"""Graphemes that go to the next line for what may not begin or end one."""
_UNSEEN = re.compile("[\u00ad\u034f\u180e\u200b\u2060-\u2065\ufeff]")  # str.translate takes ten times as long
"""Soft hyphens and zero-width characters, which programs show as boxes; not the joiners (U+200C, U+200D), which shape
Persian, Indic scripts and emoji."""


def wrap(text: str, width: int = WIDTH, *, indent: str = "", first: str | None = None, verbatim: bool = False) -> str:
    """One paragraph as lines of at most ``width`` columns, indent included.

    A web address is never broken: one too long for the line stands alone on a line of its own. Other words too long
    for a line (and Chinese, which has no blanks) are broken between graphemes.

    Args:
        text: a paragraph; blanks and line ends in it count as one blank.
        width: columns.
        indent: what every line begins with.
        first: what the first line begins with instead ("- "); None: the indent.
        verbatim: keep the blanks between words, as in a line of code; those at a new line's start still go.
    """
    lines: list[str] = []
    lead = indent if first is None else first
    line, used = lead, columns(lead)
    empty = True  # nothing but the indent stands on the line yet
    for gap, piece in _pieces(text, max(1, width - columns(indent)), verbatim=verbatim):
        size = columns(piece)
        between = 0 if empty else columns(gap)
        if not empty and used + between + size > width:
            lines.append(line)
            line, used, empty, between = indent, columns(indent), True, 0
        line += piece if empty else gap + piece
        used += between + size
        empty = False
    lines.append(line)
    return "\n".join(each.rstrip() for each in lines)


def columns(text: str) -> int:
    """The columns a terminal or a monospaced mail shows ``text`` in; control characters count as none."""
    return len(text) if text.isascii() and text.isprintable() else max(0, wcwidth.width(text))


def _pieces(text: str, width: int, *, verbatim: bool) -> Iterator[tuple[str, str]]:
    """What may stand on a line, each after the blanks that part it from the piece before."""
    # A line that begins with ">" is shown as somebody else's words.
    text = text.replace(" >", "\u00a0>") if " >" in text and not verbatim else text
    for blanks, token in _TOKEN.findall(text):
        gap = blanks if blanks == " " else _gap(blanks, verbatim=verbatim)
        if len(token) <= width and token.isascii():
            yield gap, token
            continue
        for part in _parts(_UNSEEN.sub("", token), width):
            yield gap, part
            gap = ""


def _gap(blanks: str, *, verbatim: bool) -> str:
    seen = blanks.replace("\u200b", "")  # zero width: a place to break Thai or Khmer, and nothing else
    if verbatim:
        return "".join("\u3000" if blank == "\u3000" else " " for blank in seen)
    return seen if seen in {"", "\u3000"} else " "


def _parts(token: str, width: int) -> Iterator[str]:
    """A token in the pieces it may be broken into."""
    address = _ADDRESS.search(token) if "://" in token or token.startswith(("www.", "mailto:")) else None
    if address is None:
        yield from _split(token, width)
        return
    before, after = token[: address.start()], token[address.end() :]
    if columns(before) + columns(after) <= _BESIDE and not _WIDE.search(before + after):
        yield token
        return
    yield from _split(before, width)
    yield address[0]
    yield from _split(after, width)


def _split(token: str, width: int) -> Iterator[str]:
    """Wide text grapheme by grapheme, so that lines fill up; a run of narrow text in pieces that fit."""
    if token and columns(token) <= width and not _WIDE.search(token):
        yield token
        return
    piece: list[str] = []
    used, was_wide = 0, False
    for grapheme in wcwidth.iter_graphemes(token):
        size, is_wide = _shape(grapheme)
        if piece and used + size > width:
            rest = _carried(piece, grapheme)
            yield "".join(piece[: len(piece) - len(rest)])
            piece, used = rest, sum(map(columns, rest))
        elif piece and (is_wide or was_wide) and not _held(piece[-1], grapheme):
            yield "".join(piece)
            piece, used = [], 0
        piece.append(grapheme)
        used, was_wide = used + size, is_wide
    if piece:
        yield "".join(piece)


@functools.lru_cache(4096)
def _shape(grapheme: str) -> tuple[int, bool]:
    """Its columns, and whether a line may end beside it."""
    return columns(grapheme), bool(_WIDE.match(grapheme))


def _held(before: str, after: str) -> bool:
    return before[-1] in _HOLDS_AFTER or after[0] in _HOLDS_BEFORE


def _carried(piece: list[str], after: str) -> list[str]:
    """What of a full line goes to the next one with ``after``; nothing if too much holds together."""
    for count in range(_HELD_MOST):
        if count == len(piece):
            return []
        if not _held(piece[-1 - count], after):
            return piece[len(piece) - count :]
        after = piece[-1 - count]
    return []


def squeezed(text: str) -> str:
    """Text as it is mailed: no blanks at line ends, no more than two blank lines together, one line end last.

    No byte order mark, soft hyphen or zero-width character either, and no line of two hyphens, below which programs
    look for a signature (RFC 3676 §4.3) and hide the rest.
    """
    lines = [line.rstrip() for line in _UNSEEN.sub("", text).splitlines()]
    joined = "\n".join("—" if line == "--" else line for line in lines)
    return re.sub(r"\n{4,}", "\n\n\n", joined).strip("\n") + "\n"
