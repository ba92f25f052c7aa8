from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.web.addresses import PrivateAddressError, guarded_socket, is_public, private_literal


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1",
     "2001:0:808:808:8000:63bf:f7f7:f7f7"],
)  # fmt: skip
def test_the_public_internet_is_public(address: str) -> None:
    assert is_public(address)


PRIVATE = {
    "loopback": ["127.0.0.1", "127.255.255.254", "::1"],
    "this network (RFC 791)": ["0.0.0.0", "0.1.2.3", "::"],
    "private (RFC 1918)": ["10.1.2.3", "192.168.0.1", "172.16.0.1", "172.31.255.255"],
    "link-local, with the clouds' metadata": ["169.254.169.254", "fe80::1", "fe80::1%eth0"],
    "shared by carriers (RFC 6598)": ["100.64.0.1", "100.127.255.255"],
    "protocol assignments (RFC 6890)": ["192.0.0.1", "192.0.0.8", "192.0.0.170"],
    "benchmarking (RFC 2544)": ["198.18.0.1", "198.19.255.255"],
    "for books": ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
    "multicast": ["224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"],
    "reserved and broadcast": ["240.0.0.1", "255.255.255.255", "4000::1", "5f00::1"],
    "unique local (RFC 4193)": ["fc00::1", "fd12:3456::1"],
    "site-local (RFC 3879)": ["fec0::1", "feff::1"],
    "mapped": ["::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:169.254.169.254"],
    "compatible": ["::127.0.0.1", "::10.0.0.1"],
    "NAT64 (RFC 6052)": ["64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::a00:1"],
    "local NAT64 (RFC 8215)": ["64:ff9b:1::7f00:1", "64:ff9b:1::808:808"],
    "6to4 (RFC 3056)": ["2002:7f00:1::1", "2002:a9fe:a9fe::1", "2002:c0a8:1::"],
    "Teredo (RFC 4380), client or server": [
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "2001:0:7f00:1:8000:63bf:f7f7:f7f7",
    ],
    "discard, benchmarking, ORCHID": ["100::1", "2001:2::1", "2001:10::1"],
    "no address at all": ["not an address", "", "127.1", "1.2.3.4.5"],
}


@pytest.mark.parametrize("address", [one for group in PRIVATE.values() for one in group])
def test_everything_else_is_not(address: str) -> None:
    assert not is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_inside_another_counts_as_itself(address: object) -> None:
    plain = is_public(str(address))
    assert is_public(f"::ffff:{address}") == plain
    assert is_public(f"64:ff9b::{address}") == plain


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("10.0.257", "10.0.1.1"),
        ("0", "0.0.0.0"),
        ("169.254.169.254.", "169.254.169.254"),
        ("::1", "::1"),
        ("::ffff:127.0.0.1", "::ffff:127.0.0.1"),
        ("64:ff9b::7f00:1", "64:ff9b::7f00:1"),
        ("localhost", "localhost"),
        ("LOCALHOST.", "localhost"),
        ("wiki.localhost", "wiki.localhost"),
        ("8.8.8.8", None),
        ("134744072", None),
        ("2606:4700::1111", None),
        ("example.org", None),
        ("127.0.0.1.example.org", None),
        ("bücher.example", None),
        ("", None),
    ],
)
def test_a_private_address_is_known_however_it_is_spelt(host: str, address: str | None) -> None:
    assert private_literal(host) == address


def test_a_socket_is_made_for_public_addresses_only() -> None:
    guarded_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 80))).close()
    with pytest.raises(PrivateAddressError, match=r"private address \(10\.0\.0\.1\)"):
        guarded_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 80)))
