"""What may happen at a bad moment: people leave, clocks jump, Ctrl-C is pressed again, a process is put to sleep.

One sender and its lock, in SQLite; several on a server are in test_senders_on_a_server.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from digest.deliver.delivery import deliver_range
from digest.deliver.smtp import Transport
from digest.model import Delivery, Tally
from digest.store import schema
from digest.store.database import Store
from tests.deliver.helpers import NOON, OWNER, opened, readers, renderer, sending
from tests.deliver.truth import agrees
from tests.support.smtp import fault_server

HOME = Path(__file__).parents[2]


# --- the list ------------------------------------------------------------------------------------------------------


def leave(store: Store, address: str) -> None:
    with store.write() as connection:
        of = schema.subscriber.c.address == address
        connection.execute(update(schema.subscriber).where(of).values(state="unsubscribed"))


@pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "one by one"])
def test_who_leaves_after_the_range_was_claimed_is_not_mailed(tmp_path: Path, pipelining: bool) -> None:
    """At 14 messages a second a range takes as long as many need to read the last issue and leave."""
    gone = readers(40)[30]
    with (
        fault_server(pipelining=pipelining) as server,
        sending(tmp_path, readers(40), **server.send_table(connections=1, rate_per_second=40)) as work,
        opened(tmp_path) as other,
    ):

        def on_delivery(row: Delivery) -> None:
            if row.subscriber_id == 3:
                leave(other, gone)

        tally = work.send(on_delivery=on_delivery)

    assert gone not in server.recipients
    assert (tally.sent, tally.suppressed) == (39, 1)


# --- clocks --------------------------------------------------------------------------------------------------------


def test_a_clock_that_runs_backwards_loses_and_doubles_nothing(tmp_path: Path) -> None:
    with fault_server(pipelining=True) as server, sending(tmp_path, readers(60), **server.send_table()) as work:
        work.clock.step = timedelta(minutes=-7)
        assert work.send() == Tally(sent=60)
        assert work.send() == Tally(sent=60)
        agrees(work.ledger, work.mailing().id, server.recipients)


def test_who_was_put_off_while_the_clock_was_a_year_ahead_is_not_put_off_for_a_year(tmp_path: Path) -> None:
    addresses = ["451.x@readers.example", *readers(2)]
    with fault_server(faults_left={"451": 1}) as server, sending(tmp_path, addresses, **server.send_table()) as work:
        work.clock.moment = NOON + timedelta(days=365)
        work.send()
        work.clock.moment = NOON + timedelta(hours=5)
        tally = work.send()

    assert tally == Tally(sent=3)


# --- interruptions ---------------------------------------------------------------------------------------------------


class BoomError(Exception):
    """A bug in whoever listens."""


@pytest.mark.parametrize("at", [1, 2, 17, 59, 60])
def test_a_listener_that_fails_loses_and_doubles_nothing(tmp_path: Path, at: int) -> None:
    with (
        fault_server(pipelining=True) as server,
        sending(tmp_path, readers(60), **server.send_table(connections=3)) as work,
    ):
        seen: list[Delivery] = []

        def listen(row: Delivery) -> None:
            seen.append(row)
            if len(seen) == at:
                raise BoomError

        with pytest.raises(BoomError):
            work.send(on_delivery=listen)
        states = agrees(work.ledger, work.mailing().id, server.recipients)
        assert work.send() == Tally(sent=60)
        agrees(work.ledger, work.mailing().id, server.recipients)

    assert set(states) <= {"sent", "queued"}, "nothing is left claimed or in doubt"


def test_a_message_that_cannot_be_written_stops_it_and_harms_no_other(tmp_path: Path) -> None:
    with fault_server(pipelining=True) as server, sending(tmp_path, readers(30), **server.send_table()) as work:
        mailing = work.mailing()
        plain = renderer(work.chosen, mailing.id)

        def render(row: Delivery) -> bytes:
            if row.subscriber_id == 12:
                raise BoomError
            return plain(row)

        with Transport(work.chosen, root=tmp_path) as transport, pytest.raises(BoomError):
            deliver_range(work.ledger, transport, render, mailing.id, 1, 30, OWNER, connections=3, clock=work.clock)
        states = agrees(work.ledger, mailing.id, server.recipients)
        assert work.send() == Tally(sent=30)
        agrees(work.ledger, mailing.id, server.recipients)

    assert set(states) <= {"sent", "queued"}


IMPATIENT = """
import random, signal, sys
from pathlib import Path
from digest.errors import StoreError
from tests.deliver.helpers import sending
root, port, dice = Path(sys.argv[1]), int(sys.argv[2]), random.Random(1047)

def press(_signal, _frame):  # Ctrl-C at any moment, and soon once more, and once more
    signal.setitimer(signal.ITIMER_REAL, dice.uniform(0.0005, 0.02))
    raise KeyboardInterrupt

presses, left = 0, True
with sending(root, [], host="127.0.0.1", port=port, security="none", connections=4) as work:
    work.mailing()
    while presses < 25 and left:
        signal.signal(signal.SIGALRM, press)
        try:
            signal.setitimer(signal.ITIMER_REAL, dice.uniform(0.005, 0.15))
            left = work.send().left > 0
        except (KeyboardInterrupt, StoreError):
            pass
        finally:
            signal.signal(signal.SIGALRM, signal.SIG_IGN)
            signal.setitimer(signal.ITIMER_REAL, 0)
        presses += left
print(presses, flush=True)
"""


def test_ctrl_c_pressed_at_any_moment_and_again_loses_and_doubles_nothing(tmp_path: Path) -> None:
    with fault_server(pipelining=True) as server, sending(tmp_path, readers(500), **server.send_table()) as work:
        mailing = work.mailing()
        done = subprocess.run(
            [sys.executable, "-c", IMPATIENT, str(tmp_path), str(server.port)],
            cwd=HOME, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        agrees(work.ledger, mailing.id, server.recipients)
        tally = work.send()
        agrees(work.ledger, mailing.id, server.recipients)

    assert done.returncode == 0 or "KeyboardInterrupt" in done.stderr, done.stderr
    assert tally.sent + tally.uncertain == 500
    assert tally.uncertain <= 4 * 25


SENDER = """
import os, sys
from pathlib import Path
from tests.deliver.helpers import sending
from digest.deliver.lock import boot_id, owner, send_lock
root, port = Path(sys.argv[1]), int(sys.argv[2])
with send_lock(root), sending(root, [], host="127.0.0.1", port=port, security="none", connections=3) as work:
    print(work.send(owner=owner(boot_id(), os.getpid())), flush=True)
"""


def test_a_sender_put_to_sleep_in_mid_send_goes_on_where_it_was_and_no_other_takes_over(tmp_path: Path) -> None:
    """SIGSTOP, as a laptop's lid: meanwhile the server hangs up on every line."""
    with fault_server(pipelining=True) as server:
        server.idle_s, server.delay_s = 0.4, 0.002
        with sending(tmp_path, readers(300)) as work:
            mailing = work.mailing()
            command = [sys.executable, "-c", SENDER, str(tmp_path), str(server.port)]
            first = subprocess.Popen(command, cwd=HOME, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            deadline = time.monotonic() + 30
            while len(server.messages) < 50 and first.poll() is None and time.monotonic() < deadline:
                time.sleep(0.002)
            first.send_signal(signal.SIGSTOP)
            second = subprocess.run(command, cwd=HOME, capture_output=True, text=True, timeout=60, check=False)
            asleep = len(server.messages)
            first.send_signal(signal.SIGCONT)
            output, errors = first.communicate(timeout=60)
            agrees(work.ledger, mailing.id, server.recipients)
            tally = work.ledger.tally(mailing.id)

    assert first.returncode == 0, errors
    assert "sent=" in output
    assert "another digest is sending" in second.stderr
    assert 50 <= asleep < 300
    assert tally.failed == tally.deferred == 0
    assert tally.uncertain <= 3


# --- the machine's own mailer -------------------------------------------------------------------------------------

MAILER = """#!{python}
import sys, time, pathlib
time.sleep(0.3)
(pathlib.Path({folder!r}) / sys.argv[-1]).write_bytes(sys.stdin.buffer.read())
"""
WITH_MAILER = """
import signal, sys
from pathlib import Path
from digest.deliver.carrier import open_carrier
from digest.deliver.delivery import deliver
from tests.deliver.helpers import OWNER, renderer, sending
root, mailer = Path(sys.argv[1]), sys.argv[2]
with sending(root, [], transport="sendmail", sendmail=mailer, connections=2) as work:
    mailing = work.mailing()
    with open_carrier(work.chosen, root=root, environ={}) as carrier:
        print("begun", flush=True)
        print(deliver(work.ledger, carrier, renderer(work.chosen, mailing.id), mailing, owner=OWNER, clock=work.clock))
"""


def test_ctrl_c_does_not_reach_a_mailer_that_has_a_message_in_hand(tmp_path: Path) -> None:
    """A terminal sends it to the whole group of processes; a mailer killed by it leaves its message in doubt."""
    folder = tmp_path / "mailed"
    folder.mkdir()
    mailer = tmp_path / "sendmail"
    mailer.write_text(MAILER.format(python=sys.executable, folder=str(folder)), "utf-8")
    mailer.chmod(0o755)
    with sending(tmp_path, readers(20)) as work:
        mailing = work.mailing()
        process = subprocess.Popen(
            [sys.executable, "-c", WITH_MAILER, str(tmp_path), str(mailer)],
            cwd=HOME, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        deadline = time.monotonic() + 30
        while len(list(folder.iterdir())) < 2 and time.monotonic() < deadline:
            time.sleep(0.005)
        os.killpg(process.pid, signal.SIGINT)
        output, errors = process.communicate(timeout=60)
        states = agrees(work.ledger, mailing.id, [path.name for path in folder.iterdir()])

    assert process.returncode == 0, errors
    assert "interrupted" in output
    assert set(states) == {"sent", "queued"}
