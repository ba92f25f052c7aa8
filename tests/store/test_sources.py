"""What is remembered of a source, and what it is called."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digest.model import FetchState, Source
from digest.store.database import Store
from digest.store.sources import SourceRow, load_sources, save_source, source_name

NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)


def listed(name: str) -> Source:
    return Source(id="grid", kind="feed", location="https://grid.example/feed", name=name)


def row(name: str, title: str | None) -> SourceRow:
    return SourceRow(id="grid", kind="feed", location="", name=name, state=FetchState(title=title))


@pytest.mark.parametrize(
    ("source", "known", "name"),
    [
        (listed("Grid Watch"), row("Old", "The feed's own"), "Grid Watch"),
        (listed(""), row("Old", "The feed's own"), "The feed's own"),  # the name was taken out of feeds.toml
        (listed(""), row("Local files", None), "Local files"),
        (listed(""), None, "grid"),
        (None, row("Grid Watch", "The feed's own"), "Grid Watch"),  # listed no more: as it was called last
        (None, row("", "The feed's own"), "grid"),
    ],
)
def test_a_source_is_called_what_feeds_toml_says_else_what_it_calls_itself(
    source: Source | None, known: SourceRow | None, name: str
) -> None:
    assert source_name(source, known) == name


def test_what_was_learnt_of_a_source_comes_back_and_replaces_what_was_known(store: Store) -> None:
    first, then = (
        FetchState(etag='"1"', first_fetched=NOW),
        FetchState(failures=2, title="Grid", moved_to="https://x.example"),
    )
    with store.write() as connection:
        save_source(connection, listed(""), first)
        save_source(connection, listed("Grid"), then)
        found = load_sources(connection)

    assert found == {
        "grid": SourceRow(id="grid", kind="feed", location="https://grid.example/feed", name="Grid", state=then)
    }
