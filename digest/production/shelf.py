"""What the pages of the site are made from: the catalogue in lines, and each issue read once."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from digest.model import Html
from digest.production.frozen import IMAGES, VARIANT, current_issue
from digest.render.archived import NameLine, Note, StoryLine
from digest.render.charts.reading import read_table
from digest.render.issuepages import IssuePages, StoryContext
from digest.render.markup import block
from digest.render.past import IssueLine
from digest.render.updates import UNKNOWN, load_updates
from digest.store import entries, issues

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from digest.archive.catalogue import Catalogue, Place, Shelved
    from digest.model import Correction, Entry, Named
    from digest.project import Project
    from digest.render.archived import Frame
    from digest.render.charts.chart import Table
    from digest.render.updates import Updates

_AT_HAND = 40  # issues that are kept while their pages are made: the feeds ask for those of the last half year again
_ENCODE = msgspec.msgpack.Encoder().encode
_CONTENT = ("issue.md", "entries.json", "updates.json")


@dataclass(kw_only=True)
class Shelf:
    """The archive, ready to be written. What it gives holds as long as ``connection`` reads one state of the store."""

    project: Project
    connection: Connection
    catalogue: Catalogue
    frame: Frame
    common: str  # of what every page depends on: the look, the settings, this version of digest
    digests: Mapping[str, Mapping[str, str]]  # by issue and part, what was approved
    corrected: Mapping[str, str]  # by issue, what stands instead
    _pages: OrderedDict[str, IssuePages] = field(default_factory=OrderedDict)
    _lines: dict[Place, StoryLine] = field(default_factory=dict)

    def key(self, *made_of: object) -> str:
        """What a page that is made of these, and of what every page is made of, is remembered by."""
        return hashlib.sha256(_ENCODE((self.common, made_of))).hexdigest()[:32]

    def content_key(self, name: str) -> str:
        """Differs if what an issue says does."""
        parts = self.digests.get(name, {})
        return "".join((self.corrected.get(name, ""), *(parts.get(part, "-") for part in _CONTENT)))

    def issue_line(self, one: Shelved) -> IssueLine:
        return IssueLine(
            href=f"{quote(one.record.name)}/index.html",
            headline=one.headline,
            number=one.record.number,
            on=one.on,
            date=self.frame.date(one.on),
        )

    def story_line(self, place: Place) -> StoryLine:
        if place not in self._lines:
            story, issue = self.catalogue.stories[place], self.catalogue.issue(place[0])
            self._lines[place] = StoryLine(
                href=f"{quote(story.issue)}/{story.slug}/index.html",
                title=story.title,
                section=story.section,
                number=issue.record.number,
                on=issue.on,
                date=self.frame.date(issue.on),
                corrected=place in self._notes,
            )
        return self._lines[place]

    def name_line(self, named: Named) -> NameLine:
        """A name as a story's page leads to its list; how much that holds is not said: it changes every week."""
        listed = self.catalogue.of_name(named)
        return NameLine(href=listed.path, name=listed.name, kind=named.kind, count=0, why=self.frame.why(named))

    def notes(self, name: str) -> tuple[Note, ...]:
        """What was put right in an issue, the oldest first."""
        return tuple(note for place, some in self._notes.items() if place[0] == name for note in some)

    @cached_property
    def all_notes(self) -> tuple[Note, ...]:
        """Everything that was put right, the oldest first."""
        return tuple(self._note(one) for one in self.catalogue.corrections if self._is_of_story(one))

    @cached_property
    def _notes(self) -> dict[Place, list[Note]]:
        found: dict[Place, list[Note]] = {}
        for one in self.catalogue.corrections:
            if self._is_of_story(one):
                found.setdefault((one.issue, one.place), []).append(self._note(one))
        return found

    def _is_of_story(self, one: Correction) -> bool:
        return (one.issue, one.place) in self.catalogue.stories

    def _note(self, one: Correction) -> Note:
        story = self.catalogue.stories[one.issue, one.place]
        on = one.at.astimezone(self.project.zone).date()
        return Note(
            place=one.place,
            on=on,
            date=self.frame.date(on),
            html=Html(block(one.note)),
            href=f"{quote(story.issue)}/{story.slug}/index.html",
            title=story.title,
        )

    def context(self, place: Place) -> StoryContext:
        """What the archive knows of a story beside what its issue says."""
        earlier, later = self.catalogue.thread(place)
        story = self.catalogue.stories[place]
        return StoryContext(
            slug=story.slug,
            earlier=tuple(map(self.story_line, earlier)),
            later=tuple(map(self.story_line, later)),
            names=tuple(map(self.name_line, story.names)),
        )

    def pages(self, name: str) -> IssuePages:
        """The pages of an issue, read once."""
        if name not in self._pages:
            before, after = self.catalogue.beside(name)
            one = self.catalogue.issue(name)
            self._pages[name] = IssuePages(
                issue=current_issue(self.connection, name),
                frame=self.frame,
                entries=self.entries(name),
                number=one.record.number,
                on=one.on,
                updates=self.updates(name),
                previous=self.issue_line(before) if before else None,
                following=self.issue_line(after) if after else None,
                notes=self.notes(name),
                charts=self._charts(name),
                stories={story.place: self.context((name, story.place)) for story in one.stories},
            )
            if len(self._pages) > _AT_HAND:
                self._pages.popitem(last=False)
        self._pages.move_to_end(name)
        return self._pages[name]

    def _charts(self, name: str) -> dict[str, Table]:
        """The numbers of an issue's pictures, as approved, by the path that the issue has for each."""
        parts = [part for part in self.digests.get(name, ()) if part.startswith(IMAGES)]
        paths = [PurePosixPath(part.removeprefix(IMAGES)) for part in parts]
        tables = {
            path.with_suffix(""): read_table(self.part(name, f"{IMAGES}{path}") or b"", shown=str(path))
            for path in paths
            if path.suffix == ".csv"
        }
        return {str(path): tables[path.with_suffix("")] for path in paths if path.with_suffix("") in tables}

    def entries(self, name: str) -> dict[str, Entry]:
        """What was known of an issue's entries when it was approved, by id."""
        data = self.part(name, "entries.json")
        return {one.id: one for one in entries.load_entries(data.decode("utf-8"))} if data else {}

    def updates(self, name: str) -> Updates:
        data = self.part(name, "updates.json")
        return load_updates(data.decode("utf-8")) if data else UNKNOWN

    def part(self, name: str, part: str) -> bytes | None:
        """What was approved of an issue."""
        return issues.frozen_part(self.connection, name, VARIANT, part)
