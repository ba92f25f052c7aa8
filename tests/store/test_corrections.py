"""What is known of corrections, in each kind of database."""

from __future__ import annotations

from digest.model import Period
from digest.store import issues
from digest.store.corrections import (
    add_correction,
    corrections,
    current_text,
    freeze_mail,
    frozen_mail_parts,
    note_mailing,
    owed_corrections,
    settle_owed,
)
from digest.store.database import Store
from tests.support.project import at

NAME = "2026-W47"
PART = ("all", "issue.md")


def test_corrections_are_numbered_through_all_issues_and_each_is_owed_until_an_issue_tells_of_it(store: Store) -> None:
    with store.write() as connection:
        made = [add_correction(connection, issue, place, at=at(19), by="A", note=f"No. {place}")
                for place, issue in enumerate((NAME, "2026-W48", NAME))]  # fmt: skip
        assert [one.number for one in made] == [1, 2, 3]
        assert corrections(connection) == tuple(made)
        assert corrections(connection, issue=NAME) == (made[0], made[2])
        assert owed_corrections(connection) == tuple(made)
        settle_owed(connection, [1], printed_in="2026-W49")
        settle_owed(connection, [3], printed_in="")
        settle_owed(connection, [], printed_in="2026-W50")
        assert owed_corrections(connection) == (made[1],)
        assert [one.printed_in for one in corrections(connection)] == ["2026-W49", None, ""]
        note_mailing(connection, 2, "abc")
        assert [one.mailing_id for one in corrections(connection)] == [None, "abc", None]


def test_the_text_of_an_issue_is_the_approved_one_until_it_is_corrected(store: Store) -> None:
    with store.write() as connection:
        issues.ensure_issue(connection, Period(name=NAME, start=at(13), end=at(20)), now=at(18))
        issues.save_version(connection, NAME, "draft", origin="read", base=None, now=at(18))
        assert current_text(connection, NAME) is None
        issues.approve_issue(connection, NAME, by="A", number=1, now=at(18), parts={PART: b"approved"})
        assert current_text(connection, NAME) == "approved"
        for number, text in enumerate(("once", "twice")):
            issues.save_version(connection, NAME, text, origin="corrected", base=None, now=at(19, number))
        issues.save_version(connection, NAME, "approved", origin="restored", base=None, now=at(20))
        assert current_text(connection, NAME) == "twice"
        assert issues.frozen_parts(connection, NAME) == {PART: b"approved"}


def test_the_bytes_of_its_mail_stand_apart_from_those_of_the_issue(store: Store) -> None:
    with store.write() as connection:
        issues.ensure_issue(connection, Period(name=NAME, start=at(13), end=at(20)), now=at(18))
        issues.approve_issue(connection, NAME, by="A", number=1, now=at(18), parts={PART: b"approved"})
        first, second = (add_correction(connection, NAME, 0, at=at(19), by="A", note="No.") for _ in range(2))
        assert frozen_mail_parts(connection, first) == {}
        parts = {("all", "email.html"): b"<p>", ("all", "mail.json"): b"{}"}
        freeze_mail(connection, first, parts)
        assert frozen_mail_parts(connection, first) == parts
        assert frozen_mail_parts(connection, second) == {}
        assert issues.frozen_parts(connection, NAME) == {PART: b"approved"}
        assert issues.all_issues(connection)[-1].name == NAME
