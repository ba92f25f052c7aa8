"""The lines of an issue file, and which of them Markdown would not read as Markdown.

A heading inside a code fence, a comment or a block of HTML is text (CommonMark 0.31, §4.5 and §4.6).
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from digest.errors import IssueFileError

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")
_RAW = re.compile(r"^ {0,3}<(pre|script|style|textarea)(?=[\s>]|$)", re.IGNORECASE)
_BLOCK_TAG = re.compile(
    r"^ {0,3}</?(address|article|aside|blockquote|center|details|div|dl|fieldset|figure|footer|form|header|hr|iframe"
    r"|li|main|nav|ol|p|section|summary|table|tbody|td|tfoot|th|thead|tr|ul)(?=[\s/>]|$)",
    re.IGNORECASE,
)

_INVISIBLE = re.compile("[\u00a0\u00ad\u2000-\u200f\u2028-\u202f\u2060-\u2064\u3000\ufeff]")


class Line(NamedTuple):
    """A line with its ending, and its number counted from 1."""

    text: str
    number: int
    bare: str  # without its ending

    @property
    def blank(self) -> bool:
        return not self.bare or self.bare.isspace()


def lines_of(text: str, *, first: int = 1) -> list[Line]:
    """The lines of a text, none of its characters lost. Only a line feed ends a line, as in any editor."""
    parts = text.split("\n")
    last = parts.pop()
    lines = [Line(f"{part}\n", number, part.rstrip("\r")) for number, part in enumerate(parts, first)]
    return [*lines, Line(last, first + len(lines), last.rstrip("\r"))] if last else lines


def invisible(text: str) -> str:
    """The first character of a text that nobody sees and that is no blank: ``U+200B ZERO WIDTH SPACE``; "" for none."""
    found = _INVISIBLE.search(text)
    return f"U+{ord(found.group()):04X} {unicodedata.name(found.group(), '')}".rstrip() if found else ""


def quiet_lines(lines: list[Line], path: str) -> frozenset[int]:
    """The numbers of the lines that stand inside code, a comment or HTML.

    Raises:
        IssueFileError: a fence or a comment is never closed; it would swallow the rest of the issue.
    """
    quiet: set[int] = set()
    index = 0
    while index < len(lines):
        bare = lines[index].bare
        if "<" not in bare and "`" not in bare and "~" not in bare:  # as nearly every line
            index += 1
            continue
        end = _block_end(lines, index, path)
        quiet.update(line.number for line in lines[index:end])
        index = max(end, index + 1)
    return frozenset(quiet)


def _block_end(lines: list[Line], start: int, path: str) -> int:
    """Where the block that begins at ``start`` ends (exclusive); ``start`` itself if none begins there."""
    line = lines[start]
    if fence := _FENCE.match(line.bare):
        mark = fence.group(1)
        if mark[0] == "`" and "`" in fence.group(2):
            return start  # inline code that fills a line
        closing = re.compile(rf"^ {{0,3}}{re.escape(mark[0])}{{{len(mark)},}}[ \t]*$")
        return _find(lines, start + 1, closing) or _unclosed(f"the code fence {mark}", line, path, mark)
    if "<!--" in line.bare and not _closed_comment(line.bare):
        end = _find(lines, start + 1, re.compile(r"-->"))
        if end is None or any("<!--" in inner.bare.partition("-->")[0] for inner in lines[start + 1 : end]):
            return _unclosed("the comment <!--", line, path, "-->")  # it would end at the next comment's end
        return end
    if raw := _RAW.match(line.bare):
        closing = re.compile(rf"</{raw.group(1)}>", re.IGNORECASE)
        if closing.search(line.bare):
            return start + 1
        return _find(lines, start + 1, closing) or _unclosed(f"the <{raw.group(1)}>", line, path, f"</{raw.group(1)}>")
    if _BLOCK_TAG.match(line.bare):
        end = start + 1
        while end < len(lines) and not lines[end].blank:
            end += 1
        return end
    return start


def _closed_comment(line: str) -> bool:
    return line.rfind("-->") > line.rfind("<!--")


def _find(lines: list[Line], start: int, closing: re.Pattern[str]) -> int | None:
    for index in range(start, len(lines)):
        if closing.search(lines[index].bare):
            return index + 1
    return None


def _unclosed(what: str, line: Line, path: str, closing: str) -> int:
    raise IssueFileError(
        f"{what} opened here is never closed",
        path=path,
        line=line.number,
        hint=f"write {closing} on a line of its own where it should end",
    )
