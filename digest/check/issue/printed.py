"""What of an issue file reaches readers, line by line, and where in it something stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from digest.text.markdown import unescape, without_comments

if TYPE_CHECKING:
    from digest.check.galley import Galley
    from digest.model import IssueStory

Kind = Literal["front", "heading", "text", "source", "code"]

_SECTION = re.compile(r"^ {0,3}##[ \t]+(.*?)[ \t#\r]*$")
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_FRONT = re.compile(r"(title|subject|preheader)\s*:", re.IGNORECASE)
_SOURCES = re.compile(r"^ {0,3}([*_]{0,3})sources(?::\1|\1:)\s*$", re.IGNORECASE)
_ITEM = re.compile(r"^\s*[-*+•]\s")
_ATTRIBUTES = re.compile(r"(?<!\\)\{[^{}]*\}\s*$")
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_BARE = re.compile(r"https?://[^\s<>\"\]]+")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedLine:
    """A line, or what of it is outside comments."""

    number: int  # 1-based, in the file
    text: str  # Markdown; without the braces of a heading
    kind: Kind


def printed_lines(galley: Galley) -> Iterator[PrintedLine]:
    """The lines that reach readers: neither the bench nor comments, and of the front matter what is printed."""
    issue = galley.issue
    bench = {story.line for story in (*issue.next_week, *issue.candidates)}
    reader = _Reader()
    for number, line in enumerate(issue.text.split("\n"), 1):  # as the parser counts
        visible = reader.visible(line.rstrip("\r"), number)
        if heading := _SECTION.match(visible):
            reader.silent = heading.group(1).strip(" *_:").casefold() in {"next week", "candidates"}
        reader.silent = reader.silent or number in bench
        kind = reader.kind(visible, number)
        if kind and not reader.silent:
            text = _ATTRIBUTES.sub("", visible) if kind == "heading" else visible
            yield PrintedLine(number=number, text=text, kind=kind)


class _Reader:
    def __init__(self) -> None:
        self.silent = False
        self._comment = False
        self._front = False
        self._fence = ""
        self._sources = False
        self._apart = False  # a blank line, or code, came before

    def visible(self, line: str, number: int) -> str:
        """What of a line is outside comments; they may begin and end anywhere but in code."""
        if number == 1 and line.strip("\ufeff ") == "---":
            self._front = True
            return ""
        if self._front or self._fence:
            return line
        shown, left = "", line
        while left:
            before, found, left = left.partition("-->" if self._comment else "<!--")
            if not self._comment:
                shown += before
            self._comment = bool(found) != self._comment
        return shown

    def kind(self, line: str, number: int) -> Kind | None:
        """What a line is; None: it is not printed."""
        if self._front:
            self._front = not (number > 1 and line.strip() in {"---", "..."})
            return "front" if _FRONT.match(line) else None
        fence = _FENCE.match(line)
        if self._fence:
            if fence and fence.group(1).startswith(self._fence):
                self._fence = ""
            return "code"
        if fence:
            self._fence = fence.group(1)
            return "code"
        indented, self._apart = self._apart and line.startswith(("    ", "\t")), not line.strip()
        if indented:
            self._apart = True
            return "code"
        if _HEADING.match(line):
            self._sources = False
            return "heading"
        if _SOURCES.match(line):
            self._sources = True
            return None
        self._sources = self._sources and (not line.strip() or bool(_ITEM.match(line)))
        return "source" if self._sources else "text"


def front_line(galley: Galley, key: str) -> int:
    """The line of a key of the front matter; the first if it is not there."""
    lines = galley.issue.text.split("\n")
    return next((number for number, line in enumerate(lines, 1) if line.lower().startswith(f"{key}:")), 1)


def story_lines(galley: Galley, story: IssueStory) -> tuple[PrintedLine, ...]:
    """The printed lines of one story, its headline first."""
    issue = galley.issue
    starts = [one.line for one in issue.sections]
    starts += [one.line for one in (*issue.stories, *issue.next_week, *issue.candidates)]
    end = min((line for line in starts if line > story.line), default=1 << 30)
    return tuple(line for line in printed_lines(galley) if story.line <= line.number < end)


def line_of(galley: Galley, story: IssueStory, words: str) -> int:
    """The line of a story in which words stand; that of its headline if none has them."""
    wanted = _folded(words)[:24]
    return next((line.number for line in story_lines(galley, story) if wanted in _folded(line.text)), story.line)


def plain(markdown: str) -> str:
    """Markdown roughly as readers read it: links as their words, without pictures, addresses, code and tags."""
    text = _IMAGE.sub("", _CODE.sub(" ", unescape(without_comments(markdown))))
    return _TAG.sub("", _BARE.sub("", _LINK.sub(r"\1", text)))


def _folded(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
