"""The fields of one story in a refresh: those that nobody touched follow their sources."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from digest.edit.notes import CHANGED_NOTE, note

if TYPE_CHECKING:
    from digest.edit.blocks import Line
    from digest.edit.layout import Block
    from digest.edit.patch import Patch

_ATTRIBUTES = re.compile(r"(?<!\\)\{[^{}]*\}$")


@dataclass(slots=True)
class Followed:
    """Which fields of a story changed in its sources."""

    changed: list[str] = field(default_factory=list)  # and so in the file
    left: list[str] = field(default_factory=list)  # and not in the file, for the editor had


def follow(patch: Patch, mine: Block, before: Block, theirs: Block) -> Followed:
    """Bring headline, summary and source lines of a story up to date.

    Args:
        patch: of the file.
        mine: the story in the file.
        before: as digest had written it.
        theirs: as digest would write it now.
    """
    done = Followed()
    told = []
    headline, summary = theirs.story.title, theirs.story.summary
    renamed = mine.story.title == before.story.title != headline
    if headline not in {before.story.title, mine.story.title} and not renamed:
        done.left.append("headline")
        told.append(f"headline: {headline}")
    rewritten = False
    is_taken = "generated" in before.story.options - mine.story.options  # "delete it when the text is yours"
    if summary not in {before.story.summary, mine.story.summary}:
        untouched = mine.story.summary == before.story.summary and not is_taken
        rewritten = untouched and _rewrite(patch, mine, theirs)
        if rewritten:
            done.changed.append("summary")
        else:
            done.left.append("summary")
            told.append(f"summary: {summary or '(none)'}")
    if renamed:
        done.changed.append("headline")
    marked = rewritten and ("generated" in mine.story.options) != ("generated" in theirs.story.options)
    if renamed or marked:
        patch.replace(mine.heading.number, mine.heading.number, _heading(mine, theirs, renamed=renamed, marked=marked))
    if _renew_sources(patch, mine, before, theirs):
        done.changed.append("sources")
    if told:
        _tell(patch, mine, told)
    return done


def _heading(mine: Block, theirs: Block, *, renamed: bool, marked: bool) -> str:
    """The heading with its new words or its new mark, and the editor's options."""
    title = theirs.story.title if renamed else mine.story.title
    found = _ATTRIBUTES.search(mine.heading.bare.rstrip().rstrip("#").rstrip())
    options = found.group() if found else ""
    if marked:
        kept = [f".{option}" for option in sorted(mine.story.options - {"generated"})]
        mark = [".generated"] if "generated" in theirs.story.options else []
        options = f"{{{' '.join([f'#{mine.story.id}', *kept, *mark])}}}"
    return f"### {title} {options}".rstrip() + "\n"


def _rewrite(patch: Patch, mine: Block, theirs: Block) -> bool:
    """Put the new summary in place of the old one; False where the old one does not stand in one piece."""
    old, new = mine.summary, theirs.summary
    if old is None or new is None:
        return False
    text = "".join(line.text for line in new).rstrip("\r\n") + "\n" if new else ""
    if old:
        patch.replace(old[0].number, old[-1].number, text)
    elif text:
        patch.insert(mine.heading.number, f"\n{text}")
    return True


def _renew_sources(patch: Patch, mine: Block, before: Block, theirs: Block) -> bool:
    """Source lines that nobody touched, with the names, addresses and dates of now."""
    changed = False
    for entry_id, (ref, line) in mine.sources.items():
        old, new = before.sources.get(entry_id), theirs.sources.get(entry_id)
        if old is None or new is None or line.bare.rstrip() != old[1].bare.rstrip():
            continue
        if (new[0].label, new[0].url, new[0].note) == (ref.label, ref.url, ref.note):
            continue  # at most it was the lead, and is no more
        text = new[1].bare[2:].removeprefix("also ")
        patch.replace(line.number, line.number, f"- {'also ' if ref.also else ''}{text}\n")
        changed = True
    return changed


def _tell(patch: Patch, mine: Block, told: list[str]) -> None:
    """Leave a comment below the story; it takes the place of an older one."""
    text = "\n".join(note(CHANGED_NOTE, told)[:-1]) + "\n"
    old = _own_note(mine)
    if old:
        patch.replace(old[0].number, old[-1].number, text)
        return
    last = mine.sources_end or next((line for line in reversed(mine.lines) if not line.blank), mine.heading)
    patch.insert(last.number, f"\n{text}")


def _own_note(mine: Block) -> list[Line]:
    """The comment that an earlier refresh left below a story, if the editor has not written into it."""
    found: list[Line] = []
    for line in mine.lines:
        if found and line.bare == "-->":
            return [*found, line]
        if line.bare == f"<!-- {CHANGED_NOTE}" or (found and line.bare.startswith(("- headline: ", "- summary: "))):
            found.append(line)
        else:
            found = []
    return []
