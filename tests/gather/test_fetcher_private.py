"""Nothing behind the firewall is asked: every way to write a private address, given or redirected to, is refused."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tests.gather.asked import ask
from tests.gather.making import rss, source
from tests.support.http import Page, Site, serving
from tests.support.proxy import proxying

SPELLINGS = {
    "127.0.0.1": "private",
    "localhost": "private",
    "LOCALHOST": "private",
    "0x7f.1": "private",
    "0x7f000001": "private",
    "0177.0.0.1": "either",  # of these, as the C library has it
    "127.1": "no address",  # aiohttp takes these for no host at all
    "2130706433": "no address",
    "0": "no address",
    "0.0.0.0": "private",
    "10.0.0.1": "private",
    "100.64.0.1": "private",
    "169.254.169.254": "private",
    "172.16.0.1": "private",
    "192.0.0.8": "private",
    "192.168.1.1": "private",
    "198.18.0.1": "private",
    "224.0.0.1": "private",
    "240.0.0.1": "private",
    "255.255.255.255": "private",
    "[::1]": "private",
    "[::]": "private",
    "[::ffff:127.0.0.1]": "private",
    "[::127.0.0.1]": "private",
    "[64:ff9b::127.0.0.1]": "private",
    "[64:ff9b:1::7f00:1]": "private",
    "[2002:7f00:1::]": "private",
    "[2001:0:4136:e378:8000:63bf:80ff:fffe]": "private",
    "[fc00::1]": "private",
    "[fd00:ec2::254]": "private",
    "[fe80::1]": "private",
    "[fec0::1]": "private",
    "[ff02::1]": "private",
}


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        running.add("/feed", Page(rss("Secret")))
        yield running


def check(problem: str, expected: str) -> None:
    private, no_address = "leads to a private address (" in problem, "is no web address" in problem
    assert {"private": private, "no address": no_address, "either": private or no_address}[expected], problem


@pytest.mark.parametrize("host", SPELLINGS)
def test_a_private_address_is_refused_when_it_is_connected(site: Site, host: str) -> None:
    answer = ask(source(f"http://{host}:{site.port}/feed"), allow_private=False)["example"]

    check(answer.problem, SPELLINGS[host])
    assert site.requests == []


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site on a public address, as far as the guard can tell: this machine has none of its own."""
    with serving(host="127.0.0.2") as running:
        monkeypatch.setattr("digest.gather.web.addresses.is_public", _with_one_more(running))
        yield running


def _with_one_more(site: Site) -> Any:
    from digest.gather.web.addresses import is_public

    assert "127.0.0.2" in site.url
    return lambda address: address == "127.0.0.2" or is_public(address)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_a_private_address_is_refused_at_every_hop(site: Site, public: Site, status: int) -> None:
    public.add("/hop", Page(status=status, headers={"Location": f"{site.url}/feed"}))
    feed = source(public.add("/start", Page(status=301, headers={"Location": "/hop"})))
    good = source(public.add("/good", Page(rss("Good"))), id="good")
    answers = ask(feed, good, allow_private=False)

    assert answers["example"].problem == "127.0.0.1: leads to a private address (127.0.0.1)"
    assert answers["example"].hint is not None
    assert "allow_private = true" in answers["example"].hint
    assert answers["example"].moved_to is None
    assert answers["good"].kind == "body"
    assert {request.path for request in public.requests} == {"/start", "/hop", "/good"}
    assert site.requests == []


@pytest.mark.parametrize("host", SPELLINGS)
def test_every_spelling_is_refused_behind_a_redirect_too(site: Site, public: Site, host: str) -> None:
    feed = source(public.add("/start", Page(status=302, headers={"Location": f"http://{host}:{site.port}/feed"})))
    answer = ask(feed, allow_private=False)["example"]

    check(answer.problem, SPELLINGS[host])
    assert (len(public.requests), site.requests) == (1, [])


class Names:
    """A name server: each name gives its answers in turn, the last one for ever."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self.answers = {name.replace("_", "."): addresses for name, addresses in answers.items()}
        self._ask = socket.getaddrinfo

    def look_up(self, host: Any, port: Any, *rest: Any, **named: Any) -> Any:
        known = self.answers.get(host)
        if known is None:
            return self._ask(host, port, *rest, **named)
        addresses = known.pop(0) if len(known) > 1 else known[0]
        kinds = {address: socket.AF_INET6 if ":" in address else socket.AF_INET for address in addresses}
        return [(kind, socket.SOCK_STREAM, 6, "", (address, port, 0, 0) if kind == socket.AF_INET6 else (address, port))
                for address, kind in kinds.items()]  # fmt: skip


def names(monkeypatch: pytest.MonkeyPatch, **answers: list[list[str]]) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Names(**answers).look_up)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::1",
        "fd00::1",
    ],
)
def test_a_name_that_resolves_to_a_private_address_is_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    names(monkeypatch, intranet_example=[[address]])
    answer = ask(source(f"http://intranet.example:{site.port}/feed"), allow_private=False)["example"]

    assert answer.problem == f"intranet.example: leads to a private address ({address})"
    assert site.requests == []


def test_of_a_name_with_public_and_private_addresses_only_the_public_ones_are_connected(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(host="127.0.0.2") as running:
        monkeypatch.setattr("digest.gather.web.addresses.is_public", _with_one_more(running))
        names(monkeypatch, both_example=[["127.0.0.1", "127.0.0.2"]])
        running.add("/feed", Page(rss("Public")))
        answer = ask(source(f"http://both.example:{running.port}/feed"), allow_private=False)["example"]

    assert answer.body == rss("Public")
    assert site.requests == []


def test_a_name_that_was_public_a_moment_ago_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is connected is checked each time, not what was looked up before (DNS rebinding)."""
    with serving(host="127.0.0.2") as running:
        monkeypatch.setattr("digest.gather.web.addresses.is_public", _with_one_more(running))
        names(monkeypatch, rebind_example=[["127.0.0.2"], ["127.0.0.1"]])
        running.add("/feed", Page(rss("One")))
        feed = source(f"http://rebind.example:{running.port}/feed")
        first, second = (ask(feed, allow_private=False)["example"] for _ in range(2))

    assert first.body == rss("One")
    assert second.problem == "rebind.example: leads to a private address (127.0.0.1)"


def test_the_intranet_is_open_to_who_opens_it(site: Site) -> None:
    assert ask(source(f"http://localhost:{site.port}/feed"), allow_private=True)["example"].body == rss("Secret")


@pytest.mark.parametrize("host", [host for host in SPELLINGS if host != "0"])
def test_no_proxy_is_asked_to_connect_to_a_private_address(site: Site, host: str) -> None:
    with proxying() as proxy:
        answer = ask(source(f"http://{host}:{site.port}/feed"), allow_private=False, proxy=proxy.url)["example"]

    assert "leads to a private address (" in answer.problem
    assert (proxy.lines, site.requests) == ([], [])
