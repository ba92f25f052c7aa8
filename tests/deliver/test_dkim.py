"""Signatures that another implementation verifies, after a trip through a mail server too."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from digest.deliver.delivery import deliver_one
from digest.deliver.dkim import SIGNED, Signer
from digest.deliver.smtp import Transport
from digest.deliver.splice import Splice
from digest.deliver.stamp import Recipient
from digest.errors import DeliveryError
from tests.deliver.helpers import MAIL, NOON, settings, stamp
from tests.support.smtp import fault_server, smtp_server

KEYS: dict[str, Any] = {
    "rsa": rsa.generate_private_key(65537, 2048),
    "ed25519": ed25519.Ed25519PrivateKey.generate(),
    "curve": ec.generate_private_key(ec.SECP256R1()),
    "short": rsa.generate_private_key(65537, 1024),
}


def key_file(folder: Path, kind: str) -> Path:
    path = folder / f"{kind}.pem"
    path.write_bytes(KEYS[kind].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def make_signer(folder: Path, kind: str) -> Signer:
    return Signer(key_file(folder, kind), domain="harbour.example", selector="tide")


def verifies(signer: Signer, message: bytes) -> bool:
    name, text = signer.record()

    def lookup(asked: bytes, timeout: int = 5) -> bytes | None:  # noqa: ARG001  dkimpy gives it
        return text.encode() if asked.decode().rstrip(".") == name else None

    return bool(dkim.verify(message, dnsfunc=lookup, minkey=1024))


def message(name: str = "Zoë Lindqvist, the Elder") -> bytes:
    splice = Splice(replace(MAIL, subject="A subject of many words " * 8), stamp(settings()), date=NOON)
    return splice.message(Recipient(subscriber_id=7, address="anna@readers.example", name=name))


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
@pytest.mark.parametrize("name", ["", "Zoë Lindqvist, the Elder", "ليلى " * 20])
def test_another_implementation_verifies_it(tmp_path: Path, kind: str, name: str) -> None:
    signer = make_signer(tmp_path, kind)
    signed = signer.signed(message(name), when=NOON)

    assert signed.isascii()
    assert max(map(len, signed.split(b"\r\n"))) <= 998
    assert signer.signed(message(name), when=NOON) == signed
    assert verifies(signer, signed)


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_it_holds_after_a_trip_through_a_mail_server(tmp_path: Path, kind: str) -> None:
    signer = make_signer(tmp_path, kind)
    for serve in (smtp_server, fault_server):
        with serve() as server, Transport(settings(**server.send_table()), root=tmp_path) as transport:
            assert deliver_one(transport, "anna@readers.example", signer.signed(message(), when=NOON)).result == "sent"

        assert verifies(signer, server.messages[0].data)


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_whatever_matters_cannot_be_changed_or_added(tmp_path: Path, kind: str) -> None:
    signer = make_signer(tmp_path, kind)
    signed = signer.signed(message(), when=NOON)
    for name in SIGNED:
        field = f"\r\n{name}: ".encode()
        if field in signed:
            assert not verifies(signer, signed.replace(field, field + b"x")), name
    for added in (
        b"From: other@harbour.example",
        b"Subject: other",
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    ):
        assert not verifies(signer, added + b"\r\n" + signed), added
    assert not verifies(signer, signed.replace(b"The week", b"The weak"))
    assert verifies(signer, b"Received: from relay.example\r\n" + signed)
    assert verifies(signer, signed.replace(b"\r\n From:", b" From:")), "folding may change"


@pytest.mark.parametrize(
    ("kind", "why"),
    [("curve", "neither an RSA nor an Ed25519"), ("missing", "cannot be read"), ("text", "is no private key")],
)
def test_a_key_of_no_use_is_named_with_what_to_do(tmp_path: Path, kind: str, why: str) -> None:
    path = tmp_path / f"{kind}.pem" if kind not in KEYS else key_file(tmp_path, kind)
    if kind == "text":
        path.write_text("no key", "utf-8")

    with pytest.raises(DeliveryError, match=why) as caught:
        Signer(path, domain="harbour.example", selector="tide")

    assert "openssl genpkey" in str(caught.value.hint)
    assert str(path) in caught.value.message
