"""Clean HTML as a tree, and what its elements say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from digest.model import Html
from digest.text.nesting import VOID
from digest.text.urls import clean_url

BLOCKS: Final = frozenset(
    """
    p div section article header footer main aside address details summary h1 h2 h3 h4 h5 h6 ul ol li dl dt dd
    blockquote pre table caption thead tbody tfoot tr td th figure figcaption hr
    """.split()  # noqa: SIM905  read by people
)


@dataclass(slots=True)
class Node:
    """An element. Its ``parts`` are texts and elements."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    parts: list[Node | str] = field(default_factory=list)


def tree(html: Html) -> Node:
    """The document that ``digest.text.clean`` made as one element; nesting has a limit there."""
    reader = _Tree()
    reader.feed(html)
    reader.close()
    return reader.root


class _Tree(HTMLParser):
    """The elements of clean HTML. nh3 closes every element, so the one on top is the one that ends."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("div")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].parts.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if len(self._open) > 1 and self._open[-1].name == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].parts.append(data)


def words_in(parts: Iterable[Node | str], *, only_bold: bool = False) -> str:
    """The plain words; of those, if asked, what is bold."""
    return " ".join("".join(texts_in(parts, only_bold=only_bold)).split())


def texts_in(
    parts: Iterable[Node | str], *, only_bold: bool, is_bold: bool = False, breaks: str = " "
) -> Iterator[str]:
    """The texts, with ``breaks`` for line breaks; a link stands on one line."""
    for part in parts:
        if isinstance(part, str):
            yield part if is_bold or not only_bold else ""
        elif part.name == "br":
            yield breaks
        else:
            gap = " " if part.name in BLOCKS else ""
            bold = is_bold or part.name in {"strong", "b"}
            yield gap
            yield from texts_in(
                part.parts, only_bold=only_bold, is_bold=bold, breaks=" " if part.name == "a" else breaks
            )
            yield gap


def links_of(parts: Iterable[Node | str]) -> tuple[str, ...]:
    """Where the links lead, less tracking parameters, each once."""
    found = (clean_url(one.attributes.get("href", "")) for one in descendants(parts, "a"))
    return tuple(dict.fromkeys(href for href in found if href))


def raw_text(node: Node) -> str:
    """The text with its line feeds and blanks."""
    return "".join(
        part if isinstance(part, str) else "\n" if part.name == "br" else raw_text(part) for part in node.parts
    )


def descendants(parts: Iterable[Node | str], name: str) -> Iterator[Node]:
    """The elements of that name, at any depth, in order."""
    for part in parts:
        if isinstance(part, Node):
            if part.name == name:
                yield part
            yield from descendants(part.parts, name)


def has(node: Node, name: str) -> bool:
    """Whether an element is or holds one of that name."""
    return node.name == name or any(True for _ in descendants(node.parts, name))


def holds_blocks(node: Node) -> bool:
    """Whether an element is or holds a block."""
    return node.name in BLOCKS or any(isinstance(part, Node) and holds_blocks(part) for part in node.parts)
