"""``digest send`` into a folder, through the machine's own mailer, and signed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import dkim
import pytest
import tomlkit
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from digest.deliver.dkim import Signer
from tests.support.cli import digest
from tests.support.project import CONFIG, NOW, make_project
from tests.support.smtp import smtp_server
from tests.support.stores import with_store

pytestmark = pytest.mark.usefixtures("in_each_database")

PEOPLE = ("anna@readers.example", "bo@readers.example")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = make_project(tmp_path / "brief")
    assert digest("build", root=root, now=NOW).code == 0
    for address in PEOPLE:
        assert digest("subscribers", "add", address, root=root, now=NOW).code == 0
    return root


def with_send(root: Path, **table: Any) -> None:
    document = tomlkit.parse(CONFIG)
    document["send"] = table
    (root / "digest.toml").write_text(with_store(root, tomlkit.dumps(document)), "utf-8")


def send(root: Path, *more: str) -> Any:
    return digest("send", "--yes", "--by", "A. Editor", "--offline", *more, root=root, now=NOW)


def test_an_issue_can_be_sent_into_a_folder(root: Path) -> None:
    with_send(root, transport="folder", folder="state/outbox")
    ran = send(root)

    assert ran.code == 0, ran.err
    assert "2 sent = 2 recipients" in ran.out
    found = [path.read_bytes() for path in (root / "state" / "outbox").glob("*.eml")]
    assert sorted(line for data in found for line in data.splitlines() if line.startswith(b"To: ")) == [
        f"To: <{address}>".encode() for address in PEOPLE
    ]


def test_an_issue_can_be_sent_by_the_machines_own_mailer(root: Path, tmp_path: Path) -> None:
    mailer = tmp_path / "sendmail"
    mailer.write_text(
        f"#!{sys.executable}\nimport sys, pathlib\n"
        f"(pathlib.Path({str(tmp_path)!r}) / sys.argv[-1]).write_bytes(sys.stdin.buffer.read())\n",
        "utf-8",
    )
    mailer.chmod(0o755)
    with_send(root, transport="sendmail", sendmail=str(mailer))

    assert send(root).code == 0
    assert all((tmp_path / address).read_bytes().startswith(b"Date: ") for address in PEOPLE)


def test_messages_and_tests_are_signed_with_the_key_of_digest_toml(root: Path) -> None:
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (root / "state" / "dkim.pem").write_bytes(key)
    with smtp_server() as server:
        with_send(root, **server.send_table(dkim_key="state/dkim.pem", dkim_selector="tide"))
        assert digest("send", "--test", PEOPLE[0], root=root, now=NOW).code == 0
        assert send(root).code == 0

    domain = server.messages[0].mail_from.rpartition("@")[2]
    name, text = Signer(root / "state" / "dkim.pem", domain=domain, selector="tide").record()
    assert len(server.messages) == 3
    for message in server.messages:
        asked: list[str] = []

        def lookup(where: bytes, timeout: int = 5, asked: list[str] = asked) -> bytes:  # noqa: ARG001  dkimpy gives it
            asked.append(where.decode().rstrip("."))
            return text.encode()

        assert dkim.verify(message.data, dnsfunc=lookup)
        assert asked == [name]


def test_a_key_of_no_use_is_told_before_anything_is_approved(root: Path) -> None:
    with smtp_server() as server:
        with_send(root, **server.send_table(dkim_key="state/none.pem"))
        ran = send(root)

    assert ran.code == 1
    assert "none.pem: the DKIM key cannot be read" in ran.err
    assert digest("status", "--json", root=root, now=NOW).json["issue"]["state"] == "draft"
    assert server.messages == []


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_approved(root: Path) -> None:
    (root / "taken").write_text("a file", "utf-8")
    with_send(root, transport="folder", folder="taken")
    ran = send(root)

    assert ran.code == 1
    assert "the folder for the messages cannot be made" in ran.err
    assert digest("status", "--json", root=root, now=NOW).json["issue"]["state"] == "draft"


def test_a_dry_run_says_what_takes_the_messages_and_what_the_domain_must_publish(root: Path) -> None:
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (root / "state" / "dkim.pem").write_bytes(pem)
    with_send(root, transport="folder", folder="state/outbox", dkim_key="state/dkim.pem", dkim_selector="quay")

    ran = digest("send", "--dry-run", root=root, now=NOW)
    data = digest("send", "--dry-run", "--json", root=root, now=NOW).json

    assert "by: folder state/outbox" in ran.out
    assert data["dns"]["name"] == "quay._domainkey.example.org"
    assert data["dns"]["txt"].startswith("v=DKIM1; k=ed25519; p=")
    assert f"{data['dns']['name']} TXT {data['dns']['txt']}" in ran.out
    assert data["editions"] == [{"edition": "all", "topics": [], "readers": 2}]
    assert not (root / "state" / "outbox").exists()
