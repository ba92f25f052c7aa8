"""What the archive holds: every issue that is out, every story it printed, and the lists they stand in.

Made of lines alone, without a word rendered, so that publishing one issue more costs no more than reading them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from digest.model import ISSUE_ITSELF, Correction, IssueRecord, Named, Printed
from digest.text.spelling import folded

ListKind = Literal["section", "organisation", "person"]

FOLDERS: Mapping[ListKind, str] = {"section": "sections", "organisation": "organisations", "person": "people"}
"""Where the lists of a kind lie below the site's folder."""

Place = tuple[str, int]
"""An issue's name and a place in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """An issue that is out."""

    record: IssueRecord
    on: date  # the day it is dated
    headline: str
    stories: tuple[Printed, ...]  # by place

    @property
    def path(self) -> str:
        return f"{self.record.name}/index.html"

    @property
    def issued(self) -> datetime:
        """When the first page or message left."""
        return self.record.out or self.record.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A section, organisation or person, and the stories that stand under it."""

    kind: ListKind
    name: str
    slug: str
    stories: tuple[tuple[Place, str], ...]  # newest first, and why each stands there ("" in a section)

    @property
    def path(self) -> str:
        return f"{FOLDERS[self.kind]}/{self.slug}/index.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The archive."""

    issues: tuple[Shelved, ...]  # oldest first
    lists: Mapping[ListKind, tuple[Listed, ...]]  # by name
    corrections: tuple[Correction, ...]  # oldest first
    stories: Mapping[Place, Printed]
    _order: Mapping[str, int] = field(repr=False)
    _later: Mapping[Place, tuple[Place, ...]] = field(repr=False)
    _by_name: Mapping[tuple[str, str], Listed] = field(repr=False)

    def issue(self, name: str) -> Shelved:
        return self.issues[self._order[name]]

    def beside(self, name: str) -> tuple[Shelved | None, Shelved | None]:
        """The issues before and after one."""
        at = self._order[name]
        before = self.issues[at - 1] if at else None
        return before, self.issues[at + 1] if at + 1 < len(self.issues) else None

    def thread(self, place: Place) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
        """The stories that one goes on with, and those that go on with it, each oldest first."""
        root = place
        seen = {root}
        while (earlier := self.stories[root].earlier) and earlier in self.stories and earlier not in seen:
            root = earlier
            seen.add(root)
        found, waiting = {root}, [root]
        while waiting:
            more = [one for one in self._later.get(waiting.pop(), ()) if one not in found]
            found.update(more)
            waiting += more
        told = sorted(found - {place}, key=lambda one: (self._order[one[0]], one[1]))
        here = (self._order[place[0]], place[1])
        before = tuple(one for one in told if (self._order[one[0]], one[1]) < here)
        return before, tuple(told[len(before) :])

    def of_name(self, named: Named) -> Listed:
        """The list a name has."""
        return self._by_name[named.kind, folded(named.name)]

    def of_section(self, title: str) -> Listed:
        return self._by_name["section", folded(title)]


def names_to_slug(printed: Sequence[Printed]) -> dict[ListKind, dict[str, str]]:
    """By kind, every name that has a list: as it is compared → as it was written first."""
    found: dict[ListKind, dict[str, str]] = {kind: {} for kind in FOLDERS}
    for story in printed:
        if story.place == ISSUE_ITSELF:
            continue
        found["section"].setdefault(folded(story.section), story.section)
        for named in story.names:
            found[named.kind].setdefault(folded(named.name), named.name)
    return found


def make_catalogue(
    records: Sequence[tuple[IssueRecord, date]],
    printed: Sequence[Printed],
    corrections: Sequence[Correction],
    slugs: Mapping[ListKind, Mapping[str, str]],
) -> Catalogue:
    """The catalogue of the issues that are out.

    Args:
        records: every issue that is out, and the day it is dated.
        printed: what they printed; rows of other issues are left out.
        corrections: of any issues.
        slugs: by kind, and by the name as it is compared.
    """
    ordered = sorted(records, key=lambda one: (one[0].end, one[0].number, one[0].name))
    order = {record.name: at for at, (record, _) in enumerate(ordered)}
    rows: dict[str, list[Printed]] = {name: [] for name in order}
    headlines: dict[str, str] = {}
    for row in printed:
        if row.issue in rows and row.place == ISSUE_ITSELF:
            headlines[row.issue] = row.title
        elif row.issue in rows:
            rows[row.issue].append(row)
    shelved = tuple(
        Shelved(
            record=record,
            on=on,
            headline=headlines.get(record.name, record.name),
            stories=tuple(sorted(rows[record.name], key=lambda row: row.place)),
        )
        for record, on in ordered
    )
    stories = {(row.issue, row.place): row for one in shelved for row in one.stories}
    later: dict[Place, tuple[Place, ...]] = {}
    for place, row in stories.items():
        if row.earlier in stories:
            later[row.earlier] = (*later.get(row.earlier, ()), place)
    lists = _lists(shelved, slugs)
    return Catalogue(
        issues=shelved,
        lists=lists,
        corrections=tuple(one for one in corrections if one.issue in order),
        stories=stories,
        _order=order,
        _later=later,
        _by_name={(one.kind, folded(one.name)): one for some in lists.values() for one in some},
    )


def _lists(
    shelved: Sequence[Shelved], slugs: Mapping[ListKind, Mapping[str, str]]
) -> dict[ListKind, tuple[Listed, ...]]:
    """Each name as the newest issue writes it."""
    written: dict[tuple[ListKind, str], str] = {}
    stories: dict[tuple[ListKind, str], list[tuple[Place, str]]] = {}
    for one in reversed(shelved):
        for row in one.stories:
            under: list[tuple[ListKind, str, str]] = [("section", row.section, "")]
            under += [(named.kind, named.name, named.why) for named in row.names]
            for kind, name, why in under:
                key = kind, folded(name)
                written.setdefault(key, name)
                stories.setdefault(key, []).append(((row.issue, row.place), why))
    return {
        kind: tuple(
            Listed(kind=kind, name=written[of, key], slug=slugs[kind][key], stories=tuple(stories[of, key]))
            for of, key in sorted(written)
            if of == kind
        )
        for kind in FOLDERS
    }
