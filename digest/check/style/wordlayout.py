"""What Outlook for Windows, which lays mails out with Word, ignores (caniemail: css-margin, css-padding)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from digest.check.galley import Remark
from digest.check.remarks import shortened, tag
from digest.check.style.cascade import length

if TYPE_CHECKING:
    from digest.check.html.document import Element
    from digest.check.letter import Letter

_PADDING: Final = frozenset({"padding", "padding-top", "padding-bottom", "padding-left", "padding-right"})
_WITHOUT_HARM: Final = frozenset(
    {
        "td",
        "th",
        "ul",
        "ol",
        "li",
        "dl",
        "dd",
        "dt",
        "body",
        "html",
        "blockquote",
        "pre",
        "code",
        "hr",
        "center",
        "caption",
    }
)
"""Cells, whose padding Word draws, and what it sets apart by itself."""
_GROWING: Final = frozenset({"table", "tr", "td", "th", "img", "hr", "body", "html"})
_NEGATIVE: Final = re.compile(r"(^|\s)-(?=[\d.]*[1-9])")
_A_LINE: Final = 40  # characters, about what fits on a line of a phone


def negative_margin(letter: Letter) -> Iterator[Remark]:
    """Gmail and Outlook ignore negative margins."""
    yield from _negative(letter)


def fixed_height(letter: Letter) -> Iterator[Remark]:
    """Text has no fixed height: where letters are larger it is cut, or runs into what follows."""
    yield from _heights(letter)


def word_layout(letter: Letter) -> Iterator[Remark]:
    """Outlook for Windows knows padding on cells only, no margin:auto, and no !important on a tag."""
    if "outlook-windows" in letter.clients:
        yield from _for_word(letter)


def _negative(letter: Letter) -> Iterator[Remark]:
    for one in letter.sheet.declarations:
        if one.name.startswith("margin") and _NEGATIVE.search(one.value):
            yield Remark(rule="negative-margin", part="html", line=one.line, hint="use less padding, or cells",
                         message=f"{one.name}: {shortened(one.value, 30)}: Gmail and Outlook ignore it")  # fmt: skip


def _for_word(letter: Letter) -> Iterator[Remark]:
    ghosts = any("mso" in one.text and "<table" in one.text.casefold() for one in letter.document.comments)
    alt = {one.block for one in letter.sheet.declarations if one.name.startswith("mso-")}
    for element, one in letter.sheet.inline():
        if one.important:
            yield Remark(rule="word-layout", part="html", line=one.line, advice=True,
                         message=f"Outlook for Windows ignores {one.name} with !important on {tag(element)}",
                         hint="take !important away; the tag wins anyhow, and no dark rule beats it")  # fmt: skip
        if one.name in _PADDING and element.name not in _WITHOUT_HARM and _is_some(one.value) and one.block not in alt:
            yield Remark(rule="word-layout", part="html", line=one.line, advice=True,
                         message=f"Outlook for Windows ignores {one.name} on {tag(element)}",
                         hint="put the padding on the cell")  # fmt: skip
        elif one.name in {"margin", "margin-left"} and "auto" in one.value and not _is_centred(element, ghosts):
            yield Remark(rule="word-layout", part="html", line=one.line, advice=True, hint="write align=center",
                         message=f"Outlook for Windows does not centre {tag(element)} by margin:auto")  # fmt: skip


def _is_some(value: str) -> bool:
    return any((length(word, 16.0) or 0.0) > 0 for word in value.split())


def _is_centred(element: Element, ghosts: bool) -> bool:
    """Whether Word has another reason to centre it, or nothing to centre: it fills its place, or stands in a ghost."""
    if element.name in {"td", "th", "img"} or "100%" in (element.get("width"), element.style.get("width")):
        return True
    if ghosts and "max-width" in element.style:
        return True
    above = element.parent
    return element.get("align") == "center" or (
        above is not None and (above.get("align") == "center" or above.name == "center")
    )


def _heights(letter: Letter) -> Iterator[Remark]:
    for element, one in letter.sheet.inline():
        if one.name not in {"height", "max-height"} or element.name in _GROWING or one.value.endswith("%"):
            continue
        if length(one.value, 16.0) and len(element.text) > _A_LINE:
            yield Remark(rule="fixed-height", part="html", line=one.line, hint="leave the height to the text",
                         message=f"{tag(element)} has {one.name}: {one.value}")  # fmt: skip


WORD_RULES: Final = (negative_margin, fixed_height, word_layout)
