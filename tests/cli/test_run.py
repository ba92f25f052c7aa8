"""`digest run`: what is due is done, step by step, whoever else is at work; and nothing that a person has to decide."""

from __future__ import annotations

import mailbox
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from digest.deliver.ledger import Ledger
from digest.deliver.lock import boot_id, owner, send_lock
from digest.disk import locked
from digest.production.schedule import LOCK, Stop, note_stop
from tests.support.cli import Ran, digest
from tests.support.http import Page, serving
from tests.support.postgres import lend, let_leases_run_out
from tests.support.project import CONFIG, NOW, item, make_project, opened, rss
from tests.support.smtp import FaultServer, fault_server
from tests.support.stores import copied, with_store

pytestmark = pytest.mark.usefixtures("in_each_database")

ISSUE = "2026-W47"
SENT = "2026-11-18T13:00Z"
SOON = "2026-11-18T13:10Z"
PEOPLE = [f"r{number:02}@example.org" for number in range(12)]


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with fault_server() as running:
        yield running


@pytest.fixture(scope="module")
def built(database: str, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: ARG001
    """A newsletter with a draft and a dozen readers; made once, for making it takes most of a test's time."""
    root = make_project(tmp_path_factory.mktemp("built") / "brief")
    assert digest("build", root=root, now=NOW).code == 0
    people = root / "people.csv"
    people.write_text("address\n" + "".join(f"{address}\n" for address in PEOPLE), "utf-8")
    assert digest("subscribers", "import", people, root=root, now=NOW).code == 0
    return root


@pytest.fixture
def root(built: Path, tmp_path: Path, server: FaultServer) -> Path:
    root = copied(built, tmp_path / "brief")
    configure(root, send=server.send_table())
    return root


def configure(root: Path, **tables: dict[str, Any]) -> None:
    document = tomlkit.parse(CONFIG)
    for name, table in tables.items():
        document[name] = table
    (root / "digest.toml").write_text(with_store(root, tomlkit.dumps(document)), "utf-8")


def add(root: Path, *addresses: str) -> None:
    for address in addresses:
        assert digest("subscribers", "add", address, root=root, now=NOW).code == 0


def send(root: Path, *more: str, now: str = SENT) -> Ran:
    return digest("send", "--yes", "--by", "A", *more, root=root, now=now)


def run(root: Path, now: str, *more: str) -> Ran:
    return digest("run", *more, root=root, now=now)


def numbers(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = digest("send", ISSUE, "--status", "--json", root=root, now=SOON).json["mailings"][0]
    return found


def leave_half_done(root: Path, *, state: str = "claimed") -> None:
    """As a sender that was killed leaves it: three are claimed, or in ``sending``."""
    with opened(root) as project, Ledger(project.store) as ledger:
        mailing = ledger.mailings(ISSUE)[0]
        when = datetime.fromisoformat(SENT)
        with project.store.write() as connection:
            connection.exec_driver_sql(
                "UPDATE delivery SET state = 'queued', code = NULL, attempts = 0 WHERE subscriber_id <= 3"
            )
            connection.exec_driver_sql("UPDATE issue SET state = 'out', closed = NULL")
        killed = owner(boot_id(), 1)
        lend(project.store, killed)
        rows = ledger.claim(mailing.id, 1, 3, owner=killed, now=when)
        for row in rows if state == "sending" else ():
            ledger.sending(row, owner=killed, now=when)
        let_leases_run_out(project.store)


def test_with_nothing_to_do_it_is_silent_and_changes_nothing_but_that_it_was_called(root: Path) -> None:
    ran = run(root, NOW)
    as_json = run(root, NOW, "--json")

    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert as_json.json == {
        "busy": False, "inbox": None, "sent": [], "waiting": [], "fetched": None, "problems": [],
    }  # fmt: skip
    assert digest("status", "--json", root=root, now=NOW).json["issue"]["state"] == "draft"


def test_what_a_killed_sender_left_is_sent_and_nobody_has_it_twice(root: Path, server: FaultServer) -> None:
    assert send(root).code == 0
    before = Counter(server.recipients)
    leave_half_done(root)
    ran = run(root, SOON)

    assert ran.code == 0, ran.err
    assert f"{ISSUE}: 12 sent = 12 recipients" in ran.out
    assert Counter(server.recipients) - before == Counter(PEOPLE[:3])
    assert run(root, SOON).out == ""


def test_those_that_may_have_it_are_never_mailed_again_by_itself(root: Path, server: FaultServer) -> None:
    assert send(root).code == 0
    before = len(server.messages)
    leave_half_done(root, state="sending")
    ran = [run(root, moment) for moment in (SOON, "2026-11-18T18:00Z", "2026-11-30T18:00Z")]

    assert [one.code for one in ran] == [0, 0, 0]
    assert len(server.messages) == before
    assert numbers(root)["uncertain"] == 3


def test_those_put_off_are_tried_when_their_time_has_come(root: Path, server: FaultServer) -> None:
    server.faults_left["450"] = 1
    add(root, "450.late@example.org")
    first = send(root)
    early = run(root, SOON)
    due = run(root, "2026-11-18T13:40Z")

    assert first.code == 3
    assert (early.code, early.out) == (0, "")
    assert due.code == 0, due.err
    assert "13 sent = 13 recipients" in due.out
    assert len(server.recipients) == len(set(server.recipients)) == 13


def test_an_interrupted_sending_of_last_week_is_not_gone_on_with_unasked(root: Path, server: FaultServer) -> None:
    assert send(root).code == 0
    leave_half_done(root)
    before = len(server.messages)
    old = run(root, "2026-11-25T13:00Z")
    clock_behind = run(root, "2025-11-25T13:00Z")

    assert old.code == clock_behind.code == 3
    assert "nothing has moved since 2026-11-18 13:00" in old.err
    assert f"`digest send {ISSUE}` sends it" in old.err
    assert len(server.messages) == before
    assert digest("send", ISSUE, root=root, now="2026-11-25T13:00Z").code == 0
    assert len(server.messages) == before + 3


def test_what_a_person_stopped_waits_for_that_person(root: Path, server: FaultServer) -> None:
    assert send(root).code == 0
    leave_half_done(root)
    before = len(server.messages)
    with opened(root) as project:
        note_stop(project, ISSUE, Stop(at=datetime.fromisoformat(SENT), reason="stopped by hand", waits=True))
    held = run(root, SOON)
    status = digest("send", ISSUE, "--status", root=root, now=SOON)
    by_hand = digest("send", ISSUE, root=root, now=SOON)

    assert held.code == 3
    assert "was stopped at 2026-11-18 13:00: stopped by hand" in held.err
    assert "stopped at 2026-11-18 13:00 (UTC): stopped by hand" in status.out
    assert by_hand.code == 0
    assert len(server.messages) == before + 3
    assert digest("send", ISSUE, "--status", "--json", root=root, now=SOON).json["stopped"] is None


def test_a_server_that_refuses_us_is_not_asked_again_every_ten_minutes(root: Path) -> None:
    with fault_server(mail_reply="550 5.7.1 not from you") as refusing:
        configure(root, send=refusing.send_table())
        first = send(root)
        asked = refusing.heard.count("MAIL")
        again = run(root, SOON)

        assert first.code == 3
        assert again.code == 3
        assert "the server refuses every message" in again.err
        assert refusing.heard.count("MAIL") == asked
    assert numbers(root)["left"] == len(PEOPLE), "nobody was marked as failed"


def test_a_server_out_of_reach_is_tried_again_by_the_next_run(root: Path, server: FaultServer) -> None:
    digest("send", "--at", "2026-11-18 13:05", "--yes", "--by", "A", root=root, now=SENT)
    configure(root, send=server.send_table(port=1))
    down = run(root, SOON)
    configure(root, send=server.send_table())
    up = run(root, "2026-11-18T13:20Z")

    assert down.code == 1
    assert "127.0.0.1:1" in down.err
    assert up.code == 0, up.err
    assert len(server.messages) == len(PEOPLE)


def test_a_step_that_fails_does_not_stop_the_others_and_the_worst_code_counts(root: Path) -> None:
    with serving() as web:
        web.pages["/feed"] = Page(body=rss(item("Ferries go electric", "https://x.example/ferry")).encode())
        configure(
            root,
            send={"host": "127.0.0.1", "port": 1, "security": "none"},
            inbox={"kind": "maildir", "path": "nowhere"},
            gather={"allow_private": True},
        )
        (root / "feeds" / "feeds.toml").write_text(f'[[feed]]\nurl = "{web.url}/feed"\nid = "web"\n', "utf-8")
        digest("send", "--at", "2026-11-18 13:05", "--yes", "--by", "A", root=root, now=SENT)
        ran = run(root, SOON, "--json")

    assert ran.code == 1
    assert ran.json["fetched"]["sources"] >= 1
    assert ran.json["fetched"]["failed"] == []
    said = [one["message"] for one in ran.json["problems"]]
    assert len(said) == 2
    assert "nowhere" in said[0]
    assert "127.0.0.1:1" in said[1]


def test_feeds_are_asked_when_they_are_due_and_not_before(root: Path) -> None:
    with serving() as web:
        web.pages["/feed"] = Page(body=rss(item("Ferries go electric", "https://x.example/ferry")).encode())
        configure(root, gather={"allow_private": True})
        (root / "feeds" / "feeds.toml").write_text(f'[[feed]]\nurl = "{web.url}/feed"\nid = "web"\n', "utf-8")
        would = run(root, NOW, "--dry-run")
        ran = [run(root, moment) for moment in (NOW, "2026-11-18T12:10Z", "2026-11-18T13:05Z")]

        assert "1 feed would be asked" in would.out
        assert [bool(one.out) for one in ran] == [True, False, True]
        assert [one.code for one in ran] == [0, 0, 0]
        assert len(web.requests) == 2


def test_what_came_back_is_read_once_and_counted(root: Path, server: FaultServer) -> None:
    configure(root, send=server.send_table(), inbox={"kind": "maildir", "path": "post"})
    post = mailbox.Maildir(root / "post", create=True)
    away = EmailMessage()
    away["From"], away["To"], away["Subject"] = PEOPLE[0], "trial@example.org", "A question"
    away.set_content("When does the next one come?\n")
    post.add(away)
    ran = run(root, NOW)

    assert ran.code == 0, ran.err
    assert ran.out.startswith("inbox: 1 mail: 1 ")
    assert run(root, NOW).out == ""


def test_a_wish_to_leave_that_nothing_proves_is_left_to_a_person(root: Path, server: FaultServer) -> None:
    configure(root, send=server.send_table(), inbox={"kind": "maildir", "path": "post"})
    post = mailbox.Maildir(root / "post", create=True)
    wish = EmailMessage()
    wish["From"], wish["To"], wish["Subject"] = PEOPLE[0], "trial@example.org", "Unsubscribe"
    wish.set_content("Please.\n")
    post.add(wish)
    ran = run(root, NOW)

    assert (ran.code, len(list((root / "post" / "new").iterdir()))) == (3, 1)
    assert PEOPLE[0] in ran.err
    assert "digest subscribers remove" in ran.err
    assert run(root, NOW).code == 0


def test_reading_the_inbox_loads_nothing_that_renders() -> None:
    told = "import sys, digest.production.inbox as _; print(sorted(one for one in sys.modules if 'render' in one))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_a_second_run_says_that_it_is_busy_and_does_nothing(root: Path, server: FaultServer) -> None:
    digest("send", "--at", "2026-11-18 13:05", "--yes", "--by", "A", root=root, now=SENT)
    with locked(root / LOCK, wait_s=0, busy="", hint=""):
        second = run(root, SOON)
        as_json = run(root, SOON, "--json")

    assert second.code == as_json.code == 0
    assert "busy: " in second.err
    assert as_json.json == {"busy": True}
    assert server.messages == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # on a server both send
def test_while_somebody_sends_by_hand_run_leaves_that_alone(root: Path, server: FaultServer) -> None:
    assert send(root).code == 0
    leave_half_done(root)
    before = len(server.messages)
    with send_lock(root):
        ran = run(root, SOON)

    assert ran.code == 0
    assert "another digest is sending" in ran.err
    assert len(server.messages) == before


def test_two_runs_at_once_send_it_once(root: Path, server: FaultServer) -> None:
    server.delay_s = 0.02
    digest("send", "--at", "2026-11-18 13:05", "--yes", "--by", "A", root=root, now=SENT)
    command = [sys.executable, "-m", "digest", "-C", str(root), "--now", SOON, "run"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=60) for process in both]

    assert [process.returncode for process in both] == [0, 0], said
    assert sorted(server.recipients) == sorted(PEOPLE)


def test_killed_at_any_moment_the_next_run_goes_on(root: Path, server: FaultServer) -> None:
    server.delay_s = 0.01
    digest("send", "--at", "2026-11-18 13:05", "--yes", "--by", "A", root=root, now=SENT)
    command = [sys.executable, "-m", "digest", "-C", str(root), "--now", SOON, "run"]
    for wanted in (1, 6):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while len(server.messages) < wanted and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        process.kill()
        process.wait(30)
        with opened(root) as project:
            let_leases_run_out(project.store)
    last = run(root, SOON)
    found = numbers(root)

    assert last.code in {0, 3}, last.err
    assert found["left"] == found["deferred"] == 0
    assert found["sent"] + found["uncertain"] == found["list"] == len(PEOPLE)
    assert max(Counter(server.recipients).values()) == 1
    assert len(server.messages) >= found["sent"]


def test_a_dry_run_says_what_would_be_done_and_does_not_do_it(root: Path, server: FaultServer) -> None:
    digest("send", "--at", "2026-11-18 13:05", "--yes", "--by", "A", root=root, now=SENT)
    would = run(root, SOON, "--dry-run")
    late = run(root, "2026-11-19T13:05Z", "--dry-run", "--json")
    before = run(root, SENT, "--dry-run")

    assert would.code == late.code == 0
    assert f"{ISSUE} was to be sent at 2026-11-18 13:05; it would be sent" in would.out
    assert late.json["issues"][0]["verdict"] == "ask"
    assert before.out == "nothing is due\n"
    assert server.messages == []
