"""The full-text indexes of entries and of what issues printed, as the database makes and keeps them.

See digest.store.search. What is new is indexed when somebody searches, because that costs as much as all the rest of
storing it; what changes or goes leaves the index at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import Template
from typing import TYPE_CHECKING

from sqlalchemy import Table, bindparam, column, func, insert, select, table, text

from digest.store.meta import get_meta, put_meta
from digest.store.schema import entry, printed
from digest.store.searchwords import LETTERS, apart, folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """A table whose texts are indexed."""

    of: Table
    texts: tuple[str, ...]  # columns, those that weigh most first
    weights: tuple[float, ...]  # of these, for BM25
    marks: str  # likewise, for PostgreSQL
    noted: str  # the key of the store's notes under which the number of the last indexed row stands

    @property
    def name(self) -> str:
        return f"{self.of.name}_search"


ENTRIES = Indexed(
    of=entry,
    texts=("title", "summary", "text"),
    weights=(10.0, 3.0, 1.0),
    marks="ABD",
    noted="entries in the search index",
)
PRINTED = Indexed(
    of=printed, texts=("title", "text"), weights=(10.0, 1.0), marks="AD", noted="stories in the search index"
)

AT_ONCE = 500  # rows whose texts are in memory while they are indexed


_SQLITE = (
    "CREATE TABLE ${index}_letters (number INTEGER PRIMARY KEY, $letters)",
    "CREATE TABLE ${index}_stale (number INTEGER PRIMARY KEY)",
    (
        "CREATE VIEW ${index}_texts AS SELECT t.number AS number, $either"
        " FROM $of AS t LEFT JOIN ${index}_letters AS l ON l.number = t.number"
    ),
    (
        "CREATE VIRTUAL TABLE $index USING fts5($texts, content='${index}_texts', content_rowid='number',"
        " tokenize='unicode61 remove_diacritics 2')"
    ),
    "CREATE VIRTUAL TABLE ${index}_words USING fts5vocab($index, row)",
    (
        "CREATE TRIGGER ${of}_removed BEFORE DELETE ON $of WHEN old.number <= $last BEGIN $leave"
        " DELETE FROM ${index}_stale WHERE number = old.number;"
        " UPDATE meta SET value = min(CAST(value AS INTEGER), coalesce((SELECT number FROM $of"
        " WHERE number <> old.number ORDER BY number DESC LIMIT 1), 0)) WHERE key = '$noted'; END"
    ),
    (
        "CREATE TRIGGER ${of}_changed BEFORE UPDATE OF $texts ON $of"
        " WHEN old.number <= $last AND ($old) IS NOT ($new) BEGIN $leave"
        " INSERT OR IGNORE INTO ${index}_stale (number) VALUES (old.number); END"
    ),
)
_LAST = "(SELECT CAST(value AS INTEGER) FROM meta WHERE key = '$noted')"
_LEAVE = (
    "INSERT INTO $index($index, rowid, $texts) SELECT 'delete', number, $texts FROM ${index}_texts"
    " WHERE number = old.number AND number NOT IN (SELECT number FROM ${index}_stale);"
    " DELETE FROM ${index}_letters WHERE number = old.number;"
)


def _sqlite(one: Indexed) -> tuple[str, ...]:
    """The index holds no text of its own but of scripts without blanks: it refers to its table by number."""
    of, columns, noted = one.of.name, one.texts, one.noted
    values = {
        "of": of,
        "index": f"{of}_search",
        "noted": noted,
        "texts": ", ".join(columns),
        "letters": ", ".join(f"{name} TEXT NOT NULL" for name in columns),
        "either": ", ".join(f"coalesce(l.{name}, t.{name}) AS {name}" for name in columns),
        "old": ", ".join(f"old.{name}" for name in columns),
        "new": ", ".join(f"new.{name}" for name in columns),
    }
    values |= {"last": Template(_LAST).substitute(values), "leave": Template(_LEAVE).substitute(values)}
    return tuple(Template(one).substitute(values) for one in _SQLITE)


_FILTERS_SQLITE = (
    "CREATE INDEX entry_search_day ON entry (published, first_seen, state)",
    "CREATE INDEX entry_search_organisation ON entry (organisation, published, first_seen, state)",
    "CREATE INDEX printed_search_section ON printed (section)",
    (
        "CREATE TABLE printed_search_name (number INTEGER NOT NULL REFERENCES printed (number) ON DELETE CASCADE,"
        " kind TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (number, kind, name)) WITHOUT ROWID"
    ),
    "CREATE INDEX printed_search_by_name ON printed_search_name (kind, name)",
    (
        "CREATE TABLE printed_search_entry (number INTEGER NOT NULL REFERENCES printed (number) ON DELETE CASCADE,"
        " entry_id TEXT NOT NULL, PRIMARY KEY (number, entry_id)) WITHOUT ROWID"
    ),
    "CREATE INDEX printed_search_by_entry ON printed_search_entry (entry_id)",
)

SEARCH_SQLITE = (*_sqlite(ENTRIES), *_sqlite(PRINTED), *_FILTERS_SQLITE)
"""On SQLite. A row that changes is out of the index and stale until somebody searches."""


_POSTGRES = (
    (
        "CREATE TABLE IF NOT EXISTS $index ("
        "number integer PRIMARY KEY REFERENCES $of (number) ON DELETE CASCADE, words tsvector NOT NULL)"
    ),
    "CREATE INDEX IF NOT EXISTS ${index}_words ON $index USING gin (words)",
    (
        "CREATE OR REPLACE FUNCTION ${of}_reworded() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN DELETE FROM $index WHERE number = old.number; RETURN NULL; END'"
    ),
    "DROP TRIGGER IF EXISTS ${of}_changed ON $of",
    ("CREATE TRIGGER ${of}_changed AFTER UPDATE OF $texts ON $of FOR EACH ROW EXECUTE FUNCTION ${of}_reworded()"),
)


def _postgres(one: Indexed) -> tuple[str, ...]:
    values = {"of": one.of.name, "index": one.name, "texts": ", ".join(one.texts)}
    return tuple(Template(statement).substitute(values) for statement in _POSTGRES)


SEARCH_POSTGRES = (
    *_postgres(ENTRIES),
    *_postgres(PRINTED),
    "CREATE INDEX IF NOT EXISTS entry_search_day ON entry (published, first_seen, state)",
    "CREATE INDEX IF NOT EXISTS entry_search_organisation ON entry (organisation, published, first_seen, state)",
    "CREATE INDEX IF NOT EXISTS printed_search_section ON printed (section)",
    (
        "CREATE TABLE IF NOT EXISTS printed_search_name ("
        "number integer NOT NULL REFERENCES printed (number) ON DELETE CASCADE,"
        ' kind text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL, PRIMARY KEY (number, kind, name))'
    ),
    "CREATE INDEX IF NOT EXISTS printed_search_by_name ON printed_search_name (kind, name)",
    (
        "CREATE TABLE IF NOT EXISTS printed_search_entry ("
        "number integer NOT NULL REFERENCES printed (number) ON DELETE CASCADE,"
        ' entry_id text COLLATE "C" NOT NULL, PRIMARY KEY (number, entry_id))'
    ),
    "CREATE INDEX IF NOT EXISTS printed_search_by_entry ON printed_search_entry (entry_id)",
)
"""The same on PostgreSQL: a row of words for each row that is indexed. One that is reworded loses it, and is indexed
again when somebody searches."""

NAMES = table("printed_search_name", column("number"), column("kind"), column("name"))
TOLD = table("printed_search_entry", column("number"), column("entry_id"))


def is_behind(connection: Connection) -> bool:
    """Whether there are texts that the index does not know yet."""
    return any(_waiting(connection, one, most=1) for one in (ENTRIES, PRINTED))


def count_new(connection: Connection) -> int:
    """How many texts the index does not know yet."""
    return sum(len(_waiting(connection, one)) for one in (ENTRIES, PRINTED))


def index_new(connection: Connection) -> None:
    """Bring the index up to date; ``connection`` is a writing transaction. 10,000 entries take about two seconds."""
    _index(connection, ENTRIES)
    stories = _index(connection, PRINTED)
    for start in range(0, len(stories), AT_ONCE):
        _note_names(connection, stories[start : start + AT_ONCE])


def _waiting(connection: Connection, one: Indexed, *, most: int | None = None) -> Sequence[int]:
    """The numbers of the rows that are not indexed as they stand, in their order."""
    if connection.dialect.name == "postgresql":
        query = (
            f"SELECT number FROM {one.of.name} AS t WHERE NOT EXISTS"  # noqa: S608  names of ours
            f" (SELECT 1 FROM {one.name} AS i WHERE i.number = t.number) ORDER BY number LIMIT :most"
        )
        return connection.execute(text(query), {"most": most}).scalars().all()
    last = int(get_meta(connection, one.noted) or 0)
    query = (
        f"SELECT number FROM {one.of.name} WHERE number > :last"  # noqa: S608  names of ours
        f" UNION SELECT number FROM {one.name}_stale ORDER BY number LIMIT :most"
    )
    return connection.execute(text(query), {"last": last, "most": -1 if most is None else most}).scalars().all()


def _index(connection: Connection, one: Indexed) -> Sequence[int]:
    numbers = _waiting(connection, one)
    if connection.dialect.name == "postgresql":
        for start in range(0, len(numbers), AT_ONCE):
            _index_words(connection, one, numbers[start : start + AT_ONCE])
    elif numbers:
        _index_texts(connection, one)
    return numbers


def _index_texts(connection: Connection, one: Indexed) -> None:
    """Index what waits, on SQLite."""
    of, index, texts = one.of.name, one.name, ", ".join(one.texts)
    last = int(get_meta(connection, one.noted) or 0)
    waits = f"(number > :last OR number IN (SELECT number FROM {index}_stale))"  # noqa: S608  names of ours
    # GLOB reads a text letter by letter; most texts need not be, as every character of theirs is a byte.
    has = " OR ".join(f"(length({one}) <> length(CAST({one} AS BLOB)) AND {one} GLOB :letters)" for one in one.texts)
    found = connection.execute(
        text(f"SELECT number, {texts} FROM {of} WHERE {waits} AND ({has})"),  # noqa: S608  names of ours
        {"last": last, "letters": f"*[{LETTERS}]*"},
    )
    rows = [{"number": row[0], **dict(zip(one.texts, map(apart, row[1:]), strict=True))} for row in found]
    if rows:
        letters = table(f"{index}_letters", *(column(name) for name in ("number", *one.texts)))
        connection.execute(insert(letters), rows)
    connection.execute(
        text(
            f"INSERT INTO {index}(rowid, {texts}) SELECT number, {texts} FROM {index}_texts"  # noqa: S608  likewise
            f" WHERE {waits} ORDER BY number"
        ),
        {"last": last},
    )
    connection.execute(text(f"DELETE FROM {index}_stale"))  # noqa: S608  likewise
    newest = connection.execute(select(func.max(one.of.c.number))).scalar() or 0
    put_meta(connection, one.noted, str(newest))


def _index_words(connection: Connection, one: Indexed, numbers: Sequence[int]) -> None:
    """Index rows on PostgreSQL."""
    columns = [one.of.c[name] for name in ("number", *one.texts)]
    rows = connection.execute(select(*columns).where(one.of.c.number.in_(numbers)))
    weighed = " || ".join(
        f"setweight(to_tsvector('simple', :{name}), '{weight}')"
        for name, weight in zip(one.texts, one.marks, strict=True)
    )
    words = [{"number": row[0], **dict(zip(one.texts, map(folded, row[1:]), strict=True))} for row in rows]
    connection.execute(text(f"INSERT INTO {one.name} (number, words) VALUES (:number, {weighed})"), words)  # noqa: S608


def _note_names(connection: Connection, numbers: Sequence[int]) -> None:
    """Note who is named in stories, and the entries that told them, where they can be asked for."""
    for noted in (NAMES, TOLD):
        connection.execute(noted.delete().where(noted.c.number == bindparam("row")), [{"row": row} for row in numbers])
    query = select(printed.c.number, printed.c.names, printed.c.entries).where(printed.c.number.in_(numbers))
    rows = connection.execute(query).all()
    names = {(number, kind, name) for number, named, _ in rows for kind, name, _why in named}
    told = {(number, entry_id) for number, _, ids in rows for entry_id in ids}
    if names:
        keys = ("number", "kind", "name")
        connection.execute(insert(NAMES), [dict(zip(keys, row, strict=True)) for row in sorted(names)])
    if told:
        connection.execute(insert(TOLD), [{"number": row[0], "entry_id": row[1]} for row in sorted(told)])
