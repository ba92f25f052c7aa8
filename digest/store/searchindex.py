"""The full-text index of entries, as the database makes and keeps it. See digest.store.search."""

from __future__ import annotations

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
"""The full-text index of entries. It holds no text of its own: it refers to the entry by number.

New entries are indexed when somebody searches (digest.store.search), because that costs as much as all the rest of
storing them; triggers keep up what is indexed. PostgreSQL will have a tsvector column instead."""
