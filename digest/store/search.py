"""Words → the stories that issues printed, and the entries that were ever read, in one list.

Whatever is typed is data: every word is quoted before the database reads it, so no query can be a syntax error. All
words must be there; ``"two words"`` stand together; ``sanction*`` stands for every word that begins so.

What issues printed comes first, the best first; then entries, the best first. A word in the title weighs ten times, one
in an entry's summary three times as much as one in the text. An entry that told a story stands for the story: it comes
once, whether its own words or those of its sources were found. What an issue says beside its stories comes only where
none of them was found: its headline and its preheader repeat theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import RowMapping, Select, literal_column, or_, select

from digest.model import ISSUE_ITSELF
from digest.store.schema import entry, issue, printed
from digest.store.searchfilters import EVERYTHING, Filter
from digest.store.searchindex import ENTRIES, PRINTED, TOLD, count_new, index_new, is_behind
from digest.store.searchmatches import NEWEST, Matches, beginning
from digest.store.searchwords import MARKS, phrases_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from digest.store.searchwords import Phrase

__all__ = ["Filter", "Found", "Hit", "count_new", "index_new", "is_behind", "search", "search_ids"]

_AT_ONCE: Final = 20  # entries of which it is asked at once whether they told a story

_STORY = (
    printed.c.number, printed.c.issue, printed.c.place, printed.c.slug, printed.c.story_id, printed.c.title,
    printed.c.section, issue.c.end,
)  # fmt: skip
_ENTRY = tuple(
    entry.c[name] for name in ("number", "id", "title", "url", "source_id", "published", "first_seen", "state", "issue")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Something that answers a query."""

    kind: Literal["story", "issue", "entry"]  # issue: what it says beside its stories
    id: str | None  # of the story or the entry; None: an issue, or a story without an id
    title: str
    at: datetime | None  # when it was published: an entry by its source, a story with its issue
    issue: str | None  # that printed, offers or dropped it
    snippet: str  # one line; the found words between MARKS
    section: str = ""  # of a story
    slug: str = ""  # of a story: its page is ISSUE/SLUG/
    url: str | None = None  # of an entry
    source_id: str | None = None  # of an entry
    state: str = "printed"  # of an entry its own
    through: str | None = None  # the entry that has the words, where the story itself has not

    def marked(self, before: str = "**", after: str = "**") -> str:
        """The snippet with other marks."""
        return self.snippet.replace(MARKS[0], before).replace(MARKS[1], after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found."""

    hits: tuple[Hit, ...]
    more: bool = False  # there are others
    newest: int | None = None  # so many of the newest matches were ranked, because there were more; None: all were


def search(connection: Connection, query: str, *, only: Filter = EVERYTHING, limit: int = 20) -> Found:
    """What has every word of the query, best first; without a word, what the filter leaves, newest first.

    Raises:
        UsageError: there is neither a word nor a filter.
    """
    if query.strip() or only == EVERYTHING:
        return _Search(connection, phrases_of(query), only).best(max(0, limit))
    return _Listing(connection, only).newest(max(0, limit))


def search_ids(connection: Connection, query: str, *, limit: int) -> tuple[str, ...]:
    """The ids of the entries that have every word of the query, best first.

    Raises:
        UsageError: the query has no word in it.
    """
    numbers = _first(Matches(connection, ENTRIES, phrases_of(query)).numbers(), limit)
    ids = {
        row[0]: row[1]
        for row in connection.execute(select(entry.c.number, entry.c.id).where(entry.c.number.in_(numbers)))
    }
    return tuple(ids[number] for number in numbers if number in ids)


class _Look:
    """What both ways of looking share: which rows become which hits."""

    def __init__(self, connection: Connection, only: Filter) -> None:
        self._connection = connection
        self._only = only
        self._wants_stories = only.kind != "entries" and only.used is not False

    def _told(self, rows: Sequence[RowMapping]) -> dict[str, int]:
        """The story that each entry told, by the entry's id; of several the newest that the filter leaves."""
        if not self._wants_stories:
            return {}
        wanted = [TOLD.c.number.in_(one) for one in self._only.stories()]
        query = select(TOLD.c.entry_id, TOLD.c.number).where(TOLD.c.entry_id.in_([row["id"] for row in rows]), *wanted)
        return {row[0]: row[1] for row in self._connection.execute(query.order_by(TOLD.c.number))}

    def _unlike(self, rows: Iterable[RowMapping], known: Iterable[int]) -> Iterator[tuple[RowMapping, int | None]]:
        """Entries, and the story each stands for; each story once, and none that is known."""
        seen = set(known)
        some = list(rows)
        told = self._told(some)
        for row in some:
            story = told.get(row["id"])
            if (story is None and self._only.kind == "stories") or story in seen:
                continue
            if story is not None:
                seen.add(story)
            yield row, story

    def _entries(self, numbers: Sequence[int]) -> list[RowMapping]:
        rows = self._connection.execute(select(*_ENTRY).where(entry.c.number.in_(numbers))).mappings()
        by_number = {row["number"]: row for row in rows}
        return [by_number[number] for number in numbers if number in by_number]

    def _stories(self, numbers: Sequence[int]) -> dict[int, RowMapping]:
        origin = printed.join(issue, issue.c.name == printed.c.issue)
        query = select(*_STORY).select_from(origin).where(printed.c.number.in_(numbers))
        return {row["number"]: row for row in self._connection.execute(query).mappings()}


class _Search(_Look):
    """A query with words."""

    def __init__(self, connection: Connection, phrases: Sequence[Phrase], only: Filter) -> None:
        super().__init__(connection, only)
        self._printed = Matches(connection, PRINTED, phrases, within=only.stories())
        self._read = Matches(connection, ENTRIES, phrases, within=only.entries())

    def best(self, limit: int) -> Found:
        own = self._own(limit + 1) if self._wants_stories else []
        others = self._others(own, limit + 1 - len(own)) if len(own) <= limit else []
        more = len(own) + len(others) > limit
        own, others = own[:limit], others[: limit - len(own[:limit])]
        stories = self._stories([*own, *(story for _, story in others if story is not None)])
        told = self._printed.snippets(own)
        read = self._read.snippets([row["number"] for row, _ in others])
        hits = [_story_hit(stories[number], told.get(number, "")) for number in own if number in stories]
        for row, story in others:
            snippet = read.get(row["number"], "")
            if story in stories:
                hits.append(replace(_story_hit(stories[story], snippet), through=row["id"]))
            else:
                hits.append(_entry_hit(row, snippet))
        too_many = self._printed.were_too_many or self._read.were_too_many
        return Found(hits=tuple(hits), more=more, newest=NEWEST if too_many else None)

    def _own(self, wanted: int) -> list[int]:
        """The stories and issues that have the words."""
        found: list[int] = []
        numbers = self._printed.numbers()
        while len(found) < wanted and (some := _first(numbers, wanted)):
            repeats = self._repeats(some)
            found += [number for number in some if number not in repeats]
        return found[:wanted]

    def _repeats(self, numbers: Sequence[int]) -> set[int]:
        """Those of the numbers that are of issues of which a story has the words, too."""
        itself = select(printed.c.issue, printed.c.number)
        itself = itself.where(printed.c.number.in_(numbers), printed.c.place == ISSUE_ITSELF)
        issues = {row[0]: row[1] for row in self._connection.execute(itself)}
        stories = select(printed.c.number, printed.c.issue)
        stories = stories.where(printed.c.issue.in_(issues), printed.c.place != ISSUE_ITSELF)
        rows = self._connection.execute(stories) if issues else ()
        return {issues[row[1]] for row in rows if row[0] in self._printed.looked_at}

    def _others(self, own: Sequence[int], wanted: int) -> list[tuple[RowMapping, int | None]]:
        """Entries that have the words, and the story each stands for."""
        found: list[tuple[RowMapping, int | None]] = []
        numbers = self._read.numbers()
        while len(found) < wanted and (some := _first(numbers, max(_AT_ONCE, wanted - len(found)))):
            known = {*own, *(story for _, story in found if story is not None)}
            found += self._unlike(self._entries(some), known)
        return found[:wanted]


class _Listing(_Look):
    """A filter alone."""

    def newest(self, limit: int) -> Found:
        stories = self._newest_stories(limit + 1) if self._wants_stories else []
        entries: list[tuple[RowMapping, int | None]] = []
        if self._only.kind == "entries" or not (self._only.sections or self._only.people or self._only.kind):
            entries = self._newest_entries(stories, limit + 1)
        missing = [story for _, story in entries if story is not None]
        of_entries = self._stories(missing)
        dated: list[tuple[datetime | None, Hit]] = [(row["end"], _story_hit(row, "")) for row in stories]
        for row, story in entries:
            hit = _entry_hit(row, "") if story not in of_entries else _story_hit(of_entries[story], "")
            dated.append((hit.at, replace(hit, through=row["id"] if story in of_entries else None)))
        dated.sort(key=lambda one: (one[0] is not None, one[0].timestamp() if one[0] else 0.0), reverse=True)
        shown = self._with_beginnings([hit for _, hit in dated[:limit]])
        return Found(hits=tuple(shown), more=len(dated) > limit)

    def _newest_stories(self, wanted: int) -> list[RowMapping]:
        origin = printed.join(issue, issue.c.name == printed.c.issue)
        only = (printed.c.number.in_(one) for one in self._only.stories())
        other = printed.alias()
        has_stories = select(other.c.number).where(other.c.issue == printed.c.issue, other.c.place != ISSUE_ITSELF)
        shown = or_(printed.c.place != ISSUE_ITSELF, ~has_stories.exists())
        query = select(*_STORY).select_from(origin).where(shown, *only)
        order = (issue.c.end.desc(), printed.c.issue, printed.c.place)
        return list(self._connection.execute(query.order_by(*order).limit(wanted)).mappings())

    def _newest_entries(self, stories: Sequence[RowMapping], wanted: int) -> list[tuple[RowMapping, int | None]]:
        found: list[tuple[RowMapping, int | None]] = []
        own = {row["number"] for row in stories}
        number: Any = entry.c.number if self._connection.dialect.name != "sqlite" else literal_column("+entry.number")
        inside = [number.in_(one) for one in self._only.entries()]
        newest: Select[Any] = select(entry.c.number).where(*inside)
        newest = newest.order_by(entry.c.published.desc().nulls_last(), entry.c.number.desc())
        at_once, start = max(_AT_ONCE, 2 * wanted), 0
        while len(found) < wanted:
            some: list[int] = list(self._connection.execute(newest.limit(at_once).offset(start)).scalars())
            known = {*own, *(story for _, story in found if story is not None)}
            found += self._unlike(self._entries(some), known)
            start += at_once
            if len(some) < at_once:
                break
        return found[:wanted]

    def _with_beginnings(self, hits: Sequence[Hit]) -> list[Hit]:
        """The hits with the beginnings of their texts."""
        ids = [hit.id for hit in hits if hit.kind == "entry"]
        query = select(entry.c.id, entry.c.summary, entry.c.text).where(entry.c.id.in_(ids))
        read = {row[0]: row[1] or row[2] for row in self._connection.execute(query)}
        names = {hit.issue for hit in hits if hit.kind != "entry"}
        asked = select(printed.c.issue, printed.c.slug, printed.c.text).where(printed.c.issue.in_(names))
        told: Mapping[tuple[str, str], str] = {(row[0], row[1]): row[2] for row in self._connection.execute(asked)}
        return [
            replace(hit, snippet=beginning(read.get(hit.id or "", "") if hit.kind == "entry"
                                           else told.get((hit.issue or "", hit.slug), "")))
            for hit in hits
        ]  # fmt: skip


def _first(numbers: Iterator[int], wanted: int) -> list[int]:
    return list(islice(numbers, wanted))


def _story_hit(row: RowMapping, snippet: str) -> Hit:
    return Hit(
        kind="issue" if row["place"] == ISSUE_ITSELF else "story",
        id=row["story_id"],
        title=row["title"],
        at=row["end"],
        issue=row["issue"],
        snippet=" ".join(snippet.split()),
        section=row["section"],
        slug=row["slug"],
    )


def _entry_hit(row: RowMapping, snippet: str) -> Hit:
    return Hit(
        kind="entry",
        id=row["id"],
        title=row["title"],
        at=row["published"],
        issue=row["issue"],
        snippet=" ".join(snippet.split()),
        url=row["url"],
        source_id=row["source_id"],
        state=row["state"],
    )
