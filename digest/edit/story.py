"""One story of an issue file: its heading, and the three things below it (summary, why it matters, sources)."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Literal

from digest.edit.blocks import Line, invisible
from digest.errors import IssueFileError
from digest.model import IssueStory, SourceRef
from digest.text.markdown import without_comments
from digest.text.plain import drop_controls

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

Part = Literal["summary", "why", "label", "source", "between"]
"""label: the line "Sources:". between: blank lines and comments among the sources."""

OPTIONS = (
    "pin", "update", "correction", "headline", "summary", "full", "image", "no-image", "generated",
    "paywall", "pdf", "audio", "video",
)  # fmt: skip

_ATTRIBUTES = re.compile(r"(?<!\\)\{([^{}]*)\}$")
_STORY_ID = re.compile(r"^s-[0-9a-f]{8,16}$")
_ENTRY_ID = re.compile(r"^#e-([0-9a-f]{8,16})$")
_SOURCES = re.compile(r"^ {0,3}([*_]{0,3})sources(?::\1|\1:)\s*$", re.IGNORECASE)
_WHY = re.compile(r"^ {0,3}([*_]{0,3})why it matters(?::\1|\1:)\s*(.*)$", re.IGNORECASE)
_COMMENT = re.compile(r"^\s*<!--(?:(?!-->).)*-->\s*$")
_LABEL_STARTS = frozenset(" *_sSwW")
# Indented too: editors do that to lists by themselves. A ruler such as "- - -" is none.
_ITEM = re.compile(r"^\s*[-*+•]\s+(?!\s*[-*](?:\s*[-*])+\s*$)(.*)$")
_BARE_ID = re.compile(r"\s#?[se]-[0-9a-f]{8,16}\}?$")
_EXCLUSIVE = (("headline", "summary", "full"), ("image", "no-image"))


def read_options(heading: str, path: str, line: int) -> tuple[str, str | None, frozenset[str]]:
    """The title, the id and the options of ``Title {#s-7f3a9c21 .pin}``.

    Raises:
        IssueFileError: the braces hold something else, or are not closed.
    """
    found = _ATTRIBUTES.search(heading)
    if not found:
        if re.search(r"(?<!\\)\{[#.][^}]*$", heading):
            raise IssueFileError("the { in this heading is never closed", path=path, line=line,
                                 hint="write } at the end of the line")  # fmt: skip
        _refuse_bare_id(heading, path, line)
        title, story_id, options = heading, None, frozenset[str]()
    else:
        title = heading[: found.start()].strip()
        story_id, options = _attributes(found.group(1), path, line)
    if not title:
        raise IssueFileError("a story without a headline", path=path, line=line, hint="write `### Headline`")
    return title, story_id, options


def _attributes(inner: str, path: str, line: int) -> tuple[str | None, frozenset[str]]:
    story_id: str | None = None
    options: set[str] = set()
    for word in inner.split():
        if word.startswith("#") and _STORY_ID.match(word[1:]):
            if story_id:
                raise IssueFileError("a story has one id, and here are two", path=path, line=line,
                                     hint=f"delete #{story_id} or {word}")  # fmt: skip
            story_id = word[1:]
        elif word.startswith(".") and word[1:] in OPTIONS:
            options.add(word[1:])
        else:
            close = difflib.get_close_matches(word.lstrip(".#"), OPTIONS, n=1)
            guess = f"did you mean .{close[0]}? " if close else ""
            known = f"options are {', '.join('.' + option for option in OPTIONS)}; ids are made by digest"
            raise IssueFileError(
                f"{word!r} is neither a story's id nor an option{_hidden(word)}",
                path=path,
                line=line,
                hint=f"{guess}{known}; if the braces are text, write \\{{",
            )
    for group in _EXCLUSIVE:
        if len(both := [f".{option}" for option in group if option in options]) > 1:
            raise IssueFileError(f"{' and '.join(both)} contradict each other", path=path, line=line,
                                 hint="keep one of them")  # fmt: skip
    return story_id, frozenset(options)


def _hidden(text: str) -> str:
    """What to add to a message about a text that looks right."""
    return f" (in it stands {name})" if (name := invisible(text)) else ""


def _refuse_bare_id(text: str, path: str, line: int) -> None:
    if found := _BARE_ID.search(text):
        raise IssueFileError(f"the braces around{found.group().rstrip('}')} are missing", path=path, line=line,
                             hint="ids are written {#s-…} and {#e-…}")  # fmt: skip


def read_story(
    title: str,
    story_id: str | None,
    options: frozenset[str],
    lines: Sequence[Line],
    quiet: Collection[int],
    *,
    path: str,
    line: int,
) -> IssueStory:
    """A story from its heading's parts and the lines below it, of which some are ``quiet``: code, comments, HTML."""
    summary: list[str] = []
    why: list[str] = []
    sources: list[SourceRef] = []
    for kind, one in parts_of(lines, quiet):
        if kind == "summary":
            if not one.blank or one.number in quiet:
                summary.append(f"{one.bare}\n")
            elif summary and summary[-1] != "\n":  # one blank line says as much as three, but in code
                summary.append("\n")
        elif kind == "why":
            found = _WHY.match(one.bare)
            why.append((("\n" if why else "") + found.group(2) if found else one.bare) + "\n")
        elif kind == "source" and (item := _ITEM.match(one.bare)):
            sources.append(read_source(without_comments(item.group(1)), path, one.number))
    return IssueStory(
        id=story_id,
        title=title,
        options=options,
        summary="".join(summary).rstrip(),  # what is indented at its beginning may be code
        why="".join(why).strip(),
        sources=tuple(sources),
        line=line,
    )


def parts_of(lines: Sequence[Line], quiet: Collection[int]) -> tuple[tuple[Part, Line], ...]:
    """What each line below a story's heading is."""
    parts: list[tuple[Part, Line]] = []
    into: Part = "summary"
    for one in lines:
        loud = one.number not in quiet
        labelled = loud and one.bare[:1] in _LABEL_STARTS
        if labelled and _SOURCES.match(one.bare):
            into = "source"
            parts.append(("label", one))
        elif labelled and _WHY.match(one.bare):
            into = "why"
            parts.append(("why", one))
        elif into == "why" and not one.blank:
            parts.append(("why", one))
        elif into == "source" and (one.blank or not loud or _COMMENT.match(one.bare)):
            parts.append(("between", one))  # blanks and comments among the sources
        elif into == "source" and _ITEM.match(one.bare):
            parts.append(("source", one))
        else:
            into = "summary"
            parts.append(("summary", one))
    return tuple(parts)


def read_source(item: str, path: str, line: int) -> SourceRef:
    """A source line without its bullet: ``also [BBC](https://…), 25 March 2025 {#e-5e6f7a8b}``.

    Raises:
        IssueFileError: its link or its braces are not closed.
    """
    rest = drop_controls(item).strip()  # it is printed, and measured, as it stands
    entry_id = None
    if found := _ATTRIBUTES.search(rest):
        known = _ENTRY_ID.match(found.group(1).strip())
        if not known:
            raise IssueFileError(f"{found.group()} is no entry's id{_hidden(found.group())}", path=path, line=line,
                                 hint="leave the ids as digest wrote them; your own sources need none")  # fmt: skip
        entry_id, rest = known.group(1), rest[: found.start()].strip()
    elif re.search(r"\{#[^}]*$", rest):
        raise IssueFileError("the { in this source is never closed", path=path, line=line,
                             hint="write } at the end of the line")  # fmt: skip
    else:
        _refuse_bare_id(rest, path, line)
    also = bool(re.match(r"also\b", rest, re.IGNORECASE))
    rest = re.sub(r"^also\b[:\s]*", "", rest, flags=re.IGNORECASE)
    label, url, tail = _link(rest, path, line)
    note = tail.lstrip().removeprefix(",").strip()
    return SourceRef(label=label, url=url, note=note, entry_id=entry_id, also=also, line=line)


def _link(text: str, path: str, line: int) -> tuple[str, str | None, str]:
    """The label and the address of a link at the start of the text, and what follows it."""
    if not text.startswith("["):
        if bare := re.match(r"<?(https?://[^\s<>]+)>?", text):
            return bare.group(1), bare.group(1), text[bare.end() :]
        label, comma, tail = text.partition(",")
        return label.strip(), None, comma + tail
    middle = re.search(r"(?<!\\)\]\(", text)
    end = _closing(text, middle.end()) if middle else None
    if middle is None or end is None:
        raise IssueFileError("the link in this source is not closed", path=path, line=line,
                             hint="write [Name](https://address)")  # fmt: skip
    label = re.sub(r"\\([\\`*_\[\]])", r"\1", text[1 : middle.start()])
    return label, text[middle.end() : end].strip().strip("<>") or None, text[end + 1 :]


def _closing(text: str, start: int) -> int | None:
    """Where the parenthesis that is open at ``start`` closes; addresses may hold pairs of them."""
    if text[start : start + 1] == "<":
        angle = text.find(">)", start)
        return angle + 1 if angle >= 0 else None
    first = text.find(")", start)
    if first < 0 or text.find("(", start, first) < 0:  # as nearly every address
        return first if first >= 0 else None
    depth = 1
    for index in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if depth == 0:
            return index
    return None
