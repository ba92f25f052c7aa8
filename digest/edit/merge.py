"""A refresh of an edited issue file: what the sources say now, without touching what the editor wrote.

Three texts are compared, story by story and field by field: the one that digest wrote and the file started from
(its *base*), the file, and the one that digest would write now. What the file has as the base had it follows the
sources; what it has otherwise is the editor's and stays. A story or a source line that the base had and the file has
not was deleted, and stays so. Where no base is known nothing can be told to be the editor's or to be deleted, so
stories are added and nothing else is done.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from digest.edit.bench import bench_end, printed_end, renew_note
from digest.edit.fields import follow
from digest.edit.generation import Generation
from digest.edit.layout import Block, blocks_of
from digest.edit.notes import PARTING, RAN
from digest.edit.patch import Patch
from digest.edit.strays import ends_like_heading

if TYPE_CHECKING:
    from collections.abc import Collection

    from digest.edit.issuefile import IssueFile
    from digest.model import SourceRef

ChangeKind = Literal["added", "joined", "changed", "left"]
"""joined: a late entry became a further source of a story. left: something is new, and the editor's words stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a refresh did, or let be."""

    kind: ChangeKind
    title: str  # of the story
    text: str  # what, and why


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """An edited file after a refresh."""

    text: str  # the same to the byte if there was nothing new
    base: str  # the text of the version that it starts from now; "": the base it has
    changes: tuple[Change, ...]


class _Merge:
    """A refresh under way."""

    def __init__(self, mine: IssueFile, base: IssueFile | None, theirs: IssueFile, *, max_candidates: int) -> None:
        here = blocks_of(mine)
        self.written = written = blocks_of(base) if base else ()
        self.knows_base = base is not None
        self.patch = Patch(mine.issue.text)
        self.next = Generation(theirs)  # what the file will be compared with next time
        self.changes: list[Change] = []
        self.fresh: list[str] = []
        self.owed: list[Block] = []
        self._room = max_candidates - sum(block.is_candidate and not _ran(block) for block in here)
        self._home = {entry: block for block in here for entry in block.entries}
        self._by_id = {block.story.id: block for block in here if block.story.id}
        self._written = {block.story.id: block for block in written if block.story.id}
        self._written_as = {entry: block for block in written for entry in block.entries}
        self._by_hand = {block.story.title for block in written if not block.entries}
        self._own = {(block.story.title, block.story.summary) for block in here if not block.entries}

    def take(self, theirs: Block, *, is_placed: bool) -> None:
        """Bring a story of the new version into the file."""
        home = self._home_of(theirs)
        if home is not None:
            self._join(home, theirs)
            if self.knows_base and home.story.id == theirs.story.id:
                self._follow(home, theirs)
        elif self._was_written(theirs):
            self.next.keep(theirs)
            late = [ref for ref in theirs.story.sources if ref.entry_id not in self._written_as]
            if late and theirs.entries:
                self._say("left", theirs, f"you deleted it, so {_names(late)} is left out too")
        elif is_placed and not theirs.entries and "correction" in theirs.story.options:
            self.owed.append(theirs)
            self.next.keep(theirs)
            self._say("added", theirs, f"is owed to your readers: under {theirs.section}")
        elif is_placed or _ran(theirs) or self._room > 0:
            self._room -= not is_placed and not _ran(theirs)
            self.fresh.append(_text_without(theirs, self._written_as))
            self.next.keep(theirs)
            place = f" (it would fit under {theirs.section})" if is_placed else ""
            place += " (an earlier issue had it: see the note)" if _ran(theirs) else ""
            self._say("added", theirs, f"new since you edited the file: under Candidates{place}")

    def _home_of(self, theirs: Block) -> Block | None:
        """The story of the file that tells of the same: by its id if it has some of the entries, else by the first."""
        same = self._by_id.get(theirs.story.id or "")
        if same and not set(theirs.entries).isdisjoint(same.entries):
            return same
        return next((self._home[entry] for entry in theirs.entries if entry in self._home), same)

    def _was_written(self, theirs: Block) -> bool:
        """Whether digest has written the story into this file before; then its absence is the editor's wish.

        A new story that also has an entry which the editor took out of another one was not.
        """
        if not theirs.entries and theirs.story.id:  # of a correction
            return theirs.story.id in self._written
        if not theirs.entries:  # the editor's own, put off from an earlier issue
            return theirs.story.title in self._by_hand or (theirs.story.title, theirs.story.summary) in self._own
        return theirs.story.id in self._written or theirs.entries[0] in self._written_as

    def _join(self, home: Block, theirs: Block) -> None:
        """Late entries become further sources of the story that the editor has for the others."""
        late = [ref for ref in theirs.story.sources if ref.entry_id not in self._home]
        fresh = [ref for ref in late if ref.entry_id not in self._written_as]
        if not self.knows_base or home.last_source is None:
            self.next.keep(theirs, without={ref.entry_id for ref in fresh if ref.entry_id})
            if fresh:
                why = "has no sources any more" if home.last_source is None else "started from an unknown version"
                self._say("left", home, f"{_names(fresh)} tells of it too; the story {why}, so it waits")
            return
        self.next.keep(theirs)
        gone = self._taken_out(home) if fresh else frozenset[str]()
        for ref in fresh:
            if ref.label in gone:
                self._say("left", home, f"{ref.label} tells of it again; you took it out of the story")
                continue
            line = theirs.sources[ref.entry_id or ""][1].bare
            self.patch.insert((home.sources_end or home.last_source).number, _as_also(line) + "\n")
            self._say("joined", home, f"also {ref.label}")

    def _taken_out(self, home: Block) -> set[str]:
        """The names of the sources that the editor took out of a story, or of one that is merged into it."""
        written = [self._written_as[entry] for entry in home.entries if entry in self._written_as]
        return {ref.label for one in written for ref in one.story.sources if ref.entry_id not in self._home}

    def _follow(self, home: Block, theirs: Block) -> None:
        """Title, summary and source lines that nobody touched."""
        before = self._written.get(home.story.id or "")
        if before is None or not theirs.entries or theirs.entries[0] not in {*home.entries, *self._late(theirs)}:
            return
        done = follow(self.patch, home, before, theirs)
        if done.changed:
            self._say("changed", home, f"its sources changed: {', '.join(done.changed)}")
        if done.left:
            self._say("left", home, f"its sources changed, you had edited its {' and '.join(done.left)}: see the note")

    def _late(self, theirs: Block) -> set[str]:
        """The entries of a story that the file gets now."""
        return {entry for entry in theirs.entries if entry not in self._home and entry not in self._written_as}

    def finish(self, mine: IssueFile, theirs: IssueFile, before: IssueFile | None) -> None:
        """Write the new candidates, and what did not report."""
        self.next.keep_rest(self.written)
        renew_note(self.patch, mine, theirs, before)
        self._print_owed(mine)
        if self.fresh:
            after, heading = bench_end(mine)
            above = [line for span in mine.spans for line in span.lines if line.number <= after]
            heading = f"{PARTING}\n\n{heading}" if ends_like_heading(above, mine.quiet) else heading
            blocks = "".join(f"{text}\n\n" for text in self.fresh)
            self.patch.insert(after, f"\n{heading}{blocks.rstrip()}\n")

    def _print_owed(self, mine: IssueFile) -> None:
        """Write what readers are owed where it is printed: at the end of its section, or of what is printed at all."""
        if not self.owed:
            return
        after, heading = printed_end(mine, self.owed[0].section)
        above = [line for span in mine.spans for line in span.lines if line.number <= after]
        parting = f"{PARTING}\n\n" if ends_like_heading(above, mine.quiet) else ""
        blocks = "".join(f"{block.text}\n\n" for block in self.owed)
        self.patch.insert(after, f"\n{parting}{heading}{blocks.rstrip()}\n")

    def _say(self, kind: ChangeKind, block: Block, text: str) -> None:
        self.changes.append(Change(kind=kind, title=block.story.title, text=text))


def merge(mine: IssueFile, base: IssueFile | None, theirs: IssueFile, *, max_candidates: int) -> Merged:
    """Bring what is new into an edited file.

    Args:
        mine: the file as the editor left it.
        base: the generated version that it started from; None if it is not known.
        theirs: what digest would write now if nobody had edited anything.
        max_candidates: how many candidates there may be before no more are added.
    """
    work = _Merge(mine, base, theirs, max_candidates=max_candidates)
    for block in blocks_of(theirs):
        work.take(block, is_placed=not block.is_candidate)
    work.finish(mine, theirs, base)
    if work.patch.is_empty and (base is None or work.next.says_the_same_as(work.written)):
        return Merged(text=mine.issue.text, base="", changes=tuple(work.changes))
    new_base = work.next.text()
    work.next.name_base(work.patch, mine, new_base)
    return Merged(text=work.patch.applied(), base=new_base, changes=tuple(work.changes))


def _ran(block: Block) -> bool:
    """Whether a story stands among the candidates only to recall that an earlier issue had it."""
    return any(line.bare.startswith(f"<!-- {RAN}") for line in block.lines)


def _text_without(block: Block, entries: Collection[str]) -> str:
    """A story's text but for the source lines of some entries."""
    gone = {line.number for entry, (_, line) in block.sources.items() if entry in entries}
    if not gone:
        return block.text
    return (block.heading.text + "".join(line.text for line in block.lines if line.number not in gone)).rstrip()


def _as_also(line: str) -> str:
    """A source line as that of a further source."""
    bullet, rest = line[:2], line[2:]
    return line if rest.startswith("also ") else f"{bullet}also {rest}"


def _names(refs: list[SourceRef]) -> str:
    return ", ".join(dict.fromkeys(ref.label for ref in refs))
