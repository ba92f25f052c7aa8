"""The rows of the fault table that Postfix's smtp-sink can play: a server that others wrote is the judge."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from digest.errors import ConnectError
from digest.model import Tally
from tests.deliver.helpers import MAIL, readers, sending
from tests.deliver.truth import agrees
from tests.support.smtpsink import sink_command, smtp_sink

pytestmark = pytest.mark.skipif(sink_command() is None, reason="no smtp-sink here (see tests/support/smtpsink.py)")
CONNECTIONS = 3


@pytest.mark.parametrize("options", [(), ("-p",), ("-8",), ("-E",), ("-e",), ("-a", "-C", "-F", "-N")], ids=" ".join)
def test_everybody_gets_it_once_whatever_the_server_can_do(tmp_path: Path, options: tuple[str, ...]) -> None:
    """-p: no PIPELINING, -8: no 8BITMIME, -E: no enhanced status codes, -e: nothing but HELO."""
    with smtp_sink(*options) as sink, sending(tmp_path, readers(60), **sink.send_table(connections=4)) as work:
        tally = work.send()
        states = agrees(work.ledger, work.mailing().id, sink.recipients)
        received = sink.messages()

    assert tally == Tally(sent=60)
    assert states == {"sent": 60}
    for message in received:
        text = message.parsed.get_body(("plain",))
        assert text is not None
        assert "\r\n.A line that begins with a dot\r\nGrüße.\r\n" in text.get_content()
        assert message.parsed["Subject"] == MAIL.subject


@pytest.mark.parametrize("refusal", ["-Q", "-q", "-f", "-r"])
def test_a_server_that_does_not_let_us_in_touches_nobody(tmp_path: Path, refusal: str) -> None:
    with smtp_sink(refusal, "CONNECT") as sink, sending(tmp_path, readers(12), **sink.send_table()) as work:
        with pytest.raises(ConnectError):
            work.send()
        rows = work.ledger.rows(work.mailing().id)

    assert {(row.state, row.attempts) for row in rows} == {("queued", 0)}
    assert sink.recipients == []


@pytest.mark.parametrize("pipelining", [(), ("-p",)], ids=["pipelined", "one by one"])
@pytest.mark.parametrize(
    ("how", "state"),
    [
        (("-r", "RCPT"), "deferred"),
        (("-r", "."), "deferred"),
        (("-r", "DATA"), "deferred"),
        (("-r", "MAIL"), "queued"),
        (("-f", "RCPT"), "queued"),  # refused to everybody: it is us
        (("-f", "DATA"), "queued"),
        (("-f", "."), "queued"),
        (("-f", "MAIL"), "queued"),
        (("-q", "MAIL"), "queued"),
        (("-q", "RCPT"), "queued"),
        (("-q", "DATA"), "queued"),
        (("-Q", "RCPT"), "queued"),
        (("-Q", "DATA"), "queued"),
        (("-Q", "."), "queued"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
def test_a_failure_before_the_message_is_taken_has_its_state_and_is_made_good(
    tmp_path: Path, how: tuple[str, ...], state: str, pipelining: tuple[str, ...]
) -> None:
    with smtp_sink(*pipelining, *how) as sink, sending(tmp_path, readers(9), **sink.send_table(timeout_s=5)) as work:
        tally = work.send()
        states = {row.state for row in work.ledger.rows(work.mailing().id)}
    with smtp_sink() as mended, sending(tmp_path, [], **mended.send_table()) as again:
        again.clock.moment += timedelta(hours=1)
        after = again.send()
        agrees(again.ledger, again.mailing().id, mended.recipients)

    assert states == {state}
    assert (tally.failed, tally.uncertain) == (0, 0)
    assert after == Tally(sent=9)


def test_a_line_dropped_after_the_dot_is_uncertain_and_the_run_stops_before_it_is_everyone(tmp_path: Path) -> None:
    with (
        smtp_sink("-q", ".") as sink,
        sending(tmp_path, readers(60), **sink.send_table(connections=CONNECTIONS)) as work,
    ):
        tally = work.send()
        states = agrees(work.ledger, work.mailing().id, sink.recipients)
        held = len(sink.recipients)

    assert tally.stopped is not None
    assert tally.uncertain == states["uncertain"] == held, "the server has each of them, and nobody else's"
    assert 0 < held <= 5 * CONNECTIONS
    assert states["queued"] == 60 - held


def test_an_answer_slower_than_the_timeout_is_uncertain(tmp_path: Path) -> None:
    with (
        smtp_sink("-W", ".:3") as sink,
        sending(tmp_path, readers(4), **sink.send_table(connections=2, timeout_s=0.5)) as work,
    ):
        tally = work.send()
        agrees(work.ledger, work.mailing().id, sink.recipients)

    assert tally.uncertain >= 1
    assert tally.sent + tally.uncertain == 4
    assert all("did not answer in time" in row.detail for row in work.seen if row.state == "uncertain")


def test_a_server_that_refuses_in_the_middle_of_the_body_fails_nobody(tmp_path: Path) -> None:
    """It reads no further, and so can have nothing; but whether the dot had left cannot be known."""
    with smtp_sink("-A", "0") as sink, sending(tmp_path, readers(9), **sink.send_table(timeout_s=5)) as work:
        work.send()
        states = agrees(work.ledger, work.mailing().id, sink.recipients)

    assert set(states) <= {"queued", "uncertain"}
    assert sink.recipients == []


def test_a_slow_server_gets_everybody_s_message(tmp_path: Path) -> None:
    with (
        smtp_sink("-W", "CONNECT:1", "-W", ".:1", "-w", "1") as sink,
        sending(tmp_path, readers(4), **sink.send_table(connections=4, timeout_s=20)) as work,
    ):
        assert work.send() == Tally(sent=4)
        agrees(work.ledger, work.mailing().id, sink.recipients)


def test_a_server_that_ends_after_so_many_messages_loses_nothing(tmp_path: Path) -> None:
    """It is started again twice, as by its administrator."""
    with sending(tmp_path, readers(90)) as work:
        work.mailing()
    delivered: list[str] = []
    tallies: list[Tally] = []
    for options in (("-M", "25"), ("-M", "30"), ()):
        table = {"connections": CONNECTIONS, "timeout_s": 5}
        with smtp_sink(*options) as sink, sending(tmp_path, [], **sink.send_table(**table)) as work:
            tallies.append(work.send())
            delivered += sink.recipients
            agrees(work.ledger, work.mailing().id, delivered)

    last = tallies[-1]
    assert all(tally.stopped for tally in tallies[:2])
    assert last.failed == last.deferred == last.left == 0
    assert last.sent + last.uncertain == 90
    assert last.uncertain <= 2 * CONNECTIONS
