"""Bare addresses in an issue file: what an editor wants to have as a story, and put there as they found it.

An address counts that is alone on its line, and below which nothing else stands up to the next heading: at the end of
a section's own words, or behind the list of sources of a story. Anywhere else it may be part of a text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.edit.patch import Patch
from digest.edit.story import parts_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from digest.edit.blocks import Line
    from digest.edit.issuefile import IssueFile, Span

_ADDRESS = re.compile(r" {0,3}<?https?://[^\s<>]+>?\s*$", re.IGNORECASE)

_COMMENT = re.compile(r"\s*<!--.*-->\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class BareAddress:
    """An address on a line of its own."""

    url: str
    line: int  # 1-based


def bare_addresses(file: IssueFile) -> tuple[BareAddress, ...]:
    """The addresses that are to become stories, in the order of the file."""
    found: list[BareAddress] = []
    for span in file.spans:
        if span.kind in {"section-text", "story-text"}:
            found += _at_end(span, file.quiet)
    return tuple(found)


def with_stories(file: IssueFile, blocks: Mapping[int, str]) -> str:
    """The text of a file with stories in place of some of its lines, every other byte as it was.

    Args:
        file: as read.
        blocks: by the number of a line, the story as it is to stand there.
    """
    patch = Patch(file.issue.text)
    lines = {line.number: line for span in file.spans for line in span.lines}
    for number, block in blocks.items():
        above, below = lines.get(number - 1), lines.get(number + 1)
        before = "" if above is None or above.blank else "\n"
        after = "" if below is None or below.blank or below.number in blocks else "\n"
        ending = "\n" if lines[number].text.endswith("\n") else ""
        patch.replace(number, number, f"{before}{block.strip()}{ending}{after}")
    return patch.applied()


def _at_end(span: Span, quiet: Collection[int]) -> list[BareAddress]:
    """The addresses below which a run of lines has nothing else, and which are no part of the text above them."""
    lines = span.lines
    place, found = len(lines), list[BareAddress]()
    while place and (_is_air(lines[place - 1], quiet) or _ADDRESS.match(lines[place - 1].bare)):
        place -= 1
        if not _is_air(lines[place], quiet):
            found.insert(0, BareAddress(url=lines[place].bare.strip(" \t<>"), line=lines[place].number))
    if not found:
        return []
    above = lines[place - 1] if place else None
    if span.kind == "story-text":
        kinds = {line.number: kind for kind, line in parts_of(lines, quiet)}
        listed = [number for number, kind in kinds.items() if kind in {"label", "source"}]
        return found if listed and (above is None or above.number <= listed[-1]) else []
    joined = above.number if above else 0  # without a blank line between them, the text above goes on
    while above and found and found[0].line == joined + 1:
        joined = found.pop(0).line
    return found


def _is_air(line: Line, quiet: Collection[int]) -> bool:
    return line.blank or line.number in quiet or _COMMENT.match(line.bare) is not None
