"""Changes to single lines of a file, all others left as they are to the byte."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(slots=True)
class Patch:
    """Changes by the numbers that the lines have now (counted from 1)."""

    text: str
    _changes: list[tuple[int, int, int, str]] = field(default_factory=list)

    def replace(self, first: int, last: int, new: str) -> None:
        """Put ``new`` in place of the lines from ``first`` to ``last``; "" takes them out."""
        self._changes.append((first, last + 1, len(self._changes), new))

    def insert(self, after: int, new: str) -> None:
        """Put ``new`` behind a line; 0: at the top. What is put behind the same line stays in the order given."""
        self._changes.append((after + 1, after + 1, len(self._changes), new))

    @property
    def is_empty(self) -> bool:
        return not self._changes

    def applied(self) -> str:
        """The text with all changes, in the line endings it has."""
        lines = re.findall(r"[^\n]*\n|[^\n]+", self.text)  # only a line feed ends a line, as in lines_of
        ending = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
        if lines and not lines[-1].endswith("\n") and any(first > len(lines) for first, *_ in self._changes):
            lines[-1] += ending
        for first, end, _, new in sorted(self._changes, key=lambda change: change[:3], reverse=True):
            lines[first - 1 : end - 1] = [new.replace("\n", ending)]
        return "".join(lines)
