"""What happened to an entry in an issue, in order: read off the texts that the issue file had, each of which is kept.

The pipeline is never asked to remember: a draft, an edit and a refresh leave a text behind, and two texts that
follow each other say who moved what.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from digest.edit.issuefile import raw_stories, read_issue
from digest.errors import IssueFileError
from digest.store import issues

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from digest.edit.issuefile import IssueFile
    from digest.model import Issue, IssueRecord, IssueStory
    from digest.store.issues import Version

NEXT_WEEK: Final = "Next week"
CANDIDATES: Final = "Candidates"
_BY_DIGEST: Final = ("generated", "refreshed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened."""

    at: datetime | None  # None: since the last time digest read the file
    issue: str
    who: str  # "the draft", "you"
    text: str  # goes on after who


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spot:
    """Where a text has an entry."""

    where: str
    story: IssueStory
    first: bool

    @property
    def place(self) -> str:
        role = "" if self.first else f", a further source of “{self.story.title}”"
        return f"## {self.where}{role}"

    @property
    def labels(self) -> frozenset[str]:
        return frozenset(ref.label for ref in self.story.sources)

    def is_of_story(self, other: _Spot) -> bool:
        mine, its = self.story, other.story
        return mine.id == its.id if mine.id or its.id else mine.title == its.title


@dataclass(slots=True)
class IssueTexts:
    """The texts that an issue had, each read once, however many entries are asked for."""

    record: IssueRecord
    versions: tuple[Version, ...]
    current: str | None  # as the file stands; None: it is not there, or the issue is out
    _spots: dict[str, dict[str, _Spot] | None] = field(default_factory=dict)
    _last: IssueFile | None = None

    @classmethod
    def of(cls, connection: Connection, record: IssueRecord, current: str | None) -> IssueTexts:
        """Of one issue; ``current`` is the file's text."""
        return cls(record=record, versions=issues.versions(connection, record.name), current=current)

    def tale(self, entry_id: str) -> tuple[Event, ...]:
        """What happened to an entry in the texts, oldest first."""
        told: list[Event] = []
        before: _Spot | None = None
        texts: list[tuple[datetime | None, str, str]] = [
            (one.at, one.origin, one.text) for one in self.versions if one.at <= (self.record.out or one.at)
        ]
        if self.current is not None and texts and self.current != texts[-1][2]:
            texts.append((None, "read", self.current))
        for at, origin, text in texts:
            spots = self._spots_of(text)
            if spots is None:  # half edited
                continue
            after = spots.get(entry_id)
            by_digest = origin in _BY_DIGEST
            if words := _difference(before, after, by_digest=by_digest):
                again = "brought back an earlier text, which " if origin == "restored" else ""
                who = "the draft" if by_digest else "you"
                told.append(Event(at=at, issue=self.record.name, who=who, text=again + words))
            before = after
        return tuple(told)

    def _spots_of(self, text: str) -> dict[str, _Spot] | None:
        if text not in self._spots:
            try:
                known = raw_stories(self._last) if self._last else {}
                self._last = read_issue(text, path=self.record.name, known=known)
                self._spots[text] = _spots(self._last.issue)
            except IssueFileError:
                self._spots[text] = None
        return self._spots[text]


def _spots(issue: Issue) -> dict[str, _Spot]:
    """Where each entry stands; the first place counts."""
    found: dict[str, _Spot] = {}
    parts = [(section.title, section.stories) for section in issue.sections]
    for where, stories in (*parts, (NEXT_WEEK, issue.next_week), (CANDIDATES, issue.candidates)):
        for story in stories:
            ids = [ref.entry_id for ref in story.sources if ref.entry_id]
            for position, entry_id in enumerate(ids):
                found.setdefault(entry_id, _Spot(where=where, story=story, first=position == 0))
    return found


def _difference(before: _Spot | None, after: _Spot | None, *, by_digest: bool) -> str:
    """What was done, as it goes on after "you" or "the draft"; "" if nothing was."""
    if before is None:
        return f"put it under {after.place}" if after else ""
    if after is None:
        return "left it out" if by_digest else "deleted it"
    done = [*_home(before, after), *_place(before, after)]
    if before.is_of_story(after):
        done += _edits(before.story, after.story, by_digest=by_digest)
        done += _company(before, after)
    return "; ".join(done)


def _home(before: _Spot, after: _Spot) -> Iterator[str]:
    """Into which story it was put."""
    if before.is_of_story(after):
        if before.first != after.first:
            yield "made it the story's first source" if after.first else "put another source before it"
    elif after.first and len(before.story.sources) > 1:
        yield f"split it off as a story of its own, “{after.story.title}”"
    elif not after.first:
        yield f"merged it into “{after.story.title}”"
    else:
        yield f"gave it the headline “{after.story.title}”"


def _place(before: _Spot, after: _Spot) -> Iterator[str]:
    if before.where == after.where:
        return
    if after.where == NEXT_WEEK:
        yield "put it off to ## Next week"
    elif before.where in {CANDIDATES, NEXT_WEEK} or after.where == CANDIDATES:
        yield f"moved it from ## {before.where} to ## {after.where}"
    else:
        yield f"moved it to ## {after.where}"


def _edits(before: IssueStory, after: IssueStory, *, by_digest: bool) -> Iterator[str]:
    if before.title != after.title:
        yield f"made the headline “{after.title}”"
    if before.summary != after.summary and not by_digest:
        yield "changed the summary" if after.summary else "took out the summary"
    if before.why != after.why:
        yield "said why it matters" if after.why else "took out why it matters"
    if marks := sorted(after.options - before.options):
        yield f"marked it {', '.join(marks)}"
    if marks := sorted(before.options - after.options):
        yield f"took off {', '.join(marks)}"


def _company(before: _Spot, after: _Spot) -> Iterator[str]:
    if came := sorted(after.labels - before.labels):
        yield f"added {', '.join(came)} as a further source"
    if went := sorted(before.labels - after.labels):
        yield f"took out {', '.join(went)}"
