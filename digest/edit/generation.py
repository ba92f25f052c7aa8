"""The version that an edited file is compared with at the next refresh: what digest has written into it, or would."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from digest.edit.bench import missing_note
from digest.edit.draft import BASE_NOTE, base_of, with_base
from digest.edit.frontmatter import front_lines

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from digest.edit.issuefile import IssueFile
    from digest.edit.layout import Block
    from digest.edit.patch import Patch

_Told: TypeAlias = tuple[str, str, str, tuple[str, ...]]


class Generation:
    """Collects the stories that the next base has.

    It is no file that anybody edits: of each story that stands in the edited file, or was deleted there, it has what
    digest would write. Stories that digest wrote nowhere are not in it, or their absence would pass for a deletion.
    """

    def __init__(self, theirs: IssueFile) -> None:
        self._theirs = theirs
        self._sections: dict[str, list[str]] = {}
        self._entries: set[str] = set()
        self._ids: set[str] = set()
        self._told: list[_Told] = []
        self._by_hand: set[str] = set()  # the headlines of stories without id and entries

    def keep(self, block: Block, *, without: Collection[str] = ()) -> None:
        """Take a story, but for some of its entries and those that another story of this version has."""
        gone = {*without, *self._entries}
        left_out = {line.number for entry_id, (_, line) in block.sources.items() if entry_id in gone}
        kept = [line.text for line in block.lines if line.number not in left_out]
        story_id = None if block.story.id in self._ids else block.story.id
        heading = block.heading.text if story_id == block.story.id else f"### {block.story.title}\n"
        text = (heading + "".join(kept)).replace("\r\n", "\n").rstrip() + "\n"
        self._sections.setdefault(block.section, []).append(text)
        self._told.append(_told(block, story_id, gone))
        self._entries |= set(block.entries) - gone
        self._ids |= {story_id} if story_id else set()
        self._by_hand |= set() if story_id or block.entries else {block.story.title}

    def keep_rest(self, before: Iterable[Block]) -> None:
        """Take what digest wrote earlier and does not offer any more; what was deleted of it stays deleted."""
        for block in before:
            known = {entry for entry in block.entries if entry in self._entries}
            is_new = block.story.id not in self._ids if block.story.id else block.story.title not in self._by_hand
            if len(known) < len(block.entries) or (is_new and not block.entries):
                self.keep(block, without=known)

    def text(self) -> str:
        """As an issue file, named by its ``base``."""
        parts = [self._theirs.spans[0].text.rstrip("\n"), ""]
        for title, blocks in self._sections.items():
            parts += [f"## {title}", "", *blocks]
        parts += [line.bare for line in missing_note(self._theirs)]
        return with_base("\n".join(parts).rstrip("\n") + "\n")

    def says_the_same_as(self, before: Iterable[Block]) -> bool:
        """Whether an earlier version has the same stories, told in the same words."""
        return sorted(self._told) == sorted(_told(block, block.story.id, ()) for block in before)

    @staticmethod
    def name_base(patch: Patch, mine: IssueFile, text: str) -> None:
        """Let a file say that it starts from a version."""
        line, end = front_lines(mine.spans[0].text, "base")
        new = f"base: {base_of(text)}  {BASE_NOTE}\n"
        if line:
            patch.replace(line, line, new)
        else:
            patch.insert(end - 1, new)


def _told(block: Block, story_id: str | None, gone: Collection[str]) -> _Told:
    """What a story says, wherever it stands."""
    sources = tuple(line.bare for entry_id, (_, line) in block.sources.items() if entry_id not in gone)
    return story_id or "", block.story.title, block.story.summary, sources
