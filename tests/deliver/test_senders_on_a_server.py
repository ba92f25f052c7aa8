"""Several processes send one mailing from a PostgreSQL server; whoever dies, nobody gets it twice or is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from digest.deliver.ledger import RANGE, Ledger
from digest.model import Tally
from digest.store.database import open_store
from tests.bench.sending.letters import sink
from tests.deliver.helpers import NOON, SHA, readers, subscribe
from tests.deliver.sender_on_a_server import CONNECTIONS
from tests.support.postgres import Cluster, running

PEOPLE = 800
LEASE_S = 1.5


@dataclass
class Scene:
    """A mailing on a server of its own, a mail server, and the senders between them."""

    server: Cluster
    url: str
    root: Path
    port: int
    log: Path
    senders: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def begin(self) -> subprocess.Popen[bytes]:
        words = (self.url, str(self.root), str(self.port), str(LEASE_S))
        command = [sys.executable, "-m", "tests.deliver.sender_on_a_server", *words]
        with self.file(len(self.senders)).open("wb") as file:
            one = subprocess.Popen(command, stdout=file, stderr=file, cwd=Path(__file__).parents[2])
        self.senders.append(one)
        return one

    def file(self, number: int) -> Path:
        return self.root / f"sender-{number}.txt"

    def told(self, one: subprocess.Popen[bytes]) -> str:
        """What it had to say, at its end."""
        one.wait()
        return self.file(self.senders.index(one)).read_text()

    def arrived(self) -> Counter[str]:
        return Counter(self.log.read_text().split()) if self.log.exists() else Counter()

    def wait_for(self, count: int) -> None:
        while len(self.arrived()) < count:
            assert any(one.poll() is None for one in self.senders), [self.told(one) for one in self.senders]
            time.sleep(0.01)

    def end(self) -> Tally:
        """Send until nothing is left, and hold the ledger against what arrived."""
        for one in self.senders:
            one.wait()
        time.sleep(LEASE_S)
        last = self.begin()
        assert last.wait() == 0, self.told(last)
        store = open_store(self.url, self.root)
        with Ledger(store) as ledger:
            (mailing,) = ledger.mailings()
            tally = ledger.tally(mailing.id)
            rows = ledger.rows(mailing.id)
        store.close()
        arrived = self.arrived()
        assert [address for address, count in arrived.items() if count > 1] == []
        assert {row.address for row in rows if row.state == "sent"} <= set(arrived)
        assert set(arrived) <= {row.address for row in rows if row.state in {"sent", "uncertain"}}
        assert (tally.total, tally.left, tally.sent + tally.uncertain) == (PEOPLE, 0, PEOPLE)
        return tally


@pytest.fixture(scope="module")
def own_server() -> Iterator[Cluster]:
    """A server that may be killed."""
    with running() as server:
        yield server


@pytest.fixture
def scene(own_server: Cluster, tmp_path: Path) -> Iterator[Scene]:
    url = own_server.fresh()
    store = open_store(url, tmp_path)
    subscribe(store, readers(PEOPLE))
    with Ledger(store) as ledger:
        ledger.open_mailing("2026-W47", "issue", SHA, ("all",), now=NOON)
    store.close()
    log = tmp_path / "arrived"
    with sink(log=log, delay_ms=3) as port:
        made = Scene(own_server, url, tmp_path, port, log)
        try:
            yield made
        finally:
            for one in made.senders:
                one.kill()
                one.wait()


def test_two_senders_share_a_mailing_and_one_is_killed(scene: Scene) -> None:
    first, second = scene.begin(), scene.begin()
    scene.wait_for(PEOPLE // 4)
    first.kill()

    assert second.wait() == 0, scene.told(second)
    tally = scene.end()
    assert tally.uncertain <= CONNECTIONS


def test_a_sender_that_slept_past_its_lease_sends_nothing_that_another_took_over(scene: Scene) -> None:
    first = scene.begin()
    scene.wait_for(PEOPLE // 8)
    first.send_signal(signal.SIGSTOP)
    time.sleep(LEASE_S * 1.2)
    second = scene.begin()
    scene.wait_for(PEOPLE // 2)
    first.send_signal(signal.SIGCONT)

    assert "BusyError" in scene.told(first)
    assert second.wait() == 0, scene.told(second)
    tally = scene.end()
    assert tally.uncertain <= CONNECTIONS


@pytest.mark.parametrize("whom", ["a backend", "the postmaster"])
def test_the_server_is_killed_and_what_it_forgot_is_in_doubt(scene: Scene, whom: str) -> None:
    senders = (scene.begin(), scene.begin())
    scene.wait_for(PEOPLE // 4)
    if whom == "a backend":
        pids = scene.server.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'digest' LIMIT 1")
        os.kill(pids[0][0], signal.SIGKILL)  # the postmaster ends all the others and starts anew
    else:
        scene.server.stop(signal.SIGKILL)
        scene.server.start()

    for one in senders:
        assert one.wait() == 3, scene.told(one)
    tally = scene.end()
    assert 0 < tally.uncertain <= len(senders) * RANGE


def test_the_server_is_restarted_in_order_and_hardly_anybody_is_in_doubt(scene: Scene) -> None:
    senders = (scene.begin(), scene.begin())
    scene.wait_for(PEOPLE // 4)
    scene.server.stop(signal.SIGINT)
    scene.server.start()

    for one in senders:
        one.wait()
    tally = scene.end()
    assert tally.uncertain <= len(senders) * CONNECTIONS
