"""Style sheets that Gmail and Outlook do not throw away, in a mail that can do without them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from digest.check.galley import Remark
from digest.check.remarks import shortened
from digest.check.style.properties import meant
from digest.check.style.selectors import patterns

if TYPE_CHECKING:
    from digest.check.html.document import Element
    from digest.check.letter import Letter
    from digest.check.style.sheet import AtRule, Declaration

_NOVELTIES: Final = (":is(", ":where(", ":has(", ":-webkit-any(", ":matches(")
_SCRIPT: Final = re.compile(r"(?:java|vb)script:|expression\(", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"(?i)url\(\s*[\"']?([^)\"']{1,200})")
_INHERITED: Final = frozenset({"color", "font-family", "font-size", "line-height", "text-align", "font", "word-break"})
_NEEDED: Final = frozenset({"background", "background-color", "padding", "padding-top", "padding-left", "border",
                            "width", "max-width", "display", "table-layout"}) | _INHERITED  # fmt: skip
_SHORT: Final = {"background-color": "background", "padding-top": "padding", "padding-left": "padding",
                 "font-size": "font", "font-family": "font", "line-height": "font"}  # fmt: skip

_SIDED: Final = frozenset({"padding", "border", "background"})


def head_styles(letter: Letter) -> Iterator[Remark]:
    """Style sheets can be read, and hold nothing that Gmail drops them for."""
    for line, message in letter.sheet.faults:
        yield Remark(rule="head-styles", part="html", line=line, message=message, advice=message.startswith("!"),
                     hint="correct it; for some mistakes Gmail drops all the styles around them")  # fmt: skip
    yield from _at_rules(letter)
    yield from _selectors(letter)
    yield from _names(letter)


def style_dependence(letter: Letter) -> Iterator[Remark]:
    """Colours and layout stand on the tags, for programs that drop every style sheet."""
    yield from _classes(letter)


def _at_rules(letter: Letter) -> Iterator[Remark]:
    for one in letter.sheet.at_rules:
        said = _at_rule(one)
        if said:
            message, hint = said
            yield Remark(rule="head-styles", part="html", line=one.line, message=message, hint=hint)


def _at_rule(one: AtRule) -> tuple[str, str] | None:
    if one.name == "nest":
        return f"a rule inside a rule: {shortened(one.prelude, 30)}", "write each rule by itself"
    if one.inside:
        return f"@{one.name} inside @{one.inside}: Gmail drops the whole style sheet", "write it by itself"
    if one.name == "import":
        return "@import loads another style sheet; most programs do not", "write the rules into this one"
    if one.name == "font-face":
        return (
            "a web font (@font-face): Gmail and Yahoo do not load it, Outlook shows Times instead",
            "use fonts that readers have",
        )
    if one.name == "media" and re.search(r"[<>]=?", one.prelude):
        return f"@media {shortened(one.prelude, 40)}: mail programs do not know < and >", "write (max-width: 600px)"
    if one.name == "media" or one.name.startswith("-") or one.name in {"charset", "page"}:
        return None
    return f"@{one.name}: Gmail drops style sheets with anything but @media", "do without it"


def _selectors(letter: Letter) -> Iterator[Remark]:
    for one in letter.sheet.selectors:
        plain = one.text.casefold().replace(" ", "")
        if "//" in re.sub(r"\"[^\"]*\"|'[^']*'|\[[^\]]*\]", "", plain):
            yield Remark(rule="head-styles", part="html", line=one.line, hint="write /* … */",
                         message=f"// begins no comment here, the rule is lost: {shortened(one.text, 40)}")  # fmt: skip
        if any(mark in plain for mark in _NOVELTIES):
            yield Remark(rule="head-styles", part="html", line=one.line, hint="write a selector for each case",
                         message=f"{shortened(one.text, 40)}: few mail programs know such selectors")  # fmt: skip


def _names(letter: Letter) -> Iterator[Remark]:
    for one in letter.sheet.declarations:
        if guess := meant(one.name):
            yield Remark(rule="head-styles", part="html", line=one.line, hint=f"write {guess}",
                         message=f"there is no style {one.name}")  # fmt: skip
        if one.name in {"behavior", "-moz-binding"} or _SCRIPT.search(one.value):
            yield Remark(rule="head-styles", part="html", line=one.line, hint="delete it",
                         message=f"a script in a style: {one.name}: {shortened(one.value, 40)}")  # fmt: skip
        elif (found := _ADDRESS.search(one.value)) and not found.group(1).casefold().startswith(("https:", "cid:")):
            yield Remark(rule="head-styles", part="html", line=one.line, hint="write an address with https://",
                         message=f"a picture that is not loaded: {shortened(found.group(), 50)}")  # fmt: skip


def _classes(letter: Letter) -> Iterator[Remark]:
    said: dict[int, set[str]] = {}
    for element, one in letter.sheet.inline():
        family = one.name.split("-")[0]
        said.setdefault(id(element), set()).update({one.name, family if family in _SIDED else one.name})
    by_class: dict[str, list[Element]] = {}
    for element in letter.document.all():
        for name in element.get("class").split():
            by_class.setdefault(name, []).append(element)
    told: set[tuple[int, str]] = set()
    for one in letter.sheet.declarations:
        if one.element is not None or one.media or one.name not in _NEEDED or not one.selector:
            continue
        place = (one.block, one.name)
        if place not in told and (alone := _alone(one, by_class, said)):
            told.add(place)
            yield Remark(rule="style-dependence", part="html", line=one.line, advice=True,
                         message=f"{one.name} of <{alone.name} class=\"{alone.get('class')}\"> (line {alone.line}) "
                         "is said by the style sheet alone",
                         hint="write it on the tag as well: Gmail's apps and GMX drop style sheets")  # fmt: skip


def _alone(one: Declaration, by_class: dict[str, list[Element]], said: dict[int, set[str]]) -> Element | None:
    """An element that has it from nowhere else."""
    for pattern in patterns(one.selector):
        for element in (element for name in pattern.compounds[-1].classes for element in by_class.get(name, ())):
            if not pattern.fits(element):
                continue
            chain = (element, *element.ancestors()) if one.name in _INHERITED else (element,)
            wanted = {one.name, _SHORT.get(one.name, one.name)}
            if not any(wanted & said.get(id(above), set()) for above in chain) and not _by_attribute(element, one.name):
                return element
    return None


def _by_attribute(element: Element, name: str) -> bool:
    held = {"background": "bgcolor", "background-color": "bgcolor", "text-align": "align", "color": "color"}
    return bool(element.get(held.get(name, name)))


HEAD_STYLE_RULES: Final = (head_styles, style_dependence)
