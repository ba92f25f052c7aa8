"""The stories: which entries tell each."""

from __future__ import annotations

from sqlalchemy import Connection, select

from digest.store.schema import placement, story


def told_by(connection: Connection, story_id: str) -> tuple[str, ...]:
    """The ids of the entries that digest placed as this story, in any issue; of one never placed, its lead's."""
    placed = select(placement.c.entry_id).where(placement.c.story_id == story_id).distinct()
    lead = select(story.c.lead_entry_id).where(story.c.id == story_id)
    found = connection.execute(placed.order_by(placement.c.entry_id)).scalars().all()
    return tuple(found or connection.execute(lead).scalars())
