"""The full-text index of entries, as the database makes and keeps it. See digest.store.search.

New entries are indexed when somebody searches, because that costs as much as all the rest of storing them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, column, exists, func, select, table, text

from digest.store.meta import get_meta, put_meta
from digest.store.schema import entry
from digest.store.searchwords import folded

if TYPE_CHECKING:
    from sqlalchemy import Connection

INDEXED = "entries in the search index"
"""The key of the store's notes under which the number of the last indexed entry stands; without it none is."""

SEARCH_SQLITE = (
    (
        "CREATE VIRTUAL TABLE entry_search USING fts5(title, summary, text, content='entry', content_rowid='number',"
        " tokenize='unicode61 remove_diacritics 2')"
    ),
    (
        "CREATE TRIGGER entry_removed AFTER DELETE ON entry WHEN old.number <= (SELECT CAST(value AS INTEGER) FROM meta"
        " WHERE key = 'entries in the search index') BEGIN"
        " INSERT INTO entry_search(entry_search, rowid, title, summary, text)"
        " VALUES ('delete', old.number, old.title, old.summary, old.text);"
        " UPDATE meta SET value = min(CAST(value AS INTEGER), (SELECT coalesce(max(number), 0) FROM entry))"
        " WHERE key = 'entries in the search index'; END"
    ),
    (
        "CREATE TRIGGER entry_changed AFTER UPDATE OF title, summary, text ON entry"
        " WHEN old.number <= (SELECT CAST(value AS INTEGER) FROM meta"
        " WHERE key = 'entries in the search index') BEGIN"
        " INSERT INTO entry_search(entry_search, rowid, title, summary, text)"
        " VALUES ('delete', old.number, old.title, old.summary, old.text);"
        " INSERT INTO entry_search(rowid, title, summary, text)"
        " VALUES (new.number, new.title, new.summary, new.text); END"
    ),
)
"""On SQLite. The index holds no text of its own: it refers to the entry by number, and triggers keep up what is
indexed."""

SEARCH_POSTGRES = (
    (
        "CREATE TABLE IF NOT EXISTS entry_search ("
        "number integer PRIMARY KEY REFERENCES entry (number) ON DELETE CASCADE, words tsvector NOT NULL)"
    ),
    "CREATE INDEX IF NOT EXISTS entry_search_words ON entry_search USING gin (words)",
    (
        "CREATE OR REPLACE FUNCTION entry_reworded() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN DELETE FROM entry_search WHERE number = old.number; RETURN NULL; END'"
    ),
    "DROP TRIGGER IF EXISTS entry_changed ON entry",
    (
        "CREATE TRIGGER entry_changed AFTER UPDATE OF title, summary, text ON entry FOR EACH ROW"
        " EXECUTE FUNCTION entry_reworded()"
    ),
)
"""The same on PostgreSQL: a row of words for each entry that is indexed. One that is reworded loses its row, and is
indexed again when somebody searches."""

AT_ONCE = 500  # entries whose texts are in memory while they are indexed


def is_behind(connection: Connection) -> bool:
    """Whether there are entries that the index does not know yet."""
    if connection.dialect.name == "postgresql":
        return bool(connection.scalar(select(_unknown().exists())))
    last = connection.execute(select(func.max(entry.c.number))).scalar() or 0
    return last > _last_indexed(connection)


def index_entries(connection: Connection) -> None:
    """Bring the index up to date; ``connection`` is a writing transaction. 10,000 entries take about a second."""
    if connection.dialect.name == "postgresql":
        _index_words(connection)
        return
    last = connection.execute(select(func.max(entry.c.number))).scalar() or 0
    connection.exec_driver_sql(
        "INSERT INTO entry_search(rowid, title, summary, text)"
        " SELECT number, title, summary, text FROM entry WHERE number > ? ORDER BY number",
        (_last_indexed(connection),),
    )
    put_meta(connection, INDEXED, str(last))


def _last_indexed(connection: Connection) -> int:
    return int(get_meta(connection, INDEXED) or 0)


def _unknown() -> Select[tuple[int]]:
    indexed = table("entry_search", column("number"))
    return select(entry.c.number).where(~exists().where(indexed.c.number == entry.c.number))


def _index_words(connection: Connection) -> None:
    numbers = connection.execute(_unknown().order_by(entry.c.number)).scalars().all()
    for start in range(0, len(numbers), AT_ONCE):
        some = entry.c.number.in_(numbers[start : start + AT_ONCE])
        rows = connection.execute(select(entry.c.number, entry.c.title, entry.c.summary, entry.c.text).where(some))
        words = [
            {"number": row[0], "title": folded(row[1]), "summary": folded(row[2]), "text": folded(row[3])}
            for row in rows
        ]
        connection.execute(text(_INSERT), words)


_INSERT = """
    INSERT INTO entry_search (number, words) VALUES (:number,
        setweight(to_tsvector('simple', :title), 'A') || setweight(to_tsvector('simple', :summary), 'B')
        || to_tsvector('simple', :text))
"""
