"""Words → entries, through the full-text index that the store keeps beside its entries.

Whatever is typed is data: every word is quoted before the database reads it, so no query can be a syntax error. All
words must be there; ``"two words"`` stand together; ``sanction*`` stands for every word that begins so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, FromClause, Select, column, func, literal, literal_column, or_, select, table

from digest.errors import UsageError
from digest.store.schema import entry
from digest.store.searchindex import index_entries, is_behind
from digest.store.searchwords import excerpt, tsquery

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["Hit", "index_entries", "is_behind", "search_entries", "search_ids"]

MARK = "**"
"""Stands before and after a found word in a snippet. Not « »: those are the quotation marks of French texts."""

SNIPPET_WORDS = 24
AROUND = 60  # characters before a place that was found letter by letter

# The commonest words of the languages digest's furniture speaks. A longer list would drop words with a meaning of
# their own ("state", "world"); these only cost the reader hits ("the price of gas" must find "gas price").
STOP_WORDS = frozenset(
    # English, German, French, Spanish
    """
    a an and are as at be by for from in is it of on or that the to was were with
    am auf aus bei das dem den der des die ein eine einem einen einer eines für im ist mit nach oder und vom von
    zu zum zur
    au aux ce dans de du en et la le les ou par pour que qui sur un une
    al como con del el las lo los por se una unas uno unos
    """.split()  # noqa: SIM905  one word a line would be sixty lines
)

_PARTS = re.compile(r'"([^"]*)"?(\*?)|([^\s"]+)')
# Thai, Lao, Burmese, Khmer, kana and Han are written without blanks: the index sees a whole clause as one word, so
# these are looked for letter by letter.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An entry that answers a query."""

    entry_id: str
    title: str
    url: str | None
    source_id: str
    published: datetime | None
    state: str
    issue: str | None
    snippet: str  # one line; the found words between MARKs


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A query, taken apart."""

    words: tuple[str, ...] = ()  # as FTS5 reads them: quoted
    letters: tuple[str, ...] = ()  # to be found anywhere, letter by letter


def search_entries(connection: Connection, query: str, *, limit: int = 20) -> tuple[Hit, ...]:
    """The entries that hold every word of the query, best first, at most ``limit``.

    A word in the title weighs ten times, one in the summary three times as much as one in the text. Equals come newest
    first, then by id.

    Raises:
        UsageError: the query has no word in it.
    """
    wanted = _wanted(query)
    asked = _Asked(wanted, connection.dialect.name)
    ready = bool(wanted.words) and connection.dialect.name == "sqlite"  # else the texts come, and it is cut here
    snippet: ColumnElement[str] = entry.c.title + "\n" + entry.c.summary + "\n" + entry.c.text
    if ready:
        snippet = literal_column(f"snippet(entry_search, -1, '{MARK}', '{MARK}', '…', {SNIPPET_WORDS})")
    # Snippets only of what is shown: SQLite would make one of every entry that has the words before it sorts them.
    best = asked.best(entry.c.number, limit=limit).correlate(None)
    shown = (entry.c[name] for name in ("id", "title", "url", "source_id", "published", "state", "issue"))
    hits = asked.best(*shown, snippet.label("snippet"), limit=limit).where(entry.c.number.in_(best))
    return tuple(
        Hit(
            entry_id=row.id,
            title=row.title,
            url=row.url,
            source_id=row.source_id,
            published=row.published,
            state=row.state,
            issue=row.issue,
            snippet=_one_line(row.snippet if ready else _cut(row.snippet, wanted)),
        )
        for row in connection.execute(hits)
    )


def search_ids(connection: Connection, query: str, *, limit: int) -> tuple[str, ...]:
    """The ids of what ``search_entries`` finds.

    Raises:
        UsageError: the query has no word in it.
    """
    asked = _Asked(_wanted(query), connection.dialect.name)
    return tuple(connection.execute(asked.best(entry.c.id, limit=limit)).scalars())


class _Asked:
    """A query as SQL."""

    def __init__(self, wanted: _Wanted, dialect: str) -> None:
        self._origin: FromClause = entry
        self._rank: ColumnElement[float] | None = None
        self._conditions: list[ColumnElement[bool]] = [
            or_(*(text.icontains(letters, autoescape=True) for text in (entry.c.title, entry.c.summary, entry.c.text)))
            for letters in wanted.letters
        ]
        if wanted.words and dialect == "postgresql":
            indexed = table("entry_search", column("number"), column("words"))
            asked = literal(tsquery(wanted.words)).op("::")(literal_column("tsquery"))
            self._origin = indexed.join(entry, entry.c.number == indexed.c.number)
            self._conditions.append(indexed.c.words.op("@@")(asked))
            # BM25 is not there; 1: a word says less of a long text.
            self._rank = -func.ts_rank(literal_column("'{0.1, 0.1, 0.3, 1.0}'::float4[]"), indexed.c.words, asked, 1)
        elif wanted.words:
            index = table("entry_search", column("rowid"))
            self._origin = index.join(entry, entry.c.number == index.c.rowid)
            self._conditions.append(literal_column("entry_search").op("MATCH")(" ".join(wanted.words)))
            self._rank = literal_column("bm25(entry_search, 10.0, 3.0, 1.0)")

    def best(self, *columns: ColumnElement[Any], limit: int) -> Select[Any]:
        """These columns of the entries that match, the best first."""
        found = select(*columns).select_from(self._origin).where(*self._conditions)
        if self._rank is not None:
            found = found.order_by(self._rank)
        return found.order_by(entry.c.published.desc().nulls_last(), entry.c.id).limit(max(0, limit))


def _wanted(query: str) -> _Wanted:
    """Take a query apart.

    Raises:
        UsageError: there is no word in it.
    """
    # SQLite reads a query up to the first NUL and cannot take a lone surrogate.
    asked = "".join(" " if mark < " " or "\ud800" <= mark <= "\udfff" else mark for mark in query)
    words: dict[str, str] = {}  # as typed → quoted
    letters: list[str] = []
    for phrase, phrase_star, word in _PARTS.findall(asked):
        typed = phrase or word.rstrip("*")
        star = "*" if phrase_star or word.endswith("*") else ""
        if _UNSPACED.search(typed):
            letters.append(typed.strip())
        elif any(mark.isalnum() for mark in typed):
            words[typed.casefold()] = '"' + typed.replace('"', '""') + '"' + star
    telling = [quoted for typed, quoted in words.items() if typed not in STOP_WORDS]
    if not words and not letters:
        raise UsageError(
            f"search: {query!r}: there is no word to look for",
            hint='give one or more words: digest search price cap, digest search "sanction*"',
        )
    return _Wanted(words=tuple(telling or ([] if letters else words.values())), letters=tuple(letters))


def _cut(texts: str, wanted: _Wanted) -> str:
    """The piece of title, summary and text, a line each, that shows best what was found."""
    if not wanted.words:
        return _around(texts, wanted.letters)
    title, _, rest = texts.partition("\n")
    summary, _, text = rest.partition("\n")
    return excerpt((text, summary, title), wanted.words, words=SNIPPET_WORDS, mark=MARK)


def _around(text: str, letters: tuple[str, ...]) -> str:
    """The piece of the text about the first place found, marked."""
    found = re.search(re.escape(letters[0]), text, re.IGNORECASE)
    if found is None:  # LIKE knows no other case than that of A to Z, so this has the text; be safe all the same
        return text[: 2 * AROUND]
    start, end = max(0, found.start() - AROUND), found.end() + AROUND
    before = ("…" if start else "") + text[start : found.start()]
    return f"{before}{MARK}{found[0]}{MARK}{text[found.end() : end]}" + ("…" if end < len(text) else "")


def _one_line(text: str) -> str:
    return " ".join(text.split())
