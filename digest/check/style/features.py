"""What a mail uses of the features that the table of mail programs knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from digest.check.style.support import is_feature

if TYPE_CHECKING:
    from digest.check.html.document import Document, Element
    from digest.check.style.sheet import Declaration, Sheet

_QUOTED: Final = re.compile(r"\"[^\"]*\"|'[^']*'|url\([^)]*\)|#[0-9a-zA-Z]+")
_UNIT: Final = re.compile(r"(?<![\w.#-])[-+]?(?:\d+\.?\d*|\.\d+)(rem|dvh|svh|lvh|vh|vw|vmin|vmax|ch)\b", re.IGNORECASE)
_FUNCTION: Final = re.compile(r"(?<![\w-])([a-zA-Z-]+)\(")
_PSEUDO: Final = re.compile(r"::?([a-zA-Z-]+)")
_MEDIA: Final = re.compile(r"prefers-color-scheme|prefers-reduced-motion|orientation|hover|device-pixel-ratio")

_PROPERTIES: Final = {
    "row-gap": "css-gap",
    "column-gap": "css-gap",
    "grid-gap": "css-gap",
    "border-start-start-radius": "css-border-radius-logical",
    "border-start-end-radius": "css-border-radius-logical",
    "border-end-start-radius": "css-border-radius-logical",
    "border-end-end-radius": "css-border-radius-logical",
    "block-size": "css-block-inline-size",
    "inline-size": "css-block-inline-size",
    "columns": "css-column-count",
    "column-width": "css-column-count",
    "text-wrap-style": "css-text-wrap",
    "text-wrap-mode": "css-text-wrap",
}
_SIDES: Final = frozenset({"left", "right", "top", "bottom"})
_FAMILIES: Final = (  # the longest first: how a property begins → what the table has for it
    ("border-inline", "css-border-inline-block"),
    ("border-block", "css-border-inline-block"),
    ("border-image", "css-border-image"),
    ("margin-inline", "css-margin-inline-block"),
    ("margin-block", "css-margin-inline-block"),
    ("padding-inline", "css-padding-inline-block"),
    ("padding-block", "css-padding-inline-block"),
    ("grid-", "css-grid-template"),
    ("inset-", "css-inset"),
    ("transition-", "css-transition"),
    ("animation-", "css-animation"),
    ("mask-", "css-mask-image"),
    ("scroll-snap-", "css-scroll-snap"),
    ("text-emphasis-", "css-text-emphasis"),
    ("transform-", "css-transform"),
)
_DISPLAY: Final = {
    "flex": "css-display-flex",
    "inline-flex": "css-display-flex",
    "grid": "css-display-grid",
    "inline-grid": "css-display-grid",
    "contents": "css-display-grid",
    "flow-root": "css-display-grid",
}
_FUNCTIONS: Final = {
    "calc": "css-unit-calc",
    "clamp": "css-function-clamp",
    "min": "css-function-min",
    "max": "css-function-max",
    "var": "css-variables",
    "env": "css-variables",
    "light-dark": "css-function-light-dark",
    "linear-gradient": "css-linear-gradient",
    "repeating-linear-gradient": "css-linear-gradient",
    "radial-gradient": "css-radial-gradient",
    "repeating-radial-gradient": "css-radial-gradient",
    "conic-gradient": "css-conic-gradient",
    "repeating-conic-gradient": "css-conic-gradient",
    "fit-content": "css-intrinsic-size",
}
_WORDS: Final = {
    "fit-content": "css-intrinsic-size",
    "min-content": "css-intrinsic-size",
    "max-content": "css-intrinsic-size",
    "initial": "css-unit-initial",
    "unset": "css-unit-initial",
    "revert": "css-unit-initial",
}


_OF_PROGRAMS: Final = re.compile(
    r"\.(?:ExternalClass|ReadMsgBody|a6S|aBn|im|yshortcuts|moz-text-html)\b|#(?:MessageView\w*|outlook)\b|data-og(?:sc|sb)"
)
"""Classes and ids that a mail program adds: rules about them are meant for it alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A feature, where it is used."""

    feature: str  # a slug of the table
    said: str  # as the mail has it
    line: int
    gates: tuple[str, ...] = ()  # features without which a program never gets as far
    declaration: Declaration | None = None
    element: Element | None = None  # that it stands on


def features_used(document: Document, sheet: Sheet) -> Iterator[Use]:
    """What a mail uses, in no order that matters; nothing of what stands on hidden elements."""
    hidden = _hidden(sheet)
    for one in sheet.declarations:
        if _OF_PROGRAMS.search(one.selector):
            continue
        if one.element is not None and id(one.element) in hidden and one.name != "display":
            continue
        gates = (*_gates(one.media), *_selector_features(one.selector))
        for slug in of_declaration(one.name, one.value):
            yield Use(feature=slug, said=f"{one.name}: {one.value}", line=one.line, gates=gates, declaration=one,
                      element=one.element)  # fmt: skip
    for selector in sheet.selectors:
        for slug in _selector_features(selector.text):
            yield Use(feature=slug, said=selector.text, line=selector.line, gates=_gates(selector.media))
    for element in document.all():
        if "hidden" in element.attributes and element.name != "input":
            yield Use(feature="html-hidden", said=f"<{element.name} hidden>", line=element.line, element=element)


def _hidden(sheet: Sheet) -> set[int]:
    """The ids of elements that are not shown, for what is on them or inside them."""
    tops = [element for element, one in sheet.inline() if one.name == "display" and one.value.casefold() == "none"]
    return {id(one) for top in tops for one in (top, *top.elements())}


@lru_cache(maxsize=4096)
def of_declaration(name: str, value: str) -> tuple[str, ...]:
    """The features that a declaration needs, itself first; none for what mail programs made up themselves."""
    if name.startswith("--"):
        return ("css-variables",)
    if name.startswith(("-", "mso-", "_", "*")):
        return ()
    bare = _QUOTED.sub(" ", value).casefold()
    found = [_of_property(name, bare)]
    found += [
        f"css-unit-{unit.casefold()[-2:] if unit[-2:] == 'vh' else unit.casefold()}" for unit in _UNIT.findall(bare)
    ]
    found += [_FUNCTIONS.get(function.removeprefix("-webkit-"), "") for function in _FUNCTION.findall(bare)]
    found += [_WORDS.get(word, "") for word in re.split(r"[\s,]+", bare)]
    if name in {"background", "background-image"} and "url(" in value.casefold():
        found.append("css-background-image")
    return tuple(dict.fromkeys(one for one in found if is_feature(one)))


def _of_property(name: str, value: str) -> str:
    if name == "display":
        return _DISPLAY.get(value.strip(), "")
    if name == "background-image":
        return ""  # by its value
    if name in _SIDES:
        return "css-left-right-top-bottom"
    if name in _PROPERTIES or is_feature(f"css-{name}"):
        return _PROPERTIES.get(name, f"css-{name}")
    return next((slug for begin, slug in _FAMILIES if name.startswith(begin)), "")


@lru_cache(maxsize=512)
def _selector_features(selector: str) -> tuple[str, ...]:
    bare = re.sub(r"\"[^\"]*\"|'[^']*'", "", selector)
    found = [
        slug
        for name in _PSEUDO.findall(bare)
        for slug in (f"css-pseudo-class-{name.casefold()}", f"css-pseudo-element-{name.casefold()}")
        if is_feature(slug)
    ]
    outside = re.sub(r"\[[^\]]*\]|\([^)]*\)", lambda found: "[" if found.group()[0] == "[" else "", bare)
    for mark, slug in (("[", "attribute"), (">", "child"), ("+", "adjacent-sibling"), ("~", "general-sibling")):
        if mark in outside:
            found.append(f"css-selector-{slug}")
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=128)
def _gates(media: str) -> tuple[str, ...]:
    if not media or media.casefold() in {"all", "screen"}:
        return ()
    slugs = (f"css-at-media-{name}" for name in _MEDIA.findall(media.casefold()))
    return ("css-at-media", *(slug for slug in slugs if is_feature(slug)))
