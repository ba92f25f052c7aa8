"""What in an issue file would be misread in silence: reading stops there, and says so.

An editor sees at once that a sentence is wrong, but not that digest takes a heading for text. An id that is not read
costs most: its entry would count as deleted.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from digest.edit.blocks import invisible
from digest.errors import IssueFileError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from digest.edit.blocks import Line
    from digest.model import IssueStory

# git writes seven of a sign; "diff3" and "zdiff3" add the lines of |. A table's row begins with as many at most.
_CONFLICT = re.compile(r"(?:<{7}|>{7}|\|{7})(?: |$)")
_CONFLICT_STARTS = frozenset("<>|")
_ID = re.compile(r"\{[^{}\n]*#[se]-[0-9a-f]{8,16}\}?")
_COMMENT = re.compile(r"<!--.*?-->")  # of one line; longer ones are quiet
_TEXT_BEFORE = frozenset("\\`")  # before a brace: it is meant to be read by people
_BLANKS = "\u00a0\u2000-\u200b\u202f\u2060\u3000\ufeff"
_NO_BLANK = re.compile(r" {0,3}(#{2,3})(?![#\s])")
_ODD_BLANK = re.compile(rf" *[{_BLANKS}][ {_BLANKS}]*#{{2,3}}(?!#)")
_TOP_HEADING = re.compile(r" {0,3}#[ \t]+\S")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*$")
_NO_UNDERLINED = re.compile(r"\s*(?:[-*+>|#=]|\d+[.)])")
_KEY = re.compile(r"[A-Za-z][\w-]*[ \t]*:")


def refuse_leftovers(text: str, lines: Sequence[Line], path: str) -> None:
    """What a merge or another program left in a file, whose lines are given too.

    Raises:
        IssueFileError: there is some of it.
    """
    for line in lines:
        if line.bare[:1] in _CONFLICT_STARTS and _CONFLICT.match(line.bare):
            raise _conflict(line, path)
    if "\0" in text:
        number = text.count("\n", 0, text.index("\0")) + 1
        raise IssueFileError("a character with the number 0 stands in this line", path=path, line=number,
                             hint="save the file as UTF-8 in your editor")  # fmt: skip
    if lines and "\r" in lines[0].bare:
        raise IssueFileError("its lines do not end", path=path, line=lines[0].number,
                             hint="save it with the line ends of Unix (LF) or Windows (CRLF)")  # fmt: skip


def refuse_second_issue(lines: Sequence[Line], quiet: Collection[int], path: str) -> None:
    """Two files in one.

    Args:
        lines: below the front matter.
        quiet: those inside code, comments and HTML.
        path: for the message.

    Raises:
        IssueFileError: another front matter begins there.
    """
    for place, line in enumerate(lines):
        if line.bare.startswith("issue:") and line.number not in quiet:
            above = next((one for one in reversed(lines[:place]) if not _KEY.match(one.bare)), line)
            if above.bare.lstrip("\ufeff").rstrip() == "---":
                raise IssueFileError("a second issue begins here", path=path, line=above.number,
                                     hint="two files were put into one: keep the one you want")  # fmt: skip


def refuse_no_heading(line: Line, path: str) -> None:
    """A line with hashes that is no heading of digest's, but was meant as one.

    Raises:
        IssueFileError: it was.
    """
    if found := _NO_BLANK.match(line.bare):
        mark = found.group(1)
        raise IssueFileError(f"there is no blank behind {mark}", path=path, line=line.number,
                             hint=f"write `{mark} Name`; if it is text, write \\{mark}")  # fmt: skip
    if _ODD_BLANK.match(line.bare):
        raise IssueFileError(f"before the hashes stands a character that is hard to see: {invisible(line.bare)}",
                             path=path, line=line.number, hint="delete what is before the first #")  # fmt: skip


def refuse_lone_separator(line: Line, path: str) -> None:
    """The line between two versions, when the other signs of a conflict were deleted.

    Raises:
        IssueFileError: it is one.
    """
    if line.bare == "=======":
        raise _conflict(line, path)


def refuse_unlike_heading(above: Sequence[Line], quiet: Collection[int], path: str) -> None:
    """``# Name``, or ``Name`` underlined, right above a section or a story: nobody ends a text with a heading.

    Raises:
        IssueFileError: such a line ends the text above a heading.
    """
    place = next((place for place in range(len(above) - 1, -1, -1) if not above[place].blank), None)
    if place is None or (last := above[place]).number in quiet:
        return
    before = above[place - 1] if place else last
    is_underline = (
        _UNDERLINE.match(last.bare)
        and not before.blank
        and before.number not in quiet
        and not _NO_UNDERLINED.match(before.bare)
    )
    if is_underline or _TOP_HEADING.match(last.bare):
        raise IssueFileError(
            "a heading that digest does not read ends the text here",
            path=path,
            line=last.number,
            hint="sections are written `## Name`, stories `### Headline`; a ruler --- needs a blank line above it",
        )


def ends_like_heading(above: Sequence[Line], quiet: Collection[int]) -> bool:
    """Whether ``refuse_unlike_heading`` would refuse a heading below these lines."""
    try:
        refuse_unlike_heading(above, quiet, "")
    except IssueFileError:
        return True
    return False


def refuse_unread_ids(
    bodies: Sequence[Sequence[Line]],
    headings: Sequence[Line],
    stories: Sequence[IssueStory],
    quiet: Collection[int],
    path: str,
) -> None:
    """An id in a place where digest reads none: a source without its list, a heading of another level.

    Args:
        bodies: the lines below the front matter, in runs.
        headings: of the stories.
        stories: the same ones, as they were read.
        quiet: the lines inside code, comments and HTML.
        path: for the message.

    Raises:
        IssueFileError: there is one.
    """
    read: Counter[int] = Counter()
    for heading, story in zip(headings, stories, strict=True):
        read[heading.number] += story.id is not None
        for ref in story.sources:  # a story that was known has the line numbers of another file
            read[heading.number + ref.line - story.line] += ref.entry_id is not None
    for line in (line for lines in bodies for line in lines if "{" in line.text and line.number not in quiet):
        told = list(_ids(line.bare))
        if len(told) > read[line.number]:
            raise _unread(line, told[-1], path)


def count_ids(text: str) -> int:
    """How many ids a text has, wherever they stand."""
    return len(_ID.findall(text))


def _ids(line: str) -> Iterator[str]:
    line = _COMMENT.sub("", line)
    for found in _ID.finditer(line):
        if line[found.start() - 1 : found.start()] not in _TEXT_BEFORE:
            yield found.group()


def _unread(line: Line, told: str, path: str) -> IssueFileError:
    heading = "a story's heading is `### Headline {#s-…}`, its one pair of braces at the end of the line"
    source = "a source is one line `- [Name](address), date {#e-…}` below a line `Sources:`, its braces at the end"
    hidden = invisible(line.bare)
    return IssueFileError(
        f"the id {told} stands where none is read"
        + (f", behind a character that is hard to see: {hidden}" * bool(hidden)),
        path=path,
        line=line.number,
        hint=f"{source if '#e-' in told else heading}; if it is text, write \\{{",
    )


def _conflict(line: Line, path: str) -> IssueFileError:
    return IssueFileError(
        "a merge conflict is not resolved",
        path=path,
        line=line.number,
        hint="keep one of the versions and delete the lines <<<<<<<, |||||||, ======= and >>>>>>>",
    )
