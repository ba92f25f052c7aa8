"""A sending that is told to stop, by real signals to a real process: the numbers add up, and nobody has it twice."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from tests.support.cli import digest
from tests.support.postgres import let_leases_run_out
from tests.support.project import CONFIG, NOW, make_project, opened
from tests.support.smtp import FaultServer, fault_server
from tests.support.stores import with_store

pytestmark = pytest.mark.usefixtures("in_each_database")

ISSUE = "2026-W47"
PEOPLE = [f"r{number:03}@example.org" for number in range(60)]


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with fault_server() as running:
        running.delay_s = 0.03  # before each of four replies a message: some 25 messages a second over 3 connections
        yield running


@pytest.fixture
def root(tmp_path: Path, server: FaultServer) -> Path:
    root = make_project(tmp_path / "brief")
    document = tomlkit.parse(CONFIG)
    document["send"] = server.send_table(connections=3)
    (root / "digest.toml").write_text(with_store(root, tomlkit.dumps(document)), "utf-8")
    assert digest("build", root=root, now=NOW).code == 0
    people = root / "people.csv"
    people.write_text("address\n" + "".join(f"{address}\n" for address in PEOPLE), "utf-8")
    assert digest("subscribers", "import", people, root=root, now=NOW).code == 0
    assert digest("approve", "--by", "A", root=root, now=NOW).code == 0
    return root


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    code: int
    out: str
    err: str


def stop(
    root: Path,
    server: FaultServer,
    *signals: signal.Signals,
    verb: str = "send",
    more: tuple[str, ...] = (),
    ready: Callable[[], bool] | None = None,
) -> Ended:
    """Send until it is ``ready``, by default when a dozen more messages are there, and give it these signals."""
    command = [sys.executable, "-m", "digest", "-C", str(root), "--now", NOW, verb, *more]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wanted, deadline = len(server.messages) + 12, time.monotonic() + 60
    is_ready = ready or (lambda: len(server.messages) >= wanted)
    while not is_ready() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    for position, one in enumerate(signals):
        time.sleep(0.3 if position else 0.0)
        process.send_signal(one)
    out, err = process.communicate(timeout=60)
    return Ended(code=process.returncode, out=out, err=err)


def status(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = digest("send", "--status", "--json", root=root, now=NOW).json
    return found


@pytest.mark.parametrize(
    ("given", "code", "by_hand"),
    [(signal.SIGINT, 130, True), (signal.SIGTERM, 143, False), (signal.SIGHUP, 129, False)],
)
def test_what_is_on_its_way_is_finished_and_what_has_not_begun_is_left(
    root: Path, server: FaultServer, given: signal.Signals, code: int, by_hand: bool
) -> None:
    ended = stop(root, server, given)
    told = status(root)
    mailing = told["mailings"][0]

    assert ended.code == code, ended.err
    assert "stopping: what is on its way is finished" in ended.err
    assert "stopped: interrupted" in ended.err
    assert f"next: `digest send {ISSUE}` goes on" in ended.err
    assert f"{mailing['sent']} sent + {mailing['left']} left = 60 recipients" in ended.out
    assert mailing["uncertain"] == 0
    assert mailing["sent"] == len(server.messages) < 60
    assert mailing["sent"] + mailing["left"] == 60
    assert told["stopped"]["by_hand_only"] is by_hand

    assert digest("send", root=root, now=NOW).code == 0
    assert Counter(server.recipients) == Counter(PEOPLE)


def test_after_ctrl_c_run_leaves_it_to_the_person_and_after_a_service_manager_it_goes_on(
    root: Path, server: FaultServer
) -> None:
    stop(root, server, signal.SIGINT)
    there = len(server.messages)
    held = digest("run", root=root, now=NOW)

    assert held.code == 3
    assert "stopped by hand" in held.err
    assert len(server.messages) == there

    stop(root, server, signal.SIGTERM)
    assert there < len(server.messages) < 60
    assert digest("run", root=root, now=NOW).code == 0
    assert Counter(server.recipients) == Counter(PEOPLE)


def test_ctrl_c_before_those_put_off_are_tried_again_leaves_them_to_the_person(root: Path, server: FaultServer) -> None:
    """Nobody is left in the queue then, but there are people whose time has come."""
    server.delay_s, server.greylists = 0.0, True
    digest("send", root=root, now=NOW)
    there, later = server.connections, "2026-11-18T13:00Z"
    server.greeting_delay_s = 1.0
    ended = stop(root, server, signal.SIGINT, more=("--now", later), ready=lambda: server.connections > there + 1)
    held = digest("run", root=root, now=later)

    assert ended.code == 130, ended.err
    assert held.code == 3
    assert "stopped by hand" in held.err
    assert server.messages == []


def test_a_second_ctrl_c_ends_at_once_and_nobody_is_lost_or_doubled(root: Path, server: FaultServer) -> None:
    server.delay_s = 0.5  # a message takes seconds now: the second comes while it is on its way
    ended = stop(root, server, signal.SIGINT, signal.SIGINT, ready=lambda: "DATA" in server.heard)
    assert ended.code == 130, ended.err
    assert "stopped at once" in ended.err
    assert ended.out == "", "it did not wait for the messages on their way, nor for its own report"
    server.delay_s = 0.0
    with opened(root) as project:
        let_leases_run_out(project.store)
    held = digest("run", root=root, now=NOW)
    again = digest("send", "--json", root=root, now=NOW)
    mailing = again.json["mailings"][0]
    received = Counter(server.recipients)

    assert held.code == 3
    assert "stopped by hand" in held.err, "two Ctrl-C are no reason to go on either"
    assert mailing["left"] == 0
    assert mailing["sent"] + mailing["uncertain"] == 60
    assert mailing["uncertain"] <= 3, "at most one a connection"
    assert max(received.values()) == 1
    assert len(received) >= mailing["sent"]


def test_a_run_that_is_stopped_says_so_in_its_exit_code_and_asks_no_feeds_any_more(
    root: Path, server: FaultServer
) -> None:
    digest("send", "--at", "2026-11-18 12:01", root=root, now=NOW)
    later = "2026-11-18T12:02Z"
    (root / "feeds" / "feeds.toml").write_text('[[feed]]\nurl = "http://127.0.0.1:1/feed"\nid = "web"\n', "utf-8")
    ended = stop(root, server, signal.SIGTERM, verb="run", more=("--json", "--now", later))
    data = json.loads(ended.out)

    assert ended.code == 143, ended.err
    assert data["sent"][0]["mailings"][0]["stopped"] == "interrupted"
    assert data["fetched"] is None


def test_without_a_terminal_lines_tell_how_it_goes_and_quiet_says_nothing(root: Path, server: FaultServer) -> None:
    server.delay_s = 0.1
    ended = stop(root, server)
    loud = [line for line in ended.err.splitlines() if line.startswith("sending: ")]

    assert ended.code == 0
    assert loud
    assert all(" of 60 (" in line and "/s, " in line and " left" in line for line in loud)
    assert len(loud) <= 10


def test_quiet_says_nothing_while_it_sends(root: Path, server: FaultServer) -> None:
    ended = stop(root, server, more=("-q",))

    assert ended.code == 0
    assert ended.err == ""
    assert ended.out == f"{ISSUE}: 60 sent = 60 recipients\n"
