"""A text in every length at which a mail may print it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from digest.model import Html
from digest.render.budget import BRIEF, FORM_BYTES, SHORT
from digest.text.nesting import VOID

_TAG = re.compile(r'<(/?)([a-z0-9]+)(?:[^<>"]|"[^"]*+")*+>')
_CONTAINERS = frozenset({"div", "section", "article", "header", "footer", "main", "aside", "address", "details"})
"""What a text may be cut in: all it says is said by the blocks in it."""
_BLOCKS = frozenset(
    {
        *("p", "ul", "ol", "dl", "blockquote", "pre", "table", "figure", "summary"),
        *("h1", "h2", "h3", "h4", "h5", "h6"),
        *_CONTAINERS,
    }
)

Dress = Callable[[Html], Html]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A text for both parts of a mail."""

    source: Html  # clean, for the text part: it has other room for a table
    html: Html  # the same with its styles
    is_summary: bool = False  # in place of a full text

    @property
    def size(self) -> int:
        """Bytes in the HTML part."""
        return len(self.html.encode())


NOTHING = Form(source=Html(""), html=Html(""))


def forms(source: Html, dress: Dress, *, summary: Html | None = None) -> tuple[Form, ...]:
    """A text in its five forms, see digest.render.budget.

    Args:
        source: clean HTML.
        dress: what puts its styles on it.
        summary: what stands in for a full text that cannot be cut short enough: its first block is too long.
    """
    whole = Form(source=source, html=dress(source))
    short, brief = (_fitting(whole, FORM_BYTES[form], dress, summary) for form in (SHORT, BRIEF))
    return whole, short, brief, NOTHING, NOTHING


def shortened(whole: Form, most: int, dress: Dress) -> Form:
    """The first blocks of a text, as many as have ``most`` bytes once they are dressed, but always one that is seen."""
    if whole.size <= most:
        return whole
    cuts = list(_cuts(whole.source))

    def at(index: int) -> Form:
        end, closing = cuts[index]
        source = Html(whole.source[:end] + closing)
        return Form(source=source, html=dress(source))

    def size(index: int) -> int:
        return at(index).size

    # Styles only add to a text, so what is too long without them need not be dressed to be measured.
    near = range(sum(end <= most for end, _ in cuts))
    index = max(0, bisect_right(near, most, key=size) - 1)
    if cuts and not size(index):
        index = bisect_right(range(len(cuts)), 0, key=size)  # the first that shows anything
    found = at(index) if index < len(cuts) else whole
    return whole if found.html == whole.html else found


def _fitting(whole: Form, most: int, dress: Dress, summary: Html | None) -> Form:
    cut = shortened(whole, most, dress)
    if cut.size <= most or not summary:
        return cut
    instead = shortened(Form(source=summary, html=dress(summary), is_summary=True), most, dress)
    return replace(instead, is_summary=True) if instead.size < cut.size else cut


def _cuts(source: Html) -> Iterator[tuple[int, str]]:
    """Where a block ends that stands in nothing but containers, and the tags that close those."""
    inside: list[str] = []
    for found in _TAG.finditer(source):
        name = found[2]
        if found[1]:
            inside.pop()
        elif name not in VOID:
            inside.append(name)
        ends = name in _BLOCKS if found[1] else name == "hr"
        if ends and _CONTAINERS.issuperset(inside):
            yield found.end(), "".join(f"</{one}>" for one in reversed(inside))
