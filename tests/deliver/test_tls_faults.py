"""TLS that fails, is not good, or was taken away: nothing in clear text, no login, no mail, and nobody is marked."""

from __future__ import annotations

import contextlib
import datetime
import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from digest.errors import ConnectError
from digest.model import Tally
from tests.deliver.helpers import readers, sending
from tests.deliver.truth import agrees
from tests.support.smtp import Security, fault_server, smtp_server

BOTH = pytest.mark.parametrize("security", ["starttls", "tls"])


def server_context(authority: trustme.CA, name: str = "localhost", *, ended: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    not_after = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC) if ended else None
    authority.issue_cert(name, not_after=not_after).configure_cert(context)
    return context


@BOTH
@pytest.mark.parametrize("fault", ["of another host", "expired", "self-signed", "of an unknown authority"])
def test_a_certificate_that_is_not_good_stops_everything(tmp_path: Path, fault: str, security: Security) -> None:
    ours, other = trustme.CA(), trustme.CA()
    context = {
        "of another host": lambda: server_context(ours, "mail.elsewhere.example"),
        "expired": lambda: server_context(ours, ended=True),
        "self-signed": lambda: server_context(other),
        "of an unknown authority": lambda: server_context(other),
    }[fault]()
    ours.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    if fault == "self-signed":  # the authority's own certificate is the server's
        other.cert_pem.write_to_path(str(tmp_path / "own.pem"))
        other.private_key_pem.write_to_path(str(tmp_path / "own.key"))
        context.load_cert_chain(tmp_path / "own.pem", tmp_path / "own.key")
    with smtp_server(security=security, tls_context=context, users={"brief": "tide"}) as server:
        table = server.send_table() | {"ca_file": "ca.pem"}
        with sending(tmp_path, readers(5), **table) as work:
            with pytest.raises(ConnectError, match="certificate is not good"):
                work.send()
            agrees(work.ledger, work.mailing().id, server.recipients)
            tally = work.ledger.tally(work.mailing().id)

    assert (tally, server.messages) == (Tally(left=5), [])


@BOTH
def test_the_good_certificate_of_the_same_server_lets_it_go_on(tmp_path: Path, security: Security) -> None:
    with smtp_server(security=security) as server, sending(tmp_path, readers(30), **server.send_table()) as work:
        assert work.send() == Tally(sent=30)
        agrees(work.ledger, work.mailing().id, server.recipients)


@pytest.mark.parametrize(
    ("extensions", "replies"),
    [
        ((), {}),
        (("AUTH PLAIN", "PIPELINING"), {}),
        (("XSTARTTLS",), {}),
        (("STARTTLS",), {"STARTTLS": "454 4.7.0 TLS not available"}),
        (("STARTTLS",), {"STARTTLS": "502 5.5.1 what?"}),
        (("STARTTLS",), {"STARTTLS": "250 2.0.0 fine without"}),
        (("STARTTLS",), {"STARTTLS": "421 4.7.0 goodbye"}),
        (("STARTTLS",), {"STARTTLS": "220 2.0.0 go ahead, in clear text"}),
        (("STARTTLS",), {"STARTTLS": "220 2.0.0 go ahead\r\n250-faulty.test\r\n250 AUTH PLAIN"}),
        (("STARTTLS",), {"EHLO": "502 5.5.1 only HELO"}),
    ],
)
def test_without_starttls_not_a_word_of_the_login_or_the_mail_is_said(
    tmp_path: Path, extensions: tuple[str, ...], replies: dict[str, str]
) -> None:
    """Somebody in between may have taken the offer out, or answers it himself."""
    with fault_server() as server:
        server.extensions, server.replies = extensions, replies
        table = server.send_table(security="starttls", timeout_s=2)
        with sending(tmp_path, readers(5), **table) as work:
            with pytest.raises(ConnectError):
                work.send()
            assert work.ledger.tally(work.mailing().id) == Tally(left=5)

    assert not {"AUTH", "MAIL", "RCPT", "DATA"} & set(server.heard)
    assert server.messages == []


@contextlib.contextmanager
def rude_listener(answer: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """Answers whatever comes first with these bytes and hangs up; what came."""
    came: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        came.append(connection.recv(4096))
                        connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1], came
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


@pytest.mark.parametrize("answer", [b"", b"220 in clear text\r\n", b"\x15\x03\x01\x00\x02\x02\x28", b"\x16\x03\x03"])
def test_a_handshake_that_fails_stops_everything(tmp_path: Path, answer: bytes) -> None:
    with rude_listener(answer) as (port, came):
        table = {"host": "localhost", "port": port, "security": "tls", "timeout_s": 2}
        with sending(tmp_path, readers(5), **table) as work:
            with pytest.raises(ConnectError):
                work.send()
            assert work.ledger.tally(work.mailing().id) == Tally(left=5)

    assert all(first.startswith(b"\x16\x03") for first in came), "the first word is a TLS greeting"


def test_old_tls_is_not_spoken(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = server_context(authority)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # that is the point
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with smtp_server(security="tls", tls_context=context) as server:
        table = server.send_table() | {"ca_file": "ca.pem"}
        with sending(tmp_path, readers(5), **table) as work:
            with pytest.raises(ConnectError, match="TLS failed"):
                work.send()
            assert work.ledger.tally(work.mailing().id) == Tally(left=5)
