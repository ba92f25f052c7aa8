"""The mailing of a correction, in each kind of database: its bytes are frozen, and two senders mail nobody twice."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from digest.deliver.ledger import Ledger
from digest.errors import BusyError, StateError
from digest.model import IssueRecord
from digest.production import mailout
from digest.production.correcting import find_story, keep_correction, plan_correction, read_correction
from digest.production.correctionmail import CorrectionSent, freeze_corrections, send_corrections
from digest.production.frozen import content_sha256, frozen_parts, frozen_variants
from digest.production.outgoing import mark_published
from digest.project import Project
from digest.store import issues
from digest.store.corrections import corrections, frozen_mail_parts
from tests.production.outgone import AFTER, FIXED, NAME, NOTE, OUT, go_out, subscribe, written
from tests.support.project import at, opened
from tests.support.smtp import SmtpServer, smtp_server

pytestmark = pytest.mark.usefixtures("in_each_database")

LATER = at(19, 10)


class Clock:
    """Stands still."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now


def begun(root: Path, server: SmtpServer, *names: str) -> Path:
    """A newsletter whose issue is published and mailed."""
    with opened(written(root, server.send_table(connections=2))) as project:
        for name in names:
            subscribe(project, name)
        go_out(project, NAME, now=OUT)
        with mailout.open_transport(project, {}) as transport:
            mailout.send(project, transport, record_of(project), clock=Clock(OUT), fresh_secret=lambda: "x" * 64)
    return root


def record_of(project: Project) -> IssueRecord:
    with project.store.read() as connection:
        record = issues.get_issue(connection, NAME)
    assert record is not None
    return record


def correct(project: Project, block: str = FIXED, note: str = NOTE, *, publish: bool = True) -> None:
    with project.store.read() as connection:
        erring = find_story(project, connection, issue=NAME, wanted="wind", now=AFTER)
        filled = read_correction(block, path="story.md", note=note)
        planned = plan_correction(project, connection, erring, filled, path="story.md", now=AFTER)
    keep_correction(project, planned, by="B. Editor", now=AFTER)
    if publish:
        mark_published(project, record_of(project))


def send(project: Project, *asked: int) -> tuple[CorrectionSent, ...]:
    with mailout.open_transport(project, {}) as transport:
        return send_corrections(
            project, transport, record_of(project), asked=asked, clock=Clock(LATER), fresh_secret=lambda: "x" * 64
        )


def test_a_correction_is_a_mailing_of_its_own_and_the_issues_stays_what_it_was(tmp_path: Path) -> None:
    with smtp_server() as server, opened(begun(tmp_path / "brief", server, "a", "b")) as project:
        with project.store.read() as connection:
            before = frozen_parts(connection, record_of(project))
        correct(project)
        assert send(project) == ()
        (sent,) = send(project, 1)
        assert send(project, 1) == (sent,)
        with project.store.read() as connection:
            after = frozen_parts(connection, record_of(project))
            (kept,) = corrections(connection)
            parts = frozen_mail_parts(connection, kept)
        with Ledger(project.store) as ledger:
            kinds = [(one.kind, one.content_sha256) for one in ledger.mailings(NAME)]
    assert before == after
    assert frozen_variants(after) == ("all",)
    assert kinds == [("issue", content_sha256(before)), ("correction", content_sha256(parts))]
    assert kept.mailing_id == sent.mailing.id
    assert (sent.tally.sent, sent.tally.total) == (2, 2)
    assert Counter(server.recipients) == Counter(["a@readers.example", "b@readers.example"] * 2)


def test_what_is_frozen_stays_though_the_story_is_corrected_again(tmp_path: Path) -> None:
    with smtp_server() as server, opened(begun(tmp_path / "brief", server, "a")) as project:
        correct(project)
        record = record_of(project)
        (first,) = freeze_corrections(project, record, asked=[1], now=LATER)
        correct(project, FIXED.replace("nine", "ten"), "It is ten.")
        again = freeze_corrections(project, record, asked=[1, 2], now=LATER)
    assert [one.correction.number for one in again] == [1, 2]
    assert again[0].parts == first.parts
    assert b"nine years" in again[0].parts["all", "email.html"]
    assert b"ten years" in again[1].parts["all", "email.html"]


def test_nothing_leaves_before_the_corrected_pages_are_out(tmp_path: Path) -> None:
    with smtp_server() as server, opened(begun(tmp_path / "brief", server, "a")) as project:
        correct(project, publish=False)
        with pytest.raises(StateError, match="corrected pages are not published"):
            send(project, 1)
    assert len(server.messages) == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite has one sender
def test_of_two_senders_at_once_on_a_server_one_is_refused_and_each_reader_told_once(tmp_path: Path) -> None:
    names = [f"r{number:02}" for number in range(60)]
    with smtp_server() as server:
        root = begun(tmp_path / "brief", server, *names)
        with opened(root) as project:
            correct(project)
        failures: list[BaseException] = []

        def work() -> None:
            try:
                with opened(root) as project:
                    send(project, 1)
            except BaseException as error:  # noqa: BLE001  told by the test
                failures.append(error)

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [type(one) for one in failures] in ([], [BusyError])  # none, if one was quick
    assert Counter(server.recipients) == Counter([f"{name}@readers.example" for name in names] * 2)
