"""What became of an entry, and why: everything digest did can be explained from the store and the issue files.

The functions here read and change nothing. Their sentences are for the editor, so times are in the newsletter's zone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, assert_never

from sqlalchemy import Connection

from digest.edit.issuefile import read_issue
from digest.errors import DigestError
from digest.explain.standing import SourceAccount, local_time, source_accounts
from digest.explain.wording import Wording, wordings
from digest.model import Entry, Issue, IssueRecord
from digest.production.base import base_issue
from digest.project import current_period, read_issue_file
from digest.store import entries, issues
from digest.store.entries import Waiting
from digest.store.issues import Placement
from digest.store.search import search_ids
from digest.store.stories import told_by
from digest.text.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from zoneinfo import ZoneInfo

    from digest.project import Project

MOST_FOUND = 1000
"""Entries that a search counts at most."""

_ENTRY_ID = re.compile(r"(?:e-)?([0-9a-f]{12})")
_STORY_ID = re.compile(r"s-[0-9a-f]{8,16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlace:
    """Where an issue's text has an entry."""

    issue: str
    where: str  # a section's title, "Next week" or "Candidates"; "" if it is not there any more
    story: str = ""  # its headline
    line: int = 0
    first: bool = False  # whether it is the story's first source
    beside: tuple[str, ...] = ()  # ids of the story's other entries
    wording: tuple[Wording, ...] = ()  # the story's summary


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryAccount:
    """All there is to say about one entry."""

    entry: Entry
    fate: str  # a sentence
    source: SourceAccount | None
    placements: tuple[Placement, ...]  # by digest, an issue each
    places: tuple[FilePlace, ...]  # in the issues' texts: the file of one in work, the approved text of one that is out
    beside: tuple[Entry, ...]  # told as the same story
    changes: tuple[tuple[datetime, str], ...]  # when its source changed it, and the title it had before


def find_entries(connection: Connection, words: str) -> tuple[str, ...]:
    """The ids of the entries meant by an address, an id of an entry or a story, a file's path, or words; best first.

    Raises:
        UsageError: there is no word in it.
    """
    asked = words.strip()
    if found := _ENTRY_ID.fullmatch(asked.lower()):
        return entries.find_ids(connection, entry_id=found.group(1))
    if _STORY_ID.fullmatch(asked.lower()):
        return told_by(connection, asked.lower())
    if re.match(r"https?://", asked, re.IGNORECASE):
        return entries.find_ids(connection, url_key=url_key(asked))
    if "/" in asked and not re.search(r"\s", asked):
        key = url_key(f"https://{asked}")
        if ids := entries.find_ids(connection, url_key=key, path=asked.removeprefix("./")):
            return ids
    return search_ids(connection, asked, limit=MOST_FOUND)


def accounts(project: Project, connection: Connection, ids: Sequence[str], *, now: datetime) -> Iterator[EntryAccount]:
    """The account of each entry, in the order given."""
    sources = {source.id: source for source in source_accounts(project, connection, now=now)}
    records = {record.name: record for record in issues.all_issues(connection)}
    texts: dict[str, Issue | None] = {}
    working = current_period(project, connection, now=now).name
    language = project.settings.newsletter.language
    known = {entry.id: entry for entry in entries.by_ids(connection, ids)}
    for entry in (known[id_] for id_ in ids if id_ in known):
        placements = issues.placements(connection, entry_id=entry.id)
        named = {placement.issue for placement in placements} | ({entry.issue} if entry.issue else set())
        places = []
        for name in sorted(named | {working}):
            if name in records and name not in texts:
                texts[name] = issue_text(project, connection, records[name])
            if (text := texts.get(name)) and (place := _place_in(connection, text, entry.id, language)):
                places.append(place)
        yield EntryAccount(
            entry=entry,
            fate=fate(entry, records.get(entry.issue or ""), now=now, zone=project.zone),
            source=sources.get(entry.source_id),
            placements=placements,
            places=tuple(places),
            beside=_beside(connection, entry, placements, places),
            changes=entries.versions(connection, entry.id),
        )


def fate(entry: Entry, record: IssueRecord | None, *, now: datetime, zone: ZoneInfo) -> str:
    """An entry's state in a sentence. ``record`` is of the issue it names."""
    match entry.state:
        case "new":
            return "new: no draft has had it yet"
        case "offered":
            return _offered(entry, record)
        case "used":
            return f"used in {entry.issue}"
        case "grouped":
            return f"grouped: {entry.issue} told it as a further source of a story, or had the same item"
        case "dropped":
            return f"dropped from {entry.issue} by the editor"
        case "held":
            return _held(entry, now, zone)
        case "backlog":
            why = "it was older than the first issue" if entry.published else "it had no date"
            return f"backlog: {why} when its feed was first read"
        case "left":
            return f"left: passed over {times(entry.carried)}, last in {entry.issue}"
        case _:
            assert_never(entry.state)


def _offered(entry: Entry, record: IssueRecord | None) -> str:
    if record and record.has_left:
        return f"offered in {entry.issue}, which passed it over; the next draft offers it again"
    before = f"; passed over {times(entry.carried)} before" if entry.carried else ""
    return f"offered in {entry.issue}, not printed yet{before}"


def _held(entry: Entry, now: datetime, zone: ZoneInfo) -> str:
    if entry.hold_until is None:
        return f'held by the editor: stood under "Next week" in {entry.issue}; the next draft offers it'
    why = hold_reason(entry)
    until = local_time(entry.hold_until, zone)
    if entry.hold_until <= now:
        return f"held until {until} ({why}), which has passed: the next draft may take it"
    return f"held until {until}: {why}"


def hold_reason(entry: Entry | Waiting) -> str:
    """Why an entry waits."""
    if entry.hold_until is None:
        return "the editor keeps it for the next issue"
    return "embargo" if entry.embargo and entry.embargo >= entry.hold_until else "its own date lies ahead"


def times(number: int) -> str:
    """``once``, ``twice``, ``3 times``."""
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def issue_text(project: Project, connection: Connection, record: IssueRecord) -> Issue | None:
    """What an issue says: its file while in work, the approved text once out; None if that cannot be read."""
    approved = issues.last_version(connection, record.name, origin="approved")
    try:
        if record.has_left and approved:
            return read_issue(approved.text, path=f"{record.name} as approved").issue
        return read_issue_file(project, record.name).issue
    except DigestError:  # missing, or half edited; `status` and `check` say so, an account goes on without it
        return None


def _place_in(connection: Connection, issue: Issue, entry_id: str, language: str) -> FilePlace | None:
    """Where an issue has an entry. A place without ``where``: it had it, and the editor took it out."""
    parts = [(section.title, section.stories) for section in issue.sections]
    parts += [("Next week", issue.next_week), ("Candidates", issue.candidates)]
    for where, stories in parts:
        for story in stories:
            ids = [ref.entry_id for ref in story.sources if ref.entry_id]
            if entry_id in ids:
                line = next(ref.line for ref in story.sources if ref.entry_id == entry_id)
                others = tuple(one for one in ids if one != entry_id)
                known = {one.id: one for one in entries.by_ids(connection, ids)}
                wording = wordings(story, [known[one] for one in ids if one in known], language)
                return FilePlace(issue=issue.name, where=where, story=story.title, line=line,
                                 first=ids[0] == entry_id, beside=others, wording=wording)  # fmt: skip
    base = base_issue(connection, issue)
    if base and base.text != issue.text and _place_in(connection, base, entry_id, language):
        return FilePlace(issue=issue.name, where="")
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
