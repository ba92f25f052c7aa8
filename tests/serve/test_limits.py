from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.serve.limits import MOST, RATES, Limits, client_of, networks

LOCAL = networks(("127.0.0.1", "::1", "10.0.0.0/8"))


class Seconds:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_so_many_at_once_and_then_one_at_a_time() -> None:
    seconds = Seconds()
    limits, rate = Limits(seconds), RATES["subscribe"]
    assert [limits.wait_s("subscribe", "a") for _ in range(rate.burst)] == [0.0] * rate.burst
    wait_s = limits.wait_s("subscribe", "a")
    assert wait_s == pytest.approx(3600 / rate.per_hour)
    seconds.now += wait_s - 1
    assert limits.wait_s("subscribe", "a") == pytest.approx(1)  # asking too early costs nothing
    seconds.now += 1.001
    assert limits.wait_s("subscribe", "a") == 0.0
    assert limits.wait_s("subscribe", "a") > 0


def test_clients_and_purposes_are_counted_apart() -> None:
    limits = Limits(Seconds())
    while not limits.wait_s("subscribe", "a"):
        pass
    assert limits.wait_s("subscribe", "b") == 0.0
    assert limits.wait_s("forged", "a") == 0.0


def test_what_is_long_out_of_use_is_forgotten() -> None:
    limits = Limits(Seconds())
    for number in range(MOST + 10):
        limits.wait_s("forged", str(number))
    assert len(limits._left) == MOST


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),  # anybody can write that
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),  # what stands before the last one too
        ("127.0.0.1", ["6.6.6.6", "198.51.100.1, 10.1.2.3"], "198.51.100.1"),  # a proxy behind a proxy
        ("127.0.0.1", ["198.51.100.1, nonsense"], "127.0.0.1"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["10.1.2.3"], "10.1.2.3"),
        ("::1", ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", [], "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", [], "203.0.113.9"),
        ("::ffff:127.0.0.1", ["[2001:db8::9]"], "2001:db8::/64"),
        ("fe80::1%eth0", [], "fe80::/64"),
        ("", ["6.6.6.6"], ""),
    ],
)
def test_the_client_is_whom_a_proxy_of_ours_saw(peer: str, forwarded: list[str], client: str) -> None:
    assert client_of(peer, forwarded, LOCAL) == client


@given(peer=st.ip_addresses().map(str), forwarded=st.lists(st.text(max_size=40), max_size=4))
def test_who_is_no_proxy_is_counted_as_themselves_whatever_they_claim(peer: str, forwarded: list[str]) -> None:
    if not any(ip_address(peer) in network for network in LOCAL) and not peer.startswith("::ffff"):
        assert client_of(peer, forwarded, LOCAL) == client_of(peer, [], LOCAL)
