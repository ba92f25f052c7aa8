"""What digest tells the editor inside the file: comments, which no reader sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MISSING_NOTE = "Did not report (not printed):"
CHANGED_NOTE = "The sources have changed since you edited this (not printed):"


def note(heading: str, lines: Sequence[str]) -> list[str]:
    """A list as a comment: nobody else reads it wherever it comes to stand, even with a story moved up.

    It has several lines, as a comment among sources must have, and none of them can end it.
    """
    return [f"<!-- {heading}", *(f"- {quiet_line(line)}" for line in lines), "-->", ""] if lines else []


def quiet_line(text: str) -> str:
    """One line that can stand in a comment."""
    return " ".join(text.split()).replace("<", "‹").replace(">", "›")
