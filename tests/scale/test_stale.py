"""A worker that is older than the store, in mid-mailing or at its start: it says so, ends, and damages nothing."""

from __future__ import annotations

from collections.abc import Callable

from digest.store.schema import HEAD
from tests.scale.cluster import Company


def test_a_worker_ends_when_a_newer_digest_has_migrated_the_store(found_company: Callable[..., Company]) -> None:
    one = found_company(1500)
    old = one.hire()
    one.hand_over()
    one.wait_for(200)
    one.ask_nothing("UPDATE alembic_version SET version_num = '9999'")  # as a migration leaves it

    assert old.wait(60) == 1, one.told()
    told = one.said(old)
    assert f"newer digest (schema 9999, this one knows {HEAD})" in told
    left = one.states()
    assert left["sent"] == one.received() < one.people
    assert left.get("queued", 0) == one.people - left["sent"], left  # none claimed, none in doubt
    assert one.jobs("mail").get("failed", 0) == 0

    refused = one.hire()
    assert refused.wait(60) == 1
    assert "was written by a newer digest" in one.said(refused)

    one.ask_nothing(f"UPDATE alembic_version SET version_num = '{HEAD}'")
    one.hire()
    found = one.wait_for_the_end()
    assert (found.lost, found.doubled, found.invented, found.uncertain) == (0, 0, 0, 0), one.told()
