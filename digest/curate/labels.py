"""What past issues teach: under which section the editor put a story, or let it stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from digest.model import Entry, Issue, IssueStory

FEWEST = 5
"""Examples that make a section without ``about`` one that is found by its words."""
MOST = 500
"""Examples that are worth reading; more make no better guess and cost time."""
_MOVED = 2.0
_STOOD = 1.0  # read by the editor, but perhaps not weighed


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A story of a past issue, as its sources told it, and where it stood when the issue went out."""

    entries: tuple[Entry, ...]  # the first source first; never empty
    language: str  # two-letter code of the first
    section: str  # a title
    moved: bool  # whether the editor put it there


def weight(example: Example) -> float:
    """How many stories of the batch an example is worth.

    Measured with 5 and with 20 examples a section on masakhanews eng and fra, in batches of 30, 100 and all: 2 is
    better than 1 and no worse than 4.
    """
    return _MOVED if example.moved else _STOOD


def examples_of(
    issue: Issue,
    *,
    generated: Issue | None,
    entries: Mapping[str, Entry],
    language: Callable[[Entry], str],
    said: Callable[[Sequence[Entry]], str | None],
) -> Iterator[Example]:
    """The examples that one issue gives, in its order.

    A story that the editor moved from one section to another, or up from the candidates, was put there; another stood
    there. One that stands where a feed, a rule or a tag of digest.toml puts it anyway teaches nothing about words.

    Args:
        issue: as it went out.
        generated: the version of digest's own that its file started from; None if it is not known: nothing was moved.
        entries: those it names, by id; stories of others (hand-written ones) are left out.
        language: the two-letter code of an entry.
        said: the section that the configuration names for a story without looking at its words; None: none.
    """
    before = {entry_id: section.title for section in generated.sections for story in section.stories
              for entry_id in _entry_ids(story)} if generated else None  # fmt: skip
    for section in issue.sections:
        for story in section.stories:
            told = tuple(entries[entry_id] for entry_id in _entry_ids(story) if entry_id in entries)
            if not told or said(told) == section.title:
                continue
            moved = before is not None and before.get(told[0].id) != section.title
            yield Example(entries=told, language=language(told[0]), section=section.title, moved=moved)


def _entry_ids(story: IssueStory) -> Iterator[str]:
    return (ref.entry_id for ref in story.sources if ref.entry_id)
