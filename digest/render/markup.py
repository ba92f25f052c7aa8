"""The Markdown of the issue file as clean HTML, and a way to walk clean HTML."""

from __future__ import annotations

import functools
import html
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import markdown
import nh3
from markdown.extensions.tables import TableExtension

from digest.model import Html, Issue, IssueStory
from digest.text.clean import clean
from digest.text.markdown import without_comments
from digest.text.readermarks import without_marks

STORY_LEVEL = 3
"""The level of a story's heading: h1 is the title, h2 a section."""

INLINE_TAGS = frozenset({"em", "strong", "i", "b", "code", "sub", "sup", "s", "del", "q", "cite", "abbr"})
"""What a headline may hold: no link (the headline is one), nothing that breaks the line."""

_HERE = "https://here.invalid/d/"
_HERE_LINK = re.compile(r'="https://here\.invalid/(d/)?([^"]*)"')
_TAG = re.compile(r'<(/?)([a-zA-Z][a-zA-Z0-9]*+)((?:[^<>"]|"[^"]*+")*+)>')
_ATTRIBUTE = re.compile(r'([^\s=/"]+)="([^"]*)"')
_EMPTY_HEADING = re.compile(
    r"<h([1-6])(?: [^<>]*)?>(?:\s|&nbsp;|[\u00ad\u200b-\u200f\u2060\ufeff]|"
    r'<(?!/?h[1-6]\b|img\b)/?[a-z][a-z0-9]*+(?:[^<>"]|"[^"]*+")*+>)*+</h\1>'
)
_READING = threading.Lock()  # a Markdown reader keeps state while it reads


@dataclass(frozen=True, slots=True)
class Tag:
    """A start or end tag."""

    name: str  # lower case
    attributes: dict[str, str]  # with entities decoded; empty for an end tag
    closes: bool = False


def block(text: str, *, base: str | None = None, below: int = STORY_LEVEL) -> Html:
    """Markdown of any length as clean HTML.

    Args:
        text: Markdown; HTML in it is cleaned like any other.
        base: what relative addresses are resolved against; None leaves them relative.
        below: the level of the heading this text stands under; its own headings follow it without a gap.
    """
    return demote(_clean(_convert(_reader, _printed(text)), base), below)


def inline(text: str) -> Html:
    """One line of Markdown, as for a headline: emphasis and code, but no links and no blocks."""
    line = _convert(_line_reader, " ".join(_printed(text).split()))
    return Html(nh3.clean(_clean(line, None), tags=set(INLINE_TAGS), attributes={}).strip())


def _printed(text: str) -> str:
    """What of the editor's text is printed; what looks like a mark for what each reader has of their own is none."""
    return without_marks(without_comments(text))


def demote(source: Html, below: int = STORY_LEVEL) -> Html:
    """Headings renumbered to stand under one of level ``below``: nested as they were, none skipped, h6 the last.

    Those without a word go: they would be left out later, and a level with them.
    """
    outer: list[int] = []
    level = below

    def one(found: re.Match[str]) -> str:
        nonlocal level
        closes, name, rest = found.groups()
        if not re.fullmatch(r"h[1-6]", name):
            return found[0]
        if not closes:
            written = int(name[1])
            while outer and outer[-1] >= written:
                outer.pop()
            outer.append(written)
            level = min(6, below + len(outer))
        return f"<{closes}h{level}{rest}>"

    return Html(_TAG.sub(one, _EMPTY_HEADING.sub(" ", source) if "<h" in source else source))


def walk(source: Html) -> Iterator[Tag | str]:
    """The tags and the texts of clean HTML, in order; texts with entities decoded.

    Relies on how nh3 writes: tags are closed properly, attributes are in double quotes, ``<`` in text is escaped.
    """
    at = 0
    for found in _TAG.finditer(source):
        if found.start() > at:
            yield html.unescape(source[at : found.start()])
        at = found.end()
        attributes = {name.lower(): html.unescape(value) for name, value in _ATTRIBUTE.findall(found[3])}
        yield Tag(found[2].lower(), attributes, closes=bool(found[1]))
    if at < len(source):
        yield html.unescape(source[at:])


def anchor(story: IssueStory, position: int) -> str:
    """What a story is called on the web page (``…/2026-W47/#s-7f3a9c21``); its place if it was written by hand.

    Args:
        story: the story.
        position: its index among ``Issue.stories``.
    """
    return story.id or f"story-{position + 1}"


def anchors(issue: Issue) -> tuple[str, ...]:
    """What each story is called on the issue's page; with a number if an editor copied one together with its id."""
    taken: dict[str, None] = {}
    for place, story in enumerate(issue.stories):
        wanted = called = anchor(story, place)
        count = 1
        while called in taken:
            count += 1
            called = f"{wanted}-{count}"
        taken[called] = None
    return tuple(taken)


def local_images(issue: Issue) -> tuple[str, ...]:
    """The relative paths of the images that the printed parts of the file name, each once, in reading order."""
    texts = [issue.intro]
    for section in issue.sections:
        texts.append(section.intro)
        for story in section.stories:
            texts += [story.summary, story.why]
    sources = (
        part.attributes.get("src", "")
        for text in texts
        if "![" in text or "<img" in text.lower()
        for part in walk(block(text))
        if isinstance(part, Tag) and part.name == "img"
    )
    parts = [urlsplit(source) for source in sources]
    paths = (unquote(part.path) for part in parts if not part.scheme and not part.netloc)
    return tuple(dict.fromkeys(path for path in paths if path and not path.startswith("/")))


def _clean(raw: str, base: str | None) -> Html:
    if base is not None:
        return clean(raw, base=base)
    return Html(_HERE_LINK.sub(_relative, clean(raw, base=_HERE)))


def _relative(found: re.Match[str]) -> str:
    """The address as it was before it was resolved; ``./`` keeps a colon in it from being read as a scheme."""
    below, rest = found.groups()
    if not below:
        return f'="/{rest.lstrip("/")}"'
    rest = rest.lstrip("/")
    return f'="./{rest}"' if ":" in rest.partition("/")[0] else f'="{rest}"'


def _convert(reader: Callable[[], markdown.Markdown], text: str) -> str:
    """The HTML of Markdown; what is nested too deep for Python-Markdown becomes paragraphs as they stand."""
    with _READING:
        try:
            return reader().reset().convert(text)
        except RecursionError:
            _reader.cache_clear()  # the parser's state is lost, and reset() does not bring it back
            _line_reader.cache_clear()
    return "".join(f"<p>{html.escape(part)}</p>" for part in re.split(r"\n\s*\n", text))


@functools.cache
def _reader() -> markdown.Markdown:
    # As an attribute the side of a column (``|--:|``) survives the cleaning; a style would not.
    tables = TableExtension(use_align_attribute=True)
    return markdown.Markdown(extensions=[tables, "fenced_code", "sane_lists"], output_format="html")


@functools.cache
def _line_reader() -> markdown.Markdown:
    """A reader to which nothing is a block: ``2026. A year`` is no list, ``# 1`` no heading."""
    reader = markdown.Markdown(output_format="html")
    reader.preprocessors.deregister("html_block")
    for name in ("indent", "code", "hashheader", "setextheader", "hr", "olist", "ulist", "quote", "reference"):
        reader.parser.blockprocessors.deregister(name)
    return reader
