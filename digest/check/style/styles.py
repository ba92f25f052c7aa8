"""How a mail fits its window: widths, tables, images, long words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from digest.check.galley import Remark
from digest.check.html.document import Text
from digest.check.remarks import shortened, tag
from digest.check.style.cascade import length
from digest.check.style.holding import Holding

if TYPE_CHECKING:
    from digest.check.html.document import Element
    from digest.check.letter import Letter

WIDEST: Final = 600.0
"""Of a mail, in px: what Outlook's and Gmail's panes show without scrolling."""
_NARROW: Final = 320.0
"""The smallest phones, in px."""
_LONG_WORD: Final = re.compile(r"[^\s\u00ad\u200b-]{36,}")
_BREAKS: Final = frozenset({"break-word", "break-all", "anywhere"})
_LINE: Final = 36  # letters, about what fits on a line of the smallest phone
_WIDE_ONLY: Final = re.compile(r"min-(device-)?width", re.IGNORECASE)
_BREAK: Final = "write word-break:break-word;overflow-wrap:break-word on the table or cell around it"
_BOXES: Final = frozenset({"width", "max-width", "min-width", "white-space", "word-break", "overflow-wrap", "word-wrap",
                           "display", "height", "table-layout", "text-decoration"})  # fmt: skip
_SMALL_IMAGE: Final = 100.0  # px; icons stand in lines of text


def mail_width(letter: Letter) -> Iterator[Remark]:
    """Nothing is wider than 600 px, or forces a phone to scroll sideways."""
    yield from _widths(letter)


def layout_table(letter: Letter) -> Iterator[Remark]:
    """The text stands in a table as wide as the window, at most 600 px, that Word gets a table around."""
    tables = [one for one in letter.document.all("table") if one.text and not one.within("table") and _is_layout(one)]
    if letter.document.first("body") is not None:
        yield from _frames(letter, tables)


def long_words(letter: Letter) -> Iterator[Remark]:
    """A long word or address is broken, and does not widen the mail."""
    yield from _long_words(letter)


def image_style(letter: Letter) -> Iterator[Remark]:
    """Images are blocks that shrink with the window."""
    yield from _images(letter)


def _widths(letter: Letter) -> Iterator[Remark]:
    for one in letter.sheet.declarations:
        if one.name not in {"width", "min-width", "max-width"} or _WIDE_ONLY.search(one.media):
            continue
        px = None if one.value.endswith(("%", "em")) else length(one.value, 16.0)
        most = _NARROW if one.name == "min-width" else WIDEST
        if px is not None and px > most:
            yield Remark(rule="mail-width", part="html", line=one.line, advice=one.name == "max-width",
                         message=f"{one.name}: {one.value} is wider than {most:g} px",
                         hint=f"write width:100% and max-width:{WIDEST:g}px")  # fmt: skip
    for element in letter.document.all("table", "td", "th", "col", "hr"):
        width = element.get("width").casefold().removesuffix("px")
        if width.isdigit() and int(width) > WIDEST:
            yield Remark(rule="mail-width", part="html", line=element.line,
                         message=f'{tag(element)} has width="{width}"',
                         hint=f'write width="100%"; a mail has {WIDEST:g} px at most')  # fmt: skip


def _frames(letter: Letter, tables: list[Element]) -> Iterator[Remark]:
    holding = Holding(letter.sheet, "bare", _BOXES)
    limited = [one for one in letter.document.all("table", "div", "td", "center") if _limit(one, holding) is not None]
    fixed = [one for one in letter.document.body.elements() if _is_fixed(one, letter, holding)]
    if not tables and letter.document.body.text:
        yield _frame(
            letter.document.body.line, "the text stands in no table: it runs as wide as the window", advice=True
        )
    for table in tables:
        if not (holding.value(table, "width") or table.get("width")):
            yield _frame(table.line, f"{tag(table)} has no width", hint='write width="100%"')
    for table in fixed:
        yield _frame(table.line, f"{tag(table)} has a fixed width: phones scroll sideways")
    if tables and not limited and not any(_has_px(one) for table in tables for one in (table, *table.elements())):
        yield _frame(tables[0].line, "nothing limits the width: the lines run as wide as the window")
    if limited and "outlook-windows" in letter.clients and not _has_ghost(letter, limited):
        yield _frame(limited[0].line, "max-width without a table for Outlook, which runs as wide as the window",
                     hint="put <!--[if mso]><table role=presentation width=600 align=center><tr><td><![endif]--> "
                          "before it, and its end behind")  # fmt: skip


def _has_px(element: Element) -> bool:
    return element.name == "table" and element.get("width").removesuffix("px").isdigit()


def _has_ghost(letter: Letter, limited: list[Element]) -> bool:
    """Whether Outlook is told a width: in a comment of its own, or by an attribute."""
    return any(_has_px(one) for one in limited) or any(
        "mso" in one.text and "<table" in one.text.casefold() for one in letter.document.comments
    )


def _frame(line: int, message: str, *, hint: str = "", advice: bool = False) -> Remark:
    hint = hint or f'put it into <table role="presentation" width="100%" style="max-width:{WIDEST:g}px">'
    return Remark(rule="layout-table", part="html", line=line, message=message, hint=hint, advice=advice)


def _is_layout(table: Element) -> bool:
    if role := table.get("role").casefold():
        return role in {"presentation", "none"}
    return not any(one.name in {"th", "caption", "thead"} for one in table.elements())


def _limit(element: Element, holding: Holding) -> float | None:
    px = length(holding.value(element, "max-width"), 16.0)
    return px if px is not None and px > _NARROW else None


def _is_fixed(element: Element, letter: Letter, holding: Holding) -> bool:
    """Whether it keeps a width in px on a phone; a cell's holds as well (CSS 2.1, 17.5.2.2)."""
    if element.name not in {"table", "td", "th", "div", "center"}:
        return False
    width = holding.value(element, "width") or (element.get("width") if element.name != "div" else "")
    px = None if width.endswith("%") else length(width, 16.0)
    if px is None or px <= _NARROW or holding.value(element, "max-width"):
        return False
    classes = [f".{name}" for name in element.get("class").split()] + [element.name]
    return not any(
        one.name in {"width", "max-width"} and "max-" in one.media and any(name in one.selector for name in classes)
        for one in letter.sheet.declarations
    )


def _long_words(letter: Letter) -> Iterator[Remark]:
    holding = Holding(letter.sheet, "light", _BOXES)
    body = letter.document.first("body") or letter.document.root
    for pre in letter.document.all("pre"):
        if not holding.value(pre, "white-space").startswith(("pre-wrap", "pre-line", "normal", "break-spaces")):
            yield Remark(rule="long-words", part="html", line=pre.line, message="<pre> does not break its lines",
                         hint="write style=white-space:pre-wrap;word-break:break-word")  # fmt: skip
    yield from _unwrapped(letter)
    yield from _unwrapped_cells(letter)
    unbroken = [one for one in body.texts() if not (_is_broken(one, holding) or _is_unseen(one, holding))]
    first = next((one for one in letter.document.all("table") if one.text), body)
    if unbroken and not any(_is_broken(one, holding) for one in body.texts()):
        yield Remark(rule="long-words", part="html", line=first.line, advice=True,
                     message="no style breaks long words: one address can widen the mail", hint=_BREAK)  # fmt: skip
    grows = any(not _is_shrinkable(one, holding) for one in body.texts() if not _is_unseen(one, holding))
    if first is not body and grows and not any(_is_rigid(one, holding) for one in (first, *first.elements())):
        yield Remark(rule="long-words", part="html", line=first.line, advice=True,
                     message=f"{tag(first)} grows with what is in it, and so may the mail",
                     hint="write table-layout:fixed on it")  # fmt: skip
    for one in unbroken:
        found = _LONG_WORD.search(one.text)
        if found:
            yield Remark(rule="long-words", part="html", line=one.line + one.text.count("\n", 0, found.start()),
                         message=f"“{shortened(found.group(), 30)}” of {len(found.group())} letters is not broken",
                         hint=_BREAK)  # fmt: skip


def _unwrapped(letter: Letter) -> Iterator[Remark]:
    for element, one in letter.sheet.inline():
        if one.name != "white-space" or one.value.casefold() not in {"nowrap", "pre"} or element.name == "pre":
            continue
        if len(element.text) > _LINE:
            yield Remark(rule="long-words", part="html", line=one.line, hint="let it wrap",
                         message=f"{tag(element)} does not wrap its {len(element.text)} letters")  # fmt: skip


def _unwrapped_cells(letter: Letter) -> Iterator[Remark]:
    for cell in letter.document.all("td", "th"):
        if "nowrap" in cell.attributes and len(cell.text) > _LINE:
            yield Remark(rule="long-words", part="html", line=cell.line, hint="take nowrap away",
                         message=f"{tag(cell)} does not wrap its {len(cell.text)} letters")  # fmt: skip


def _is_broken(text: Text, holding: Holding) -> bool:
    found = holding.nearest(text.parent, "word-break"), holding.nearest(text.parent, "overflow-wrap", "word-wrap")
    return any(one is not None and one[1].strip() in _BREAKS for one in found)


def _is_shrinkable(text: Text, holding: Holding) -> bool:
    """Whether its cell may be narrower than its words; overflow-wrap alone keeps the width (CSS Text 3)."""
    found = holding.nearest(text.parent, "word-break"), holding.nearest(text.parent, "overflow-wrap", "word-wrap")
    return any(
        one is not None and one[1].strip() in kinds for one, kinds in zip(found, (_BREAKS, {"anywhere"}), strict=True)
    )


def _is_rigid(element: Element, holding: Holding) -> bool:
    return element.name == "table" and holding.value(element, "table-layout") == "fixed"


def _is_unseen(text: Text, holding: Holding) -> bool:
    if not text.text.strip():
        return True
    return any(holding.value(one, "display") == "none" for one in (text.parent, *text.parent.ancestors()))


def _images(letter: Letter) -> Iterator[Remark]:
    holding = Holding(letter.sheet, "light", _BOXES)
    for image in letter.document.all("img"):
        width = length(image.get("width") or holding.value(image, "width"), 16.0)
        if holding.value(image, "display") == "none" or (width is not None and width <= _SMALL_IMAGE):
            continue
        if holding.value(image, "display") not in {"block", "inline-block"}:
            yield _image(image, "has a gap below it in some programs: it is no block", "display:block")
        elif not holding.value(image, "max-width") and not holding.value(image, "width").endswith("%"):
            yield _image(image, "does not shrink on a phone", "max-width:100%;height:auto")
        elif not image.get("height").endswith("%") and _is_squeezed(image, holding):
            yield _image(image, "is squeezed on a phone: its height stays as it is", "height:auto")


def _is_squeezed(image: Element, holding: Holding) -> bool:
    height = holding.value(image, "height")
    return bool(length(height, 16.0)) or (image.get("height").isdigit() and not height)


def _image(image: Element, message: str, style: str) -> Remark:
    return Remark(rule="image-style", part="html", line=image.line, message=f"{tag(image)} {message}",
                  hint=f"write style=\"{style}\"")  # fmt: skip


STYLE_RULES: Final = (mail_width, layout_table, long_words, image_style)
