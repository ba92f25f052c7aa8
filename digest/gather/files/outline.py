"""A web page read once with the standard library: what its head says, and where its article lies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final

_VOID: Final = frozenset("area base br col embed hr img input link meta param source track wbr".split())  # noqa: SIM905
_ASIDE: Final = frozenset("nav aside footer form button dialog".split())  # noqa: SIM905
"""Never part of an article, wherever they stand in it."""
_ARTICLES: Final = frozenset(["article", "main", "header", "section"])
_INLINE: Final = frozenset("a abbr b bdi bdo cite em font i mark q s small span strong sub sup time u wbr".split())  # noqa: SIM905
_MOST_DEEP = 2000


@dataclass(slots=True)
class _Open:
    """An element that has begun."""

    name: str
    start: int
    letters: int = 0  # of the paragraphs directly in it


@dataclass(slots=True)
class Outline:
    """What a page says of itself."""

    meta: dict[str, str] = field(default_factory=dict)  # name or property, in lower case → first content
    canonical: str | None = None
    language: str | None = None
    title: str = ""
    headline: str = ""  # of the first h1
    kicker: str = ""  # the text directly before it
    time: str | None = None  # of the first <time datetime>
    saved_from: str | None = None  # what the browser noted when it saved the page
    data: list[Mapping[str, Any]] = field(default_factory=list)  # JSON-LD
    article: str = ""  # HTML
    whole: str = ""  # HTML of all that is not aside


def outline(html: str) -> Outline:
    """Read a page; never raises for what it holds."""
    reader = _Reader(html)
    reader.feed(html.replace("<![", "<!-["))  # html.parser asserts on marked sections it does not know
    reader.close()
    found = reader.outline
    saved = re.search(r"<!--\s*saved from url=\(\d+\)(\S+)", html[:5000]) or re.search(
        r"<!--\s*Page saved with SingleFile\s+url:\s*(\S+)", html[:5000]
    )
    found.saved_from = saved[1] if saved else None
    found.article = reader.article()
    found.whole = reader.whole()
    return found


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.outline = Outline()
        self._html = html
        self._lines = [0, *(match.end() for match in re.finditer("\n", html))]
        self._open: list[_Open] = []
        self._asides: list[tuple[int, int]] = []
        self._named: dict[str, list[tuple[int, int]]] = {"article": [], "main": []}
        self._runs: list[tuple[int, int, int]] = []  # letters in paragraphs, start, end
        self._take = ""  # the element whose text is wanted
        self._pieces: list[str] = []
        self._letters = 0
        self._line: list[str] = []  # the words of the last block that has any
        self._line_in: list[_Open] = []  # the elements around it
        self._line_ended = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in reversed(attrs)}
        self._note(tag, given)
        self._line_ended = self._line_ended or tag not in _INLINE
        if tag in _VOID or len(self._open) > _MOST_DEEP:
            return
        if tag == "p":
            self._close("p", within=frozenset(["article", "main", "section", "div", "td", "body"]))
        self._open.append(_Open(name=tag, start=self._offset()))
        if tag == "p":
            self._letters = 0
        if tag == "h1" and not self.outline.headline:
            self.outline.kicker = self._kicker()
        if tag in {"title", "h1"} or (tag == "script" and given.get("type", "").lower() == "application/ld+json"):
            self._take, self._pieces = tag, []

    def handle_endtag(self, tag: str) -> None:
        self._line_ended = self._line_ended or tag not in _INLINE
        self._close(tag, within=frozenset())
        if tag == self._take:
            self._taken(tag, "".join(self._pieces))
            self._take = ""

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1].name in {"script", "style"} and self._take != "script":
            return  # also in a heading it is no text
        self._letters += len(data.strip())
        if self._take:
            self._pieces.append(data)
        if data.strip() and (self._line_ended or self._line):
            if self._line_ended:
                self._line, self._line_ended = [], False
                self._line_in = [element for element in self._open if element.name not in _INLINE]
            self._line.append(data)

    def _kicker(self) -> str:
        """The words directly before an h1 that just began, if they stand beside it: not in a menu, nor far above."""
        around = [element for element in self._open if element.name not in _INLINE][:-1]
        shared = sum(1 for one, other in zip(around, self._line_in, strict=False) if one is other)
        inside = shared > 0 and around[shared - 1].name in _ARTICLES
        beside = len(around) - shared <= (1 if inside else 0) and len(self._line_in) - shared <= 2
        aside = any(element.name in _ASIDE for element in self._line_in)
        return " ".join("".join(self._line).split()) if beside and not aside else ""

    def whole(self) -> str:
        """The HTML of the page without what is aside."""
        return self._between(0, len(self._html))

    def article(self) -> str:
        """The HTML of the article: ``article``, else ``main``, else where most text stands in paragraphs, else all."""
        end = len(self._html)
        while self._open:
            self._end(self._open.pop(), end)
        for name in ("article", "main"):
            if self._named[name]:
                return self._between(*max(self._named[name], key=lambda span: span[1] - span[0]))
        if self._runs:
            _, start, end = max(self._runs, key=lambda run: (run[0], -run[1]))
            return self._between(start, end)
        return self._between(0, end)

    def _note(self, tag: str, given: Mapping[str, str]) -> None:
        out = self.outline
        if tag == "meta":
            name = (given.get("property") or given.get("name") or given.get("itemprop") or "").lower().strip()
            if name and given.get("content", "").strip():
                out.meta.setdefault(name, given["content"].strip())
        elif tag == "link" and "canonical" in given.get("rel", "").lower().split():
            out.canonical = out.canonical or given.get("href")
        elif tag == "html":
            out.language = out.language or given.get("lang") or given.get("xml:lang")
        elif tag == "time":
            out.time = out.time or given.get("datetime")

    def _taken(self, tag: str, text: str) -> None:
        if tag == "title":
            self.outline.title = self.outline.title or text
        elif tag == "h1":
            self.outline.headline = self.outline.headline or text
        else:
            self.outline.data += _linked_data(text)

    def _close(self, tag: str, *, within: frozenset[str]) -> None:
        """End the nearest open element of that name, and what was left open in it."""
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place].name == tag:
                end = self._offset()
                while len(self._open) > place:
                    self._end(self._open.pop(), end)
                return
            if self._open[place].name in within:
                return

    def _end(self, element: _Open, end: int) -> None:
        if element.name == "p" and self._open:
            self._open[-1].letters += self._letters
        elif element.name in _ASIDE:
            self._asides.append((element.start, end))
        elif element.name in self._named:
            self._named[element.name].append((element.start, end))
        if element.letters:
            self._runs.append((element.letters, element.start, end))

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _between(self, start: int, end: int) -> str:
        """The HTML from start to end without what is never part of an article."""
        pieces, position = [], start
        for first, last in sorted(self._asides):
            if first >= position and last <= end:
                pieces.append(self._html[position:first])
                position = last
        return "".join([*pieces, self._html[position:end]])


def _linked_data(text: str) -> list[Mapping[str, Any]]:
    try:
        return list(_objects(json.loads(text)))
    except (ValueError, RecursionError):
        return []


def _objects(data: object) -> Iterator[Mapping[str, Any]]:
    """The objects of a JSON-LD document: alone, in a list, or in its graph."""
    for item in data if isinstance(data, list) else [data]:
        if isinstance(item, dict):
            yield item
            graph = item.get("@graph")
            yield from (part for part in graph if isinstance(part, dict)) if isinstance(graph, list) else ()
