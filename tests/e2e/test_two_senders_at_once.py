"""Two that send or run at the same time, from one folder or two with one store: one is refused, nobody has it twice."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from digest.deliver.ledger import Ledger
from digest.errors import StaleError
from digest.production import mailout
from tests.e2e.test_two_at_once import ISSUE, PEOPLE, folder
from tests.support.cli import digest
from tests.support.project import NOW, opened
from tests.support.smtp import FaultServer, fault_server

LATER = "2026-11-18T12:30Z"


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with fault_server() as running:
        running.delay_s = 0.02  # before each of four replies a message
        yield running


def ready_to_send(root: Path, url: str, server: FaultServer) -> Path:
    folder(root, url, send=server.send_table(connections=2))
    for verb in (["fetch"], ["draft"]):
        assert digest(*verb, root=root, now=NOW).code == 0
    people = root / "people.csv"
    people.write_text("address\n" + "\n".join(PEOPLE) + "\n", "utf-8")
    for verb in (["subscribers", "import", str(people)], ["approve", "--by", "A", "--offline"], ["publish"]):
        ran = digest(*verb, root=root, now=NOW)
        assert ran.code == 0, ran.err
    return root


@pytest.fixture(params=["sqlite", "postgresql", "postgresql, two folders"])
def places(request: pytest.FixtureRequest, tmp_path: Path, server: FaultServer) -> tuple[Path, Path]:
    """Where the first and where the second works; their issue is published."""
    kind: str = request.param
    url = "sqlite:///state/digest.db" if kind == "sqlite" else request.getfixturevalue("cluster").fresh()
    root = ready_to_send(tmp_path / "a", url, server)
    return root, Path(shutil.copytree(root, tmp_path / "b")) if "two" in kind else root


@contextmanager
def sending(root: Path, server: FaultServer, verb: str = "send", now: str = NOW) -> Iterator[subprocess.Popen[str]]:
    """A process that has begun to send, and hardly gets on within the block; then it is left to its end."""
    there = len(server.messages)
    command = [sys.executable, "-m", "digest", "-C", str(root), "--now", now, verb]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as first:
        while len(server.messages) < there + 3:
            assert first.poll() is None, first.communicate()
            time.sleep(0.01)
        server.delay_s = 0.5
        try:
            yield first
        finally:
            server.delay_s = 0.0
            first.communicate(timeout=60)


def test_a_second_sender_is_refused_and_nobody_has_it_twice(places: tuple[Path, Path], server: FaultServer) -> None:
    here, there = places
    with sending(here, server) as first:
        second = digest("send", root=there, now=NOW)
        assert first.poll() is None, "it was too quick to be met"

    assert (first.returncode, second.code) == (0, 1), second.err
    assert "another digest is sending" in second.err
    assert "`digest send --status` shows how far it is" in second.err
    if here != there:
        assert f"is sending {ISSUE}" in second.err
        assert "`digest worker`" in second.err
    assert Counter(server.recipients) == Counter(PEOPLE)
    assert digest("send", "--status", "--json", root=here, now=NOW).json["mailings"][0]["sent"] == len(PEOPLE)


def test_a_run_beside_a_sender_says_once_that_it_is_busy(places: tuple[Path, Path], server: FaultServer) -> None:
    here, there = places
    with sending(here, server) as first:
        second = digest("run", root=there, now=NOW)
        assert first.poll() is None, "it was too quick to be met"

    assert (first.returncode, second.code) == (0, 0), second.err
    assert second.err.count("busy: ") == 1
    assert "another digest is sending" in second.err
    assert Counter(server.recipients) == Counter(PEOPLE)


def test_a_second_run_does_nothing_wherever_it_is(places: tuple[Path, Path], server: FaultServer) -> None:
    here, there = places
    assert digest("send", "--at", LATER, root=here, now=NOW).code == 0
    with sending(here, server, "run", now=LATER) as first:
        second = digest("run", "--json", root=there, now=LATER)
        assert first.poll() is None, "it was too quick to be met"

    assert first.returncode == 0
    assert (second.code, second.json) == (0, {"busy": True})
    assert "another `digest run` is at work" in second.err
    assert Counter(server.recipients) == Counter(PEOPLE)


def test_a_killed_sender_leaves_the_way_free(places: tuple[Path, Path], server: FaultServer) -> None:
    here, there = places
    with sending(here, server) as first:
        first.kill()
    ran = digest("send", root=there, now=NOW)
    while ran.code == 1 and "is sending" in ran.err:  # until the server has noticed
        ran = digest("send", root=there, now=NOW)

    assert max(Counter(server.recipients).values()) == 1


def test_two_that_begin_a_mailing_at_once_begin_one(places: tuple[Path, Path]) -> None:
    ready, found = threading.Barrier(2), []
    moment = datetime.fromisoformat(NOW)

    def begin(root: Path) -> None:
        with opened(root) as project, Ledger(project.store) as ledger:
            record = mailout.issue_to_send(project, now=moment, name=ISSUE)
            ready.wait()
            found.append(mailout.begin_mailing(project, ledger, record, now=moment)[0])

    threads = [threading.Thread(target=begin, args=(root,)) for root in places]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with opened(places[0]) as project, Ledger(project.store) as ledger:
        (mailing,) = ledger.mailings(ISSUE)
        assert ledger.tally(mailing.id).total == len(PEOPLE)
    assert found == [mailing, mailing]


class Clock:
    """Stands still."""

    def now(self) -> datetime:
        return datetime.fromisoformat(NOW)


def test_a_sender_of_before_the_migration_mails_nobody(places: tuple[Path, Path], server: FaultServer) -> None:
    with opened(places[0]) as project:
        record = mailout.issue_to_send(project, now=Clock().now(), name=ISSUE)
        with project.store.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with mailout.open_transport(project, {}) as transport, pytest.raises(StaleError, match="newer digest"):
            mailout.send(project, transport, record, clock=Clock(), fresh_secret=lambda: "x" * 64)
        with Ledger(project.store) as ledger:
            assert ledger.mailings(ISSUE) == ()
    assert server.messages == []
