"""What becomes of each entry when an issue goes out, decided from the texts alone.

Printed is used (the first source of a story) or grouped (its other sources); under "Next week" is held; still among
the candidates, or never shown for lack of room, carries over; what digest had written and the editor deleted is
dropped. A deletion counts only against the generated version that the file itself names as its base: with another
base nothing can be told to have been deleted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from digest.model import EntryState, Issue, IssueStory


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """The new state of one entry. ``carried`` counts the issues that passed it over."""

    entry_id: str
    state: EntryState
    carried: int = 0
    issue: str | None = None


def fates(
    issue: Issue,
    *,
    base: Issue | None,
    bench: Iterable[str] = (),
    repeats: Mapping[str, str | None] | None = None,
    dropped: Collection[str] = (),
    carried: Mapping[str, int],
    carry: int,
) -> tuple[Fate, ...]:
    """The fate of every entry the issue had anything to do with, each once, in a fixed order.

    Args:
        issue: the issue as it goes out.
        base: the generated version the file started from; None if it is not known.
        bench: entries that were offered beyond the file's candidates.
        repeats: entries kept out because an earlier issue had them, and that issue's name.
        dropped: those of them that the earlier issue's editor deleted.
        carried: how often each entry was passed over before (0 if it is not there).
        carry: how many more issues a passed-over entry is offered in.
    """
    fated: dict[str, Fate] = {}

    def settle(entry_id: str, state: EntryState, *, in_issue: str | None = issue.name, times: int = 0) -> None:
        fated.setdefault(entry_id, Fate(entry_id=entry_id, state=state, issue=in_issue, carried=times))

    standing = set(_entry_ids([*issue.stories, *issue.next_week, *issue.candidates]))
    written = {story.id: story for story in (*base.stories, *base.next_week, *base.candidates)} if base else {}
    for story in issue.stories:
        ids = list(_entry_ids([story]))
        if not ids and story.id in written:  # its source lines were deleted, but the story is printed all the same
            ids = [entry_id for entry_id in _entry_ids([written[story.id]]) if entry_id not in standing]
        for position, entry_id in enumerate(ids):
            settle(entry_id, "used" if position == 0 else "grouped")
    for entry_id in _entry_ids(issue.next_week):
        settle(entry_id, "held", times=carried.get(entry_id, 0))
    for entry_id in (*_entry_ids(issue.candidates), *sorted(bench)):
        times = carried.get(entry_id, 0) + 1
        settle(entry_id, "left" if times > carry else "offered", times=times)
    for entry_id, earlier in sorted((repeats or {}).items()):
        settle(entry_id, "dropped" if entry_id in dropped else "grouped", in_issue=earlier)
    if base is not None:
        for entry_id in _entry_ids([*base.stories, *base.next_week, *base.candidates]):
            settle(entry_id, "dropped")
    return tuple(fated.values())


def entry_ids(issue: Issue) -> tuple[str, ...]:
    """Every entry the file names, printed or not, in order."""
    return tuple(dict.fromkeys(_entry_ids([*issue.stories, *issue.next_week, *issue.candidates])))


def _entry_ids(stories: Iterable[IssueStory]) -> Iterator[str]:
    for story in stories:
        for ref in story.sources:
            if ref.entry_id:
                yield ref.entry_id
