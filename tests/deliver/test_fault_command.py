"""The faults that matter most, as the person at the command line meets them: exit codes, words, and going on."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import tomlkit

from digest.deliver.lock import send_lock
from tests.support.cli import Ran, digest
from tests.support.project import CONFIG, NOW, make_project
from tests.support.smtp import FaultServer, SmtpServer, fault_server, smtp_server

LATER = "2026-11-18T13:00Z"
OK = [f"ok.{number}@readers.example" for number in range(6)]


def project(tmp_path: Path, server: SmtpServer, *addresses: str, **table: object) -> Path:
    """A newsletter with a draft, these subscribers, and this server."""
    root = make_project(tmp_path / "brief")
    point(root, server, **table)
    assert digest("build", root=root, now=NOW).code == 0
    for address in addresses:
        assert digest("subscribers", "add", address, root=root, now=NOW).code == 0
    return root


def point(root: Path, server: SmtpServer, **table: object) -> None:
    document = tomlkit.parse(CONFIG)
    document["send"] = server.send_table(connections=2, **table)
    (root / "digest.toml").write_text(tomlkit.dumps(document), "utf-8")


def send(root: Path, *more: str, now: str = NOW) -> Ran:
    return digest("send", "--yes", "--by", "A. Editor", "--offline", *more, root=root, now=now)


def totals(root: Path) -> dict[str, int]:
    """Of the one mailing; checked to add up."""
    found = digest("send", "--status", "--json", root=root, now=LATER).json["mailings"]
    if not found:
        return {}
    states = ("sent", "deferred", "failed", "uncertain", "suppressed", "left")
    (mailing,) = found
    assert sum(mailing[state] for state in states) == mailing["list"]
    return {state: mailing[state] for state in states if mailing[state]}


def state(root: Path) -> str:
    return str(digest("status", "--json", root=root, now=NOW).json["issue"]["state"])


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("no server", "refuses the connection"),
        ("421", "421 4.3.2 too busy"),
        ("no STARTTLS", "does not offer STARTTLS, and nothing is sent in clear text"),
        ("535", "login as brief: 535 5.7.8 bad credentials"),
    ],
)
def test_no_way_in_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, words: str
) -> None:
    monkeypatch.setenv("DIGEST_SMTP_PASSWORD", "tide")
    with fault_server() as server:
        root = project(tmp_path, server, *OK, username="brief" if fault == "535" else "")
        gone = SmtpServer(port=1) if fault == "no server" else server
        if fault == "421":
            server.greeting = "421 4.3.2 too busy"
        if fault == "535":
            server.extensions, server.replies["AUTH"] = ("AUTH PLAIN",), "535 5.7.8 bad credentials"
        table = {"username": "brief"} if fault == "535" else {}
        if fault == "no STARTTLS":
            server.security = "starttls"
        point(root, gone, **table)
        ran = send(root)
        untouched = state(root)
        with smtp_server() as good:
            point(root, good)
            after = send(root)

    assert ran.code == 1
    assert words in ran.err
    assert "hint:" in ran.err
    assert (untouched, server.messages) == ("draft", [])
    assert after.code == 0
    assert sorted(good.recipients) == sorted(OK)


def test_some_are_put_off_and_some_refused_and_it_says_so(tmp_path: Path) -> None:
    with fault_server(pipelining=True, faults_left={"451": 1}) as server:
        root = project(tmp_path, server, *OK, "451.x@readers.example", "550.x@readers.example")
        first = send(root)
        assert totals(root) == {"sent": 6, "deferred": 1, "failed": 1}
        soon = send(root)
        second = send(root, now=LATER)

    assert (first.code, soon.code, second.code) == (3, 3, 3)
    assert "6 sent + 1 deferred + 1 failed = 8 recipients" in first.out
    assert "goes on from 2026-11-18 12:3" in first.err
    assert "7 sent + 1 failed = 8 recipients" in second.out
    assert Counter(server.recipients) == Counter([*OK, "451.x@readers.example"])


def test_who_may_have_it_is_held_and_sent_once_more_on_demand(tmp_path: Path) -> None:
    doubtful = "drop-dot.x@readers.example"
    with fault_server(faults_left={"drop-dot": 1}) as server:
        root = project(tmp_path, server, *OK, doubtful)
        first = send(root)
        again = send(root)
        assert totals(root) == {"sent": 6, "uncertain": 1}
        asked = send(root, "--resend-uncertain")
        assert totals(root) == {"sent": 7}

    assert (first.code, again.code, asked.code) == (3, 3, 0)
    assert "1 recipient may or may not have it" in first.err
    assert "--resend-uncertain" in first.err
    assert Counter(server.recipients) == Counter([*OK, doubtful, doubtful])
    copies = [message.parsed["Message-ID"] for message in server.messages if doubtful in message.rcpt_tos]
    assert len(set(copies)) == 1


@pytest.mark.parametrize("how", ["MAIL", "RCPT", "quota"])
def test_a_server_that_refuses_us_pauses_the_sending_and_it_goes_on_after_the_repair(tmp_path: Path, how: str) -> None:
    def broken(server: FaultServer) -> None:
        match how:
            case "MAIL":
                server.mail_reply = "550 5.7.1 sender not allowed"
            case "RCPT":
                server.rcpt_reply = "554 5.7.1 relay access denied"
            case _:
                server.replies["MAIL"] = "452 4.5.3 quota used up"

    with fault_server(pipelining=True) as server:
        root = project(tmp_path, server, *OK)
        broken(server)
        first = send(root)
        assert totals(root) == {"left": 6}
        server.mail_reply = server.rcpt_reply = "250 ok"
        server.replies.clear()
        second = send(root)

    assert (first.code, second.code) == (3, 0)
    assert "stopped: " in first.err
    assert {"MAIL": "sender not allowed", "RCPT": "relay access denied"}.get(how, "quota used up") in first.err
    assert "`digest send 2026-W47` goes on" in first.err
    assert Counter(server.recipients) == Counter(OK)


def test_a_second_sender_is_told_that_it_is_busy(tmp_path: Path) -> None:
    with fault_server() as server:
        root = project(tmp_path, server, *OK)
        with send_lock(root):
            busy = send(root)
        after = send(root)

    assert busy.code == 1
    assert "another digest is sending from this project" in busy.err
    assert "hint:" in busy.err
    assert after.code == 0
    assert Counter(server.recipients) == Counter(OK)
