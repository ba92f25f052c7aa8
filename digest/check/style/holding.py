"""Which declarations hold for an element.

Three scenes: ``light``; ``dark``, with the rules of ``@media (prefers-color-scheme: dark)``; and ``bare``, without any
style sheet, as Gmail's apps show it to people with another provider, and GMX (caniemail: html-style).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from digest.check.style.selectors import Pattern, patterns

if TYPE_CHECKING:
    from digest.check.html.document import Element
    from digest.check.style.sheet import Declaration, Sheet

Scene = Literal["light", "dark", "bare"]
_EVERYWHERE: Final = frozenset({"", "all", "screen", "only screen", "all and screen"})


class Holding:
    """The declarations of some names, by element."""

    def __init__(self, sheet: Sheet, scene: Scene, names: frozenset[str]) -> None:
        self._inline: dict[int, list[Declaration]] = {}
        self._rules: dict[str, list[tuple[Pattern, int, Declaration]]] = {}
        self._known: dict[Element, list[Declaration]] = {}
        for at, one in enumerate(sheet.declarations):
            if one.name not in names:
                continue
            if one.element is not None:
                self._inline.setdefault(id(one.element), []).append(one)
            elif scene != "bare" and _holds(one.media, scene):
                for pattern in patterns(one.selector):
                    self._rules.setdefault(_key(pattern), []).append((pattern, at, one))

    def of(self, element: Element) -> list[Declaration]:
        """Those of an element itself, from the weakest to the strongest (CSS Cascade 4, 6.1)."""
        if element not in self._known:
            self._known[element] = self._strongest_last(element)
        return self._known[element]

    def _strongest_last(self, element: Element) -> list[Declaration]:
        inline = self._inline.get(id(element), [])
        keys = {element.name, "*", *(f".{one}" for one in element.get("class").split())}
        if element.get("id"):
            keys.add(f"#{element.get('id')}")
        found = [
            (one.important, False, pattern.weight, at, one)
            for key in keys
            for pattern, at, one in self._rules.get(key, ())
            if pattern.fits(element)
        ]
        if not found:
            return sorted(inline, key=lambda one: one.important)
        found += [(one.important, True, (0, 0, 0), at, one) for at, one in enumerate(inline)]
        return [one[-1] for one in sorted(found, key=lambda one: one[:-1])]

    def value(self, element: Element, *names: str) -> str:
        """What the strongest declaration of one of the names says, in lower case; empty: none is there."""
        return next((one.value.casefold() for one in reversed(self.of(element)) if one.name in names), "")

    def nearest(self, element: Element, *names: str) -> tuple[Element, str] | None:
        """The same for the element, or else the nearest above it that says something."""
        for one in (element, *element.ancestors()):
            value = self.value(one, *names)
            if value and value != "inherit":
                return one, value
        return None


def is_dark(media: str) -> bool:
    """Whether rules are for the dark."""
    return bool(re.search(r"prefers-color-scheme\s*:\s*dark", media, re.IGNORECASE))


def _holds(media: str, scene: Scene) -> bool:
    plain = media.casefold().strip()
    if is_dark(plain):
        return scene == "dark"
    if "prefers-color-scheme" in plain:
        return scene == "light"
    return plain in _EVERYWHERE


def _key(pattern: Pattern) -> str:
    last = pattern.compounds[-1]
    if last.id:
        return f"#{last.id}"
    return f".{min(last.classes)}" if last.classes else last.name or "*"
