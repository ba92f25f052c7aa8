"""What a mail looks like where its styles meet: the colours and the size of every text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from digest.check.html.document import Element, Text
from digest.check.style.colours import BLACK, CLEAR, WHITE, Colour, legacy_colour, read_colour
from digest.check.style.holding import Holding, Scene

if TYPE_CHECKING:
    from digest.check.html.document import Document
    from digest.check.style.sheet import Sheet

NIGHT: Final = Colour(18, 18, 18)
"""What browsers paint under a mail that says it knows the dark."""
_LINK: Final = Colour(0, 0, 238)
_LINK_AT_NIGHT: Final = Colour(158, 158, 255)
_SIZES: Final = {"xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0,
                 "xx-large": 32.0}  # fmt: skip
_HEADINGS: Final = {"h1": 2.0, "h2": 1.5, "h3": 1.17, "h4": 1.0, "h5": 0.83, "h6": 0.67}
_FONT_SIZES: Final = {"1": 10.0, "2": 13.0, "3": 16.0, "4": 18.0, "5": 24.0, "6": 32.0, "7": 48.0}
_UNITS: Final = {"px": 1.0, "pt": 4 / 3, "rem": 16.0, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 9.6 / 2.54}
_LENGTH: Final = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+))(px|pt|rem|em|ex|%|pc|in|cm|mm)?\Z", re.IGNORECASE)
_READ: Final = frozenset({"color", "background", "background-color", "background-image", "font", "font-size",
                          "font-weight", "display"})  # fmt: skip
_NOT_SHOWN: Final = frozenset({"head", "style", "script", "title", "template", "noscript"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How an element's text is shown."""

    colour: Colour | None = BLACK  # None: only the program knows
    ground: Colour | None = WHITE  # None: a picture, or something that is not known
    size: float = 16.0  # px
    bold: bool = False
    shown: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A text, or the description of a picture, as it is shown."""

    text: str
    line: int
    element: Element
    look: Look


def runs(document: Document, sheet: Sheet, scene: Scene) -> Iterator[Run]:
    """Every text that is shown, in order."""
    cascade = Cascade(document, sheet, scene)
    yield from _runs(document.root, cascade.start(), cascade)


def _runs(top: Element, look: Look, cascade: Cascade) -> Iterator[Run]:
    left: list[tuple[Element | Text, Look]] = [(one, look) for one in reversed(top.children)]
    while left:
        one, above = left.pop()
        if isinstance(one, Text):
            if one.text.strip():
                yield Run(text=" ".join(one.text.split()), line=one.line, element=one.parent, look=above)
            continue
        own = cascade.look(one, above)
        if not own.shown:
            continue
        if one.name == "img" and one.get("alt"):
            yield Run(text=one.get("alt"), line=one.line, element=one, look=own)
        left += [(inner, own) for inner in reversed(one.children)]


class Cascade:
    """Which declarations hold for an element, in one scene."""

    def __init__(self, document: Document, sheet: Sheet, scene: Scene) -> None:
        self.scene = scene
        self.night = scene == "dark" and knows_the_dark(document, sheet)
        self._holding = Holding(sheet, scene, _READ)
        self._links = next(
            (colour for body in document.all("body") if (colour := legacy_colour(body.get("link")))), None
        )

    def start(self) -> Look:
        """Before anything is said."""
        return Look(colour=WHITE, ground=NIGHT) if self.night else Look()

    def look(self, element: Element, above: Look) -> Look:
        """How an element is shown inside one that is shown so."""
        if element.name in _NOT_SHOWN:
            return replace(above, shown=False)
        own = self._hints(element, above)
        for one in self._holding.of(element):
            own = _applied(own, above, one.name, one.value)
        return own

    def _hints(self, element: Element, above: Look) -> Look:
        """What an element and its attributes say without styles."""
        own = above
        if element.name in _HEADINGS:
            own = replace(own, size=above.size * _HEADINGS[element.name], bold=True)
        elif element.name in {"b", "strong", "th"}:
            own = replace(own, bold=True)
        elif element.name in {"small", "big"}:
            own = replace(own, size=above.size * (0.83 if element.name == "small" else 1.2))
        elif element.name == "a" and element.get("href"):
            own = replace(own, colour=self._links or (_LINK_AT_NIGHT if self.night else _LINK))
        elif element.name == "font":
            colour = legacy_colour(element.get("color"))
            own = replace(own, colour=colour or own.colour, size=_FONT_SIZES.get(element.get("size"), own.size))
        elif element.name == "body" and (colour := legacy_colour(element.get("text"))):
            own = replace(own, colour=colour)
        if element.get("bgcolor") and (ground := legacy_colour(element.get("bgcolor"))):
            own = replace(own, ground=ground)
        if element.get("background"):
            own = replace(own, ground=None)
        return own


def knows_the_dark(document: Document, sheet: Sheet) -> bool:
    """Whether a mail says that it has dark colours, so that programs paint a dark ground under it."""
    return any(
        one.get("name").casefold() in {"color-scheme", "supported-color-schemes"}
        and "dark" in one.get("content").casefold()
        for one in document.all("meta")
    ) or any(
        one.name in {"color-scheme", "supported-color-schemes"} and "dark" in one.value.casefold()
        for one in sheet.declarations
    )


def length(value: str, base: float) -> float | None:
    """A length in px; ``em`` and ``%`` are of the base. None: it is none, or one that is not known here."""
    found = _LENGTH.match(value.strip())
    if found is None:
        return None
    number, unit = float(found.group(1)), (found.group(2) or "").casefold()
    if unit in {"em", "%", "ex"}:
        return number * base / {"em": 1, "%": 100, "ex": 2}[unit]
    return number * _UNITS.get(unit, 1.0)


def ground_of(value: str) -> tuple[Colour | None, bool]:
    """The colour in a ``background``, and whether there is a picture, too."""
    picture = bool(re.search(r"url\(|gradient\(|image-set\(", value, re.IGNORECASE))
    if not picture and (whole := read_colour(value)):
        return whole, False
    words = re.findall(r"url\([^)]*\)|[\w-]+\([^)]*\)|[^\s,]+", value)
    return next((colour for word in words if (colour := read_colour(word))), None), picture


def _applied(look: Look, above: Look, name: str, value: str) -> Look:
    plain = value.casefold().strip()
    if name == "color":
        return replace(look, colour=above.colour if plain in {"inherit", "currentcolor"} else _over(value, look))
    if name == "background-color":
        return replace(look, ground=_ground(read_colour(value), above) if plain != "inherit" else above.ground)
    if name == "background":
        colour, picture = ground_of(value)
        return replace(look, ground=None if picture else _ground(colour or CLEAR, above))
    if name == "background-image":
        return replace(look, ground=None) if plain != "none" else look
    if name == "display":
        return replace(look, shown=look.shown and plain != "none") if plain == "none" else replace(look, shown=True)
    if name == "font-weight":
        return replace(look, bold=plain in {"bold", "bolder"} or (plain.isdigit() and int(plain) >= 700))
    return _sized(look, above, name, plain)


def _sized(look: Look, above: Look, name: str, value: str) -> Look:
    if name == "font":
        words = value.split()
        size = next((word.partition("/")[0] for word in words if word[0].isdigit() or word in _SIZES), "")
        look = replace(look, bold="bold" in words or any(word in {"700", "800", "900"} for word in words))
        value = size
    px = _SIZES.get(value) or length(value, above.size)
    return look if px is None or not value else replace(look, size=px)


def _over(value: str, look: Look) -> Colour | None:
    """A text's colour; one that is half seen is blended with the ground when that is known, later."""
    return read_colour(value) if value.strip() else look.colour


def _ground(colour: Colour | None, above: Look) -> Colour | None:
    if colour is None:
        return None
    if colour.alpha <= 0:
        return above.ground
    return colour.over(above.ground) if above.ground is not None else (colour if colour.alpha >= 1 else None)
