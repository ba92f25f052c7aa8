"""How often one client may try something: a token bucket for each purpose and client, in memory."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Literal

Purpose = Literal["subscribe", "forged", "change"]
Network = IPv4Network | IPv6Network

MOST = 50_000  # buckets; the one longest out of use is forgotten first
SITE_BITS = 64  # of an IPv6 address: what one household or server has for itself (RFC 6177)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many at once, and then so many an hour."""

    burst: int
    per_hour: float


RATES: dict[Purpose, Rate] = {
    "subscribe": Rate(burst=10, per_hour=30),
    "forged": Rate(burst=20, per_hour=60),  # links that do not hold; those that do are never counted
    "change": Rate(burst=20, per_hour=60),  # by one subscriber, of what they want
}


class Limits:
    """What is left to whom."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._left: OrderedDict[tuple[Purpose, str], tuple[float, float]] = OrderedDict()  # how many, and when

    def wait_s(self, purpose: Purpose, client: str) -> float:
        """Take one; 0.0 if there was one to take, else the seconds until there is."""
        rate, now = RATES[purpose], self._seconds()
        left, then = self._left.pop((purpose, client), (float(rate.burst), now))
        left = min(float(rate.burst), left + (now - then) * rate.per_hour / 3600)
        taken = left >= 1.0
        self._left[purpose, client] = (left - 1.0 if taken else left, now)
        if len(self._left) > MOST:
            self._left.popitem(last=False)
        return 0.0 if taken else (1.0 - left) * 3600 / rate.per_hour


def networks(proxies: Sequence[str]) -> tuple[Network, ...]:
    """Addresses and networks of digest.toml."""
    return tuple(ip_network(one, strict=False) for one in proxies)


def client_of(peer: str, forwarded: Sequence[str], proxies: Sequence[Network]) -> str:
    """Who asks, as it is counted: an IPv4 address, or the first half of an IPv6 one.

    Args:
        peer: the address at the other end of the line.
        forwarded: the values of X-Forwarded-For, in order.
        proxies: whose word is taken for whom they ask for. Each adds the address it sees at the end, so the last one
            that is no proxy's is the client; what stands before it anybody can have written.
    """
    found = _address(peer)
    for text in reversed([part.strip() for value in forwarded for part in value.split(",")]):
        if found is None or not any(found in network for network in proxies):
            break
        named = _address(text)
        if named is None:
            break
        found = named
    if found is None:
        return peer
    return str(found) if found.version == 4 else str(ip_network((int(found) >> SITE_BITS << SITE_BITS, SITE_BITS)))


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
