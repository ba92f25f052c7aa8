"""A sending that is interrupted, killed, or started twice: nobody is lost and nobody gets it twice.

One sender and its lock, in SQLite; several on a server are killed in test_senders_on_a_server.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from digest.deliver.delivery import deliver_range
from digest.deliver.ledger import Ledger
from digest.deliver.smtp import Transport
from digest.deliver.watch import INTERRUPTED
from digest.errors import BusyError, StoreError
from digest.model import Delivery, Tally
from tests.deliver.helpers import NOON, OWNER, TickingClock, opened, readers, renderer, sending, settings, subscribe
from tests.support.smtp import SmtpServer, fault_server, smtp_server

ROOT = Path(__file__).parents[2]


def test_ctrl_c_lets_what_is_on_its_way_finish_and_leaves_the_rest(tmp_path: Path) -> None:
    table = {"connections": 3, "rate_per_second": 60}  # else a busy machine has sent all before it reports the tenth
    with smtp_server() as server, sending(tmp_path, readers(60), **server.send_table(**table)) as work:

        def press(delivery: Delivery) -> None:
            work.seen.append(delivery)
            if len(work.seen) == 10:
                signal.raise_signal(signal.SIGINT)

        tally = work.send(on_delivery=press)

        assert tally.stopped == INTERRUPTED
        assert tally.sent == len(server.messages)
        assert 10 <= tally.sent < 60
        assert tally.sent + tally.left == 60, "nothing is in doubt"
        assert work.send() == Tally(sent=60)
    assert sorted(server.recipients) == sorted(readers(60))


def test_a_store_that_cannot_be_written_stops_before_the_next_body(tmp_path: Path) -> None:
    with smtp_server() as server, sending(tmp_path, readers(30), **server.send_table(connections=2)) as work:
        blocked = threading.Event()

        def block(_: Delivery) -> None:
            if not blocked.is_set():
                blocked.set()
                work.ledger._marks._free[0].exec_driver_sql("PRAGMA query_only = ON")

        with pytest.raises(StoreError, match="cannot be written|readonly"):
            work.send(on_delivery=block)
        received = len(server.messages)
        work.ledger._marks._free[0].exec_driver_sql("PRAGMA query_only = OFF")
        tally = work.send()

    assert received < 30
    assert tally.uncertain <= 2
    assert tally.sent + tally.uncertain == 30
    assert sorted(server.recipients) == sorted(readers(30)), "nobody lost, nobody twice"


SENDER = """
import os, sys
from pathlib import Path
from tests.deliver.helpers import sending
from digest.deliver.lock import boot_id, owner, send_lock
root, port, connections = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
with send_lock(root), sending(root, [], host="127.0.0.1", port=port, security="none", connections=connections) as work:
    print(work.send(owner=owner(boot_id(), os.getpid())), flush=True)
"""


def start_sender(root: Path, server: SmtpServer, connections: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SENDER, str(root), str(server.port), str(connections)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(server: SmtpServer, count: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 30
    while len(server.messages) < count and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)


def test_killed_again_and_again_nothing_is_lost_and_nothing_doubled(tmp_path: Path) -> None:
    connections, held = 4, 0
    with fault_server() as server, sending(tmp_path, readers(400), **server.send_table()) as work:
        mailing = work.mailing()
        for kill_at in (3, 90, 210):
            process = start_sender(tmp_path, server, connections)
            wait_for(server, kill_at, process)
            process.send_signal(signal.SIGKILL)
            _, errors = process.communicate()
            assert process.returncode == -signal.SIGKILL, errors
            tally = work.ledger.tally(mailing.id)
            assert tally.total == 400
            assert tally.uncertain - held <= connections
            held = tally.uncertain
        last = start_sender(tmp_path, server, connections)
        output, errors = last.communicate(timeout=60)
        assert last.returncode == 0, errors
        tally = work.ledger.tally(mailing.id)
        uncertain = {row.address for row in work.ledger.rows(mailing.id, ["uncertain"])}
        sent = {row.address for row in work.ledger.rows(mailing.id, ["sent"])}

    received = Counter(server.recipients)
    assert "sent=" in output
    assert tally.left == 0
    assert tally.sent + tally.uncertain == 400
    assert max(received.values()) == 1, "doubled"
    assert sent <= set(received), "lost"
    assert set(received) | uncertain == set(readers(400))
    assert len(uncertain) <= 3 * connections


def test_two_senders_at_once_one_is_told_that_it_is_busy(tmp_path: Path) -> None:
    with fault_server() as server, sending(tmp_path, readers(150), **server.send_table()) as work:
        work.mailing()
        both = [start_sender(tmp_path, server, 2) for _ in range(2)]
        results = [process.communicate(timeout=60) for process in both]
        tally = work.send()

    assert tally == Tally(sent=150)
    assert sorted(server.recipients) == sorted(readers(150))
    codes = sorted(process.returncode for process in both)
    assert codes in ([0, 0], [0, 1]), results
    if codes == [0, 1]:
        assert any("another digest is sending" in errors for _, errors in results)


def test_rows_taken_over_by_another_sender_are_not_sent(tmp_path: Path) -> None:
    """A worker that slept through its own replacement must not send: the rows carry another's name."""
    with opened(tmp_path) as store, Ledger(store) as ledger, fault_server() as server:
        subscribe(store, readers(3))
        chosen = settings(**server.send_table(connections=1))
        mailing = ledger.open_mailing("2026-W47", "issue", "f" * 64, ("all",), now=NOON)
        real = renderer(chosen, mailing.id)

        def stolen(row: Delivery) -> bytes:
            with store.write() as connection:
                connection.exec_driver_sql("UPDATE delivery SET owner = 'boot-1:9999'")
            return real(row)

        with Transport(chosen, root=tmp_path) as transport, pytest.raises(BusyError, match="has taken over"):
            deliver_range(ledger, transport, stolen, mailing.id, 1, 3, OWNER, connections=1, clock=TickingClock())

    assert server.messages == []
