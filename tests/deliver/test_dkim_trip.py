"""Signed messages of a whole mailing, through real mail servers, verified there by another implementation.

What a signature costs is printed: ``pytest -s tests/deliver/test_dkim_trip.py``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import dkim
import pytest

from digest.deliver.delivery import deliver
from digest.deliver.smtp import Transport
from digest.model import Delivery, Tally
from tests.deliver.helpers import NOON, OWNER, readers, renderer, sending
from tests.deliver.test_dkim import make_signer
from tests.support.smtp import SmtpServer, fault_server, smtp_server
from tests.support.smtpsink import Sink, sink_command, smtp_sink

COUNT = 24


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
@pytest.mark.parametrize("server", ["aiosmtpd over STARTTLS", "pipelined", "smtp-sink"])
def test_every_signature_of_a_mailing_verifies_where_it_arrives(tmp_path: Path, kind: str, server: str) -> None:
    signer = make_signer(tmp_path, kind)
    name, text = signer.record()
    spent = 0.0

    def lookup(asked: bytes, timeout: int = 5) -> bytes | None:  # noqa: ARG001  dkimpy gives it
        return text.encode() if asked.decode().rstrip(".") == name else None

    if server == "smtp-sink" and sink_command() is None:
        pytest.skip("no smtp-sink here (see tests/support/smtpsink.py)")
    ways: dict[str, Callable[[], AbstractContextManager[SmtpServer | Sink]]] = {
        "aiosmtpd over STARTTLS": lambda: smtp_server(security="starttls"),
        "pipelined": lambda: fault_server(pipelining=True),
        "smtp-sink": smtp_sink,
    }
    serve = ways[server]()
    with serve as running, sending(tmp_path, readers(COUNT), **running.send_table(connections=3)) as work:
        mailing = work.mailing()
        plain = renderer(work.chosen, mailing.id)

        def render(row: Delivery) -> bytes:
            nonlocal spent
            message, begin = plain(row), time.thread_time()
            signed = signer.signed(message, when=NOON)
            spent += time.thread_time() - begin
            return signed

        with Transport(work.chosen, root=tmp_path) as transport:
            tally = deliver(work.ledger, transport, render, mailing, owner=OWNER, clock=work.clock)
        received = running.messages() if isinstance(running, Sink) else running.messages

    print(f"{kind}, {signer.algorithm}: {spent / COUNT * 1e6:,.0f} µs of processor time per signature")
    assert tally == Tally(sent=COUNT)
    assert len(received) == COUNT
    assert all(dkim.verify(message.data, dnsfunc=lookup) for message in received)
    assert len({message.parsed["DKIM-Signature"] for message in received}) == COUNT
