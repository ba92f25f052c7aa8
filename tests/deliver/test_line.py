"""One message over one connection: every fault has its outcome, in one write or in three, and harms no other."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from digest.deliver.line import MAX_MESSAGES, MAX_REFUSALS, Envelope, Line, Outcome, hand_over, stuffed, unstuffed
from digest.deliver.smtp import Transport
from tests.deliver.helpers import settings
from tests.support.smtp import FaultServer, fault_server

MESSAGE = b"Subject: tide\r\n\r\nHello\r\n"
SENDER = "brief@harbour.example"


def to(address: str) -> Envelope:
    return Envelope(SENDER, address)


@contextmanager
def lines(server: FaultServer, root: Path, **table: object) -> Iterator[Transport]:
    with Transport(settings(**server.send_table(**table)), root=root) as transport:
        yield transport


def offer(transport: Transport, *names: str, on_body: list[str] | None = None) -> list[Outcome]:
    """One message to each, each over the connection of the last where that is still good."""
    noted = on_body if on_body is not None else []
    outcomes = []
    for name in names:
        address = f"{name}@readers.example"
        with transport.connection() as line:
            outcomes.append(hand_over(line, to(address), MESSAGE, partial(noted.append, address)))
    return outcomes


def offer_ahead(transport: Transport, *names: str, on_body: list[str]) -> list[Outcome]:
    """The same over as few connections as will do, each message's recipient named with the message before."""
    addresses = [f"{name}@readers.example" for name in names]
    left, outcomes = list(zip(addresses, [*addresses[1:], None], strict=True)), []
    while left:
        with transport.connection() as line:
            while line.alive and left:
                address, following = left.pop(0)
                after = to(following) if following else None
                outcomes.append(hand_over(line, to(address), MESSAGE, partial(on_body.append, address), after))
    return outcomes


FAULTS = [
    # fault, result, whether a body may have left, whether the server holds it
    ("ok", "sent", True, True),
    ("450", "deferred", False, False),
    ("451", "deferred", False, False),
    ("452", "deferred", False, False),
    ("454", "deferred", False, False),
    ("550", "failed", False, False),
    ("451-data", "deferred", True, False),
    ("452-data", "deferred", True, False),
    ("454-data", "deferred", True, False),
    ("552-data", "failed", True, False),
    ("554-data", "failed", True, False),
    ("421", "again", False, False),
    ("421-data", "again", False, False),
    ("421-dot", "again", True, False),
    ("drop-rcpt", "again", False, False),
    ("drop-data", "again", False, False),
    ("silent-rcpt", "again", False, False),
    ("noise-rcpt", "again", False, False),
    ("noise-data", "again", False, False),
    ("550-drop", "failed", False, False),
    ("drop-dot", "uncertain", True, True),
    ("silent", "uncertain", True, True),
    ("noise", "uncertain", True, True),
    ("endless", "uncertain", True, True),
    ("twice", "sent", True, True),
    ("many-lines", "sent", True, True),
    ("drip", "sent", True, True),
]


@pytest.mark.parametrize("pipelining", [True, False], ids=["one write", "three"])
@pytest.mark.parametrize("data_anyway", [True, False], ids=["354 all the same", "503"])
@pytest.mark.parametrize(("fault", "result", "body", "held"), FAULTS, ids=[fault for fault, *_ in FAULTS])
def test_a_fault_has_its_outcome_and_the_next_message_its_own(
    tmp_path: Path, fault: str, result: str, body: bool, held: bool, pipelining: bool, data_anyway: bool
) -> None:
    begun: list[str] = []
    with (
        fault_server(pipelining=pipelining, data_anyway=data_anyway) as server,
        lines(server, tmp_path, timeout_s=0.5) as transport,
    ):
        first, faulty, third, refused, last = offer(
            transport, "ok.1", f"{fault}.2", "ok.3", "550.4", "ok.5", on_body=begun
        )

    address = f"{fault}.2@readers.example"
    # What nobody asked for is found before the next is begun, and not taken for an answer: that goes another way.
    found = (first.result, faulty.result, third.result, refused.result, last.result)
    assert found == ("sent", result, "sent", "failed", "sent")
    assert (address in begun) == body
    assert (address in server.recipients) == held
    assert server.recipients.count(address) <= 1
    assert "550.4@readers.example" not in server.recipients
    assert all(message.data == MESSAGE for message in server.messages), "a lone dot is no message to anybody"


@pytest.mark.parametrize("data_anyway", [True, False], ids=["354 all the same", "503"])
@pytest.mark.parametrize(("fault", "result", "body", "held"), FAULTS, ids=[fault for fault, *_ in FAULTS])
def test_a_fault_harms_no_message_that_was_announced_with_it(
    tmp_path: Path, fault: str, result: str, body: bool, held: bool, data_anyway: bool
) -> None:
    begun: list[str] = []
    names = ["ok.1", f"{fault}.2", f"{fault}.3", "ok.4", "550.5", "ok.6", "ok.7"]
    with (
        fault_server(pipelining=True, data_anyway=data_anyway) as server,
        lines(server, tmp_path, timeout_s=0.5) as transport,
    ):
        outcomes = offer_ahead(transport, *names, on_body=begun)

    address = f"{fault}.2@readers.example"
    assert (outcomes[0].result, outcomes[1].result) == ("sent", result)
    assert (address in begun, address in server.recipients) == (body, held)
    for name, outcome in zip(names, outcomes, strict=True):
        count = server.recipients.count(f"{name}@readers.example")
        assert count <= 1
        assert count == 1 or outcome.result != "sent", "nobody is called sent who has nothing"
        assert count == 0 or outcome.result in {"sent", "uncertain"}, "nobody is tried again who has it"
    if fault != "twice":
        assert [outcome.result for outcome in outcomes[3:]] == ["sent", "failed", "sent", "sent"]
    assert all(message.data == MESSAGE for message in server.messages)


def test_a_message_that_was_announced_and_does_not_come_is_none(tmp_path: Path) -> None:
    with fault_server(pipelining=True) as server, lines(server, tmp_path) as transport:
        with transport.connection() as line:
            hand_over(line, to("ok.1@readers.example"), MESSAGE, lambda: None, to("ok.2@readers.example"))
        with transport.connection() as line:
            hand_over(line, to("ok.1@readers.example"), MESSAGE, lambda: None, to("ok.2@readers.example"))
            other = hand_over(line, to("ok.3@readers.example"), MESSAGE, lambda: None)

    assert server.recipients == ["ok.1@readers.example"] * 2
    assert other.result == "again"
    assert server.connections == 2


def test_a_server_that_wants_to_be_asked_one_by_one_is(tmp_path: Path) -> None:
    with fault_server() as server, lines(server, tmp_path) as transport:
        assert [outcome.result for outcome in offer_ahead(transport, "ok.1", "550.2", "ok.3", on_body=[])] == [
            "sent", "failed", "sent",
        ]  # fmt: skip


@pytest.mark.parametrize("data_anyway", [True, False])
@pytest.mark.parametrize("reply", ["550 5.7.1 not you", "451 4.7.1 later"])
def test_a_refused_sender_leaves_no_message_even_if_the_server_wants_one(
    tmp_path: Path, reply: str, data_anyway: bool
) -> None:
    with (
        fault_server(mail_reply=reply, pipelining=True, data_anyway=data_anyway) as server,
        lines(server, tmp_path) as transport,
    ):
        (outcome,) = offer(transport, "ok")

    assert outcome.result == ("stop" if reply.startswith("5") else "again")
    assert outcome.detail == reply[4:]
    assert server.messages == []


def test_after_a_refusal_a_server_that_waits_for_a_body_gets_a_lone_dot(tmp_path: Path) -> None:
    """RFC 2920 §3.1."""
    with fault_server(pipelining=True, data_anyway=True) as server, lines(server, tmp_path) as transport:
        outcomes = offer(transport, "550", "450", "ok")

    assert [outcome.result for outcome in outcomes] == ["failed", "deferred", "sent"]
    assert server.connections == 1, "the connection stays in use"
    assert server.heard.count("RSET") == 2


def test_commands_leave_in_one_write_where_the_server_takes_that(tmp_path: Path) -> None:
    with (
        fault_server(pipelining=True) as server,
        lines(server, tmp_path) as transport,
        transport.connection() as line,
    ):
        replies = line.ask("MAIL FROM:<a@b.example>", "RCPT TO:<ok@c.example>", "DATA")
        assert next(replies)[0] == 250
        deadline = time.monotonic() + 10
        while len(server.heard) < 4 and time.monotonic() < deadline:  # EHLO and all three; one reply was read
            time.sleep(0.001)
        line.close()

    assert server.heard == ["EHLO", "MAIL", "RCPT", "DATA"]


def test_a_line_that_was_told_goodbye_while_idle_is_not_asked(tmp_path: Path) -> None:
    with fault_server(pipelining=True) as server, lines(server, tmp_path) as transport:
        server.per_connection = 1
        results = [outcome.result for outcome in offer(transport, "ok.1", "ok.2", "ok.3")]

    assert results[0] == "sent"
    assert set(results) <= {"sent", "again"}
    assert len(set(server.recipients)) == len(server.recipients) == results.count("sent")


def test_a_connection_is_left_after_so_many_messages_or_refusals(tmp_path: Path) -> None:
    with fault_server(pipelining=True) as server, lines(server, tmp_path) as transport:
        offer(transport, *["ok"] * MAX_MESSAGES)
        assert server.connections == 1
        offer(transport, *["550"] * MAX_REFUSALS)
        assert server.connections == 2
        offer(transport, "ok")
        assert server.connections == 3
    assert server.heard.count("QUIT") == 3


def test_no_command_has_two_lines() -> None:
    line = Line()
    with pytest.raises(ValueError, match="more than one line"):
        list(line.ask("MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>"))


@pytest.mark.parametrize(
    ("plain", "wire"),
    [
        (b".\r\n..\r\na.\r\n", b"..\r\n...\r\na.\r\n"),
        (b"a\r\n.b\r\n", b"a\r\n..b\r\n"),
        (b"\r\n.\r\n", b"\r\n..\r\n"),
        (b"", b"\r\n"),
    ],
)
def test_dots_are_doubled_and_undoubled(plain: bytes, wire: bytes) -> None:
    assert stuffed(plain) == wire
    assert unstuffed(wire) == (plain or b"\r\n")


@pytest.mark.parametrize(
    ("code", "detail", "throttles"),
    [
        (421, "4.7.0 too many", True),
        (454, "4.7.0 throttling failure: maximum sending rate exceeded", True),
        (450, "4.7.1 slow down", True),
        (450, "later", True),
        (450, "4.2.1 mailbox busy", False),
        (450, "4.1.1 no such mailbox yet", False),
        (451, "4.3.0 not now", False),
        (250, "2.0.0 taken", False),
    ],
)
def test_what_asks_for_less_and_what_is_about_one_mailbox(code: int, detail: str, throttles: bool) -> None:
    assert Outcome(result="deferred", code=code, detail=detail).throttles is throttles
