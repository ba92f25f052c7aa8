"""What is sent without anybody asking: only what was approved in time, is not old, and was not stopped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.watch import INTERRUPTED, Watch
from digest.model import IssueRecord, IssueState
from digest.production.schedule import Due, Stop, Waiting, decide, waits_for_a_person
from digest.store.outcomes import Progress
from digest.store.schedule import Scheduled

AT = datetime(2026, 11, 20, 7, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
STALE = 6 * HOUR
ZONE = ZoneInfo("Europe/Paris")


def record(*, approved: datetime | None = AT - HOUR, out: datetime | None = None) -> IssueRecord:
    state: IssueState = "out" if out else "approved" if approved else "draft"
    return IssueRecord(
        name="2026-W47", state=state, number=1, start=AT - 7 * 24 * HOUR, end=AT, drafted=AT - 24 * HOUR,
        approved=approved, out=out,
    )  # fmt: skip


def waiting(
    *,
    at: datetime | None = AT,
    made: IssueRecord | None = None,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Waiting:
    scheduled = Scheduled(issue="2026-W47", at=at, by="A", made=AT - HOUR) if at else None
    return Waiting(name="2026-W47", record=made or record(), scheduled=scheduled, progress=progress, stop=stop)


def verdict(one: Waiting, now: datetime) -> str | None:
    found = decide(one, now=now, stale=STALE, zone=ZONE)
    return found.verdict if found else None


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (AT - MINUTE, None),
        (AT, "send"),
        (AT + STALE, "send"),
        (AT + STALE + MINUTE, "ask"),
        (AT + timedelta(days=365), "ask"),  # a clock that is a year ahead
        (AT - timedelta(days=365), None),  # a clock that is a year behind
    ],
)
def test_what_is_scheduled_is_sent_at_its_time_and_not_long_after(now: datetime, expected: str | None) -> None:
    assert verdict(waiting(), now) == expected


def test_what_was_not_approved_at_its_time_is_refused() -> None:
    assert verdict(waiting(made=record(approved=None)), AT) == "refuse"
    assert verdict(waiting(made=record(approved=AT + MINUTE)), AT + HOUR) == "refuse"
    assert verdict(Waiting(name="x", record=None, scheduled=waiting().scheduled), AT) == "refuse"
    found = decide(waiting(made=record(approved=AT + MINUTE)), now=AT + HOUR, stale=STALE, zone=ZONE)
    assert found is not None
    assert found.why == "was to be sent at 2026-11-20 08:00, but was approved only at 2026-11-20 08:01"


def test_once_its_list_is_frozen_the_ledger_decides_and_the_time_no_longer() -> None:
    out = record(out=AT)
    done = Progress(total=3, changed=AT)
    half = Progress(total=3, queued=2, changed=AT)

    assert verdict(waiting(made=out, progress=done), AT + HOUR) is None
    assert verdict(waiting(made=out, progress=half), AT + HOUR) == "send"
    assert verdict(waiting(made=out, progress=half, at=AT + 24 * HOUR), AT + HOUR) == "send"
    assert verdict(waiting(made=out, progress=half, at=None), AT + HOUR) == "send"
    assert verdict(waiting(made=out, at=None), AT) is None, "published by hand, and never said to be mailed"


def test_a_sending_that_has_not_moved_for_long_is_not_gone_on_with_unasked() -> None:
    half = Progress(total=3, queued=2, changed=AT)

    assert verdict(waiting(progress=half), AT + STALE) == "send"
    assert verdict(waiting(progress=half), AT + STALE + MINUTE) == "ask"
    assert verdict(waiting(progress=half), AT - timedelta(days=365)) == "ask", "marks of a clock that was ahead"


def test_those_put_off_are_waited_for_from_their_own_time_on() -> None:
    deferred = Progress(total=3, due=1, changed=AT, first_due=AT + 4 * HOUR)

    assert verdict(waiting(progress=deferred), AT + 9 * HOUR) == "send"
    assert verdict(waiting(progress=deferred), AT + 4 * HOUR + STALE + MINUTE) == "ask"


def test_what_a_person_stopped_waits_for_a_person_and_what_the_machine_stopped_does_not() -> None:
    half = Progress(total=3, queued=2, changed=AT)
    by_hand = Stop(at=AT, reason="stopped by hand", waits=True)
    machine = Stop(at=AT, reason="the machine stopped it", waits=False)

    assert verdict(waiting(progress=half, stop=by_hand), AT + MINUTE) == "ask"
    assert verdict(waiting(progress=half, stop=machine), AT + MINUTE) == "send"


MOMENTS = st.integers(-20_000, 20_000).map(lambda minutes: AT + minutes * MINUTE)
PROGRESS = st.none() | st.builds(
    Progress, total=st.just(9), queued=st.integers(0, 3), due=st.integers(0, 3), changed=MOMENTS,
    first_due=st.none() | MOMENTS,
)  # fmt: skip
STOPS = st.none() | st.builds(Stop, at=MOMENTS, reason=st.just("why"), waits=st.booleans())


@given(
    now=MOMENTS, at=st.none() | MOMENTS, approved=st.none() | MOMENTS, progress=PROGRESS, stop=STOPS,
)  # fmt: skip
def test_nothing_is_ever_sent_unasked_that_is_old_unapproved_early_or_stopped(
    now: datetime, at: datetime | None, approved: datetime | None, progress: Progress | None, stop: Stop | None
) -> None:
    one = waiting(at=at, made=record(approved=approved), progress=progress, stop=stop)
    found: Due | None = decide(one, now=now, stale=STALE, zone=ZONE)
    if found is None or found.verdict != "send":
        return
    if progress is None:
        assert at is not None
        assert approved is not None
        assert approved <= at <= now <= at + STALE
    else:
        assert progress.to_send > 0
        assert not (stop and stop.waits)
        assert progress.changed is not None
        assert abs(now - max(progress.changed, progress.first_due or progress.changed)) <= STALE


def test_only_a_server_out_of_reach_is_tried_again_by_itself() -> None:
    unreachable = Watch(patience_s=(0.0,))
    for _ in range(3):
        unreachable.trouble("connection refused")
    refusing = Watch()
    for _ in range(5):
        refusing.refused("550 no", for_good=True)

    assert unreachable.reason is not None
    assert not waits_for_a_person(unreachable.reason)
    assert refusing.reason is not None
    assert waits_for_a_person(refusing.reason)
    assert waits_for_a_person("mail.example: login as x: 535 wrong")
    assert waits_for_a_person(INTERRUPTED)
