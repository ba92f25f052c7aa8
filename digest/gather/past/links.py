"""Addresses in a letter that was mailed: those that count clicks, and those that know who reads.

Where such an address says where it leads, that takes its place. Where only its host knows, it goes and its words stay:
whoever followed it would do so as the reader to whom the letter was mailed.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from html import escape, unescape
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from digest.text.urls import clean_url

_ANCHOR: Final = re.compile(r'<a(?: [a-z]+="[^"]*")*? href="([^"]*)"(?: [a-z]+="[^"]*")*>(.*?)</a>', re.DOTALL)
_ALL: Final = re.compile(r"<a\b[^<>]*>(.*?)</a>", re.DOTALL)
_TARGET_KEYS: Final = frozenset(
    "url u target dest destination redirect redirect_url redirecturl link q to".split()  # noqa: SIM905
)
# Hosts and paths of services that send newsletters, of their help pages and of real mails.
_COUNTS: Final = re.compile(
    r"list-manage\d*\.com/track/|/track/click|/ls/click|/wf/click|/ss/c/|/e3t/|/ctc/|mandrillapp\.com/|"
    r"hubspotlinks\.com|createsend\d*\.com/t/|rs6\.net/tn\.jsp|/lt\.php\?|klclick\d*\.com|mjt\.lu/lnk|"
    r"substack\.com/(?:redirect|subscribe|app-link|action)|convertkit-mail\d*\.com|ck\.page/|"
    r"safelinks\.protection\.outlook\.com|urldefense\.(?:com|proofpoint\.com)/|sendibm\d*\.com|sendibt\d*\.com|"
    r"//(?:clicks?|track|tracking|trk|links?\.mail|email|ablink|lnks|go)\.[^/]+/(?:c|f|e|l|ls|o|u|uni|t|click|track)/|"
    r"//r\.[^/]+/(?:mk/)?(?:cl|tr)/|cmail\d+\.com/t/|ct\.sendgrid\.net|//u\d+\.ct\.",
    re.IGNORECASE,
)
_OWN: Final = re.compile(
    r"unsubscribe|/unsub\b|opt[-_]?out|list-manage\d*\.com/(?:unsubscribe|profile|vcard)|forward-to-friend|"
    r"manage[-_]?(?:preferences|subscription)|update[-_]?(?:profile|preferences)|/disable_email|mailto:[^?]*unsub",
    re.IGNORECASE,
)
_DEFENDED: Final = re.compile(r"urldefense\.com/v3/__(.+?)__;", re.IGNORECASE)
_ENCODED: Final = re.compile(r"[A-Za-z0-9_-]{16,}={0,2}")
_WEB: Final = re.compile(r"https?://[^\s\"'<>\\]+")


def without_readers(html: str, readers: Iterable[str]) -> tuple[str, int]:
    """Clean HTML whose links know nobody, and the number of links that were taken off for it.

    Args:
        html: what ``digest.text.clean`` made.
        readers: addresses of those to whom the letter was mailed.
    """
    addresses = [one.lower() for one in readers if "@" in one]
    lost = 0

    def one(found: re.Match[str]) -> str:
        nonlocal lost
        href = unescape(found[1])
        told = public_address(href, addresses)
        if told == href:
            return found[0]
        if told is None:
            lost += not _OWN.search(href)
            return found[2]
        return f'<a href="{escape(told)}">{found[2]}</a>'

    return _ANCHOR.sub(one, html), lost


def public_address(href: str, addresses: Iterable[str] = ()) -> str | None:
    """Where a link leads for everybody; None if only its reader may follow it."""
    if href.lower().startswith("mailto:"):
        mine = _OWN.search(href) or any(one in unquote(href).lower() for one in addresses)
        return None if mine else href
    if _OWN.search(href):
        return None
    cleaned = clean_url(href)
    if cleaned is None:
        return None
    if _COUNTS.search(cleaned):
        target = next(_targets(cleaned), None)
        if target is not None:
            return public_address(target, addresses) if not _COUNTS.search(target) else None
        return None
    return cleaned if not any(_names(cleaned, one) for one in addresses) else _without_parameters(cleaned, addresses)


def _targets(url: str) -> Iterator[str]:
    """What an address says of where it leads, the likeliest first."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    if defended := _DEFENDED.search(url):
        yield from filter(None, [clean_url(re.sub(r"^(https?):/(?!/)", r"\1://", defended[1]))])
    pairs = parse_qsl(parts.query)
    for key, value in pairs:
        if key.lower() in _TARGET_KEYS:
            plain = unquote(value.replace("-", "%").replace("_", "/")) if "proofpoint" in parts.netloc else value
            if plain.startswith(("http://", "https://")) and (told := clean_url(plain)):
                yield told
    for text in (*(value for _, value in pairs), *parts.path.split("/")):
        for decoded in _decoded(text):
            found = _WEB.search(decoded)
            if found and (told := clean_url(found.group())):
                yield told


def _decoded(text: str) -> Iterator[str]:
    """What base64 in an address says."""
    for piece in _ENCODED.findall(text)[:4]:
        bare = piece.rstrip("=")
        try:
            yield base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4)).decode("utf-8").replace("\\/", "/")
        except (binascii.Error, ValueError):
            continue


def _names(url: str, address: str) -> bool:
    """Whether an address names a reader, plainly or encoded."""
    plain = unquote(url).lower()
    encoded = base64.urlsafe_b64encode(address.encode()).decode().rstrip("=")
    return address in plain or encoded in url or quote(address, safe="").lower() in url.lower()


def _without_parameters(url: str, addresses: Iterable[str]) -> str | None:
    """The address less the parameters that name a reader; None if its path does."""
    place, mark, query = url.partition("?")
    named = list(addresses)
    kept = [pair for pair in query.split("&") if not any(_names(pair, one) for one in named)]
    told = f"{place}{mark if kept else ''}{'&'.join(kept)}"
    return None if any(_names(told, one) for one in named) else told


def unlinked(html: str) -> str:
    """Clean HTML without its links; their words stay."""
    return _ALL.sub(r"\1", html)
