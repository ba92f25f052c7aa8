"""What kind of trouble a failure of the network was, where the sentence for people is not enough."""

from __future__ import annotations

import socket
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from yarl import URL

from digest.gather.web.answers import why

KEY: Any = SimpleNamespace(host="harbour.example", port=443, ssl=True, is_ssl=True)


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (aiohttp.ClientConnectorDNSError(KEY, socket.gaierror(socket.EAI_NONAME, "unknown")), "no host"),
        (aiohttp.ClientConnectorDNSError(KEY, socket.gaierror(socket.EAI_AGAIN, "try again")), "no names"),
        (aiohttp.ClientConnectorDNSError(KEY, socket.gaierror(socket.EAI_FAIL, "failure")), "no names"),
        (aiohttp.ClientConnectorDNSError(KEY, OSError(None, "no answer")), "no names"),
        (aiohttp.ServerDisconnectedError(), "broken"),
        (ConnectionResetError(104, "reset"), "broken"),
        (TimeoutError(), ""),
        (ConnectionRefusedError(111, "refused"), ""),
    ],
)
def test_a_name_that_does_not_exist_is_told_from_a_name_server_that_does_not_say(
    error: Exception, trouble: str
) -> None:
    assert why(error, URL("https://harbour.example/"), total_s=1).trouble == trouble
