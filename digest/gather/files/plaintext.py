"""Plain text without any marks: the first line is the title, the rest the text."""

from __future__ import annotations

import re
from html import escape

from digest.gather.embargo import cut_lines
from digest.gather.files.document import Document
from digest.gather.files.entry import finish
from digest.model import Entry, Html
from digest.text.clean import clean
from digest.text.urls import clean_url

_ADDRESS = re.compile(r"(?:(?:source|link|url|via)\s*:\s*)?<?(https?://\S+?)>?\Z", re.IGNORECASE)


def read(document: Document) -> Entry:
    """The entry; a line that is nothing but an address is where the original is. Its date is the file's.

    Raises:
        UnreadableError: it is empty, or no text.
    """
    lines, notices = cut_lines([line.strip() for line in document.text().split("\n")])
    title = next((line for line in lines if line), "")
    rest = lines[lines.index(title) + 1 :] if title else []
    url = None
    for number, line in enumerate(rest):
        found = _ADDRESS.match(line)
        url = clean_url(found[1]) if found else None
        if url:
            rest[number] = ""
            break
    return finish(
        document,
        title=title.lstrip("# ") or title,
        body=as_html(paragraphs(rest)),
        url=url,
        published=document.saved,
        notices=notices,
        notes=("date of the file",),
    )


def paragraphs(lines: list[str]) -> list[str]:
    """Lines as paragraphs: a line each, or, where lines were wrapped by hand, a block between blank lines each."""
    blocks: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            blocks[-1].append(line.strip())
        elif blocks[-1]:
            blocks.append([])
    filled = [block for block in blocks if block]
    if _wrapped(filled):
        return [" ".join(block) for block in filled]
    return [line for block in filled for line in block]


def as_html(texts: list[str]) -> Html:
    """Paragraphs of plain text as clean HTML."""
    return clean("\n".join(f"<p>{escape(text)}</p>" for text in texts))


def _wrapped(blocks: list[list[str]]) -> bool:
    """Whether lines end where the margin was, not where paragraphs do: all about as long, in mid-sentence."""
    inner = [line for block in blocks for line in block[:-1]]
    longest = max((len(line) for block in blocks for line in block), default=0)
    if not inner or not 40 <= longest <= 110:
        return False
    full = sum(1 for line in inner if len(line) * 10 >= longest * 7)
    broken = sum(1 for line in inner if line[-1].isalnum() or line[-1] in ",;-–—")
    return full * 10 >= len(inner) * 8 and broken * 2 >= len(inner)
