"""New entries come into the search index when somebody searches; what is there stays."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TRIGGERS = (
    "CREATE TRIGGER entry_removed AFTER DELETE ON entry WHEN old.number <= (SELECT CAST(value AS INTEGER) FROM meta"
    " WHERE key = 'entries in the search index') BEGIN"
    " INSERT INTO entry_search(entry_search, rowid, title, summary, text)"
    " VALUES ('delete', old.number, old.title, old.summary, old.text);"
    " UPDATE meta SET value = min(CAST(value AS INTEGER), (SELECT coalesce(max(number), 0) FROM entry))"
    " WHERE key = 'entries in the search index'; END",
    "CREATE TRIGGER entry_changed AFTER UPDATE OF title, summary, text ON entry"
    " WHEN old.number <= (SELECT CAST(value AS INTEGER) FROM meta"
    " WHERE key = 'entries in the search index') BEGIN"
    " INSERT INTO entry_search(entry_search, rowid, title, summary, text)"
    " VALUES ('delete', old.number, old.title, old.summary, old.text);"
    " INSERT INTO entry_search(rowid, title, summary, text)"
    " VALUES (new.number, new.title, new.summary, new.text); END",
)


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return  # the index of PostgreSQL was made so from the beginning: digest.store.postgres
    for trigger in ("entry_added", "entry_removed", "entry_changed"):
        op.execute(f"DROP TRIGGER {trigger}")
    op.execute(
        "INSERT INTO meta (key, value)"
        " SELECT 'entries in the search index', CAST(coalesce(max(number), 0) AS TEXT) FROM entry"
    )
    for statement in _TRIGGERS:
        op.execute(statement)
