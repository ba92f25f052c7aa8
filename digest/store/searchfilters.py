"""What a search is narrowed to, and the names it may be narrowed by."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

from sqlalchemy import ColumnElement, Select, func, select, union_all

from digest.errors import UsageError
from digest.model import EntryState
from digest.store.schema import entry, issue, printed
from digest.store.searchindex import NAMES, TOLD
from digest.store.searchwords import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

Numbers = Select[tuple[int]]
"""A query for numbers of rows."""

By = Literal["section", "organisation", "person"]

USED: Final = ("used", "grouped")
_UNUSED: Final = tuple(sorted(set(get_args(EntryState)) - set(USED)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What hits must have beside the words. Names are as they are stored (``names_like``); of several one will do."""

    sections: tuple[str, ...] = ()  # of stories
    organisations: tuple[str, ...] = ()  # named in a story, or that published an entry
    people: tuple[str, ...] = ()  # named in a story
    since: datetime | None = None  # a story is of the day of its issue, an entry of that on which it was published
    until: datetime | None = None  # not of this moment any more
    used: bool | None = None  # whether an issue that is out had it
    kind: Literal["stories", "entries"] | None = None

    def stories(self) -> list[Numbers]:
        """Each of these has the numbers of the stories."""
        of_printed: Numbers = select(printed.c.number)
        found = [of_printed.where(printed.c.section.in_(self.sections))] if self.sections else []
        for kind, names in (("organisation", self.organisations), ("person", self.people)):
            if names:
                found.append(select(NAMES.c.number).where(NAMES.c.kind == kind, NAMES.c.name.in_(names)))
        if self.since or self.until:
            in_time = select(issue.c.name).where(*self._in_time(issue.c.end))
            found.append(of_printed.where(printed.c.issue.in_(in_time)))
        return found

    def entries(self) -> list[Numbers]:
        """Each of these has the numbers of the entries. Of a section or a person are those that told such a story."""
        found: list[Numbers] = []
        of_entry: Numbers = select(entry.c.number)
        if self.organisations:
            of_entry = of_entry.where(entry.c.organisation.in_(self.organisations))
        if self.used is not None:
            alone = not (self.organisations or self.since or self.until)
            # The function keeps SQLite from the index of states, which has no days and so would read the rows.
            state = entry.c.state if alone else func.coalesce(entry.c.state, "")
            of_entry = of_entry.where(state.in_(USED if self.used else _UNUSED))
        if self.since or self.until:
            dated = of_entry.where(*self._in_time(entry.c.published))
            undated = of_entry.where(entry.c.published.is_(None), *self._in_time(entry.c.first_seen))
            # Not with OR: so each is read from one index alone, and the rows, long as they are, stay unread.
            found.append(select(union_all(dated, undated).subquery().c.number))
        elif self.organisations or self.used is not None:
            found.append(of_entry)
        if self.sections or self.people:
            such = Filter(sections=self.sections, people=self.people).stories()
            told = select(TOLD.c.entry_id).where(*(TOLD.c.number.in_(one) for one in such))
            found.append(select(entry.c.number).where(entry.c.id.in_(told)))
        return found

    def _in_time(self, moment: ColumnElement[datetime]) -> list[ColumnElement[bool]]:
        since = [moment >= self.since] if self.since else []
        return since + ([moment < self.until] if self.until else [])


EVERYTHING: Final = Filter()


def names_like(connection: Connection, by: By, asked: str, *, known: Iterable[str] = ()) -> tuple[str, ...]:
    """The stored names that are the one asked for, but for case, accents and punctuation.

    Args:
        connection: to the store.
        by: what they are names of.
        asked: as typed.
        known: more such names, that nothing may have yet.

    Raises:
        UsageError: there is none; says which is nearest.
    """
    names = {*known, *_names(connection, by)}
    key = folded(asked)
    found = tuple(sorted(name for name in names if key and folded(name) == key))
    if found:
        return found
    raise UsageError(f"search: there is no {by} {asked[:100]!r}", hint=_nearest(key, sorted(names), by))


def _names(connection: Connection, by: By) -> Iterable[str]:
    if by == "section":
        return connection.execute(select(printed.c.section).where(printed.c.section != "").distinct()).scalars().all()
    named = list(connection.execute(select(NAMES.c.name).where(NAMES.c.kind == by).distinct()).scalars())
    if by == "organisation":
        query = select(entry.c.organisation).where(entry.c.organisation.is_not(None)).distinct()
        named += [name for name in connection.execute(query).scalars() if name]
    return named


def _nearest(key: str, names: Sequence[str], by: By) -> str:
    by_key = {folded(name): name for name in names}
    close = [one for one in by_key if key and f" {key} " in f" {one} "][:3]
    close = close or difflib.get_close_matches(key, by_key, n=1, cutoff=0.6)
    if close:
        return f"did you mean {' or '.join(repr(by_key[one]) for one in close)}?"
    few = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
    return (
        f"known are: {few}"
        if names
        else f"nothing that was published or read names {'an' if by[0] == 'o' else 'a'} {by}"
    )
