"""Where in an issue file the parts of each story stand, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from digest.edit.issuefile import CANDIDATES, bench_name, heading_text, told_spans
from digest.edit.notes import MISSING_NOTE
from digest.edit.story import parts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.edit.blocks import Line
    from digest.edit.issuefile import IssueFile
    from digest.model import IssueStory, SourceRef


@dataclass(frozen=True, kw_only=True)
class Block:
    """A story as it stands in a file."""

    story: IssueStory
    heading: Line
    body: tuple[Line, ...]  # below the heading, up to the next one
    lines: tuple[Line, ...]  # of these, all but digest's note at the end of the file
    section: str  # its heading's words
    is_candidate: bool
    quiet: frozenset[int]  # the lines of the file inside code, comments and HTML

    @property
    def text(self) -> str:
        """Heading and body without the blank lines at their end."""
        return (self.heading.text + "".join(line.text for line in self.lines)).rstrip()

    @cached_property
    def entries(self) -> tuple[str, ...]:
        """The ids of its entries, the lead's first."""
        return tuple(ref.entry_id for ref in self.story.sources if ref.entry_id)

    @cached_property
    def sources(self) -> dict[str, tuple[SourceRef, Line]]:
        """The source lines of its entries, by the entry's id."""
        return {ref.entry_id: (ref, self._line(ref)) for ref in self.story.sources if ref.entry_id}

    @cached_property
    def summary(self) -> tuple[Line, ...] | None:
        """The lines of the summary, from its first to its last; None if something else stands between them.

        Of a story without one, nothing.
        """
        parts = parts_of(self.lines, self.quiet)
        own = [place for place, (kind, line) in enumerate(parts) if kind == "summary" and not line.blank]
        if not own:
            return ()
        run = parts[own[0] : own[-1] + 1]
        lines = tuple(line for _, line in run)
        is_whole = lines[-1].number - lines[0].number + 1 == len(lines) and all(kind == "summary" for kind, _ in run)
        return lines if is_whole else None

    @property
    def last_source(self) -> Line | None:
        """The last line of its list of sources."""
        return self._line(max(self.story.sources, key=lambda ref: ref.line)) if self.story.sources else None

    @property
    def sources_end(self) -> Line | None:
        """The last line of its list of sources, with what the editor wrote on below the last of them."""
        last = self.last_source
        if last is None:
            return None
        for line in self.body[self.body.index(last) + 1 :]:
            if line.blank or not line.bare[:1].isspace():
                break
            last = line
        return last

    def _line(self, ref: SourceRef) -> Line:
        return self.body[ref.line - self.story.line - 1]


def blocks_of(file: IssueFile) -> tuple[Block, ...]:
    """Every story of a file, printed or not, in its order."""
    found: list[Block] = []
    section = ""
    below = iter(zip(told_spans(file.spans), file.stories, strict=True))
    for span in file.spans:
        if span.kind == "section":
            section = heading_text(span.text)
        if span.kind == "story":
            (heading, body), story = next(below)
            found.append(
                Block(
                    story=story,
                    heading=heading.lines[0],
                    body=body.lines if body else (),
                    lines=_own(body.lines) if body else (),
                    section=section,
                    is_candidate=bench_name(section) == CANDIDATES,
                    quiet=file.quiet,
                )
            )
    return tuple(found)


def _own(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines of a story, without the note that digest puts at the end of the file."""
    own: list[Line] = []
    in_note = False
    for line in lines:
        in_note = in_note or line.bare == f"<!-- {MISSING_NOTE}"
        if not in_note:
            own.append(line)
        in_note = in_note and "-->" not in line.bare
    return tuple(own)
