"""The ends of an edited file: where what is printed ends, where further candidates go, and what did not report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.edit.issuefile import CANDIDATES, NEXT_WEEK, bench_name, heading_text
from digest.edit.notes import MISSING_NOTE

if TYPE_CHECKING:
    from digest.edit.blocks import Line
    from digest.edit.issuefile import IssueFile
    from digest.edit.patch import Patch


def bench_end(file: IssueFile) -> tuple[int, str]:
    """The line behind which the next candidate goes, and the heading it needs first ("" where there is one)."""
    start = next(
        (s for s in file.spans if s.kind == "section" and bench_name(heading_text(s.text)) == CANDIDATES), None
    )
    lines = _lines(file)
    own = missing_note(file)
    if own and any(not line.blank for line in lines[own[-1].number :]):
        own = []  # the editor goes on below it
    if start is None:
        return (own[0].number - 1 if own else len(lines)), "## Candidates\n\n"
    spans = [span for span in file.spans if span.section == start.section]
    end = spans[-1].line + spans[-1].text.count("\n") + (not spans[-1].text.endswith("\n"))  # exclusive
    if own and spans[0].line < own[0].number < end:
        end = own[0].number
    last = next(line.number for line in reversed(lines[: end - 1]) if not line.blank)
    return last, ""


def printed_end(file: IssueFile, title: str) -> tuple[int, str]:
    """The line behind which a story of a section goes, and the heading it needs first ("" where there is one).

    A section that there is not yet comes last of what is printed.
    """
    headings = {s.section: heading_text(s.text) for s in file.spans if s.kind == "section"}
    own = next((number for number, one in headings.items() if one.casefold() == title.casefold()), None)
    bench = next((number for number, one in headings.items() if bench_name(one) in {NEXT_WEEK, CANDIDATES}), None)
    lines = _lines(file)
    note = missing_note(file)
    end = note[0].number if note else len(lines) + 1  # exclusive
    follows = bench if own is None else next((number for number in headings if (number or 0) > own), None)
    if follows is not None:
        end = min(end, next(s.line for s in file.spans if s.section == follows))
    last = next((line.number for line in reversed(lines[: end - 1]) if not line.blank), end - 1)
    return last, "" if own is not None else f"## {title}\n\n"


def renew_note(patch: Patch, mine: IssueFile, theirs: IssueFile, before: IssueFile | None) -> None:
    """What did not report, as it is now, if the note in the file is still digest's own."""
    here, there = missing_note(mine), missing_note(theirs)
    if before is None or _joined(here) == _joined(there):
        return
    if here:
        if _joined(here) == _joined(missing_note(before)):
            patch.replace(here[0].number, here[-1].number, _joined(there))
    elif not missing_note(before) and there:
        patch.insert(len(_lines(mine)), "\n" + _joined(there))


def missing_note(file: IssueFile) -> list[Line]:
    """The lines of the note at the end that says what did not report; none if there is no such note."""
    if MISSING_NOTE not in file.issue.text:
        return []
    lines = _lines(file)
    start = next((place for place, line in enumerate(lines) if line.bare == f"<!-- {MISSING_NOTE}"), None)
    if start is None:
        return []
    end = next((place for place in range(start, len(lines)) if lines[place].bare == "-->"), None)
    return lines[start : end + 1] if end is not None else []


def _lines(file: IssueFile) -> list[Line]:
    return [line for span in file.spans for line in span.lines]


def _joined(lines: list[Line]) -> str:
    return "".join(f"{line.bare}\n" for line in lines)
