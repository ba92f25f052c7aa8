"""Every promise about faults, kept against real servers."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

import pytest

from digest.deliver.delivery import deliver_one, deliver_range
from digest.deliver.ledger import MAX_ATTEMPTS
from digest.deliver.smtp import Transport
from digest.deliver.watch import MAX_REFUSED, Watch
from digest.errors import ConnectError, LoginError
from digest.model import Delivery, Tally
from tests.deliver.helpers import NOON, OWNER, readers, renderer, sending, settings
from tests.support.smtp import fault_server, smtp_server

pytestmark = pytest.mark.usefixtures("in_each_database")


def test_two_hundred_recipients_get_it_once_each(tmp_path: Path) -> None:
    with smtp_server() as server, sending(tmp_path, readers(200), **server.send_table(connections=4)) as work:
        tally = work.send()
        again = work.send()

    assert tally == again == Tally(sent=200)
    assert sorted(server.recipients) == sorted(readers(200))
    assert len(work.seen) == 200
    assert server.connections <= 8, "connections are used again"
    for message in server.messages:
        assert message.mail_from == "brief@harbour.example"
        assert message.parsed["To"].addresses[0].addr_spec == message.rcpt_tos[0]
        assert "\r\n.A line that begins with a dot\r\n" in message.parsed.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_starttls_and_a_login_carry_the_mail(tmp_path: Path) -> None:
    with (
        smtp_server(security="starttls", users={"brief": "tide"}) as server,
        sending(tmp_path, readers(3), **server.send_table(username="brief")) as work,
    ):
        mailing = work.mailing()
        with Transport(work.chosen, root=tmp_path, password="tide") as transport:
            tally = deliver_range(
                work.ledger, transport, renderer(work.chosen, mailing.id), mailing.id, 1, 2, OWNER,
                connections=2, clock=work.clock,
            )  # fmt: skip
        rest = work.ledger.tally(mailing.id)

    assert (tally, rest.left) == (Tally(sent=2), 1), "a range is sent, and nothing beyond it"
    assert len(server.messages) == 2


@pytest.mark.parametrize(
    ("fault", "state", "attempts", "arrived"),
    [
        ("450", "deferred", 1, 0),
        ("451", "deferred", 1, 0),
        ("452", "deferred", 1, 0),
        ("454", "deferred", 0, 0),
        ("451-data", "deferred", 1, 0),
        ("452-data", "deferred", 1, 0),
        ("552-data", "failed", 1, 0),
        ("550-drop", "failed", 1, 0),
        ("421-data", "queued", 0, 0),
        ("421-dot", "queued", 0, 0),
        ("drop-rcpt", "queued", 0, 0),
        ("noise-rcpt", "queued", 0, 0),
        ("noise-data", "queued", 0, 0),
        ("twice", "sent", 1, 1),
        ("many-lines", "sent", 1, 1),
        ("drip", "sent", 1, 1),
        ("550", "failed", 1, 0),
        ("554-data", "failed", 1, 0),
        ("421", "queued", 0, 0),
        ("drop-data", "queued", 0, 0),
        ("drop-dot", "uncertain", 1, 1),
        ("noise", "uncertain", 1, 1),
    ],
)
@pytest.mark.parametrize(("connections", "pipelining"), [(1, False), (3, True)])
def test_each_fault_has_its_state_and_the_others_go_on(
    tmp_path: Path, fault: str, state: str, attempts: int, arrived: int, connections: int, pipelining: bool
) -> None:
    faulty = f"{fault}.x@readers.example"
    addresses = [*readers(6), faulty, *(f"later.{address}" for address in readers(6))]
    with (
        fault_server(pipelining=pipelining, data_anyway=pipelining) as server,
        sending(tmp_path, addresses, **server.send_table(connections=connections)) as work,
    ):
        tally = work.send()
        row = work.row(faulty)

    assert tally.stopped is None
    assert (row.state, row.attempts) == (state, attempts)
    assert tally.sent == 12 + (state == "sent")
    assert tally.total == 13
    assert Counter(server.recipients) == Counter({address: 1 for address in addresses if address != faulty}) + Counter(
        {faulty: arrived}
    )


def test_a_line_dropped_within_the_body_is_never_sent_twice(tmp_path: Path) -> None:
    faulty = "drop-body.x@readers.example"
    with fault_server() as server, sending(tmp_path, [faulty, *readers(3)], **server.send_table()) as work:
        work.send()
        row = work.row(faulty)

    assert row.state in {"queued", "uncertain"}, "depends on whether the dot had left"
    assert faulty not in server.recipients


def test_no_answer_in_time_is_uncertain(tmp_path: Path) -> None:
    silent = "silent.x@readers.example"
    with fault_server() as server, sending(tmp_path, [silent, *readers(3)], **server.send_table(timeout_s=0.5)) as work:
        tally = work.send()
        row = work.row(silent)

    assert (tally.sent, tally.uncertain) == (3, 1)
    assert "no answer after the message" in row.detail
    assert server.recipients.count(silent) == 1


def test_a_line_dropped_at_data_is_tried_again_at_once(tmp_path: Path) -> None:
    faulty = "drop-data.x@readers.example"
    with (
        fault_server(faults_left={"drop-data": 2}) as server,
        sending(tmp_path, [faulty, *readers(3)], **server.send_table(connections=1)) as work,
    ):
        tally = work.send()

    assert tally == Tally(sent=4)
    assert server.recipients.count(faulty) == 1


def test_resend_tries_an_uncertain_one_again_with_the_same_message(tmp_path: Path) -> None:
    faulty = "drop-dot.x@readers.example"
    with (
        fault_server(faults_left={"drop-dot": 1}) as server,
        sending(tmp_path, [faulty], **server.send_table()) as work,
    ):
        first = work.send(policy="resend")
        work.clock.moment = first.next_try or NOON
        second = work.send(policy="resend")

    assert (first.deferred, second.sent) == (1, 1)
    assert len({message.data for message in server.messages}) == 1
    assert len(server.messages) == 2


def test_a_deferred_one_is_tried_five_times_hours_apart_and_then_fails(tmp_path: Path) -> None:
    faulty = "450.x@readers.example"
    with fault_server() as server, sending(tmp_path, [faulty, *readers(1)], **server.send_table()) as work:
        waits = []
        for _ in range(MAX_ATTEMPTS - 1):
            tally = work.send()
            assert tally.next_try is not None
            assert work.send().next_try == tally.next_try, "nobody is asked before the time"
            waits.append((tally.next_try - work.row(faulty).changed).total_seconds() / 60)
            work.clock.moment = tally.next_try
        last = work.send()
        row = work.row(faulty)

    assert all(least <= wait <= 1.1 * least for least, wait in zip((30, 60, 120, 240), waits, strict=True))
    assert (last.failed, last.sent) == (1, 1)
    assert "given up after 5 attempts: 4.2.0" in row.detail


@pytest.mark.parametrize("fault", ["421", "454", "450"])
def test_a_server_that_asks_for_less_gets_half(tmp_path: Path, fault: str) -> None:
    slowed: list[float] = []

    class Heard(Transport):
        def slow(self) -> None:
            super().slow()
            slowed.append(self._pace.rate())

    addresses = [*readers(3), f"{fault}.x@readers.example", *(f"later.{address}" for address in readers(3))]
    with (
        fault_server(pipelining=True, faults_left={"421": 1}) as server,
        sending(tmp_path, addresses, **server.send_table(connections=1, rate_per_second=400)) as work,
        Heard(work.chosen, root=tmp_path) as transport,
    ):
        mailing = work.mailing()
        tally = deliver_range(
            work.ledger, transport, renderer(work.chosen, mailing.id), mailing.id, 1, 7, OWNER,
            connections=1, clock=work.clock,
        )  # fmt: skip

    assert tally.sent + tally.deferred == 7
    assert slowed == ([] if fault == "450" else [pytest.approx(200.0, rel=0.01)]), "450 4.2.0 is about one mailbox"


def test_a_server_that_takes_few_messages_a_connection_gets_them_all(tmp_path: Path) -> None:
    with fault_server(pipelining=True) as server, sending(tmp_path, readers(23), **server.send_table()) as work:
        server.per_connection = 5
        tally = work.send()

    assert tally == Tally(sent=23)
    assert sorted(server.recipients) == sorted(readers(23))


@pytest.mark.parametrize("pipelining", [True, False])
def test_of_many_random_faults_each_row_tells_the_truth(tmp_path: Path, pipelining: bool) -> None:
    """The server's own list is the truth: whoever is marked as sent is on it once, whoever failed is not."""
    dice = random.Random(7)
    faults = ["450", "550", "451-data", "554-data", "drop-data", "drop-body", "drop-dot", "noise", "noise-rcpt",
              "550-drop", "twice", "drip"]  # fmt: skip
    rate = 0.0  # then recipients are named ahead
    if not pipelining:
        faults += ["421", "421-dot"]
        rate = 2000.0  # what a 421 halves
    addresses = [
        f"{dice.choice(faults) if dice.random() < 0.15 else 'ok'}.{number}@readers.example" for number in range(300)
    ]
    with (
        fault_server(pipelining=pipelining, data_anyway=True) as server,
        sending(tmp_path, addresses, **server.send_table(connections=6, rate_per_second=rate)) as work,
    ):
        work.send(watch=Watch(patience_s=(0.0,) * 60, breaker=False))
        states = work.states()

    received = Counter(server.recipients)
    assert max(received.values()) == 1
    assert {address for address, state in states.items() if state == "sent"} <= set(received)
    assert not {address for address, state in states.items() if state in {"failed", "deferred"}} & set(received)
    in_doubt = {address.partition(".")[0] for address, state in states.items() if state == "uncertain"}
    assert in_doubt <= {"drop-dot", "drop-body", "noise"}
    left = {address.partition(".")[0] for address, state in states.items() if state == "queued"}
    assert left <= {"421", "421-dot", "drop-data", "drop-body", "noise-rcpt"}


# --- the server's fault is nobody's -----------------------------------------------------------------------------


def test_a_refused_connection_touches_nobody(tmp_path: Path) -> None:
    with smtp_server() as server:
        table = server.send_table()
    with sending(tmp_path, readers(5), **table) as work:
        with pytest.raises(ConnectError, match="refuses the connection"):
            work.send()

        assert work.ledger.tally(work.mailing().id) == Tally(left=5)
        assert {row.attempts for row in work.ledger.rows(work.mailing().id)} == {0}


@pytest.mark.parametrize("greeting", ["421 4.3.2 too busy", "554 5.7.1 go away"])
def test_a_server_that_does_not_greet_touches_nobody(tmp_path: Path, greeting: str) -> None:
    with fault_server(greeting=greeting) as server, sending(tmp_path, readers(5), **server.send_table()) as work:
        with pytest.raises(ConnectError, match=greeting[:3]):
            work.send()

        assert work.ledger.tally(work.mailing().id) == Tally(left=5)


@pytest.mark.parametrize("reply", ["550 5.7.1 sender rejected", "530 5.7.0 authenticate first"])
def test_a_refused_sender_stops_everything_and_fails_nobody(tmp_path: Path, reply: str) -> None:
    with fault_server(mail_reply=reply) as server, sending(tmp_path, readers(5), **server.send_table()) as work:
        tally = work.send()

    assert tally.left == tally.total == 5
    assert reply in str(tally.stopped)
    assert server.messages == []


def test_a_login_wanted_only_at_rcpt_stops_everything_too(tmp_path: Path) -> None:
    with (
        fault_server(rcpt_reply="530 5.7.0 authenticate first") as server,
        sending(tmp_path, readers(5), **server.send_table(connections=1)) as work,
    ):
        tally = work.send()

    assert (tally.left, tally.failed) == (5, 0)
    assert "refuses every message from brief@harbour.example: 530 5.7.0" in str(tally.stopped)
    assert server.heard.count("RCPT") == 1


def test_a_server_that_keeps_putting_off_the_sender_stops_it_after_a_few_tries(tmp_path: Path) -> None:
    with (
        fault_server(mail_reply="451 4.7.1 slow down") as server,
        sending(tmp_path, readers(30), **server.send_table(connections=2)) as work,
    ):
        tally = work.send()

    assert tally.left == tally.total == 30
    assert "failures in a row, the last: 451 4.7.1 slow down" in str(tally.stopped)


def test_a_server_that_drops_after_every_message_does_not_get_everyone(tmp_path: Path) -> None:
    addresses = [f"drop-dot.{number}@readers.example" for number in range(30)]
    with fault_server() as server, sending(tmp_path, addresses, **server.send_table(connections=2)) as work:
        tally = work.send()

    assert tally.stopped is not None
    assert tally.uncertain == len(server.messages) <= 11
    assert tally.total == 30


@pytest.mark.parametrize(("count", "connections"), [(2, 1), (5, 4), (60, 4), (300, 4)])
def test_when_everyone_is_refused_nobody_is_marked_failed(tmp_path: Path, count: int, connections: int) -> None:
    with (
        fault_server(rcpt_reply="554 5.7.1 relay access denied") as server,
        sending(tmp_path, readers(count), **server.send_table(connections=connections)) as work,
    ):
        tally = work.send()

    assert (tally.left, tally.failed) == (count, 0)
    assert "relay access denied" in str(tally.stopped)
    assert work.seen == []


def test_more_than_a_tenth_of_the_first_two_hundred_refused_stops_it(tmp_path: Path) -> None:
    addresses = [f"{'550' if number % 5 == 4 else 'ok'}.{number}@readers.example" for number in range(400)]
    with fault_server() as server, sending(tmp_path, addresses, **server.send_table(connections=3)) as work:
        tally = work.send()
        forced = work.send(watch=Watch(breaker=False))

    assert tally.failed == 0
    assert tally.sent < 200
    assert f"refused {MAX_REFUSED + 1} of the first" in str(tally.stopped)
    assert (forced.sent, forced.failed, forced.stopped) == (320, 80, None)
    assert Counter(server.recipients).most_common(1)[0][1] == 1


def test_a_tenth_and_less_fail_and_the_rest_is_sent(tmp_path: Path) -> None:
    addresses = [f"{'550' if number % 10 == 4 else 'ok'}.{number}@readers.example" for number in range(200)]
    with fault_server() as server, sending(tmp_path, addresses, **server.send_table(connections=3)) as work:
        tally = work.send()

    assert (tally.sent, tally.failed, tally.stopped) == (180, 20, None)
    assert len(work.seen) == 200


def test_the_one_address_left_may_fail(tmp_path: Path) -> None:
    with fault_server() as server, sending(tmp_path, ["550.x@readers.example"], **server.send_table()) as work:
        assert work.send() == Tally(failed=1)


def test_a_server_that_goes_away_for_good_stops_it_and_what_is_left_goes_out_later(tmp_path: Path) -> None:
    with fault_server() as server, sending(tmp_path, readers(40), **server.send_table(connections=1)) as work:

        def shut(_: Delivery) -> None:
            if len(server.messages) >= 10:
                server.mail_reply = "421 4.3.2 shutting down"
                server.greeting = "421 4.3.2 shutting down"

        first = work.send(on_delivery=shut)
        server.greeting, server.mail_reply = "220 back", "250 ok"
        second = work.send()

    assert "failures in a row" in str(first.stopped)
    assert 10 <= first.sent < 40
    assert first.sent + first.left == 40
    assert second == Tally(sent=40)
    assert sorted(server.recipients) == sorted(readers(40))


def test_wrong_password_touches_nobody(tmp_path: Path) -> None:
    with (
        smtp_server(security="starttls", users={"brief": "tide"}) as server,
        sending(tmp_path, readers(3), **server.send_table(username="brief")) as work,
    ):
        mailing = work.mailing()
        with (
            Transport(work.chosen, root=tmp_path, password="ebb") as transport,
            pytest.raises(LoginError, match="login as brief"),
        ):
            deliver_range(
                work.ledger, transport, renderer(work.chosen, mailing.id), mailing.id, 1, 3, OWNER,
                connections=2, clock=work.clock,
            )  # fmt: skip
        tally = work.ledger.tally(mailing.id)

    assert (tally.left, tally.sent) == (3, 0)


# --- addresses, one message, the rate -----------------------------------------------------------------------------


def test_an_address_that_cannot_be_mailed_fails_and_the_others_go_on(tmp_path: Path) -> None:
    with smtp_server() as server, sending(tmp_path, readers(2), **server.send_table()) as work:
        with work.ledger.store.write() as connection:
            connection.exec_driver_sql("UPDATE subscriber SET address = 'jörg@readers.example' WHERE id = 1")
        tally = work.send()
        row = work.row("jörg@readers.example")

    assert (tally.sent, tally.failed, tally.stopped) == (1, 1, None)
    assert "letters outside ASCII before the @" in row.detail


def test_one_message_is_sent_outside_any_mailing(tmp_path: Path) -> None:
    with fault_server() as server, Transport(settings(**server.send_table()), root=tmp_path) as transport:
        outcomes = [
            deliver_one(transport, f"{name}@readers.example", b"Subject: a test\r\n\r\nHello\r\n").result
            for name in ("ok", "550", "no one", "drop-dot", "ok")
        ]

    assert outcomes == ["sent", "failed", "failed", "uncertain", "sent"]


def test_the_rate_is_kept(tmp_path: Path) -> None:
    with (
        fault_server() as server,
        sending(tmp_path, readers(9), **server.send_table(connections=4, rate_per_second=20)) as work,
    ):
        begin = time.monotonic()
        tally = work.send()
        took = time.monotonic() - begin

    assert tally.sent == 9
    assert took >= 8 / 20


def test_a_host_that_is_not_set_is_said_before_anything_is_claimed(tmp_path: Path) -> None:
    with sending(tmp_path, readers(2)) as work, pytest.raises(ConnectError, match="no mail server") as caught:
        work.send()

    assert "host" in str(caught.value.hint)
