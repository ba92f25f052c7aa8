"""The messages somebody had."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from digest.store import schema
from digest.store.database import Store
from digest.store.messages import Message, messages_to

NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)


def test_a_subscribers_messages_are_told_oldest_first_and_nobody_elses(store: Store) -> None:
    with store.write() as connection:
        for week, days in (("2026-W47", 7), ("2026-W46", 0)):
            connection.execute(
                schema.mailing.insert().values(
                    id=week, issue=week, kind="issue", content_sha256=week, variants=["all"],
                    frozen=NOW + timedelta(days=days), recipients=2,
                )
            )  # fmt: skip
            for person, state in ((1, "sent"), (2, "failed")):
                connection.execute(
                    schema.delivery.insert().values(
                        mailing_id=week, subscriber_id=person, address="a@b.example", name="", variant="all",
                        state=state, attempts=1, detail=f"{week} {state}", changed=NOW,
                    )
                )  # fmt: skip
        found = messages_to(connection, 1)

    assert found == tuple(
        Message(issue=week, kind="issue", state="sent", detail=f"{week} sent", changed=NOW)
        for week in ("2026-W46", "2026-W47")
    )
