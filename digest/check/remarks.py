"""How rules about the HTML part speak: the offending piece shortened, and never a page of the same thing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING

from digest.check.galley import Remark

if TYPE_CHECKING:
    from digest.check.html.document import Element
    from digest.check.letter import Letter

MOST = 5
"""Findings of one kind that are shown; the next says how many more there are."""
_TELLING = ("id", "href", "src", "class", "name", "role")


def few(remarks: Iterable[Remark]) -> Iterator[Remark]:
    """The remarks in order; of one kind the first five, and a sixth that counts the others.

    Of one kind are remarks of one rule that give the same hint, but for an address in it.
    """
    kinds: dict[tuple[str, str, str, bool], list[Remark]] = {}
    for remark in remarks:
        hint = (remark.hint or remark.message).partition("https://")[0]
        kinds.setdefault((remark.rule, remark.part, hint, remark.advice), []).append(remark)
    for same in kinds.values():
        yield from same[:MOST]
        if len(same) == MOST + 1:
            yield same[MOST]
        elif len(same) > MOST:
            yield replace(same[MOST], message=f"and {len(same) - MOST} more of the same kind, the next here")


def sparing(rule: Callable[[Letter], Iterator[Remark]]) -> Callable[[Letter], Iterator[Remark]]:
    """A rule that says a thing five times and then counts."""

    @wraps(rule)
    def few_of_it(letter: Letter) -> Iterator[Remark]:
        return few(rule(letter))

    return few_of_it


def shortened(text: str, most: int = 60) -> str:
    """A text in one line of at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def tag(element: Element) -> str:
    """An element as a reader finds it again: ``<td class="b">``."""
    told = next((name for name in _TELLING if element.get(name)), None)
    return f'<{element.name} {told}="{shortened(element.get(told), 40)}">' if told else f"<{element.name}>"
