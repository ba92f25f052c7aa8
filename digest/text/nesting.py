"""How deep HTML may be nested: before it is cleaned, for the time that takes, and after, for those who read it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

MOST_DEEP = 60
"""Elements in each other. Pages laid out with tables have some forty; browsers stop at 512 (Blink)."""
MOST_INDENTED = 6
"""Lists, quotations and definitions in each other: of 40 pixels each, they leave a telephone's 320 a few for words."""

_MOST_RAW = 1000
_MANY_TAGS = 3000
# Possessive, so that no input makes it try twice.
_RAW: Final = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9]*+)(?:[^<>"']|"[^"]*+"|'[^']*+')*+>""")
_SAFE: Final = re.compile(r'<(/?)([a-z][a-z0-9]*+)[^<>"]*+(?:"[^"]*+"[^<>"]*+)*+>')
_UNNESTED: Final = frozenset(
    """
    p br hr img li dt dd td th tr option input meta link col source wbr area base embed param track
    """.split()  # noqa: SIM905  read by people
)
VOID: Final = frozenset({"br", "hr", "img", "wbr"})
"""Elements of clean HTML that have no end tag."""
_INLINE: Final = frozenset(
    """
    a abbr b bdi bdo cite code del dfn em font i ins kbd mark q rp rt ruby s samp small span strong sub sup tt u var
    """.split()  # noqa: SIM905  read by people
)
_INDENTED: Final = frozenset({"ul", "ol", "blockquote", "dd"})
_INDENTS: Final = tuple(f"</{name}>" for name in sorted(_INDENTED))
_NEEDED: Final = {"table": 4, "ul": 2, "ol": 2, "dl": 2, "figure": 2, "details": 2, "ruby": 2}
"""Levels that an element and its parts need: a cell stands in table, tbody and tr, or it is moved out."""
_CELLS: Final = frozenset({"td", "th"})


def shallow(html: str) -> str:
    """HTML as it came, without the tags nested more than 1,000 deep; their text stays.

    nh3 takes time quadratic in the depth (4 s for 50,000 elements).
    """
    if len(html) < 3 * _MANY_TAGS or html.count("<") < _MANY_TAGS:
        return html
    depth, at = 0, 0
    kept: list[str] = []
    for tag in _RAW.finditer(html):
        name = tag[2].lower()
        if name in _UNNESTED:
            continue
        depth = depth if tag[1] else depth + 1
        if depth > _MOST_RAW:
            kept += (html[at : tag.start()], "" if name in _INLINE else " ")
            at = tag.end()
        depth = max(0, depth - 1) if tag[1] else depth
    return "".join((*kept, html[at:]))


def flat(safe: str) -> str:
    """Clean HTML in which nothing is nested more than MOST_DEEP, or indented more than MOST_INDENTED; no text is lost.

    What would be deeper loses its tags, and blocks in it are parted by ``br``. Doing it again changes nothing.
    """
    closed = safe.count("</")  # to count is far quicker than to read
    may_be_deep = closed > MOST_DEEP or (closed > MOST_INDENTED and _may_be_indented(safe))
    if not may_be_deep or not _is_deep(safe):
        return safe
    page = _Page()
    at = 0
    for tag in _SAFE.finditer(safe):
        page.words(safe[at : tag.start()])
        at = tag.end()
        page.end(tag[2], tag[0]) if tag[1] else page.start(tag[2], tag[0])
    page.words(safe[at:])
    return "".join(page.kept)


def _may_be_indented(safe: str) -> bool:
    return sum(map(safe.count, _INDENTS)) > MOST_INDENTED


def _is_deep(safe: str) -> bool:
    """Whether a ``_Page`` would lose a tag. Nearly none does, and to ask takes a fifth of the time of making one."""
    depth = indents = 0
    for slash, name in _SAFE.findall(safe):
        if slash:
            if depth:
                depth -= 1
                indents -= name in _INDENTED
        elif name not in VOID:
            if depth + _NEEDED.get(name, 1) > MOST_DEEP or (indents >= MOST_INDENTED and name in _INDENTED):
                return True
            depth += 1
            indents += name in _INDENTED
    return False


@dataclass(slots=True)
class _Page:
    """What is kept so far, and the elements that are open: whether each was kept."""

    kept: list[str] = field(default_factory=list)
    _open: list[tuple[str, bool]] = field(default_factory=list)
    _depth: int = 0  # of those kept
    _indents: int = 0
    _flat: int = 0  # how many are open of those that were not kept and are no words' own
    _due: str = ""  # what stands for the tags lost since the last words

    def words(self, text: str) -> None:
        if not text:
            return
        if self._due and text.strip():
            self.kept.append(self._due)
            self._due = ""
        self.kept.append(text)

    def start(self, name: str, tag: str) -> None:
        if name in VOID:
            if not (self._flat and name == "hr"):
                self.words(tag)
            return
        is_inline = name in _INLINE
        deep = self._depth + _NEEDED.get(name, 1) > MOST_DEEP
        keeps = not (deep or (self._flat and not is_inline) or (name in _INDENTED and self._indents >= MOST_INDENTED))
        self._open.append((name, keeps))
        if keeps:
            self._depth += 1
            self._indents += name in _INDENTED
            self._due = "" if not self._flat else self._due
            self.kept.append(tag)
        else:
            self._lose(name)
            self._flat += not is_inline

    def end(self, name: str, tag: str) -> None:
        if not self._open:
            return
        _, kept = self._open.pop()
        if kept:
            self._depth -= 1
            self._indents -= name in _INDENTED
            self._due = "" if not self._flat else self._due
            self.kept.append(tag)
        else:
            self._flat -= name not in _INLINE
            self._lose(name)

    def _lose(self, name: str) -> None:
        if name in _CELLS:
            self._due = self._due or " "
        elif name not in _INLINE:
            self._due = "<br>"
