"""What digest tells the editor inside the file: comments, which no reader sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MISSING_NOTE = "Did not report (not printed):"
CHANGED_NOTE = "The sources have changed since you edited this (not printed):"
PARTING = "<!-- The text above ends here. -->"
"""Between what may look like a heading and the heading after it."""
RAN = "Ran in "  # what a note of a story that ran begins with


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What of a past issue a story repeats, or goes on with."""

    issue: str  # "2026-W45"
    title: str  # of the story there, or of the entry
    ground: str  # what shows it
    again: bool  # it is the same item; False: it goes on with the other


def before_note(before: Before | None) -> list[str]:
    """The comment that tells the editor of it, and how to say so to the readers."""
    if before is None:
        return []
    if before.again:
        how = "To print it as an update, move it up and write .update into the braces:"
        said = f"{RAN}{before.issue} (not printed). {how}"
    else:
        title = quiet_line(before.title)
        said = (
            f"Continues “{title}” in {before.issue} (not printed). Write .update into the braces to tell the readers:"
        )
    return note(said, [before.ground])


def note(heading: str, lines: Sequence[str]) -> list[str]:
    """A list as a comment: nobody else reads it wherever it comes to stand, even with a story moved up.

    It has several lines, as a comment among sources must have, and none of them can end it.
    """
    return [f"<!-- {heading}", *(f"- {quiet_line(line)}" for line in lines), "-->", ""] if lines else []


def quiet_line(text: str) -> str:
    """One line that can stand in a comment."""
    return " ".join(text.split()).replace("<", "‹").replace(">", "›")
