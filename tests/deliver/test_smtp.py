"""Getting in: encrypted, verified, logged in; or a sentence that says what is wrong and what to do."""

from __future__ import annotations

import datetime
import socket
import ssl
from pathlib import Path

import pytest
import trustme

from digest.deliver.delivery import deliver_one
from digest.deliver.smtp import Transport, hello_name
from digest.errors import ConnectError, LoginError
from tests.deliver.helpers import settings
from tests.support.smtp import fault_server, smtp_server

MESSAGE = b"Subject: tide\r\n\r\n.dots\r\n..at\r\nthe start\r\n"


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
def test_mail_gets_through_over_every_kind_of_connection(tmp_path: Path, security: str) -> None:
    with smtp_server(security=security, users={"brief": "ebb & flow"}) as server:  # type: ignore[arg-type]
        chosen = settings(**server.send_table(username="brief"))
        with Transport(chosen, root=tmp_path, password="ebb & flow") as transport:
            transport.check()
            outcome = deliver_one(transport, "anna@readers.example", MESSAGE)

    assert (outcome.result, outcome.code) == ("sent", 250)
    assert [message.data for message in server.messages] == [MESSAGE]


def test_checking_twice_leaves_no_connection_behind(tmp_path: Path) -> None:
    with smtp_server() as server, Transport(settings(**server.send_table()), root=tmp_path) as transport:
        transport.check()
        transport.check()

        assert transport._idle == []
        assert server.messages == []


def test_a_wrong_password_is_named_with_what_to_do(tmp_path: Path) -> None:
    with smtp_server(security="starttls", users={"brief": "tide"}) as server:
        chosen = settings(**server.send_table(username="brief"))
        with pytest.raises(LoginError, match="login as brief: 535") as caught:
            Transport(chosen, root=tmp_path, password="ebb").check()

    assert "DIGEST_SMTP_PASSWORD" in str(caught.value.hint)
    assert caught.value.username == "brief"


def test_a_password_outside_ascii_is_an_error_and_no_crash(tmp_path: Path) -> None:
    with smtp_server(security="starttls", users={"brief": "tide"}) as server:
        chosen = settings(**server.send_table(username="brief"))
        with pytest.raises(LoginError, match="outside ASCII"):
            Transport(chosen, root=tmp_path, password="Gezeiten: Flut & Ebbe – ß").check()


def test_a_server_without_logins_is_named(tmp_path: Path) -> None:
    with fault_server() as server:
        chosen = settings(**server.send_table(username="brief"))
        with pytest.raises(LoginError, match="offers no login"):
            Transport(chosen, root=tmp_path, password="tide").check()


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_for_another_host_is_refused(tmp_path: Path, security: str) -> None:
    with (
        smtp_server(security=security, certificate_for="elsewhere.example") as server,  # type: ignore[arg-type]
        pytest.raises(ConnectError, match="certificate is not good: Hostname mismatch") as caught,
    ):
        Transport(settings(**server.send_table()), root=tmp_path).check()

    assert caught.value.security == security


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path, security: str) -> None:
    with smtp_server(security=security) as server:  # type: ignore[arg-type]
        table = server.send_table() | {"ca_file": ""}
        with pytest.raises(ConnectError, match="certificate is not good: .*issuer certificate") as caught:
            Transport(settings(**table), root=tmp_path).check()

    assert "ca_file" in str(caught.value.hint)


def test_an_expired_certificate_is_refused(tmp_path: Path) -> None:
    authority = trustme.CA()
    old = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", not_after=old).configure_cert(context)
    with smtp_server(security="tls", tls_context=context) as server:
        ca_file = tmp_path / "ca.pem"
        authority.cert_pem.write_to_path(str(ca_file))
        table = server.send_table() | {"ca_file": "ca.pem"}
        with pytest.raises(ConnectError, match="certificate has expired"):
            Transport(settings(**table), root=tmp_path).check()


def test_a_server_that_does_not_offer_starttls_gets_nothing(tmp_path: Path) -> None:
    """Somebody in between may have taken the offer out: no login and no mail in clear text."""
    with fault_server() as server:
        table = server.send_table(security="starttls", username="brief")
        with pytest.raises(ConnectError, match="does not offer STARTTLS, and nothing is sent in clear text"):
            Transport(settings(**table), root=tmp_path, password="tide").check()

    assert "AUTH" not in server.heard
    assert server.heard[:1] == ["EHLO"]


def test_clear_text_where_tls_is_wanted_is_named(tmp_path: Path) -> None:
    with fault_server() as server, pytest.raises(ConnectError, match="TLS failed") as caught:
        Transport(settings(**server.send_table(security="tls")), root=tmp_path).check()

    assert "465" in str(caught.value.hint)


def test_an_unknown_host_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConnectError, match=r"mail\.invalid:587: unknown host"):
        Transport(settings(host="mail.invalid"), root=tmp_path).check()


def test_a_server_that_never_greets_is_given_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        table = {"host": "127.0.0.1", "port": port, "security": "none", "timeout_s": 0.3}
        with pytest.raises(ConnectError, match="did not answer in time"):
            Transport(settings(**table), root=tmp_path).check()


def test_authorities_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate", "utf-8")
    with smtp_server(security="tls") as server:
        for name in ("ca.pem", "missing.pem"):
            table = server.send_table() | {"ca_file": name}
            with pytest.raises(ConnectError, match=f"{name}: the certificates cannot be read"):
                Transport(settings(**table), root=tmp_path).check()


@pytest.mark.parametrize(
    ("hostname", "own", "name"),
    [
        ("desk.harbour.example", "192.0.2.7", "desk.harbour.example"),
        ("laptop", "192.0.2.7", "[192.0.2.7]"),
        ("Anna’s Mac.local", "192.0.2.7", "[192.0.2.7]"),
        ("bad_name.example", "2001:db8::7", "[IPv6:2001:db8::7]"),
        ("10.0.0.1", "10.0.0.1", "[10.0.0.1]"),
    ],
)
def test_the_name_said_at_ehlo_is_a_full_one_or_an_address(hostname: str, own: str, name: str) -> None:
    assert hello_name(hostname, own) == name
