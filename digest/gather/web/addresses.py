"""Which addresses on the network a feed may lead to, checked on every connection, after names were resolved."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Final

_NAT64: Final = ip_network("64:ff9b::/96")
_PROTOCOL: Final = ip_network("192.0.0.0/24")
_COMPATIBLE: Final = ip_network("::/96")
_UNICAST: Final = ip_network("2000::/3")
_DOCUMENTATION: Final = ip_network("3fff::/20")
_NAMES_OF_THIS_MACHINE: Final = ("localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback")


class PrivateAddressError(OSError):
    """A feed, or a redirect of it, leads into a network that is not public."""

    def __init__(self, address: str) -> None:
        super().__init__(f"leads to a private address ({address})")
        self.address = address


def is_public(address: str) -> bool:
    """Whether an IP address is on the public internet.

    ``ipaddress.is_global`` alone says yes to multicast, to 192.0.0.8, to fec0::/10 and to IPv6 addresses that carry a
    private IPv4 one (mapped, compatible, 6to4, Teredo, NAT64), so those are unpacked first; and of IPv6 only
    2000::/3 is handed out at all (IANA's list of global unicast addresses; 3fff::/20 of it is for books, RFC 9637).
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address):
        inner = _inner(parsed)
        if inner:
            return all(is_public(str(one)) for one in inner)
        if parsed not in _UNICAST or parsed in _DOCUMENTATION:
            return False
    elif parsed in _PROTOCOL:
        return False
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


def private_literal(host: str) -> str | None:
    """The private address that a host is by its mere spelling; None if that can be told only by resolving it.

    Numbers are read as the C library reads them: ``2130706433``, ``0x7f.1``, ``0177.0.0.1``, ``127.1`` are 127.0.0.1.
    For what is never resolved here: hosts that are asked through a proxy.

    Args:
        host: of an address, an IPv6 one without its brackets.
    """
    name = host.rstrip(".").lower()
    if name in _NAMES_OF_THIS_MACHINE or name.endswith(".localhost"):
        return name
    if ":" in name:
        return None if is_public(name) else name
    try:
        numeric = str(IPv4Address(socket.inet_aton(name)))
    except (OSError, UnicodeError, ValueError):
        return None
    return None if is_public(numeric) else numeric


def guarded_socket(addr_info: tuple[Any, ...]) -> socket.socket:
    """Make the socket for one resolved address; for ``aiohttp.TCPConnector(socket_factory=…)``.

    A hook on the resolver would not see addresses written as numbers (``0x7f.1``); this one sees what is connected.

    Raises:
        PrivateAddressError: the address is not public.
    """
    family, kind, protocol, _name, place = addr_info
    if not is_public(str(place[0])):
        raise PrivateAddressError(str(place[0]))
    return socket.socket(family=family, type=kind, proto=protocol)


def _inner(address: IPv6Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses an IPv6 one carries (RFC 4291 §2.5.5, RFC 3056, RFC 4380, RFC 6052)."""
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    return ()
