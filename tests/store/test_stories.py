"""Which entries tell a story."""

from __future__ import annotations

from datetime import UTC, datetime

from digest.model import Briefing, Entry, Period, Reason, Section, Story
from digest.store import issues
from digest.store.database import Store
from digest.store.schema import story as table
from digest.store.stories import told_by

NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)
PERIOD = Period(name="2026-W47", start=NOW, end=NOW)


def test_a_story_is_told_by_the_entries_that_were_placed_as_it(store: Store) -> None:
    told = tuple(Entry(id=letter * 12, source_id="a", title=letter, first_seen=NOW) for letter in "cab")
    reasons = (Reason(points=1.0, text="one source"),)
    story = Story(id="s-00000001", title="C", summary="", entries=told, section="News", score=1.0, reasons=reasons)
    briefing = Briefing(period=PERIOD, sections=(Section(title="News", stories=(story,)),))
    with store.write() as connection:
        for week in ("2026-W47", "2026-W48"):
            period = Period(name=week, start=NOW, end=NOW)
            issues.ensure_issue(connection, period, now=NOW)
            again = Briefing(period=period, sections=briefing.sections)
            issues.save_placements(connection, again, max_candidates=9, now=NOW)

        assert told_by(connection, "s-00000001") == ("a" * 12, "b" * 12, "c" * 12)


def test_a_story_that_was_never_placed_is_told_by_its_lead(store: Store) -> None:
    with store.write() as connection:
        connection.execute(table.insert().values(id="s-00000002", lead_entry_id="d" * 12, minted=NOW))

        assert told_by(connection, "s-00000002") == ("d" * 12,)
        assert told_by(connection, "s-00000003") == ()
