"""Asks the DNS what it says of the domain that mails come from: SPF, DMARC, DKIM, MX."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import TYPE_CHECKING, Final

from digest.check.online.answers import DomainRecords
from digest.check.online.links import MOST_SPF_LOOKUPS
from digest.text.address import smtp_address

if TYPE_CHECKING:
    from dns.resolver import Answer, Resolver

    from digest.project import Project

QUESTION_S: Final = 5.0
LIMIT_S: Final = 15.0
CONTROL_HOST: Final = "a.root-servers.net"
"""A host that every name server knows. One that does not know it knows nothing: there is no network, or one that asks
for a login first; some systems say "unknown" then, of every name."""
_CLIMBED: Final = 8
"""Labels of a domain that are climbed in search of a DMARC record (as the tree walk of DMARC's successor has it)."""
_COUNTED: Final = re.compile(r"(?i)[+?~-]?(include|a|mx|ptr|exists)(?:[:/]|\Z)|(redirect)=")
_FOLLOWED: Final = re.compile(r"(?i)[+?~-]?(?:include:|redirect=)(.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class NameServer:
    """Whom to ask."""

    address: str  # an IP address
    port: int = 53


def name_server(said: str) -> NameServer | None:
    """What ``[check] name_server`` says; None: nothing. ``9.9.9.9``, ``9.9.9.9:5353``, ``[2620:fe::fe]:53``."""
    host, colon, port = said.rpartition(":")
    if not colon or not ("." in host or host.startswith("[")):
        host, port = said, "53"
    return NameServer(address=host.strip("[]"), port=int(port)) if host else None


def look_up_domain(project: Project, *, server: NameServer | None = None) -> DomainRecords:
    """What the DNS says of the domain of ``from`` under ``[newsletter]``. Never raises for what the network does."""
    address = smtp_address(parseaddr(project.settings.newsletter.sender)[1])
    selectors = project.settings.check.dkim_selectors
    return look_up(address.rpartition("@")[2], selectors=selectors, server=server)


def look_up(domain: str, *, selectors: Sequence[str] = (), server: NameServer | None = None) -> DomainRecords:
    """What the DNS says of a domain.

    A policy that is not at the domain itself is looked for above it: ``_dmarc.mail.example.org``, then
    ``_dmarc.example.org`` (RFC 7489 §6.6.3 asks a list of public suffixes where to look; climbing needs none).

    Args:
        domain: such as ``example.org``, in ASCII and small letters.
        selectors: of DKIM keys; none are guessed.
        server: None: as the system is set up.
    """
    questions = _Questions(_resolver(server), ends=time.monotonic() + LIMIT_S)
    mx = questions.mail_servers(domain)
    if domain in questions.missing:
        questions.addresses(CONTROL_HOST)
        if CONTROL_HOST in questions.missing:
            return DomainRecords(domain=domain, trouble="it could not be looked up; is there a network?")
        return DomainRecords(domain=domain, exists=False)
    spf = _spf(questions, domain)
    at, dmarc = _dmarc(questions, domain)
    keys = {one: questions.texts(f"{one}._domainkey.{domain}") for one in selectors}
    return DomainRecords(
        domain=domain,
        exists=True if mx is not None or spf is not None else None,
        spf=spf,
        spf_lookups=_spf_lookups(questions, spf[0], seen={domain}) if spf and len(spf) == 1 else 0,
        dmarc=dmarc,
        dmarc_at=at,
        selectors=tuple(selectors),
        dkim=None
        if any(texts is None for texts in keys.values())
        else tuple(one for one, texts in keys.items() if any("p=" in text for text in texts or ())),
        mx=mx,
        trouble=questions.trouble,
    )


@dataclass(slots=True)
class _Questions:
    """Questions to a name server, and what went wrong with them."""

    resolver: Resolver
    ends: float  # time.monotonic()
    trouble: str = ""
    missing: set[str] = field(default_factory=set)  # names that do not exist

    def texts(self, name: str) -> tuple[str, ...] | None:
        """The TXT records of a name; None: it is not known whether there are any."""
        found = self._ask(name, "TXT")
        if found is None:
            return None
        # RFC 7208 §3.3: the strings of one record belong together, without blanks between them
        return tuple(sorted(b"".join(record.strings).decode("utf-8", "replace") for record in found))

    def mail_servers(self, name: str) -> tuple[str, ...] | None:
        """The hosts that take mail for a name, the preferred one first; None: not known."""
        found = self._ask(name, "MX")
        if found is None:
            return None
        ranked = sorted((record.preference, record.exchange.to_text().lower()) for record in found)
        return tuple(host if host == "." else host.rstrip(".") for _, host in ranked)

    def addresses(self, name: str) -> bool | None:
        """Whether a name has an address; None: not known."""
        found = self._ask(name, "A")
        return None if found is None else bool(found)

    def _ask(self, name: str, kind: str) -> Answer | tuple[()] | None:
        from dns.exception import DNSException, Timeout  # noqa: PLC0415  80 ms, and only where a domain is looked up
        from dns.name import LabelTooLong, NameTooLong  # noqa: PLC0415  likewise
        from dns.resolver import NXDOMAIN, NoAnswer  # noqa: PLC0415  likewise

        left_s = self.ends - time.monotonic()
        if left_s <= 0:
            self.trouble = self.trouble or f"not all was looked up: the {LIMIT_S:g} s for it were over"
            return None
        try:
            return self.resolver.resolve(name, kind, lifetime=min(left_s, QUESTION_S), search=False)
        except NXDOMAIN:
            self.missing.add(name)
        except (NoAnswer, LabelTooLong, NameTooLong):
            pass
        except Timeout:
            self.trouble = "the name server does not answer"
            return None
        except (DNSException, OSError):  # SERVFAIL, REFUSED, no way there: it is not known
            self.trouble = self.trouble or f"the name server does not say what it knows of {name}"
            return None
        return ()


def _resolver(server: NameServer | None) -> Resolver:
    from dns.resolver import NoResolverConfiguration, Resolver  # noqa: PLC0415  as above

    if server is None:
        try:
            return Resolver()
        except NoResolverConfiguration:
            return Resolver(configure=False)  # asking it fails, and that is told like any other failure
    resolver = Resolver(configure=False)
    resolver.nameservers, resolver.port = [server.address], server.port
    return resolver


def _spf(questions: _Questions, name: str) -> tuple[str, ...] | None:
    texts = questions.texts(name)
    return None if texts is None else tuple(text for text in texts if text.lower().split(" ")[0] == "v=spf1")


def _dmarc(questions: _Questions, name: str) -> tuple[str, tuple[str, ...] | None]:
    labels = name.split(".")
    for start in (0, *range(max(1, len(labels) - _CLIMBED + 1), len(labels) - 1)):
        at = ".".join(labels[start:])
        texts = questions.texts(f"_dmarc.{at}")
        if texts is None:
            return at, None
        found = tuple(text for text in texts if re.match(r"v\s*=\s*DMARC1\s*(?:;|\Z)", text))
        if found:
            return at, found
    return name, ()


def _spf_lookups(questions: _Questions, record: str, *, seen: set[str]) -> int:
    """The lookups that following an SPF record takes; it is not followed past where receivers give up."""
    count = 0
    for term in record.split()[1:]:
        count += bool(_COUNTED.match(term))
        found = _FOLLOWED.match(term)
        target = found[1].lower().rstrip(".") if found else ""
        if not target or "%" in target or target in seen or len(seen) > MOST_SPF_LOOKUPS + 1:
            continue
        seen.add(target)
        inner = _spf(questions, target)
        if inner and len(inner) == 1:
            count += _spf_lookups(questions, inner[0], seen=seen)
    return count
