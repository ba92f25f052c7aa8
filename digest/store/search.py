"""Words → entries, through the full-text index that the store keeps beside its entries.

Whatever is typed is data: every word is quoted before SQLite reads it, so no query can be a syntax error. All words
must be there; ``"two words"`` stand together; ``sanction*`` stands for every word that begins so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, FromClause, Select, column, func, literal_column, or_, select, table

from digest.errors import UsageError
from digest.store.database import get_meta, put_meta
from digest.store.schema import entry
from digest.store.searchindex import INDEXED

if TYPE_CHECKING:
    from sqlalchemy import Connection

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


def is_behind(connection: Connection) -> bool:
    """Whether there are entries that the index does not know yet."""
    last = connection.execute(select(func.max(entry.c.number))).scalar() or 0
    return last > _last_indexed(connection)


def index_entries(connection: Connection) -> None:
    """Bring the index up to date; ``connection`` is a writing transaction. 10,000 entries take about a second."""
    last = connection.execute(select(func.max(entry.c.number))).scalar() or 0
    connection.exec_driver_sql(
        "INSERT INTO entry_search(rowid, title, summary, text)"
        " SELECT number, title, summary, text FROM entry WHERE number > ? ORDER BY number",
        (_last_indexed(connection),),
    )
    put_meta(connection, INDEXED, str(last))


def _last_indexed(connection: Connection) -> int:
    return int(get_meta(connection, INDEXED) or 0)


def search_entries(connection: Connection, query: str, *, limit: int = 20) -> tuple[Hit, ...]:
    """The entries that hold every word of the query, best first, at most ``limit``.

    A word in the title weighs ten times, one in the summary three times as much as one in the text (BM25). Equals
    come newest first, then by id.

    Raises:
        UsageError: the query has no word in it.
    """
    wanted = _wanted(query)
    asked = _Asked(wanted)
    snippet: ColumnElement[str] = entry.c.title + "\n" + entry.c.summary + "\n" + entry.c.text
    if wanted.words:
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
            snippet=_one_line(row.snippet if wanted.words else _around(row.snippet, wanted.letters)),
        )
        for row in connection.execute(hits)
    )


def search_ids(connection: Connection, query: str, *, limit: int) -> tuple[str, ...]:
    """The ids of what ``search_entries`` finds.

    Raises:
        UsageError: the query has no word in it.
    """
    asked = _Asked(_wanted(query))
    return tuple(connection.execute(asked.best(entry.c.id, limit=limit)).scalars())


class _Asked:
    """A query as SQL."""

    def __init__(self, wanted: _Wanted) -> None:
        self._origin: FromClause = entry
        self._rank: ColumnElement[float] = literal_column("0.0")
        self._conditions: list[ColumnElement[bool]] = [
            or_(*(text.contains(letters, autoescape=True) for text in (entry.c.title, entry.c.summary, entry.c.text)))
            for letters in wanted.letters
        ]
        if wanted.words:
            index = table("entry_search", column("rowid"))
            self._origin = index.join(entry, entry.c.number == index.c.rowid)
            self._conditions.append(literal_column("entry_search").op("MATCH")(" ".join(wanted.words)))
            self._rank = literal_column("bm25(entry_search, 10.0, 3.0, 1.0)")

    def best(self, *columns: ColumnElement[Any], limit: int) -> Select[Any]:
        """These columns of the entries that match, the best first."""
        found = select(*columns).select_from(self._origin).where(*self._conditions)
        order = (self._rank, entry.c.published.desc().nulls_last(), entry.c.id)
        return found.order_by(*order).limit(max(0, limit))


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
