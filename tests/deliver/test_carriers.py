"""A folder and the machine's own mailer take what a mail server would."""

from __future__ import annotations

import mailbox
import sys
from pathlib import Path
from typing import Any

import pytest

from digest.deliver.carrier import open_carrier
from digest.deliver.delivery import deliver, deliver_one
from digest.deliver.folder import FolderCarrier
from digest.deliver.sendmail import SendmailCarrier
from digest.deliver.smtp import Transport
from digest.deliver.watch import Watch
from digest.errors import ConnectError
from digest.model import Tally
from tests.deliver.helpers import OWNER, Sending, readers, renderer, sending, settings

MESSAGE = b"Message-ID: <tide-7@harbour.example>\r\nSubject: tide\r\n\r\n.dots\r\n..at\r\nthe start\r\n"


def send(work: Sending, root: Path) -> Tally:
    mailing = work.mailing()
    with open_carrier(work.chosen, root=root, environ={}) as carrier:
        return deliver(
            work.ledger, carrier, renderer(work.chosen, mailing.id), mailing, owner=OWNER, clock=work.clock,
            watch=Watch(patience_s=(0.0, 0.0)),
        )  # fmt: skip


# --- a folder ----------------------------------------------------------------------------------------------------


def test_a_folder_holds_a_file_for_each(tmp_path: Path) -> None:
    with sending(tmp_path, readers(7), transport="folder", folder="out") as work:
        assert send(work, tmp_path) == send(work, tmp_path) == Tally(sent=7)

    files = sorted((tmp_path / "out").iterdir())
    assert [path.suffix for path in files] == [".eml"] * 7
    assert {line for path in files for line in path.read_bytes().splitlines() if line.startswith(b"To: ")} == {
        f"To: <{address}>".encode() for address in readers(7)
    }
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_a_maildir_is_delivered_to_as_one(tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "out", create=True)
    with sending(tmp_path, readers(3), transport="folder", folder="out") as work:
        assert send(work, tmp_path) == Tally(sent=3)

    assert sorted(str(message["To"]).strip("<>") for message in box) == readers(3)


def test_a_folder_gets_a_message_byte_for_byte_and_once(tmp_path: Path) -> None:
    with FolderCarrier(tmp_path / "out", sender="brief@harbour.example") as carrier:
        for _ in range(2):
            assert deliver_one(carrier, "anna@readers.example", MESSAGE).result == "sent"

    (path,) = (tmp_path / "out").iterdir()
    assert (path.name, path.read_bytes()) == ("tide-7.eml", MESSAGE)


def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file", "utf-8")

    with pytest.raises(ConnectError, match=r"out: the folder for the messages cannot be made") as caught:
        FolderCarrier(tmp_path / "out", sender="brief@harbour.example").check()

    assert "[send] folder" in str(caught.value.hint)


# --- sendmail ----------------------------------------------------------------------------------------------------


def mailer(folder: Path, ending: str = "") -> str:
    """A command that keeps what it is given, and ends as told."""
    path = folder / "mailer"
    path.write_text(
        f"#!{sys.executable}\nimport json, os, pathlib, sys, time\n"
        f"name = pathlib.Path({str(folder)!r}) / f'{{os.getpid()}}.json'\n"
        "name.write_text(json.dumps([sys.argv[1:], sys.stdin.buffer.read().decode()]))\n"
        f"{ending}\n",
        "utf-8",
    )
    path.chmod(0o755)
    return str(path)


def given(folder: Path) -> list[Any]:
    import json

    return [json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")]


def test_the_mailer_of_this_machine_is_given_each_message_with_its_envelope(tmp_path: Path) -> None:
    with sending(tmp_path, readers(3), transport="sendmail", sendmail=mailer(tmp_path), connections=2) as work:
        assert send(work, tmp_path) == Tally(sent=3)

    runs = given(tmp_path)
    assert sorted(arguments for arguments, _ in runs) == [
        ["-i", "-f", "brief@harbour.example", "--", address] for address in readers(3)
    ]
    assert all("\r" not in text and text.startswith("Date: ") for _, text in runs)


def sendmail(folder: Path, ending: str, timeout_s: float = 30.0) -> SendmailCarrier:
    return SendmailCarrier(
        mailer(folder, ending), sender="brief@harbour.example", connections=1, per_second=0.0, timeout_s=timeout_s
    )


@pytest.mark.parametrize(
    ("code", "result"),
    [(0, "sent"), (67, "failed"), (77, "stop"), (78, "stop"), (71, "again"), (75, "uncertain"), (1, "uncertain")],
)
def test_what_the_mailer_ends_with_has_a_meaning(tmp_path: Path, code: int, result: str) -> None:
    with sendmail(tmp_path, f"print('no, because', file=sys.stderr); sys.exit({code})") as carrier:
        outcome = deliver_one(carrier, "anna@readers.example", MESSAGE)

    assert outcome.result == result
    assert "no, because" in outcome.detail


def test_a_dot_and_an_address_like_an_option_are_nothing_special(tmp_path: Path) -> None:
    with sendmail(tmp_path, "") as carrier:
        assert deliver_one(carrier, "-oQ@readers.example", MESSAGE).result == "sent"

    ((arguments, text),) = given(tmp_path)
    assert arguments[-2:] == ["--", "-oQ@readers.example"]
    assert text.encode() == MESSAGE.replace(b"\r\n", b"\n")


def test_a_mailer_that_is_killed_or_never_ends_leaves_it_uncertain(tmp_path: Path) -> None:
    with sendmail(tmp_path, "os.kill(os.getpid(), 9)") as carrier:
        assert deliver_one(carrier, "anna@readers.example", MESSAGE).result == "uncertain"
    with sendmail(tmp_path, "time.sleep(60)", timeout_s=0.5) as carrier:
        assert deliver_one(carrier, "anna@readers.example", MESSAGE).result == "uncertain"


def test_a_mailer_that_is_not_there_is_named_before_anyone_is_touched(tmp_path: Path) -> None:
    with sending(tmp_path, readers(2), transport="sendmail", sendmail=str(tmp_path / "none")) as work:
        with pytest.raises(ConnectError, match="there is no such command"):
            send(work, tmp_path)

        assert work.ledger.tally(work.mailing().id) == Tally(left=2)


def test_a_mailer_that_may_not_send_stops_it_and_nobody_is_marked(tmp_path: Path) -> None:
    table = {"transport": "sendmail", "sendmail": mailer(tmp_path, "sys.exit(77)"), "connections": 1}
    with sending(tmp_path, readers(4), **table) as work:
        tally = send(work, tmp_path)

    assert (tally.left, tally.failed) == (4, 0)
    assert "exit code 77" in str(tally.stopped)


def test_the_mail_server_is_what_is_meant_by_default(tmp_path: Path) -> None:
    with open_carrier(settings(host="mail.example"), root=tmp_path, environ={}) as carrier:
        assert isinstance(carrier, Transport)
    with pytest.raises(ConnectError, match="names no mail server"):
        open_carrier(settings(), root=tmp_path, environ={})
