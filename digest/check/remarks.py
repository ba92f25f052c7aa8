"""How rules show the piece they speak of: shortened to what a line of a terminal holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.check.html.document import Element

_TELLING = ("id", "href", "src", "class", "name", "role")


def shortened(text: str, most: int = 60) -> str:
    """A text in one line of at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def tag(element: Element) -> str:
    """An element as a reader finds it again: ``<td class="b">``."""
    told = next((name for name in _TELLING if element.get(name)), None)
    return f'<{element.name} {told}="{shortened(element.get(told), 40)}">' if told else f"<{element.name}>"
