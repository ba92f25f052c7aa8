"""What an issue that is out has printed, noted for the archive: slugs, names, and the stories that go on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import msgspec

from digest.archive.names import Known, names_of
from digest.archive.slugs import make_slug
from digest.curate.grouping import Group
from digest.curate.threads import earlier_stories
from digest.gather.quotes import quotes
from digest.model import ISSUE_ITSELF, Printed
from digest.production.frozen import IMAGES, VARIANT, current_issue
from digest.render.markup import anchors, block, inline
from digest.render.past import headline
from digest.render.updates import UNKNOWN, load_updates
from digest.store import entries, issues
from digest.store.database import get_meta, put_meta
from digest.store.frozen import frozen_names
from digest.store.printed import all_printed, printed_issues, save_printed
from digest.text.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection

    from digest.model import Entry, Issue, IssueRecord, IssueStory
    from digest.project import Project
    from digest.render.updates import Updates

NAMES = "names in what was printed"
"""The key of the store's notes under which it stands by which rules and lists names were found."""

NAMES_FORMAT = 1
"""Counted up when digest.archive.names finds others."""

Threads = Mapping[int, tuple[str, str]]
"""By the place of a story of an issue: the issue and the anchor of the earlier story that it goes on with."""

_NO_THREADS: Final[Threads] = MappingProxyType({})


def threads_of(project: Project, connection: Connection, issue: Issue) -> Threads:
    """Which story of the last issues each story goes on with, as far as it is certain; takes some milliseconds a story.

    Args:
        project: the newsletter.
        connection: to its store.
        issue: as approved, not yet out.
    """
    from digest.production.drafting import named_sources  # noqa: PLC0415  grouping words is no business of a render
    from digest.production.memory import carried_frequencies, past_stories  # noqa: PLC0415  likewise

    known = {one.id: one for one in entries.by_ids(connection, sorted(_entry_ids(issue.stories)))}
    leads: dict[str, int] = {}
    groups = []
    for place, story in enumerate(issue.stories):
        own = tuple(known[ref.entry_id] for ref in story.sources if ref.entry_id in known)
        if own and own[0].id not in leads:
            leads[own[0].id] = place
            groups.append(Group(entries=own))
    found = earlier_stories(
        groups,
        past_stories(connection, but=issue.name) if groups else (),
        sources=named_sources(project, connection),
        language=project.settings.newsletter.language,
        carried=carried_frequencies(connection, issue.name),
        of=len(issues.placements(connection, issue=issue.name)),
    )
    return {leads[lead]: (thread.issue, thread.story_id) for lead, thread in found.items()}


def index_missing(
    project: Project, connection: Connection, *, leaving: IssueRecord | None = None, threads: Threads = _NO_THREADS
) -> tuple[Printed, ...]:
    """Note what the issues that are out have printed, where that is not known yet; gives all that is noted then.

    Args:
        project: the newsletter.
        connection: a writing one.
        leaving: an approved issue that goes out now.
        threads: its, of ``threads_of``.
    """
    rows = all_printed(connection)
    key = _names_key(project)
    if get_meta(connection, NAMES) != key:  # who is listed has changed: names are looked for in every issue again
        missing = [one for one in issues.all_issues(connection) if one.has_left]
        past = _Past(project, connection, rows, organisations=())
        put_meta(connection, NAMES, key)
    else:
        missing = _missing(connection)
        if not missing and leaving is None:
            return rows
        past = _Past(project, connection, rows, organisations=_organisations(rows))
    for record in missing:
        past.index(record)
    if leaving:
        past.index(leaving, threads)
    return past.rows


def is_behind(connection: Connection) -> bool:
    """Whether there is an issue that is out and of which nothing is noted."""
    return bool(_missing(connection))


def index_issue(project: Project, connection: Connection, record: IssueRecord) -> None:
    """Note what an issue has printed, as it stands now; slugs and threads that are noted already stay.

    Args:
        project: the newsletter.
        connection: a writing one.
        record: of an issue that is out.
    """
    rows = all_printed(connection)
    _Past(project, connection, rows, organisations=_organisations(rows)).index(record)


def _missing(connection: Connection) -> list[IssueRecord]:
    known = printed_issues(connection)
    return [one for one in issues.all_issues(connection) if one.has_left and one.name not in known]


def _names_key(project: Project) -> str:
    settings = project.settings
    listed = msgspec.json.encode((NAMES_FORMAT, settings.organisation, settings.person))
    return hashlib.sha256(listed).hexdigest()


def _organisations(rows: Iterable[Printed]) -> set[str]:
    return {named.name for row in rows for named in row.names if named.kind == "organisation"}


class _Past:
    """What is noted of every issue, while more is."""

    def __init__(
        self, project: Project, connection: Connection, rows: Sequence[Printed], *, organisations: Iterable[str]
    ) -> None:
        self._project = project
        self._connection = connection
        self._ends = {one.name: one.end for one in issues.all_issues(connection)}
        self._organisations = set(organisations)
        self._by_issue: dict[str, tuple[Printed, ...]] = {}
        self._by_anchor: dict[tuple[str, str], int] = {}
        self._by_story: dict[str, list[tuple[str, int]]] = {}
        for name, some in groupby(rows, key=lambda row: row.issue):
            self._remember(name, tuple(some))

    @property
    def rows(self) -> tuple[Printed, ...]:
        return tuple(row for some in self._by_issue.values() for row in some)

    def index(self, record: IssueRecord, threads: Mapping[int, tuple[str, str]] = _NO_THREADS) -> None:
        """Note one issue."""
        connection, name = self._connection, record.name
        issue = current_issue(connection, name)
        known = self._entries(name)
        updates = self._updates(name)
        # As long as nothing has left, a story may still be changed for another, and has no address yet.
        before = {one.place: one for one in self._by_issue.get(name, ())} if record.has_left else {}
        names = Known.of(self._project.settings, self._organisations)
        taken = {*_folders(connection, name), *(one.slug for one in before.values())}
        rows = [_issue_itself(issue, self._project)]
        for place, (section, story, called) in enumerate(_stories(issue)):
            told_by = tuple(known[ref.entry_id] for ref in story.sources if ref.entry_id in known)
            row = _printed(issue, place, section, story, called, told_by, names)
            old = before.get(place)
            slug = old.slug if old else make_slug(row.title, taken, otherwise=called)
            taken.add(slug)
            earlier = old.earlier if old and old.earlier else self._earlier(row, record, updates, threads)
            rows.append(replace(row, slug=slug, earlier=earlier))
        save_printed(connection, name, rows)
        self._organisations |= _organisations(rows)
        self._remember(name, tuple(replace(row, text="") for row in rows))

    def _remember(self, name: str, rows: tuple[Printed, ...]) -> None:
        self._by_issue[name] = rows
        for row in rows:
            self._by_anchor[name, row.anchor] = row.place
            if row.story_id:
                told = self._by_story.setdefault(row.story_id, [])
                told += [(name, row.place)] if (name, row.place) not in told else []

    def _entries(self, name: str) -> dict[str, Entry]:
        """By id; with what is quoted in them: of items of feeds that is not kept, for few are ever printed."""
        data = issues.frozen_part(self._connection, name, VARIANT, "entries.json")
        known = entries.load_entries(data.decode("utf-8")) if data else ()
        return {one.id: one if one.quotes else replace(one, quotes=quotes(one.text)) for one in known}

    def _updates(self, name: str) -> Updates:
        data = issues.frozen_part(self._connection, name, VARIANT, "updates.json")
        return load_updates(data.decode("utf-8")) if data else UNKNOWN

    def _earlier(
        self, row: Printed, record: IssueRecord, updates: Updates, threads: Mapping[int, tuple[str, str]]
    ) -> tuple[str, int] | None:
        """The story that one goes on with: what its editor calls an update of, the same story, the likeliest thread."""
        update, thread = updates.get(row.place), threads.get(row.place)
        named = [(update.issue, update.anchor)] if update else []
        named += [thread] if thread else []
        found = [
            (issue, self._by_anchor[issue, called]) for issue, called in named if (issue, called) in self._by_anchor
        ]
        found += [one for one in self._by_story.get(row.story_id or "", ()) if one[0] != row.issue]
        past = [one for one in found if one[0] in self._ends and self._ends[one[0]] < record.end]
        return past[0] if past else None


def _folders(connection: Connection, name: str) -> set[str]:
    """The names of what an issue's pictures lie in."""
    parts = frozen_names(connection, name, VARIANT)
    return {part.removeprefix(IMAGES).split("/")[0].casefold() for part in parts if part.startswith(IMAGES)}


def _issue_itself(issue: Issue, project: Project) -> Printed:
    words = [issue.preheader, _plain(issue.intro), *(_plain(section.intro) for section in issue.sections)]
    return Printed(
        issue=issue.name,
        place=ISSUE_ITSELF,
        anchor="",
        slug="",
        story_id=None,
        title=headline(issue, project.settings.newsletter),
        section="",
        text="\n\n".join(one for one in words if one),
    )


def _printed(
    issue: Issue, place: int, section: str, story: IssueStory, called: str, told_by: Sequence[Entry], names: Known
) -> Printed:
    title = _line(story.title) or "…"
    text = "\n\n".join(one for one in (_plain(story.summary), _plain(story.why)) if one)
    return Printed(
        issue=issue.name,
        place=place,
        anchor=called,
        slug="",
        story_id=story.id,
        title=title,
        section=section,
        text=text,
        names=names_of(told_by, f"{title}\n\n{text}", names),
        entries=tuple(dict.fromkeys(ref.entry_id for ref in story.sources if ref.entry_id)),
    )


def _stories(issue: Issue) -> Iterator[tuple[str, IssueStory, str]]:
    """Every story in its order: its section's title, itself, and what it is called on the issue's page."""
    called = iter(anchors(issue))
    for section in issue.sections:
        title = _line(section.title)
        for story in section.stories:
            yield title, story, next(called)


def _entry_ids(stories: Iterable[IssueStory]) -> set[str]:
    return {ref.entry_id for story in stories for ref in story.sources if ref.entry_id}


def _line(markdown: str) -> str:
    return " ".join(plain(inline(markdown)).split())


def _plain(markdown: str) -> str:
    return plain(block(markdown)).strip() if markdown.strip() else ""
