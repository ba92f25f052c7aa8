"""`digest inbox` over a real maildir, mailbox file and IMAP server: proven mails act once, forged ones never."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import insert

from digest.deliver import subscribers
from digest.deliver.keys import keyring, known_keyring
from digest.deliver.stamp import message_id_digits
from digest.deliver.verp import SECRET, read_return_path, return_path
from digest.store import schema
from digest.store.database import put_meta
from tests.support.cli import Ran, digest
from tests.support.imap import imap_server
from tests.support.project import CONFIG, NOW, at, make_project, opened, snapshot

KEY = "k" * 40
BASE = "back@example.org"
PEOPLE = ("ada", "bob", "cyd", "dan")
MAILINGS = tuple(f"{number:016x}" for number in range(1, 8))


def made(root: Path, table: str) -> Path:
    """A newsletter with four readers, ids 1 to 4, and seven mailings."""
    make_project(root, config=f'{CONFIG}\n[inbox]\naddress = "{BASE}"\n{table}\n')
    with opened(root) as project, project.store.write() as connection:
        put_meta(connection, SECRET, KEY)
        keyring(connection, now=at(1), fresh=lambda: "f" * 64)
        for name in PEOPLE:
            subscribers.add(connection, f"{name}@readers.example", now=at(1))
        rows = [
            {"id": one, "issue": one, "kind": "issue", "content_sha256": one, "variants": [], "frozen": at(1),
             "recipients": 4}
            for one in MAILINGS
        ]  # fmt: skip
        connection.execute(insert(schema.mailing), rows)
    return root


def bounce(who: int, status: str = "5.1.1", *, mailing: int = 0, to: str = "", original: str = "<x@y>") -> bytes:
    to = to or return_path(BASE, secret=KEY, mailing_id=MAILINGS[mailing], subscriber_id=who)
    return (
        f"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nTo: {to}\nSubject: Undelivered\n"
        f"Date: Tue, {10 + mailing} Nov 2026 09:00:00 +0000\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; {PEOPLE[who - 1]}@readers.example\nAction: failed\nStatus: {status}\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {original}\n\n--b--\n"
    ).encode()


def letter(subject: str, who: str = "eve", more: str = "") -> bytes:
    return f"From: {who}@readers.example\nTo: {BASE}\nSubject: {subject}\n{more}\nHello.\n".encode()


def wish(root: Path, who: int) -> bytes:
    with opened(root) as project, project.store.read() as connection:
        keys = known_keyring(connection)
    assert keys is not None
    return letter(f"unsubscribe {PEOPLE[who - 1]}@readers.example {keys.sign('unsubscribe', who)}")


def put(root: Path, *mails: bytes) -> Path:
    for name in ("new", "cur", "tmp"):
        (root / "back" / name).mkdir(parents=True, exist_ok=True)
    for number, raw in enumerate(mails, len(list((root / "back").rglob("m*")))):
        (root / "back" / "new" / f"m{number:03}").write_bytes(raw)
    return root / "back"


def states(root: Path) -> list[str]:
    with opened(root) as project, project.store.read() as connection:
        return [one.state for one in subscribers.listing(connection)]


def inbox(root: Path, *more: str) -> Ran:
    return digest("inbox", "--json", *more, root=root, now=NOW)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return made(tmp_path / "brief", 'kind = "maildir"\npath = "back"')


def test_each_reader_gets_what_the_mails_prove_and_a_second_run_changes_nothing(root: Path) -> None:
    complaint = (
        'From: fbl@isp.example\nContent-Type: multipart/report; boundary="f"\n\n--f\n'
        "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\n\n--f\nContent-Type: message/rfc822\n\n"
        f"Return-Path: <{return_path(BASE, secret=KEY, mailing_id=MAILINGS[0], subscriber_id=3)}>\n\nx\n--f--\n"
    ).encode()
    box = put(root, bounce(1), wish(root, 2), complaint, bounce(4, "4.2.2"), letter("Well done"))
    before = snapshot(root)

    tried = inbox(root, "--dry-run")
    assert (tried.code, snapshot(root), states(root)) == (0, before, ["active"] * 4)

    ran = inbox(root)
    assert ran.json["outcomes"] == {"bounced": 1, "complained": 1, "counted": 1, "unsubscribed": 1}
    assert ran.json["outcomes"] == tried.json["outcomes"]
    assert states(root) == ["bounced", "unsubscribed", "complained", "active"]
    assert sorted(path.name for path in (box / "cur").iterdir()) == [f"m00{n}:2,S" for n in range(4)]
    assert [path.name for path in (box / "new").iterdir()] == ["m004"]  # the letter stays for a person

    assert inbox(root).json["mails"] == 0
    put(root, bounce(1), bounce(4, "4.2.2"))  # delivered once more, in files of their own
    assert (inbox(root).json["mails"], states(root)[3]) == (0, "active")


def test_nothing_forged_moves_anyone(root: Path) -> None:
    good = return_path(BASE, secret=KEY, mailing_id=MAILINGS[0], subscriber_id=1)
    forged = [
        bounce(1, to=BASE),
        bounce(1, to=good.replace(".1.", ".2.")),
        bounce(1, to=return_path(BASE, secret="other", mailing_id=MAILINGS[0], subscriber_id=1)),
        bounce(1, to=BASE, original=f"<{'0' * 32}.issue@example.org>"),
        letter("unsubscribe ada@readers.example AAAAAAAAAAAAAAAAAAAAAA"),
        letter("unsubscribe", "ada"),
    ]
    put(root, *forged)

    ran = inbox(root)

    assert states(root) == ["active"] * 4
    assert [one["doubtful"] for one in ran.json["readings"]] == [True] * len(forged)
    assert "nothing proves it" in ran.err


def test_without_a_return_path_the_message_id_and_the_address_prove_it(root: Path) -> None:
    ours = f"<{message_id_digits(KEY, MAILINGS[2], 1)}@example.org>"
    put(root, bounce(2, to=BASE, original=ours))  # ada's Message-ID, but bob's address
    assert inbox(root).code == 0
    assert states(root) == ["active"] * 4

    put(root, bounce(1, to=BASE, original=ours), letter("Re: The Trial", "ada", f"In-Reply-To: {ours}\n"))
    inbox(root)
    assert states(root) == ["bounced", "active", "active", "active"]


@pytest.mark.parametrize(
    ("statuses", "last"),
    [
        (["5.1.1"], "bounced"), (["5.2.1"], "active"), (["5.2.1", "5.2.1"], "bounced"),
        (["5.7.26", "5.7.26", "5.7.26", "5.7.26"], "active"), (["4.2.2"] * 4, "active"), (["4.2.2"] * 5, "bounced"),
        (["4.2.2", "5.2.1"], "active"), (["5.2.2"] * 5, "bounced"),
    ],
)  # fmt: skip
def test_a_mailbox_may_refuse_so_often(root: Path, statuses: list[str], last: str) -> None:
    put(root, *(bounce(1, status, mailing=number) for number, status in enumerate(statuses)))
    inbox(root)

    assert states(root)[0] == last


def test_many_reports_on_one_mailing_count_once(root: Path) -> None:
    put(root, *(bounce(1, "4.2.2") + b"%d\n" % number for number in range(9)))
    inbox(root)

    assert states(root)[0] == "active"


def test_a_mailbox_file_is_read_and_never_written(tmp_path: Path) -> None:
    root = made(tmp_path / "brief", 'kind = "mbox"\npath = "back.mbox"')
    file = root / "back.mbox"
    file.write_bytes(b"".join(b"From x Tue Nov 17 09:00:00 2026\n" + one + b"\n" for one in (bounce(1), wish(root, 2))))
    before = file.read_bytes()

    assert inbox(root).json["outcomes"] == {"bounced": 1, "unsubscribed": 1}
    assert file.read_bytes() == before
    file.write_bytes(before.replace(b"Subject:", b"Status: RO\nSubject:", 1))  # a mail program has been here
    assert inbox(root).json["mails"] == 0


def imap_table(port: int, ca_file: Path | None, host: str = "localhost") -> str:
    return (
        f'kind = "imap"\nhost = "{host}"\nport = {port}\nusername = \'harbour "box"\'\nfolder = "Rück"\n'
        f'ca_file = "{ca_file}"'
    )


def test_a_server_is_read_marked_and_asked_for_each_mail_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGEST_IMAP_PASSWORD", "secret")
    with imap_server() as server:
        root = made(tmp_path / "brief", imap_table(server.port, server.ca_file))
        server.mails = {5: bounce(1), 9: letter("Well done"), 12: wish(root, 2)}

        assert inbox(root, "--dry-run").json["mails"] == 3
        assert (server.seen, states(root)) == (set(), ["active"] * 4)

        server.drop_after = 2  # the line drops in the middle: nothing of the batch is half done
        assert inbox(root).code == 1
        server.drop_after = None
        assert inbox(root).json["outcomes"] == {"bounced": 1, "unsubscribed": 1}
        assert server.seen == {5, 12}
        server.heard.clear()
        assert inbox(root).json["mails"] == 0
        assert not any("FETCH" in line for line in server.heard)
        server.validity = 8  # the server counts anew: all are fetched, and known by their content
        assert inbox(root).json["mails"] == 0


def test_a_server_that_cannot_prove_who_it_is_gets_no_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGEST_IMAP_PASSWORD", "secret")
    with imap_server(certificate_for="other.example") as server:
        root = made(tmp_path / "brief", imap_table(server.port, server.ca_file))
        ran = inbox(root)

        assert (ran.code, server.heard) == (1, [])
        assert "certificate is not good" in ran.err


def test_a_wrong_password_and_a_missing_one_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with imap_server() as server:
        root = made(tmp_path / "brief", imap_table(server.port, server.ca_file))
        monkeypatch.delenv("DIGEST_IMAP_PASSWORD", raising=False)
        assert "there is no password" in inbox(root).err
        monkeypatch.setenv("DIGEST_IMAP_PASSWORD", "wrong")
        assert "wrong password" in inbox(root).err


def test_a_return_path_fits_in_an_address_and_survives_capitals() -> None:
    path = return_path(f"{'b' * 19}@example.org", secret=KEY, mailing_id="f" * 16, subscriber_id=9_999_999_999)

    assert len(path.partition("@")[0]) == 64
    assert read_return_path(path.upper(), f"{'b' * 19}@example.org", secret=KEY) == ("f" * 16, 9_999_999_999)


def test_without_a_mailbox_it_says_what_to_write(tmp_path: Path) -> None:
    ran = digest("inbox", root=make_project(tmp_path / "brief"))

    assert ran.code == 1
    assert "[inbox]" in ran.err
