"""Addresses in a letter that was mailed: those that count clicks, and those that know who reads.

Where such an address says where it leads, that takes its place. Where only its host knows, it goes and its words stay:
whoever followed it would do so as the reader to whom the letter was mailed.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import re
from collections.abc import Iterable, Iterator
from html import escape, unescape
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from digest.text.urls import clean_url

_ANCHOR: Final = re.compile(r'<a(?: [a-z]+="[^"]*")*? href="([^"]*)"(?: [a-z]+="[^"]*")*>(.*?)</a>', re.DOTALL)
_TARGET_KEYS: Final = frozenset(
    "url u target dest destination redirect redirect_url redirecturl link q to".split()  # noqa: SIM905
)
# Hosts and paths of services that send newsletters, of their help pages and of real mails.
_COUNTS: Final = re.compile(
    r"list-manage\d*\.com/track/|/track/click|/ls/click|/wf/click|/ss/c/|/e3t/|/ctc/|mandrillapp\.com/|"
    r"hubspotlinks\.com|createsend\d*\.com/t/|rs6\.net/tn\.jsp|/lt\.php\?|klclick\d*\.com|mjt\.lu/lnk|"
    r"substack\.com/(?:redirect|subscribe|app-link|action)|convertkit-mail\d*\.com|ck\.page/|"
    r"safelinks\.protection\.outlook\.com|urldefense\.(?:com|proofpoint\.com)/|sendibm\d*\.com|sendibt\d*\.com|"
    r"//(?:links?\.mail|email|ablink|lnks|go)\.[^/]+/(?:c|f|e|l|ls|o|u|uni|t|click|track)/|"
    r"//(?:clicks?|track|tracking|trk)\d*\.|/tracking/click\b|"
    r"//r\.[^/]+/(?:mk/)?(?:cl|tr)/|cmail\d+\.com/t/|ct\.sendgrid\.net|//u\d+\.ct\.",
    re.IGNORECASE,
)
_OWN: Final = re.compile(
    r"unsubscribe|/unsub\b|opt[-_]?out|list-manage\d*\.com/(?:unsubscribe|profile|vcard)|forward-to-friend|"
    r"manage[-_]?(?:preferences|subscription)|update[-_]?(?:profile|preferences)|/disable_email|mailto:[^?]*unsub",
    re.IGNORECASE,
)
_READERS: Final = re.compile(
    r"(?:ck_|ml_)?(?:subscriber|recipient|reader)(?:_?(?:id|hash|key|uuid))?|contact_?(?:id|key)|e-?mail(?:_?address)?|"
    r"_ke|_kx|__s|vgo_ee|et_rid|sfmc_sub|inf_contact_key|sp(?:user|job|mailing|report)id|"
    r"trk_contact|elq(?:trackid|track)?|bsft_\w+|emci|emdi|ceid|dm_i|ss_email_id|sc_customer|sc_eid",
    re.IGNORECASE,
)
"""Parameters that say who reads: those that browsers take off (Brave's and Firefox's lists), and plain words. Not
``uid``, ``member`` and such: pages of sites are called so too."""
_DEFENDED: Final = re.compile(r"urldefense\.com/v3/__(.+?)__;", re.IGNORECASE)
_ENCODED: Final = re.compile(r"[A-Za-z0-9_-]{16,}={0,2}")
_WEB: Final = re.compile(r"https?://[^\s\"'<>\\]+")
_TEXT: Final = re.compile(r"(?:\A|(?<=>))[^<>]+")
_LINKED: Final = re.compile(r'(<a\b[^<>]*? href=")([^"]*)"')
_PICTURE: Final = re.compile(r'(<img\b[^<>]*? src=")([^"]*)("[^<>]*>)')
_LEAST_TOKEN = 6
_LONGEST_WORD = 24


def without_readers(html: str, readers: Iterable[str], tokens: Iterable[str] = ()) -> tuple[str, int]:
    """Clean HTML whose links know nobody, and the number of links that were taken off for it.

    Args:
        html: what ``digest.text.clean`` made.
        readers: addresses of those to whom the letter was mailed.
        tokens: what else in a link only these readers have.
    """
    addresses = [one.lower() for one in readers if "@" in one]
    secrets = tuple(tokens)
    lost = 0

    def one(found: re.Match[str]) -> str:
        nonlocal lost
        href = unescape(found[1])
        told = public_address(href, addresses, secrets)
        if told == href:
            return found[0]
        if told is None:
            lost += not _OWN.search(href)
            return found[2]
        return f'<a href="{escape(told)}">{found[2]}</a>'

    def written(found: re.Match[str]) -> str:
        url = unescape(found.group())
        told = public_address(url, addresses, secrets)
        return found.group() if told == url or clean_url(url) is None else escape(told or "")

    # Mails in plain text, and many others, say where a link leads in its words.
    shown = _TEXT.sub(lambda text: _WEB.sub(written, text.group()), html)
    shown = _PICTURE.sub(lambda image: _public_picture(image, addresses), shown)
    return _ANCHOR.sub(one, shown), lost


def _public_picture(image: re.Match[str], addresses: Iterable[str]) -> str:
    src = unescape(image[2])
    if not src.startswith(("http://", "https://")):
        return image.group()
    told = _without_parameters(src, addresses)
    return f"{image[1]}{escape(told)}{image[3]}" if told else ""


def shared_with(html: str, other: str) -> tuple[str, int]:
    """A letter whose links and pictures lead where a copy for another reader leads too, and how many did not.

    Args:
        html: clean HTML of one copy.
        other: that of another.
    """
    theirs = {unescape(found[2]) for kind in (_LINKED, _PICTURE) for found in kind.finditer(other)}
    lost = 0

    def link(found: re.Match[str]) -> str:
        nonlocal lost
        told = _common(unescape(found[1]), theirs)
        lost += told is None
        return found[2] if told is None else found.group().replace(found[1], escape(told), 1)

    def image(found: re.Match[str]) -> str:
        told = _common(unescape(found[2]), theirs)
        return "" if told is None else f"{found[1]}{escape(told)}{found[3]}"

    return _PICTURE.sub(image, _ANCHOR.sub(link, html)), lost


def _common(url: str, theirs: Iterable[str]) -> str | None:
    """What of an address stands in another copy too; None if it leads elsewhere there."""
    if url in theirs:
        return url
    place, _, query = url.partition("?")
    for other in theirs:
        if other.partition("?")[0] == place:
            kept = [pair for pair in query.split("&") if pair and pair in other.partition("?")[2].split("&")]
            return f"{place}{'?' if kept else ''}{'&'.join(kept)}"
    return None


def tokens_of(text: str) -> tuple[str, ...]:
    """What in addresses looks as if it were made up for one reader, such as in a mail's ``List-Unsubscribe``."""
    found: list[str] = []
    for address in re.findall(r"<([^<>]+)>", text):
        place = re.sub(r"\Ahttps?://[^/]*", "", unquote(address.strip()))
        found += [part for part in re.split(r"[^A-Za-z0-9]+", place) if _is_made_up(part)]
    return tuple(dict.fromkeys(found))


def _is_made_up(part: str) -> bool:
    """Whether nobody would write it: a long number that is no day, letters and digits mixed, or very long."""
    if part.isdigit():
        return len(part) >= _LEAST_TOKEN and not re.match(r"(?:19|20)\d{6}\Z", part)
    changes = len(re.findall(r"(?<=\d)[A-Za-z]|(?<=[A-Za-z])\d", part))
    return (len(part) >= _LEAST_TOKEN and changes > 1) or len(part) > _LONGEST_WORD


def public_address(href: str, addresses: Iterable[str] = (), tokens: Iterable[str] = ()) -> str | None:
    """Where a link leads for everybody; None if only its reader may follow it."""
    if any(one in href for one in tokens):
        return None
    if href.lower().startswith("mailto:"):
        said = unquote(href).lower()
        mine = _OWN.search(href) or any(one in said or one.replace("@", "=") in said for one in addresses)
        return None if mine else href
    if _OWN.search(href):
        return None
    cleaned = clean_url(href)
    if cleaned is None:
        return None
    if _COUNTS.search(cleaned):
        target = next(_targets(cleaned), None)
        if target is not None:
            return public_address(target, addresses, tokens) if not _COUNTS.search(target) else None
        return None
    return _without_parameters(cleaned, addresses)


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
    return address in plain or encoded in url or any(one in plain for one in _hashes(address))


@functools.lru_cache(maxsize=64)
def _hashes(address: str) -> tuple[str, ...]:
    """An address as services write it so that it cannot be read: yet whoever knows it can tell that it is this one."""
    data = address.encode()
    return tuple(make(data, usedforsecurity=False).hexdigest() for make in (hashlib.md5, hashlib.sha1, hashlib.sha256))


def _without_parameters(url: str, addresses: Iterable[str]) -> str | None:
    """The address less the parameters that name a reader; None if its path does."""
    rest, hash_mark, fragment = url.partition("#")
    place, mark, query = rest.partition("?")
    named = list(addresses)
    kept = [
        pair
        for pair in query.split("&")
        if not _READERS.fullmatch(pair.partition("=")[0]) and not any(_names(pair, one) for one in named)
    ]
    told = f"{place}{mark if kept else ''}{'&'.join(kept)}{hash_mark}{fragment}"
    return None if any(_names(told, one) for one in named) else told
