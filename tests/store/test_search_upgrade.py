"""What an older digest had indexed is found by this one.

In SQLite; on a server the migration drops the index, and it is made as for a new store.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from sqlalchemy import create_engine, delete, insert, text, update

from digest.store import schema
from digest.store.database import open_store
from digest.store.migrate import alembic_config
from digest.store.search import index_new, is_behind, search_ids
from tests.store.test_search import ROWS


def test_an_index_that_an_older_digest_made_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "state" / "digest.db"
    path.parent.mkdir()
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0008")
        connection.execute(insert(schema.entry), list(ROWS))
        connection.execute(
            text("INSERT INTO entry_search(rowid, title, summary, text) SELECT number, title, summary, text FROM entry")
        )
        connection.execute(
            text("INSERT OR REPLACE INTO meta (key, value) VALUES ('entries in the search index', '10')")
        )
        connection.execute(delete(schema.entry).where(schema.entry.c.id == "10"))
    engine.dispose()

    store = open_store("sqlite:///state/digest.db", tmp_path)
    with store.write() as connection:
        assert is_behind(connection)
        index_new(connection)
        assert search_ids(connection, "price cap", limit=9) == ("01", "02")
        assert search_ids(connection, "气候政策", limit=9) == ("05",)
        connection.execute(update(schema.entry).where(schema.entry.c.id == "01").values(text="Nothing of it."))
        index_new(connection)
        assert search_ids(connection, "lighthouse", limit=9) == ("09", "08", "07")
        connection.execute(text("INSERT INTO entry_search(entry_search, rank) VALUES ('integrity-check', 1)"))
    store.close()
