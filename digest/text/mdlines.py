"""Lines of Markdown: links, emphasis and paragraphs, written so that they are read back as what was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from digest.text.markdown import escape

BREAK: Final = "\x01"
"""Stands for a line break until lines are made; clean text holds no control characters."""

_RAW: Final = {"**": "strong", "*": "em"}
_BEGINS_LIST: Final = re.compile(r"^([-+*]|\d{1,9}[.)])(?=\s|$)")
_BEGINS_BLOCK: Final = re.compile(r"^(?:[#>|]|-+ *$|-{3,})")
_RULED: Final = re.compile(r"^[=~]+")
_OURS: Final = re.compile(r"^([*_]{0,3}(?:why it matters|sources)[*_]{0,3}):", re.IGNORECASE)
"""What begins a part of a story in an issue file: see ``digest.edit.story``."""
_ID: Final = re.compile(r"(?<!\\)\{(?=[^{}]*#[se]-)")
_LINK: Final = re.compile(r"\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)")
_UNSAFE_IN_ADDRESS: Final = re.compile(r"[\s<>\"\\{}`|^\[\]*]")


def paragraph_lines(text: str) -> str:
    """Running text as the lines of a paragraph; a line break is two blanks at the end of a line."""
    lines = [" ".join(line.split()) for line in text.split(BREAK)]
    return "  \n".join(_safe_start(line) for line in lines if line)


def heading_line(text: str) -> str:
    """Running text as the words of a heading: no hashes and no attribute list at its end."""
    line = _safe_start(" ".join(text.replace(BREAK, " ").split()))
    line = re.sub(r"#+$", lambda m: "\\#" * len(m.group()), line)
    line = re.sub(r"(?<!\\)\{(?=[#.][^}]*$)", r"\\{", line)
    return re.sub(r"\\?\{([^{}]*)\}$", r"\\{\1\\}", line)


def _safe_start(line: str) -> str:
    """The line so that its beginning is text: no list, no heading, no ruler, no label of an issue file."""
    line = _BEGINS_LIST.sub(lambda m: m.group(1)[:-1] + "\\" + m.group(1)[-1], line)
    line = _BEGINS_BLOCK.sub(lambda m: "\\" + m.group(), line)
    line = _RULED.sub(lambda m: "".join(f"&#{ord(sign)};" for sign in m.group()), line)
    line = _OURS.sub(r"\1&#58;", line)
    return _ID.sub(r"\\{", line)


def emphasised(inner: str, mark: str, *, before: str) -> str:
    """Text with emphasis, line by line; with tags where asterisks would run into others.

    Args:
        inner: Markdown.
        mark: ``*`` or ``**``.
        before: the character that stands before it.
    """
    parts = []
    for line in inner.split(BREAK):
        bare = line.strip()
        if not bare:
            parts.append(line)
            continue
        lead, trail = line[: len(line) - len(line.lstrip())], line[len(line.rstrip()) :]
        runs_in = bare[0] in "*_\\" or bare[-1] in "*_" or (not parts and before in {"*", "_", "\\"})
        tag = _RAW[mark]
        parts.append(f"{lead}<{tag}>{bare}</{tag}>{trail}" if runs_in else f"{lead}{mark}{bare}{mark}{trail}")
    return BREAK.join(parts)


def code(text: str) -> str:
    """Inline code; as text where it holds what would end it."""
    return escape(text) if not text or any(sign in text for sign in "`\\{<") else f"`{text}`"


def link_to(inner: str, href: str) -> str:
    """A link around Markdown of one line; the text alone if it leads nowhere or says nothing."""
    bare = " ".join(inner.replace(BREAK, " ").split())
    if not href or not bare:
        return inner
    lead, trail = (" " if inner[:1].isspace() else ""), (" " if inner[-1:].isspace() else "")
    return f"{lead}[{bare}]({_written(href)}){trail}"


def picture(alt: str, src: str) -> str:
    """A picture; its words alone if it is nowhere."""
    words = escape(" ".join(alt.split()))
    return f"![{words}]({_written(src)})" if src else words


def links_in(text: str) -> Iterator[str]:
    """Where the links of Markdown made here lead; pictures too."""
    for found in _LINK.finditer(text):
        if found[1].startswith(("http://", "https://")):
            yield found[1]


def _written(href: str) -> str:
    """The address so that Markdown finds its end."""
    safe = _UNSAFE_IN_ADDRESS.sub(lambda m: quote(m.group()), href)
    if _LINK.fullmatch(f"]({safe})"):
        return safe
    return safe.replace("(", "%28").replace(")", "%29")
