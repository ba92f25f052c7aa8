"""The sieve: a feed document cut down to the items that are worth parsing.

Polled again, a feed nearly always tells what it told before and one item more. Splitting it with expat and hashing
each ``<item>`` or ``<entry>`` as it stands costs a thirtieth of parsing it, so the unchanged ones are cut out of the
bytes, and what is left is a smaller document of the same feed, which feedparser gives the same meaning.

What makes that true: a piece is a whole element, found by a namespace-aware XML parser; nothing outside of the pieces
is touched; and a document with anything that could make one item depend on another (entities of its own, items in
items, texts in texts, a name without its namespace, an encoding expat does not read) is not split at all, but parsed
whole. Over the
corpora the entries are equal in every document that is split, whichever items are kept (tests/gather/test_sieve.py);
about one real document in twenty is refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Literal
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType

_ITEMS: Final = frozenset(["item", "entry"])
_FEED_NAMESPACES: Final = frozenset(
    """
    http://www.w3.org/2005/atom http://purl.org/atom/ns# http://purl.org/rss/1.0/ http://my.netscape.com/rdf/simple/0.9/
    http://backend.userland.com/rss http://blogs.law.harvard.edu/tech/rss http://purl.org/rss/1.0/modules/rss091#
    """.split()  # noqa: SIM905  read by people
)
"""Those that feedparser takes for its own, in lower case. An item of no namespace is one as well."""
_PARENTS: Final = frozenset(["channel", "feed", "rss", "rdf"])
_TEXTS_OF_ITEMS: Final = frozenset(["content", "encoded", "fullitem"])
_TEXTS: Final = _TEXTS_OF_ITEMS | frozenset(
    """
    title subtitle tagline rights copyright description abstract info browserfriendly summary body prodlink
    """.split()  # noqa: SIM905  read by people
)
_MEDIA: Final = "http://search.yahoo.com/mrss"  # its "content" is a picture and holds texts
Kind = Literal["item", "odd", "guid", "text", "other"]
"""What an element may be; odd: it is called like an item."""
_NAMING: Final = frozenset(["title", "link", "guid", "id", "origlink", "identifier"])
_DATING: Final = frozenset(["pubdate", "published", "updated", "modified", "issued", "created", "date"])
_ASCII_IN_DISGUISE: Final = (b"\xff\xfe", b"\xfe\xff", b"\0", b"<\0", b"\x4c\x6f\xa7\x94", b"+/v")
"""How documents begin whose bytes are not those of their characters: UTF-16, UTF-32, EBCDIC, UTF-7."""
_DECLARATION: Final = re.compile(rb"<\?xml[^>]{0,200}\?>")
_EMPTY: Final = re.compile(rb"<[^\"'>]*+(?:\"[^\"]*+\"[^\"'>]*+|'[^']*+'[^\"'>]*+)*+")
_MARKUP: Final = re.compile(rb"<!\[CDATA\[|\]\]>|<[^<>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """An element of an item: its name in lower case without its prefix, and the bytes it takes."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """An item as it stands in the document."""

    start: int
    end: int
    fingerprint: str  # sha256 of the bytes, and of what says how to read them where they are not ASCII
    children: tuple[Child, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """A document, and where its items lie in it."""

    body: bytes
    items: tuple[Piece, ...]

    def reduced(self, keep: Collection[int], *, slim: Collection[int] = ()) -> bytes:
        """The document with the items at these places and no others.

        Args:
            keep: places of items that stay as they are.
            slim: places of items of which only what names and dates them stays.
        """
        parts: list[bytes] = []
        position = 0
        for place, piece in enumerate(self.items):
            if place in keep:
                continue
            cuts = _cuts(piece) if place in slim else ((piece.start, piece.end),)
            for start, end in cuts:
                parts.append(self.body[position:start])
                position = end
        parts.append(self.body[position:])
        return b"".join(parts)

    def dates(self, place: int) -> tuple[str, ...]:
        """Every date that an item gives, as it is written there."""
        children = self.items[place].children
        return tuple(self._text(child) for child in children if child.name in _DATING)

    def can_be_slim(self, place: int) -> bool:
        """Whether what names an item has elements of its own: else only its text could tell it from others."""
        names = {child.name for child in self.items[place].children if self._text(child) or child.name == "link"}
        return "title" in names and bool(names & {"guid", "id", "link"})

    def _text(self, child: Child) -> str:
        return _MARKUP.sub(b"", self.body[child.start : child.end]).decode("ascii", "replace").strip()


def split(body: bytes, *, context: str = "", in_detail: bool = True) -> Sieve | None:
    """Where the items of a document lie; None for one that is to be parsed whole, whatever the reason.

    Args:
        body: begins with no white space.
        context: what besides the document says how its bytes are read: the Content-Type it came with.
        in_detail: note the elements of the items too, for ``dates`` and ``slim``.
    """
    if body.startswith(_ASCII_IN_DISGUISE) or b"<!ENTITY" in body[:4096]:
        return None
    finder = _Finder(body, _salt(body, context), in_detail)
    try:
        finder.run()
    except (ExpatError, _OddError, ValueError, LookupError):  # LookupError, ValueError: encodings expat cannot read
        return None
    return Sieve(body=body, items=tuple(finder.pieces)) if finder.pieces else None


class _OddError(Exception):
    """Something that makes cutting unsafe."""


@dataclass(slots=True)
class _Finder:
    """Reads a document once and notes where items and their children begin and end."""

    body: bytes
    salt: bytes
    in_detail: bool
    pieces: list[Piece] = field(default_factory=list)
    _parser: XMLParserType = field(default_factory=lambda: ParserCreate(namespace_separator=" "))
    _depth: int = 0
    _item_depth: int = 0  # 0: outside of an item
    _start: int = 0
    _child: tuple[str, int] = ("", 0)
    _children: list[Child] = field(default_factory=list)
    _kinds: dict[str, Kind] = field(default_factory=dict)
    _outside: list[str] = field(default_factory=list)  # the names of the open elements around the items
    _text_depth: int = 0  # of the open text of an item; 0: none

    def run(self) -> None:
        parser = self._parser
        parser.EntityDeclHandler = _refuse
        parser.SkippedEntityHandler = _refuse
        parser.buffer_text = True
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.Parse(self.body, True)

    def _begin(self, name: str, _attributes: Mapping[str, str]) -> None:
        self._depth += 1
        kind = self._kinds.get(name) or self._kind(name)
        if not self._item_depth:
            self._outside.append(_local(name))
            if self._begins_item(kind):
                self._item_depth, self._start, self._children = self._depth, self._parser.CurrentByteIndex, []
            return
        if kind != "other":
            self._look_at(kind)
        if self.in_detail and self._depth == self._item_depth + 1:
            self._child = (_local(name), self._parser.CurrentByteIndex)

    def _end(self, _name: str) -> None:
        if self._item_depth:
            if self._depth == self._text_depth:
                self._text_depth = 0
            if self._depth == self._item_depth:
                self._close(self._parser.CurrentByteIndex)
            elif self.in_detail and self._depth == self._item_depth + 1:
                self._close_child(self._parser.CurrentByteIndex)
        if not self._item_depth:
            self._outside.pop()
        self._depth -= 1

    def _kind(self, name: str) -> Kind:
        """What an element is to feedparser, remembered; ``name`` is "namespace local", or "local" alone."""
        namespace, _, local = name.rpartition(" ")
        namespace, local = namespace.lower(), local.lower()
        kind: Kind = "other"
        if local in _ITEMS:  # in another namespace only feedparser may judge it
            kind = "item" if not namespace or namespace in _FEED_NAMESPACES else "odd"
        elif local == "guid":
            kind = "guid"
        elif local in _TEXTS and not namespace.startswith(_MEDIA):
            kind = "text"
        self._kinds[name] = kind
        return kind

    def _begins_item(self, kind: Kind) -> bool:
        """Whether an element outside of items is one; raises where what follows it could depend on it."""
        parent, local = (self._outside[-2] if self._depth > 1 else ""), self._outside[-1]
        if kind == "item" and parent in _PARENTS:
            return True
        late_title = self.pieces and local == "title" and parent in _PARENTS
        if kind in {"item", "odd"} or local in _TEXTS_OF_ITEMS or late_title:
            raise _OddError
        return False

    def _look_at(self, kind: Kind) -> None:
        """An element in an item that could be an item itself, or a text: one in another confuses feedparser."""
        if kind == "text" and not self._text_depth:
            self._text_depth = self._depth
        elif kind != "guid" or self._depth > self._item_depth + 1:
            raise _OddError

    def _close(self, position: int) -> None:
        end = self._behind(self._start, position)
        data = self.body[self._start : end]
        mark = sha256(data if data.isascii() else self.salt + data).hexdigest()
        self.pieces.append(Piece(start=self._start, end=end, fingerprint=mark, children=tuple(self._children)))
        self._item_depth = 0

    def _close_child(self, position: int) -> None:
        name, start = self._child
        self._children.append(Child(name=name, start=start, end=self._behind(start, position)))

    def _behind(self, start: int, position: int) -> int:
        """Where an element ends whose end expat tells: before its closing tag, but behind an empty element."""
        if self.body[position - 2 : position] == b"/>" and _EMPTY.fullmatch(self.body, start, position - 1):
            return position
        return self.body.index(b">", position) + 1


def _refuse(*_: object) -> None:
    raise _OddError


def _local(name: str) -> str:
    return name.rpartition(" ")[2].lower()


def _salt(body: bytes, context: str) -> bytes:
    """What says how the bytes are read: if that changes, the same bytes say something else."""
    declared = _DECLARATION.match(body)
    return (declared[0] if declared else b"") + context.lower().encode("utf-8", "replace") + b"\n"


def _cuts(piece: Piece) -> tuple[tuple[int, int], ...]:
    """What to cut out of an item so that what names and dates it stays."""
    kept = _NAMING | _DATING
    return tuple((child.start, child.end) for child in piece.children if child.name not in kept)
