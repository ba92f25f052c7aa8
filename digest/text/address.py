"""Mail addresses: which ones can be mailed, how they stand on the wire, and when two are the same."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import idna

MAX_LOCAL = 64  # octets before the @; RFC 5321 §4.5.3.1.1
MAX_ADDRESS = 254  # octets in all; RFC 5321 §4.5.3.1.3, less the angle brackets

_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")  # RFC 5322 §3.2.3
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")  # RFC 1123 §2.1


def address_problem(address: str) -> str | None:
    """Why this cannot be mailed, in words that follow "the address"; None: it can.

    Stricter than RFC 5322 where the RFC allows what no mailbox has (comments, quoted parts, address literals), and as
    generous as it elsewhere. Letters outside ASCII are fine in the domain, which has an ASCII form (RFC 5891), but not
    before the @, because too few servers take them there (RFC 6531).
    """
    local, at, domain = address.rpartition("@")
    if not at or "@" in local:
        return "has no @" if not at else "has more than one @"
    problem = _local_problem(local) or _domain_problem(domain)
    if problem is None and len(smtp_address(address)) > MAX_ADDRESS:
        return f"is longer than {MAX_ADDRESS} characters"
    return problem


def _local_problem(local: str) -> str | None:
    if _ATOM.fullmatch(local):
        return f"has more than {MAX_LOCAL} characters before the @" if len(local) > MAX_LOCAL else None
    if not local:
        return "has nothing before the @"
    if any(character.isspace() or not character.isprintable() for character in local):
        return "has a blank or a control character in it"
    if not local.isascii():
        return "has letters outside ASCII before the @, which few mail servers take"
    return "has characters before the @ that do not belong there"


@lru_cache(maxsize=4096)  # of a long list most are at a few providers
def _domain_problem(domain: str) -> str | None:
    try:
        labels = _ascii_domain(domain).split(".")
    except idna.IDNAError:
        return f'has "{domain}" after the @, which is no domain'
    if len(labels) < 2:
        return f'has "{domain}" after the @: its ending is missing'
    if labels[-1].isdigit() or not all(_LABEL.fullmatch(label) for label in labels):
        return f'has "{domain}" after the @, which is no domain'
    return None


def _ascii_domain(domain: str) -> str:
    return domain.lower() if domain.isascii() else _encoded_domain(domain)


@lru_cache(maxsize=4096)
def _encoded_domain(domain: str) -> str:
    # Python's own "idna" codec follows the old IDNA2003 and turns ß into ss: another domain, somebody else's mail.
    return idna.encode(domain, uts46=True, transitional=False).decode("ascii")


def smtp_address(address: str) -> str:
    """The address as it stands on the wire: its domain in ASCII.

    Raises:
        idna.IDNAError: the domain has no ASCII form; address_problem says so beforehand.
    """
    local, _, domain = address.rpartition("@")
    return f"{local}@{_ascii_domain(domain)}"


def tidy(address: str) -> str:
    """The address as it is kept: composed (NFC), no blanks around it, its domain in lower case."""
    composed = address if address.isascii() else unicodedata.normalize("NFC", address)
    local, at, domain = composed.strip().rpartition("@")
    return f"{local}{at}{domain.lower()}"


def address_key(address: str) -> str:
    """What is equal for two spellings of one mailbox: capitals and the two forms of a domain make no difference.

    RFC 5321 lets a server tell capitals apart before the @; none that matters does, and people type as they like.
    """
    kept = tidy(address)
    try:
        return smtp_address(kept).casefold()
    except idna.IDNAError:
        return kept.casefold()
