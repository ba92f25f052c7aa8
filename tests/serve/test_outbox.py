"""The mails that are owed, against real and faulty mail servers, sweep by sweep."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from digest.deliver import keys, optin, subscribers
from digest.deliver.optin import Wish
from digest.deliver.tokens import Keyring
from digest.errors import StateError
from digest.production.mailout import open_transport
from digest.project import Project
from digest.serve.letters import Letters
from digest.serve.outbox import Outbox
from tests.deliver.helpers import NOON
from tests.serve.running import free_port, newsletter
from tests.support.project import opened
from tests.support.smtp import SmtpServer, fault_server, smtp_server

pytestmark = pytest.mark.usefixtures("in_each_database")


@dataclass
class Desk:
    """An outbox whose clock stands until it is moved."""

    project: Project
    outbox: Outbox
    now = NOON

    def ask(self, address: str) -> None:
        with self.project.store.write() as connection:
            optin.ask(connection, address, Wish(topics=()), now=self.now)

    def events(self, subscriber_id: int = 1) -> list[str]:
        with self.project.store.read() as connection:
            return [one.event for one in subscribers.history(connection, subscriber_id)]

    def later(self, **time: float) -> None:
        """Time passes, and what was put off until then is due."""
        self.now += timedelta(**time)
        self.outbox._tries = {number: (tries, 0.0) for number, (tries, _) in self.outbox._tries.items()}


@contextlib.contextmanager
def desk(root: Path, port: int, *, per_hour: int = 100) -> Iterator[Desk]:
    with opened(newsletter(root, smtp_port=port)) as project:
        with project.store.write() as connection:
            ring = keys.keyring(connection, now=NOON, fresh=lambda: "5ec2e7" * 10)
        letters = Letters(project.settings, url="https://news.quay.example/", root=root)
        with open_transport(project, {}) as transport:
            made: list[Desk] = []

            async def make() -> Outbox:
                return Outbox(project.store, transport, letters, keyring=lambda: ring, clock=lambda: made[0].now,
                              per_hour=per_hour)  # fmt: skip

            made.append(Desk(project, asyncio.run(make())))
            yield made[0]


def ids(server: SmtpServer) -> list[str]:
    return [str(one.parsed["Message-ID"]) for one in server.messages]


def test_what_is_owed_leaves_once_in_the_order_it_was_asked(tmp_path: Path) -> None:
    with smtp_server() as server, desk(tmp_path, server.port) as made:
        for name in ("a", "b", "c"):
            made.ask(f"{name}@readers.example")
        made.outbox.sweep()
        made.outbox.sweep()
        assert server.recipients == ["a@readers.example", "b@readers.example", "c@readers.example"]
        assert made.outbox.waiting == 0
        assert len(set(ids(server))) == 3


def test_a_mail_that_is_put_off_is_tried_again_at_longer_intervals(tmp_path: Path) -> None:
    with fault_server(faults_left={"450": 2}) as server, desk(tmp_path, server.port) as made:
        made.ask("450.ada@readers.example")
        for wanted in (60, 300):
            made.outbox.sweep()
            tries, due = next(iter(made.outbox._tries.values()))
            heard = len(server.heard)
            made.outbox.sweep()
            assert len(server.heard) == heard  # not before its time
            assert (tries, server.messages) == (1 if wanted == 60 else 2, [])
            assert due > 0
            made.later(minutes=5)
        made.outbox.sweep()
        assert server.recipients == ["450.ada@readers.example"]
        assert made.events() == ["added", "asked", "mailed"]


def test_who_cannot_be_reached_for_two_days_is_given_up(tmp_path: Path) -> None:
    with fault_server() as server, desk(tmp_path, server.port) as made:
        made.ask("451.ada@readers.example")
        made.outbox.sweep()
        made.later(days=2, minutes=1)
        made.outbox.sweep()
        assert made.events() == ["added", "asked", "not mailed"]


def test_if_it_is_not_known_whether_it_left_it_leaves_once_more_under_the_same_name(tmp_path: Path) -> None:
    with fault_server(faults_left={"drop-dot": 1}) as server, desk(tmp_path, server.port) as made:
        made.ask("drop-dot.ada@readers.example")
        made.outbox.sweep()
        assert made.events() == ["added", "asked"]
        made.later(minutes=5)
        made.outbox.sweep()
        assert made.events() == ["added", "asked", "mailed"]
        assert len(set(ids(server))) == 1


@pytest.mark.parametrize("reply", ["", "421 4.3.2 closing down", "554 5.7.1 go away"])
def test_while_no_mail_can_be_handed_over_all_wait_and_ever_longer(tmp_path: Path, reply: str) -> None:
    with fault_server(greeting=reply or "220 x") as server:
        port = server.port if reply else free_port()
        with desk(tmp_path, port) as made:
            made.ask("ok.ada@readers.example")
            assert [made.outbox.sweep() for _ in range(4)] == [10, 60, 300, 300]
            assert made.events() == ["added", "asked"]
            assert made.outbox.waiting == 1


def test_a_sender_that_is_refused_is_nobodys_fault_among_the_readers(tmp_path: Path) -> None:
    with fault_server(mail_reply="550 5.7.1 not from you") as server, desk(tmp_path, server.port) as made:
        made.ask("ok.ada@readers.example")
        assert made.outbox.sweep() == 10
        assert made.events() == ["added", "asked"]


def test_no_more_leave_in_an_hour_than_may_and_none_is_lost(tmp_path: Path) -> None:
    with smtp_server() as server, desk(tmp_path, server.port, per_hour=2) as made:
        for number in range(5):
            made.ask(f"r{number}@readers.example")
        for left in (2, 4, 5):
            made.outbox.sweep()
            made.outbox.sweep()
            assert len(server.messages) == left
            made.later(hours=1)


def test_who_is_forgotten_before_the_mail_leaves_gets_none(tmp_path: Path) -> None:
    with smtp_server() as server, desk(tmp_path, server.port) as made:
        made.ask("ada@readers.example")
        with made.project.store.write() as connection:
            from digest.deliver.forget import forget

            forget(connection, "ada@readers.example", now=NOON)
        made.outbox.sweep()
        assert server.messages == []


def test_who_left_before_the_mail_leaves_gets_none(tmp_path: Path) -> None:
    with smtp_server() as server, desk(tmp_path, server.port) as made:
        with made.project.store.write() as connection:
            subscribers.add(connection, "ada@readers.example", now=NOON)
        made.ask("ada@readers.example")
        with made.project.store.write() as connection:
            optin.leave(connection, 1, now=NOON)
        made.outbox.sweep()
        assert server.messages == []


def test_one_address_a_server_hangs_up_for_holds_up_nobody_else(tmp_path: Path) -> None:
    with fault_server() as server, desk(tmp_path, server.port) as made:
        made.ask("421.ada@readers.example")
        made.ask("ok.bo@readers.example")
        made.outbox.sweep()
        assert server.messages == []
        made.outbox.sweep()
        assert server.recipients == ["ok.bo@readers.example"]
        assert made.events(1) == ["added", "asked"]  # and is still owed


def test_a_store_without_keys_ends_no_outbox(tmp_path: Path) -> None:
    with smtp_server() as server, desk(tmp_path, server.port) as made:
        made.ask("ada@readers.example")
        found = made.outbox._keyring

        def none() -> Keyring:
            raise StateError("the store has no keys for links")

        made.outbox._keyring = none
        assert made.outbox.sweep() == 10
        made.outbox._keyring = found
        made.outbox.sweep()
        assert server.recipients == ["ada@readers.example"]


def test_mails_of_before_a_start_are_counted_once_however_often_nothing_is_owed(tmp_path: Path) -> None:
    with smtp_server() as server, desk(tmp_path, server.port, per_hour=3) as made:
        with made.project.store.write() as connection:
            subscribers.add(connection, "old@readers.example", now=NOON)
            subscribers.note(connection, 1, optin.MAILED, now=NOON)
        for _ in range(4):
            made.outbox.sweep()
        made.ask("ada@readers.example")
        made.outbox.sweep()
        assert server.recipients == ["ada@readers.example"]


def test_at_the_end_no_other_mail_begins(tmp_path: Path) -> None:
    with smtp_server() as server, desk(tmp_path, server.port) as made:
        made.ask("ada@readers.example")
        made.outbox.end()
        made.outbox.sweep()
        assert server.messages == []


def test_what_a_server_says_of_an_address_is_logged_without_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reply = "421 4.7.0 mail to <Ada@readers.example>: come back later"
    with fault_server(mail_reply=reply) as server, desk(tmp_path, server.port) as made:
        made.ask("ada@readers.example")
        made.outbox.sweep()
    assert "come back later" in caplog.text
    assert "readers.example" not in caplog.text


FULL = {
    "sqlite": ["CREATE TRIGGER filled BEFORE INSERT ON subscriber_event BEGIN SELECT RAISE(ABORT, 'full'); END"],
    "postgresql": [
        "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = 'disk_full'; END $$",
        "CREATE TRIGGER filled BEFORE INSERT ON subscriber_event EXECUTE FUNCTION fill()",
    ],
}
NO_LONGER = {"sqlite": "DROP TRIGGER filled", "postgresql": "DROP TRIGGER filled ON subscriber_event"}


def test_a_mail_that_left_while_the_store_could_not_be_written_leaves_once(tmp_path: Path) -> None:
    with smtp_server() as server, desk(tmp_path, server.port) as made:
        made.ask("ada@readers.example")
        with made.project.store.write() as connection:
            for statement in FULL[connection.dialect.name]:
                connection.exec_driver_sql(statement)
        for _ in range(3):
            made.outbox.sweep()
        assert (len(server.messages), made.events()) == (1, ["added", "asked"])
        with made.project.store.write() as connection:
            connection.exec_driver_sql(NO_LONGER[connection.dialect.name])
        made.outbox.sweep()
        assert (len(server.messages), made.events()) == (1, ["added", "asked", "mailed"])
