"""How common words were, for the drafts to come."""

from __future__ import annotations

from pathlib import Path

from digest.store.database import open_store
from digest.store.frequencies import frequencies_before, save_frequencies


def test_only_the_last_issue_that_left_is_remembered(tmp_path: Path) -> None:
    store = open_store("sqlite:///state/digest.db", tmp_path)
    with store.write() as connection:
        assert frequencies_before(connection, "2026-W46") is None
        save_frequencies(connection, "2026-W46", "one")
        save_frequencies(connection, "2026-W47", "two")

        assert frequencies_before(connection, "2026-W48") == "two"
        assert frequencies_before(connection, "2026-W47") is None
    store.close()
