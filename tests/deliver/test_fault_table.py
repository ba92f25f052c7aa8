"""What a server may do to a message, a recipient or a reply: each has its state, and the server's record agrees."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from digest.deliver.ledger import MAX_ATTEMPTS
from digest.model import Tally
from digest.store.outcomes import RETRY_AFTER_MIN
from tests.deliver.helpers import readers, sending
from tests.deliver.truth import agrees
from tests.support.smtp import fault_server

PIPELINING = pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "one by one"])


@PIPELINING
@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ("450", "deferred"), ("451", "deferred"), ("452", "deferred"), ("454", "deferred"),
        ("451-data", "deferred"), ("452-data", "deferred"), ("454-data", "deferred"),
        ("550", "failed"), ("552", "failed"), ("550-drop", "failed"), ("554-data", "failed"), ("552-data", "failed"),
        ("421", "queued"), ("421-data", "queued"), ("421-dot", "queued"), ("noise-rcpt", "queued"),
        ("endless-rcpt", "queued"), ("noise-data", "queued"), ("drop-rcpt", "queued"), ("drop-data", "queued"),
        ("silent-rcpt", "queued"),
        ("drop-dot", "uncertain"), ("noise", "uncertain"), ("endless", "uncertain"), ("silent", "uncertain"),
        ("twice", "sent"), ("many-lines", "sent"), ("drip", "sent"),
    ],
)  # fmt: skip
def test_a_twentieth_of_the_list_meets_a_fault_and_nobody_else_does(
    tmp_path: Path, fault: str, state: str, pipelining: bool
) -> None:
    faulty = [f"{fault}.{number}@readers.example" for number in range(2)]
    addresses = [*readers(20), faulty[0], *(f"more.{one}" for one in readers(20)), faulty[1]]
    with (
        fault_server(pipelining=pipelining, data_anyway=pipelining) as server,
        sending(tmp_path, addresses, **server.send_table(connections=3, timeout_s=0.8)) as work,
    ):
        tally = work.send()
        states = agrees(work.ledger, work.mailing().id, server.recipients)
        found = {work.row(address).state for address in faulty}

    assert found == {state}
    assert states["sent"] == 40 + (2 if state == "sent" else 0)
    assert tally.stopped is None


@pytest.mark.parametrize("fault", ["450", "451", "451-data"])
def test_a_recipient_put_off_is_tried_five_times_half_an_hour_to_four_hours_apart(tmp_path: Path, fault: str) -> None:
    address = f"{fault}.x@readers.example"
    with fault_server() as server, sending(tmp_path, [address, *readers(2)], **server.send_table()) as work:
        for attempt in range(1, MAX_ATTEMPTS):
            work.send()
            row = work.row(address)
            least = timedelta(minutes=RETRY_AFTER_MIN[attempt - 1])
            assert (row.state, row.attempts) == ("deferred", attempt)
            assert row.next_try is not None
            assert least <= row.next_try - row.changed <= least * 1.1
            asked = len(server.named)
            work.clock.moment = row.next_try - timedelta(minutes=1)
            assert work.send().deferred == 1
            assert len(server.named) == asked, "nobody is asked before it is time"
            work.clock.moment = row.next_try
        tally = work.send()
        agrees(work.ledger, work.mailing().id, server.recipients)
        last = work.row(address)

    assert tally == Tally(sent=2, failed=1)
    assert last.attempts == MAX_ATTEMPTS
    assert last.detail.startswith("given up after 5 attempts: 4.")


def test_waits_are_spread_so_that_not_everybody_comes_back_at_once(tmp_path: Path) -> None:
    addresses = [f"451.{number}@readers.example" for number in range(30)]
    with fault_server() as server, sending(tmp_path, addresses, **server.send_table()) as work:
        work.clock.step = timedelta(0)
        work.send()
        tries = {row.next_try for row in work.ledger.rows(work.mailing().id, ["deferred"])}

    assert len(tries) > 15


def test_a_greylisting_server_has_it_at_the_second_try(tmp_path: Path) -> None:
    with fault_server(pipelining=True) as server, sending(tmp_path, readers(12), **server.send_table()) as work:
        server.greylists = True
        first = work.send()
        work.clock.moment += timedelta(minutes=40)
        second = work.send()
        agrees(work.ledger, work.mailing().id, server.recipients)

    assert (first.sent, first.deferred, first.failed) == (0, 12, 0)
    assert second == Tally(sent=12)


# --- servers that can do little, or answer oddly ----------------------------------------------------------------


@pytest.mark.parametrize("extensions", [(), ("SIZE",), ("8BITMIME",), ("PIPELINING",), ("SIZE 0", "PIPELINING", "DSN")])
def test_a_server_with_few_extensions_has_everybodys_message(tmp_path: Path, extensions: tuple[str, ...]) -> None:
    with fault_server() as server, sending(tmp_path, readers(12), **server.send_table(connections=2)) as work:
        server.extensions = extensions
        assert work.send() == Tally(sent=12)
        agrees(work.ledger, work.mailing().id, server.recipients)


def test_a_server_that_knows_only_helo_has_everybodys_message(tmp_path: Path) -> None:
    with fault_server() as server, sending(tmp_path, readers(6), **server.send_table()) as work:
        server.replies["EHLO"] = "502 5.5.1 what?"
        assert work.send() == Tally(sent=6)
        agrees(work.ledger, work.mailing().id, server.recipients)

    assert "HELO" in server.heard


@PIPELINING
def test_replies_that_come_a_byte_at_a_time_are_read_as_they_are(tmp_path: Path, pipelining: bool) -> None:
    addresses = [*readers(24), "550.x@readers.example", "451.x@readers.example"]
    with (
        fault_server(pipelining=pipelining, data_anyway=True) as server,
        sending(tmp_path, addresses, **server.send_table(connections=2)) as work,
    ):
        server.in_letters = True
        tally = work.send()
        agrees(work.ledger, work.mailing().id, server.recipients)

    assert (tally.sent, tally.failed, tally.deferred) == (24, 1, 1)


@PIPELINING
@pytest.mark.parametrize(
    "how",
    [
        "500 5.5.1 what?",
        "421 4.3.2 closing down",
        "drop",
    ],
)
def test_a_server_that_cannot_reset_harms_nobody(tmp_path: Path, how: str, pipelining: bool) -> None:
    addresses = [f"{'550' if number % 12 == 3 else 'ok'}.{number}@readers.example" for number in range(24)]
    with (
        fault_server(pipelining=pipelining, data_anyway=pipelining) as server,
        sending(tmp_path, addresses, **server.send_table(connections=2)) as work,
    ):
        if how == "drop":
            server.drops.add("RSET")
        else:
            server.replies["RSET"] = how
        tally = work.send()
        agrees(work.ledger, work.mailing().id, server.recipients)

    assert (tally.sent, tally.failed, tally.left) == (22, 2, 0)


def test_a_late_greeting_is_waited_for(tmp_path: Path) -> None:
    with fault_server() as server, sending(tmp_path, readers(4), **server.send_table(timeout_s=20)) as work:
        server.greeting_delay_s = 1.0
        assert work.send() == Tally(sent=4)


@pytest.mark.parametrize(
    "greeting", ["220-faulty.test\r\n220-no spam\r\n220 ready", "220", "220 " + "x" * 500, "220 h\xe9llo"]
)
def test_a_greeting_of_any_form_is_one(tmp_path: Path, greeting: str) -> None:
    with fault_server(greeting=greeting) as server, sending(tmp_path, readers(4), **server.send_table()) as work:
        assert work.send() == Tally(sent=4)
        agrees(work.ledger, work.mailing().id, server.recipients)


def test_a_line_that_was_hung_up_while_the_rate_made_it_wait_is_opened_again(tmp_path: Path) -> None:
    with (
        fault_server(pipelining=True) as server,
        sending(tmp_path, readers(8), **server.send_table(connections=2, rate_per_second=4)) as work,
    ):
        server.idle_s = 0.2
        assert work.send() == Tally(sent=8)
        agrees(work.ledger, work.mailing().id, server.recipients)

    assert server.connections > 4


@pytest.mark.parametrize("announced", [True, False])
def test_a_message_that_is_too_big_for_the_server_fails_nobody(tmp_path: Path, announced: bool) -> None:
    with fault_server(pipelining=True) as server, sending(tmp_path, readers(8), **server.send_table()) as work:
        server.most_bytes = 500
        server.extensions = ("SIZE 500", "PIPELINING") if announced else ("PIPELINING",)
        tally = work.send()
        agrees(work.ledger, work.mailing().id, server.recipients)

    assert (tally.left, tally.failed) == (8, 0)
    assert "552 5.3.4 larger than the limit here" in str(tally.stopped)
