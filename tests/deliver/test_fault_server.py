"""What is the server's fault, or ours, is no recipient's: it pauses, nobody is marked failed, and it goes on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from digest.deliver.delivery import deliver_range
from digest.deliver.ledger import RANGE
from digest.deliver.smtp import Transport
from digest.deliver.watch import Watch
from digest.errors import ConnectError, LoginError
from digest.model import Delivery, Tally
from tests.deliver.helpers import OWNER, Sending, readers, renderer, sending, subscribe
from tests.deliver.truth import agrees
from tests.support.smtp import FaultServer, fault_server, smtp_server


def untouched(tally: Tally, count: int) -> bool:
    return (tally.left, tally.total) == (count, count)


def send_with(work: Sending, password: str) -> Tally:
    mailing = work.mailing()
    with Transport(work.chosen, root=work.root, password=password) as transport:
        return deliver_range(
            work.ledger, transport, renderer(work.chosen, mailing.id), mailing.id, 1, 1000, OWNER,
            connections=2, clock=work.clock,
        )  # fmt: skip


# --- no way in ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("greeting", ["421 4.3.2 too busy", "554 5.7.1 no", "hello?", "", "2", "x" * 70_000])
def test_a_server_that_does_not_greet_properly_touches_nobody(tmp_path: Path, greeting: str) -> None:
    with (
        fault_server(greeting=greeting) as server,
        sending(tmp_path, readers(5), **server.send_table(timeout_s=1)) as work,
    ):
        with pytest.raises(ConnectError):
            work.send()
        rows = work.ledger.rows(work.mailing().id)
        server.greeting = "220 back"
        after = work.send()
        agrees(work.ledger, work.mailing().id, server.recipients)

    assert {(row.state, row.attempts) for row in rows} == {("queued", 0)}
    assert after == Tally(sent=5)


def test_a_host_that_does_not_exist_touches_nobody(tmp_path: Path) -> None:
    with sending(tmp_path, readers(5), host="mail.invalid") as work:
        with pytest.raises(ConnectError, match="unknown host"):
            work.send()
        assert untouched(work.ledger.tally(work.mailing().id), 5)


def test_a_refused_login_touches_nobody_and_the_right_one_goes_on(tmp_path: Path) -> None:
    with smtp_server(security="starttls", users={"brief": "tide"}) as server:
        table = server.send_table(username="brief")
        with sending(tmp_path, readers(6), **table) as work:
            with pytest.raises(LoginError, match="login as brief"):
                send_with(work, "ebb")
            refused = work.ledger.tally(work.mailing().id)
            after = send_with(work, "tide")
            agrees(work.ledger, work.mailing().id, server.recipients)

    assert untouched(refused, 6)
    assert after == Tally(sent=6)


@pytest.mark.parametrize("reply", ["535 5.7.8 bad credentials", "454 4.7.0 temporary failure", "421 4.7.0 go away"])
def test_however_the_login_is_refused_nothing_is_sent(tmp_path: Path, reply: str) -> None:
    with fault_server() as server, sending(tmp_path, readers(6), **server.send_table(username="brief")) as work:
        server.extensions = ("AUTH PLAIN",)
        server.replies["AUTH"] = reply
        with Transport(work.chosen, root=tmp_path, password="tide") as transport, pytest.raises(LoginError):
            transport.check()
        with pytest.raises(LoginError):
            send_with(work, "tide")
        tally = work.ledger.tally(work.mailing().id)

    assert untouched(tally, 6)
    assert "MAIL" not in server.heard


# --- it goes away, and comes back ----------------------------------------------------------------------------------


def gone(server: FaultServer, how: str) -> None:
    """From now on nothing is taken any more."""
    match how:
        case "shutdown":
            server.mail_reply = server.greeting = "421 4.3.2 shutting down"
            server.replies["MAIL"] = "421 4.3.2 shutting down"
        case "drop":
            server.drops = {"EHLO", "MAIL", "RCPT", "DATA"}
        case "sender":
            server.mail_reply = "550 5.7.1 the sender is not allowed here"
        case "login":
            server.rcpt_reply = "530 5.7.0 authenticate first"
        case "busy":
            server.mail_reply = "451 4.3.0 queue full"
        case "quota at mail":
            server.mail_reply = "452 4.5.3 too many messages today"
        case _:
            raise AssertionError(how)


def mend(server: FaultServer) -> None:
    server.mail_reply = server.rcpt_reply = "250 ok"
    server.greeting, server.drops, server.replies = "220 back", set(), {}


@pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "one by one"])
@pytest.mark.parametrize("how", ["shutdown", "drop", "sender", "login", "busy", "quota at mail"])
def test_a_server_that_takes_no_more_in_mid_run_pauses_it_and_it_goes_on_when_mended(
    tmp_path: Path, how: str, pipelining: bool
) -> None:
    with (
        fault_server(pipelining=pipelining, data_anyway=pipelining) as server,
        sending(tmp_path, readers(60), **server.send_table(connections=2)) as work,
    ):

        def end(_: Delivery) -> None:
            if len(server.messages) >= 20:
                gone(server, how)

        first = work.send(on_delivery=end)
        states = agrees(work.ledger, work.mailing().id, server.recipients)
        mend(server)
        second = work.send()
        agrees(work.ledger, work.mailing().id, server.recipients)

    assert first.stopped is not None
    assert set(states) == {"sent", "queued"}
    assert 20 <= first.sent < 60
    assert second == Tally(sent=60)


@pytest.mark.parametrize("reply", ["421 4.7.0 slow down", "450 4.7.1 slow down", "454 4.7.0 throttling failure"])
def test_a_server_that_asks_for_less_gets_half_and_then_everything(tmp_path: Path, reply: str) -> None:
    with fault_server(pipelining=True) as server, sending(tmp_path, readers(23), **server.send_table()) as work:
        server.quota, server.over_quota = 20, reply
        mailing = work.mailing()
        with Transport(work.chosen, root=tmp_path) as transport:
            assert transport.asks_ahead
            tally = deliver_range(
                work.ledger, transport, renderer(work.chosen, mailing.id), mailing.id, 1, 23, OWNER,
                connections=1, clock=work.clock,
            )  # fmt: skip
            slowed = not transport.asks_ahead
        agrees(work.ledger, mailing.id, server.recipients)
        server.quota = 0
        work.clock.moment += timedelta(hours=1)
        after = work.send()
        agrees(work.ledger, mailing.id, server.recipients)

    assert (tally.sent, tally.failed, tally.uncertain) == (20, 0, 0)
    assert slowed
    assert after == Tally(sent=23)


# --- everybody is refused -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 4, 21, 250])
@pytest.mark.parametrize("fault", ["550", "554-data"])
def test_who_is_refused_with_everybody_else_is_not_marked_failed(tmp_path: Path, count: int, fault: str) -> None:
    addresses = [f"{fault}.{number}@readers.example" for number in range(count)]
    with fault_server(pipelining=True) as server, sending(tmp_path, addresses, **server.send_table()) as work:
        tally = work.send()
        agrees(work.ledger, work.mailing().id, server.recipients)
        server.faults_left[fault] = 0
        after = work.send()

    assert untouched(tally, count)
    assert "nobody was marked as failed" in str(tally.stopped)
    assert after == Tally(sent=count)


@pytest.mark.parametrize(
    "reply", ["550 5.4.5 daily user sending limit exceeded", "554 5.7.1 blocked", "552 5.2.2 too much"]
)
def test_a_limit_that_is_reached_after_two_hundred_messages_fails_nobody(tmp_path: Path, reply: str) -> None:
    with fault_server(pipelining=True) as server, sending(tmp_path, readers(400), **server.send_table()) as work:
        server.quota, server.over_quota = 250, reply
        tally = work.send()
        agrees(work.ledger, work.mailing().id, server.recipients)

    assert tally.failed == 0
    assert 250 <= tally.sent <= 250 + 4, "those on their way when the limit was reached"
    assert tally.sent + tally.left == 400
    assert reply in str(tally.stopped)


def test_a_limit_for_the_day_that_is_told_with_a_4xx_fails_nobody_however_often_it_is_tried(tmp_path: Path) -> None:
    """SES says 454 until the next day: five tries are over in eight hours."""
    with (
        fault_server(pipelining=True) as server,
        sending(tmp_path, readers(8), **server.send_table(connections=1)) as work,
    ):
        server.quota, server.over_quota = 5, "454 4.7.0 throttling failure: daily message quota exceeded"
        for _ in range(7):
            work.send()
            work.clock.moment += timedelta(hours=5)
        agrees(work.ledger, work.mailing().id, server.recipients)
        tally = work.ledger.tally(work.mailing().id)

    assert (tally.sent, tally.failed) == (5, 0)


def test_a_limit_for_the_day_fails_nobody_though_refusals_are_accepted(tmp_path: Path) -> None:
    """--accept-refusals says that addresses are dead; 454 is not about an address."""
    with (
        fault_server(pipelining=True) as server,
        sending(tmp_path, readers(60), **server.send_table(connections=2)) as work,
    ):
        server.quota, server.over_quota = 20, "454 4.7.0 throttling failure: daily message quota exceeded"
        tallies = []
        for _ in range(6):
            tallies.append(work.send(watch=Watch(patience_s=(0.0,), breaker=False)))
            work.clock.moment += timedelta(hours=5)
        agrees(work.ledger, work.mailing().id, server.recipients)

    assert {(tally.failed, tally.sent + tally.left) for tally in tallies} == {(0, 60)}
    assert all("daily message quota" in str(tally.stopped) for tally in tallies)
    assert len(server.named) < 60 * 4, "not everybody is asked about each time"


@pytest.mark.parametrize("fault", ["454", "454-data"])
def test_who_is_put_off_because_of_us_is_never_given_up(tmp_path: Path, fault: str) -> None:
    addresses = [f"{fault}.x@readers.example", *readers(3)]
    with fault_server() as server, sending(tmp_path, addresses, **server.send_table(connections=1)) as work:
        for number in range(6):
            subscribe(work.ledger.store, [f"more.{number}@readers.example"])  # else nobody is taken, and it stops
            work.mailing(include_new=True)
            work.send()
            work.clock.moment += timedelta(hours=5)
        tally = work.ledger.tally(work.mailing().id)
        row = work.row(addresses[0])

    assert (tally.sent, tally.failed) == (9, 0)
    assert (row.state, row.attempts, row.code) == ("deferred", 0, 454)


def test_the_last_few_whom_a_limit_for_the_day_meets_are_not_marked_failed(tmp_path: Path) -> None:
    """Too few in a row to tell by their number; Gmail tells by the code."""
    with fault_server(pipelining=True) as server, sending(tmp_path, readers(104), **server.send_table()) as work:
        server.quota, server.over_quota = 101, "550 5.4.5 Daily user sending limit exceeded."
        first = work.send()
        server.quota = 0
        work.clock.moment += timedelta(days=1)
        second = work.send()
        agrees(work.ledger, work.mailing().id, server.recipients)

    assert first.failed == 0
    assert second == Tally(sent=104)


@pytest.mark.parametrize("fault", ["drop-dot", "drop-data"])
def test_one_refusal_of_a_server_that_fails_everybody_else_marks_nobody_failed(tmp_path: Path, fault: str) -> None:
    addresses = [f"{fault}.1@readers.example", "554-data.x@readers.example", f"{fault}.2@readers.example"]
    with fault_server() as server, sending(tmp_path, addresses, **server.send_table(connections=1)) as work:
        tally = work.send()
        agrees(work.ledger, work.mailing().id, server.recipients)

    assert tally.failed == 0
    assert tally.stopped is not None


def test_who_is_left_for_the_next_run_is_not_in_doubt_if_the_machine_dies(tmp_path: Path) -> None:
    """A server that hangs up on one in ten: of those no byte of a body has left."""
    addresses = [f"{'drop-data' if number % 10 == 3 else 'ok'}.{number}@readers.example" for number in range(3 * RANGE)]
    claimed: list[int] = []
    with fault_server() as server, sending(tmp_path, addresses, **server.send_table(connections=4)) as work:
        mailing = work.mailing()

        def look(_: Delivery) -> None:
            claimed.append(len(work.ledger.rows(mailing.id, ["claimed", "sending"])))

        tally = work.send(on_delivery=look, watch=Watch(patience_s=(0.0,) * 50))
        agrees(work.ledger, mailing.id, server.recipients)

    assert (tally.sent, tally.left) == (540, 60)
    assert max(claimed) <= RANGE


def test_a_server_that_drops_every_third_message_after_the_dot_does_not_get_a_third_of_the_list(tmp_path: Path) -> None:
    addresses = [f"{'drop-dot' if number % 3 == 2 else 'ok'}.{number}@readers.example" for number in range(240)]
    with fault_server() as server, sending(tmp_path, addresses, **server.send_table(connections=2)) as work:
        tally = work.send()
        agrees(work.ledger, work.mailing().id, server.recipients)

    assert tally.stopped is not None
    assert tally.uncertain < 40
