"""Clean HTML to the Markdown of issue files: no word is lost, and nothing in it is read as anything but text.

``markdownify`` (MIT) does the same for documents that people wrote as such. It is not used because it knows neither
what an issue file reads wherever it stands (ids in braces, ``Sources:``, headings of two and three hashes) nor that a
letter's tables are layout.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from digest.text.htmltree import (
    BLOCKS,
    Node,
    descendants,
    has,
    holds_blocks,
    links_of,
    raw_text,
    texts_in,
    tree,
    words_in,
)
from digest.text.markdown import escape
from digest.text.mdlines import (
    BREAK,
    code,
    emphasised,
    heading_line,
    link_to,
    links_in,
    paragraph_lines,
    picture,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from digest.model import Html

_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_MARKS: Final = {"strong": "**", "b": "**", "em": "*", "i": "*"}
_CODE: Final = frozenset({"code", "kbd", "samp", "var"})
_KEPT: Final = frozenset({"sub", "sup", "s", "del", "q"})
"""What Markdown has no sign for and would say something else without."""
_CELLS: Final = frozenset({"td", "th"})
_LONGEST_CELL = 160
_RULE = "* * *"
_NO_VERSE: Final = re.compile(r"```|\t|^(?:<{7}|>{7}|\|{7}|={7})|\{[^{}\n]*#[se]-", re.MULTILINE)
"""What an issue file reads even in code, or Markdown reads as its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A block of a document: a heading, or whatever stands between two of them."""

    markdown: str  # of a heading: its line without the hashes
    words: str  # its plain text, on one line
    level: int = 0  # 1 to 6 of a heading, 0 of anything else
    links: tuple[str, ...] = ()  # where it leads, in order
    is_bold: bool = False  # a line of nothing but bold text


def pieces(html: Html) -> tuple[Piece, ...]:
    """The blocks of a document that ``digest.text.clean`` made, in order.

    Lists, quotations and tables of data are one block each; a table that is layout is the blocks in its cells.
    """
    return tuple(_pieces(tree(html), (), nested=False))


def markdownize(html: Html) -> str:
    """The document as Markdown. Its headings keep their levels."""
    return "\n\n".join(f"{'#' * one.level} {one.markdown}" if one.level else one.markdown for one in pieces(html))


# Blocks -------------------------------------------------------------------------------------------------------------


def _pieces(node: Node, around: tuple[Node, ...], *, nested: bool) -> Iterator[Piece]:
    """The blocks in an element.

    Args:
        node: the element.
        around: elements of running text that it stands in, such as a link around a table.
        nested: whether it stands in a list or a quotation, where there is neither a heading nor a table.
    """
    run: list[Node | str] = []
    for part in node.parts:
        if isinstance(part, str) or not holds_blocks(part):
            run.append(part)
            continue
        yield from _paragraphs(run, around)
        run = []
        yield from _block(part, around, nested=nested)
    yield from _paragraphs(run, around)


def _block(node: Node, around: tuple[Node, ...], *, nested: bool) -> Iterator[Piece]:
    name = node.name
    if name in _HEADINGS and not any(holds_blocks(part) for part in node.parts if isinstance(part, Node)):
        yield from _heading(node, around, nested=nested)
    elif name in {"ul", "ol"}:
        yield from _joined([_list(node, around)], node)
    elif name == "blockquote":
        inner = "\n\n".join(one.markdown for one in _pieces(node, around, nested=True) if one.markdown)
        quoted = "\n".join(f"> {line}".rstrip(" ") if not line else f"> {line}" for line in inner.split("\n"))
        yield from _joined([quoted if inner else ""], node)
    elif name == "pre":
        yield from _verse(node, nested=nested)
    elif name == "hr":
        yield Piece(markdown=_RULE, words="")
    elif name == "table" and not nested and (rows := _data(node)):
        captions = [part for part in node.parts if isinstance(part, Node) and part.name == "caption"]
        for caption in captions:
            yield from _pieces(caption, around, nested=nested)
        yield from _joined([_table(rows)], node, but=captions)
    elif name == "dt":
        yield from _pieces(node, (*around, Node("strong")), nested=nested)
    elif name in BLOCKS:
        yield from _pieces(node, around, nested=nested)
    else:  # running text around blocks
        yield from _pieces(node, (*around, node), nested=nested)


def _heading(node: Node, around: tuple[Node, ...], *, nested: bool) -> Iterator[Piece]:
    if nested:
        yield from _paragraphs([Node("strong", parts=node.parts)], around)
        return
    inner = _within(node.parts, around)
    pictures = list(descendants(inner, "img"))
    if pictures:
        yield from _paragraphs([*pictures], ())
    if said := words_in(inner):
        # A headline leads to its story's first source, so it needs no link of its own.
        yield Piece(
            markdown=heading_line(_inline(inner, frozenset({"a", "img"}))),
            words=said,
            level=_HEADINGS[node.name],
            links=links_of(inner),
        )


def _paragraphs(run: Sequence[Node | str], around: tuple[Node, ...]) -> Iterator[Piece]:
    """Running text; two line breaks part paragraphs."""
    inner = _within(run, around)
    text = _inline(inner)
    if not text.strip(f" \n{BREAK}"):
        return
    told = _apart(text)
    if len(told) == 1:
        said = words_in(inner)
        bold = bool(said) and BREAK not in told[0] and said == words_in(inner, only_bold=True)
        yield Piece(markdown=paragraph_lines(told[0]), words=said, links=links_of(inner), is_bold=bold)
        return
    for part, said in zip(told, _apart("".join(texts_in(inner, only_bold=False, breaks=BREAK))), strict=True):
        if part.strip(f" {BREAK}"):
            words = " ".join(said.replace(BREAK, " ").split())
            yield Piece(markdown=paragraph_lines(part), words=words, links=tuple(links_in(part)))


def _apart(text: str) -> list[str]:
    """The paragraphs of running text: two line breaks are between them."""
    return re.split(rf"\s*{BREAK}\s*{BREAK}\s*", text.strip(f" \n{BREAK}"))


def _within(run: Sequence[Node | str], around: tuple[Node, ...]) -> list[Node | str]:
    parts = list(run)
    for outer in reversed(around):
        parts = [Node(outer.name, outer.attributes, parts)]
    return parts


def _joined(markdown: Sequence[str], node: Node, but: Sequence[Node] = ()) -> Iterator[Piece]:
    parts = [part for part in node.parts if part not in but]
    text = "\n\n".join(part for part in markdown if part)
    if text.strip():
        yield Piece(markdown=text, words=words_in(parts), links=links_of(parts))


def _list(node: Node, around: tuple[Node, ...]) -> str:
    start = node.attributes.get("start", "")
    number = int(start) if start.isascii() and start.isdigit() and len(start) < 6 else 1
    lines: list[str] = []
    loose = False  # after an item of several blocks, what follows without a blank line would be its own
    for item in _items(node):
        inner = [one.markdown for one in _pieces(item, around, nested=True) if one.markdown]
        if not inner:
            continue
        mark = "- " if node.name == "ul" else f"{number}. "
        number += 1
        lines += [""] if loose and lines else []
        loose = loose or any(not re.match(r"(?:-|\d+\.) ", block) for block in inner[1:])
        for place, block in enumerate(inner):
            is_list = re.match(r"(?:-|\d+\.) ", block) is not None
            lines += [""] if place and not (is_list and len(inner) == 2) else []
            lines += [f"    {line}" if line else "" for line in block.split("\n")]
            if place == 0:
                first = len(lines) - len(block.split("\n"))
                lines[first] = f"{mark}{lines[first][4:]}"
    return "\n".join(lines)


def _items(node: Node) -> Iterator[Node]:
    """The items of a list; what stands between them is one too."""
    for part in node.parts:
        if isinstance(part, str):
            if part.strip():
                yield Node("li", parts=[part])
        else:
            yield part if part.name == "li" else Node("li", parts=[part])


def _verse(node: Node, *, nested: bool) -> Iterator[Piece]:
    text = raw_text(node).strip("\n")
    if not text.strip():
        return
    if nested or _NO_VERSE.search(text):
        lines = BREAK.join(escape(line) for line in text.split("\n") if line.strip())
        yield Piece(markdown=paragraph_lines(lines), words=" ".join(text.split()))
    else:
        body = "\n".join(line.rstrip() for line in text.split("\n"))
        yield Piece(markdown=f"```\n{body}\n```", words=" ".join(text.split()), links=links_of(node.parts))


# Tables -------------------------------------------------------------------------------------------------------------


def _data(table: Node) -> list[list[str]]:
    """The cells of a table of data; none of a table that is there for the layout."""
    rows = [[cell for cell in row.parts if isinstance(cell, Node)] for row in descendants(table.parts, "tr")]
    rows = [row for row in rows if row]
    if len(rows) < 2 or any(cell.name not in _CELLS or _is_laid_out(cell) for row in rows for cell in row):
        return []
    headed = any(cell.name == "th" for row in rows for cell in row)
    widths = {sum(_span(cell) for cell in row) for row in rows}
    if max(widths) < 2 or (not headed and (len(widths) > 1 or len(rows) < 3)):
        return []
    cells = [[_cell(cell) for cell in _spread(row)] for row in rows]
    filled = sum(1 for row in cells for cell in row if cell)
    if not headed and filled * 3 < sum(map(len, cells)) * 2:
        return []
    return [row + [""] * (max(widths) - len(row)) for row in cells]


def _is_laid_out(cell: Node) -> bool:
    inner = [part for part in cell.parts if isinstance(part, Node)]
    only = len([part for part in cell.parts if not isinstance(part, str) or part.strip()]) == 1
    if only and len(inner) == 1 and inner[0].name == "p":  # as word processors write every cell
        inner = [part for part in inner[0].parts if isinstance(part, Node)]
    if any(holds_blocks(part) or has(part, "img") for part in inner):
        return True
    return len(words_in(cell.parts)) > _LONGEST_CELL


def _span(cell: Node) -> int:
    given = cell.attributes.get("colspan", "")
    return min(20, int(given)) if re.fullmatch(r"[1-9]\d{0,3}", given, re.ASCII) else 1


def _spread(row: Iterable[Node]) -> Iterator[Node]:
    for cell in row:
        yield cell
        yield from [Node("td")] * (_span(cell) - 1)


def _cell(cell: Node) -> str:
    parts: list[Node | str] = []
    for part in cell.parts:
        parts += part.parts if isinstance(part, Node) and part.name == "p" else [part]
    text = " ".join(_inline(parts).replace(BREAK, " ").split())
    return text.replace("|", "\\|")


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


# Running text -------------------------------------------------------------------------------------------------------


def _inline(parts: Iterable[Node | str], inside: frozenset[str] = frozenset()) -> str:
    """Running text as Markdown; BREAK stands for a line break."""
    said = ""
    for part in parts:
        if isinstance(part, str):
            said += escape(re.sub(r"\s+", " ", part))
            continue
        told = _element(part, inside, before=said[-1:])
        if said.endswith("!") and told.startswith("["):  # would be a picture
            said = f"{said[:-1]}\\!"
        said += told
    return said


def _element(node: Node, inside: frozenset[str], *, before: str) -> str:
    name = node.name
    if name == "br":
        return BREAK
    if name == "img":
        return "" if name in inside else picture(node.attributes.get("alt", ""), node.attributes.get("src", ""))
    if name == "a":
        inner = _inline(node.parts, inside | {"a"})
        href = "" if "a" in inside else node.attributes.get("href", "")
        return link_to(inner, href)
    if name in _CODE and not any(isinstance(part, Node) for part in node.parts):
        return code(" ".join(raw_text(node).split()))
    mark = _MARKS.get(name, "")
    inner = _inline(node.parts, inside | {mark})
    if mark and mark not in inside:
        return emphasised(inner, mark, before=before)
    if name in _KEPT and inner.strip() and BREAK not in inner:
        return f"<{name}>{inner}</{name}>"
    return inner
