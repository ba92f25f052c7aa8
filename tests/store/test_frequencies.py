"""How common words were, for the drafts to come."""

from __future__ import annotations

from digest.store.database import Store
from digest.store.frequencies import frequencies_before, save_frequencies


def test_only_the_last_issue_that_left_is_remembered(store: Store) -> None:
    with store.write() as connection:
        assert frequencies_before(connection, "2026-W46") is None
        save_frequencies(connection, "2026-W46", "one")
        save_frequencies(connection, "2026-W47", "two")

        assert frequencies_before(connection, "2026-W48") == "two"
        assert frequencies_before(connection, "2026-W47") is None
