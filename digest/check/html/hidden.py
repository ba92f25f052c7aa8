"""Rules about text that is there and not shown: the preheader, and what pretends to be one.

Sources: Google's guidelines for senders ("Don't use HTML and CSS to hide content"); Email Markup Consortium, 2025, on
the filler after a preheader, which screen readers spell out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.check.galley import Remark
from digest.check.html.document import Element, Text
from digest.check.remarks import shortened, tag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.check.letter import Letter

_LONGEST = 150
"""Characters that a mail program shows after the subject, and some to spare."""
_FILLER = re.compile("[\u00a0\u00ad\u034f\u061c\u115f\u2000-\u200f\u2007\u2060-\u2064\u3164\ufeff\u180e]")
_LEAST_FILLER = 10
_NOUGHT = re.compile(r"0(?:\.0*)?(?:px|pt|em|%)?\Z")
_NO_TEXT = frozenset(
    {"head", "style", "script", "title", "meta", "link", "template", "noscript", "base", "area", "map"}
)


def is_hidden(element: Element) -> bool:
    """Whether the element itself is not shown, by its attributes."""
    style = element.style
    return (
        "hidden" in element.attributes
        or style.get("display", "").startswith("none")
        or style.get("visibility", "").startswith(("hidden", "collapse"))
        or bool(_NOUGHT.match(style.get("opacity", "1")))
        or (style.get("overflow", "").startswith("hidden") and _is_flat(style))
        or ("mso-hide" in style and _is_flat(style))
    )


def hidden_text(letter: Letter) -> Iterator[Remark]:
    """One short hidden line first in the body is a preheader; all other hidden text looks like a trick."""
    blocks = [one for one in _hidden_blocks(letter.document.body) if not _shown_elsewhere(one, letter)]
    for number, block in enumerate(blocks):
        if number == 0 and not _text_before(letter.document.body, block):
            yield from _preheader(block)
        elif _FILLER.sub("", block.text).strip():
            yield Remark(rule="hidden-text", part="html", line=block.line,
                         message=f"hidden text besides the preheader: {shortened(block.text, 40)}",
                         hint="show it or take it out: spam filters look for hidden text")  # fmt: skip
        elif _count(block) >= _LEAST_FILLER:
            yield _filled(block)


def _preheader(block: Element) -> Iterator[Remark]:
    raw = "".join(text.text for text in block.texts())
    plain = " ".join(_FILLER.sub(" ", raw).split())
    if len(plain) > _LONGEST:
        yield Remark(rule="hidden-text", part="html", line=block.line,
                     message=f"the hidden preheader has {len(plain)} characters; {_LONGEST} are plenty",
                     hint="shorten it to one line")  # fmt: skip
    if _count(block) >= _LEAST_FILLER:
        yield _filled(block)
    if any(one.name in {"a", "img"} for one in block.elements()):
        yield Remark(rule="hidden-text", part="html", line=block.line, hint="write plain text there",
                     message="the hidden preheader has a link or picture")  # fmt: skip


def _filled(block: Element) -> Remark:
    return Remark(rule="hidden-text", part="html", line=block.line, advice=True,
                  message=f"{_count(block)} invisible characters fill up {tag(block)}",
                  hint="take them out; some screen readers spell them")  # fmt: skip


def _count(block: Element) -> int:
    return sum(len(_FILLER.findall(text.text)) for text in block.texts())


def _hidden_blocks(body: Element) -> Iterator[Element]:
    """The outermost hidden elements that have text."""
    left = [child for child in reversed(body.children) if isinstance(child, Element)]
    while left:
        one = left.pop()
        if one.name in _NO_TEXT:
            continue
        if is_hidden(one):
            if any(text.text.strip(" \t\r\n") for text in one.texts()):
                yield one
        else:
            left.extend(child for child in reversed(one.children) if isinstance(child, Element))


def _text_before(body: Element, block: Element) -> bool:
    """Whether readers see something before it."""
    left: list[Element | Text] = list(reversed(body.children))
    while left:
        one = left.pop()
        if one is block:
            return False
        if isinstance(one, Text):
            if one.text.strip():
                return True
        elif one.name not in _NO_TEXT:
            left.extend(reversed(one.children))
    return False


def _shown_elsewhere(block: Element, letter: Letter) -> bool:
    """Whether a style sheet shows it on other screens, as it does with what is for phones only."""
    names = {f".{name}" for name in block.get("class").split()} | (
        {f"#{block.get('id')}"} if block.get("id") else set()
    )
    return any(
        said.name in {"display", "visibility", "max-height"}
        and said.element is None
        and said.value.strip().lower() not in {"none", "hidden", "0", "0px"}
        and any(re.search(rf"{re.escape(name)}(?![\w-])", said.selector) for name in names)
        for said in letter.sheet.declarations
    )


def _is_flat(style: dict[str, str]) -> bool:
    return any(_NOUGHT.match(style.get(name, "1")) for name in ("max-height", "height", "width"))


HIDDEN_RULES: tuple[Callable[[Letter], Iterator[Remark]], ...] = (hidden_text,)
