"""From a mail that was really sent, by way of each kind of mailbox, to the reader who is mailed no more."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import tomlkit

from tests.support.cli import Ran, digest
from tests.support.dovecot import PASSWORD, USER, Dovecot, dovecot, dovecot_command
from tests.support.project import CONFIG, NOW, make_project
from tests.support.smtp import Received, smtp_server

PEOPLE = ("ada", "bob", "cyd")
LATER = "2026-11-19T12:00Z"

Put = Callable[[bytes], None]

needs_dovecot = pytest.mark.skipif(dovecot_command() is None, reason="needs Dovecot (Debian: dovecot-imapd)")


@contextlib.contextmanager
def a_box(kind: str, root: Path) -> Iterator[tuple[dict[str, Any], Put]]:
    """What [inbox] says of a new mailbox of this kind, and how a mail is put in it."""
    if kind == "maildir":
        for part in ("new", "cur", "tmp"):
            (root / "back" / part).mkdir(parents=True)

        def put(raw: bytes) -> None:
            (root / "back" / "new" / f"m{len(list((root / 'back').rglob('m*')))}").write_bytes(raw)

        yield {"kind": kind, "path": "back"}, put
    elif kind == "mbox":
        file = root / "back.mbox"
        root.mkdir()
        file.touch()

        def add(raw: bytes) -> None:
            with file.open("ab") as box:
                box.write(b"From x Thu Nov 19 09:00:00 2026\n" + raw.replace(b"\r\n", b"\n") + b"\n")

        yield {"kind": kind, "path": "back.mbox"}, add
    else:
        with dovecot() as server:
            yield imap_table(server, kind), lambda raw: server.put(raw, folder="Rück")


def imap_table(server: Dovecot, security: str) -> dict[str, Any]:
    port = server.port if security == "starttls" else server.tls_port
    return {"kind": "imap", "host": "localhost", "port": port, "security": security, "username": USER,
            "folder": "Rück", "ca_file": str(server.ca_file)}  # fmt: skip


def sent(root: Path, box: dict[str, Any]) -> dict[str, Received]:
    """An issue goes out over SMTP to three readers; what each got."""
    with smtp_server() as server:
        document = tomlkit.parse(CONFIG)
        document["send"] = server.send_table()
        document["inbox"] = {"address": "back@example.org", **box}
        make_project(root, config=tomlkit.dumps(document))
        steps = [["build"], *(["subscribers", "add", f"{name}@readers.example"] for name in PEOPLE)]
        for step in (*steps, ["send", "--yes", "--by", "A. Editor", "--offline"]):
            ran = digest(*step, root=root, now=NOW)
            assert ran.code == 0, ran.err
        return {message.rcpt_tos[0].partition("@")[0]: message for message in server.messages}


def mailto(message: Received) -> str:
    """Where and what to write to leave, as a mail program finds it: in the header, and for the reader in the text."""
    headers = str(message.parsed["List-Unsubscribe"])
    (link,) = (one.strip(" <>") for one in headers.split(",") if "mailto:" in one)
    body = message.parsed.get_body(("plain",))
    assert body is not None
    assert link in body.get_content()
    return link


def wish(link: str, *, writer: str = "somebody@elsewhere.example") -> bytes:
    """The mail that a mail program makes of such a link (RFC 6068)."""
    found = urlsplit(link)
    (subject,) = parse_qs(found.query)["subject"]
    return f"From: {writer}\r\nTo: {unquote(found.path)}\r\nSubject: {subject}\r\n\r\n\r\n".encode()


def bounce(message: Received) -> bytes:
    """What the reader's server sends back, to where the message came from."""
    return (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@readers.example\r\nTo: {message.mail_from}\r\nSubject: Undelivered\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; readers.example\r\n\r\n"
        f"Final-Recipient: rfc822; {message.rcpt_tos[0]}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    ).encode()


def inbox(root: Path, *more: str) -> Ran:
    return digest("inbox", "--json", *more, root=root, now=LATER)


def states(root: Path) -> dict[str, str]:
    people = digest("subscribers", "list", "--all", "--json", root=root).json["subscribers"]
    return {one["address"].partition("@")[0]: one["state"] for one in people}


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGEST_IMAP_PASSWORD", PASSWORD)


@pytest.mark.parametrize(
    "kind",
    ["maildir", "mbox", pytest.param("starttls", marks=needs_dovecot), pytest.param("tls", marks=needs_dovecot)],
)
def test_a_wish_to_leave_and_a_bounce_come_home(tmp_path: Path, kind: str) -> None:
    root = tmp_path / "brief"
    with a_box(kind, root) as (box, put):
        got = sent(root, box)
        for raw in (wish(mailto(got["ada"])), bounce(got["bob"]), b"From: cyd@readers.example\r\n\r\nWell done.\r\n"):
            put(raw)

        tried = inbox(root, "--dry-run")
        assert set(states(root).values()) == {"active"}
        ran = inbox(root)

        assert ran.json["outcomes"] == tried.json["outcomes"] == {"unsubscribed": 1, "bounced": 1}
        assert states(root) == {"ada": "unsubscribed", "bob": "bounced", "cyd": "active"}
        assert inbox(root).json["mails"] == 0
    history = digest("subscribers", "show", "ada@readers.example", "--json", root=root).json["events"]
    assert [one["event"] for one in history] == ["added", "unsubscribed"]


@needs_dovecot
def test_on_a_server_what_is_settled_is_seen_and_a_letter_is_left_for_people(tmp_path: Path) -> None:
    root = tmp_path / "brief"
    with dovecot() as server:
        got = sent(root, imap_table(server, "starttls"))
        for raw in (wish(mailto(got["ada"])), b"From: cyd@readers.example\r\n\r\nWell done.\r\n"):
            server.put(raw, folder="Rück")
        inbox(root)

        assert server.flags(folder="Rück") == ["S", ""]


@needs_dovecot
def test_a_real_server_that_cannot_prove_who_it_is_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "brief"
    with dovecot(certificate_for="other.example") as server:
        sent(root, imap_table(server, "starttls"))
        ran = inbox(root)
        assert (ran.code, "certificate is not good" in ran.err) == (1, True), ran.err
        assert "Login" not in (server.maildir.parent / "log").read_text("utf-8")
    with dovecot() as server:
        document = tomlkit.parse((root / "digest.toml").read_text("utf-8"))
        document["inbox"] = imap_table(server, "tls")
        (root / "digest.toml").write_text(tomlkit.dumps(document), "utf-8")
        monkeypatch.setenv("DIGEST_IMAP_PASSWORD", "wrong")
        ran = inbox(root)
        assert (ran.code, "login as harbour@example.org" in ran.err) == (1, True)


def test_links_outlive_a_new_key_but_not_the_end_of_their_own(tmp_path: Path) -> None:
    root = tmp_path / "brief"
    with a_box("maildir", root) as (box, put):
        got = sent(root, box)
        digest("subscribers", "keys", "--rotate", root=root, now=LATER)
        put(wish(mailto(got["ada"])))
        assert inbox(root).json["outcomes"] == {"unsubscribed": 1}

        ended = digest("subscribers", "keys", "--void-before", "2", "--yes", root=root, now=LATER)
        put(wish(mailto(got["bob"])))
        ran = inbox(root)

    assert ended.code == 0
    assert ran.json["outcomes"] == {}
    assert [one["doubtful"] for one in ran.json["readings"]] == [True]
    assert states(root)["bob"] == "active"
