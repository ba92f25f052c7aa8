"""Which elements a selector of a style sheet means, as far as mails use selectors."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from digest.check.html.document import Element

_PART: Final = re.compile(
    r"\s*(?P<joint>[>+~])\s*|(?P<blank>\s+)|\.(?P<class>[\w-]+)|#(?P<id>[\w-]+)"
    r"|\[\s*(?P<attribute>[\w-]+)\s*(?:(?P<sign>[~|^$*]?=)\s*[\"']?(?P<value>[^\"'\]]*)[\"']?\s*i?\s*)?\]"
    r"|::?(?P<pseudo>[\w-]+)(?P<inside>\([^)]*\))?|(?P<name>\*|[\w-]+)"
)
_ALWAYS: Final = frozenset({"link", "any-link", "root"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Compound:
    """``td.b[lang]``: everything that one element must be."""

    name: str = ""  # empty: any
    classes: frozenset[str] = frozenset()
    id: str = ""
    attributes: tuple[tuple[str, str, str], ...] = ()  # name, sign, value
    child: bool = False  # of the compound to its left, not only inside it

    def fits(self, element: Element) -> bool:
        """Whether an element is all of it."""
        return (
            (not self.name or element.name == self.name)
            and (not self.id or element.get("id") == self.id)
            and (not self.classes or self.classes <= set(element.get("class").split()))
            and all(_has(element, *wanted) for wanted in self.attributes)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One selector of a list, its compounds from left to right."""

    compounds: tuple[Compound, ...]
    weight: tuple[int, int, int]  # ids; classes and attributes; names (CSS Selectors 4, 17)

    def fits(self, element: Element) -> bool:
        """Whether an element is meant."""
        return self.compounds[-1].fits(element) and _above(self.compounds, element)


@lru_cache(maxsize=1024)
def patterns(selector: str) -> tuple[Pattern, ...]:
    """The selectors of a list that can be decided here; those of hovering, siblings and pseudo-elements never fit."""
    return tuple(
        Pattern(compounds=compounds, weight=_weight(compounds))
        for one in selector.split(",")
        if (compounds := _compounds(one.strip()))
    )


def _above(compounds: tuple[Compound, ...], element: Element) -> bool:
    """Whether what stands left of the last compound is found above an element."""
    left = compounds[:-1]
    if not left:
        return True
    for above in element.ancestors():
        if left[-1].fits(above) and _above(left, above):
            return True
        if compounds[-1].child:
            return False
    return False


@dataclass(slots=True, kw_only=True)
class _Draft:
    """A compound while it is read."""

    name: str = ""
    id: str = ""
    classes: set[str] = field(default_factory=set)
    attributes: list[tuple[str, str, str]] = field(default_factory=list)
    child: bool = False
    filled: bool = False

    def done(self) -> Compound:
        return Compound(name=self.name, id=self.id, classes=frozenset(self.classes),
                        attributes=tuple(self.attributes), child=self.child)  # fmt: skip

    def take(self, part: re.Match[str]) -> bool:
        """Whether it can be decided."""
        self.filled = True
        if pseudo := part["pseudo"]:
            self.name = "html" if pseudo.casefold() == "root" else "a"
            return not part["inside"] and pseudo.casefold() in _ALWAYS
        if part["class"]:
            self.classes.add(part["class"])
        elif part["attribute"]:
            self.attributes.append((part["attribute"].casefold(), part["sign"] or "", part["value"] or ""))
        elif part["id"]:
            self.id = part["id"]
        elif part["name"] != "*":
            self.name = part["name"].casefold()
        return True


def _compounds(text: str) -> tuple[Compound, ...]:
    """Empty: it cannot be decided, or is no selector."""
    done: list[Compound] = []
    draft, at = _Draft(), 0
    while at < len(text):
        part = _PART.match(text, at)
        if part is None or part.end() == at:
            return ()
        at = part.end()
        if part["joint"] or part["blank"]:
            if part["joint"] in {"+", "~"} or not draft.filled:
                return ()
            done.append(draft.done())
            draft = _Draft(child=part["joint"] == ">")
        elif not draft.take(part):
            return ()
    return (*done, draft.done()) if draft.filled else ()


def _has(element: Element, name: str, sign: str, value: str) -> bool:
    held = element.attributes.get(name)
    if held is None:
        return False
    if not sign:
        return True
    tests = {
        "=": held == value,
        "~=": value in held.split(),
        "|=": held == value or held.startswith(f"{value}-"),
        "^=": held.startswith(value),
        "$=": held.endswith(value),
        "*=": value in held,
    }
    return bool(value) and tests[sign]


def _weight(compounds: tuple[Compound, ...]) -> tuple[int, int, int]:
    return (
        sum(bool(one.id) for one in compounds),
        sum(len(one.classes) + len(one.attributes) for one in compounds),
        sum(bool(one.name) for one in compounds),
    )
