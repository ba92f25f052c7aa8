"""What a host name gives away: whether readers can reach it, and whether it is what it seems."""

from __future__ import annotations

import re
import unicodedata
from ipaddress import ip_address
from urllib.parse import urlsplit

_PRIVATE = ("localhost", ".localhost", ".local", ".localdomain", ".internal", ".intranet", ".lan", ".home", ".corp",
            ".home.arpa", ".private")  # fmt: skip
_LOOKALIKE = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})
"""Scripts whose letters look like Latin ones."""
_TOGETHER = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"})


def host_of(url: str) -> str:
    """The host of an address in lower case; empty if there is none."""
    try:
        return (urlsplit(url.replace("\\", "/")).hostname or "").rstrip(".")
    except ValueError:  # a bracket that begins no IPv6 address
        return ""


def is_private(url: str) -> bool:
    """Whether an address leads into a private network, or to the machine itself (RFC 1918, 6761, 6762, 8375)."""
    host = host_of(url)
    address = _ip(host)
    if address:
        return ip_address(address).is_private or ip_address(address).is_loopback
    return host.endswith(_PRIVATE) or ("." not in host and host != "")


def is_number(url: str) -> bool:
    """Whether the host is a bare IP address, also one written as a single number."""
    host = host_of(url)
    return bool(_ip(host)) or bool(re.fullmatch(r"\d+|0x[0-9a-f]+", host))


def pretended(host: str) -> str | None:
    """The name that readers see, where it mixes scripts or is in letters that look like Latin ones; None: it does not.

    A name wholly in another script under an address that is, too, in that script is what it seems (Unicode TR 39, 5).
    """
    shown = ".".join(_decoded(label) for label in host.split("."))
    labels = shown.split(".")
    for label in labels[:-1]:
        scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in label if letter.isalpha()}
        if len({"CJK" if script in _TOGETHER else script for script in scripts} - {""}) > 1 and "LATIN" in scripts:
            if scripts & _LOOKALIKE:
                return shown
        elif scripts & _LOOKALIKE and labels[-1].isascii():
            return shown
    return None


def _decoded(label: str) -> str:
    if not label.lower().startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError):
        return label


def _ip(host: str) -> str:
    try:
        return str(ip_address(host))
    except ValueError:
        return ""
