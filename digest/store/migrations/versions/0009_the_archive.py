"""What the archive lists and searches, the addresses of its lists, and corrections."""

from __future__ import annotations

from string import Template

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ENTRIES = ("entry", ("title", "summary", "text"), "entries in the search index")
_PRINTED = ("printed", ("title", "text"), "stories in the search index")

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
_FILTERS = (
    "CREATE INDEX entry_search_day ON entry (published, first_seen, state)",
    "CREATE INDEX entry_search_organisation ON entry (organisation, published, first_seen, state)",
    "CREATE INDEX printed_search_section ON printed (section)",
    "CREATE TABLE printed_search_name (number INTEGER NOT NULL REFERENCES printed (number) ON DELETE CASCADE,"
    " kind TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (number, kind, name)) WITHOUT ROWID",
    "CREATE INDEX printed_search_by_name ON printed_search_name (kind, name)",
    "CREATE TABLE printed_search_entry (number INTEGER NOT NULL REFERENCES printed (number) ON DELETE CASCADE,"
    " entry_id TEXT NOT NULL, PRIMARY KEY (number, entry_id)) WITHOUT ROWID",
    "CREATE INDEX printed_search_by_entry ON printed_search_entry (entry_id)",
)


def upgrade() -> None:
    op.create_table(
        "printed",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("issue", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("story_id", sa.String()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.Column("earlier_issue", sa.String()),
        sa.Column("earlier_place", sa.Integer()),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("issue", "place"),
    )
    op.create_table(
        "address",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name"),
        sa.UniqueConstraint("kind", "slug"),
    )
    op.create_table(
        "correction",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("issue", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("printed_in", sa.String()),
        sa.Column("mailing_id", sa.String()),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_correction_issue", "correction", ["issue"])
    _make_search()


def _make_search() -> None:
    """Index scripts without blanks letter by letter, and what was printed; all is indexed anew by the next search."""
    op.execute("DELETE FROM meta WHERE key = 'entries in the search index'")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP TABLE IF EXISTS entry_search")  # all of it is made by digest.store.postgres
        return
    for trigger in ("entry_removed", "entry_changed"):
        op.execute(f"DROP TRIGGER {trigger}")
    op.execute("DROP TABLE entry_search")
    for one in (_ENTRIES, _PRINTED):
        for statement in _index(*one):
            op.execute(statement)
    for statement in _FILTERS:
        op.execute(statement)


def _index(of: str, columns: tuple[str, ...], noted: str) -> tuple[str, ...]:
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
