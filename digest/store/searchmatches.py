"""What of one index matches a query, the best first.

How well a text matches is worked out for the newest NEWEST matches only: BM25 of every text that has "government" takes
longer than a reader waits, and of tens of thousands of matches nobody reads more than the first.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, Select, column, func, literal, literal_column, select, table, text

from digest.store.searchwords import MARKS, Phrase, apart, excerpt, folded, match, together, tsquery

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from digest.store.searchindex import Indexed

NEWEST: Final = 1000
"""Matches of one index that are ranked at most; the newest are those that were seen last."""

WIDE: Final = 20_000
"""A beginning of words that stands in so many texts, each word counted by itself, is looked for in the texts and not
in the index, which would put all of them together first: "s*" takes half a second in 100,000 texts."""

READ_MOST: Final = 600  # texts that are read for it, 30 µs each

SNIPPET_WORDS: Final = 24


class Matches:
    """The rows of an index that have all of some phrases."""

    def __init__(
        self,
        connection: Connection,
        index: Indexed,
        phrases: Sequence[Phrase],
        *,
        within: Sequence[Select[tuple[int]]] = (),
    ) -> None:
        """Look for phrases, one at least, among those rows whose number each of the queries ``within`` gives."""
        self._connection = connection
        self._index = index
        self._phrases = phrases
        self._within = within
        self._sqlite = connection.dialect.name == "sqlite"
        self._text = len(index.texts) - 1  # the title is shown beside the snippet
        self._wide: list[Phrase] = []
        self._match = ""
        self.looked_at: frozenset[int] = frozenset()  # what matches, of the newest; known once numbers have come
        self.were_too_many = False  # likewise

    def numbers(self) -> Iterator[int]:
        """The best first; equals as they were seen, the last first."""
        if self._sqlite:
            self._wide = [one for one in self._phrases if one.begins and self._is_wide(one)]
            indexed = (_without_end(one) if one in self._wide else one for one in self._phrases)
            self._match = match(filter(None, indexed))
        found = self._newest()
        self.were_too_many = len(found) > NEWEST
        found = found[:NEWEST]
        self.looked_at = frozenset(found)
        if len(found) > 1 and (self._match or not self._sqlite):
            found = self._ranked(found)
        return self._verified(found) if self._wide else iter(found)

    def snippets(self, numbers: Sequence[int]) -> dict[int, str]:
        """A piece of each of these rows, the found words between MARKS."""
        if not numbers:
            return {}
        if not self._sqlite or self._wide:
            return {number: self._excerpt(texts) for number, *texts in self._texts(numbers)}
        name = self._index.name
        pieces = (f"snippet({name}, {place}, :before, :after, '…', {SNIPPET_WORDS})" for place in (self._text, -1))
        query = (
            f"SELECT rowid, {', '.join(pieces)} FROM {name} WHERE {name} MATCH :asked"  # noqa: S608  names of ours
            " AND rowid BETWEEN :first AND :last AND +rowid IN (SELECT value FROM json_each(:some))"
        )
        values = self._among(numbers) | {"before": MARKS[0], "after": MARKS[1]}
        return {
            number: together(in_text if MARKS[0] in in_text else anywhere)
            for number, in_text, anywhere in self._connection.execute(text(query), values)
        }

    def _is_wide(self, phrase: Phrase) -> bool:
        begin = folded(phrase.words).split()[-1:]
        if not begin:
            return False
        # Counted by the word: FTS5 keeps no counts, but reads those of a word quickly.
        query = text(f"SELECT doc FROM {self._index.name}_words WHERE term >= :begin AND term < :end")  # noqa: S608
        total = 0
        with self._connection.execute(query, {"begin": begin[0], "end": begin[0] + "\U0010ffff"}) as counts:
            for count in counts.scalars():
                total += count
                if total > WIDE:
                    return True
        return False

    def _newest(self) -> list[int]:
        """The numbers of the newest rows that match, the newest first; one more than are ranked, if there is."""
        index = self._index
        if not self._sqlite:
            words = table(index.name, column("number"), column("words"))
            query = select(words.c.number).where(words.c.words.op("@@")(_tsquery(self._phrases)))
            number: ColumnElement[Any] = words.c.number
        elif self._match:
            number = literal_column("rowid")
            query = select(number).select_from(table(index.name)).where(_matches(index, self._match))
        else:
            number = index.of.c.number
            query = select(number)
        # The plus keeps SQLite from asking the index anew for each number within.
        inside = literal_column("+rowid") if self._sqlite and self._match else number
        query = query.where(*(inside.in_(one) for one in self._within)).order_by(number.desc()).limit(NEWEST + 1)
        return list(self._connection.execute(query).scalars())

    def _ranked(self, found: Sequence[int]) -> list[int]:
        name, weights = self._index.name, ", ".join(map(str, self._index.weights))
        if self._sqlite:
            query = text(
                f"SELECT rowid FROM {name} WHERE {name} MATCH :asked AND rowid BETWEEN :first AND :last"  # noqa: S608
                f" AND +rowid IN (SELECT value FROM json_each(:some)) ORDER BY bm25({name}, {weights}), rowid DESC"
            )
            return list(self._connection.execute(query, self._among(found)).scalars())
        words = table(name, column("number"), column("words"))
        # BM25 is not there; 1: a word says less of a long text.
        weight: ColumnElement[Any] = literal_column("'{0.1, 0.1, 0.3, 1.0}'::float4[]")
        rank = func.ts_rank(weight, words.c.words, _tsquery(self._phrases), 1)
        best = select(words.c.number).where(words.c.number.in_(found)).order_by(rank.desc(), words.c.number.desc())
        return list(self._connection.execute(best).scalars())

    def _among(self, numbers: Sequence[int]) -> dict[str, object]:
        return {
            "asked": self._match, "first": min(numbers), "last": max(numbers), "some": json.dumps(list(numbers)),
        }  # fmt: skip

    def _verified(self, found: Sequence[int]) -> Iterator[int]:
        """Those that have the wide beginnings, too."""
        wanted = [one.finder() for one in self._wide]
        for start in range(0, min(len(found), READ_MOST), 50):
            some = found[start : start + 50]
            having = {number for number, *parts in self._texts(some) if all(any(map(has, parts)) for has in wanted)}
            yield from (number for number in some if number in having)
        self.were_too_many = self.were_too_many or len(found) > READ_MOST

    def _texts(self, numbers: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        columns = (self._index.of.c[name] for name in ("number", *self._index.texts))
        query = select(*columns).where(self._index.of.c.number.in_(numbers))
        yield from map(tuple, self._connection.execute(query))

    def _excerpt(self, texts: Sequence[str]) -> str:
        latest_first = [apart(one) for one in reversed(texts)]
        return together(excerpt(latest_first, self._phrases, words=SNIPPET_WORDS))


def beginning(words: str) -> str:
    """What is shown of a text in which nothing was looked for."""
    few = list(islice(words.split(), SNIPPET_WORDS + 1))
    return " ".join(few[:SNIPPET_WORDS]) + ("…" if len(few) > SNIPPET_WORDS else "")


def _without_end(phrase: Phrase) -> Phrase | None:
    """A phrase less the beginning of a word at its end."""
    words = folded(phrase.words).split()[:-1]
    return Phrase(words=" ".join(words)) if words else None


def _matches(index: Indexed, asked: str) -> ColumnElement[bool]:
    return literal_column(index.name).op("MATCH")(asked)


def _tsquery(phrases: Sequence[Phrase]) -> ColumnElement[Any]:
    return literal(tsquery(phrases)).op("::")(literal_column("tsquery"))
