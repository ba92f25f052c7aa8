"""When issues are to be sent, as the store keeps it; and what is counted of a mailing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from digest.store import schema
from digest.store.database import Store
from digest.store.outcomes import Progress, by_code, first_rows, is_at_its_end, is_begun, progress
from digest.store.schedule import Scheduled, all_schedules, drop_schedule, get_schedule, save_schedule

NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 20, 7, tzinfo=UTC)


def scheduled(issue: str = "2026-W47", at: datetime = FRIDAY) -> Scheduled:
    return Scheduled(issue=issue, at=at, by="A. Editor", made=NOW)


def test_an_issue_has_one_time_and_the_last_one_counts(store: Store) -> None:
    later = scheduled(at=FRIDAY + timedelta(hours=2))
    with store.write() as connection:
        save_schedule(connection, scheduled())
        save_schedule(connection, later)
        save_schedule(connection, scheduled("2026-W46", FRIDAY - timedelta(days=7)))

    with store.read() as connection:
        assert get_schedule(connection, "2026-W47") == later
        assert [one.issue for one in all_schedules(connection)] == ["2026-W46", "2026-W47"]
        assert get_schedule(connection, "2026-W48") is None


def test_a_time_is_dropped_once(store: Store) -> None:
    with store.write() as connection:
        save_schedule(connection, scheduled())
        assert drop_schedule(connection, "2026-W47")
        assert not drop_schedule(connection, "2026-W47")
        assert all_schedules(connection) == ()


def fill(store: Store, *rows: tuple[str, datetime, datetime | None, int | None], kind: str = "issue") -> None:
    """A mailing with these rows: state, last change, next try, code."""
    with store.write() as connection:
        connection.execute(
            schema.mailing.insert().values(
                id=f"m-{kind}", issue="2026-W47", kind=kind, content_sha256=kind, variants=["all"], frozen=NOW,
                recipients=len(rows),
            )
        )  # fmt: skip
        for number, (state, changed, next_try, code) in enumerate(rows, 1):
            connection.execute(
                schema.delivery.insert().values(
                    mailing_id=f"m-{kind}", subscriber_id=number, address=f"r{number}@example.org", name="",
                    variant="all", state=state, attempts=1, next_try=next_try, owner=None, code=code, detail="said",
                    changed=changed,
                )
            )  # fmt: skip


def test_how_far_a_mailing_is_tells_who_would_be_tried_now_and_since_when_nothing_moved(store: Store) -> None:
    hour = timedelta(hours=1)
    fill(
        store,
        ("sent", NOW - 3 * hour, None, 250),
        ("queued", NOW - 5 * hour, None, None),
        ("claimed", NOW - 4 * hour, None, None),
        ("sending", NOW - 2 * hour, None, None),
        ("uncertain", NOW - 4 * hour, None, None),
        ("deferred", NOW - 3 * hour, NOW - 2 * hour, 450),
        ("deferred", NOW - 3 * hour, NOW - hour, 450),
        ("deferred", NOW - 3 * hour, NOW + hour, 450),
    )
    fill(store, ("queued", NOW, None, None), kind="correction")

    with store.read() as connection:
        found = progress(connection, "2026-W47", now=NOW)
        assert found == Progress(
            total=8, queued=2, due=2, uncertain=2, changed=NOW - 2 * hour, first_due=NOW - 2 * hour
        )
        assert found.to_send == 4
        assert progress(connection, "2026-W48", now=NOW) is None, "no list is frozen"


def test_a_mailing_to_nobody_is_a_mailing(store: Store) -> None:
    with store.read() as connection:
        assert not is_begun(connection, "2026-W47")
    fill(store)

    with store.read() as connection:
        assert progress(connection, "2026-W47", now=NOW) == Progress()
        assert is_begun(connection, "2026-W47")
        assert is_at_its_end(connection, "2026-W47")


@pytest.mark.parametrize(
    ("state", "at_its_end"),
    [
        *((settled, True) for settled in ("sent", "failed", "uncertain", "sending", "suppressed")),
        *((open_, False) for open_ in ("queued", "claimed", "deferred")),
    ],
)
def test_a_mailing_is_at_its_end_when_nobody_would_be_tried_any_more(
    store: Store, state: str, at_its_end: bool
) -> None:
    fill(store, ("sent", NOW, None, 250), (state, NOW, NOW, None))

    with store.read() as connection:
        assert is_at_its_end(connection, "2026-W47") is at_its_end


def test_refusals_are_counted_by_code_and_the_first_are_told(store: Store) -> None:
    fill(store, *[("failed", NOW, None, 552)], *[("failed", NOW, None, 550)] * 3, ("sent", NOW, None, 250))

    with store.read() as connection:
        assert list(by_code(connection, "m-issue", ("failed",)).items()) == [(550, 3), (552, 1)]
        assert [row.subscriber_id for row in first_rows(connection, "m-issue", ("failed",), most=2)] == [1, 2]
