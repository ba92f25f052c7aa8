"""What became of an entry, and why: everything digest did can be explained from the store and the issue files.

The functions here read and change nothing. Their sentences are for the editor, so times are in the newsletter's zone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from digest.edit.issuefile import read_issue
from digest.errors import DigestError
from digest.explain.fate import Case, FilePlace, advice, fate, unplaced
from digest.explain.lookups import better_placed, placed_at
from digest.explain.standing import SourceAccount, source_accounts
from digest.explain.tale import CANDIDATES, NEXT_WEEK, Event, IssueTexts
from digest.explain.wording import wordings
from digest.model import Entry, Issue, IssueRecord, Source
from digest.production.base import base_issue
from digest.project import current_period, read_issue_file
from digest.store import entries, issues
from digest.store.issues import Placement
from digest.store.stories import told_by
from digest.text.provenance import source_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from digest.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryAccount:
    """All there is to say about one entry."""

    entry: Entry
    fate: str  # a sentence
    advice: str  # what the editor could do about it; "" if nothing
    source: SourceAccount | None
    placements: tuple[Placement, ...]  # by digest, an issue each
    places: tuple[FilePlace, ...]  # in the issues' texts: the file of one in work, the approved text of one that is out
    beside: tuple[Entry, ...]  # told as the same story
    tellers: Mapping[str, str]  # of it and of those: what readers are told each is from, by id
    grounds: Mapping[str, str]  # of those the editor put beside it, or took there: by id
    events: tuple[Event, ...]  # what happened to it, by issue, in order
    changes: tuple[tuple[datetime, str], ...]  # when its source changed it, and the title it had before


def accounts(project: Project, connection: Connection, ids: Sequence[str], *, now: datetime) -> Iterator[EntryAccount]:
    """The account of each entry, in the order given."""
    desk = _Desk(project, connection, now)
    known = {entry.id: entry for entry in entries.by_ids(connection, ids)}
    sources = source_accounts(project, connection, now=now, only={one.source_id for one in known.values()})
    told = {source.id: source for source in sources}
    return (desk.account(known[id_], told.get(known[id_].source_id)) for id_ in ids if id_ in known)


def fates(
    project: Project, connection: Connection, ids: Sequence[str], *, now: datetime
) -> tuple[tuple[Entry, str], ...]:
    """The entries, and what became of each in a sentence; the newest first."""
    desk = _Desk(project, connection, now)
    known = entries.by_ids(connection, ids)
    in_order = sorted(known, key=lambda one: (one.published or one.first_seen, one.id), reverse=True)
    return tuple((entry, desk.fate(entry)) for entry in in_order)


class _Desk:
    """What the accounts of several entries have in common: each issue's texts are read once."""

    def __init__(self, project: Project, connection: Connection, now: datetime) -> None:
        self._project, self._connection, self._now = project, connection, now
        self._records = {record.name: record for record in issues.all_issues(connection)}
        self._working = current_period(project, connection, now=now).name
        self._issues: dict[str, Issue | None] = {}
        self._bases: dict[str, Issue | None] = {}
        self._texts: dict[str, IssueTexts] = {}
        self._sources: Mapping[str, Source] | None = None

    def account(self, entry: Entry, source: SourceAccount | None) -> EntryAccount:
        placements = issues.placements(self._connection, entry_id=entry.id)
        records = self._concerned(entry, placements)
        places = [self._worded(place) for record in records if (place := self._place(record, entry.id))]
        beside = _beside(self._connection, entry, placements, places)
        case = self._case(entry, placements, places)
        return EntryAccount(
            entry=entry,
            fate=fate(case, now=self._now, zone=self._project.zone),
            advice=advice(case, self._project.settings.issue, waiting_before=self._before(case)),
            source=source,
            placements=placements,
            places=tuple(places),
            beside=beside,
            tellers={one.id: source_name(one, self._named()) for one in (entry, *beside)},
            grounds=self._grounds(beside, placements),
            events=self._events(entry, placements, places, records),
            changes=entries.versions(self._connection, entry.id),
        )

    def _named(self) -> Mapping[str, Source]:
        if self._sources is None:
            from digest.production.drafting import named_sources  # noqa: PLC0415  which imports this package

            self._sources = named_sources(self._project, self._connection)
        return self._sources

    def fate(self, entry: Entry) -> str:
        """The sentence alone."""
        placements = issues.placements(self._connection, entry_id=entry.id)
        records = self._concerned(entry, placements)
        places = [place for record in records if (place := self._place(record, entry.id))]
        return fate(self._case(entry, placements, places), now=self._now, zone=self._project.zone)

    def _concerned(self, entry: Entry, placements: Sequence[Placement]) -> list[IssueRecord]:
        """The issues that may have it, the oldest first."""
        named = {one.issue for one in placements} | ({entry.issue} if entry.issue else set()) | {self._working}
        return [record for name, record in self._records.items() if name in named]

    def _case(self, entry: Entry, placements: Sequence[Placement], places: Sequence[FilePlace]) -> Case:
        record = self._records.get(entry.issue or "")
        wanted = entry.issue or self._working
        place = next((one for one in reversed(places) if one.issue == wanted), None)
        is_gone = record is not None and place is not None and not place.where
        return Case(
            entry=entry,
            record=record,
            place=place,
            placement=placements[-1] if placements else None,
            unread=record is not None and self._issue(record) is None,
            was_there=record is None or not is_gone or bool(self._texts_of(record).tale(entry.id)),
        )

    def _issue(self, record: IssueRecord) -> Issue | None:
        if record.name not in self._issues:
            self._issues[record.name] = issue_text(self._project, self._connection, record)
        return self._issues[record.name]

    def _base(self, issue: Issue) -> Issue | None:
        if issue.name not in self._bases:
            self._bases[issue.name] = base_issue(self._connection, issue)
        return self._bases[issue.name]

    def _texts_of(self, record: IssueRecord) -> IssueTexts:
        if record.name not in self._texts:
            issue = self._issue(record)
            current = issue.text if issue and not record.has_left else None
            self._texts[record.name] = IssueTexts.of(self._connection, record, current)
        return self._texts[record.name]

    def _place(self, record: IssueRecord, entry_id: str) -> FilePlace | None:
        """Where an issue has an entry. A place without ``where``: it had it, and the editor took it out."""
        issue = self._issue(record)
        if issue is None:
            return None
        if found := place_in(issue, entry_id):
            return found
        base = self._base(issue)
        was_there = base is not None and base.text != issue.text and place_in(base, entry_id)
        return FilePlace(issue=issue.name, where="") if was_there else None

    def _worded(self, place: FilePlace) -> FilePlace:
        """The same with whose words its summary is, those of sources that were taken out of the story among them."""
        issue, story = self._issue(self._records[place.issue]), place.told
        if issue is None or story is None:
            return place
        base = self._base(issue)
        written = next((one for one in base.stories if one.id == story.id), None) if base and story.id else None
        refs = (*story.sources, *(written.sources if written else ()))
        ids = list(dict.fromkeys(ref.entry_id for ref in refs if ref.entry_id))
        known = {one.id: one for one in entries.by_ids(self._connection, ids)}
        told = wordings(
            story,
            [known[id_] for id_ in ids if id_ in known],
            self._project.settings.newsletter.language,
            labels=[ref.label for ref in refs],
        )
        return replace(place, wording=told)

    def _grounds(self, beside: Sequence[Entry], placements: Sequence[Placement]) -> dict[str, str]:
        """Where digest did not put two together itself; its own grounds stand among the reasons."""
        story_id = placements[-1].story_id if placements else None
        grouped = set(told_by(self._connection, story_id)) if story_id else set()
        return {one.id: "put together by you" for one in beside if one.id not in grouped}

    def _before(self, case: Case) -> int:
        """How many that wait have a higher score."""
        found = case.placement
        return better_placed(self._connection, found.issue, found.score) if found and found.place == "bench" else 0

    def _events(
        self,
        entry: Entry,
        placements: Sequence[Placement],
        places: Sequence[FilePlace],
        records: Sequence[IssueRecord],
    ) -> tuple[Event, ...]:
        """What happened to it, in order, in all issues."""
        at = placed_at(self._connection, entry.id)
        told: list[Event] = []
        for record in records:
            found = list(self._texts_of(record).tale(entry.id))
            placement = next((one for one in placements if one.issue == record.name), None)
            if placement and not found:
                is_deleted = any(place.issue == record.name and not place.where for place in places)
                said = unplaced(placement, is_deleted=is_deleted)
                found.append(Event(at=at.get(record.name), issue=record.name, who="the draft", text=said))
            told += found
            if found:
                told += _departure(record, printed=entry.issue == record.name and entry.state in {"used", "grouped"})
        return tuple(told)


def _departure(record: IssueRecord, *, printed: bool) -> Iterator[Event]:
    """The approval of an issue, and that it went out, with the entry or without."""
    if record.approved:
        by = record.approved_by or "somebody"
        yield Event(at=record.approved, issue=record.name, who=by, text="approved the issue")
    if record.out:
        how = "with it" if printed else "without it"
        yield Event(at=record.out, issue=record.name, who="the issue", text=f"went out {how}")


def issue_text(project: Project, connection: Connection, record: IssueRecord) -> Issue | None:
    """What an issue says: its file while in work, the approved text once out; None if that cannot be read."""
    approved = issues.last_version(connection, record.name, origin="approved")
    try:
        if record.has_left and approved:
            return read_issue(approved.text, path=f"{record.name} as approved").issue
        return read_issue_file(project, record.name).issue
    except DigestError:  # missing, or half edited; `status` and `check` say so, an account goes on without it
        return None


def place_in(issue: Issue, entry_id: str) -> FilePlace | None:
    """Where an issue's text has an entry; None if it has not."""
    parts = [(section.title, section.stories) for section in issue.sections]
    for where, stories in (*parts, (NEXT_WEEK, issue.next_week), (CANDIDATES, issue.candidates)):
        for story in stories:
            ids = [ref.entry_id for ref in story.sources if ref.entry_id]
            if entry_id in ids:
                line = next(ref.line for ref in story.sources if ref.entry_id == entry_id)
                others = tuple(one for one in ids if one != entry_id)
                return FilePlace(issue=issue.name, where=where, told=story, line=line, first=ids[0] == entry_id,
                                 beside=others)  # fmt: skip
    return None


def _beside(
    connection: Connection, entry: Entry, placements: Iterable[Placement], places: Iterable[FilePlace]
) -> tuple[Entry, ...]:
    """The other entries of its story: as the last text that has it says, else as digest grouped them."""
    printed = [place for place in places if place.where]
    if printed:
        ids = set(printed[-1].beside)
    else:
        stories = [placement.story_id for placement in placements if placement.story_id]
        ids = set(told_by(connection, stories[-1])) if stories else set()
    return tuple(sorted(entries.by_ids(connection, ids - {entry.id}), key=lambda one: (one.first_seen, one.id)))
