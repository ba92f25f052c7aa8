"""The rules that need an answer from the network: links that are dead or lead elsewhere, and the sender's domain.

They ask nobody: they read what was asked (digest.check.online.answers), and say nothing where nobody asked.
"""

from __future__ import annotations

import re
from collections import defaultdict
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from digest.check.galley import Remark
from digest.check.online.askedlinks import Places, asked_links
from digest.check.online.shorteners import is_shortened
from digest.text.urls import clean_url, shown_url, url_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from digest.check.galley import Galley
    from digest.check.online.answers import DomainRecords, LinkAnswer
    from digest.check.online.askedlinks import Place

PERSISTENT: Final = frozenset(
    "doi.org dx.doi.org hdl.handle.net purl.org w3id.org n2t.net urn.nbn.de nbn-resolving.org ark.bnf.fr".split()  # noqa: SIM905
)
"""Hosts whose addresses are meant to be cited, because what they lead to moves."""
MOST_SPF_LOOKUPS: Final = 10
"""RFC 7208 §4.6.4: with more, a receiver gives up, and the record is as good as none."""

_FRONT: Final = re.compile(r"/?(?:[a-z]{2}(?:[-_][A-Za-z]{2})?/?)?(?:index\.\w{2,5})?\Z")
_SAYS_ALL: Final = re.compile(r"(?i)(?:^|\s)\+?all(?:\s|\Z)")
_OPEN_IT: Final = "open it in a browser; some sites let no program in"


def dead_link(galley: Galley) -> Iterator[Remark]:
    """What a reader would follow in vain: 404, 410 and hosts that do not exist; what is not certain advises."""
    told, missing = _told(galley)
    if not told:
        return
    places = Places(galley)
    for answer in told:
        if answer.kind in {"gone", "no host"}:
            yield _dead(answer, places.of(answer.url))
    yield from _doubtful([answer for answer in told if answer.kind == "doubtful"], places)
    silent = [answer.trouble for answer in told if answer.kind == "unasked"] + ["it came in meanwhile"] * missing
    for trouble in dict.fromkeys(silent):
        count = silent.count(trouble)
        one = f"{count} of {len(told) + missing} links " + ("was" if count == 1 else "were")
        yield Remark(rule="dead-link", message=f"{one} not asked: {trouble}", advice=True,
                     hint="ask again with `digest check --online`")  # fmt: skip


def redirect(galley: Galley) -> Iterator[Remark]:
    """Addresses that lead elsewhere for good, to a front page, or hide where they lead."""
    told, _ = _told(galley)
    led = [answer for answer in told if answer.kind == "there" and answer.final]
    if not led:
        return
    places = Places(galley)
    for answer in led:
        found = _led_elsewhere(answer)
        if found:
            place = places.of(answer.url)
            message, hint = found
            yield Remark(rule="redirect", part=place.part, line=place.line, message=message, hint=hint,
                         advice=place.foreign)  # fmt: skip


def sender_domain(galley: Galley) -> Iterator[Remark]:
    """The domain that mails come from says who may send them (what Gmail and Yahoo ask of senders since 2024)."""
    records = galley.domain
    if records is None:
        return
    if records.exists is False:
        yield _about_sender(
            message=f"the domain of the sender does not exist: {records.domain}",
            hint="correct from under [newsletter] in digest.toml",
        )
        return
    for find in (_spf, _dmarc, _dkim, _mx):
        yield from find(records)
    if records.trouble:
        yield _about_sender(
            message=f"{records.domain}: {records.trouble}", advice=True, hint="look again with `digest check --online`"
        )


ONLINE_RULES: tuple[Callable[[Galley], Iterator[Remark]], ...] = (dead_link, redirect, sender_domain)


def _told(galley: Galley) -> tuple[list[LinkAnswer], int]:
    """The answers of the links that the mail has now, in its order; and how many have none."""
    if not galley.answers:
        return [], 0
    wanted = asked_links(galley.issue, galley.mail, own=galley.settings.newsletter.url)
    found = [galley.answers[url] for url in wanted if url in galley.answers]
    return found, len(wanted) - len(found)


def _dead(answer: LinkAnswer, place: Place) -> Remark:
    url, target = _shown(answer.url), answer.final or answer.url
    if answer.kind == "no host":
        why = f"there is no host {_host(target)}"
        hint = "check how the address is spelled"
    else:
        why = "it is gone" if answer.status == HTTPStatus.GONE else "it is not there"
        why += f" ({answer.status} {HTTPStatus(answer.status).phrase})"
        hint = "look for its new address, or take the link out"
    if answer.final:
        why = f"leads to {_shown(answer.final)}; {why}"
    if place.foreign:
        url, hint = f"in the source's own text or picture: {url}", "print its summary or no picture, if that disturbs"
    return Remark(rule="dead-link", part=place.part, line=place.line, message=f"{url}: {why}", hint=hint,
                  advice=place.foreign)  # fmt: skip


def _doubtful(answers: Sequence[LinkAnswer], places: Places) -> Iterator[Remark]:
    """One remark for all addresses of a host that fail alike: a site that lets no program in is no news ten times."""
    alike: defaultdict[tuple[str, str], list[LinkAnswer]] = defaultdict(list)
    for answer in answers:
        alike[_host(answer.url), answer.trouble].append(answer)
    for (host, trouble), group in alike.items():
        found = [places.of(answer.url) for answer in group]
        lines = sorted({place.line for place in found if place.line and place.part == "issue"})
        if len(group) == 1:
            message = f"{_shown(group[0].url)}: {trouble}"
        else:
            where = f"; lines {', '.join(map(str, lines))}" if len(lines) > 1 else ""
            message = f"{host}: {trouble} ({len(group)} addresses{where})"
        line, part = (lines[0], "issue") if lines else (found[0].line, found[0].part)
        yield Remark(rule="dead-link", part=part, line=line, message=message, advice=True, hint=_OPEN_IT)


def _led_elsewhere(answer: LinkAnswer) -> tuple[str, str] | None:
    """What is to be said of a redirect, and what to do; None: it is of no concern."""
    url, final = answer.url, answer.final
    shown, target = _shown(url), _shown(clean_url(final) or final)
    if url_key(url) == url_key(final):
        return None  # the scheme, www. or a slash at the end
    if is_shortened(url):
        return f"{shown} hides where it leads: {target}", f"use {target}"
    if _is_front(final) and not _is_front(url):
        return (
            f"{shown} leads to the front page of {_host(final)}: what it named may be gone",
            "look for its new address",
        )
    if answer.permanent and _host(url) not in PERSISTENT:
        return f"{shown} has moved for good to {target}", f"use {target}"
    return None


def _about_sender(*, message: str, hint: str, advice: bool = False) -> Remark:
    return Remark(rule="sender-domain", part="settings", message=message, hint=hint, advice=advice)


def _spf(records: DomainRecords) -> Iterator[Remark]:
    domain, found = records.domain, records.spf
    if found is None:
        return
    if not found:
        yield _about_sender(
            message=f"{domain} does not say who may send its mail: no SPF record",
            hint=f"publish the TXT record at {domain} that your mail provider names (v=spf1 …)",
        )
    elif len(found) > 1:
        yield _about_sender(
            message=f"{domain} has {len(found)} SPF records; then none is heeded",
            hint="make one of them: all their include: in one v=spf1 …",
        )
    elif _SAYS_ALL.search(found[0]):
        yield _about_sender(
            message=f"the SPF record of {domain} lets everybody send (all)",
            advice=True,
            hint="let it end with ~all or -all",
        )
    elif records.spf_lookups > MOST_SPF_LOOKUPS:
        yield _about_sender(
            advice=True,
            hint="take out what does not send for you",
            message=f"the SPF record of {domain} takes more than {MOST_SPF_LOOKUPS} lookups; receivers give up then",
        )


def _dmarc(records: DomainRecords) -> Iterator[Remark]:
    domain, found = records.domain, records.dmarc
    if found is None:
        return
    if not found:
        yield _about_sender(
            message=f"{domain} does not say what forged mail deserves: no DMARC record",
            hint=f'publish a TXT record at _dmarc.{domain}; "v=DMARC1; p=none" is a beginning',
        )
    elif len(found) > 1:
        yield _about_sender(
            hint="take out all but one",
            message=f"_dmarc.{records.dmarc_at} has {len(found)} records; then none is heeded",
        )


def _dkim(records: DomainRecords) -> Iterator[Remark]:
    if records.dkim is not None and records.selectors:
        for selector in records.selectors:
            if selector not in records.dkim:
                name = f"{selector}._domainkey.{records.domain}"
                yield _about_sender(
                    message=f"the key that mails are signed with is not there: {name}",
                    hint="publish the TXT record that your mail provider names (v=DKIM1 …)",
                )


def _mx(records: DomainRecords) -> Iterator[Remark]:
    if records.mx is not None and records.mx in {(), (".",)}:
        said = "says that it takes no mail" if records.mx else "names no server that takes its mail (MX)"
        yield _about_sender(
            advice=True,
            message=f"{records.domain} {said}: replies to it are lost",
            hint="publish an MX record, or send from a domain that has one",
        )


def _is_front(url: str) -> bool:
    parts = urlsplit(url)
    return not parts.query and bool(_FRONT.match(parts.path))


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _shown(url: str) -> str:
    return shown_url(url)[:200]
