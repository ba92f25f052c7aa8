"""Type that is large enough, loose enough and there, and links that are seen as links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from digest.check.galley import Remark
from digest.check.html.document import Element, Text
from digest.check.html.elements import BLOCKS, HEADINGS, TABLE_PARTS
from digest.check.remarks import shortened, tag
from digest.check.style.cascade import Run, length, runs
from digest.check.style.holding import Holding

if TYPE_CHECKING:
    from digest.check.letter import Letter

SMALLEST: Final = 12.0
"""Of a text, in px; iOS enlarges what is smaller and breaks the layout."""
_NOTHING: Final = 3.0  # px; below it a text is hidden, which is another rule's matter
_TIGHTEST: Final = 1.2
"""Of a line's height to its letters, in a paragraph (WCAG 2.2, 1.4.12, asks that 1.5 be possible)."""
_PARAGRAPH: Final = 60  # characters, more than a line on a phone
_BESIDE: Final = 20  # letters of other text that make a link one in running text
_GENERIC: Final = frozenset(
    {"serif", "sans-serif", "monospace", "cursive", "fantasy", "system-ui", "ui-serif", "ui-sans-serif", "ui-monospace",
     "ui-rounded", "inherit", "initial", "unset"}
)  # fmt: skip
_RAISED: Final = frozenset({"sup", "sub"})
_READ: Final = frozenset(
    {"font", "font-size", "line-height", "text-decoration", "text-decoration-line", "border-bottom", "border"}
)


def font_size(letter: Letter) -> Iterator[Remark]:
    """Text has at least 12 px."""
    yield from _sizes(letter)


def line_height(letter: Letter) -> Iterator[Remark]:
    """The lines of a paragraph stand at least 1.2 of their letters apart."""
    yield from _heights(letter)


def font_family(letter: Letter) -> Iterator[Remark]:
    """A list of fonts ends with a family that every device has: serif, sans-serif or monospace."""
    yield from _families(letter)


def text_align(letter: Letter) -> Iterator[Remark]:
    """Justified text has holes in it on narrow screens, and is hard to read for many."""
    for one in letter.sheet.declarations:
        if one.name == "text-align" and one.value.casefold() == "justify":
            yield _justified(one.line)
    for element in letter.document.all():
        if element.get("align").casefold() == "justify":
            yield _justified(element.line)


def link_underline(letter: Letter) -> Iterator[Remark]:
    """A link in running text is underlined: its colour alone is not seen by everybody (WCAG 2.2, 1.4.1)."""
    yield from _links(letter)


def _sizes(letter: Letter) -> Iterator[Remark]:
    holding = Holding(letter.sheet, "light", _READ)
    told: set[int] = set()
    for run in runs(letter.document, letter.sheet, "light"):
        size = run.look.size
        if not _NOTHING <= size < SMALLEST - 0.01 or not re.search(r"\w", run.text):
            continue
        if run.element.name in {*_RAISED, "img"} or run.element.within(*_RAISED):
            continue
        place = holding.nearest(run.element, "font-size", "font")
        element = place[0] if place else run.element
        if id(element) not in told:
            told.add(id(element))
            yield Remark(rule="font-size", part="html", line=element.line, hint=f"write {SMALLEST:g} px or more",
                         message=f"“{shortened(run.text, 40)}” has {size:g} px")  # fmt: skip


def _heights(letter: Letter) -> Iterator[Remark]:
    holding = Holding(letter.sheet, "light", _READ)
    told: set[int] = set()
    for run in runs(letter.document, letter.sheet, "light"):
        if len(run.text) < _PARAGRAPH or run.element.name == "img" or run.look.size < _NOTHING:
            continue
        if run.element.name in HEADINGS or run.element.within(*HEADINGS):
            continue
        place = holding.nearest(run.element, "line-height")
        factor = _factor(place[1], run) if place else None
        if place and factor is not None and factor < _TIGHTEST - 0.005 and id(place[0]) not in told:
            told.add(id(place[0]))
            yield Remark(rule="line-height", part="html", line=place[0].line, hint="write line-height:1.5",
                         message=f"the lines of {tag(place[0])} stand {factor:.2g} of their letters apart")  # fmt: skip


def _factor(value: str, run: Run) -> float | None:
    """A line's height to its letters; a bare number is one already."""
    if re.fullmatch(r"\d*\.?\d+", value):
        return float(value)
    px = length(value, run.look.size)
    return px / run.look.size if px is not None else None


def _families(letter: Letter) -> Iterator[Remark]:
    told: set[str] = set()
    for one in letter.sheet.declarations:
        if one.name not in {"font-family", "font"} or one.value.casefold() in told:
            continue
        last = one.value.rpartition(",")[2].strip().strip("\"'").casefold()
        words = last.split() or [""]
        if one.name == "font" and (len(words) == 1 and "," not in one.value):
            continue  # a keyword, as in font:inherit
        if (words[-1] if one.name == "font" else last) not in _GENERIC and "var(" not in last:
            told.add(one.value.casefold())
            yield _unfinished(one.line, one.value)
    for element in letter.document.all("font"):
        face = element.get("face")
        if face and face.rpartition(",")[2].strip().casefold() not in _GENERIC:
            yield _unfinished(element.line, face)


def _unfinished(line: int, said: str) -> Remark:
    return Remark(rule="font-family", part="html", line=line, message=f"fonts without a last resort: {shortened(said)}",
                  hint="end the list with sans-serif, serif or monospace")  # fmt: skip


def _justified(line: int) -> Remark:
    return Remark(rule="text-align", part="html", line=line, advice=True, message="justified text",
                  hint="let text begin at its side: text-align:left, or nothing")  # fmt: skip


def _links(letter: Letter) -> Iterator[Remark]:
    holding = Holding(letter.sheet, "light", _READ)
    beside: dict[int, int] = {}
    for link in letter.document.all("a"):
        if not link.get("href") or not link.text or _is_marked(link, holding):
            continue
        block = next((one for one in link.ancestors() if one.name in BLOCKS | TABLE_PARTS), None)
        if block is None:
            continue
        if id(block) not in beside:
            beside[id(block)] = sum(char.isalpha() for text in _own_texts(block) for char in text)
        if beside[id(block)] >= _BESIDE:
            yield Remark(rule="link-underline", part="html", line=link.line, hint="write text-decoration:underline",
                         message=f"the link “{shortened(link.text, 40)}” is told by its colour alone")  # fmt: skip


def _is_marked(link: Element, holding: Holding) -> bool:
    """Whether it is underlined, as every link is that nobody says otherwise of."""
    said = holding.value(link, "text-decoration", "text-decoration-line")
    if not said.startswith("none"):
        return True
    border = holding.value(link, "border-bottom", "border")
    if border and not border.startswith(("0", "none")):
        return True
    inside = [one for one in link.elements() if one.name in {"u", "span", "b", "strong", "font"}]
    return any(one.name == "u" or "underline" in holding.value(one, "text-decoration") for one in inside)


def _own_texts(block: Element) -> Iterator[str]:
    """The texts of a block that are in no link and in no block inside it."""
    left: list[Element | Text] = list(block.children)
    while left:
        one = left.pop()
        if isinstance(one, Text):
            yield one.text
        elif one.name != "a" and one.name not in BLOCKS | TABLE_PARTS | {"style", "script"}:
            left.extend(one.children)


LETTERING_RULES: Final = (font_size, line_height, font_family, text_align, link_underline)
