"""What holds for every test: no clock decides, and nothing leaves this machine."""

from __future__ import annotations

import ipaddress
import os
import socket
from typing import Any

import pytest
from hypothesis import settings

from tests.support.postgres import cluster
from tests.support.stores import database, in_each_database, in_sqlite_unless_asked, store

__all__ = ["cluster", "database", "in_each_database", "in_sqlite_unless_asked", "store"]

# Hypothesis has a profile of its own for CI (no deadline, the same cases each time); elsewhere only the deadline goes,
# because machines are shared and a test is not a benchmark.
if not os.environ.get("CI"):
    settings.register_profile("here", deadline=None)
    settings.load_profile("here")


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection to any other machine fails the test that tries it."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            host = ipaddress.ip_address(str(address[0]).partition("%")[0])
            mapped = getattr(host, "ipv4_mapped", None) or host
            assert mapped.is_loopback, f"a test tried to connect to {address}"
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """`approve` asks the network whether the links work; a test that wants that deletes the variable."""
    monkeypatch.setenv("DIGEST_OFFLINE", "1")
